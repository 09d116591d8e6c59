# frozen_string_literal: true

require 'digest'
require 'find'
require 'uri'
require_relative '../durable'

module PuppetX
  module Galera
    module Snapshot
      # Where a snapshot comes from: a file or directory of this machine, or a file of Puppet's own file server.
      #
      # `verified` hands out a local path whose content has the wanted checksum, and nothing else: what comes by network
      # is hashed while it is written to a file that only root can read; that file is gone when the block ends.
      class Source
        CHUNK = 1 << 20

        # directory:: where a fetched file is put meanwhile
        def initialize(source, environment:, directory:)
          @source = source
          @environment = environment
          @directory = directory
        end

        def verified(sha256, &block)
          @source.start_with?('puppet:') ? verified_fetch(sha256, &block) : verified_local(sha256, &block)
        end

        # The checksum of a directory is that of the list of its files' checksums:
        #   find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
        def self.tree_sha256(directory)
          files = Find.find(directory).select { |path| File.file?(path) && !File.symlink?(path) }
          names = files.map { |path| ".#{path.b.delete_prefix(directory.b.chomp('/'))}" }.sort
          list = names.map { |name| "#{Digest::SHA256.file(File.join(directory, name)).hexdigest}  #{name}\n" }
          Digest::SHA256.hexdigest(list.join)
        end

        private

        def verified_local(sha256)
          stat = File.stat(@source)
          actual = stat.directory? ? self.class.tree_sha256(@source) : Digest::SHA256.file(@source).hexdigest
          check(actual, sha256)
          now = File.stat(@source)
          if [now.ino, now.size, now.mtime] != [stat.ino, stat.size, stat.mtime]
            raise Puppet::Error, "#{@source} changed while it was read; nothing was written"
          end

          yield @source
        rescue Errno::ENOENT
          raise Puppet::Error, "the snapshot #{@source} does not exist on this node"
        end

        def verified_fetch(sha256)
          part = File.join(@directory, 'snapshot.part')
          FileUtils.rm_f(part)
          check(fetch_into(part), sha256)
          yield part
        ensure
          FileUtils.rm_f(part) if part
        end

        def fetch_into(path)
          digest = Digest::SHA256.new
          File.open(path, File::WRONLY | File::CREAT | File::EXCL | File::NOFOLLOW, 0o600) do |file|
            file.binmode
            each_chunk do |chunk|
              digest.update(chunk)
              file.write(chunk)
            end
          end
          digest.hexdigest
        end

        def check(actual, wanted)
          return if actual == wanted

          raise Puppet::Error, "the snapshot #{@source} has the SHA-256 #{actual}, not #{wanted} as the catalog " \
                               'says; nothing was written. If the new content is right, change `sha256` in the manifest'
        end

        def each_chunk(&block)
          uri = URI.parse(@source)
          if Puppet[:default_file_terminus].to_s == 'file_server' && uri.host.to_s.empty?
            each_chunk_of_file(served_path, &block)
          else
            api = http_session.route_to(:fileserver, url: uri)
            api.get_file_content(path: Puppet::Util.uri_unescape(uri.path), environment: @environment.to_s, &block)
          end
        rescue Puppet::HTTP::ResponseError => e
          raise Puppet::Error, "the snapshot #{@source} cannot be fetched: #{e.message}"
        end

        def each_chunk_of_file(path)
          File.open(path, 'rb') do |file|
            while (chunk = file.read(CHUNK))
              yield chunk
            end
          end
        end

        # With `puppet apply` the file server is this machine's module path.
        def served_path
          metadata = Puppet::FileServing::Metadata.indirection.find(@source, environment: @environment)
          raise Puppet::Error, "the snapshot #{@source} does not exist on the file server" unless metadata

          unless metadata.ftype == 'file'
            raise Puppet::Error, "the snapshot #{@source} is a directory on the file server; serve an archive of it"
          end

          metadata.full_path
        end

        def http_session
          Puppet.lookup(:http_session) { Puppet.runtime[:http].create_session }
        end
      end
    end
  end
end
