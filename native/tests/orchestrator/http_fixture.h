// The real listener on a free port, with certificates made for the run, against a service over a store in memory.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "orchestrator/http/server.h"
#include "orchestrator/store/memory.h"
#include "tests/orchestrator/desk.h"
#include "tests/orchestrator/https_client.h"
#include "tests/transport/certificates.h"

namespace plan::orchestrator::http {

class HttpTest : public ::testing::Test {
 protected:
  HttpTest() {
    options_.listen = "127.0.0.1:0";
    options_.status_listen = "127.0.0.1:0";
    options_.rules = Rules("localhost");
    options_.tls = {own_.certificate, own_.private_key, ca_.certificate(), ""};
    options_.log = [this](const LogRecord& record) {
      const std::lock_guard lock(log_mutex_);
      log_ += record.message + "\n";
      if (record.event == "refused") refused_.push_back(record.certname + " " + record.code + " " + record.address);
    };
  }
  ~HttpTest() override { static_cast<void>(stop()); }

  void start() { start(store_); }
  void start(Store& store) {
    ServiceOptions service_options;
    service_options.certname = "localhost";
    auto service = Service::open(store, service_options);
    ASSERT_TRUE(service.ok());
    service_ = std::move(service).value();
    ASSERT_THAT(service_->configure({desk_declaration()}, Instant{}), ::testing::IsEmpty());
    ASSERT_TRUE(service_->commit().ok());
    auto server = Server::open(*service_, options_);
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_ = std::move(server).value();
    port_ = server_->port();
    status_port_ = server_->status_port();
    thread_ = std::thread([this] { ended_ = server_->run(); });
  }
  Status stop() {
    if (thread_.joinable()) {
      server_->stop();
      thread_.join();
    }
    return ended_;
  }
  HttpsClient client(const test::KeyPair& pair) { return {port_, ca_.certificate(), &pair}; }
  HttpsClient status_client() { return {status_port_, "", nullptr}; }
  std::string log() {
    const std::lock_guard lock(log_mutex_);
    return log_;
  }
  static std::string exchange(HttpsClient& client, Member& member) {
    const auto answer = client.post(protocol::exchange_path(member.identity()), protocol::write(member.request()));
    if (!answer.connected) return answer.problem;
    if (answer.status != 200) return std::to_string(answer.status) + " " + answer.error_code();
    const auto reply = protocol::read_reply(answer.body, member.identity());
    if (!reply.ok()) return reply.error().message;
    member.take(*reply);
    return "200";
  }
  // Asks the status listener until the line is there, and fails after far more tries than it can take.
  void await_metric(const std::string& line) {
    HttpsClient status = status_client();
    for (int i = 0; i < 100'000; ++i) {
      if (status.get("/metrics").body.find("plan_orchestrator_" + line + "\n") != std::string::npos) return;
    }
    FAIL() << "never saw " << line;
  }

  test::Authority ca_{"test CA"};
  test::KeyPair own_ = ca_.issue("localhost");
  test::KeyPair db1_pair_ = ca_.issue("db1");
  test::KeyPair db2_pair_ = ca_.issue("db2");
  ServerOptions options_;
  MemoryStore store_{{"0123456789abcdef0123456789abcdef", 5}};
  std::unique_ptr<Service> service_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  Status ended_ = Done{};
  std::uint16_t port_ = 0, status_port_ = 0;
  std::mutex log_mutex_;
  std::string log_;
  std::vector<std::string> refused_;
  Member db1_{"db1"};
  Member db2_{"db2", 'b'};
};

}  // namespace plan::orchestrator::http
