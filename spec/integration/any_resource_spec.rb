# frozen_string_literal: true

require_relative '../support/plan_helper'

# What Puppet does for a resource besides applying it (it generates others, looks for providers, checks before the run,
# relates it by itself) is done for those that a plan asks for as well.
RSpec.describe 'a resource of any type that a plan asks for' do
  include_context 'with a plan run'

  let(:manifest) { "demo::host { 'm': }" }

  def newtype(name, &block)
    @types = (@types || []) << name
    Puppet::Type.newtype(name, &block)
  end

  after { (@types || []).each { |name| Puppet::Type.rmtype(name) } }

  def tree(*names)
    names.each do |name|
      FileUtils.mkdir_p(File.dirname(path(name)))
      File.write(path(name), name)
    end
  end

  def purged_folder(more = {})
    resource('File', path('d'), { 'ensure' => 'directory', 'recurse' => true, 'purge' => true }.merge(more))
  end

  describe 'a folder with all that is in it' do
    before { tree('d/old', 'd/sub/older', 'd/kept') }

    it 'is purged of what neither the catalog nor the plan manages' do
      FakeSession.prepare(script: [batch(1, purged_folder('force' => true), file('d/mine', 'mine'))])
      run = apply("#{manifest} file { '#{path('d/kept')}': }")
      expect(Dir.children(path('d'))).to match_array(%w[kept mine])
      expect(run.status("File[#{path('d/old')}]").containment_path)
        .to eq(['Stage[main]', 'Main', 'Demo::Host[m]', "File[#{path('d/old')}]"])
      expect(run.exit_code).to eq(2)
    end

    it 'has changed when something in it has' do
      FakeSession.prepare(script: [batch(1, purged_folder('force' => true)), batch(2, purged_folder('force' => true))])
      run = apply(manifest)
      expect(results(run.session, 1)).to eq([["File[#{path('d')}]", true, false, false, false]])
      expect(results(run.session, 2)).to eq([["File[#{path('d')}]", false, false, false, false]])
      expect(run.session.told(:synced).first[2].first['messages']).to include('removed')
    end

    it 'has failed when something in it has' do
      tree('source/sub') # a file where a folder is
      FakeSession.prepare(script: [batch(1, resource('File', path('d'), 'ensure' => 'directory', 'recurse' => true,
                                                                        'source' => path('source')))])
      run = apply(manifest)
      expect(results(run.session, 1).first[2]).to be(true)
      expect(run.exit_code & 4).to eq(4)
    end

    it 'notifies whom it notifies for what happens in it' do
      FakeSession.prepare(
        script: [batch(1, purged_folder('force' => true, 'notify' => [ref('Exec', 'outside'), ref('Exec', 'inside')]),
                       resource('Exec', 'inside', 'command' => "/bin/touch #{path('in')}", 'refreshonly' => true))]
      )
      apply("exec { 'outside': command => '/bin/touch #{path('out')}', refreshonly => true } #{manifest}")
      expect([path('in'), path('out')]).to all(satisfy { |name| File.exist?(name) })
    end

    it 'only says what it would do with noop' do
      Puppet[:noop] = true
      FakeSession.prepare(status: { 'desired' => [purged_folder('force' => true)] })
      run = apply(manifest)
      expect(Dir.children(path('d'))).to match_array(%w[old sub kept])
      expect(run.status("File[#{path('d/old')}]").events.map(&:status)).to eq(['noop'])
    end
  end

  describe 'what a plan put in place in an earlier run' do
    before { FakeSession.prepare(status: { 'desired' => [file('d/mine', 'mine'), file('elsewhere', 'x')] }) }

    it 'is not purged with the folder it is in' do
      tree('d/mine', 'd/old')
      File.write(path('d/mine'), 'mine')
      File.write(path('elsewhere'), 'x')
      run = apply(<<~PUPPET)
        #{manifest}
        file { '#{path('d')}': ensure => directory, recurse => true, purge => true }
      PUPPET
      expect(Dir.children(path('d'))).to eq(['mine'])
      expect(run.status("File[#{path('d/mine')}]").events).to be_empty
      expect(run.report.resource_statuses.values.select(&:changed).map(&:resource)).to eq(["File[#{path('d/old')}]"])
    end

    it 'is not purged when the plan cannot run' do
      tree('d/mine')
      allow(FakeSession).to receive(:open).and_raise(StandardError, 'no engine')
      state = File.join(Puppet[:statedir], 'galera/Demo%3A%3AHost%5Bm%5D.json')
      FileUtils.mkdir_p(File.dirname(state))
      File.write(state, JSON.generate('format' => 1, 'engine' => { 'desired' => [file('d/mine', 'mine')] }))
      apply("#{manifest} file { '#{path('d')}': ensure => directory, recurse => true, purge => true }")
      expect(Dir.children(path('d'))).to eq(['mine'])
    end
  end

  describe 'a type whose resources generate others before a run' do
    before do
      store = path('')
      newtype(:spec_item) do
        newparam(:name) { isnamevar }
        newproperty(:ensure) do
          newvalue(:present) { FileUtils.touch(File.join(store, "item-#{@resource[:name]}")) }
          newvalue(:absent) { FileUtils.rm(File.join(store, "item-#{@resource[:name]}")) }
          define_method(:retrieve) { File.exist?(File.join(store, "item-#{@resource[:name]}")) ? :present : :absent }
        end
        define_singleton_method(:instances) do
          Dir.children(store).grep(/\Aitem-/).map { |file| new(name: file.delete_prefix('item-'), ensure: :present) }
        end
      end
      tree('item-a', 'item-b', 'item-c')
    end

    it 'is purged of what neither the catalog nor the plan manages' do
      FakeSession.prepare(script: [batch(1, resource('Resources', 'spec_item', 'purge' => true),
                                         resource('Spec_item', 'b', 'ensure' => 'present'))])
      run = apply("spec_item { 'a': ensure => present } #{manifest}")
      expect(Dir.children(work).grep(/\Aitem-/)).to match_array(%w[item-a item-b])
      expect(results(run.session, 1).map { |result| result[0..1] })
        .to eq([['Resources[spec_item]', true], ['Spec_item[b]', false]])
      expect(run.status('Spec_item[c]').containment_path).to include('Demo::Host[m]')
    end

    it 'is not purged of what a plan put in place in an earlier run' do
      FakeSession.prepare(status: { 'desired' => [resource('Spec_item', 'b', 'ensure' => 'present')] })
      run = apply("resources { 'spec_item': purge => true } #{manifest}")
      expect(Dir.children(work).grep(/\Aitem-/)).to eq(['item-b'])
      expect(run.report.resource_statuses.values.select(&:changed).map(&:resource))
        .to match_array(['Spec_item[a]', 'Spec_item[c]'])
    end
  end

  describe 'a type whose provider comes late' do
    before do
      provider = path('provider')
      newtype(:spec_late) do
        newparam(:name) { isnamevar }
        newproperty(:done) do
          defaultto(:yes)
          define_method(:retrieve) { :no }
        end
        provide(:only) do
          define_singleton_method(:suitable?) { |*| File.exist?(provider) }
          define_method(:done=) { |_value| File.write("#{provider}.done", '') }
        end
      end
    end

    it 'waits for what brings its provider' do
      FakeSession.prepare(script: [batch(1, resource('Spec_late', 'x'), file('provider', ''))])
      run = apply(manifest)
      expect(results(run.session, 1).map { |result| result[1..2] }).to eq([[true, false], [true, false]])
      expect(run.exit_code).to eq(2)
    end

    it 'is not applied behind the back of a plan that was told that it failed' do
      FakeSession.prepare(script: [batch(1, resource('Spec_late', 'x')), batch(2, file('provider', ''))])
      run = apply(manifest)
      expect(results(run.session, 1).map { |result| result[1..2] }).to eq([[false, true]])
      expect(File).not_to exist(path('provider.done'))
      expect(run.status('Spec_late[x]').failed).to be(true)
      expect(run.exit_code).to eq(6)
    end
  end

  it 'is looked at by its provider only when the provider is there' do
    provider = path('provider')
    newtype(:spec_late) do
      newparam(:name) { isnamevar }
      newproperty(:done) { defaultto(:yes) }
      provide(:only) do
        define_singleton_method(:suitable?) { |*| File.exist?(provider) }
        define_singleton_method(:prefetch) { |_resources| raise 'blind' unless File.exist?(provider) }
        define_method(:done) { :no }
        define_method(:done=) { |_value| nil }
      end
    end
    FakeSession.prepare(script: [batch(1, resource('Spec_late', 'x', 'provider' => 'only'), file('provider', ''))])
    run = apply(manifest)
    expect(results(run.session, 1).map { |result| result[1..2] }).to eq([[true, false], [true, false]])
  end

  it 'is related by itself in every way that its type knows' do
    log = path('log')
    newtype(:spec_step) do
      newparam(:name) { isnamevar }
      newparam(:refreshed_by)
      newproperty(:done) do
        defaultto(:yes)
        define_method(:retrieve) { :no }
        define_method(:set) { |_value| File.write(log, "#{@resource[:name]} ", mode: 'a') }
      end
      define_method(:refresh) { File.write(log, "refresh-#{self[:name]} ", mode: 'a') }
      autobefore(:spec_step) { self[:name] == 'last' ? ['first'] : [] }
      autonotify(:spec_step) { self[:name] == 'first' ? ['told'] : [] }
      autosubscribe(:spec_step) { self[:name] == 'hears' ? ['told'] : [] }
    end
    FakeSession.prepare(script: [batch(1, *%w[hears told first last].map { |name| resource('Spec_step', name) })])
    apply(manifest)
    expect(File.read(log).split).to eq(%w[last first told refresh-told hears refresh-hears])
  end

  it 'is checked as before a run' do
    newtype(:spec_checked) do
      newparam(:name) { isnamevar }
      newproperty(:done) do
        defaultto(:yes)
        define_method(:retrieve) { :no }
        define_method(:set) { |_value| raise 'never to be applied' }
      end
      define_method(:pre_run_check) { raise Puppet::Error, 'the licence is missing' }
    end
    FakeSession.prepare(script: [batch(1, resource('Spec_checked', 'x'), file('b', 'b'))])
    run = apply(manifest)
    expect(results(run.session, 1).map { |result| result[1..2] }).to eq([[false, true], [true, false]])
    expect(run.messages(:err)).to include(/Spec_checked\[x\]: the licence is missing/)
  end

  it 'is none that only a compiler can make' do
    FakeSession.prepare(script: [batch(1, resource('Shop::Frontend', 'x'))])
    run = apply(manifest)
    expect(run.messages(:err)).to include(/no resource type Shop::Frontend on this host: .*defines and classes/)
  end
end
