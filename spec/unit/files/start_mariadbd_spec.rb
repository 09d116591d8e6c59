# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'tmpdir'

# The real program, with a directory of its own and stand-ins for what it calls.
RSpec.describe 'start-mariadbd' do
  around do |example|
    Dir.mktmpdir do |directory|
      @directory = directory
      FileUtils.mkdir_p([token_dir, path('run'), path('bin')])
      program('mariadbd', '[ "$1" != --print-defaults ] || { cat "$GALERA_STATE_DIR/defaults" 2>/dev/null; exit; }; ' \
                          'echo "mariadbd $*"; ls "$GALERA_STATE_DIR/token"')
      program('recovery', 'echo --wsrep_start_position=U:7')
      File.write(path('run/boot_id'), "boot-1\n")
      example.run
    end
  end

  def path(name)
    File.join(@directory, name)
  end

  def token_dir
    path('token')
  end

  def program(name, body)
    File.write(path("bin/#{name}"), "#!/bin/sh\n#{body}\n")
    File.chmod(0o755, path("bin/#{name}"))
  end

  def token(*lines)
    File.write(File.join(token_dir, 'bootstrap'), "#{lines.join("\n")}\n")
  end

  def start(*arguments, env: {})
    environment = { 'GALERA_STATE_DIR' => @directory, 'GALERA_RUN_DIR' => path('run'),
                    'GALERA_NEW_CLUSTER_FILES' => "#{path('run/new-cluster')} #{path('run/mysqld/new-cluster')}",
                    'GALERA_MARIADBD' => path('bin/mariadbd'), 'GALERA_RECOVERY' => path('bin/recovery'),
                    'PATH' => "#{path('bin')}:#{ENV.fetch('PATH')}" }.merge(env)
    Open3.capture3(environment, File.expand_path('../../../files/start-mariadbd', __dir__), *arguments)
  end

  it 'starts mariadbd plainly when there is no token' do
    out, _, status = start('--a', '--b')
    expect([out, status.success?]).to eq(["mariadbd --a --b --wsrep_start_position=U:7\n", true])
  end

  it 'does not recover a position that it is given' do
    expect(start('--wsrep_start_position=U:9').first).to eq("mariadbd --wsrep_start_position=U:9\n")
  end

  it 'does not start where the position cannot be recovered, and keeps the token' do
    program('recovery', 'exit 1')
    token('boot-1', 'g1')
    out, err, status = start
    expect([out, status.exitstatus, err]).to match(['', 1, /recovering the position failed/])
    expect(Dir.children(token_dir)).to eq(['bootstrap'])
  end

  it 'starts a new cluster by a token of this boot, which is gone before mariadbd runs' do
    token('boot-1', 'g1')
    out, err, = start
    expect(out).to eq("mariadbd --wsrep-new-cluster --wsrep_start_position=U:7\n")
    expect(err).to include('starting a new cluster by grant g1')
  end

  # As mariadbd --print-defaults shows what all files say.
  def defaults(*settings)
    told = 'mariadbd would have been started with the following arguments:'
    File.write(path('defaults'), "#{told}\n#{settings.join(' ')} \n")
  end

  ['--wsrep_cluster_address=gcomm://', '--wsrep-cluster-address=gcomm://',
   '--loose-wsrep-cluster-address=gcomm://?pc.wait_prim=no'].each do |setting|
    it "S26 does not start where a file says #{setting}" do
      defaults('--wsrep_cluster_address=gcomm://192.0.2.1', setting, '--bind-address=0.0.0.0')
      out, err, status = start
      expect([out, status.exitstatus, err]).to match(['', 1, /would start a new cluster, and mariadbd is not started/])
    end
  end

  it 'S26 does not start with such an argument' do
    expect(start('--wsrep_cluster_address=gcomm://')[2].exitstatus).to eq(1)
  end

  it 'starts where the last word has an address' do
    defaults('--wsrep_cluster_address=gcomm://', '--wsrep_cluster_address=gcomm://192.0.2.1,192.0.2.2?a=b')
    expect(start.first).to eq("mariadbd --wsrep_start_position=U:7\n")
  end

  it 'starts a new cluster by a token whatever the addresses are' do
    defaults('--wsrep_cluster_address=gcomm://')
    token('boot-1', 'g1')
    expect(start.first).to include('--wsrep-new-cluster')
  end

  it 'uses a token once' do
    token('boot-1', 'g1')
    start
    expect(start.first).not_to include('new-cluster')
  end

  it 'throws a token of another boot away' do
    token('boot-0', 'g1')
    out, err, = start
    expect(out).to eq("mariadbd --wsrep_start_position=U:7\n")
    expect(err).to include('grant g1 was made for another boot')
  end

  it 'throws a token away when nobody said which boot this is' do
    File.unlink(path('run/boot_id'))
    token('', 'g1')
    expect(start.first).to eq("mariadbd --wsrep_start_position=U:7\n")
  end

  it 'never starts a new cluster by a token without a grant' do
    token('boot-1', '')
    expect(start.first).not_to include('new-cluster')
  end

  it 'does not start at all when the token cannot be unlinked' do
    program('unlink', 'exit 1')
    token('boot-1', 'g1')
    out, err, status = start
    expect([out, status.exitstatus, err]).to match(['', 1, /cannot unlink/])
  end

  it 'does not start at all when the unlinking cannot be made durable' do
    program('sync', 'exit 1')
    token('boot-1', 'g1')
    out, err, status = start
    expect([out, status.exitstatus, err]).to match(['', 1, /cannot sync/])
  end

  { 'its file' => ['run/new-cluster', {}], 'its file of newer releases' => ['run/mysqld/new-cluster', {}],
    'the variable of older releases' => [nil, { '_WSREP_NEW_CLUSTER' => '--wsrep-new-cluster' }] }
    .each do |trace, (file, env)|
    it "starts plainly under galera_new_cluster and says so: #{trace}" do
      FileUtils.mkdir_p(path('run/mysqld'))
      File.write(path(file), '') if file
      out, err, = start(env: env)
      expect(out).to eq("mariadbd --wsrep_start_position=U:7\n")
      expect(err.lines).to match([/start-mariadbd: galera_new_cluster starts no new cluster here/])
    end
  end

  it 'says nothing of galera_new_cluster where nobody called it' do
    expect(start[1]).to eq('')
  end
end
