// Certificates of a CA made for one run, as Puppet's: RSA keys of 4096 bits. All clients share one key, since making
// 10,000 of them would take hours; each has a certificate of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace plan::load {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Certificate = std::unique_ptr<X509, FreeCertificate>;

class Authority {
 public:
  explicit Authority(const std::string& directory);   // writes ca.pem there
  // NAME.pem and NAME.key of a key of its own.
  void issue(const std::string& name);
  [[nodiscard]] Certificate issue(const std::string& name, EVP_PKEY* key);

 private:
  std::string directory_;
  Key key_;
  Certificate certificate_;
  long serial_ = 1;
};

[[nodiscard]] Key make_key();

}  // namespace plan::load
