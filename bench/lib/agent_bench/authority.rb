# frozen_string_literal: true

require 'openssl'

module AgentBench
  # A certificate authority as Puppet's: RSA keys of 4096 bits, one certificate for each name.
  class Authority
    BITS = 4096

    attr_reader :dir

    def initialize(dir)
      @dir = dir
      @key = OpenSSL::PKey::RSA.new(BITS)
      @serial = 0
      @certificate = certificate('Puppet CA: bench', @key, authority: true)
      File.write(path('ca.pem'), @certificate.to_pem)
      File.write(path('crl.pem'), revocations.to_pem)
    end

    def path(name)
      File.join(dir, name)
    end

    # Writes NAME.pem and NAME.key.pem.
    def issue(name)
      key = OpenSSL::PKey::RSA.new(BITS)
      File.write(path("#{name}.pem"), certificate(name, key).to_pem)
      File.write(path("#{name}.key.pem"), key.to_pem, perm: 0o600)
    end

    private

    def certificate(name, key, authority: false)
      made = OpenSSL::X509::Certificate.new
      made.version = 2
      made.serial = (@serial += 1)
      made.subject = OpenSSL::X509::Name.new([['CN', name]])
      made.issuer = @certificate ? @certificate.subject : made.subject
      made.public_key = key.public_key
      made.not_before = Time.now - 3600
      made.not_after = Time.now + (24 * 3600)
      extend(made, name, authority)
      made.sign(@key, OpenSSL::Digest.new('SHA256'))
    end

    def extend(certificate, name, authority)
      factory = OpenSSL::X509::ExtensionFactory.new(@certificate || certificate, certificate)
      wanted = { 'basicConstraints' => authority ? 'CA:TRUE' : 'CA:FALSE' }
      wanted['keyUsage'] = 'keyCertSign,cRLSign' if authority
      wanted['subjectAltName'] = "DNS:#{name}" unless authority
      wanted.each { |key, value| certificate.add_extension(factory.create_extension(key, value, true)) }
    end

    def revocations
      list = OpenSSL::X509::CRL.new
      list.version = 1
      list.issuer = @certificate.subject
      list.last_update = Time.now - 3600
      list.next_update = Time.now + (24 * 3600)
      list.sign(@key, OpenSSL::Digest.new('SHA256'))
    end
  end
end
