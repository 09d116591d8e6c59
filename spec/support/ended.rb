# frozen_string_literal: true

require 'timeout'

# Whether a process that was killed is gone. The kernel ends it a moment after the signal; one that was not killed never
# ends by itself in the time that is given.
module Ended
  def ended?(pid, seconds = 30)
    Timeout.timeout(seconds) { Thread.pass while File.exist?("/proc/#{pid}/exe") }
    true
  rescue Timeout::Error
    false
  end
end
