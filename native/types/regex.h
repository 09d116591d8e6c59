// Regular expressions as Puppet has them: Ruby's syntax and meaning, on UTF-8 text. Bounded: a match that would take
// too long raises RegexError instead of going on.
//
// Ruby's syntax is translated to PCRE2's: `^` and `$` match at lines always, (?m) lets `.` match a line feed, \h is a
// hexadecimal digit, \Z and \z and \A are as they are; sets within sets and && become looks ahead, and what is repeated
// can be repeated again (a**).
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace plan::types {

class RegexError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct RegexMatch {
  struct Group {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool matched = false;
  };
  std::vector<Group> groups;   // the whole match first
  [[nodiscard]] std::string_view text(std::string_view subject, std::size_t group) const {
    return subject.substr(groups[group].begin, groups[group].end - groups[group].begin);
  }
};

class Regex {
 public:
  // Raises RegexError, with the place in the pattern, when it cannot be read.
  explicit Regex(std::string_view pattern, bool ignore_case = false, bool multiline = false, bool extended = false);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  [[nodiscard]] std::optional<RegexMatch> search(std::string_view subject, std::size_t from = 0) const;
  [[nodiscard]] bool matches(std::string_view subject) const;
  // The number of a named group, or nothing.
  [[nodiscard]] std::optional<std::size_t> group(std::string_view name) const;

  // A compiled expression for a source, kept per thread for as long as there are not too many.
  static std::shared_ptr<const Regex> of(std::string_view pattern);

 private:
  struct Code;
  std::unique_ptr<Code> code_;
};

}  // namespace plan::types
