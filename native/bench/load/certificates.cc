#include "bench/load/certificates.h"

#include <cstdio>
#include <random>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/assert.h"

namespace plan::load {

namespace {

void extend(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  PLAN_ASSERT(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

template <class Write>
void write_pem(const std::string& path, Write write) {
  FILE* file = std::fopen(path.c_str(), "w");
  PLAN_ASSERT(file != nullptr && write(file) == 1);
  std::fclose(file);
}

template <class Read>
auto read_pem(const std::string& path, Read read) {
  FILE* file = std::fopen(path.c_str(), "r");
  PLAN_ASSERT(file != nullptr);
  auto result = read(file, nullptr, nullptr, nullptr);
  std::fclose(file);
  PLAN_ASSERT(result != nullptr);
  return result;
}

std::uint64_t first_serial() {
  std::random_device random;
  return (std::uint64_t{random() >> 1U} << 31U) + 1;
}

}  // namespace

Key make_key() {
  Key key(EVP_RSA_gen(4096));
  PLAN_ASSERT(key != nullptr);
  return key;
}

Key read_key(const std::string& file) { return Key(read_pem(file, PEM_read_PrivateKey)); }

Certificate read_certificate(const std::string& file) { return Certificate(read_pem(file, PEM_read_X509)); }

Certificate share(const Certificate& certificate) {
  X509_up_ref(certificate.get());
  return Certificate(certificate.get());
}

Authority::Authority(const std::string& certificates, const std::string& key)
    : key_(read_key(key)), certificate_(read_certificate(certificates)), serial_(first_serial()) {}

Authority::Authority(const std::string& directory) : directory_(directory), key_(make_key()), serial_(first_serial()) {
  certificate_ = issue("Puppet CA: load", key_.get());
  write_pem(directory_ + "/ca.pem", [&](FILE* file) { return PEM_write_X509(file, certificate_.get()); });
}

Certificate Authority::issue(const std::string& name, EVP_PKEY* key) {
  Certificate made(X509_new());
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial_++);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 86400);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* issuer = certificate_ == nullptr ? made.get() : certificate_.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
  if (certificate_ == nullptr) extend(made.get(), issuer, NID_basic_constraints, "critical,CA:TRUE");
  else extend(made.get(), issuer, NID_subject_alt_name, ("DNS:" + name).c_str());
  PLAN_ASSERT(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0);
  return made;
}

void Authority::issue(const std::string& name) {
  const Key key = make_key();
  const Certificate made = issue(name, key.get());
  write_pem(directory_ + "/" + name + ".pem", [&](FILE* file) { return PEM_write_X509(file, made.get()); });
  write_pem(directory_ + "/" + name + ".key",
            [&](FILE* file) { return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

}  // namespace plan::load
