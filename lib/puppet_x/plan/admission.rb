# frozen_string_literal: true

require 'json'
require 'openssl'

module PuppetX
  module Plan
    # The right of a node to be in a cluster, signed while its catalog is compiled: a JSON Web Signature in compact form
    # (RFC 7515) that carries the compiler's certificate, so that the orchestrator can judge it by the CA alone.
    module Admission
      TYPE = 'plan-admission'

      # By the bits of an EC key's curve: the algorithm (RFC 7518), its digest, the bytes of each number of a signature.
      CURVES = { 256 => ['ES256', 'SHA256', 32], 384 => ['ES384', 'SHA384', 48], 521 => ['ES512', 'SHA512', 66] }.freeze

      module_function

      # For a process of a node: its +certname+, +cluster+ and +resource+. +key+ and +certificate+ are the compiler's.
      def sign(process, key:, certificate:, time: Time.now)
        algorithm, = method_of(key)
        header = { 'typ' => TYPE, 'alg' => algorithm, 'x5c' => [[certificate.to_der].pack('m0')] }
        claims = process.merge('compiled_us' => (time.to_r * 1_000_000).to_i)
        signed = [header, claims].map { |part| encode(JSON.generate(part)) }.join('.')
        "#{signed}.#{encode(signature(key, signed))}"
      end

      def method_of(key)
        return ['RS256', 'SHA256', nil] if key.is_a?(OpenSSL::PKey::RSA)

        (key.is_a?(OpenSSL::PKey::EC) && CURVES[key.group.degree]) ||
          raise(ArgumentError, 'the key is neither RSA nor of one of the curves P-256, P-384 and P-521')
      end

      # An EC signature is the two numbers side by side, not the DER that OpenSSL makes of them.
      def signature(key, text)
        _, digest, bytes = method_of(key)
        signature = key.sign(OpenSSL::Digest.new(digest), text)
        return signature unless bytes

        OpenSSL::ASN1.decode(signature).value.map { |number| number.value.to_s(2).rjust(bytes, "\0") }.join
      end

      def encode(bytes)
        [bytes].pack('m0').tr('+/', '-_').delete('=')
      end
      private_class_method :method_of, :signature, :encode
    end
  end
end
