# frozen_string_literal: true

require 'tmpdir'
require_relative 'command'
require_relative 'node_certificate'

module PuppetX
  module Galera
    # A text that only the holders of certain certificates can read: a CMS message (RFC 5652, authenticated as in RFC
    # 5083). Its content is encrypted by AES-256-GCM, the key to it by RSA-OAEP, or by ECDH for a certificate with a
    # key of an elliptic curve.
    #
    # Made and read by the program `openssl`, which MariaDB's own scripts of state transfers need too: Ruby's library
    # knows only CMS's predecessor, without authentication and without elliptic curves. Secrets go through pipes,
    # never through arguments or files.
    module Sealed
      CIPHER = '-aes-256-gcm'
      OAEP = %w[-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256].freeze
      NOT_FOR_US = /Error decrypting CMS using private key/.freeze

      module_function

      # +certificates+: PEM texts, at least one. Returns the message as PEM, or raises Puppet::Error.
      def seal(text, certificates)
        Dir.mktmpdir('galera-seal') do |directory|
          recipients = certificates.each_with_index.flat_map do |pem, index|
            file = File.join(directory, "#{index}.pem")
            File.write(file, pem)
            ['-recip', file, *(OAEP if rsa?(pem))]
          end
          run('cms', '-encrypt', '-binary', CIPHER, '-outform', 'PEM', *recipients, input: text)
        end
      end

      # The text, or nil when it was sealed for others: for a certificate that this node has no longer, for instance.
      def open(message)
        result = openssl('cms', '-decrypt', '-binary', '-inform', 'PEM', '-recip', NodeCertificate.path,
                         '-inkey', NodeCertificate.key_path, input: message)
        return result.out if result.ok?
        return nil if result.err.match?(NOT_FOR_US)

        raise Puppet::Error, "openssl cms: #{complaint(result)}"
      end

      def rsa?(pem)
        OpenSSL::X509::Certificate.new(pem).public_key.is_a?(OpenSSL::PKey::RSA)
      end
      private_class_method :rsa?

      def run(*arguments, input:)
        result = openssl(*arguments, input: input)
        raise Puppet::Error, "openssl #{arguments.first}: #{complaint(result)}" unless result.ok?

        result.out
      end
      private_class_method :run

      def openssl(*arguments, input:)
        Command.run('openssl', *arguments, input: input)
      end
      private_class_method :openssl

      def complaint(result)
        return 'it is not on this node: install the package openssl' if result.status == 127

        result.complaint.lines.last(3).map(&:strip).join('; ')
      end
      private_class_method :complaint
    end
  end
end
