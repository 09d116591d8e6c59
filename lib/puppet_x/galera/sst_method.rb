# frozen_string_literal: true

require_relative 'command'

module PuppetX
  module Galera
    # What a way to transfer the state needs on the node, as donor and as joiner.
    module SstMethod
      # Programs and the Debian package that each comes with.
      PROGRAMS = {
        'mariabackup' => { 'mariadb-backup' => 'mariadb-backup', 'mbstream' => 'mariadb-backup', 'socat' => 'socat' },
        'rsync' => { 'rsync' => 'rsync' }
      }.freeze

      module_function

      # Raises Puppet::Error that names what is missing, and how to get it.
      def check(method)
        missing = PROGRAMS.fetch(method, {}).reject { |program, _| installed?(program) }
        return if missing.empty?

        raise Puppet::Error, "state transfers by #{method} need #{missing.keys.join(', ')}, not found on this node: " \
                             "install the package #{missing.values.uniq.join(', ')}"
      end

      def installed?(program)
        ENV.fetch('PATH', '').split(':').push('/usr/bin', '/usr/sbin', '/bin').any? do |directory|
          File.executable?(File.join(directory, program))
        end
      end
      private_class_method :installed?
    end
  end
end
