# frozen_string_literal: true

require 'digest'
require 'etc'
require 'securerandom'
require_relative 'command'
require_relative 'durable'

module PuppetX
  module Galera
    # The account by which a donor's mariadb-backup reads its own server for a state transfer: on each member the
    # same, for connections on the node itself only, with no more privileges than that needs.
    class SstAccount
      NAME = /\A[A-Za-z0-9_]{1,64}\z/.freeze
      SECRET_LENGTH = 40
      PRIVILEGES = 'RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR'

      attr_reader :name

      def initialize(name)
        raise ArgumentError, "not the name of an account: #{name.inspect}" unless NAME.match?(name)

        @name = name
      end

      # Makes the account with a new secret. Returns what mariadb-backup needs of it: `name:secret`. What the cluster
      # replicates, and its members may log, is the secret's hash.
      def create(server)
        secret = SecureRandom.alphanumeric(SECRET_LENGTH)
        server.execute(<<~SQL)
          CREATE OR REPLACE USER #{quoted} IDENTIFIED BY PASSWORD '#{hash(secret)}';
          GRANT #{PRIVILEGES} ON *.* TO #{quoted};
        SQL
        "#{name}:#{secret}"
      end

      def drop(server)
        server.execute("DROP USER IF EXISTS #{quoted};\n")
      end

      def exist?(server)
        found = server.execute("SELECT User FROM mysql.global_priv WHERE User = '#{name}' AND Host = 'localhost';\n")
        found.strip == name
      end

      private

      def quoted
        "'#{name}'@'localhost'"
      end

      # As mysql_native_password keeps it.
      def hash(secret)
        "*#{Digest::SHA1.hexdigest(Digest::SHA1.digest(secret)).upcase}"
      end
    end

    # The file in which the scripts of state transfers find the account: they read it anew for each transfer, so that
    # another account needs neither a restart nor a statement of SQL.
    class SstSecretFile
      MODE = 0o600
      LINE = /^wsrep_sst_auth\s*=\s*(\w+):(\S+)$/.freeze

      def initialize(path, user)
        @path = path
        @user = user
      end

      # The name of the account in it; nil when it must be written anew.
      def account
        entry.first if right?
      end

      # [name, secret], or nothing.
      def entry
        File.read(@path).scrub('?').match(LINE).to_a.drop(1)
      rescue Errno::ENOENT
        []
      end

      def write(auth)
        Durable.write(@path, <<~CONFIG, mode: MODE, owner: owner)
          # This file is managed by Puppet: galera::host, the account of state transfers.
          [sst]
          wsrep_sst_auth = #{auth}
        CONFIG
      end

      private

      def right?
        stat = File.lstat(@path)
        stat.file? && (stat.mode & 0o7777) == MODE && [stat.uid, stat.gid] == [owner.uid, owner.gid]
      rescue Errno::ENOENT
        false
      end

      def owner
        Etc.getpwnam(@user)
      rescue ArgumentError
        raise Puppet::Error, "there is no account #{@user} on this node: install MariaDB first"
      end
    end
  end
end
