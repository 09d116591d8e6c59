#include "orchestrator/http/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <system_error>

namespace plan::orchestrator::http {

namespace {

// What the system refused is an errno, for which OpenSSL has no words.
std::string reason_of(unsigned long error) {
  if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
  const char* words = ERR_reason_error_string(error);
  return words != nullptr ? words : std::to_string(error);
}

Error tls_error(std::string_view code, const std::string& what) {
  const unsigned long reason = ERR_get_error();
  std::string text;
  if (reason != 0) text = ": " + reason_of(reason);
  ERR_clear_error();
  return Error{std::string(code), what + text};
}

Status load_crl(SSL_CTX* context, const std::string& path) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (lookup == nullptr || X509_load_crl_file(lookup, path.c_str(), X509_FILETYPE_PEM) <= 0) {
    return tls_error("tls.crl", "the revocation list " + path + " cannot be read");
  }
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
  return Done{};
}

Status load_files(SSL_CTX* context, const TlsFiles& files) {
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return tls_error("tls.certificate", "the certificate " + files.certificate + " cannot be read");
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.private_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return tls_error("tls.private_key", "the private key " + files.private_key + " cannot be read");
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return tls_error("tls.private_key", "the private key " + files.private_key + " is not that of the certificate " +
                                            files.certificate);
  }
  if (SSL_CTX_load_verify_locations(context, files.ca.c_str(), nullptr) != 1) {
    return tls_error("tls.ca", "the CA certificate " + files.ca + " cannot be read");
  }
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(files.ca.c_str());
  if (names == nullptr) return tls_error("tls.ca", "the CA certificate " + files.ca + " cannot be read");
  SSL_CTX_set_client_CA_list(context, names);   // which takes them over
  return files.crl.empty() ? Status(Done{}) : load_crl(context, files.crl);
}

}  // namespace

Result<std::shared_ptr<boost::asio::ssl::context>> make_context(const TlsFiles& files) {
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Every connection is verified anew: a resumed session would outlive a revocation.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  if (auto done = load_files(native, files); !done) return done.error();
  return context;
}

std::optional<Peer> verified_peer(const SSL* connection) {
  if (SSL_get_verify_result(connection) != X509_V_OK) return std::nullopt;
  const X509* certificate = SSL_get0_peer_certificate(connection);
  return certificate == nullptr ? std::nullopt : read_peer(certificate);
}

Result<std::string> certname_of_file(const std::string& path) {
  BIO* file = BIO_new_file(path.c_str(), "r");
  X509* certificate = file == nullptr ? nullptr : PEM_read_bio_X509(file, nullptr, nullptr, nullptr);
  BIO_free(file);
  if (certificate == nullptr) return tls_error("tls.certificate", "the certificate " + path + " cannot be read");
  const auto peer = read_peer(certificate);
  X509_free(certificate);
  if (!peer) return Error{"tls.certificate", "the certificate " + path + " has no single common name (CN)"};
  return peer->certname;
}

}  // namespace plan::orchestrator::http
