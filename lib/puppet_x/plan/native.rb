# frozen_string_literal: true

require 'rbconfig'

module PuppetX
  module Plan
    # Finds and loads the native library (`plan_engine.so`) that fits this Ruby. It is loaded when the first process of
    # a run starts and never earlier: not when type files are loaded (Puppet Server reads them with a Ruby that cannot
    # load it), not in the parent of a forking daemon.
    module Native
      FILE = 'plan_engine.so'

      # The library is missing or does not fit. The message says what is wanted and what is there.
      class Missing < Puppet::Error; end

      # The file itself is tried; a folder without it is as good as no folder.
      DIRECTORY = File.expand_path('../galera/native', __dir__)

      module_function

      # Loads the library once; raises Missing.
      def load
        return if defined?(::PlanEngine::Session)

        path = File.join(DIRECTORY, flavour, FILE)
        raise Missing, complaint('is not there') unless File.file?(path)

        require path
        check_abi
      rescue LoadError => e
        raise Missing, complaint("cannot be loaded: #{e.message.lines.first.to_s.chomp}")
      end

      # <ruby-abi>-<arch>-<libc>, as in "3.1.0-x86_64-gnu".
      def flavour(config = RbConfig::CONFIG)
        libc = config['host_os'].to_s.include?('musl') ? 'musl' : 'gnu'
        "#{config['ruby_version']}-#{config['target_cpu']}-#{libc}"
      end

      def available
        Dir.glob(File.join(DIRECTORY, '*', FILE)).map { |path| File.basename(File.dirname(path)) }.sort
      end

      def complaint(problem)
        others = available
        there = others.empty? ? 'there is none' : "there is #{others.join(', ')}"
        "the native library for this Ruby, #{flavour}/#{FILE}, #{problem}; in #{DIRECTORY} #{there}. " \
          'Use a release of the module that is built for this platform, or build the library with the Ruby that ' \
          "runs Puppet (#{RbConfig.ruby} #{RUBY_VERSION})"
      end

      def check_abi
        built_for = ::PlanEngine::RUBY_ABI
        return if built_for == RbConfig::CONFIG['ruby_version']

        raise Missing, complaint("was built for the Ruby ABI #{built_for}")
      end
      private_class_method :complaint, :check_abi
    end
  end
end
