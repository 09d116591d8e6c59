# frozen_string_literal: true

require_relative 'command'

module PuppetX
  module Galera
    # What mariadbd is going to read from all its files, beside the file that a plan writes: a file of somebody else's
    # that is read later says otherwise and counts.
    class ServerSettings
      # With another value of one of these the server is in no cluster, in another one, or makes one.
      DECISIVE = %w[wsrep_on wsrep_provider wsrep_cluster_name wsrep_cluster_address].freeze
      SEARCHED = %w[/etc/mysql /etc/my.cnf /etc/my.cnf.d].freeze
      TIMEOUT = 10

      # +file+: the plan's own. +places+: where else there may be files.
      def initialize(file, places: SEARCHED)
        @file = file
        @places = places
      end

      # The first setting that is not as the plan's file says, in a sentence with what to do; nil when all are, or where
      # there is nothing to compare.
      def contradiction
        wanted = of_file(@file)
        found = effective
        name = DECISIVE.find { |one| wanted[one] && found[one] && meaning(found[one]) != meaning(wanted[one]) }
        return unless name

        "#{name} is '#{found[name]}' to the server, where #{@file} says '#{wanted[name]}': #{culprit(name)} says " \
          'otherwise and is read later; take it out there'
      end

      private

      def effective
        result = Command.run('mariadbd', '--print-defaults', timeout: TIMEOUT)
        return {} unless result.ok?

        result.out.split(/\s+--/).to_h do |argument|
          name, value = argument.strip.split('=', 2)
          [canonical(name), value]
        end
      end

      def of_file(file)
        lines = File.readlines(file).grep(/\A\s*[A-Za-z]/)
        lines.to_h do |line|
          name, value = line.split('=', 2).map(&:strip)
          [canonical(name), value&.delete_prefix('"')&.delete_suffix('"')]
        end
      rescue SystemCallError
        {}
      end

      def canonical(name)
        name.to_s.tr('-', '_').delete_prefix('loose_')
      end

      def meaning(value)
        { '1' => 'on', 'true' => 'on', '0' => 'off', 'false' => 'off' }.fetch(value.to_s.downcase, value.to_s.downcase)
      end

      def culprit(name)
        files = Dir.glob(@places.flat_map { |place| [place, "#{place}/**/*.cnf"] }).select { |file| File.file?(file) }
        others = files.reject { |file| file == @file }.select { |file| of_file(file).key?(name) }
        others.empty? ? 'another file' : others.uniq.join(' or ')
      end
    end
  end
end
