# frozen_string_literal: true

require 'fileutils'
require 'securerandom'

module PuppetX
  module Galera
    # Files that must survive a power cut. Every method returns only after both the file's content and its name in the
    # directory are on disk, or raises (SystemCallError): nothing may be acknowledged that could still be lost.
    module Durable
      module_function

      # Replaces +path+ by +content+, all or nothing.
      def write(path, content, mode: 0o644, owner: nil)
        temporary = "#{path}.#{SecureRandom.hex(8)}"
        create(temporary, content, mode: mode, owner: owner)
        File.rename(temporary, path)
        sync_directory(File.dirname(path))
      rescue SystemCallError
        FileUtils.rm_f(temporary)
        raise
      end

      # Makes +path+ if there is nothing of that name: true. False when something is there already.
      def write_once(path, content, mode: 0o644)
        create(path, content, mode: mode)
        sync_directory(File.dirname(path))
        true
      rescue Errno::EEXIST
        false
      end

      # True when this call removed +path+, false when it was not there. Of several callers one gets true.
      def unlink(path)
        File.unlink(path)
        sync_directory(File.dirname(path))
        true
      rescue Errno::ENOENT
        false
      end

      def sync_directory(path)
        File.open(path, &:fsync)
      end

      # Never follows a link that somebody left under the name, so it is safe in a directory of another user's.
      def create(path, content, mode:, owner: nil)
        flags = File::WRONLY | File::CREAT | File::EXCL | File::NOFOLLOW
        File.open(path, flags, mode) do |file|
          file.chmod(mode)
          file.chown(owner.uid, owner.gid) if owner
          file.write(content)
          file.flush
          file.fsync
        end
      end
    end
  end
end
