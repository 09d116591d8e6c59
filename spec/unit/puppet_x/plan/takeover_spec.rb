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

  # The types that act, and what they see.
  def traces(found)
    %w[galera_bootstrap galera_member].each do |name|
      allow(Puppet::Type.type(name.to_sym)).to receive(:plan_acted?, &found)
    end
  end

  def takeover(acts_by = %w[Galera_bootstrap Galera_member], parameters = {})
    described_class.new(identities: [%w[Service mariadb]], acts_by: acts_by, parameters: parameters, marker: @marker)
  end

  it 'has begun where the types that act see traces of it' do
    traces(->(parameters) { parameters == { 'datadir' => '/srv/db' } })
    made = takeover(['Galera_member'], { 'datadir' => '/srv/db' })
    made.begin([], persist: true)
    expect(made).to be_begun
    expect(JSON.parse(File.read(@marker))).to eq('format' => 1, 'taken' => [%w[service mariadb]])
    expect(File.stat(@marker).mode & 0o777).to eq(0o600)
  end

  it 'has not begun where there are none' do
    traces(->(_) { false })
    made = takeover
    made.begin([], persist: true)
    expect(made).not_to be_begun
    expect(File).not_to exist(@marker)
  end

  it 'asks nobody for a plan that acts with none of them' do
    traces(->(_) { raise 'asked' })
    made = takeover(%w[Other Notify])
    made.begin([], persist: true)
    expect(made).not_to be_begun
  end

  it 'does not fall over what cannot be looked at' do
    traces(->(_) { raise Errno::EACCES })
    expect { takeover.begin([], persist: true) }.not_to raise_error
  end

  it 'writes nothing when it is only to look' do
    traces(->(_) { true })
    takeover.begin([], persist: false)
    expect(File).not_to exist(@marker)
  end

  it 'covers a service by each of its names in systemd, and nothing else' do
    units = File.dirname(@marker, 2)
    stub_const("#{described_class}::UNITS", [units])
    File.write(File.join(units, 'mariadb.service'), '')
    File.symlink('mariadb.service', File.join(units, 'mysql.service'))
    %w[masked mysqld].each { |name| File.symlink('/dev/null', File.join(units, "#{name}.service")) }
    names = %w[mariadb mariadb.service mysql mysql.service masked other]
    expect(names.select { |name| takeover.covers?('Service', name) })
      .to eq(%w[mariadb mariadb.service mysql mysql.service])
    expect(takeover.covers?('File', 'mariadb')).to be(false)
  end
end
