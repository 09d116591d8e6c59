// Which characters make up which tokens. ASCII letters only, as in Puppet; others stand in strings and comments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plan::syntax {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
inline bool is_word_start(char c) { return is_lower(c) || c == '_'; }
inline bool is_word(char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_'; }
inline bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// The bytes of the first code point of valid UTF-8.
inline std::size_t code_point_length(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
  return length < text.size() ? length : text.size();
}

// The offset of the first byte that is not part of valid UTF-8, or npos.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);
// The bytes of a blank outside of ASCII (no-break space and its kin) that starts the text, or 0.
[[nodiscard]] std::size_t unicode_blank_length(std::string_view text);
// Does the text end with white space of any kind?
[[nodiscard]] bool is_white_space_end(std::string_view text);
// The text without a cut code point at its end.
[[nodiscard]] std::string whole_code_points(std::string_view text);
// The bytes of the variable name (with its '::') that starts the text, or 0.
[[nodiscard]] std::size_t variable_length(std::string_view text);
// Is the bare word a name: every segment starts with a letter and has no '-'? Others are text, as in Puppet.
[[nodiscard]] bool is_name(std::string_view word);
// digits ['.' digits] ['e' ['-'] digits], with a '.' or an 'e'.
[[nodiscard]] bool is_float_literal(std::string_view text);

}  // namespace plan::syntax
