#include "orchestrator/access/signed_admissions.h"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/json/value.hpp>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "orchestrator/access/peer.h"
#include "protocol/exchange.h"
#include "protocol/fields.h"
#include "values/json.h"

namespace plan::orchestrator {

namespace {

constexpr int kMaxDepth = 8;

template <class T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using Verification = std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX, X509_STORE_CTX_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX, EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG, ECDSA_SIG_free>>;

Error refused(const std::string& why, std::string help = "The next run of the agent brings a new one.") {
  ERR_clear_error();
  return Error{"admission_refused", "the admission " + why, std::move(help)};
}

struct Algorithm {
  std::string_view name;
  const EVP_MD* (*digest)();
  int key;                  // EVP_PKEY_RSA or EVP_PKEY_EC
  int number_bytes;         // of each of the two numbers of an EC signature
};
constexpr std::array<Algorithm, 4> kAlgorithms = {{{"RS256", EVP_sha256, EVP_PKEY_RSA, 0},
                                                   {"ES256", EVP_sha256, EVP_PKEY_EC, 32},
                                                   {"ES384", EVP_sha384, EVP_PKEY_EC, 48},
                                                   {"ES512", EVP_sha512, EVP_PKEY_EC, 66}}};

// The three parts as they stand in the text.
struct Parts {
  std::string_view header, claims, signature;
  std::string_view is_signed;   // header and claims with the dot between
};

std::optional<Parts> split(std::string_view text) {
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  if (first == std::string_view::npos || last == first || text.find('.', first + 1) != last) return std::nullopt;
  return Parts{text.substr(0, first), text.substr(first + 1, last - first - 1), text.substr(last + 1), text.substr(0, last)};
}

// Base64 with padding, as OpenSSL decodes it. Of a text that is not canonical the signature would still hold: refused.
std::optional<std::string> decode(const std::string& base64) {
  if (base64.size() % 4 != 0) return std::nullopt;
  std::string bytes(base64.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(base64.data()), static_cast<int>(base64.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = base64.empty() ? 0 : base64.size() - 1 - std::min(base64.find_last_not_of('='), base64.size() - 1);
  if (padding > 2) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

// RFC 7515: without padding, '-' and '_' for '+' and '/'.
std::optional<std::string> decode_url(std::string_view text) {
  std::string base64(text);
  if (base64.find_first_of("+/= \t\r\n") != std::string::npos) return std::nullopt;
  std::replace(base64.begin(), base64.end(), '-', '+');
  std::replace(base64.begin(), base64.end(), '_', '/');
  base64.append((4 - base64.size() % 4) % 4, '=');
  return decode(base64);
}

Result<boost::json::value> decode_json(std::string_view part, const std::string& name) {
  const auto bytes = decode_url(part);
  if (!bytes) return refused("is no JSON Web Signature: its " + name + " is not base64url");
  auto json = values::parse_json(*bytes, protocol::kMaxAdmissionBytes, kMaxDepth);
  if (!json) return refused("cannot be read: its " + name + " is no JSON: " + json.error().message);
  return json;
}

struct Header {
  const Algorithm* algorithm = nullptr;
  Certificate certificate;
};

Result<Header> read_header(const boost::json::value& json) {
  protocol::Fields fields(json, "header");
  const std::string type = fields.text("typ");
  const std::string name = fields.text("alg");
  const auto* chain = fields.list("x5c", 8);
  if (fields.error()) return refused("cannot be read: " + fields.error()->message);
  if (type != "plan-admission") return refused("is something else: its type is '" + type + "'");
  if (fields.find("crit") != nullptr) return refused("asks for an extension ('crit') that is not known here");
  const auto algorithm = std::find_if(kAlgorithms.begin(), kAlgorithms.end(), [&](const auto& one) { return one.name == name; });
  if (algorithm == kAlgorithms.end()) return refused("is signed by '" + name + "', which is not accepted");
  if (chain->empty() || !chain->front().is_string()) return refused("holds no certificate of its compiler");
  const auto der = decode(std::string(chain->front().get_string()));
  if (!der) return refused("holds a certificate that is not base64");
  const auto* from = reinterpret_cast<const unsigned char*>(der->data());
  Header header{&*algorithm, Certificate(d2i_X509(nullptr, &from, static_cast<long>(der->size())))};
  if (header.certificate == nullptr) return refused("holds a certificate that cannot be read");
  return header;
}

// The two numbers of RFC 7518 become the DER that OpenSSL verifies.
std::optional<std::string> der_signature(const std::string& numbers, int number_bytes) {
  if (numbers.size() != static_cast<std::size_t>(number_bytes) * 2) return std::nullopt;
  const auto* bytes = reinterpret_cast<const unsigned char*>(numbers.data());
  const EcSignature signature(ECDSA_SIG_new());
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(bytes, number_bytes, nullptr), BN_bin2bn(bytes + number_bytes, number_bytes, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) return std::nullopt;
  std::string result(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return result;
}

bool signature_holds(const Header& header, std::string_view is_signed, const std::string& signature) {
  EVP_PKEY* key = X509_get0_pubkey(header.certificate.get());
  const Algorithm& algorithm = *header.algorithm;
  if (key == nullptr || EVP_PKEY_get_base_id(key) != algorithm.key) return false;
  const auto der = algorithm.key == EVP_PKEY_EC ? der_signature(signature, algorithm.number_bytes) : signature;
  if (!der) return false;
  const Digest digest(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(digest.get(), nullptr, algorithm.digest(), nullptr, key) == 1 &&
         EVP_DigestVerify(digest.get(), reinterpret_cast<const unsigned char*>(der->data()), der->size(),
                          reinterpret_cast<const unsigned char*>(is_signed.data()), is_signed.size()) == 1;
}

// Why the certificate does not count; nothing when it does.
std::optional<std::string> distrust(X509_STORE* authorities, X509* certificate) {
  const Verification verification(X509_STORE_CTX_new());
  if (X509_STORE_CTX_init(verification.get(), authorities, certificate, nullptr) != 1) return "it cannot be judged";
  if (X509_verify_cert(verification.get()) == 1) return std::nullopt;
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(verification.get()));
}

Result<Admission> read_claims(const boost::json::value& json) {
  protocol::Fields fields(json, "");
  Admission admission;
  admission.certname = fields.text("certname");
  admission.cluster = fields.text("cluster");
  admission.resource = fields.text("resource");
  admission.compiled_us = fields.number("compiled_us");
  if (fields.error()) return refused("cannot be read: " + fields.error()->message);
  if (admission.compiled_us == 0) return refused("does not say when it was made");
  return admission;
}

}  // namespace

SignedAdmissions::SignedAdmissions() = default;
SignedAdmissions::~SignedAdmissions() = default;

void SignedAdmissions::Release::operator()(X509_STORE* store) const { X509_STORE_free(store); }

void SignedAdmissions::trust(X509_STORE* authorities) {
  X509_STORE_up_ref(authorities);
  authorities_.reset(authorities);
}

Result<Admission> SignedAdmissions::verify(std::string_view text) const {
  if (authorities_ == nullptr) return refused("cannot be judged: no authority is known yet");
  if (text.size() > protocol::kMaxAdmissionBytes) return refused("is larger than " + std::to_string(protocol::kMaxAdmissionBytes) + " bytes");
  const auto parts = split(text);
  if (!parts) return refused("is no JSON Web Signature of three parts");
  const auto header_json = decode_json(parts->header, "header");
  if (!header_json) return header_json.error();
  const auto header = read_header(*header_json);
  if (!header) return header.error();
  const auto compiler = common_name(header->certificate.get());
  if (!compiler) return refused("is signed by a certificate without a single common name");
  if (std::find(compilers_.begin(), compilers_.end(), *compiler) == compilers_.end()) {
    return refused("is signed by '" + *compiler + "', which is no compiler here",
                   "Compilers are named by 'compilers' in the orchestrator's configuration.");
  }
  if (const auto why = distrust(authorities_.get(), header->certificate.get())) {
    return refused("is signed by '" + *compiler + "', whose certificate does not count: " + *why);
  }
  const auto signature = decode_url(parts->signature);
  if (!signature || !signature_holds(*header, parts->is_signed, *signature)) {
    return refused("has a signature that is not that of '" + *compiler + "'");
  }
  const auto claims = decode_json(parts->claims, "claims");
  if (!claims) return claims.error();
  auto admission = read_claims(*claims);
  if (admission) admission->compiler = *compiler;
  return admission;
}

}  // namespace plan::orchestrator
