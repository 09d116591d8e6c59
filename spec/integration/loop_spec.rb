# frozen_string_literal: true

require_relative '../support/plan_helper'

RSpec.describe 'a run with a plan process' do
  include_context 'with a plan run'

  let(:manifest) { "demo::host { 'm': } -> notify { 'catalog': }" }

  it 'changes nothing and succeeds when the plan wants nothing' do
    run = apply("demo::host { 'm': }")
    expect(run.exit_code).to eq(0)
    expect(run.session.calls.map(&:first)).to eq(%i[start catalog_done close])
  end

  it 'applies what the plan asks for after everything in the catalog' do
    FakeSession.prepare(script: [batch(1, file('a', "one\n"))])
    run = apply("file { '#{path('z')}': content => 'z' }\n#{manifest}")
    expect(File.read(path('a'))).to eq("one\n")
    expect(run.exit_code).to eq(2)
    expect(run.evaluated.index("File[#{path('a')}]")).to be > run.evaluated.index('Notify[catalog]')
    expect(results(run.session, 1)).to eq([["File[#{path('a')}]", true, false, false, false]])
  end

  it 'reports a batch inside of the define that declares the process' do
    FakeSession.prepare(script: [batch(1, file('a', 'one'))])
    run = apply(manifest)
    expect(run.status("File[#{path('a')}]").containment_path)
      .to eq(['Stage[main]', 'Main', 'Demo::Host[m]', "File[#{path('a')}]"])
  end

  it 'applies the same resource in one state after another' do
    FakeSession.prepare(script: [batch(1, file('a', 'one')), batch(2, file('a', 'two')), batch(3, file('a', 'two'))])
    run = apply(manifest)
    expect(File.read(path('a'))).to eq('two')
    expect((1..3).map { |id| results(run.session, id).first }).to eq(
      [["File[#{path('a')}]", true, false, false, false], ["File[#{path('a')}]", true, false, false, false],
       ["File[#{path('a')}]", false, false, false, false]]
    )
  end

  it 'applies another state of a resource that the catalog has as well' do
    FakeSession.prepare(script: [batch(1, file('a', 'plan'))])
    run = apply("file { '#{path('a')}': content => 'catalog' }\n#{manifest}")
    expect(File.read(path('a'))).to eq('plan')
    expect(run.status("File[#{path('a')} (2)]").changed).to be(true)
  end

  it 'keeps the order of the relationships inside a batch' do
    FakeSession.prepare(
      script: [batch(1, file('b', 'b', 'require' => ref('File', path('c'))), file('c', 'c'),
                     file('a', 'a', 'before' => [ref('File', path('b')), "File[#{path('c')}]"]))]
    )
    run = apply(manifest)
    expect(run.evaluated.grep(/#{work}/)).to eq(%w[a c b].map { |name| "File[#{path(name)}]" })
  end

  it 'keeps the order that resources require by themselves' do
    FakeSession.prepare(
      script: [batch(1, file('folder/a', 'a'), resource('File', path('folder'), 'ensure' => 'directory'))]
    )
    run = apply(manifest)
    expect(results(run.session, 1).map { |result| result[1..2] }).to eq([[true, false], [true, false]])
    expect(File.read(path('folder/a'))).to eq('a')
  end

  it 'skips what depends on a failed resource of the batch, and goes on' do
    FakeSession.prepare(
      script: [batch(1, resource('Exec', '/bin/false'), file('a', 'a', 'require' => ref('Exec', '/bin/false')),
                     file('b', 'b')),
               batch(2, file('c', 'c'))]
    )
    run = apply(manifest)
    expect(results(run.session, 1).map { |result| result[1..3] })
      .to eq([[false, true, false], [false, false, true], [true, false, false]])
    expect(File).to exist(path('c'))
    expect(run.exit_code).to eq(6)
  end

  it 'skips a plan resource that requires a failed resource of the catalog' do
    FakeSession.prepare(script: [batch(1, file('a', 'a', 'require' => ref('Exec', '/bin/false')))])
    run = apply("exec { '/bin/false': }\n#{manifest}")
    expect(results(run.session, 1)).to eq([["File[#{path('a')}]", false, false, true, false]])
    expect(File).not_to exist(path('a'))
  end

  it 'refreshes inside of a batch' do
    FakeSession.prepare(
      script: [batch(1, file('a', 'a', 'notify' => ref('Exec', 'touch')),
                     resource('Exec', 'touch', 'command' => "/bin/touch #{path('touched')}", 'refreshonly' => true))]
    )
    apply(manifest)
    expect(File).to exist(path('touched'))
  end

  it 'refreshes a resource of the catalog that was evaluated before, and only it' do
    FakeSession.prepare(script: [batch(1, file('a', 'a', 'notify' => ref('Exec', 'count')))])
    run = apply(<<~PUPPET + manifest)
      exec { 'count': command => '/bin/sh -c "echo x >> #{path('count')}"', refreshonly => true }
      -> exec { 'behind': command => '/bin/sh -c "echo x >> #{path('behind')}"' }
    PUPPET
    expect(File.read(path('count'))).to eq("x\n")
    expect(File.read(path('behind'))).to eq("x\n")
    expect(run.status('Exec[count]').restarted).to be(true)
  end

  it 'does not refresh a resource of the catalog that was skipped' do
    FakeSession.prepare(script: [batch(1, file('a', 'a', 'notify' => ref('Exec', 'count')))])
    run = apply(<<~PUPPET + manifest)
      exec { '/bin/false': }
      -> exec { 'count': command => '/bin/touch #{path('count')}', refreshonly => true }
    PUPPET
    expect(File).not_to exist(path('count'))
    expect(run.session.told(:synced).length).to eq(1)
  end

  it 'does not refresh when nothing has changed' do
    File.write(path('a'), 'a')
    FakeSession.prepare(script: [batch(1, file('a', 'a', 'notify' => ref('Exec', 'count')))])
    run = apply(<<~PUPPET)
      demo::host { 'm': }
      exec { 'count': command => '/bin/touch #{path('count')}', refreshonly => true }
    PUPPET
    expect(File).not_to exist(path('count'))
    expect(run.exit_code).to eq(0)
  end

  it 'fails the host, and the resource, when a resource cannot be made' do
    FakeSession.prepare(
      script: [batch(1, resource('Nosuch', 'x'), resource('File', 'relative'), file('b', 'b'),
                     file('c', 'c', 'require' => ref('File', '/nowhere')))]
    )
    run = apply(manifest)
    expect(results(run.session, 1).map { |result| result[1..3] })
      .to eq([[false, true, false], [false, true, false], [true, false, false], [false, true, false]])
    expect(run.messages(:err)).to include(/no resource type Nosuch/, /must be fully qualified/, %r{File\[/nowhere\]})
    expect(run.status('Plan_process[Demo::Host[m]]').failed).to be(true)
    expect(run.exit_code).to eq(6)
  end

  it 'does not try what depends on a resource that cannot be tried' do
    FakeSession.prepare(
      script: [batch(1, file('a', 'a', 'require' => ref('File', '/nowhere')),
                     file('b', 'b', 'require' => ref('File', path('a'))),
                     file('c', 'c', 'subscribe' => ref('File', path('b'))), file('d', 'd'))]
    )
    run = apply(manifest)
    expect(results(run.session, 1).map { |result| result[1..2] })
      .to eq([[false, true], [false, true], [false, true], [true, false]])
    expect(run.messages(:err)).to include(/File\[#{path('c')}\]: it depends on File\[#{path('b')}\]/)
  end

  it 'refuses a batch whose relationships form a cycle' do
    FakeSession.prepare(
      script: [batch(1, file('a', 'a', 'require' => ref('File', path('b'))),
                     file('b', 'b', 'require' => ref('File', path('a'))), file('c', 'c'))]
    )
    run = apply(manifest)
    expect(results(run.session, 1).map { |result| result[1..3] })
      .to eq([[false, true, false], [false, true, false], [true, false, false]])
    expect(run.messages(:err)).to include(/cycle/)
  end

  it 'has the provider look at all resources of a batch at once, as Puppet does' do
    looked = []
    Puppet::Type.newtype(:spec_prefetch) do
      newparam(:name) { isnamevar }
      newproperty(:done) { defaultto(:yes) }
      provide(:only) do
        define_singleton_method(:prefetch) { |resources| looked << resources.keys }
        def done
          :yes
        end
      end
    end
    FakeSession.prepare(script: [batch(1, resource('Spec_prefetch', 'a'), resource('Spec_prefetch', 'b')),
                                 batch(2, resource('Spec_prefetch', 'a'))])
    run = apply("spec_prefetch { 'c': } -> #{manifest}")
    expect(looked).to eq([['c'], %w[a b], ['a']])
    expect(results(run.session, 2).first[1..2]).to eq([false, false])
  ensure
    Puppet::Type.rmtype(:spec_prefetch)
  end

  it 'fails what a provider could not look at' do
    Puppet::Type.newtype(:spec_prefetch) do
      newparam(:name) { isnamevar }
      provide(:only) { define_singleton_method(:prefetch) { |_resources| raise 'blind' } }
    end
    FakeSession.prepare(script: [batch(1, resource('Spec_prefetch', 'a'), file('b', 'b'))])
    run = apply(manifest)
    expect(results(run.session, 1).map { |result| result[2] }).to eq([true, false])
    expect(run.exit_code).to eq(6)
  ensure
    Puppet::Type.rmtype(:spec_prefetch)
  end

  it 'gives the plan what a resource says of itself' do
    Puppet::Type.newtype(:spec_look) do
      newparam(:name) { isnamevar }
      def plan_data
        { 'seen' => [1, nil, 'x'] }
      end
    end
    FakeSession.prepare(script: [batch(1, resource('Spec_look', 'x'))])
    run = apply(manifest)
    expect(run.session.told(:synced).first[2].first['data']).to eq('seen' => [1, nil, 'x'])
  ensure
    Puppet::Type.rmtype(:spec_look)
  end

  it 'tells the plan how the catalog ended' do
    run = apply(<<~PUPPET + manifest)
      file { '#{path('x')}': content => 'x' }
      exec { '/bin/false': } -> notify { 'never': }
    PUPPET
    expect(run.session.told(:catalog_done).first[1]).to match(
      'changed' => ["File[#{path('x')}]", 'Notify[catalog]'], 'failed' => ['Exec[/bin/false]'],
      'skipped' => ['Notify[never]'], 'run' => /\A\h{8}-/
    )
  end

  it 'keeps the secrets of a plan out of the log and the report' do
    secret = { '__ptype' => 'Sensitive', '__pvalue' => 'hunter2' }
    FakeSession.prepare(script: [batch(1, file('a', secret, 'show_diff' => true))])
    Puppet[:show_diff] = true
    run = apply(manifest)
    expect(File.read(path('a'))).to eq('hunter2')
    expect(run.messages.join + run.report.to_yaml).not_to include('hunter2')
  end

  it 'runs several processes side by side' do
    FakeSession.prepare(script: [batch(1, file('a', 'a'))])
    run = apply("demo::host { 'm': } demo::host { 'n': }")
    expect(FakeSession.opened.map { |session| session.config['process']['title'] }).to eq(%w[m n])
    expect(FakeSession.opened.map { |session| session.told(:synced).length }).to eq([1, 1])
    expect(run.exit_code).to eq(2)
  end

  it 'waits for resources that have no provider until one is there' do
    Puppet::Type.newtype(:spec_late) do
      newparam(:name) { isnamevar }
      newproperty(:done) do
        defaultto(:yes)
        def retrieve
          :no
        end
      end
      const_set(:FLAG, +'')
      provide(:only) do
        def self.suitable?(*)
          File.exist?(Puppet::Type.type(:spec_late)::FLAG)
        end

        def done=(_value); end
      end
    end
    Puppet::Type.type(:spec_late)::FLAG.replace(path('provider'))
    run = apply("spec_late { 'x': } file { '#{path('provider')}': content => '' }\n#{manifest}")
    expect(run.session.told(:catalog_done).first[1]['changed']).to include('Spec_late[x]')
  ensure
    Puppet::Type.rmtype(:spec_late)
  end
end
