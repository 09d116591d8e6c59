// Faults for tests: parts of the network that take what they are given and never answer.
#pragma once

#include <string>
#include <vector>

namespace plan::test {

// While it lives, the look-up of kHangingHost does not come back (getaddrinfo of this test program is a fake for it).
// In the end it comes back with an error.
inline constexpr const char* kHangingHost = "name-server-hangs.invalid";
class HangingNameServer {
 public:
  HangingNameServer();
  ~HangingNameServer();
  HangingNameServer(const HangingNameServer&) = delete;
  HangingNameServer& operator=(const HangingNameServer&) = delete;
  void wait_for_question();      // until somebody asks
};

// A port at 127.0.0.1 that nobody serves: connections are taken (by the kernel), and nothing is ever said; or, when it
// is `full`, not even that: what comes in is dropped, as by a firewall.
class HangingPort {
 public:
  explicit HangingPort(bool full);
  ~HangingPort();
  HangingPort(const HangingPort&) = delete;
  HangingPort& operator=(const HangingPort&) = delete;
  [[nodiscard]] std::string url() const;
  void wait_for_connection() const;        // until somebody has connected

 private:
  int listener_;
  std::vector<int> fillers_;
};

}  // namespace plan::test
