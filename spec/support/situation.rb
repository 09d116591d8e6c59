# frozen_string_literal: true

require_relative 'node'

# The rows of spec/situations/situations.yaml, and what is seen when they are run.
module Situations
  TABLE = YAML.safe_load_file(File.expand_path('../situations/situations.yaml', __dir__), aliases: true)
  COUNTS = %w[changed out_of_sync failed failed_to_restart skipped restarted corrective_change].freeze

  # As galera::host is one.
  DEFINE = <<~PUPPET
    define demo::host(
      $path = '~/out', $wait = 60, $ensure = 'present', $parameters = {}, $takes_over = [], $acts_by = [],
    ) {
      plan_process { "Demo::Host[${title}]":
        ensure       => $ensure,
        plan         => 'demo::host',
        bundle       => %<bundle>s,
        parameters   => { 'path' => $path } + $parameters,
        cluster      => 'cluster_1',
        orchestrator => 'https://127.0.0.1:%<port>d',
        wait         => $wait,
        takes_over   => $takes_over,
        acts_by      => $acts_by,
      }
    }
  PUPPET

  # The define and what uses it, with the plan of that name; `~` is the node's directory.
  def self.manifest(node, plan, text)
    bundle = { 'format' => 1, 'plan' => 'demo::host', 'digest' => 'x',
               'files' => [{ 'path' => 'demo/plans/host.plan', 'text' => TABLE['plans'].fetch(plan) }] }
    (format(DEFINE, bundle: literal(bundle), port: node.port.number) + text).gsub('~/', "#{node.directory}/")
  end

  # As a Puppet literal; single quotes keep everything but themselves and the backslash.
  def self.literal(value)
    case value
    when Hash then "{ #{value.map { |key, element| "#{literal(key)} => #{literal(element)}" }.join(', ')} }"
    when Array then "[#{value.map { |element| literal(element) }.join(', ')}]"
    when String then "'#{value.gsub(/[\\']/) { |character| "\\#{character}" }}'"
    else value.to_s
    end
  end

  # One row on a node of its own.
  class Situation
    def initialize(row, node)
      @row = row
      @node = node
    end

    # What was seen of each run that differs from what is expected, as [run, name, expected, seen].
    def differences
      @row['runs'].each_with_index.flat_map do |run, number|
        seen = observe(run)
        spoil(run['spoil'] || {})
        compare(run, seen).map { |difference| ["run #{number + 1}: #{run['run']}", *difference, seen['output']] }
      end
    ensure
      @node.close
    end

    # The catalogs are compiled by whoever has Puppet's own state: not in the thread that runs the row.
    def prepare(compiler)
      @manifests = @row['runs'].map { |run| manifest(run) }
      @catalogs = @manifests.zip(@row['runs']).map do |manifest, run|
        compiler.call(manifest) if run['run'].start_with?('agent')
      end
      self
    end

    private

    def manifest(run)
      text = run['catalog'] || @row['catalog']
      Situations.manifest(@node, @row['plan'], TABLE['catalogs'][text] || text)
    end

    def observe(run)
      connections = @node.port.connections
      place(@row['runs'].index(run))
      FileUtils.rm_f(@node.report_file)
      process = start(run['run'])
      beside = at_moment(process, run)
      ended = process.wait
      facts(run, process).merge('exit' => ended, 'meanwhile' => beside,
                                'connections' => @node.port.connections - connections)
    end

    def place(number)
      File.write(@node.path('site.pp'), @manifests[number])
      @node.cache(@catalogs[number]) if @catalogs[number]
    end

    def start(command)
      @node.start(command.split + (command.start_with?('apply') ? [@node.path('site.pp')] : []))
    end

    # Runs what runs beside it, and sends the signal, when the moment has come.
    def at_moment(process, run)
      return [] unless run['at']

      raise "#{run['at']} did not come:\n#{process.output}" unless process.until { moment?(process, run['at']) }

      beside = (run['meanwhile'] || []).map do |other|
        second = start(other['run'])
        { 'exit' => second.wait, 'output' => second.output }
      end
      process.signal(run['signal']) if run['signal']
      beside
    end

    def moment?(process, moment)
      moment['file'] ? File.exist?(@node.path(moment['file'])) : process.output.match?(moment['says'])
    end

    def spoil(files)
      files.each { |name, content| File.write(@node.path(name), content) }
    end

    def facts(run, process)
      report = @node.report or raise "no report:\n#{process.output}"
      metrics = report.dig('metrics', 'resources', 'values').to_h { |name, _, count| [name, count] }
      report.slice('status', 'noop', 'noop_pending', 'corrective_change', 'puppet_version').merge(
        'cached' => report['cached_catalog_status'], 'resources' => metrics, 'changes' => changes(report),
        'files' => (run['files'] || {}).to_h { |name, _| [name, content(name)] },
        'state' => Dir.glob(@node.path('vardir/state/galera/*.json')).any?,
        'lock' => File.exist?(@node.lock_file), 'output' => process.output
      )
    end

    def content(name)
      File.read(@node.path(name)) if File.exist?(@node.path(name))
    end

    # "Demo::Host[m]/File[~/out] ensure success" for each event of the report.
    def changes(report)
      report['resource_statuses'].values.flat_map do |status|
        path = (status['containment_path'] - ['Stage[main]', 'Main']).join('/').gsub(@node.directory, '~')
        status['events'].map { |event| "#{path} #{event['property'] || event['name']} #{event['status']}" }
      end
    end

    # ---- expected and seen

    def compare(run, seen)
      plain(run, seen) + counted(run, seen) + said(run, seen) + kept_secret(run, seen) + beside(run, seen)
    end

    def plain(run, seen)
      expected = { 'exit' => nil, 'status' => nil, 'noop' => false, 'noop_pending' => false,
                   'corrective_change' => false }.merge(run)
      names = %w[exit status noop noop_pending corrective_change]
      names += %w[files state cached].select { |name| run.key?(name) }
      names.map { |name| [name, expected[name], seen[name]] }
           .push(['lock', false, seen['lock']], ['puppet_version', Puppet.version, seen['puppet_version']],
                 *connections(run, seen), *changed(run, seen))
           .reject { |_, wanted, had| wanted == had }
    end

    def connections(run, seen)
      case run['connections']
      when 'some' then [['connections', true, seen['connections'].positive?]]
      when 0 then [['connections', 0, seen['connections']]]
      else []
      end
    end

    def changed(run, seen)
      run['changes'] ? [['changes', run['changes'].sort, seen['changes'].sort]] : []
    end

    def counted(run, seen)
      expected = run['resources']
      return [] unless expected

      names = COUNTS + (expected.key?('total') ? ['total'] : [])
      wanted = names.to_h { |name| [name, expected.fetch(name, 0)] }
      had = seen['resources'].slice(*names)
      wanted == had ? [] : [['resources', wanted, had]]
    end

    def said(run, seen)
      missing = (run['says'] || []).select { |text| line(seen, text).nil? }
      unwanted = (run['silent'] || []).select { |text| line(seen, text) }
      missing.map { |text| ['says', text, nil] } + unwanted.map { |text| ['silent', text, line(seen, text)] }
    end

    def line(seen, text)
      seen['output'][/.*#{text}.*/]
    end

    # In no output, and in no file of Puppet's but the plan's own state and the cached catalog.
    def kept_secret(run, seen)
      return [] unless run['secret']

      files = Dir.glob("#{@node.path('vardir')}/**/*", File::FNM_DOTMATCH).select { |name| File.file?(name) }
      telling = files.select { |name| File.binread(name).include?(run['secret']) && !private?(name) }
      telling << 'the output' if seen['output'].include?(run['secret'])
      telling.empty? ? [] : [['secret', 'nowhere', telling]]
    end

    def private?(name)
      return true if name == @node.catalog_file

      name.start_with?(@node.path('vardir/state/galera/')) && (File.stat(name).mode & 0o777) == 0o600
    end

    def beside(run, seen)
      (run['meanwhile'] || []).zip(seen['meanwhile']).flat_map do |expected, had|
        names = [["exit of #{expected['run']}", expected['exit'], had['exit']]].reject { |_, one, other| one == other }
        names + said(expected, had)
      end
    end
  end

  # Two rows at a time: a process waits often enough for what is not the processor.
  class Rows
    WORKERS = 2

    def initialize(situations)
      @queue = Queue.new
      situations.each { |title, situation| @queue << [title, situation] }
      @queue.close
      @answers = situations.to_h { |title, _| [title, Queue.new] }
      @threads = Array.new(WORKERS) { Thread.new { work } }
    end

    # Raises what the row raised.
    def differences(title)
      answer = @answers.fetch(title).pop
      answer.is_a?(Exception) ? raise(answer) : answer
    end

    def finish
      @threads.each(&:join)
    end

    private

    def work
      while (title, situation = @queue.pop)
        @answers[title] << begin
          situation.differences
        rescue StandardError => e
          e
        end
      end
    end
  end
end
