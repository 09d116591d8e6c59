#include "values/semver.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "values/value.h"
#include "values/objects.h"

namespace plan::values {

namespace {

constexpr std::string_view kDigits = "0123456789";

std::optional<std::int64_t> number(std::string_view text) {
  if (text.empty() || text.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
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

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
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

// A version of which the end may be missing or "x": 1, 1.2, 1.x.
struct Partial {
  std::array<std::optional<std::int64_t>, 3> parts;
  Semver version;   // with zeros for what is missing

  static std::optional<Partial> parse(std::string_view text) {
    if (const auto whole = Semver::parse(text)) return Partial{{whole->major, whole->minor, whole->patch}, *whole};
    Partial partial;
    const auto words = split(text, ".");
    if (words.size() > 3) return std::nullopt;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == "x" || words[i] == "X" || words[i] == "*") break;
      const auto value = number(words[i]);
      if (!value) return std::nullopt;
      partial.parts[i] = value;
    }
    partial.version = {partial.parts[0].value_or(0), partial.parts[1].value_or(0), partial.parts[2].value_or(0), {}, {}};
    return partial;
  }

  // The least version above all that begin with this one's first `count` parts.
  [[nodiscard]] Semver above(std::size_t count) const {
    if (count >= 3) return {version.major, version.minor, version.patch + 1, {}, {}};
    if (count == 2) return {version.major, version.minor + 1, 0, {}, {}};
    return {version.major + 1, 0, 0, {}, {}};
  }

  [[nodiscard]] std::size_t known() const {
    return parts[2] ? 3 : parts[1] ? 2 : parts[0] ? 1 : 0;
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

bool SemverRange::parse_one(std::string_view text, std::vector<Bound>& bounds) {
  std::string_view operation = text.substr(0, text.find_first_not_of("<>=~^"));
  text.remove_prefix(operation.size());
  const auto partial = Partial::parse(text);
  if (!partial) return false;
  const std::size_t known = partial->known();
  if (operation == ">" || operation == ">=" || operation == "<" || operation == "<=") {
    if (known == 3 || operation == ">=" || operation == "<") {
      bounds.push_back({std::string(operation), partial->version});
    } else {
      bounds.push_back({operation == ">" ? ">=" : "<", partial->above(known)});
    }
    return true;
  }
  if (operation == "^" || operation == "~") {
    bounds.push_back({">=", partial->version});
    const Semver& v = partial->version;
    const std::size_t fixed = operation == "~" ? std::min<std::size_t>(known, 2)
                                               : v.major > 0 || known == 1 ? 1 : v.minor > 0 || known == 2 ? 2 : 3;
    bounds.push_back({"<", partial->above(fixed)});
    return true;
  }
  if (!operation.empty() && operation != "=") return false;
  if (known == 3) {
    bounds.push_back({"=", partial->version});
  } else if (known > 0) {
    bounds.push_back({">=", partial->version});
    bounds.push_back({"<", partial->above(known)});
  }
  return true;
}

std::optional<std::vector<SemverRange::Bound>> SemverRange::parse_all(std::string_view text) {
  std::vector<Bound> bounds;
  if (const std::size_t dash = text.find(" - "); dash != std::string_view::npos) {
    const auto last = Partial::parse(trimmed(text.substr(dash + 3)));
    if (!last || !parse_one(">=" + std::string(trimmed(text.substr(0, dash))), bounds)) return std::nullopt;
    if (last->known() == 3) {
      bounds.push_back({"<=", last->version});
    } else {
      bounds.push_back({"<", last->above(last->known())});
    }
    return bounds;
  }
  std::string joined;   // "> = 1" is not read, "> 1" is
  for (const std::string_view word : split(text, " ")) {
    if (word.empty()) continue;
    joined += word;
    if (word.find_first_not_of("<>=~^") == std::string_view::npos) continue;
    if (!parse_one(joined, bounds)) return std::nullopt;
    joined.clear();
  }
  if (!joined.empty()) return std::nullopt;
  return bounds;
}

std::optional<SemverRange> SemverRange::parse(std::string_view text) {
  SemverRange range;
  for (const std::string_view alternative : split(text, "||")) {
    auto bounds = parse_all(trimmed(alternative));
    if (!bounds) return std::nullopt;
    range.alternatives_.push_back(std::move(*bounds));
  }
  return range;
}

bool SemverRange::includes(const Semver& version) const {
  const auto holds = [&](const Bound& bound) {
    const int order = Semver::compare(version, bound.version);
    if (bound.comparison == "=") return order == 0;
    if (bound.comparison == "<") return order < 0;
    if (bound.comparison == "<=") return order <= 0;
    return bound.comparison == ">" ? order > 0 : order >= 0;
  };
  // A prerelease is meant only where a bound names a prerelease of the same version.
  const auto names_prerelease = [&](const Bound& bound) {
    const Semver& v = bound.version;
    return !v.prerelease.empty() && v.major == version.major && v.minor == version.minor && v.patch == version.patch;
  };
  return std::any_of(alternatives_.begin(), alternatives_.end(), [&](const std::vector<Bound>& bounds) {
    const bool meant = version.prerelease.empty() || std::any_of(bounds.begin(), bounds.end(), names_prerelease);
    return meant && std::all_of(bounds.begin(), bounds.end(), holds);
  });
}

namespace {

TextObject* new_text(std::string text) {
  auto* object = new TextObject;
  object->text = std::move(text);
  return object;
}

}  // namespace

Value Value::semver(std::string text) {
  if (!Semver::parse(text)) throw EvaluationError("ILLEGAL_VERSION", "The string '" + text + "' cannot be converted to a SemVer");
  return {Kind::semver, new_text(std::move(text))};
}

Value Value::semver_range(std::string text) {
  if (!SemverRange::parse(text)) {
    throw EvaluationError("ILLEGAL_VERSION_RANGE", "The string '" + text + "' cannot be converted to a SemVerRange");
  }
  return {Kind::semver_range, new_text(std::move(text))};
}

}  // namespace plan::values
