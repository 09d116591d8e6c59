#include "tests/orchestrator/sign_admission.h"

#include <cstdio>
#include <memory>
#include <vector>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/assert.h"

namespace plan::orchestrator {

namespace {

std::string base64(const unsigned char* bytes, std::size_t size) {
  std::string text((size + 2) / 3 * 4 + 1, '\0');
  text.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size))));
  return text;
}

std::string base64url(const std::string& bytes) {
  std::string text = base64(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (text.ends_with('=')) text.pop_back();
  return text;
}

EVP_PKEY* read_key(const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "r");
  PLAN_ASSERT(file != nullptr);
  EVP_PKEY* key = PEM_read_PrivateKey(file, nullptr, nullptr, nullptr);
  std::fclose(file);
  PLAN_ASSERT(key != nullptr);
  return key;
}

std::string read_certificate(const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "r");
  PLAN_ASSERT(file != nullptr);
  X509* certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
  std::fclose(file);
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  std::string text = base64(der, static_cast<std::size_t>(size));
  OPENSSL_free(der);
  X509_free(certificate);
  return text;
}

struct Method {
  std::string name;
  const EVP_MD* digest;
  int number_bytes;
};

Method method_of(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) return {"RS256", EVP_sha256(), 0};
  switch (EVP_PKEY_get_bits(key)) {
    case 256: return {"ES256", EVP_sha256(), 32};
    case 384: return {"ES384", EVP_sha384(), 48};
    default: return {"ES512", EVP_sha512(), 66};
  }
}

std::string numbers_of(const std::string& der, int bytes) {
  const auto* from = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size()));
  std::vector<unsigned char> numbers(static_cast<std::size_t>(bytes) * 2);
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), numbers.data(), bytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), numbers.data() + bytes, bytes);
  ECDSA_SIG_free(signature);
  return {numbers.begin(), numbers.end()};
}

std::string sign(EVP_PKEY* key, const Method& method, const std::string& text) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  PLAN_ASSERT(EVP_DigestSignInit(context, nullptr, method.digest, nullptr, key) == 1);
  PLAN_ASSERT(EVP_DigestSign(context, nullptr, &size, bytes, text.size()) == 1);
  std::string signature(size, '\0');
  PLAN_ASSERT(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1);
  EVP_MD_CTX_free(context);
  signature.resize(size);
  return method.number_bytes == 0 ? signature : numbers_of(signature, method.number_bytes);
}

std::string algorithm_of(const test::KeyPair& signer) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(read_key(signer.private_key), EVP_PKEY_free);
  return method_of(key.get()).name;
}

}  // namespace

std::string sign_parts(std::string header, const std::string& claims, const test::KeyPair& signer) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(read_key(signer.private_key), EVP_PKEY_free);
  constexpr std::string_view kHole = "@CERTIFICATE@";
  const auto hole = header.find(kHole);
  if (hole != std::string::npos) header.replace(hole, kHole.size(), read_certificate(signer.certificate));
  const std::string text = base64url(header) + "." + base64url(claims);
  return text + "." + base64url(sign(key.get(), method_of(key.get()), text));
}

std::string sign_jws(boost::json::object header, const boost::json::value& claims, const test::KeyPair& signer) {
  if (!header.contains("alg")) header["alg"] = algorithm_of(signer);
  if (!header.contains("x5c")) header["x5c"] = boost::json::array{"@CERTIFICATE@"};
  return sign_parts(boost::json::serialize(header), boost::json::serialize(claims), signer);
}

std::string claims_text(const Admission& admission) {
  return boost::json::serialize(boost::json::object{{"certname", admission.certname},
                                                    {"cluster", admission.cluster},
                                                    {"resource", admission.resource},
                                                    {"compiled_us", admission.compiled_us}});
}

std::string sign_admission(const Admission& admission, const test::KeyPair& compiler) {
  return sign_parts(R"({"typ":"plan-admission","alg":")" + algorithm_of(compiler) + R"(","x5c":["@CERTIFICATE@"]})",
                    claims_text(admission), compiler);
}

}  // namespace plan::orchestrator
