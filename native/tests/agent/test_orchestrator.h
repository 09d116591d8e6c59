// The real orchestrator service with a cluster of demo.h, behind the tests' HTTPS server. Long-polls are held.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "orchestrator/service.h"
#include "orchestrator/store/memory.h"
#include "tests/transport/https_server.h"

namespace plan::test {

class TestOrchestrator {
 public:
  explicit TestOrchestrator(Authority& authority);
  ~TestOrchestrator();
  TestOrchestrator(const TestOrchestrator&) = delete;
  TestOrchestrator& operator=(const TestOrchestrator&) = delete;

  [[nodiscard]] std::string url() const { return "https://localhost:" + std::to_string(port_); }
  void go_down();     // as kill -9: connections end, what is committed stays
  void come_up();     // on the same port
  [[nodiscard]] std::string describe();
  [[nodiscard]] std::uint64_t messages_received();
  [[nodiscard]] int handshakes() const { return server_->handshakes(); }

 private:
  HttpAnswer answer(const HttpRequest& request);

  Authority& authority_;
  KeyPair pair_;
  int port_ = 0;
  orchestrator::MemoryStore store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool down_ = true;
  std::unique_ptr<orchestrator::Service> service_;
  std::unique_ptr<HttpsServer> server_;
};

}  // namespace plan::test
