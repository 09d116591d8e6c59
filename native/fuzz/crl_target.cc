// A file of revocation lists.
#include <string>

#include <openssl/x509_vfy.h>

#include "base/assert.h"
#include "fuzz/targets.h"
#include "orchestrator/http/tls.h"

namespace plan::fuzz {

// What is taken makes a store that looks every certificate up; what is refused says why.
void fuzz_crl(std::string_view input) {
  X509_STORE* store = X509_STORE_new();
  const auto done = orchestrator::http::add_revocation_lists(store, std::string(input));
  const unsigned long flags = X509_VERIFY_PARAM_get_flags(X509_STORE_get0_param(store));
  PLAN_ASSERT(done.ok() == ((flags & X509_V_FLAG_CRL_CHECK_ALL) != 0));
  PLAN_ASSERT(done.ok() || !done.error().message.empty());
  X509_STORE_free(store);
}

}  // namespace plan::fuzz
