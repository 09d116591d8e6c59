#include "types/semver.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace plan::types {

namespace {

constexpr std::string_view kDigits = "0123456789";

std::optional<std::int64_t> number(std::string_view text) {
  if (text.empty() || text.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value == std::numeric_limits<std::int64_t>::max()) return std::nullopt;   // each number has a next one
  return value;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  std::size_t at = 0;
  while (true) {
    const std::size_t next = text.find(separator, at);
    parts.push_back(text.substr(at, next - at));
    if (next == std::string_view::npos) return parts;
    at = next + separator.size();
  }
}

bool identifiers(std::string_view text, bool numbers_are_plain) {
  for (const std::string_view part : split(text, ".")) {
    const bool word = !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
    if (!word) return false;
    const bool digits = part.find_first_not_of(kDigits) == std::string_view::npos;
    if (numbers_are_plain && digits && part.size() > 1 && part[0] == '0') return false;
  }
  return true;
}

int sign(std::int64_t a, std::int64_t b) { return a < b ? -1 : a > b ? 1 : 0; }

int compare_identifiers(std::string_view a, std::string_view b) {
  const auto x = number(a);
  const auto y = number(b);
  if (x && y) return sign(*x, *y);
  if (x || y) return x ? -1 : 1;
  const int order = a.compare(b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int compare_prereleases(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return a.empty() == b.empty() ? 0 : a.empty() ? 1 : -1;
  const auto x = split(a, ".");
  const auto y = split(b, ".");
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    if (const int order = compare_identifiers(x[i], y[i])) return order;
  }
  return sign(static_cast<std::int64_t>(x.size()), static_cast<std::int64_t>(y.size()));
}

// A version of which the end may be missing or "x": 1, 1.2, 1.x. What follows an x says nothing.
struct Partial {
  std::array<std::optional<std::int64_t>, 3> parts;
  Semver version;   // with zeros for what is missing

  static std::optional<Partial> parse(std::string_view text) {
    if (const auto whole = Semver::parse(text)) return Partial{{whole->major, whole->minor, whole->patch}, *whole};
    Partial partial;
    const auto words = split(text.substr(0, text.find_first_of("-+")), ".");
    if (words.size() > 3) return std::nullopt;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool any = words[i] == "x" || words[i] == "X" || words[i] == "*";
      partial.parts[i] = any ? std::nullopt : number(words[i]);
      if (!any && !partial.parts[i]) return std::nullopt;
    }
    partial.version = {partial.parts[0].value_or(0), partial.parts[1].value_or(0), partial.parts[2].value_or(0), {}, {}};
    const std::size_t qualifiers = text.find_first_of("-+");
    const bool plain = qualifiers == std::string_view::npos;
    if (!plain && (words.size() < 3 || !Semver::parse("0.0.0" + std::string(text.substr(qualifiers))))) return std::nullopt;
    return partial;
  }

  [[nodiscard]] std::size_t known() const {
    return !parts[0] ? 0 : !parts[1] ? 1 : !parts[2] ? 2 : 3;
  }

  // The least version above all that begin with this one's first `count` parts.
  [[nodiscard]] Semver above(std::size_t count) const {
    if (count == 2) return {version.major, version.minor + 1, 0, {}, {}};
    return {version.major + 1, 0, 0, {}, {}};
  }

  // From here to where the first `count` parts change.
  [[nodiscard]] SemverInterval up_to_next(std::size_t count) const {
    const Semver from = {version.major, known() > 1 ? version.minor : 0, known() > 2 ? version.patch : 0, version.prerelease, version.build};
    return {.low = {{from, false}}, .high = {{above(count), true}}};
  }
};

}  // namespace

std::optional<Semver> Semver::parse(std::string_view text) {
  Semver version;
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    version.build = text.substr(plus + 1);
    if (!identifiers(version.build, false)) return std::nullopt;
    text = text.substr(0, plus);
  }
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    version.prerelease = text.substr(dash + 1);
    if (!identifiers(version.prerelease, true)) return std::nullopt;
    text = text.substr(0, dash);
  }
  const auto parts = split(text, ".");
  if (parts.size() != 3) return std::nullopt;
  const auto major = number(parts[0]);
  const auto minor = number(parts[1]);
  const auto patch = number(parts[2]);
  if (!major || !minor || !patch) return std::nullopt;
  version.major = *major;
  version.minor = *minor;
  version.patch = *patch;
  return version;
}

int Semver::compare(const Semver& a, const Semver& b) {
  if (const int order = sign(a.major, b.major)) return order;
  if (const int order = sign(a.minor, b.minor)) return order;
  if (const int order = sign(a.patch, b.patch)) return order;
  return compare_prereleases(a.prerelease, b.prerelease);
}

namespace {

SemverInterval at_least(Semver version) { return {.low = {{std::move(version), false}}, .high = {}}; }
SemverInterval below(Semver version) { return {.low = {}, .high = {{std::move(version), true}}}; }

SemverInterval nothing() { return {.low = {{{}, true}}, .high = {{{}, true}}}; }

SemverInterval exactly(const Semver& version) {
  return {.low = {{version, false}}, .high = {{version, false}}, .single = true};
}

SemverInterval with_operator(std::string_view operation, const Partial& partial) {
  const std::size_t known = partial.known();
  const Semver& version = partial.version;
  if (operation == ">=") return at_least(version);
  if (operation == "<") return below(version);
  if (operation == ">") {
    if (known == 0) return nothing();
    if (known < 3) return at_least(partial.above(known));
    return {.low = {{version, true}}, .high = {}};
  }
  if (known == 0) return {.low = {}, .high = {}, .all = true};
  if (operation == "<=") {
    if (known < 3) return below(partial.above(known));
    return {.low = {}, .high = {{version, false}}};
  }
  if (operation == "^") return partial.up_to_next(version.major == 0 ? std::min<std::size_t>(known, 2) : 1);
  if (known == 3 && (operation.empty() || operation == "=")) return exactly(version);
  return partial.up_to_next(std::min<std::size_t>(known, 2));   // ~ ~> ~=
}

// <0: a includes less than b does on its side.
int compare_low(const std::optional<SemverInterval::Bound>& a, const std::optional<SemverInterval::Bound>& b) {
  if (!a || !b) return static_cast<int>(b.has_value()) - static_cast<int>(a.has_value());
  const int order = Semver::compare(b->version, a->version);
  return order != 0 ? order : static_cast<int>(b->excluded) - static_cast<int>(a->excluded);
}

int compare_high(const std::optional<SemverInterval::Bound>& a, const std::optional<SemverInterval::Bound>& b) {
  if (!a || !b) return static_cast<int>(b.has_value()) - static_cast<int>(a.has_value());
  const int order = Semver::compare(a->version, b->version);
  return order != 0 ? order : static_cast<int>(b->excluded) - static_cast<int>(a->excluded);
}

std::optional<SemverInterval> between(std::optional<SemverInterval::Bound> low, std::optional<SemverInterval::Bound> high) {
  SemverInterval interval{.low = std::move(low), .high = std::move(high)};
  if (!interval.low || !interval.high) return interval;
  const int order = Semver::compare(interval.low->version, interval.high->version);
  if (order > 0 || (order == 0 && (interval.low->excluded || interval.high->excluded))) return std::nullopt;
  return order == 0 ? exactly(interval.low->version) : interval;
}

std::optional<SemverInterval> intersection(const SemverInterval& a, const SemverInterval& b) {
  if (a.all || b.all) return a.all ? b : a;
  return between(compare_low(a.low, b.low) < 0 ? a.low : b.low, compare_high(a.high, b.high) < 0 ? a.high : b.high);
}

// Is there no version between the end of one and the beginning of the other?
bool adjoin(const SemverInterval& before, const SemverInterval& after) {
  if (!before.high || !after.low || after.low->excluded) return false;
  Semver next = before.high->version;
  if (!before.high->excluded) next = {next.major, next.minor, next.patch + 1, {}, {}};
  return Semver::compare(next, after.low->version) == 0;
}

bool starts_in(const SemverInterval& a, const SemverInterval& b) {
  return a.low ? b.includes(a.low->version) : !b.low;
}

// The two as one, where they overlap or adjoin.
std::optional<SemverInterval> merged(const SemverInterval& a, const SemverInterval& b) {
  if (a.all || b.all) return a.all ? a : b;
  if (!starts_in(a, b) && !starts_in(b, a) && !adjoin(a, b) && !adjoin(b, a)) return std::nullopt;
  return between(compare_low(a.low, b.low) > 0 ? a.low : b.low, compare_high(a.high, b.high) > 0 ? a.high : b.high);
}

std::vector<SemverInterval> all_merged(std::vector<SemverInterval> intervals) {
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    for (std::size_t j = i + 1; j < intervals.size(); ++j) {
      const auto both = merged(intervals[i], intervals[j]);
      if (!both) continue;
      intervals[i] = *both;
      intervals.erase(intervals.begin() + static_cast<std::ptrdiff_t>(j));
      j = i;   // what did not meet before may meet the greater interval
    }
  }
  return intervals;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// An operator's operand may stand apart from it, or begin with v.
std::string without_space_after_operators(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (std::string_view("<>=~^").find(text[i]) == std::string_view::npos) continue;
    std::size_t next = i + 1;
    if (next < text.size() && text[next] == 'v') ++next;
    else while (next < text.size() && is_space(text[next])) ++next;
    i = next - 1;
  }
  return out;
}

// White space in front is after an empty word, as Ruby splits.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && !is_space(text[end])) ++end;
    words.push_back(text.substr(at, end - at));
    at = end;
    while (at < text.size() && is_space(text[at])) ++at;
  }
  if (words.size() == 1 && words[0].empty()) words.clear();
  return words;
}

std::optional<SemverInterval> parse_simple(std::string_view word) {
  const std::string_view operation = word.substr(0, std::min(word.find_first_not_of("<>=~^"), word.size()));
  static constexpr std::array<std::string_view, 9> kOperators = {"", "<", ">", "=", "~", "^", "<=", ">=", "~>"};
  const bool known = operation == "~=" || std::find(kOperators.begin(), kOperators.end(), operation) != kOperators.end();
  const auto partial = Partial::parse(word.substr(operation.size()));
  if (!known || !partial) return std::nullopt;
  return with_operator(operation, *partial);
}

struct Alternative {
  bool readable = false;
  std::optional<SemverInterval> interval;   // nothing: no version is in it
};

Alternative parse_alternative(std::string_view text) {
  const auto words = words_of(text);
  if (words.size() == 3 && words[1] == "-") {
    const auto low = Partial::parse(words[0]);
    const auto high = Partial::parse(words[2]);
    if (!low || !high) return {};
    return {true, between({{low->version, false}}, {{high->version, false}})};
  }
  Alternative all{words.empty(), std::nullopt};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto simple = parse_simple(words[i]);
    if (!simple) return {};
    if (i == 0) all = {true, simple};
    else if (all.interval) all.interval = intersection(*all.interval, *simple);
  }
  return all;
}

std::string_view without_trailing_space(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_leading_space(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

}  // namespace

bool SemverInterval::includes(const Semver& version) const {
  if (single) return version == low->version;
  if (low) {
    const int order = Semver::compare(version, low->version);
    if (order < 0 || (order == 0 && low->excluded)) return false;
  }
  if (!high) return true;
  const int order = Semver::compare(version, high->version);
  return order < 0 || (order == 0 && !high->excluded);
}

std::optional<SemverRange> SemverRange::parse(std::string_view text) {
  const std::string tight = without_space_after_operators(text);
  auto alternatives = split(tight, "||");
  for (std::size_t i = 0; i < alternatives.size(); ++i) {   // white space around || belongs to it
    if (i > 0) alternatives[i] = without_leading_space(alternatives[i]);
    if (i + 1 < alternatives.size()) alternatives[i] = without_trailing_space(alternatives[i]);
  }
  while (!alternatives.empty() && alternatives.back().empty()) alternatives.pop_back();
  if (alternatives.empty()) alternatives = {"*"};
  std::vector<SemverInterval> intervals;
  for (const std::string_view one : alternatives) {
    const Alternative alternative = parse_alternative(one);
    if (!alternative.readable) return std::nullopt;
    if (alternative.interval) intervals.push_back(*alternative.interval);
  }
  if (intervals.empty()) intervals = {nothing()};
  SemverRange range;
  range.intervals_ = all_merged(std::move(intervals));
  return range;
}

bool SemverRange::includes(const Semver& version) const {
  // A prerelease is meant only where a bound names a prerelease of the same version.
  const auto names_prerelease = [&](const std::optional<SemverInterval::Bound>& bound) {
    if (!bound || bound->version.prerelease.empty()) return false;
    const Semver& v = bound->version;
    return v.major == version.major && v.minor == version.minor && v.patch == version.patch;
  };
  return std::any_of(intervals_.begin(), intervals_.end(), [&](const SemverInterval& interval) {
    const bool meant = version.prerelease.empty() || interval.all || names_prerelease(interval.low) || names_prerelease(interval.high);
    return meant && interval.includes(version);
  });
}

bool SemverRange::covers(const SemverRange& other) const {
  const auto low_of = [](const SemverInterval& interval) {
    return interval.low ? std::optional(SemverInterval::Bound{interval.low->version, false}) : std::nullopt;
  };
  return std::all_of(other.intervals_.begin(), other.intervals_.end(), [&](const SemverInterval& inner) {
    return std::any_of(intervals_.begin(), intervals_.end(), [&](const SemverInterval& outer) {
      return compare_low(low_of(outer), low_of(inner)) >= 0 && compare_high(outer.high, inner.high) >= 0;
    });
  });
}

}  // namespace plan::types
