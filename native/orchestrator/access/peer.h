// Who is at the other end of a connection: what its certificate, signed by the CA, says of it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <openssl/types.h>

namespace plan::orchestrator {

struct Peer {
  std::string certname;
  // Puppet's own extensions, as text: by their short name ("pp_role", "pp_cli_auth"), by dotted OID where there is none.
  std::map<std::string, std::string> extensions;
};

// Nothing when the certificate has no single common name, or one that Puppet does not take for a certname.
[[nodiscard]] std::optional<Peer> read_peer(const X509* certificate);
[[nodiscard]] std::optional<std::string> common_name(const X509* certificate);

}  // namespace plan::orchestrator
