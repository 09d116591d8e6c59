// The TLS side of the listener: TLS 1.2 or newer, every client shows a certificate of the Puppet CA.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <openssl/ssl.h>

#include "base/result.h"
#include "orchestrator/access/peer.h"

namespace plan::orchestrator::http {

struct TlsFiles {
  std::string certificate;   // PEM, with its chain
  std::string private_key;
  std::string ca;
  std::string crl;           // may be empty: nothing is ever revoked
  friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
// A connection keeps the context that it was made from.
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

// Errors (tls.*) name the file and what is wrong with it. A revocation list that is not valid now is wrong.
[[nodiscard]] Result<TlsContext> make_context(const TlsFiles& files);

// The revocation lists of a PEM text: at least one, each whole and valid now. The store holds them afterwards, and every
// certificate of a chain is looked up in them, as Puppet's agents do it. Error: what is wrong, without code and file.
[[nodiscard]] Status add_revocation_lists(X509_STORE* store, const std::string& pem);

// Why the handshake of this connection failed.
[[nodiscard]] std::string handshake_problem(const SSL* connection);
// Nothing when the peer is not verified, or has no certname.
[[nodiscard]] std::optional<Peer> verified_peer(const SSL* connection);

// What the peer sent of its chain and the trusted store has, too, is from now on the store's: thousands of connections
// would else keep thousands of copies of the CA's certificates.
void share_chain(const SSL* connection);

// When the first certificate of the verified peer's chain expires.
[[nodiscard]] std::chrono::sys_seconds good_until(const SSL* connection);
// When the first revocation list expires; far away when there is none.
[[nodiscard]] std::chrono::sys_seconds good_until(const SSL_CTX* context);
// Does a revocation list of the context name the peer's certificate? Quick, and less than the next one asks.
[[nodiscard]] bool is_revoked(const SSL_CTX* context, const SSL* connection);
// Verifies the peer of a connection, made from whatever context, by this one: empty when it is good, else why not.
[[nodiscard]] std::string distrust(SSL_CTX* context, const SSL* connection);

// The CN of a certificate file, for the daemon's own name.
[[nodiscard]] Result<std::string> certname_of_file(const std::string& certificate);

}  // namespace plan::orchestrator::http
