# frozen_string_literal: true

require 'json'
require 'open3'
require 'tmpdir'

module OrchestratorBench
  # plan-load, which starts the real daemon in a directory of its own and is its clients.
  module Load
    BIN = File.expand_path('../../../build/release/bin', __dir__)
    # A file system in memory for what is not about the disk.
    MEMORY = '/dev/shm'

    module_function

    # The figures of one run; the store is below `where`.
    def run(mode, *arguments, where: MEMORY)
      Dir.mktmpdir('plan-load', where) do |directory|
        call(mode, File.join(BIN, 'plan-orchestrator'), directory, *arguments)
      end
    end

    # POSTs to another server; with TLS where there is an authority.
    def requests(port, clients, seconds, path: '/', body: 'x' * 500, authority: nil)
      call('requests', port, clients, seconds, path, body, *authority&.files_of('client'))
    end

    def call(*arguments)
      figures(File.join(BIN, 'plan-load'), *arguments)
    end

    # The JSON object that a program prints.
    def figures(program, *arguments)
      name = File.basename(program)
      raise Error, "#{program} is not built: ninja -C build/release #{name}" unless File.exist?(program)

      out, err, status = Open3.capture3(program, *arguments.map(&:to_s))
      raise Error, "#{name} #{arguments.join(' ')}: #{err.strip}" unless status.success?

      JSON.parse(out)
    end
  end
end
