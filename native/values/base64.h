// Base64 of RFC 4648, as Puppet writes a Binary.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plan::values {

inline constexpr std::string_view kBase64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

[[nodiscard]] inline std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) out += at + i <= bytes.size() ? kBase64Alphabet[group >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

// Nothing where the text is no Base64. Line feeds are passed over; the URL-safe alphabet is read too.
[[nodiscard]] inline std::optional<std::string> base64_decode(std::string_view text) {
  std::string out;
  std::uint32_t group = 0;
  int bits = 0;
  std::size_t padding = 0;
  std::size_t digits = 0;
  for (const char given : text) {
    if (given == '\n' || given == '\r') continue;
    if (given == '=') {
      ++padding;
      continue;
    }
    const char c = given == '-' ? '+' : given == '_' ? '/' : given;
    const std::size_t digit = kBase64Alphabet.find(c);
    if (digit == std::string_view::npos || padding > 0) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    ++digits;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(group >> bits & 0xFF);
    }
  }
  if (digits % 4 == 1 || padding > 2 || (padding > 0 && (digits + padding) % 4 != 0)) return std::nullopt;
  return out;
}

}  // namespace plan::values
