#include "bench/load/ledger.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace plan::load {

namespace {

constexpr std::array<std::string_view, 3> kNames{"ask", "relay", "withdrawal"};

struct Parts {
  Word kind;
  std::uint32_t sender;
  std::uint64_t number;
};

std::string write(const Parts& parts) {
  return std::string(kNames.at(static_cast<std::size_t>(parts.kind))) + " " + std::to_string(parts.sender) + " " +
         std::to_string(parts.number);
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size();
}

std::optional<Parts> read(std::string_view text) {
  const auto first = text.find(' ');
  const auto second = text.rfind(' ');
  const auto name = std::find(kNames.begin(), kNames.end(), text.substr(0, first));
  if (name == kNames.end() || first == second) return std::nullopt;
  Parts parts{static_cast<Word>(name - kNames.begin()), 0, 0};
  const bool well = read_number(text.substr(first + 1, second - first - 1), parts.sender) &&
                    read_number(text.substr(second + 1), parts.number);
  return well ? std::optional(parts) : std::nullopt;
}

// Two members' numbers, of 30 bits each, and the kind.
std::uint64_t key(std::uint64_t receiver, const Parts& parts) {
  return receiver << 32U | std::uint64_t{parts.sender} << 2U | static_cast<std::uint64_t>(parts.kind);
}

}  // namespace

std::string Ledger::send(Word kind, std::uint32_t sender, Clock::time_point now) {
  Parts parts{kind, sender, 0};
  parts.number = ++last_sent_[key(0, parts)];
  std::string text = write(parts);
  outstanding_.emplace(text, now);
  ++sent_;
  return text;
}

void Ledger::received(std::uint32_t by, std::string_view text, Clock::time_point now) {
  const auto parts = read(text);
  const auto sent = parts ? last_sent_.find(key(0, *parts)) : last_sent_.end();
  const bool meant = parts && (parts->kind == Word::relay || parts->sender == by);
  if (sent == last_sent_.end() || parts->number > sent->second || !meant) {
    ++astray_;
    return;
  }
  const auto found = outstanding_.find(std::string(text));
  if (found == outstanding_.end()) {
    ++doubled_;
    return;
  }
  times_ms_.push_back(std::chrono::duration<double, std::milli>(now - found->second).count());
  outstanding_.erase(found);
  std::uint64_t& last = last_received_[key(by, *parts)];
  if (parts->number < last) ++out_of_order_;
  last = std::max(last, parts->number);
}

}  // namespace plan::load
