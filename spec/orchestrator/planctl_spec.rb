# frozen_string_literal: true

require 'etc'
require 'open3'
require_relative '../support/daemon'

# planctl's view of a real orchestrator, over its control socket and by HTTPS.
RSpec.describe 'planctl orchestrator' do
  program = File.join(File.dirname(Daemon::PROGRAM), 'planctl')

  plan = <<~PLAN
    plan desk::counter inherits orchestrator[Desk::Member] {
      public input Integer numbers
      Integer $result = 0
      action divide {
        $number <- numbers
        $result = 12 / $number
      }
      action admit {
        $request <- requests where $request['kind'] == 'add'
      }

      # A result that is to count
      #
      public input Struct[{ to => Integer }] results { operator => true }

      action overrule {
        $word from $who <- results where $word.to != $result
        if $word.to < 0 {
          fail("${word.to} is no result")
        }
        $result = $word.to
        "${word.to}, says ${who}" -> drain
      }
    }

    plan desk::member {
      public String $cluster
    }
  PLAN

  before :all do
    @daemon = Daemon.new(title: 'desk 1', plan: 'desk::counter', files: { 'desk/plans/counter.plan' => plan }).start
    @daemon.join('db1', 'desk 1', 'desk::member', { 'numbers' => 0 })
  end

  after(:all) { @daemon.stop }

  define_method(:planctl) do |*arguments, access: ['--socket', @daemon.control]|
    out, err, status = Open3.capture3(program, 'orchestrator', *arguments, *access)
    [status.exitstatus, out, err]
  end

  def certificate(identity)
    ['--url', "https://localhost:#{@daemon.port}", '--ca', @daemon.ca] +
      %w[cert key].zip(identity).flat_map { |name, pem| ["--#{name}", @daemon.file("#{name}.pem", pem.to_pem)] }
  end

  it 'shows clusters, members, messages and dead letters as tables' do
    code, clusters, = planctl('clusters')
    expect([code, clusters.lines.map(&:split)])
      .to match([0, [%w[CLUSTER PLAN MEMBERS WAITS FOR], ['desk', '1', 'desk::counter', /\A[12]\z/, '-']]])
    _, members, = planctl('members', 'desk 1')
    expect(members.lines[1].split(/\s{2,}/))
      .to match(['db1', 'Desk::Member[m]', 'desk::member', /\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\z/, '1', "aaaaaaaa\n"])
    _, messages, = planctl('messages', 'desk 1')
    expect(messages.lines[1]).to eq("db1 Desk::Member[m]  1         accepted  -     localhost Cluster[desk 1]\n")
    _, letters, = planctl('dead-letters', 'desk 1')
    expect(letters.lines[1]).to match(/^1   \S+Z  retr\w+ +divide  Division by 0$/)
  end

  it 'retries a dead letter once' do
    id = JSON.parse(planctl('dead-letters', 'desk 1', '--json')[1])['dead_letters'].last['id']
    expect(planctl('retry', 'desk 1', id.to_s)).to eq([0, "dead letter #{id} is retried\n", ''])
    expect(planctl('retry', 'desk 1', id.to_s)).to eq([1, '', "planctl: it was retried already\n"])
  end

  it 'speaks to a cluster, and shows first what would come of it' do
    by = "#{Etc.getpwuid.name}@localhost"
    tried = planctl('send', 'desk 1', 'results', '{"to": 7}', '--dry-run')
    expect(tried).to eq([0, <<~TEXT, ''])
      7, says #{by}
      WHAT CHANGES  BEFORE  AFTER
      $result       0       7
      a dry run: nothing has happened
    TEXT
    expect(planctl('send', 'desk 1', 'results', '{"to": 7}'))
      .to eq([0, tried[1].sub(/^a dry run.*/, "taken, as the word of #{by}"), ''])
    expect(planctl('send', 'desk 1', 'results', '{"to": 7}'))
      .to match([1, '', /\Aplanctl: no action takes it now from 'results'$/])
    expect(planctl('send', 'desk 1', 'results', '{"to": -1}')).to match([1, '', /\Aplanctl: -1 is no result$/])
    said = JSON.parse(planctl('send', 'desk 1', 'results', '{"to": 8}', '--json')[1])
    expect(said).to include('taken' => true, 'by' => by, 'answers' => ["8, says #{by}"])
  end

  it 'says of a word that is none which there are' do
    expect(planctl('send', 'desk 1', 'result', '{"to": 7}'))
      .to match([1, '', /no input 'result'.*results, Struct\[\{'to' => Integer\}\] \(A result that is to count\)/m])
    expect(planctl('send', 'desk 1', 'results',
                   '7')).to match([1, '', /input 'results' expects Struct.*got Integer/])
    expect(planctl('send', 'desk 1', 'results', 'seven')).to match([2, '', /VALUE seven: .*double quotes/m])
    expect(planctl('send', 'desk 1', 'results', '{"to": 7}', access: certificate(@daemon.identity('db1'))))
      .to match([1, '', /'db1' may not call/])
  end

  it 'watches a cluster' do
    command = [program, 'orchestrator', 'watch', 'desk 1', '--changes', '2', '--socket', @daemon.control]
    Open3.popen3(*command) do |_, out, _, process|
      expect(out.gets).to match(/\Adesk 1  revision \d+  members \d  waits for -\n\z/)
      @daemon.join('db2', 'desk 1', 'desk::member')
      expect(out.gets).to include('members 2')
      expect(process.value.exitstatus).to eq(0)
    end
  end

  it 'shows the certificate that it is given, and says why it is refused' do
    expect(planctl('clusters', access: certificate(@daemon.own)).first).to eq(0)
    code, out, err = planctl('clusters', access: certificate(@daemon.identity('db1')))
    expect([code, out]).to eq([1, ''])
    expect(err).to include("'db1'")
  end

  it 'says what is wrong' do
    expect(planctl('members', 'none')).to match([1, '', /there is no cluster 'none' here/])
    expect(planctl('clusters', access: ['--socket', '/nowhere'])).to match([3, '', %r{cannot talk to /nowhere}])
    expect(planctl('members').first).to eq(2)
    expect(planctl('clusters', access: ['--url', 'http://x', '--cert', 'a', '--key', 'b', '--ca', 'c']))
      .to match([3, '', /does not begin with https/])
  end
end
