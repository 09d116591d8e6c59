// Where a connection waits for something else than its socket: for its turn, or for something to receive.
#pragma once

#include <functional>

#include <boost/asio/steady_timer.hpp>

namespace plan::orchestrator::http {

class Hold {
 public:
  // `began`: called when a wait for something to receive begins.
  explicit Hold(std::function<void()> began) : began_(std::move(began)) {}

  void begin(boost::asio::steady_timer& timer) {
    timer_ = &timer;
    if (began_) began_();
  }
  void end() { timer_ = nullptr; }

  // From outside: the wait is over, and no other one begins.
  void give_up() {
    given_up_ = true;
    if (timer_ != nullptr) timer_->cancel();
  }
  [[nodiscard]] bool given_up() const { return given_up_; }

 private:
  std::function<void()> began_;
  boost::asio::steady_timer* timer_ = nullptr;
  bool given_up_ = false;
};

}  // namespace plan::orchestrator::http
