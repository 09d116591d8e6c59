#include "types/case.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "types/text.h"

namespace plan::types {

namespace {

enum class Method : std::uint8_t { upcase, downcase, capitalize };

struct Run {
  Method method;
  char32_t first;
  char32_t last;
  std::uint8_t step;
  std::int32_t distance;
};

struct Special {
  Method method;
  char32_t point;
  std::string_view text;
};

constexpr Run kRuns[] = {
#define CASE_RUN(method, first, last, step, distance) {Method::method, first, last, step, distance},
#define CASE_SPECIAL(method, point, text)
#include "types/case_table.def"
#undef CASE_RUN
#undef CASE_SPECIAL
};

constexpr Special kSpecials[] = {
#define CASE_RUN(method, first, last, step, distance)
#define CASE_SPECIAL(method, point, text) {Method::method, point, text},
#include "types/case_table.def"
#undef CASE_RUN
#undef CASE_SPECIAL
};

// The code point of a whole character, or nothing for a stray byte.
std::optional<char32_t> decode(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(character[i])); };
  if (character.size() == 2) return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
  if (character.size() == 3) return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  if (character.size() == 4) return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  return std::nullopt;
}

void encode(std::string& out, char32_t point) {
  const auto low = [&](int shift) { return static_cast<char>(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += {static_cast<char>(0xC0 | point >> 6), low(0)};
  } else if (point < 0x10000) {
    out += {static_cast<char>(0xE0 | point >> 12), low(6), low(0)};
  } else {
    out += {static_cast<char>(0xF0 | point >> 18), low(12), low(6), low(0)};
  }
}

// Appends the changed character; false when the table of this method does not have it.
bool put_from_table(std::string& out, char32_t point, Method method) {
  const auto* special = std::find_if(std::begin(kSpecials), std::end(kSpecials),
                                     [&](const Special& one) { return one.method == method && one.point == point; });
  if (special != std::end(kSpecials)) {
    out += special->text;
    return true;
  }
  const auto* run = std::find_if(std::begin(kRuns), std::end(kRuns), [&](const Run& one) {
    return one.method == method && point >= one.first && point <= one.last && (point - one.first) % one.step == 0;
  });
  if (run == std::end(kRuns)) return false;
  encode(out, static_cast<char32_t>(static_cast<std::int64_t>(point) + run->distance));
  return true;
}

void put(std::string& out, std::string_view character, Method method) {
  const char c = character[0];
  if (static_cast<unsigned char>(c) < 0x80) {
    const bool changes = method == Method::downcase ? c >= 'A' && c <= 'Z' : c >= 'a' && c <= 'z';
    out += changes ? static_cast<char>(c ^ 0x20) : c;
    return;
  }
  const auto point = decode(character);
  if (point && method == Method::capitalize && put_from_table(out, *point, method)) return;
  const Method usual = method == Method::capitalize ? Method::upcase : method;
  if (!point || !put_from_table(out, *point, usual)) out += character;
}

std::string changed(std::string_view text, Method first, Method rest) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t width = utf8_width(text, at);
    put(out, text.substr(at, width), at == 0 ? first : rest);
    at += width;
  }
  return out;
}

}  // namespace

std::string upcase(std::string_view text) { return changed(text, Method::upcase, Method::upcase); }

std::string downcase(std::string_view text) { return changed(text, Method::downcase, Method::downcase); }

std::string capitalize(std::string_view text) { return changed(text, Method::capitalize, Method::downcase); }

}  // namespace plan::types
