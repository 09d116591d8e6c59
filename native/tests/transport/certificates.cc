#include "tests/transport/certificates.h"

#include <cstdio>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace plan::test {
namespace {

template <class T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using Crl = std::unique_ptr<X509_CRL, Deleter<X509_CRL, X509_CRL_free>>;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("making test certificates: ") + what);
}

class PemFile {
 public:
  explicit PemFile(const std::string& path) : file_(std::fopen(path.c_str(), "w")) { require(file_ != nullptr, path.c_str()); }
  ~PemFile() { std::fclose(file_); }
  PemFile(const PemFile&) = delete;
  PemFile& operator=(const PemFile&) = delete;
  FILE* get() { return file_; }

 private:
  FILE* file_;
};

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  require(extension != nullptr, "extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// A text as Puppet's CA puts it into an extension: a UTF8String in the octets.
void extend_with_text(X509* certificate, const std::string& oid, const std::string& text) {
  ASN1_UTF8STRING* value = ASN1_UTF8STRING_new();
  ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
  unsigned char* der = nullptr;
  const int size = i2d_ASN1_UTF8STRING(value, &der);
  ASN1_UTF8STRING_free(value);
  ASN1_OCTET_STRING* octets = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(octets, der, size);
  OPENSSL_free(der);
  ASN1_OBJECT* object = OBJ_txt2obj(oid.c_str(), 1);
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, 0, octets);
  ASN1_OBJECT_free(object);
  ASN1_OCTET_STRING_free(octets);
  require(extension != nullptr, "extension with a text");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void name_it(X509_NAME* name, const std::string& common_name) {
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0) == 1,
          "name");
}

Key make_key(KeyKind kind) {
  switch (kind) {
    case KeyKind::p256: return Key(EVP_EC_gen("P-256"));
    case KeyKind::p384: return Key(EVP_EC_gen("P-384"));
    case KeyKind::p521: return Key(EVP_EC_gen("P-521"));
    case KeyKind::rsa: return Key(EVP_RSA_gen(2048));
  }
  return nullptr;
}

Certificate begin(EVP_PKEY* key, const std::string& common_name, long serial, Validity validity = {}) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), validity.from_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), validity.to_s);
  X509_set_pubkey(certificate.get(), key);
  name_it(X509_get_subject_name(certificate.get()), common_name);
  return certificate;
}

}  // namespace

struct Authority::Keys {
  Key key;
  Certificate certificate;
};

Authority::Authority(const std::string& name) : keys_(std::make_unique<Keys>()) {
  std::string pattern = (std::filesystem::temp_directory_path() / "plan-test-ca-XXXXXX").string();
  require(mkdtemp(pattern.data()) != nullptr, "directory");
  directory_ = pattern;
  keys_->key.reset(EVP_EC_gen("P-256"));
  keys_->certificate = begin(keys_->key.get(), name, serial_++);
  X509* certificate = keys_->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(certificate, certificate, NID_subject_key_identifier, "hash");
  require(X509_sign(certificate, keys_->key.get(), EVP_sha256()) != 0, "signature of the CA");
  certificate_ = (directory_ / "ca.pem").string();
  PemFile file(certificate_);
  require(PEM_write_X509(file.get(), certificate) == 1, "CA file");
}

Authority::~Authority() { std::filesystem::remove_all(directory_); }

KeyPair Authority::issue(const std::string& host, const std::map<std::string, std::string>& extensions, Validity validity,
                         KeyKind kind) {
  const Key key = make_key(kind);
  const long serial = serial_++;
  const Certificate certificate = begin(key.get(), host, serial, validity);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(keys_->certificate.get()));
  extend(certificate.get(), keys_->certificate.get(), NID_subject_alt_name, "DNS:" + host);
  for (const auto& [oid, text] : extensions) extend_with_text(certificate.get(), oid, text);
  require(X509_sign(certificate.get(), keys_->key.get(), EVP_sha256()) != 0, "signature");
  const std::string stem = (directory_ / (host + "-" + std::to_string(serial))).string();
  KeyPair pair{stem + ".pem", stem + ".key"};
  PemFile certificate_file(pair.certificate);
  PemFile key_file(pair.private_key);
  require(PEM_write_X509(certificate_file.get(), certificate.get()) == 1, "certificate file");
  require(PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "key file");
  return pair;
}

std::string Authority::revoke(const KeyPair& pair, Validity validity) {
  FILE* input = std::fopen(pair.certificate.c_str(), "r");
  require(input != nullptr, "certificate to revoke");
  const Certificate certificate(PEM_read_X509(input, nullptr, nullptr, nullptr));
  std::fclose(input);
  const Crl crl(X509_CRL_new());
  X509_CRL_set_version(crl.get(), 1);
  X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(keys_->certificate.get()));
  ASN1_TIME* time = X509_gmtime_adj(nullptr, validity.from_s);
  X509_CRL_set1_lastUpdate(crl.get(), time);
  X509_REVOKED* entry = X509_REVOKED_new();
  X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.get()));
  X509_REVOKED_set_revocationDate(entry, time);
  X509_CRL_add0_revoked(crl.get(), entry);
  X509_gmtime_adj(time, validity.to_s);
  X509_CRL_set1_nextUpdate(crl.get(), time);
  ASN1_TIME_free(time);
  require(X509_CRL_sign(crl.get(), keys_->key.get(), EVP_sha256()) != 0, "signature of the CRL");
  const std::string path = (directory_ / "crl.pem").string();
  PemFile file(path);
  require(PEM_write_X509_CRL(file.get(), crl.get()) == 1, "CRL file");
  return path;
}

}  // namespace plan::test
