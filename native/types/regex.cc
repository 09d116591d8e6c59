#include "types/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "base/work.h"
#include "types/text.h"

namespace plan::types {

namespace {

constexpr std::uint64_t kMostWork = 5'000'000;         // of one search, in units of Work
constexpr std::size_t kBytesOfAUnit = 64;              // that an item of a pattern runs over
constexpr std::uint32_t kDepthLimit = 250'000;
constexpr std::uint32_t kHeapLimitKibibytes = 64 * 1024;
constexpr std::size_t kSubjectOfAUnit = 16;            // bytes that are looked at before the search: is it UTF-8?
constexpr std::uint64_t kPreparing = 16;               // what a search takes at the least, in units
constexpr std::size_t kCached = 512;

// Ruby's notation to PCRE2's, one pass over the pattern.
class Translator {
 public:
  explicit Translator(std::string_view pattern) : in_(pattern) {}

  // Where groups have names, the others are not counted.
  [[nodiscard]] bool names_groups() const { return named_; }

  std::string run() {
    while (at_ < in_.size()) {
      const std::size_t begin = out_.size();
      const std::size_t quantifier = quantifier_size();
      if (quantifier > 0) {
        repeat(quantifier);
      } else if (in_[at_] == '(') {
        open_group();
      } else if (in_[at_] == ')') {
        copy(1);
        atom(groups_.empty() ? begin : groups_.back());
        if (!groups_.empty()) groups_.pop_back();
      } else {
        if (in_[at_] == '\\') escape();
        else if (in_[at_] == '[') out_ += set();
        else copy(utf8_width(in_, at_));
        atom(begin);
      }
    }
    return std::move(out_);
  }

 private:
  // What a quantifier that follows is about begins here in the output.
  void atom(std::size_t begin) {
    atom_ = begin;
    repeated_ = false;
  }

  // * + ? {n} {n,} {,m} {n,m}, or 0 where there is none.
  [[nodiscard]] std::size_t quantifier_size() const {
    if (in_[at_] == '*' || in_[at_] == '+' || in_[at_] == '?') return 1;
    if (in_[at_] != '{') return 0;
    const std::size_t close = in_.find('}', at_);
    if (close == std::string_view::npos) return 0;
    const std::string_view bounds = in_.substr(at_ + 1, close - at_ - 1);
    const bool numbers = bounds.find_first_not_of("0123456789,") == std::string_view::npos && bounds.find(',') == bounds.rfind(',');
    return numbers && !bounds.empty() && bounds != "," ? close + 1 - at_ : 0;
  }

  // In Ruby what is repeated can be repeated again: a**, a{2}{3}, and a{2}+, which is not possessive there.
  void repeat(std::size_t size) {
    if (repeated_) {
      out_.insert(atom_, "(?:");
      out_ += ')';
    }
    repeated_ = true;
    const bool braces = in_[at_] == '{';
    if (in_.substr(at_, 2) == "{,") put("{0" + std::string(in_.substr(at_ + 1, size - 1)), size);
    else copy(size);
    const char suffix = at_ < in_.size() ? in_[at_] : '\0';
    if (suffix == '?' || (suffix == '+' && !braces)) copy(1);
  }

  void copy(std::size_t count) {
    out_ += in_.substr(at_, count);
    at_ += count;
  }

  void put(std::string_view text, std::size_t taken) {
    out_ += text;
    at_ += taken;
  }

  void escape() {
    const char next = at_ + 1 < in_.size() ? in_[at_ + 1] : '\0';
    if (next == 'h') return put(in_set_ ? "0-9a-fA-F" : "[0-9a-fA-F]", 2);
    if (next == 'H') return put("[^0-9a-fA-F]", 2);
    if (next == 'u') return unicode();
    copy(at_ + 1 < in_.size() ? 1 + utf8_width(in_, at_ + 1) : 1);
  }

  // \u00e9 and \u{e9}
  void unicode() {
    if (in_.substr(at_ + 2, 1) == "{") {
      const std::size_t close = in_.find('}', at_);
      if (close == std::string_view::npos) return copy(2);
      return put("\\x{" + std::string(in_.substr(at_ + 3, close - at_ - 3)) + "}", close + 1 - at_);
    }
    put("\\x{" + std::string(in_.substr(at_ + 2, 4)) + "}", in_.substr(at_, 6).size());
  }

  // Sets nest and intersect in Ruby, [a-z&&[^b]] and [a[bc]]; PCRE2's do not: such a one becomes alternatives and
  // looks ahead, each for one character.
  std::string set() {
    ++at_;
    const bool negated = in_.substr(at_, 1) == "^";
    if (negated) ++at_;
    std::vector<std::string> intersected;
    while (true) {
      intersected.push_back(set_operand(intersected.empty()));
      if (in_.substr(at_, 2) != "&&") break;
      at_ += 2;
    }
    ++at_;   // the closing bracket
    if (intersected.size() == 1 && intersected[0].starts_with('[')) {
      return negated ? "[^" + intersected[0].substr(1) : intersected[0];
    }
    std::string all;
    for (std::size_t i = 0; i + 1 < intersected.size(); ++i) all += "(?=" + intersected[i] + ")";
    all = "(?:" + all + intersected.back() + ")";
    return negated ? "(?:(?!" + all + ")(?s:.))" : all;
  }

  // Up to && or the closing bracket: [items], or alternatives where there are sets inside.
  std::string set_operand(bool first) {
    std::string before;
    std::swap(before, out_);
    const bool outer = std::exchange(in_set_, true);
    std::vector<std::string> inner;
    if (first && in_.substr(at_, 1) == "]") put("\\]", 1);
    while (in_.substr(at_, 1) != "]" && in_.substr(at_, 2) != "&&") {
      if (at_ >= in_.size()) throw RegexError("premature end of char-class: /" + std::string(in_) + "/");
      if (in_.substr(at_, 2) == "\\H") inner.emplace_back("[^0-9a-fA-F]"), at_ += 2;
      else if (in_[at_] == '\\') escape();
      else if (in_.substr(at_, 2) == "[:" && in_.find(":]", at_ + 2) != std::string_view::npos) posix_class(in_.substr(at_ + 2, in_.find(":]", at_ + 2) - at_ - 2));
      else if (in_[at_] == '[') inner.push_back(set());
      else copy(utf8_width(in_, at_));
    }
    in_set_ = outer;
    std::swap(before, out_);
    if (inner.empty()) return before.empty() ? "(?!)" : "[" + before + "]";
    std::string all = before.empty() ? "" : "[" + before + "]";
    for (const std::string& one : inner) all += (all.empty() ? "" : "|") + one;
    return "(?:" + all + ")";
  }

  // [:alpha:] and its kin are of all of Unicode in Ruby, while \w and its kin are not.
  void posix_class(std::string_view name) {
    static constexpr std::pair<std::string_view, std::string_view> kClasses[] = {
        {"alpha", "\\p{Alphabetic}"}, {"digit", "\\p{Nd}"}, {"alnum", "\\p{Alphabetic}\\p{Nd}"}, {"upper", "\\p{Uppercase}"},
        {"lower", "\\p{Lowercase}"}, {"space", "\\p{White_Space}"}, {"blank", "\\p{Zs}\\t"}, {"word", "\\p{L}\\p{M}\\p{Nd}\\p{Pc}"}};
    for (const auto& [known, properties] : kClasses) {
      if (known == name) return put(properties, name.size() + 4);
    }
    copy(name.size() + 4);
  }

  // Ruby's m is PCRE2's s; `^` and `$` match at lines whatever the options.
  void open_group() {
    if (in_.substr(at_, 3) == "(?#") return copy(std::min(in_.find(')', at_), in_.size() - 1) + 1 - at_);
    const std::size_t begin = out_.size();
    repeated_ = false;
    if (in_.substr(at_, 2) != "(?") {
      groups_.push_back(begin);
      return copy(1);
    }
    const char kind = at_ + 3 < in_.size() ? in_[at_ + 3] : '\0';
    if (in_.substr(at_, 3) == "(?'" || (in_.substr(at_, 3) == "(?<" && kind != '=' && kind != '!')) named_ = true;
    std::size_t end = at_ + 2;
    while (end < in_.size() && (in_[end] == 'i' || in_[end] == 'm' || in_[end] == 'x' || in_[end] == '-')) ++end;
    const char after = end < in_.size() ? in_[end] : '\0';
    const bool options = end > at_ + 2 && (after == ':' || after == ')');
    if (!options || after == ':') groups_.push_back(begin);
    if (!options) return copy(2);
    for (std::size_t i = at_; i < end; ++i) out_ += in_[i] == 'm' ? 's' : in_[i];
    at_ = end;
    copy(1);
  }

  std::string_view in_;
  std::string out_;
  std::size_t at_ = 0;
  bool in_set_ = false;
  bool named_ = false;
  std::vector<std::size_t> groups_;   // where those that are open begin in the output
  std::size_t atom_ = 0;
  bool repeated_ = false;
};

std::string error_text(int code) {
  std::array<PCRE2_UCHAR, 160> buffer{};
  pcre2_get_error_message(code, buffer.data(), buffer.size());
  return reinterpret_cast<const char*>(buffer.data());
}

// What a search does is counted by PCRE2's callouts, one before each item of the pattern that is tried: its own limits
// begin anew at each character where a match could begin.
struct Count {
  std::uint64_t most;
  std::uint64_t units = 0;
  PCRE2_SIZE last = 0;       // where the item before was tried
};

int count_item(pcre2_callout_block* block, void* data) {
  Count& count = *static_cast<Count*>(data);
  const PCRE2_SIZE at = block->current_position;
  count.units += 1 + (at > count.last ? at - count.last : count.last - at) / kBytesOfAUnit;
  count.last = at;
  return count.units > count.most ? PCRE2_ERROR_CALLOUT : 0;
}

struct FreeContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct FreeData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

}  // namespace

struct Regex::Code {
  std::string pattern;
  pcre2_code* code = nullptr;
  std::unique_ptr<pcre2_match_context, FreeContext> context;

  ~Code() { pcre2_code_free(code); }
};

Regex::Regex(std::string_view pattern, bool ignore_case, bool multiline, bool extended) : code_(std::make_unique<Code>()) {
  code_->pattern = pattern;
  Translator translator(pattern);
  const std::string translated = translator.run();
  std::uint32_t options = PCRE2_UTF | PCRE2_MULTILINE | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DUPNAMES |
                          PCRE2_AUTO_CALLOUT;
  if (translator.names_groups()) options |= PCRE2_NO_AUTO_CAPTURE;
  if (ignore_case) options |= PCRE2_CASELESS;
  if (multiline) options |= PCRE2_DOTALL;
  if (extended) options |= PCRE2_EXTENDED;
  int error = 0;
  PCRE2_SIZE offset = 0;
  code_->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(), options, &error, &offset, nullptr);
  if (code_->code == nullptr) throw RegexError(error_text(error) + " at offset " + std::to_string(offset) + ": /" + code_->pattern + "/");
  code_->context.reset(pcre2_match_context_create(nullptr));
  PLAN_ASSERT(code_->context != nullptr);
  pcre2_set_depth_limit(code_->context.get(), kDepthLimit);
  pcre2_set_heap_limit(code_->context.get(), kHeapLimitKibibytes);
}

Regex::~Regex() = default;

std::optional<RegexMatch> Regex::search(std::string_view subject, std::size_t from) const {
  if (from > subject.size()) return std::nullopt;
  const std::unique_ptr<pcre2_match_data, FreeData> data(pcre2_match_data_create_from_pattern(code_->code, nullptr));
  PLAN_ASSERT(data != nullptr);
  Count work{std::min(kMostWork, Work::left())};
  pcre2_set_callout(code_->context.get(), count_item, &work);
  const int count = pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), from, 0, data.get(),
                                code_->context.get());
  Work::spend(work.units + kPreparing + (subject.size() - from) / kSubjectOfAUnit);
  if (count == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (count == PCRE2_ERROR_CALLOUT) throw RegexError("matching /" + code_->pattern + "/ was given up: it takes too many tries");
  if (count < 0) throw RegexError("matching /" + code_->pattern + "/ was given up: " + error_text(count));
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data.get());
  RegexMatch match;
  match.groups.resize(pcre2_get_ovector_count(data.get()));
  for (std::size_t i = 0; i < match.groups.size(); ++i) {
    if (offsets[2 * i] == PCRE2_UNSET) continue;
    match.groups[i] = {offsets[2 * i], offsets[2 * i + 1], true};
  }
  return match;
}

bool Regex::matches(std::string_view subject) const { return search(subject).has_value(); }

std::optional<std::size_t> Regex::group(std::string_view name) const {
  const int number = pcre2_substring_number_from_name(code_->code, reinterpret_cast<PCRE2_SPTR>(std::string(name).c_str()));
  if (number < 0) return std::nullopt;
  return static_cast<std::size_t>(number);
}

std::shared_ptr<const Regex> Regex::of(std::string_view pattern) {
  thread_local std::unordered_map<std::string, std::shared_ptr<const Regex>> cache;
  std::string key(pattern);
  if (const auto found = cache.find(key); found != cache.end()) return found->second;
  auto regex = std::make_shared<const Regex>(pattern);
  if (cache.size() >= kCached) cache.clear();
  cache.emplace(std::move(key), regex);
  return regex;
}

}  // namespace plan::types
