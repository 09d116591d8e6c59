# frozen_string_literal: true

require 'fileutils'

module Lab
  # One control group per machine, made by us: where systemd is not PID 1 of the host, nobody makes scopes for it.
  class Cgroup
    # The hierarchies a container's systemd needs: the one of a pure cgroup2 host, or the two of a hybrid one.
    def self.hierarchies
      return ['/sys/fs/cgroup'] if File.exist?('/sys/fs/cgroup/cgroup.controllers')

      found = %w[/sys/fs/cgroup/systemd /sys/fs/cgroup/unified].select { |dir| File.directory?(dir) }
      raise Error, 'no cgroup hierarchy for systemd under /sys/fs/cgroup' if found.empty?

      found
    end

    def initialize(name)
      @dirs = self.class.hierarchies.map { |dir| File.join(dir, Settings.prefix, name) }
    end

    # Called in the child between fork and exec.
    def enter
      @dirs.each do |dir|
        FileUtils.mkdir_p(dir)
        File.write(File.join(dir, 'cgroup.procs'), Process.pid.to_s)
      end
    end

    # A group that is still emptying (its processes are dying) is left: it goes with the next removal.
    def remove
      @dirs.each do |dir|
        next unless File.directory?(dir)

        groups = Dir.glob(File.join(dir, '**/')).sort_by { |group| -group.length }
        groups.each { |group| remove_group(group) }
        remove_group(File.dirname(dir))
      end
    end

    private

    def remove_group(dir)
      Dir.rmdir(dir)
    rescue Errno::EBUSY, Errno::ENOENT, Errno::ENOTEMPTY
      nil
    end
  end
end
