// Semantic versions (semver.org 2.0.0) and ranges of them, in the notation Puppet reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plan::values {

struct Semver {
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::int64_t patch = 0;
  std::string prerelease;   // "rc1.2", or empty
  std::string build;

  [[nodiscard]] static std::optional<Semver> parse(std::string_view text);
  // By precedence: <0, 0, >0; the build does not count.
  [[nodiscard]] static int compare(const Semver& a, const Semver& b);
};

// "1.2.3", ">=1.0.0 <2.0.0", "~1.2", "^1.2", "1.x", "1.0.0 - 2.0.0", "a || b".
class SemverRange {
 public:
  [[nodiscard]] static std::optional<SemverRange> parse(std::string_view text);
  [[nodiscard]] bool includes(const Semver& version) const;

 private:
  struct Bound {
    std::string comparison;   // ">=", "<", …
    Semver version;
  };
  [[nodiscard]] static std::optional<std::vector<Bound>> parse_all(std::string_view text);
  static bool parse_one(std::string_view text, std::vector<Bound>& bounds);
  std::vector<std::vector<Bound>> alternatives_;
};

}  // namespace plan::values
