#include "syntax/characters.h"

#include <cstdint>

namespace plan::syntax {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// The length of the valid code point that starts the text, or 0.
std::size_t valid_length(std::string_view text) {
  const unsigned lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xC0U) != 0x80U) return 0;
  }
  const unsigned second = byte_at(text, 1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second >= 0xA0;
  const bool too_large = lead == 0xF4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = valid_length(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

std::size_t unicode_blank_length(std::string_view text) {
  constexpr std::string_view kBlanks[] = {"\u00A0", "\u1680", "\u202F", "\u205F", "\u3000"};
  for (const std::string_view blank : kBlanks) {
    if (text.starts_with(blank)) return blank.size();
  }
  const bool general_space = text.size() >= 3 && text.starts_with("\xE2\x80") && byte_at(text, 2) >= 0x80 &&
                             byte_at(text, 2) <= 0x8A;   // U+2000 to U+200A
  return general_space ? 3 : 0;
}

bool is_white_space_end(std::string_view text) {
  if (text.empty()) return false;
  const char last = text.back();
  if (last == ' ' || last == '\t' || last == '\r' || last == '\n') return true;
  for (std::size_t length = 2; length <= 3 && length <= text.size(); ++length) {
    if (unicode_blank_length(text.substr(text.size() - length)) == length) return true;
  }
  return false;
}

std::string whole_code_points(std::string_view text) {
  const std::size_t cut = find_invalid_utf8(text);
  return std::string(text.substr(0, cut));
}

std::size_t variable_length(std::string_view text) {
  std::size_t end = 0;
  std::size_t segment = text.starts_with("::") ? 2 : 0;
  while (segment < text.size() && is_word(text[segment])) {
    end = segment;
    while (end < text.size() && is_word(text[end])) ++end;
    if (!text.substr(end).starts_with("::")) break;
    segment = end + 2;
  }
  return end;
}

bool is_name(std::string_view word) {
  bool segment_start = true;
  for (const char c : word) {
    if (c == '-' || (c == '_' && segment_start)) return false;
    segment_start = c == ':';
  }
  return true;
}

bool is_float_literal(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t begin = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i > begin;
  };
  if (!digits()) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && text[i] == '-') ++i;
    if (!digits()) return false;
  }
  return i == text.size() && i > 0;
}

}  // namespace plan::syntax
