# frozen_string_literal: true

require 'openssl'

module PuppetX
  module Galera
    # The certificate that Puppet's CA gave this node, and what this node thinks of those of others.
    module NodeCertificate
      module_function

      def path
        Puppet[:hostcert]
      end

      def key_path
        Puppet[:hostprivkey]
      end

      def authority_path
        Puppet[:localcacert]
      end

      # Why this is not a certificate that Puppet's CA gave somebody and that is good now, or nil.
      def objection(pem)
        certificate = OpenSSL::X509::Certificate.new(pem)
        trusted = store
        return if trusted.verify(certificate)

        "the certificate #{certificate.subject} is refused: #{trusted.error_string}"
      rescue OpenSSL::X509::CertificateError => e
        "this is not a certificate: #{e.message}"
      end

      # Where the agent has a list of revoked certificates, it counts.
      def store
        OpenSSL::X509::Store.new.tap do |store|
          store.add_file(authority_path)
          next unless File.exist?(Puppet[:hostcrl])

          lists = File.read(Puppet[:hostcrl]).scan(/-----BEGIN X509 CRL-----.+?-----END X509 CRL-----/m)
          lists.each { |list| store.add_crl(OpenSSL::X509::CRL.new(list)) }
          store.flags = OpenSSL::X509::V_FLAG_CRL_CHECK unless lists.empty?
        end
      end
      private_class_method :store
    end
  end
end
