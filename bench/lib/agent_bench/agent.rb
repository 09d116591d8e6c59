# frozen_string_literal: true

require 'fileutils'
require 'json'
require 'open3'
require 'rbconfig'
require_relative '../../../lib/puppet_x/plan/native'

module AgentBench
  # `puppet apply` processes that apply a compiled catalog, as an agent does. The module is where pluginsync puts it.
  class Agent
    NAME = 'member.bench'

    # What one process took: seconds of the clock from start to end, seconds of the processor, kB at most; and of these
    # the seconds that Puppet itself reports for applying the catalog.
    Reading = Struct.new(:wall, :cpu, :memory, :applying, keyword_init: true)

    def initialize(dir, authority, modulepath)
      @dir = dir
      @authority = authority
      @modulepath = modulepath
      install
    end

    # A catalog of this name; to be applied by that name.
    def compile(name, manifest)
      File.write(path("#{name}.pp"), manifest)
      output, errors, status = Open3.capture3(
        'puppet', 'catalog', 'compile', NAME, '--manifest', path("#{name}.pp"), '--modulepath', @modulepath,
        '--render-as', 'json', '--log_level', 'err', *settings
      )
      raise Error, "the catalog #{name} does not compile: #{errors}#{output}" unless status.success?

      File.write(path("#{name}.json"), output[output.index('{')..])
    end

    # Applies a catalog. An error when it fails, or changes something though it should not, or the other way round.
    # (With a compiled catalog Puppet has no detailed exit codes.)
    def apply(name, changes: false)
      before = clock
      output, status = Open3.capture2e(*measured_puppet, 'apply', *settings, '--catalog', path("#{name}.json"))
      wall = clock - before
      said = output.lines.grep_v(/Facter: /)
      wrong = said.grep(/\A(Error|Warning)/)
      changed = said.grep(%r{\ANotice: /Stage})
      return reading(wall, output) if status.success? && wrong.empty? && changed.any? == changes

      raise Error, "the run of #{name} was to #{changes ? 'change something' : 'change nothing'}: " \
                   "exit code #{status.exitstatus}, #{(wrong + changed).last(10).join}"
    end

    private

    def path(name)
      File.join(@dir, name)
    end

    def clock
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end

    def install
      FileUtils.mkdir_p(@dir)
      FileUtils.cp_r(File.join(ROOT, 'lib'), path('lib'))
      flavour = PuppetX::Plan::Native.flavour
      library = File.join(ROOT, 'build/release/lib', flavour, PuppetX::Plan::Native::FILE)
      raise Error, "#{library} is not there: build it with tools/build-release" unless File.file?(library)

      target = path("lib/puppet_x/galera/native/#{flavour}")
      FileUtils.mkdir_p(target)
      FileUtils.cp(library, target)
    end

    # Says at its end, on the last line, what it took.
    def measured_puppet
      script = <<~RUBY
        require 'json'
        at_exit do
          peak = File.read('/proc/self/status')[/VmHWM:\\s*(\\d+)/, 1].to_i
          puts JSON.generate('memory' => peak, 'cpu' => Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID))
        end
        $LOAD_PATH.unshift(#{path('lib').inspect})
        require 'puppet/util/command_line'
        Puppet::Util::CommandLine.new('puppet', ARGV).execute
      RUBY
      [RbConfig.ruby, '-e', script]
    end

    def settings
      directories = %w[vardir confdir codedir rundir logdir publicdir].flat_map { |name| ["--#{name}", path(name)] }
      [*directories, '--color=false', '--certname', NAME, '--hostcert', @authority.path("#{NAME}.pem"),
       '--hostprivkey', @authority.path("#{NAME}.key.pem"), '--localcacert', @authority.path('ca.pem'),
       '--hostcrl', @authority.path('crl.pem')]
    end

    def reading(wall, output)
      said = JSON.parse(output.lines.last)
      Reading.new(wall: wall, cpu: said['cpu'], memory: said['memory'],
                  applying: output[/Applied catalog in ([\d.]+) seconds/, 1].to_f)
    end
  end
end
