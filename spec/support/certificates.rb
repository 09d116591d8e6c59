# frozen_string_literal: true

require 'fileutils'
require 'openssl'

# A certificate authority, and certificates of nodes by it. Keys take long to make: one set serves all nodes of a name.
module Certificates
  module_function

  # As Puppet's ssldir has them.
  def write(directory, certname)
    files(certname).each do |file, text|
      path = File.join(directory, file)
      FileUtils.mkdir_p(File.dirname(path))
      File.write(path, text, perm: file.start_with?('private_keys') ? 0o600 : 0o644)
    end
  end

  def files(certname)
    @files ||= {}
    @files[certname] ||= begin
      node = certificate(certname, @files.size + 2, authority)
      { 'certs/ca.pem' => authority.first.to_pem, "certs/#{certname}.pem" => node.first.to_pem,
        "private_keys/#{certname}.pem" => node.last.to_pem, 'crl.pem' => revocations(authority).to_pem }
    end
  end

  def authority
    @authority ||= certificate('Puppet CA: spec', 1, nil)
  end

  # [certificate, key]; its own issuer without +authority+.
  def certificate(name, serial, authority)
    key = OpenSSL::PKey::RSA.new(2048)
    certificate = OpenSSL::X509::Certificate.new
    certificate.version = 2
    certificate.serial = serial
    certificate.subject = OpenSSL::X509::Name.new([['CN', name]])
    certificate.issuer = (authority ? authority.first : certificate).subject
    certificate.public_key = key.public_key
    certificate.not_before = Time.now - 3600
    certificate.not_after = Time.now + (365 * 86_400)
    extend_certificate(certificate, authority)
    certificate.sign(authority ? authority.last : key, OpenSSL::Digest.new('SHA256'))
    [certificate, key]
  end

  def extend_certificate(certificate, authority)
    factory = OpenSSL::X509::ExtensionFactory.new(authority ? authority.first : certificate, certificate)
    constraints = "CA:#{authority ? 'FALSE' : 'TRUE'}"
    certificate.add_extension(factory.create_extension('basicConstraints', constraints, true))
    certificate.add_extension(factory.create_extension('subjectKeyIdentifier', 'hash'))
    certificate.add_extension(factory.create_extension('keyUsage', 'keyCertSign,cRLSign', true)) unless authority
  end

  def revocations(authority)
    list = OpenSSL::X509::CRL.new
    list.version = 1
    list.issuer = authority.first.subject
    list.last_update = Time.now - 3600
    list.next_update = Time.now + (365 * 86_400)
    list.add_extension(OpenSSL::X509::Extension.new('crlNumber', OpenSSL::ASN1::Integer(1)))
    list.sign(authority.last, OpenSSL::Digest.new('SHA256'))
  end
end
