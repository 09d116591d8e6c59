// Certificates of a CA made for one run, as Puppet's: RSA keys of 4096 bits. All clients share one key, since making
// 10,000 of them would take hours; each has a certificate of its own.
#pragma once

#include <cstdint>
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
  // One that is there: its key, and its certificates, the issuer's first.
  Authority(const std::string& certificates, const std::string& key);
  // NAME.pem and NAME.key of a key of its own.
  void issue(const std::string& name);
  [[nodiscard]] Certificate issue(const std::string& name, EVP_PKEY* key);

 private:
  std::string directory_;
  Key key_;
  Certificate certificate_;
  std::uint64_t serial_;   // from a random number on: an authority that is there may have revoked small ones
};

[[nodiscard]] Key make_key();
[[nodiscard]] Key read_key(const std::string& file);
[[nodiscard]] Certificate read_certificate(const std::string& file);
[[nodiscard]] Certificate share(const Certificate& certificate);

}  // namespace plan::load
