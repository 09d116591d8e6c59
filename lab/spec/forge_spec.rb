# frozen_string_literal: true

require 'digest/sha2'
require 'json'
require 'net/http'
require 'socket'
require_relative 'spec_helper'

RSpec.describe 'lab/server/forge.rb' do
  around do |example|
    Dir.mktmpdir do |dir|
      @dir = dir
      port = TCPServer.open('127.0.0.1', 0) { |server| server.addr[1] }
      @base = URI("http://127.0.0.1:#{port}")
      pid = spawn('ruby', File.expand_path('../server/forge.rb', __dir__), dir, port.to_s, err: File::NULL)
      Lab::Shell.wait_until('the forge to listen', seconds: 20) { listening?(port) }
      example.run
    ensure
      Process.kill(:TERM, pid)
      Process.wait(pid)
    end
  end

  def listening?(port)
    TCPSocket.open('127.0.0.1', port, &:close)
    true
  rescue Errno::ECONNREFUSED
    false
  end

  def get(path)
    Net::HTTP.get_response(URI.join(@base, path))
  end

  def json(path)
    JSON.parse(get(path).body)
  end

  it 'lists the releases of a module, the newest first, and what is added while it runs' do
    File.write("#{@dir}/planworks-galera-0.9.0.tar.gz", 'old')
    File.write("#{@dir}/planworks-galera-0.10.0.tar.gz", 'new')
    found = json('/v3/modules/planworks-galera')
    expect(found['releases'].map { |release| release['version'] }).to eq(%w[0.10.0 0.9.0])
    expect(found['current_release']['version']).to eq('0.10.0')
    File.write("#{@dir}/planworks-galera-1.0.0.tar.gz", 'newest')
    expect(json('/v3/modules/planworks-galera')['current_release']['version']).to eq('1.0.0')
  end

  it 'gives a release with its checksum, and the file' do
    File.write("#{@dir}/planworks-galera-0.1.0.tar.gz", 'content')
    release = json('/v3/releases/planworks-galera-0.1.0')
    expect(release).to include('file_sha256' => Digest::SHA256.hexdigest('content'))
    expect(get(release['file_uri']).body).to eq('content')
  end

  it 'has nothing for what it does not know' do
    paths = %w[/v3/modules/planworks-galera /v3/releases/planworks-galera-0.1.0 /v3/files/x.tar.gz]
    expect(paths.map { |path| get(path).code }).to all(eq('404'))
  end
end
