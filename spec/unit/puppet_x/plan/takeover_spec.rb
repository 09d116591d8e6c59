# frozen_string_literal: true

require_relative '../../../support/plan_helper'

# The look that is taken when nothing was remembered; spec/integration/takeover_spec.rb has the rest.
RSpec.describe PuppetX::Plan::Takeover do
  include_context 'with Puppet'

  around do |example|
    Dir.mktmpdir('takeover') do |directory|
      @marker = File.join(directory, 'galera/x.taken')
      example.run
    end
  end

  let(:server) { Class.new }

  def takeover(acts_by)
    described_class.new([%w[Service mariadb]], acts_by, @marker).tap do |made|
      allow(made).to receive(:require_relative)
    end
  end

  def database(status)
    stub_const('PuppetX::Galera::Server', server)
    allow(server).to receive(:new).and_return(double(status: double(cluster_status: status)))
  end

  it 'has begun where a database is in a primary component' do
    database('Primary')
    made = takeover(['Galera_member'])
    made.begin([], persist: true)
    expect(made).to be_begun
    expect(JSON.parse(File.read(@marker))).to eq('format' => 1, 'taken' => [%w[service mariadb]])
    expect(File.stat(@marker).mode & 0o777).to eq(0o600)
  end

  it 'has not begun where there is none, or one without a quorum' do
    [nil, 'non-Primary'].each do |status|
      database(status)
      made = takeover(['Galera_member'])
      made.begin([], persist: true)
      expect(made).not_to be_begun
    end
    expect(File).not_to exist(@marker)
  end

  it 'does not ask the database for a plan that is not about it' do
    database('Primary')
    made = takeover(['Other'])
    made.begin([], persist: true)
    expect(made).not_to be_begun
    expect(server).not_to have_received(:new)
  end

  it 'does not fall over a database that cannot be asked' do
    stub_const('PuppetX::Galera::Server', server)
    allow(server).to receive(:new).and_raise(Errno::EACCES)
    made = takeover(['Galera_member'])
    expect { made.begin([], persist: true) }.not_to raise_error
  end

  it 'writes nothing when it is only to look' do
    database('Primary')
    takeover(['Galera_member']).begin([], persist: false)
    expect(File).not_to exist(@marker)
  end
end
