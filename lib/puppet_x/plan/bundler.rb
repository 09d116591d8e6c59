# frozen_string_literal: true

require 'digest'

module PuppetX
  module Plan
    # Makes the bundle of a plan out of the modules of an environment: the plan's own file, and every file that a name
    # in these texts leads to, as far as it goes. Runs on the Puppet Server (under JRuby) while it compiles a catalog.
    #
    # A bundle is kept until one of its files, or a folder in which a name could be found, has changed.
    # (No constants: a Puppet Server loads this file once for each environment.)
    class Bundler
      class UnknownPlan < Puppet::Error; end

      # {[plan, modules] => [bundle, fingerprint of the files and folders it came from]}
      @cache ||= {}
      @lock ||= Mutex.new

      class << self
        # The bundle of +plan+ as a hash (native/engine/bundle.h says how it looks). +modules+: {name => folder}.
        def bundle(plan, modules)
          name = plan.sub(/\A::/, '')
          key = [name, modules]
          cached, stamps = @lock.synchronize { @cache[key] }
          return cached if cached && stamps == fingerprint(stamps.keys)

          made = new(modules)
          bundle = made.bundle(name)
          @lock.synchronize { @cache[key] = [bundle, fingerprint(made.seen)] }
          bundle
        end

        def forget
          @lock.synchronize { @cache.clear }
        end

        private

        def fingerprint(paths)
          paths.to_h { |path| [path, stamp(path)] }
        end

        def stamp(path)
          stat = File.stat(path)
          [stat.mtime.to_r, stat.size, stat.ino]
        rescue SystemCallError
          nil
        end
      end

      def initialize(modules)
        @modules = modules
        @files = {}
        @folders = {}
      end

      def bundle(plan)
        first = plan_file(plan)
        raise UnknownPlan, unknown(plan) unless first

        add(*first)
        files = @files.sort.map { |path, text| { 'path' => path, 'text' => text } }
        { 'format' => 1, 'plan' => plan, 'digest' => digest(files), 'files' => files }
      end

      # Every file and folder that decided what is in the bundle.
      def seen
        @files.keys.map { |path| absolute(path) } + @folders.values.flatten
      end

      private

      def absolute(path)
        name, rest = path.split('/', 2)
        File.join(@modules.fetch(name), rest)
      end

      def add(path, file)
        return if @files.key?(path)

        text = File.read(file, encoding: 'UTF-8')
        raise Puppet::Error, "#{file} is not UTF-8 text" unless text.valid_encoding?

        @files[path] = text
        names(text).each { |name| candidates(name).each { |found| add(*found) } }
      end

      # Whatever could be the name of a plan or a type; a variable is not, nor what a comment line speaks of.
      def names(text)
        text.gsub(/^\s*#.*/, '').scan(/(?<![\w$:])(?:::)?[A-Za-z]\w*(?:::[A-Za-z]\w*)*/).uniq
      end

      # The name itself, and what it stands in: `galera::cluster::requests` is a queue of the plan galera::cluster.
      def candidates(name)
        parts = name.sub(/\A::/, '').downcase.split('::')
        parts.length.downto(1).flat_map do |length|
          whole = parts.first(length).join('::')
          [plan_file(whole), type_file(whole)].compact
        end
      end

      def plan_file(name)
        find(name, 'plans', 'plan')
      end

      def type_file(name)
        find(name, 'types', 'pp')
      end

      def find(name, folder, extension)
        first, *rest = name.split('::')
        root = @modules[first]
        return nil unless root

        watch(first, root)
        relative = "#{folder}/#{rest.empty? ? 'init' : rest.join('/')}.#{extension}"
        file = File.join(root, relative)
        File.file?(file) ? ["#{first}/#{relative}", file] : nil
      end

      # A file that comes to be later changes its folder.
      def watch(name, root)
        @folders[name] ||= %w[plans types].flat_map do |top|
          folder = File.join(root, top)
          [folder, *Dir.glob(File.join(folder, '**/'))]
        end
      end

      def digest(files)
        sum = Digest::SHA256.new
        files.each { |file| sum << file['path'] << "\0" << file['text'] << "\0" }
        sum.hexdigest
      end

      def unknown(plan)
        first, *rest = plan.split('::')
        root = @modules[first]
        return "there is no plan #{plan}: no module #{first} is in this environment" unless root

        file = File.join(root, 'plans', "#{rest.empty? ? 'init' : rest.join('/')}.plan")
        there = Dir.glob(File.join(root, 'plans/**/*.plan')).sort.map { |path| name_of(first, root, path) }
        "there is no plan #{plan}: #{file} does not exist; " +
          (there.empty? ? "the module #{first} has no plans" : "the plans of #{first} are #{there.join(', ')}")
      end

      def name_of(first, root, path)
        rest = path.delete_prefix(File.join(root, 'plans/')).delete_suffix('.plan')
        rest == 'init' ? first : "#{first}::#{rest.gsub('/', '::')}"
      end
    end
  end
end
