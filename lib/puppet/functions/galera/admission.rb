# frozen_string_literal: true

require 'openssl'
require_relative '../../../puppet_x/plan/admission'

# Signs the right of the node whose catalog is compiled to be in a cluster, with the compiler's own Puppet key. The
# orchestrator refuses a node that shows none: to be signed by the CA is not enough.
#
# The certname is that of the node's verified certificate (`$trusted`), so that a node can ask for nobody else.
Puppet::Functions.create_function(:'galera::admission', Puppet::Functions::InternalFunction) do
  # @param cluster The title of the cluster.
  # @param resource The reference of the node's process.
  # @return [Optional[String]] A JSON Web Signature. Nothing, with a warning, where there is none to give: the node is
  #   not authenticated, or the compiler has no certificate (as in tests of manifests).
  # @example A member of cluster_1
  #   galera::admission('cluster_1', 'Galera::Host[cluster_member]')
  dispatch :admission do
    scope_param
    param 'String[1]', :cluster
    param 'String[1]', :resource
    return_type 'Optional[String[1]]'
  end

  def admission(scope, cluster, resource)
    trusted = scope.lookupvar('trusted') || {}
    return without('the node is not authenticated', resource) unless trusted['authenticated']

    key, certificate = credentials
    process = { 'certname' => trusted['certname'], 'cluster' => cluster, 'resource' => resource }
    PuppetX::Plan::Admission.sign(process, key: key, certificate: certificate)
  rescue SystemCallError, OpenSSL::OpenSSLError, ArgumentError => e
    without("#{Puppet[:certname]} has no key and certificate to sign it with (#{e.message})", resource)
  end

  # The compiler's own.
  def credentials
    [OpenSSL::PKey.read(File.read(Puppet[:hostprivkey]), ''),
     OpenSSL::X509::Certificate.new(File.read(Puppet[:hostcert]))]
  end

  def without(why, resource)
    Puppet.warning("#{resource} gets no admission to its cluster: #{why}")
    nil
  end
end
