// Certificates made for one test run, in a temporary directory that goes with the object.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace plan::test {

struct KeyPair {
  std::string certificate;   // paths of PEM files
  std::string private_key;
};

// From now, in seconds.
struct Validity {
  long from_s = -3600;
  long to_s = 86400;
};

enum class KeyKind { p256, p384, p521, rsa };

class Authority {
 public:
  explicit Authority(const std::string& name);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  // `host` becomes the common name and, as DNS:host, the subject alternative name. Extensions: dotted OID to text.
  KeyPair issue(const std::string& host, const std::map<std::string, std::string>& extensions = {}, Validity validity = {},
                KeyKind kind = KeyKind::p256);
  // A CRL that names the certificate of the pair.
  std::string revoke(const KeyPair& pair, Validity validity = {.from_s = -60});
  [[nodiscard]] const std::string& certificate() const { return certificate_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

 private:
  struct Keys;
  std::filesystem::path directory_;
  std::string certificate_;
  std::unique_ptr<Keys> keys_;
  long serial_ = 1;
};

}  // namespace plan::test
