# frozen_string_literal: true

require_relative '../../../support/plan_helper'

# The methods of Puppet that the loop relies on, though their classes are private: one that goes away or takes other
# arguments fails here, with its name, before anything stranger happens.
RSpec.describe PuppetX::Plan::Traversal do
  include_context 'with a plan run'

  {
    Puppet::Transaction => { catalog: 0, report: 0, event_manager: 0, resource_status: 1, prefetch_failed_providers: 0,
                             relationship_graph: 0, stop_processing?: 0 },
    Puppet::Transaction::EventManager => { queue_events_for_resource: 4, process_events: 1,
                                           dequeue_all_events_for_resource: 1 },
    Puppet::Graph::RelationshipGraph => { add_vertex: -2, remove_vertex!: 1, enqueue: -1, add_edge: -2, vertices: 0,
                                          vertex?: 1 },
    Puppet::Resource::Catalog => { add_resource: -1, remove_resource: -1, container_of: 1, relationship_graph: -1,
                                   add_edge: -2, adjacent: -2, resource: -2 },
    Puppet::Resource::Status => { fail_with_event: 1, changed: 0, skipped: 0, failed?: 0, failed_to_restart?: 0,
                                  events: 0 },
    Puppet::Transaction::Report => { resource_statuses: 0, transaction_completed: 0, time: 0 },
    Puppet::Type => { suitable?: 0, retrieve: 0, pre_run_check: 0, isomorphic?: 0, finish: 0, delete: 1,
                      autorequire: -1 }
  }.each do |klass, methods|
    methods.each do |name, arity|
      it "finds #{klass}##{name} public, with its arguments" do
        expect(klass.public_method_defined?(name)).to be(true)
        expect(klass.instance_method(name).arity).to eq(arity)
      end
    end
  end

  it 'finds no transaction for a catalog that was applied before' do
    run = apply("demo::host { 'm': }")
    expect { described_class::Watch.new(run.catalog).traversal }.to raise_error(Puppet::DevError, /no transaction/)
  end

  it 'has the process wait behind everything else, whatever the order of the manifest' do
    run = apply("demo::host { 'm': } -> notify { 'a': } notify { 'b': require => Notify['c'] } notify { 'c': }")
    expect(run.session.told(:catalog_done).first[1]['changed'])
      .to contain_exactly('Notify[a]', 'Notify[b]', 'Notify[c]')
  end

  it 'keeps the place where it waits out of every container, and out of the report' do
    run = apply("demo::host { 'm': } -> notify { 'a': }")
    places = run.catalog.resources.grep(PuppetX::Plan::Place)
    expect(places.map { |place| run.catalog.container_of(place) }).to eq([nil])
    expect(run.evaluated.grep(/waiting/)).to be_empty
  end
end
