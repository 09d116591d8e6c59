# frozen_string_literal: true

module Lab
  # Looks for secrets everywhere but where they belong: in what machines have written down, and in the command lines of
  # all their processes, which are collected meanwhile.
  class SecretSearch
    SAMPLE_SECONDS = 0.03
    # On members and on the server, of all kinds of Puppet.
    PLACES = %w[/var/log /var/cache/puppet /var/lib/puppet /opt/puppetlabs /etc/puppetlabs /var/lib/galera-member
                /var/lib/mysql/mariabackup.backup.log /var/lib/plan-orchestrator /var/lib/puppetserver /tmp /run].freeze

    def initialize(machines)
      @machines = machines
      @command_lines = {}
    end

    # Returns what the block returns.
    def watch
      sampler = Thread.new { sample until @over }
      yield
    ensure
      @over = true
      sampler&.join
    end

    def samples
      @command_lines.length
    end

    # One sentence for each place where one of the secrets is.
    def complaints(secrets)
      shown = @command_lines.keys.select { |line| secrets.any? { |secret| line.include?(secret) } }
      shown.map { |line| "a process was called as: #{line[0, 200]}" } +
        Shell.in_parallel(@machines) { |machine| written(machine, secrets) }.flatten
    end

    private

    # Processes of the machines are processes of the host.
    def sample
      Dir.glob('/proc/[0-9]*/cmdline').each do |file|
        @command_lines[File.binread(file).tr("\0", ' ')] = true
      rescue SystemCallError
        nil # it has ended
      end
      sleep(SAMPLE_SECONDS)
    end

    def written(machine, secrets)
      found = secrets.flat_map do |secret|
        machine.try('grep', '-rlaF', '--devices=skip', '-e', secret, *PLACES).out.lines.map(&:chomp)
      end
      journal = machine.try('journalctl', '--no-pager', '--output=cat').out
      found << 'the journal' if secrets.any? { |secret| journal.include?(secret) }
      found.uniq.map { |place| "#{machine.name} has a secret in #{place}" }
    end
  end
end
