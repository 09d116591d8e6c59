# frozen_string_literal: true

require 'openssl'
require 'tmpdir'

module OrchestratorBench
  # Certificates for peers that are asked over TLS: keys as Puppet's, RSA of 4096 bits, for one server and one client.
  class Authority
    BITS = 4096
    DAY = 86_400

    # Yields one that is gone afterwards.
    def self.make
      Dir.mktmpdir('plan-authority') { |directory| yield new(directory) }
    end

    def initialize(directory)
      @directory = directory
      @key = OpenSSL::PKey::RSA.new(BITS)
      @certificate = sign('plan bench CA', @key, 'basicConstraints' => 'critical,CA:TRUE')
      File.write(ca, @certificate.to_pem)
      %w[server client].each { |name| issue(name) }
    end

    def ca
      path('ca.pem')
    end

    # CA, certificate and key.
    def files_of(name)
      [ca, path("#{name}.pem"), path("#{name}.key")]
    end

    private

    def path(name)
      File.join(@directory, name)
    end

    def issue(name)
      key = OpenSSL::PKey::RSA.new(BITS)
      certificate = sign(name, key, 'subjectAltName' => 'DNS:localhost,IP:127.0.0.1')
      File.write(path("#{name}.pem"), certificate.to_pem)
      File.write(path("#{name}.key"), key.to_pem, perm: 0o600)
    end

    def sign(name, key, extensions)
      certificate = OpenSSL::X509::Certificate.new
      certificate.version = 2
      certificate.serial = @serial = (@serial || 0) + 1
      certificate.subject = OpenSSL::X509::Name.new([['CN', name]])
      certificate.issuer = @certificate ? @certificate.subject : certificate.subject
      certificate.not_before = Time.now - DAY
      certificate.not_after = Time.now + DAY
      certificate.public_key = key
      factory = OpenSSL::X509::ExtensionFactory.new(@certificate || certificate, certificate)
      extensions.each { |kind, value| certificate.add_extension(factory.create_extension("#{kind}=#{value}")) }
      certificate.sign(@key, OpenSSL::Digest.new('SHA256'))
    end
  end
end
