# frozen_string_literal: true

require_relative '../support/daemon'

gems = File.expand_path('../../build/deps/gems', __dir__)
Gem.use_paths(Gem.default_dir, [gems, *Gem.path])
require 'openapi_first'
require 'rack'

# Every operation of the OpenAPI file, asked of the real daemon: requests and answers are what the file says, and
# nothing that the file promises is left unasked.
RSpec.describe 'docs/orchestrator.openapi.yaml' do
  # What only another state of the machine brings about; native tests bring it about.
  unprovoked = {
    'exchange' => %w[431 500 503], 'retry' => %w[503], 'order' => %w[503],
    'simple' => %w[503], 'simple_of_service' => %w[503],
    'services' => %w[503], 'service' => %w[503], 'backup' => %w[503]
  }.freeze

  api = OpenapiFirst.load(File.expand_path('../../docs/orchestrator.openapi.yaml', __dir__))

  desk = <<~PLAN
    plan desk::counter inherits orchestrator[Desk::Member] {
      public input String asks
      Integer $divisor = 0
      Integer $last = 0

      action admit {
        $request <- requests where $request['kind'] == 'add'
        $last = $last + 1
        $last -> $request['value'].ticket
      }

      action count {
        $word <- asks
        $last = $last / $divisor
      }

      # A number to divide by from now on
      #
      public input Integer divisors { operator => true }

      action divide_by {
        $number from $who <- divisors where $number != $divisor
        if $number < 0 {
          fail("${number} is below 0")
        }
        $divisor = $number
        "${who} divides by ${number}" -> drain
      }
    }
  PLAN
  member_plan = <<~PLAN
    plan desk::member {
      public String $cluster
      input Integer ticket
    }
  PLAN

  before :all do
    @asked = Hash.new { |hash, key| hash[key] = [] }
    @daemon = Daemon.new(title: 'desk 1', plan: 'desk::counter',
                         files: { 'desk/plans/counter.plan' => desk, 'desk/plans/member.plan' => member_plan }).start
    @member = @daemon.identity('db1')
  end

  after(:all) { @daemon.stop }

  # The answer's body, once it and (unless it is wrong on purpose) the request are as the file says.
  def ask(method, target, status, identity: @daemon.own, body: nil)
    text = body.is_a?(String) || body.nil? ? body : JSON.generate(body)
    answer = @daemon.call(method, target, identity, text)
    expect(answer.code.to_i).to eq(status), "#{method} #{target}: #{answer.code} #{answer.body}"
    request = Rack::Request.new(Rack::MockRequest.env_for(target, method: method, input: text.to_s,
                                                                  'CONTENT_TYPE' => 'application/json'))
    expect_right_request(request) if status == 200
    expect_right_answer(request, answer)
    answer['content-type'].start_with?('application/json') ? JSON.parse(answer.body) : answer.body
  end

  def expect_right_request(request)
    error = api.validate_request(request).error
    expect(error).to be_nil, -> { error.exception_message }
  end

  def expect_right_answer(request, answer)
    response = Rack::Response.new([answer.body], answer.code.to_i, answer.each_header.to_h)
    checked = api.validate_response(request, response)
    expect(checked.error).to be_nil, -> { checked.error.exception_message + answer.body }
    @asked[checked.operation.operation_id] << answer.code
  end

  define_method(:api) { api }

  def message(sequence, kind, name, value)
    { sequence: sequence, kind: kind, from: { certname: 'db1', resource: 'Desk::Member[m]' },
      to: { certname: kind == 'join' ? '' : 'localhost', resource: kind == 'join' ? 'desk 1' : 'Cluster[desk 1]' },
      name: name, value: value, plan: 'desk::member' }
  end

  def exchange(messages, acknowledged: 0, incarnation: 'a' * 32, cluster: 'desk 1')
    { protocol: 1, incarnation: incarnation, epoch: 0, cluster: cluster, plan: 'desk::member', bundle: 'b',
      messages: messages, acknowledged: acknowledged, wait_ms: 0,
      admission: @daemon.admission('db1', cluster, 'Desk::Member[m]') }
  end

  it 'is what the daemon does' do
    path = '/plan/v1/processes/db1/Desk%3A%3AMember%5Bm%5D/exchange'
    cluster = '/plan/v1/clusters/desk%201'

    # A member joins, and asks what its plan fails at.
    join = message(1, 'join', '', { 'cluster' => 'desk 1' })
    told = ask('POST', path, 200, identity: @member, body: exchange([join]))
    expect(told['messages'].map { |one| one['kind'] }).to eq(%w[accepted send])
    ask('POST', path, 200, identity: @member, body: exchange([message(2, 'send', 'asks', 'x')]))
    ask('POST', path, 400, identity: @member, body: '{')
    ask('POST', path.sub('db1', 'db2'), 403, identity: @member, body: exchange([]))
    ask('POST', path, 403, identity: @member, body: exchange([], incarnation: 'b' * 32).merge(admission: 'none'))
    ask('POST', path, 404, identity: @member, body: exchange([], cluster: 'none'))
    ask('POST', path, 409, identity: @member, body: exchange([], acknowledged: 99))
    ask('POST', path, 413, identity: @member, body: 'x' * ((4 * 1024 * 1024) + 1))

    # Operators look.
    expect(ask('GET', '/plan/v1/clusters', 200)['clusters'].map { |one| one['title'] }).to eq(['desk 1'])
    seen = ask('GET', cluster, 200)
    expect(ask('GET', "#{cluster}?since=#{seen['revision']}&wait_ms=1", 200)['revision']).to eq(seen['revision'])
    ask('GET', "#{cluster}?since=x", 400)
    expect(ask('GET', "#{cluster}/members", 200)['members'].first).to include('certname' => 'db1', 'undelivered' => 2)
    expect(ask('GET', "#{cluster}/messages", 200)['messages'].map { |one| one['kind'] }).to eq(%w[accepted send])
    letter = ask('GET', "#{cluster}/dead-letters", 200)['dead_letters'].last
    expect(letter).to include('action' => 'count', 'state' => 'retryable')
    ask('POST', "#{cluster}/dead-letters/#{letter['id']}/retry", 200)
    letters = ask('GET', "#{cluster}/dead-letters", 200)['dead_letters']
    expect(letters.map { |one| one['state'] }).to eq(%w[retried retryable]) # it fails at it again
    ask('POST', "#{cluster}/dead-letters/#{letter['id']}/retry", 409)
    ask('POST', "#{cluster}/dead-letters/99/retry", 404)
    ask('POST', "#{cluster}/dead-letters/1/retry", 403, identity: @member)
    ['', '/members', '/messages', '/dead-letters'].each do |part|
      ask('GET', "/plan/v1/clusters/none#{part}", 404)
      ask('GET', cluster + part, 403, identity: @member)
    end
    ask('GET', '/plan/v1/clusters', 403, identity: @member)
    expect(ask('GET', '/metrics', 200)).to include('plan_orchestrator_dead_letters_total 2')
    ask('GET', '/metrics', 403, identity: @member)

    # They speak to the cluster.
    expect(ask('GET', cluster, 200)['inputs']).to match([include('name' => 'divisors', 'type' => 'Integer')])
    order = "#{cluster}/inputs/divisors"
    tried = ask('POST', order, 200, body: { value: 3, dry_run: true })
    said = ask('POST', order, 200, body: { value: 3 })
    expect(said).to eq(tried.merge('dry_run' => false))
    expect(said).to include('by' => 'localhost', 'answers' => ['localhost divides by 3'])
    expect([said['before']['variables'], said['after']['variables']]).to eq([{ 'divisor' => 0 }, { 'divisor' => 3 }])
    ask('POST', order, 400, body: { value: 'three' })
    ask('POST', order, 400, body: { value: 3, dryrun: true })
    ask('POST', order, 403, identity: @member, body: { value: 4 })
    ask('POST', "#{cluster}/inputs/asks", 404, body: { value: 'x' })
    expect(ask('POST', order, 409, body: { value: 3 })['error']['code']).to eq('not_taken')
    expect(ask('POST', order, 409,
               body: { value: -1 })['error']).to include('code' => 'refused', 'message' => '-1 is below 0')
    ask('POST', order, 413, body: 'x' * ((4 * 1024 * 1024) + 1))

    expect(ask('GET', '/plan/v1/backup', 200)).to start_with('SQLite format 3')
    ask('GET', '/plan/v1/backup', 403, identity: @member)

    # Whoever has a certificate may know whether it runs.
    ask('GET', '/status/v1/simple', 200, identity: @member)
    ask('GET', '/status/v1/simple/plan-orchestrator', 200, identity: @member)
    ask('GET', '/status/v1/simple/other', 404, identity: @member)
    %w[critical info debug].each { |level| ask('GET', "/status/v1/services?level=#{level}", 200) }
    ask('GET', '/status/v1/services', 403, identity: @member)
    ask('GET', '/status/v1/services/plan-orchestrator', 403, identity: @member)
    ask('GET', '/status/v1/services?level=loud', 400)
    ask('GET', '/status/v1/services/plan-orchestrator?service_status_version=1&timeout=5', 200)
    ask('GET', '/status/v1/services/plan-orchestrator?service_status_version=2', 400)
    ask('GET', '/status/v1/services/other', 404)

    promised = api.paths.values.flat_map(&:values).grep(Hash)
                  .to_h { |one| [one['operationId'], one['responses'].keys.sort] }
    asked = @asked.to_h { |operation, codes| [operation, (codes + unprovoked.fetch(operation, [])).uniq.sort] }
    expect(asked).to eq(promised)
  end

  it 'has no name without a meaning, as a comma in a flow mapping makes one' do
    nameless = lambda do |node, path|
      case node
      when Hash then node.flat_map { |key, value| nameless.call(value, path + [key]) }
      when Array then node.each_with_index.flat_map { |value, index| nameless.call(value, path + [index]) }
      else node.nil? ? [path] : []
      end
    end
    expect(nameless.call(YAML.load_file(api.filepath), [])).to be_empty
  end

  it 'names the methods of each path' do
    api.paths.each do |path, item|
      allowed = %w[get post].select { |method| item.key?(method) }.map(&:upcase)
      answer = @daemon.call('PUT', path.gsub(/\{[^}]+\}/, '1'), @daemon.own, '')
      expect([path, answer.code, answer['allow']]).to eq([path, '405', allowed.join(', ')])
    end
  end
end
