# frozen_string_literal: true

require 'digest/sha2'
require 'json'

module Lab
  # A built module release: a tar.gz as the Forge takes it, with everything under <author>-<name>-<version>/.
  class Release
    attr_reader :path

    # The newest archive in pkg/ when none is named.
    def self.find(path = nil)
      return new(path) if path

      newest = Dir.glob(File.join(Settings.project_dir, 'pkg', '*.tar.gz')).max_by { |file| File.mtime(file) }
      new(newest || raise(Error, 'there is no module release in pkg/; make one with: tools/build-release'))
    end

    def initialize(path)
      @path = File.expand_path(path)
      raise Error, "there is no file #{path}" unless File.file?(@path)
    end

    # Like the slug, from the archive's own metadata: a file may have been renamed.
    def metadata
      @metadata ||= begin
        listing = Shell.try('tar', '-tzf', path)
        entry = listing.out.lines.map(&:chomp).find { |line| line.match?(%r{\A[^/]+/metadata\.json\z}) }
        raise Error, "#{path} is not a module release: no <author>-<name>-<version>/metadata.json in it" unless entry

        JSON.parse(Shell.run('tar', '-xzOf', path, entry))
      end
    end

    def author
      metadata.fetch('name').split(%r{[-/]}, 2).first
    end

    def module_name
      metadata.fetch('name').split(%r{[-/]}, 2).last
    end

    def version
      metadata.fetch('version')
    end

    def file_name
      "#{author}-#{module_name}-#{version}.tar.gz"
    end

    def digest
      @digest ||= Digest::SHA256.file(path).hexdigest
    end
  end
end
