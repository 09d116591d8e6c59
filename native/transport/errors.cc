#include "transport/errors.h"

namespace plan::transport {
namespace {

struct Explanation {
  const char* code;
  const char* help;
};

// Only the results that ask for something else to be done are told apart.
Explanation explain(CURLcode code) {
  if (code == CURLE_COULDNT_RESOLVE_HOST) {
    return {"transport.unknown_host", "check the orchestrator's URL and the name service of this host"};
  }
  if (code == CURLE_COULDNT_CONNECT) {
    return {"transport.refused", "check that plan-orchestrator runs there and that no firewall is between"};
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return {"transport.timeout", "check that plan-orchestrator runs there and that no firewall is between"};
  }
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR) {
    return {"transport.untrusted",
            "the server's certificate must be signed by this agent's Puppet CA, carry the name of the URL and not be "
            "revoked"};
  }
  if (code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CRL_BADFILE) {
    return {"transport.certificate", "check Puppet's settings hostcert, hostprivkey, localcacert and hostcrl"};
  }
  if (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) {
    return {"transport.broken",
            "if it stays, the server may refuse this agent's certificate: it must be signed by the server's Puppet CA "
            "and not be revoked"};
  }
  if (code == CURLE_GOT_NOTHING || code == CURLE_PARTIAL_FILE) {
    return {"transport.broken", "the server ended the connection; if it stays, look at plan-orchestrator's log"};
  }
  if (code == CURLE_WRITE_ERROR || code == CURLE_FILESIZE_EXCEEDED) {
    return {"transport.too_large", "the answer is larger than any of ours; check that the URL is an orchestrator's"};
  }
  return {"transport.failed", "check the orchestrator's URL"};
}

}  // namespace

Error describe(CURLcode code, const std::string& url, const std::string& detail) {
  const Explanation explanation = explain(code);
  const std::string what = detail.empty() ? curl_easy_strerror(code) : detail;
  return {explanation.code, "cannot talk to " + url + ": " + what, explanation.help};
}

}  // namespace plan::transport
