// Semantic versions (semver.org 2.0.0) and ranges of them, in the notation Puppet reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plan::types {

struct Semver {
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::int64_t patch = 0;
  std::string prerelease;   // "rc1.2", or empty
  std::string build;

  [[nodiscard]] static std::optional<Semver> parse(std::string_view text);
  // By precedence: <0, 0, >0; the build does not count.
  [[nodiscard]] static int compare(const Semver& a, const Semver& b);
  friend bool operator==(const Semver&, const Semver&) = default;   // the build counts
};

// All versions between two bounds.
struct SemverInterval {
  struct Bound {
    Semver version;
    bool excluded = false;
    friend bool operator==(const Bound&, const Bound&) = default;
  };
  std::optional<Bound> low;
  std::optional<Bound> high;
  bool all = false;         // `*`: prereleases too
  bool single = false;      // low and high are one version, and its build counts

  [[nodiscard]] bool includes(const Semver& version) const;
  friend bool operator==(const SemverInterval&, const SemverInterval&) = default;
};

// "1.2.3", ">=1.0.0 <2.0.0", "~1.2", "^1.2", "1.x", "1.0.0 - 2.0.0", "a || b".
class SemverRange {
 public:
  [[nodiscard]] static std::optional<SemverRange> parse(std::string_view text);
  [[nodiscard]] bool includes(const Semver& version) const;
  // Does it include all of `other`, but for the bounds of open intervals? (Puppet looks at the first interval of each.)
  [[nodiscard]] bool covers(const SemverRange& other) const;
  // The same intervals, however they are written.
  friend bool operator==(const SemverRange&, const SemverRange&) = default;

 private:
  std::vector<SemverInterval> intervals_;   // none of them meet
};

}  // namespace plan::types
