// The TLS side of the listener: TLS 1.2 or newer, every client shows a certificate of the Puppet CA.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>

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

// Errors (tls.*) name the file and what is wrong with it.
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> make_context(const TlsFiles& files);

// Nothing when the peer is not verified, or has no certname.
[[nodiscard]] std::optional<Peer> verified_peer(const SSL* connection);
// The CN of a certificate file, for the daemon's own name.
[[nodiscard]] Result<std::string> certname_of_file(const std::string& certificate);

}  // namespace plan::orchestrator::http
