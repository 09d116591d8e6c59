#include "transport/client.h"

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/transport/https_server.h"

namespace plan::transport {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// A gate that a handler waits at until the test opens it.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void await_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ > 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

class ClientTest : public testing::Test {
 protected:
  TlsSettings tls(const test::KeyPair& pair) {
    return {pair.certificate, pair.private_key, authority_.certificate(), ""};
  }
  std::unique_ptr<Client> client(const std::string& url, TlsSettings settings) {
    auto made = Client::create({.base_url = url, .tls = std::move(settings)});
    EXPECT_TRUE(made.ok());
    return std::move(made).value();
  }
  // Runs the client until one request is done. Bounded: a client that hangs fails here.
  static Completion finish(Client& client) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < deadline) {
      auto done = client.perform(milliseconds(1000));
      if (!done.empty()) return std::move(done.front());
    }
    return {0, Error{"test.hangs", "nothing was done in 20 s", ""}};
  }
  static Request request(std::uint64_t id, std::string body = "{}") {
    return {.id = id, .path = "/exchange", .body = std::move(body), .timeout = milliseconds(20'000)};
  }
  static test::HttpAnswer echo(const test::HttpRequest& request) {
    return {200, request.peer + " " + request.path + " " + request.body, ""};
  }

  test::Authority authority_{"Test CA"};
  test::KeyPair server_pair_ = authority_.issue("localhost");
  test::KeyPair agent_pair_ = authority_.issue("db1.example.com");
};

TEST_F(ClientTest, PostsAndIsKnownByItsCertificate) {
  test::HttpsServer server(authority_, server_pair_, echo);
  auto agent = client(server.url(), tls(agent_pair_));
  agent->start(request(7, R"({"a":1})"));
  const Completion done = finish(*agent);
  EXPECT_EQ(done.id, 7U);
  ASSERT_TRUE(done.result.ok()) << done.result.error().message;
  EXPECT_EQ(done.result->status, 200);
  EXPECT_EQ(done.result->body, R"(db1.example.com /exchange {"a":1})");
}

TEST_F(ClientTest, KeepsItsConnection) {
  test::HttpsServer server(authority_, server_pair_, echo);
  auto agent = client(server.url(), tls(agent_pair_));
  for (std::uint64_t id = 1; id <= 5; ++id) {
    agent->start(request(id));
    ASSERT_TRUE(finish(*agent).result.ok());
  }
  EXPECT_EQ(server.handshakes(), 1);
}

TEST_F(ClientTest, SendsWhileAnotherRequestIsHeld) {
  Gate gate;
  test::HttpsServer server(authority_, server_pair_, [&](const test::HttpRequest& asked) {
    if (asked.body == "poll") gate.pass();
    return echo(asked);
  });
  auto agent = client(server.url(), tls(agent_pair_));
  agent->start(request(1, "poll"));
  agent->start(request(2, "send"));
  EXPECT_EQ(finish(*agent).id, 2U);
  gate.open();
  EXPECT_EQ(finish(*agent).id, 1U);
}

TEST_F(ClientTest, WakeupEndsAWait) {
  Gate gate;
  test::HttpsServer server(authority_, server_pair_, [&](const test::HttpRequest& asked) {
    gate.pass();
    return echo(asked);
  });
  auto agent = client(server.url(), tls(agent_pair_));
  agent->start(request(1));
  std::atomic<bool> woken = false;
  std::thread waker([&] {
    gate.await_one();
    woken = true;
    agent->wakeup();
  });
  const auto before = std::chrono::steady_clock::now();
  std::vector<Completion> done;
  while (!woken) done = agent->perform(milliseconds(15'000));
  EXPECT_TRUE(done.empty());
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
  waker.join();
  agent->cancel(1);
  gate.open();
  EXPECT_TRUE(agent->perform(milliseconds(0)).empty());
}

TEST_F(ClientTest, ReadsRetryAfter) {
  test::HttpsServer server(authority_, server_pair_,
                           [](const test::HttpRequest&) { return test::HttpAnswer{503, "{}", "Retry-After: 3\r\n"}; });
  auto agent = client(server.url(), tls(agent_pair_));
  agent->start(request(1));
  const Completion done = finish(*agent);
  ASSERT_TRUE(done.result.ok());
  EXPECT_EQ(done.result->status, 503);
  EXPECT_EQ(done.result->retry_after, milliseconds(3000));
}

TEST_F(ClientTest, RefusesAServerOfAnotherCa) {
  test::Authority other("Other CA");
  test::HttpsServer server(other, other.issue("localhost"), echo);
  auto agent = client(server.url(), tls(agent_pair_));
  agent->start(request(1));
  const Completion done = finish(*agent);
  ASSERT_FALSE(done.result.ok());
  EXPECT_EQ(done.result.error().code, "transport.untrusted");
  EXPECT_THAT(done.result.error().message, HasSubstr(server.url()));
  EXPECT_EQ(server.handshakes(), 0);
}

TEST_F(ClientTest, RefusesAServerOfAnotherName) {
  test::HttpsServer server(authority_, authority_.issue("elsewhere.example.com"), echo);
  auto agent = client(server.url(), tls(agent_pair_));
  agent->start(request(1));
  const Completion done = finish(*agent);
  ASSERT_FALSE(done.result.ok());
  EXPECT_EQ(done.result.error().code, "transport.untrusted");
}

TEST_F(ClientTest, RefusesARevokedServer) {
  test::HttpsServer server(authority_, server_pair_, echo);
  TlsSettings settings = tls(agent_pair_);
  settings.crl = authority_.revoke(server_pair_);
  auto agent = client(server.url(), settings);
  agent->start(request(1));
  const Completion done = finish(*agent);
  ASSERT_FALSE(done.result.ok());
  EXPECT_EQ(done.result.error().code, "transport.untrusted");
  EXPECT_THAT(done.result.error().message, HasSubstr("revoked"));
}

TEST_F(ClientTest, AMissingCrlFileIsNoCheck) {
  test::HttpsServer server(authority_, server_pair_, echo);
  TlsSettings settings = tls(agent_pair_);
  settings.crl = (authority_.directory() / "none.pem").string();
  auto agent = client(server.url(), settings);
  agent->start(request(1));
  EXPECT_TRUE(finish(*agent).result.ok());
}

TEST_F(ClientTest, AnAgentOfAnotherCaIsRefusedWithAHint) {
  test::Authority other("Other CA");
  const test::KeyPair stranger = other.issue("db1.example.com");
  test::HttpsServer server(authority_, server_pair_, echo);
  auto agent = client(server.url(), tls(stranger));
  agent->start(request(1));
  const Completion done = finish(*agent);
  ASSERT_FALSE(done.result.ok());
  EXPECT_THAT(done.result.error().help, HasSubstr("Puppet CA"));
}

TEST_F(ClientTest, NobodyListens) {
  std::string url;
  {
    test::HttpsServer server(authority_, server_pair_, echo);
    url = server.url();
  }
  auto agent = client(url, tls(agent_pair_));
  agent->start(request(1));
  const Completion done = finish(*agent);
  ASSERT_FALSE(done.result.ok());
  EXPECT_EQ(done.result.error().code, "transport.refused");
  EXPECT_THAT(done.result.error().message, HasSubstr(url));
}

TEST_F(ClientTest, AnAnswerOverTheLimitIsAnError) {
  test::HttpsServer server(authority_, server_pair_,
                           [](const test::HttpRequest&) { return test::HttpAnswer{200, std::string(4096, 'x'), ""}; });
  auto made = Client::create({.base_url = server.url(), .tls = tls(agent_pair_), .max_response_bytes = 1024});
  ASSERT_TRUE(made.ok());
  (*made)->start(request(1));
  const Completion done = finish(**made);
  ASSERT_FALSE(done.result.ok());
  EXPECT_EQ(done.result.error().code, "transport.too_large");
}

TEST_F(ClientTest, ChecksItsSettings) {
  EXPECT_EQ(Client::create({.base_url = "http://localhost", .tls = tls(agent_pair_)}).error().code, "transport.url");
  TlsSettings settings = tls(agent_pair_);
  settings.private_key = "/nowhere/key.pem";
  const auto made = Client::create({.base_url = "https://localhost", .tls = settings});
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, "transport.certificate");
  EXPECT_THAT(made.error().message, HasSubstr("/nowhere/key.pem"));
}

}  // namespace
}  // namespace plan::transport
