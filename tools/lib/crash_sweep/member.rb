# frozen_string_literal: true

require 'json'
require 'net/http'
require 'openssl'
require 'uri'
require_relative '../../../lib/puppet_x/plan/admission'

module CrashSweep
  # A member that says what is recorded, as an agent would: again until it is acknowledged.
  class Member
    attr_reader :certname, :received, :acknowledged, :epoch

    def initialize(exchange, cluster, certificates)
      @certname = exchange.fetch('certname')
      @exchange = exchange
      @cluster = cluster
      @certificates = certificates
      @incarnation = OpenSSL::Digest::MD5.hexdigest(@certname)
      @admission = admission
      @sequence = @acknowledged = @epoch = 0
      @pending = []
      @received = []
    end

    def say(messages)
      @pending.concat(messages.map { |message| { 'sequence' => @sequence += 1 }.merge(message) })
    end

    # :taken with whether anything came, :full, or :broken.
    def exchange(port)
      answer = connection(port).post(path, JSON.generate(request), 'Content-Type' => 'application/json')
      body = JSON.parse(answer.body)
      return take(body) if answer.code == '200'
      return :full if answer.code == '503' && body.dig('error', 'code') == 'store_full'

      raise Violation, "#{@certname} got #{answer.code}: #{answer.body}"
    rescue SystemCallError, IOError, Net::OpenTimeout, OpenSSL::SSL::SSLError
      disconnect
      :broken
    end

    def disconnect
      @http&.finish if @http&.started?
      @http = nil
    end

    def done?
      @pending.empty?
    end

    private

    def take(reply)
      raise Violation, "#{@certname} is acknowledged what it never sent" if reply['acknowledged'] > @sequence

      @acknowledged = reply['acknowledged']
      @epoch = [@epoch, reply['epoch']].max
      @pending.reject! { |message| message['sequence'] <= @acknowledged }
      reply['messages'].each { |message| receive(message) }
      reply['messages'].empty? ? :taken : :received
    end

    def receive(message)
      return if message['sequence'] <= @received.size
      raise Violation, "S15: a gap in what #{@certname} receives" if message['sequence'] != @received.size + 1

      @received << message
    end

    def request
      { 'protocol' => 1, 'incarnation' => @incarnation, 'epoch' => @epoch, 'cluster' => @cluster,
        'plan' => @exchange['plan'], 'bundle' => @exchange['bundle'], 'admission' => @admission, 'messages' => @pending,
        'acknowledged' => @received.size, 'wait_ms' => 0 }
    end

    # As the compiler of its catalog gives it: the daemon's own host.
    def admission
      PuppetX::Plan::Admission.sign(
        { 'certname' => @certname, 'cluster' => @cluster, 'resource' => @exchange['resource'] },
        key: OpenSSL::PKey.read(File.read(@certificates.key_file(Daemon::NAME))),
        certificate: OpenSSL::X509::Certificate.new(File.read(@certificates.certificate_file(Daemon::NAME)))
      )
    end

    def path
      "/plan/v1/processes/#{@certname}/#{URI.encode_www_form_component(@exchange['resource'])}/exchange"
    end

    def connection(port)
      return @http if @http&.port == port

      disconnect
      @http = Connection.open(port, @certificates, @certname)
    end
  end

  # To the daemon, as somebody.
  module Connection
    def self.open(port, certificates, name)
      http = Net::HTTP.new('127.0.0.1', port)
      http.use_ssl = true
      http.ca_file = certificates.ca_file
      http.verify_hostname = false
      http.cert = OpenSSL::X509::Certificate.new(File.read(certificates.certificate_file(name)))
      http.key = OpenSSL::PKey.read(File.read(certificates.key_file(name)))
      http.max_retries = 0
      http.start
    end
  end

  class Violation < StandardError; end
end
