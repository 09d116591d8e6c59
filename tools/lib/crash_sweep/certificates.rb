# frozen_string_literal: true

require 'openssl'

module CrashSweep
  # A CA, the daemon's certificate and one for each member, as files in a directory.
  class Certificates
    DAY = 24 * 60 * 60

    def initialize(directory, names)
      @directory = directory
      @serial = 0
      @ca_key = OpenSSL::PKey::EC.generate('prime256v1')
      @ca = certificate('CA of the sweep', @ca_key, nil)
      File.write(ca_file, @ca.to_pem)
      names.each { |name| issue(name) }
    end

    def ca_file
      "#{@directory}/ca.pem"
    end

    def certificate_file(name)
      "#{@directory}/#{name}.pem"
    end

    def key_file(name)
      "#{@directory}/#{name}.key"
    end

    private

    def issue(name)
      key = OpenSSL::PKey::EC.generate('prime256v1')
      File.write(key_file(name), key.to_pem, perm: 0o600)
      File.write(certificate_file(name), certificate(name, key, @ca).to_pem)
    end

    # Without an issuer: the CA's own.
    def certificate(name, key, issuer)
      made = OpenSSL::X509::Certificate.new
      made.version = 2
      made.serial = @serial += 1
      made.subject = OpenSSL::X509::Name.new([['CN', name]])
      made.issuer = (issuer || made).subject
      made.public_key = key
      made.not_before = Time.now - DAY
      made.not_after = Time.now + DAY
      extend_certificate(made, issuer || made, issuer.nil? ? nil : name)
      made.sign(@ca_key, OpenSSL::Digest.new('SHA256'))
    end

    # Without a name: of a CA.
    def extend_certificate(made, issuer, name)
      factory = OpenSSL::X509::ExtensionFactory.new(issuer, made)
      made.add_extension(factory.create_extension('basicConstraints', name ? 'CA:FALSE' : 'CA:TRUE', true))
      made.add_extension(factory.create_extension('subjectAltName', "DNS:#{name}")) if name
    end
  end
end
