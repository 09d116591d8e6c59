// What was sent and what came of it: every word exactly once, in the order of its sender.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace plan::load {

enum class Word : std::uint8_t {
  ask,          // comes back to who sent it
  relay,        // goes to another member
  withdrawal,   // comes back to who sent it: no relay will come after it
};

class Ledger {
 public:
  using Clock = std::chrono::steady_clock;

  // The next word of a member: "ask 17 3".
  [[nodiscard]] std::string send(Word kind, std::uint32_t sender, Clock::time_point now);
  void received(std::uint32_t by, std::string_view text, Clock::time_point now);

  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t answered() const { return times_ms_.size(); }
  [[nodiscard]] std::uint64_t outstanding() const { return outstanding_.size(); }
  [[nodiscard]] std::uint64_t doubled() const { return doubled_; }
  [[nodiscard]] std::uint64_t out_of_order() const { return out_of_order_; }
  [[nodiscard]] std::uint64_t astray() const { return astray_; }   // at the wrong member, or never sent
  // From the sending to the arrival, in the order of arrival.
  [[nodiscard]] const std::vector<double>& times_ms() const { return times_ms_; }

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> last_sent_;       // by sender and kind
  std::unordered_map<std::uint64_t, std::uint64_t> last_received_;   // by receiver and sender, each kind for itself
  std::unordered_map<std::string, Clock::time_point> outstanding_;
  std::vector<double> times_ms_;
  std::uint64_t sent_ = 0, doubled_ = 0, out_of_order_ = 0, astray_ = 0;
};

}  // namespace plan::load
