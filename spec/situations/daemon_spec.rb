# frozen_string_literal: true

require_relative '../support/ended'
require_relative '../support/plan_helper'
require_relative '../support/situation'

# The agent as a daemon: it forks for each run, and is asked for things by signals. What is expected was found by
# reading Puppet's daemon.rb and agent.rb: HUP and USR1 are kept until the run that is under way is over, and looked for
# every five seconds; TERM ends the daemon at once and tells its child nothing.
RSpec.describe 'puppet agent as a daemon' do
  include_context 'with Puppet'
  include PlanHelper
  include Ended

  around do |example|
    Dir.mktmpdir('daemon') do |directory|
      @work = directory
      example.run
    end
  end

  before do
    skip 'plan_engine.so is not built for this Ruby (cmake --build build/dev --target plan_engine_ruby)' unless
      NativeLibrary.path

    Node.write_plugins(path('lib'), native: true)
    FileUtils.mkdir_p(path('node'))
    @node = Node.new(path('node'), path('lib'))
    %w[vardir statedir codedir].each { |name| Puppet[name.to_sym] = path(name) }
  end

  # A child that is left ends as well, once it sees that the daemon is gone.
  after do
    child = @node&.applying
    @daemon&.kill
    ended?(child) if child
    @node&.close
  end

  def daemon(plan, text)
    @node.cache(compile_data(Situations.manifest(@node, plan, text)))
    @daemon = @node.start(%w[agent --no-daemonize --runinterval 3600 --verbose --logdest console])
  end

  # The last thing of a run: there is no server to send its report to.
  def expect_runs(number)
    expect_output('Could not send report', number)
  end

  # Until the output has that so many times.
  def expect_output(text, times = 1)
    expect(@daemon.until { @daemon.output.scan(text).length >= times }).to be(true), @daemon.output
  end

  it 'applies the plan in a child for each run, on USR1 and after a restart by HUP, too' do
    daemon('greet', Situations::TABLE['catalogs']['install'])
    expect_runs(1)
    expect(File.read(@node.path('out'))).to eq("by the plan\n")
    File.write(@node.path('out'), 'by hand')
    @daemon.signal(:USR1)
    expect_runs(2)
    expect(File.read(@node.path('out'))).to eq("by the plan\n")
    expect(@node.report).to include('status' => 'changed', 'corrective_change' => true)
    @daemon.signal(:HUP)
    expect_output('Starting Puppet client', 2)
    expect_runs(3)
    expect(@node.report['status']).to eq('unchanged')
    @daemon.signal(:TERM)
    expect(@daemon.wait).to eq(0)
  end

  it 'is asked to restart during a run: that waits as long as it may, and the next one goes on' do
    daemon('wait', "demo::host { 'm': wait => 2 }")
    expect_output('File[~/out]/ensure')
    @daemon.signal(:HUP)
    expect_runs(2)
    expect(@daemon.output)
      .to match(/storing restart.*waiting for an answer.*Applied catalog.*Restarting with.*waiting for an answer/m)
  end

  %w[TERM KILL].each do |signal|
    it "is ended by #{signal} while its child waits: the child ends as well, its report written" do
      daemon('wait', "demo::host { 'm': wait => 3600 }")
      expect_output('File[~/out]/ensure')
      child = @node.applying
      @daemon.signal(signal)
      expect(@daemon.wait).to eq(signal == 'TERM' ? 0 : nil)
      expect(child).not_to eq(@daemon.pid)
      expect(ended?(child)).to be(true)
      expect(@node.report).to include('status' => 'changed')
      expect(@node.applying).to be_nil
    end
  end
end
