# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/galera/server_settings'
require 'tmpdir'

# What mariadbd prints is a stand-in's; the files are real.
RSpec.describe PuppetX::Galera::ServerSettings do
  around do |example|
    Dir.mktmpdir do |directory|
      @directory = directory
      example.run
    end
  end

  let(:own) do
    file('80-galera.cnf', <<~CONFIG)
      # This file is managed by Puppet
      [galera]
      wsrep_on                 = ON
      wsrep_cluster_name       = cluster_1
      wsrep_cluster_address    = gcomm://192.0.2.1,192.0.2.2
      wsrep_provider_options   = "socket.ssl=yes;a=b"
    CONFIG
  end

  def file(name, text)
    File.join(@directory, name).tap { |path| File.write(path, text) }
  end

  # As `mariadbd --print-defaults` does, of all files.
  def server_reads(*settings)
    out = "mariadbd would have been started with the following arguments:\n#{settings.join(' ')} \n"
    result = PuppetX::Galera::Command::Result.new(status: 0, out: out, err: '', timed_out: false)
    allow(PuppetX::Galera::Command).to receive(:run).with('mariadbd', '--print-defaults', timeout: 10)
                                                    .and_return(result)
  end

  def contradiction
    described_class.new(own, places: [@directory]).contradiction
  end

  it 'has nothing to say where the server reads what the file says' do
    server_reads('--socket=/run/x', '--wsrep_on=1', '--wsrep_cluster_name=cluster_1',
                 '--wsrep_cluster_address=gcomm://192.0.2.1,192.0.2.2', '--wsrep_provider_options=socket.ssl=yes;a=b')
    expect(contradiction).to be_nil
  end

  { 'wsrep_cluster_name' => 'other', 'wsrep_cluster_address' => 'gcomm://', 'wsrep_on' => 'OFF' }.each do |name, value|
    it "names the setting #{name} that is another one, and the file that says so" do
      culprit = file('90-extra.cnf', "[mysqld]\n#{name.tr('_', '-')} = #{value}\n")
      file('91-other.cnf', "[mysqld]\nmax_connections = 10\n")
      server_reads("--#{name}=#{File.read(own)[/#{name} *= (.*)/, 1]}", "--#{name.tr('_', '-')}=#{value}", '--a=b')
      expect(contradiction).to start_with("#{name} is '#{value}' to the server, where #{own} says '")
        .and end_with("#{culprit} says otherwise and is read later; take it out there")
    end
  end

  it 'says so where the file cannot be found' do
    server_reads('--wsrep-cluster-name=other')
    expect(contradiction).to include('another file says otherwise')
  end

  it 'has nothing to compare without a server, or without a file of the plan' do
    server_reads('--wsrep-cluster-name=other')
    expect(described_class.new(File.join(@directory, 'none.cnf'), places: []).contradiction).to be_nil
    allow(PuppetX::Galera::Command).to receive(:run)
      .and_return(PuppetX::Galera::Command::Result.new(status: 127, out: '', err: 'no mariadbd', timed_out: false))
    expect(contradiction).to be_nil
  end
end
