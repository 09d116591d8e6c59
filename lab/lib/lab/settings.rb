# frozen_string_literal: true

require 'digest/sha2' # not 'digest': that would load it on first use, in whatever thread
require 'fileutils'

module Lab
  # A failure the user can do something about; the command line prints its message and exits 1.
  class Error < StandardError; end

  # Where this lab lives and what its machines are called. Everything that is shared with the rest of the host (network
  # namespaces, cgroups) carries a prefix made from the state directory, so that two labs do not collide.
  module Settings
    DOMAIN = 'lab.test'
    NETWORK = '10.99.0'
    SERVER = 'puppet'
    CLUSTER = 'cluster_1'
    MAX_MEMBERS = 9
    MARIADB_UNIT = 'mariadb.service'
    ORCHESTRATOR_PORT = 8146
    ENVIRONMENT_DIR = '/etc/puppet/code/environments/production'

    module_function

    def state_dir
      @state_dir ||= File.expand_path(ENV.fetch('GALERA_LAB', '/var/tmp/galera-lab'))
    end

    def project_dir
      @project_dir ||= File.expand_path('../../..', __dir__)
    end

    def prefix
      @prefix ||= "galera-#{Digest::SHA256.hexdigest(state_dir)[0, 6]}"
    end

    def path(*parts)
      File.join(state_dir, *parts)
    end

    def make_state_dir
      FileUtils.mkdir_p(state_dir, mode: 0o755)
    end

    def certname(name)
      "#{name}.#{DOMAIN}"
    end

    def member_name(number)
      "db#{number}"
    end

    def member_names(count)
      (1..count).map { |number| member_name(number) }
    end

    # 10.99.0.2 for the server, 10.99.0.11 and on for db1 and on.
    def address(name)
      return "#{NETWORK}.2" if name == SERVER

      number = name[/\Adb(\d+)\z/, 1] or raise Error, "no machine of this lab is called '#{name}'"
      "#{NETWORK}.#{10 + number.to_i}"
    end

    # The same on every machine, and for every member there may ever be: growing the lab rewrites nothing.
    def hosts_file
      names = [SERVER, *member_names(MAX_MEMBERS)]
      lines = names.map { |name| "#{address(name)} #{certname(name)} #{name}" }
      ['127.0.0.1 localhost', *lines].join("\n").concat("\n")
    end
  end
end
