// What the lexer hands to the parser. Texts live in the arena of the parsed file or in the source text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/span.h"

namespace plan::syntax {

enum class TokenKind : std::uint8_t {
  end,
  name,                 // bare word, keywords too: which words are keywords depends on the place
  class_ref,
  variable,             // text without '$'
  dollar,               // '$' alone
  integer, floating, duration,
  string,               // without interpolation
  string_begin,         // then string_text and interpolation_begin … interpolation_end in any order, then string_end
  string_text,
  interpolation_begin,
  interpolation_end,
  string_end,
  regex,
  l_brace, r_brace,
  l_bracket,            // '[' right after something: access
  list_start,           // '[' after white space: a list
  r_bracket,
  l_paren,
  line_paren,           // '(' first on its line: never a call
  r_paren,
  comma, semicolon, colon, dot, question, pipe,
  fat_arrow,            // =>
  arrow,                // ->
  left_arrow,           // <-
  both_arrow,           // <->
  equals, plus_equals, minus_equals,
  plus, minus, star, slash, percent, shift_left, shift_right,
  equal_equal, not_equal, less, less_equal, greater, greater_equal, match, not_match,
  bang,
  lost,                 // a string without an end, which was told; text is what it swallowed of its line
  foreign,              // an operator of other languages; text says which
};

struct Token {
  TokenKind kind = TokenKind::end;
  bool line_start = false;        // the first token on its line
  Span span;
  std::string_view text = {};     // name, class_ref, variable, foreign, lost; the value of strings and regexes
  std::int64_t integer = 0;       // integer; milliseconds of a duration
  double floating = 0;
};

}  // namespace plan::syntax
