// Admissions as the module's function galera::admission writes them: a JSON Web Signature in compact form (RFC 7515)
//
//   {"typ": "plan-admission", "alg": "RS256", "x5c": ["<the compiler's certificate>"]}
//   {"certname": "db1.example.com", "cluster": "cluster_1", "resource": "Galera::Host[cluster_member]",
//    "compiled_us": 1700000000000000}
//
// signed with the compiler's Puppet key (RS256; ES256, ES384, ES512). The certificate is judged as that of a TLS peer is,
// by the CA and its revocation list, so that there is nothing to distribute; its name must be a compiler's.
#pragma once

#include <memory>
#include <vector>

#include <openssl/types.h>

#include "orchestrator/access/admission.h"

namespace plan::orchestrator {

class SignedAdmissions final : public Admissions {
 public:
  SignedAdmissions();
  ~SignedAdmissions() override;

  // Those whose admissions count, by certname. None at first.
  void set_compilers(std::vector<std::string> certnames) { compilers_ = std::move(certnames); }
  // From now on by these authorities and revocation lists; of the store a reference is kept. Before the first call
  // everything is refused.
  void trust(X509_STORE* authorities);

  [[nodiscard]] Result<Admission> verify(std::string_view text) const override;

 private:
  struct Release {
    void operator()(X509_STORE* store) const;
  };
  std::vector<std::string> compilers_;
  std::unique_ptr<X509_STORE, Release> authorities_;
};

}  // namespace plan::orchestrator
