# frozen_string_literal: true

require 'rbconfig'
require_relative 'shared_object'

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

      # Of these a process can have but one.
      OPENSSL = /(?:libssl|libcrypto)\.so\b/.freeze

      module_function

      # Loads the library once; raises Missing. What could harm this process is refused before it is in it; that it was
      # built for another Ruby, the library itself finds first of all and is nothing but mapped then.
      def load
        return if defined?(::PlanEngine::Session)

        path = File.join(DIRECTORY, flavour, FILE)
        problem = obstacle(path)
        raise Missing, complaint(problem) if problem

        require path
      rescue LoadError, SystemCallError => e
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

      def obstacle(path)
        return 'is not there' unless File.file?(path)

        library = SharedObject.new(path)
        return 'is no library' unless library.platform
        return 'is for another processor' unless library.platform == SharedObject.new('/proc/self/exe').platform
        return 'is only a part of a file' unless library.whole?

        second = second_openssl(library)
        "brings #{second.first}, and this process has #{second.last} already" if second
      end

      # The first library of OpenSSL's that it would bring beside another one: its name, and the other's path.
      def second_openssl(library)
        library.needed.grep(/\A#{OPENSSL}/).each do |wanted|
          others = mapped_openssl.select { |path| File.basename(path).start_with?(wanted[OPENSSL]) }
          next if others.empty? || others.any? { |path| "#{File.basename(path)}.".start_with?("#{wanted}.") }

          return [wanted, others.first]
        end
        nil
      end

      # A file that was replaced since, by an upgrade of its package, is still the one this process has.
      def mapped_openssl
        mapped = File.read('/proc/self/maps').scan(%r{/(?:.*/)?#{OPENSSL}.*$})
        mapped.map { |path| path.delete_suffix(' (deleted)') }.uniq
      end

      def complaint(problem)
        others = available
        there = others.empty? ? 'there is none' : "there is #{others.join(', ')}"
        "the native library for this Ruby, #{flavour}/#{FILE}, #{problem}; in #{DIRECTORY} #{there}. " \
          'Use a release of the module that is built for this platform, or build the library with the Ruby that ' \
          "runs Puppet (#{RbConfig.ruby} #{RUBY_VERSION})"
      end
      private_class_method :obstacle, :second_openssl, :mapped_openssl, :complaint
    end
  end
end
