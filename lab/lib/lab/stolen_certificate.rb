# frozen_string_literal: true

require 'json'

module Lab
  # A certificate that the Puppet CA has signed, in the wrong hands: what one gets who calls the orchestrator with it.
  class StolenCertificate
    # Reads what to send from standard input, and prints the answer's status and body.
    CALL = <<~'RUBY'
      require 'json'
      require 'net/http'
      require 'openssl'

      wanted = JSON.parse($stdin.read)
      http = Net::HTTP.new(wanted['host'], wanted['port'])
      http.use_ssl = true
      http.ca_file = "#{wanted['dir']}/ca.pem"
      http.cert = OpenSSL::X509::Certificate.new(File.read("#{wanted['dir']}/cert.pem"))
      http.key = OpenSSL::PKey.read(File.read("#{wanted['dir']}/key.pem"))
      request = Net::HTTP.const_get(wanted['method']).new(wanted['path'])
      request.body = JSON.generate(wanted['body']) if wanted['body']
      answer = http.start { http.request(request) }
      puts JSON.generate('status' => answer.code.to_i, 'body' => answer.body)
    RUBY

    DIRECTORY = '/root/stolen'

    attr_reader :certname

    # Signed by the server's CA, and brought to the thief's machine.
    def initialize(server, thief, certname)
      @server = server
      @thief = thief
      @certname = certname
    end

    def steal
      @server.run('puppetserver', 'ca', 'generate', '--certname', certname)
      @thief.run('mkdir', '-p', DIRECTORY)
      { 'hostcert' => 'cert.pem', 'hostprivkey' => 'key.pem', 'localcacert' => 'ca.pem' }.each do |setting, file|
        path = @server.run('puppet', 'config', 'print', '--certname', certname, '--section', 'agent', setting).chomp
        @thief.write("#{DIRECTORY}/#{file}", @server.run('cat', path), mode: 0o600)
      end
    end

    def give_back
      @server.try('puppetserver', 'ca', 'clean', '--certname', certname)
      @thief.try('rm', '-r', DIRECTORY)
    end

    # [status, error code]
    def call(method, path, body = nil)
      wanted = { 'host' => @server.certname, 'port' => Settings::ORCHESTRATOR_PORT, 'dir' => DIRECTORY,
                 'method' => method, 'path' => path, 'body' => body }
      answer = JSON.parse(@thief.run('ruby', '-e', CALL, input: JSON.generate(wanted)))
      [answer['status'], JSON.parse(answer['body']).dig('error', 'code')]
    end

    # A request to join, as +speaker+, on the path of +owner+.
    def join(owner: certname, speaker: certname, admission: nil)
      member = { 'certname' => speaker, 'resource' => 'Galera::Host[cluster_member]' }
      cluster = { 'certname' => '', 'resource' => Settings::CLUSTER }
      message = { 'sequence' => 1, 'kind' => 'join', 'from' => member, 'to' => cluster, 'plan' => 'galera::host',
                  'value' => { 'cluster' => Settings::CLUSTER } }
      body = { 'protocol' => 1, 'incarnation' => 'f' * 32, 'epoch' => 0, 'cluster' => Settings::CLUSTER,
               'plan' => 'galera::host', 'bundle' => 'stolen', 'messages' => [message], 'acknowledged' => 0,
               'wait_ms' => 0 }
      body['admission'] = admission if admission
      call('Post', "/plan/v1/processes/#{owner}/Galera%3A%3AHost%5Bcluster_member%5D/exchange", body)
    end
  end
end
