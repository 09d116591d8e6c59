# frozen_string_literal: true

require 'erb'
require 'json'
require 'net/http'
require 'openssl'
require 'tmpdir'
require 'yaml'
require_relative '../../lib/puppet_x/plan/admission'
require_relative 'certificates'

# The built plan-orchestrator on free ports of loopback, with a certificate authority of its own and one declared
# cluster, whose plan is given as text.
class Daemon
  PROGRAM = File.join(ENV.fetch('PLAN_PROGRAMS', File.expand_path('../../build/release/bin', __dir__)),
                      'plan-orchestrator')

  attr_reader :directory, :port, :own, :said

  def initialize(title:, plan:, files:)
    @directory = Dir.mktmpdir('plan-orchestrator')
    @authority = Certificates.certificate("Puppet CA: #{@directory}", 1, nil) # no two of the same name
    @serial = 1
    write('ca.pem', @authority.first.to_pem)
    @own = identity('localhost')
    write('own.pem', @own.first.to_pem)
    write('own.key', @own.last.to_pem)
    declare(title, plan, files)
    configure
  end

  # As systemd starts it: +sockets+ listen and are passed, +environment+ is added to.
  def start(sockets: [], environment: {})
    @errors, errors = IO.pipe
    passed = sockets.each_with_index.to_h { |socket, index| [3 + index, socket.fileno] }
    variables = environment.merge(sockets.empty? ? {} : { 'LISTEN_FDS' => sockets.size.to_s })
    @pid = spawn(variables, 'sh', '-c', 'LISTEN_PID=$$ exec "$0" "$@"', PROGRAM, '--config', path('orchestrator.yaml'),
                 err: errors, out: errors, **passed)
    errors.close
    @said = []
    said = await(/, port (\d+)/)
    @port = said[1].to_i
    self
  end

  # The first line that matches; fails when the daemon ends before.
  def await(pattern)
    while (line = @errors.gets)
      @said << line
      match = pattern.match(line)
      return match if match
    end
    raise "the daemon ended: #{@said.join}"
  end

  # Its files stay: it can be started again.
  def halt
    Process.kill('TERM', @pid)
    Process.wait(@pid)
    @pid = nil
  end

  def stop
    halt if @pid
  ensure
    FileUtils.remove_entry(@directory)
  end

  def signal(name)
    Process.kill(name, @pid)
  end

  def listen_at(address)
    configure(address)
  end

  # [certificate, key] of a client.
  def identity(certname)
    Certificates.certificate(certname, @serial += 1, @authority)
  end

  # The right of a node to be in a cluster, as the compiler of its catalog gives it.
  def admission(certname, cluster, resource)
    process = { 'certname' => certname, 'cluster' => cluster, 'resource' => resource }
    PuppetX::Plan::Admission.sign(process, key: @own.last, certificate: @own.first)
  end

  def control
    path('control.sock')
  end

  def ca
    path('ca.pem')
  end

  # A file of that text, and its path.
  def file(name, text)
    write(name, text)
    path(name)
  end

  # A node's process joins with the values that it publishes, and sends to queues.
  def join(certname, cluster, plan, sends = {}, published: {})
    sender = { certname: certname, resource: "#{plan.split('::').map(&:capitalize).join('::')}[m]" }
    messages = [{ kind: 'join', to: { certname: '', resource: cluster }, name: '',
                  value: published.merge('cluster' => cluster) }]
    sends.each do |queue, value|
      messages << { kind: 'send', to: { certname: '', resource: cluster }, name: queue, value: value }
    end
    messages = messages.each_with_index.map { |one, index| one.merge(sequence: index + 1, from: sender, plan: plan) }
    body = { protocol: 1, incarnation: 'a' * 32, epoch: 0, cluster: cluster, plan: plan, bundle: 'spec',
             admission: admission(certname, cluster, sender[:resource]), messages: messages, acknowledged: 0,
             wait_ms: 0 }
    target = "/plan/v1/processes/#{certname}/#{ERB::Util.url_encode(sender[:resource])}/exchange"
    answer = call('POST', target, identity(certname), JSON.generate(body))
    raise answer.body unless answer.code == '200'
  end

  # One call over TLS; +identity+ as identity() gives it.
  def call(method, target, identity, body = nil)
    http = Net::HTTP.new('localhost', @port)
    http.use_ssl = true
    http.ca_file = path('ca.pem')
    http.cert, http.key = identity
    request = Net::HTTPGenericRequest.new(method, !body.nil?, true, target)
    request.content_type = 'application/json' if body
    request.body = body if body
    http.start { http.request(request) }
  end

  private

  def path(name)
    File.join(@directory, name)
  end

  def write(name, text)
    FileUtils.mkdir_p(File.dirname(path(name)))
    File.write(path(name), text, perm: 0o600)
  end

  def declare(title, plan, files)
    bundle = { format: 1, plan: plan, digest: 'spec', files: files.map { |file, text| { path: file, text: text } } }
    declaration = { resource: "Cluster[#{title}]", title: title, plan: plan, parameters: {}, bundle: bundle }
    write("clusters/#{title}.json", JSON.generate(declaration))
  end

  def configure(listen = '127.0.0.1:0')
    write('orchestrator.yaml', { 'listen' => listen, 'status_listen' => '', 'certificate' => 'own.pem',
                                 'private_key' => 'own.key', 'ca' => 'ca.pem', 'store' => 'store.sqlite',
                                 'clusters' => 'clusters', 'control' => control }.to_yaml)
  end
end
