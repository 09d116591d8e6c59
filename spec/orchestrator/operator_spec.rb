# frozen_string_literal: true

require 'puppet'
require_relative '../../lib/puppet_x/plan/operator'
require_relative '../support/daemon'
require_relative '../support/plan_helper'

# Puppet's side of what operators ask and say, against a real orchestrator.
RSpec.describe PuppetX::Plan::Operator do
  include_context 'with Puppet'

  plan = <<~PLAN
    plan desk::counter inherits orchestrator[Desk::Member] {
      public input Struct[{ to => Integer }] results { operator => true }
      Integer $result = 0
      action overrule {
        $word from $who <- results where $word.to != $result
        if $word.to < 0 {
          fail("${word.to} is no result")
        }
        $result = $word.to
        "${word.to}, says ${who}" -> drain
      }
      action admit {
        $request <- requests where $request['kind'] == 'add'
      }
    }

    plan desk::member {
      public String $cluster
    }
  PLAN

  before :all do
    @daemon = Daemon.new(title: 'desk 1', plan: 'desk::counter', files: { 'desk/plans/counter.plan' => plan }).start
  end

  after(:all) { @daemon.stop }

  def operator(identity)
    certificates = { cacerts: [OpenSSL::X509::Certificate.new(File.read(@daemon.ca))], crls: [], revocation: false }
    context = Puppet::SSL::SSLProvider.new.create_context(client_cert: identity.first, private_key: identity.last,
                                                          **certificates)
    described_class.new("https://localhost:#{@daemon.port}").tap { |one| allow(one).to receive(:ssl_context).and_return(context) }
  end

  let(:api) { operator(@daemon.own) }

  it 'says something to a cluster, and shows first what would come of it' do
    tried = api.order('desk 1', 'results', { 'to' => 7 }, dry_run: true)
    expect(tried).to include('taken' => true, 'dry_run' => true, 'by' => 'localhost',
                             'answers' => ['7, says localhost'])
    expect(api.order('desk 1', 'results', { 'to' => 7 })).to eq(tried.merge('dry_run' => false))
    expect(api.clusters('desk 1').first['inputs'].map { |input| input['name'] }).to eq(['results'])
  end

  it 'tells why the cluster does not take it' do
    refusal = lambda do |input, value|
      api.order('desk 1', input, value)
    rescue described_class::NotTaken => e
      [e.code, e.message, e.help]
    end
    expect(refusal.call('results', { 'to' => -1 }))
      .to eq(['refused', '-1 is no result', "Action 'overrule' says so; nothing has happened."])
    2.times { @again = refusal.call('results', { 'to' => 9 }) }
    expect(@again.first(2)).to eq(['not_taken', "no action takes it now from 'results'"])
    expect(refusal.call('results',
                        9)).to match(['malformed', /expects a Struct value|expects Struct/, /There are: results/])
    expect(refusal.call('result', 9).first).to eq('unknown_input')
  end

  it 'knows who may not, and what there is not' do
    expect { operator(@daemon.identity('db1')).order('desk 1', 'results', { 'to' => 1 }) }
      .to raise_error(described_class::Failed, /'db1' may not call/)
    expect do
      api.order('none', 'results', { 'to' => 1 })
    end.to raise_error(described_class::UnknownCluster, /no cluster 'none'/)
    expect { described_class.new('https://localhost:1').tap { |one| allow(one).to receive(:ssl_context) }.clusters }
      .to raise_error(described_class::Failed)
  end
end
