# frozen_string_literal: true

require_relative '../command'

module PuppetX
  module Galera
    module Snapshot
      # What a snapshot is, seen from its first bytes and not from its name: how it is compressed and what is inside.
      class Format
        HEAD = 512
        TAR_MAGIC_AT = 257
        COMPRESSIONS = {
          gzip: ["\x1F\x8B".b, 'gzip'],
          xz: ["\xFD7zXZ\x00".b, 'xz'],
          zstd: ["\x28\xB5\x2F\xFD".b, 'zstd']
        }.freeze
        PACKAGES = { 'gzip' => 'gzip', 'xz' => 'xz-utils', 'zstd' => 'zstd', 'tar' => 'tar',
                     'mbstream' => 'mariadb-backup', 'mariadb-backup' => 'mariadb-backup' }.freeze
        CONTENT_TOOLS = { sql: [], tree: ['mariadb-backup'], tar: %w[tar mariadb-backup],
                          xbstream: %w[mbstream mariadb-backup] }.freeze

        # +content+ is :sql, :tree (a directory), :tar or :xbstream; +decompress+ a command or nil.
        attr_reader :content, :decompress

        # path:: where it lies now, which may be a fetched copy
        # source:: what it is called in errors: the catalog's name for it
        # expected:: :auto, :sql or :mariabackup. Raises Puppet::Error where it is something else, or where a program
        #            that is needed to read it is missing.
        def initialize(path, source:, expected: :auto)
          @path = path
          @source = source
          @content = File.directory?(path) ? :tree : look_inside
          check_expected(expected)
          CONTENT_TOOLS.fetch(content).each { |program| self.class.need(program, source) }
        end

        def sql?
          content == :sql
        end

        def self.need(program, source)
          return if ENV.fetch('PATH', '').split(':').any? do |directory|
                      File.executable?(File.join(directory, program))
                    end

          raise Puppet::Error, "#{program} is needed for the snapshot #{source} and is not installed; " \
                               "put a resource for the package #{PACKAGES.fetch(program)} before this one"
        end

        private

        attr_reader :source

        def look_inside
          head = File.binread(@path, HEAD) || ''.b
          _, (_, program) = COMPRESSIONS.find { |_, (magic, _)| head.start_with?(magic) }
          if program
            self.class.need(program, source)
            @decompress = [program, '--decompress', '--stdout']
            head = first_bytes_of(program)
          end
          content_of(head)
        end

        def first_bytes_of(program)
          IO.popen([program, '--decompress', '--stdout', '--', @path, { err: File::NULL }], 'rb') do |pipe|
            pipe.read(HEAD) || ''.b
          end
        end

        def content_of(head)
          return :xbstream if head.start_with?('XBSTCK01')
          return :tar if head[TAR_MAGIC_AT, 5] == 'ustar'
          return :sql unless head.empty? || head.include?("\0")

          raise Puppet::Error, "the snapshot #{source} is neither a SQL dump nor a mariabackup tree or archive " \
                               '(tar or xbstream; each plain or compressed by gzip, xz or zstd)'
        end

        def check_expected(expected)
          return if expected == :auto || (expected == :sql) == sql?

          raise Puppet::Error, "the snapshot #{source} is #{sql? ? 'a SQL dump' : 'a mariabackup copy'}, " \
                               "the catalog says format => #{expected}"
        end
      end
    end
  end
end
