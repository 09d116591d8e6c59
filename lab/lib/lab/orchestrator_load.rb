# frozen_string_literal: true

require 'json'
require 'open3'
require 'shellwords'
require 'tmpdir'

module Lab
  # Thousands of members on the orchestrator of the lab's server: plan-load, in the network of another machine, with the
  # lab's own CA.
  class OrchestratorLoad
    PROGRAM = File.join(Settings.project_dir, 'build/release/bin/plan-load')
    CLUSTERS = 20
    # What plan-load needs, and Puppet's settings that name it.
    AUTHORITY = { 'ca.pem' => %w[server cacert], 'ca.key' => %w[server cakey],
                  'compiler.pem' => %w[agent hostcert], 'compiler.key' => %w[agent hostprivkey] }.freeze

    def initialize(server, from:)
      @server = server
      @from = from
    end

    # Declares what the members talk with. A run of Puppet on the server takes it away again.
    def declare
      raise Error, "#{PROGRAM} is not built: ninja -C build/release plan-load" unless File.executable?(PROGRAM)

      CLUSTERS.times do |number|
        @server.write("/etc/plan-orchestrator/clusters.d/soak_#{number}.json",
                      Shell.run(PROGRAM, 'declaration', number.to_s), mode: 0o644)
      end
      @server.run('systemctl', 'reload', Server::ORCHESTRATOR_UNIT)
    end

    # What plan-load found. `log`: where its lines go.
    def run(options, log:)
      Dir.mktmpdir('lab-authority') do |directory|
        copy_authority(directory)
        out, = Open3.capture2('nsenter', "--net=#{Network.namespace_path(@from.name)}", PROGRAM, 'soak',
                              '--listen', "#{@server.address}:#{Settings::ORCHESTRATOR_PORT}",
                              '--authority', directory, '--process', process_command,
                              '--clusters', CLUSTERS.to_s,
                              '--restart', restart_command, *options.map(&:to_s), err: log)
        raise Error, "plan-load gave up: see #{log}" if out.empty?

        JSON.parse(out)
      end
    end

    private

    def copy_authority(directory)
      AUTHORITY.each do |file, (section, setting)|
        path = @server.run('puppet', 'config', 'print', '--section', section, setting).chomp
        File.write(File.join(directory, file), @server.run('cat', path), perm: 0o600)
      end
    end

    def restart_command
      @server.inside('systemctl', 'restart', Server::ORCHESTRATOR_UNIT).shelljoin
    end

    def process_command
      "pgrep --ns #{@server.leader} --nslist pid -f '^/usr/bin/plan-orchestrator --config'"
    end
  end
end
