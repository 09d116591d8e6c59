# frozen_string_literal: true

# A recorded formation is replayed against the real daemon, which meets a fault at one system call on the files of its
# store. Then it goes on, and what became of it is compared with a run without a fault.
module CrashSweep
  # What strace is told to do at the call.
  FAULTS = { 'KILL' => 'signal=KILL', 'EIO' => 'error=EIO', 'ENOSPC' => 'error=ENOSPC' }.freeze
  # By which a store is made, written, synced and given up.
  CALLS = %w[openat write pwrite64 ftruncate fsync fdatasync rename unlink].freeze

  # +every+ and +offset+ choose among the points, +point+ is one alone.
  Options = Struct.new(:daemon, :recording, :faults, :every, :offset, :jobs, :point, keyword_init: true)

  Point = Struct.new(:fault, :call, :number) do
    def to_s
      "#{fault}:#{call}:#{number}"
    end
  end
end

require_relative 'crash_sweep/certificates'
require_relative 'crash_sweep/daemon'
require_relative 'crash_sweep/member'
require_relative 'crash_sweep/replay'
require_relative 'crash_sweep/sweep'
