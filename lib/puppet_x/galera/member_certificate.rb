# frozen_string_literal: true

require 'etc'
require 'fileutils'
require_relative 'durable'
require_relative 'node_certificate'

module PuppetX
  module Galera
    # The node's certificate and key, and the certificates of Puppet's CA, where mariadbd can read them:
    #
    #   member.pem  key and certificate, in one file so that they are never of two kinds; only mariadbd may read it
    #   ca.pem      what the certificates of the others are verified with
    class MemberCertificate
      def initialize(directory, user)
        @directory = directory
        @user = user
      end

      # As Puppet's are now, and for nobody else?
      def current?
        wanted.all? { |name, (content, mode)| right?(File.join(@directory, name), content, mode) }
      end

      def write
        FileUtils.mkdir_p(@directory, mode: 0o755)
        wanted.each do |name, (content, mode)|
          Durable.write(File.join(@directory, name), content, mode: mode, owner: owner)
        end
      end

      private

      def wanted
        @wanted ||= {
          'ca.pem' => [File.read(NodeCertificate.authority_path), 0o644],
          'member.pem' => [File.read(NodeCertificate.key_path) + File.read(NodeCertificate.path), 0o600]
        }
      end

      def right?(path, content, mode)
        stat = File.lstat(path)
        stat.file? && (stat.mode & 0o7777) == mode && [stat.uid, stat.gid] == [owner.uid, owner.gid] &&
          File.read(path) == content
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
