# frozen_string_literal: true

require 'socket'

module Lab
  # What goes over the cables of the machines, read at the bridge's ends of them.
  class Wire
    ALL_PROTOCOLS = 0x0003
    FRAME = 65_536
    POLL = 0.1

    # `text` is what is looked for among the bytes of a frame.
    def initialize(text)
      @text = text
    end

    # Returns what the block returns. Frames are read by a process of their own, in the namespace of the bridge.
    def watch
      reader, writer = IO.pipe
      pid = Process.spawn('ip', 'netns', 'exec', Network.namespace('bridge'), 'ruby', __FILE__, @text,
                          out: writer, in: File::NULL)
      writer.close
      raise Error, 'nobody listens at the bridge' unless reader.gets == "ready\n"

      yield
    ensure
      Process.kill('TERM', pid)
      Process.wait(pid)
      @bytes, @found = reader.read.split.map(&:to_i)
    end

    # How many bytes there were; in how many frames the text was found.
    attr_reader :bytes, :found

    # The reader's own process: says when it is ready, and at its end how many bytes and finds there were.
    def self.read(text)
      socket = Socket.new(Socket::AF_PACKET, Socket::SOCK_RAW, [ALL_PROTOCOLS].pack('n').unpack1('S'))
      trap('TERM') { @over = true }
      $stdout.puts('ready').then { $stdout.flush }
      bytes = found = 0
      until @over
        next unless socket.wait_readable(POLL)

        frame = socket.recv(FRAME)
        bytes += frame.bytesize
        found += 1 if frame.include?(text)
      end
      $stdout.puts("#{bytes} #{found}")
    end
  end
end

if $PROGRAM_NAME == __FILE__
  require 'io/wait'
  Lab::Wire.read(*ARGV)
end
