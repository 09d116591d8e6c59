// How much work may still be done on this thread. What looks at whole values and types (comparison, matching, types of
// values, regular expressions) is asked by operators, functions and containers alike, which have no budget to hand down:
// so whoever evaluates sets one for the thread while it does, and they count what they do. Without one, nothing is counted.
#pragma once

#include <cstdint>
#include <utility>

namespace plan {

class Work {
 public:
  // About what a comparison of two small values takes.
  static void spend(std::uint64_t units) {
    if (current_ != nullptr) current_->take(units);
  }
  // What may be spent; UINT64_MAX without a budget.
  [[nodiscard]] static std::uint64_t left() { return current_ != nullptr ? current_->units_ : UINT64_MAX; }

  explicit Work(std::uint64_t units) : units_(units) {}
  [[nodiscard]] std::uint64_t remaining() const { return units_; }
  virtual ~Work() = default;
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  void take(std::uint64_t units) {
    if (units_ < units) exceeded();
    units_ -= units;
  }

  // While it lives, what is done on this thread is taken from that budget.
  class Counted {
   public:
    explicit Counted(Work& work) : before_(std::exchange(current_, &work)) {}
    ~Counted() { current_ = before_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

   private:
    Work* before_;
  };

 private:
  [[noreturn]] virtual void exceeded() const = 0;   // raises

  std::uint64_t units_;
  static inline thread_local constinit Work* current_ = nullptr;
};

}  // namespace plan
