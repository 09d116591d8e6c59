// Digests of text, in hexadecimal.
#include <array>

#include <openssl/evp.h>

#include "functions/support.h"

namespace plan::functions {

namespace {

using values::Kind;
using values::Value;

// Puppet hands undef to these functions as an empty text, and a Binary in Base64.
std::string subject(std::string_view name, Arguments arguments) {
  const Value& value = arguments[0];
  if (!value.is(Kind::string) && !value.is(Kind::binary) && !value.is_undef()) mismatch(name, arguments, 0, "String");
  return values::to_string(value);
}

Value hexadecimal(std::string_view name, Arguments arguments, const EVP_MD* algorithm) {
  const std::string text = subject(name, arguments);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, algorithm, nullptr) != 1) {
    bad_argument(std::string(name) + "(): OpenSSL refuses this digest here");   // as it does with MD5 in FIPS mode
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (unsigned int i = 0; i < size; ++i) {
    out += kDigits[digest[i] >> 4U];
    out += kDigits[digest[i] & 15U];
  }
  return Value::string(out);
}

Value md5(Context&, Arguments arguments, Block*) { return hexadecimal("md5", arguments, EVP_md5()); }
Value sha1(Context&, Arguments arguments, Block*) { return hexadecimal("sha1", arguments, EVP_sha1()); }
Value sha256(Context&, Arguments arguments, Block*) { return hexadecimal("sha256", arguments, EVP_sha256()); }

constexpr std::array kFunctions = {
    Function{"digest", "Optional[String] $text >> String", 1, 1, BlockUse::optional, sha256},   // what Puppet's settings say unless changed
    Function{"md5", "Optional[String] $text >> String", 1, 1, BlockUse::optional, md5},
    Function{"sha1", "Optional[String] $text >> String", 1, 1, BlockUse::optional, sha1},
    Function{"sha256", "Optional[String] $text >> String", 1, 1, BlockUse::optional, sha256},
};

}  // namespace

std::span<const Function> digest_functions() { return kFunctions; }

}  // namespace plan::functions
