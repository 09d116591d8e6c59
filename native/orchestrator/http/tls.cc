#include "orchestrator/http/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <sstream>
#include <system_error>
#include <vector>

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

using SysSeconds = std::chrono::sys_seconds;

SysSeconds time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return SysSeconds::min();
  return SysSeconds(std::chrono::seconds(::timegm(&parts)));
}

std::string text_of(SysSeconds time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return "a day that no calendar has";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

// Calls `look` with each revocation list of the store.
template <class Look>
void each_crl(const SSL_CTX* context, Look look) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  const STACK_OF(X509_OBJECT)* objects = X509_STORE_get0_objects(store);
  for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
    const X509_CRL* crl = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(objects, i));
    if (crl != nullptr) look(const_cast<X509_CRL*>(crl));
  }
}

struct FreeCrl {
  void operator()(X509_CRL* crl) const { X509_CRL_free(crl); }
};

// Why it is not valid now; empty when it is. With such a one every handshake would fail: better to go on with what was
// there, and to say so.
std::string wrong_time(const X509_CRL* crl) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto begin = time_of(X509_CRL_get0_lastUpdate(crl));
  const ASN1_TIME* next = X509_CRL_get0_nextUpdate(crl);
  if (begin > now) return "is valid only from " + text_of(begin) + " on";
  return next != nullptr && time_of(next) <= now ? "has expired on " + text_of(time_of(next)) : "";
}

bool at_end() {
  const unsigned long reason = ERR_peek_last_error();
  const bool end = ERR_GET_LIB(reason) == ERR_LIB_PEM && ERR_GET_REASON(reason) == PEM_R_NO_START_LINE;
  if (end) ERR_clear_error();
  return end;
}

Status load_crl(SSL_CTX* context, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  const std::string what = "the revocation list " + path + " ";
  if (!file) return Error{"tls.crl", what + "cannot be read: " + std::generic_category().message(errno)};
  const auto done = add_revocation_lists(SSL_CTX_get_cert_store(context), text.str());
  if (!done) return Error{"tls.crl", what + done.error().message, "Get the present one from the CA."};
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

Result<TlsContext> make_context(const TlsFiles& files) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* native = context.get();
  PLAN_ASSERT(native != nullptr);
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Every connection is verified anew: a resumed session would outlive a revocation.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(native, 1);   // one call of the system for a record instead of two
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  if (auto done = load_files(native, files); !done) return done.error();
  return context;
}

Status add_revocation_lists(X509_STORE* store, const std::string& pem) {
  BIO* text = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  std::vector<std::unique_ptr<X509_CRL, FreeCrl>> lists;
  while (X509_CRL* list = PEM_read_bio_X509_CRL(text, nullptr, nullptr, nullptr)) lists.emplace_back(list);
  BIO_free(text);
  if (!at_end() || lists.empty()) return tls_error("", "cannot be read");
  for (const auto& list : lists) {
    const std::string wrong = wrong_time(list.get());
    if (!wrong.empty()) return Error{"", wrong};
    if (X509_STORE_add_crl(store, list.get()) != 1) return tls_error("", "cannot be taken");
  }
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return Done{};
}

std::string handshake_problem(const SSL* connection) {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const long verdict = SSL_get_verify_result(connection);
  std::string text = error == 0 ? "the client has gone" : reason_of(error);
  if (verdict != X509_V_OK) text += std::string(": ") + X509_verify_cert_error_string(verdict);
  return text;
}

void share_chain(const SSL* connection) {
  STACK_OF(X509)* sent = SSL_get_peer_cert_chain(connection);
  const STACK_OF(X509)* verified = SSL_get0_verified_chain(connection);
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    X509* copy = sk_X509_value(sent, i);
    for (int k = 0; k < sk_X509_num(verified); ++k) {
      X509* original = sk_X509_value(verified, k);
      if (original == copy || X509_cmp(original, copy) != 0) continue;
      X509_up_ref(original);
      sk_X509_set(sent, i, original);
      X509_free(copy);
      break;
    }
  }
}

SysSeconds good_until(const SSL* connection) {
  auto until = SysSeconds::max();
  const STACK_OF(X509)* chain = SSL_get0_verified_chain(connection);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    until = std::min(until, time_of(X509_get0_notAfter(sk_X509_value(chain, i))));
  }
  return until;
}

SysSeconds good_until(const SSL_CTX* context) {
  auto until = SysSeconds::max();
  each_crl(context, [&](const X509_CRL* crl) {
    const ASN1_TIME* next = X509_CRL_get0_nextUpdate(crl);
    if (next != nullptr) until = std::min(until, time_of(next));
  });
  return until;
}

bool is_revoked(const SSL_CTX* context, const SSL* connection) {
  X509* certificate = SSL_get0_peer_certificate(connection);
  bool revoked = false;
  each_crl(context, [&](X509_CRL* crl) {
    X509_REVOKED* entry = nullptr;
    if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(certificate)) != 0) return;
    if (X509_CRL_get0_by_cert(crl, &entry, certificate) == 1) revoked = true;
  });
  return revoked;
}

std::string distrust(SSL_CTX* context, const SSL* connection) {
  X509_STORE_CTX* verification = X509_STORE_CTX_new();
  PLAN_ASSERT(verification != nullptr &&
              X509_STORE_CTX_init(verification, SSL_CTX_get_cert_store(context), SSL_get0_peer_certificate(connection),
                                  SSL_get_peer_cert_chain(connection)) == 1);
  X509_STORE_CTX_set_default(verification, "ssl_client");
  const bool good = X509_verify_cert(verification) == 1;
  const std::string why = good ? "" : X509_verify_cert_error_string(X509_STORE_CTX_get_error(verification));
  X509_STORE_CTX_free(verification);
  ERR_clear_error();
  return why;
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
  if (!peer) return Error{"tls.certificate", "the certificate " + path + " has no single common name (CN) that may be a certname"};
  return peer->certname;
}

}  // namespace plan::orchestrator::http
