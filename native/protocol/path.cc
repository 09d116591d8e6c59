#include "protocol/path.h"

#include "protocol/exchange.h"

namespace plan::protocol {

namespace {

constexpr std::string_view kSuffix = "/exchange";
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::optional<unsigned> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
  return std::nullopt;
}

Error not_found(std::string_view target) {
  return Error{"not_found", "there is nothing at '" + std::string(target) + "'",
               "An exchange is POST /plan/v1/processes/{certname}/{resource}/exchange."};
}

}  // namespace

std::string encode_segment(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (unreserved(c)) {
      result += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    result += '%';
    result += kHexDigits[byte >> 4U];
    result += kHexDigits[byte & 15U];
  }
  return result;
}

std::optional<std::string> decode_segment(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = digit(text[i + 1]);
    const auto low = digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    result += static_cast<char>((*high << 4U) | *low);
    i += 2;
  }
  // A name with a control character is nobody's, and would only confuse logs.
  for (const char c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
  }
  return result;
}

std::string exchange_path(const values::ProcessIdentity& member) {
  return std::string(kProcessesPrefix) + encode_segment(member.certname) + "/" + encode_segment(member.resource) +
         std::string(kSuffix);
}

Result<values::ProcessIdentity> read_exchange_path(std::string_view target) {
  std::string_view rest = target;
  if (!rest.starts_with(kProcessesPrefix)) return not_found(target);
  rest.remove_prefix(kProcessesPrefix.size());
  if (!rest.ends_with(kSuffix)) return not_found(target);
  rest.remove_suffix(kSuffix.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || rest.find('/', slash + 1) != std::string_view::npos) return not_found(target);
  const auto certname = decode_segment(rest.substr(0, slash));
  const auto resource = decode_segment(rest.substr(slash + 1));
  if (!certname || !resource || certname->empty() || resource->empty()) {
    return Error{"malformed", "the path '" + std::string(target) + "' holds no certname and resource, percent-encoded"};
  }
  return values::ProcessIdentity{*certname, *resource};
}

}  // namespace plan::protocol
