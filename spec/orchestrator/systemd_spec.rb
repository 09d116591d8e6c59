# frozen_string_literal: true

require 'socket'
require_relative '../support/daemon'

# What systemd gives the daemon, and is told by it: sockets that listen, and a watchdog.
RSpec.describe 'plan-orchestrator under systemd' do
  plan = <<~PLAN
    plan desk::counter inherits orchestrator[Desk::Member] {
    }

    plan desk::member {
      public String $cluster
    }
  PLAN

  let(:daemon) { Daemon.new(title: 'desk', plan: 'desk::counter', files: { 'desk/plans/counter.plan' => plan }) }

  after { daemon.stop }

  def simple
    daemon.call('GET', '/status/v1/simple', daemon.own).body
  end

  describe 'with sockets that are passed' do
    let(:members) { TCPServer.new('127.0.0.1', 0) }
    let(:control) { UNIXServer.new(daemon.control) }

    before { daemon.listen_at("127.0.0.1:#{members.addr[1]}") }

    it 'serves on them, and who connects between two lives is served by the next' do
      daemon.start(sockets: [members, control])
      expect(daemon.port).to eq(members.addr[1])
      expect(simple).to eq('running')
      daemon.halt
      expect(File.socket?(daemon.control)).to be(true)
      between = TCPSocket.new('127.0.0.1', members.addr[1])
      early = Thread.new { simple }
      daemon.start(sockets: [members, control])
      expect(early.value).to eq('running')
      between.close
    end

    it 'makes itself what is not passed' do
      daemon.start(sockets: [members])
      expect(File.socket?(daemon.control)).to be(true)
      expect(simple).to eq('running')
    end

    it 'says which socket is not in its configuration, and does without' do
      other = TCPServer.new('127.0.0.1', 0)
      daemon.start(sockets: [other, members])
      expect(daemon.said).to include("warning: a socket was passed at 127.0.0.1:#{other.addr[1]}, where the " \
                                     "configuration has none: not used\n")
      expect(simple).to eq('running')
      other.close
    end

    it 'takes no socket that does not listen' do
      pair = UNIXSocket.pair
      daemon.start(sockets: [pair.first, members])
      expect(daemon.said.join).to include('a socket was passed at no socket that listens')
    end
  end

  describe 'with a watchdog' do
    let(:notify) { File.join(daemon.directory, 'notify') }
    let(:systemd) { Socket.new(:UNIX, :DGRAM).tap { |socket| socket.bind(Addrinfo.unix(notify)) } }

    def told(seconds)
      systemd.wait_readable(seconds) && systemd.recv(1000)
    end

    it 'says again and again that it is alive, and no more when it is stuck' do
      systemd
      daemon.start(environment: { 'NOTIFY_SOCKET' => notify, 'WATCHDOG_USEC' => '300000' })
      alive = Array.new(20) { told(10) }.grep('WATCHDOG=1')
      expect(alive.size).to be >= 18
      daemon.signal('STOP')
      nil while told(0.05) # what it had said before
      expect(told(1)).to be_nil
      daemon.signal('CONT')
      expect(told(10)).to eq('WATCHDOG=1')
    end

    it 'is silent without one' do
      systemd
      daemon.start(environment: { 'NOTIFY_SOCKET' => notify })
      expect(told(10)).to start_with('READY=1')
      expect(told(1)).to be_nil
    end
  end
end
