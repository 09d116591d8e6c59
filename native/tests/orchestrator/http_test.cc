#include "tests/orchestrator/http_fixture.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include <boost/json.hpp>

#include "tests/orchestrator/raw_client.h"
#include "tests/orchestrator/temporary_directory.h"

namespace plan::orchestrator::http {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// ------------------------------------------------------------------------------------------------ exchanges

TEST_F(HttpTest, AMemberJoinsOverOneConnection) {
  start();
  HttpsClient one = client(db1_pair_);
  db1_.join();
  EXPECT_EQ(exchange(one, db1_), "200");
  db1_.ask("x");
  EXPECT_EQ(exchange(one, db1_), "200");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1, 2));
  EXPECT_EQ(one.connections_made(), 1);
}

TEST_F(HttpTest, AnswersExpectContinue) {
  start();
  HttpsClient one = client(db1_pair_);
  db1_.join();
  const auto answer = one.post(protocol::exchange_path(db1_.identity()), protocol::write(db1_.request()),
                               "Expect: 100-continue");
  EXPECT_EQ(answer.status, 200);
}

TEST_F(HttpTest, AHeldCallIsAnsweredWhenSomethingComes) {
  start();
  HttpsClient one = client(db1_pair_);
  db1_.join();
  ASSERT_EQ(exchange(one, db1_), "200");
  db1_.wait = milliseconds(60'000);
  std::string held;
  std::thread waiting([&] { held = exchange(one, db1_); });
  await_metric("connections_waiting 1");
  HttpsClient two = client(db2_pair_);
  db2_.join();
  db2_.shout("hello");
  EXPECT_EQ(exchange(two, db2_), "200");
  waiting.join();
  EXPECT_EQ(held, "200");
  EXPECT_THAT(db1_.notes(), ElementsAre("hello"));
}

TEST_F(HttpTest, AHeldCallEndsWhenItsTimeIsOver) {
  start();
  HttpsClient one = client(db1_pair_);
  db1_.join();
  ASSERT_EQ(exchange(one, db1_), "200");
  db1_.wait = milliseconds(50);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(exchange(one, db1_), "200");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(50));
}

TEST_F(HttpTest, ANewerCallTakesThePlaceOfAHeldOne) {
  start();
  HttpsClient one = client(db1_pair_);
  db1_.join();
  ASSERT_EQ(exchange(one, db1_), "200");
  db1_.wait = milliseconds(60'000);
  Member again = db1_;
  std::string held;
  std::thread waiting([&] { held = exchange(one, db1_); });
  await_metric("connections_waiting 1");
  again.wait = milliseconds(1);
  HttpsClient other = client(db1_pair_);
  EXPECT_EQ(exchange(other, again), "200");
  waiting.join();
  EXPECT_EQ(held, "200");
}

TEST_F(HttpTest, AStopAnswersHeldCalls) {
  start();
  HttpsClient one = client(db1_pair_);
  db1_.join();
  ASSERT_EQ(exchange(one, db1_), "200");
  db1_.wait = milliseconds(60'000);
  std::string held;
  std::thread waiting([&] { held = exchange(one, db1_); });
  await_metric("connections_waiting 1");
  EXPECT_TRUE(stop().ok());
  waiting.join();
  EXPECT_EQ(held, "200");
}

TEST_F(HttpTest, S21_AFailedStoreEndsTheServerAndNothingIsAcknowledged) {
  start();
  HttpsClient one = client(db1_pair_);
  db1_.join();
  ASSERT_EQ(exchange(one, db1_), "200");
  store_.fail_after(0, Error{"store.io", "the disk is gone"});
  db1_.ask("x");
  EXPECT_NE(exchange(one, db1_), "200");
  thread_.join();
  ASSERT_FALSE(ended_.ok());
  EXPECT_EQ(ended_.error().code, "store.io");
}

TEST_F(HttpTest, S13_AFullStoreRefusesWhatIsSentAnswersWhatIsReadAndGoesOnByItself) {
  start();
  HttpsClient one = client(db1_pair_);
  db1_.join();
  ASSERT_EQ(exchange(one, db1_), "200");
  server_->post([this] { store_.fail_after(0, Error{"store.full", "no room"}); });
  db1_.ask("x");
  for (int i = 0; i < 2; ++i) {   // when it finds no room, and while it knows that there is none
    const auto answer = one.post(protocol::exchange_path(db1_.identity()), protocol::write(db1_.request()));
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.error_code(), "store_full");
    const int after = std::stoi(answer.headers.at("retry-after"));
    EXPECT_GE(after, 1);
    EXPECT_LE(after, 10);
  }
  await_metric("store_full 1");
  const auto status = boost::json::parse(status_client().get("/status/v1/services").body).at("plan-orchestrator");
  EXPECT_EQ(status.at("active_alerts").as_array().size(), 1U);
  EXPECT_EQ(status_client().get("/plan/v1/clusters/desk_1").status, 200);
  server_->post([this] { store_.repair(); });
  await_metric("store_full 0");
  EXPECT_EQ(exchange(one, db1_), "200");
  EXPECT_THAT(db1_.tickets(), ElementsAre(1, 2));
}

// ------------------------------------------------------------------------------------------------ what is refused

TEST_F(HttpTest, ACertificateOfAnotherCaIsRefusedAndLogged) {
  start();
  test::Authority other("other CA");
  const auto pair = other.issue("db1");
  HttpsClient one = client(pair);
  db1_.join();
  EXPECT_NE(exchange(one, db1_), "200");
  EXPECT_TRUE(stop().ok());
  EXPECT_THAT(log(), HasSubstr("127.0.0.1: TLS refused: "));
  EXPECT_THAT(db1_.tickets(), IsEmpty());
}

TEST_F(HttpTest, NoCertificateIsRefused) {
  start();
  HttpsClient one(port_, ca_.certificate(), nullptr);
  EXPECT_FALSE(one.get("/status/v1/simple").connected);
}

TEST_F(HttpTest, AnotherCertnameInThePathIsRefused) {
  start();
  HttpsClient two = client(db2_pair_);
  db1_.join();
  EXPECT_EQ(exchange(two, db1_), "403 wrong_certname");
}

TEST_F(HttpTest, BadBodiesAreRefusedAndTheConnectionGoesOn) {
  start();
  HttpsClient one = client(db1_pair_);
  const std::string path = protocol::exchange_path(db1_.identity());
  EXPECT_EQ(one.post(path, "{\"protocol\": 1").error_code(), "malformed");
  EXPECT_EQ(one.post(path, "{\"protocol\": 1").status, 400);
  EXPECT_EQ(one.post(path, std::string(2000, '[') + std::string(2000, ']')).status, 400);
  EXPECT_EQ(one.post(path, "").status, 400);
  db1_.join();
  EXPECT_EQ(exchange(one, db1_), "200");
  EXPECT_EQ(one.connections_made(), 1);
}

TEST_F(HttpTest, ABodyThatIsTooLargeIsRefused) {
  start();
  HttpsClient one = client(db1_pair_);
  const std::string body(protocol::kMaxBodyBytes + 1, ' ');
  const auto expecting = one.post(protocol::exchange_path(db1_.identity()), body, "Expect: 100-continue");
  EXPECT_EQ(expecting.status, 413);
  EXPECT_EQ(expecting.error_code(), "too_large");
  HttpsClient another = client(db1_pair_);
  EXPECT_EQ(another.post(protocol::exchange_path(db1_.identity()), body, "Expect:").status, 413);
}

TEST_F(HttpTest, AHeaderThatIsTooLargeIsRefused) {
  start();
  HttpsClient one = client(db1_pair_);
  EXPECT_EQ(one.post("/", "", "X-Long: " + std::string(10'000, 'x')).status, 431);
}

TEST_F(HttpTest, AnUnknownClusterIsToldWhichThereAre) {
  start();
  Member lost("db1", 'a', "desk_7");
  lost.join();
  HttpsClient one = client(db1_pair_);
  const auto answer = one.post(protocol::exchange_path(lost.identity()), protocol::write(lost.request()));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.error_code(), "unknown_cluster");
  EXPECT_THAT(protocol::read_error(answer.body)->clusters, ElementsAre("desk_1"));
}

TEST_F(HttpTest, OtherMethodsAndPathsAreRefused) {
  start();
  HttpsClient one = client(db1_pair_);
  const auto get = one.get(protocol::exchange_path(db1_.identity()));
  EXPECT_EQ(get.status, 405);
  EXPECT_EQ(get.headers.at("allow"), "POST");
  EXPECT_EQ(one.post("/status/v1/simple", "").status, 405);
  EXPECT_EQ(one.get("/nothing").status, 404);
  EXPECT_EQ(one.post("/plan/v1/processes/db1/x", "").error_code(), "not_found");
}

TEST_F(HttpTest, WhatIsNoHttpIsRefused) {
  start();
  const int plain = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(status_port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(plain, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const std::string text = "hello there\r\n\r\n";
  ASSERT_EQ(::send(plain, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  ::shutdown(plain, SHUT_WR);
  std::string answer(64, '\0');
  const ssize_t size = ::recv(plain, answer.data(), answer.size(), MSG_WAITALL);
  ::close(plain);
  ASSERT_GT(size, 0);
  EXPECT_THAT(answer, HasSubstr("400 Bad Request"));
}

TEST_F(HttpTest, AClientThatSaysNothingIsCutOff) {
  options_.limits.handshake = milliseconds(30);
  start();
  const int silent = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(silent, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  char nothing = 0;
  EXPECT_LE(::recv(silent, &nothing, 1, 0), 0);   // would wait for ever
  ::close(silent);
}

TEST_F(HttpTest, TooManyConnectionsAreToldToComeLater) {
  options_.limits.connections = 2;
  start();
  HttpsClient one = client(db1_pair_);
  HttpsClient two = client(db2_pair_);
  EXPECT_EQ(one.get("/status/v1/simple").status, 200);
  EXPECT_EQ(two.get("/status/v1/simple").status, 200);
  HttpsClient three = client(db1_pair_);
  const auto answer = three.get("/status/v1/simple");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.error_code(), "overloaded");
  const int seconds = std::stoi(answer.headers.at("retry-after"));
  EXPECT_GE(seconds, 1);
  EXPECT_LE(seconds, 10);
}

TEST_F(HttpTest, ARevokedCertificateLosesItsConnectionAndGetsNoOther) {
  const auto crl = ca_.revoke(ca_.issue("somebody else"));
  options_.tls.crl = crl;
  options_.limits.watch = milliseconds(10);
  start();
  HttpsClient one = client(db1_pair_);
  db1_.join();
  ASSERT_EQ(exchange(one, db1_), "200");
  db1_.wait = milliseconds(10'000);   // far below the client's patience: left alone, the call would be answered
  std::string held;
  std::thread waiting([&] { held = exchange(one, db1_); });
  await_metric("connections_waiting 1");
  ca_.revoke(db1_pair_);      // the same file, written anew
  waiting.join();
  EXPECT_NE(held, "200");
  db1_.wait = milliseconds(0);
  EXPECT_NE(exchange(one, db1_), "200");
  HttpsClient two = client(db2_pair_);
  db2_.join();
  EXPECT_EQ(exchange(two, db2_), "200");
  EXPECT_TRUE(stop().ok());
  EXPECT_THAT(log(), HasSubstr("certificate revoked"));
}

// ------------------------------------------------------------------------------------------------ status

TEST_F(HttpTest, SaysThatItRuns) {
  start();
  HttpsClient status = status_client();
  EXPECT_EQ(status.get("/status/v1/simple").body, "running");
  const auto services = boost::json::parse(status.get("/status/v1/services").body);
  EXPECT_EQ(services.at("plan-orchestrator").at("state").as_string(), "running");
  HttpsClient one = client(db1_pair_);
  EXPECT_EQ(one.get("/status/v1/simple").body, "running");
}

TEST_F(HttpTest, ClustersAreForTheOwnCertificateAndThePlainListener) {
  start();
  HttpsClient one = client(db1_pair_);
  db1_.join();
  ASSERT_EQ(exchange(one, db1_), "200");
  EXPECT_EQ(one.get("/plan/v1/clusters").error_code(), "forbidden");
  EXPECT_EQ(one.get("/metrics").status, 403);
  HttpsClient own = client(own_);
  EXPECT_EQ(own.get("/plan/v1/clusters").status, 200);
  HttpsClient status = status_client();
  const auto clusters = boost::json::parse(status.get("/plan/v1/clusters").body);
  EXPECT_EQ(clusters.at("clusters").at(0).at("title").as_string(), "desk_1");
  const auto desk = boost::json::parse(status.get("/plan/v1/clusters/desk%5F1").body);
  EXPECT_EQ(desk.at("members").at(0).at("certname").as_string(), "db1");
  EXPECT_EQ(status.get("/plan/v1/clusters/none").status, 404);
}

TEST_F(HttpTest, AWatchIsAnsweredWhenAMemberJoins) {
  start();
  HttpsClient status = status_client();
  const auto before = boost::json::parse(status.get("/plan/v1/clusters/desk_1").body);
  const auto revision = std::to_string(before.at("revision").to_number<std::uint64_t>());
  HttpAnswer news;
  std::thread watcher([&] {
    HttpsClient other = status_client();
    news = other.get("/plan/v1/clusters/desk_1?wait_ms=60000&since=" + revision);
  });
  await_metric("watches 1");
  HttpsClient one = client(db1_pair_);
  db1_.join();
  EXPECT_EQ(exchange(one, db1_), "200");
  watcher.join();
  EXPECT_EQ(boost::json::parse(news.body).at("members").at(0).at("certname").as_string(), "db1");
}

TEST_F(HttpTest, ARefusalIsOneRecordWithTheAddressOfWhoAsked) {
  start();
  HttpsClient one = client(db1_pair_);
  EXPECT_EQ(one.get("/plan/v1/clusters").status, 403);
  EXPECT_EQ(log(), "db1: refused: GET /plan/v1/clusters: forbidden: 'db1' may not call /plan/v1/clusters: no rule allows it, of "
            "'the orchestrator's own certificate', 'pp_cli_auth'\n");
  EXPECT_EQ(refused_, std::vector<std::string>{"db1 forbidden 127.0.0.1"});
  await_metric("refused_total{code=\"forbidden\"} 1");
}

TEST_F(HttpTest, ThePlainListenerTakesNoExchange) {
  start();
  HttpsClient status = status_client();
  EXPECT_EQ(exchange(status, db1_), "403 forbidden");
}

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

// The whole answer to one request over a Unix socket.
std::string ask(const std::string& path, const std::string& method, const std::string& target) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = unix_address(path);
  const std::string text = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  std::string answer(4096, '\0');
  ssize_t size = -1;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size())) {
    size = ::recv(socket, answer.data(), answer.size(), MSG_WAITALL);
  }
  ::close(socket);
  answer.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return answer;
}

TEST_F(HttpTest, TheControlSocketIsForItsOwnerAloneAndServesOperators) {
  options_.control = (ca_.directory() / "control").string();
  start();
  struct stat status {};
  ASSERT_EQ(::stat(options_.control.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, static_cast<mode_t>(S_IFSOCK | 0600));
  EXPECT_THAT(ask(options_.control, "GET", "/plan/v1/clusters"), HasSubstr("HTTP/1.1 200 OK"));
  EXPECT_THAT(ask(options_.control, "GET", "/status/v1/simple"), HasSubstr("\r\n\r\nrunning"));
  EXPECT_THAT(ask(options_.control, "POST", protocol::exchange_path(db1_.identity())), HasSubstr("HTTP/1.1 403"));
  EXPECT_TRUE(stop().ok());
  EXPECT_NE(::stat(options_.control.c_str(), &status), 0);
}

TEST_F(HttpTest, TheControlSocketOfADaemonThatWasKilledIsReplaced) {
  options_.control = (ca_.directory() / "control").string();
  const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = unix_address(options_.control);
  ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(left);
  start();
  EXPECT_THAT(ask(options_.control, "GET", "/status/v1/simple"), HasSubstr("\r\n\r\nrunning"));
}

// Its copy is a file of so many bytes, all of them different from those around them.
class StoreWithLargeCopy final : public Store {
 public:
  StoreWithLargeCopy(Store& store, std::string file, std::size_t size) : store_(store), file_(std::move(file)) {
    for (std::uint32_t i = 0; bytes_.size() < size; ++i) bytes_.append(std::to_string(i)).push_back(' ');
  }
  Result<Contents> load() override { return store_.load(); }
  Status commit(const Transaction& transaction) override { return store_.commit(transaction); }
  Result<std::string> backup() override {
    std::ofstream(file_, std::ios::binary) << bytes_;
    return file_;
  }
  std::uint64_t commits() const override { return store_.commits(); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  Store& store_;
  std::string file_, bytes_;
};

TEST_F(HttpTest, AFileIsSentWholeAndGoneWhenItsSendingBegins) {
  const TemporaryDirectory directory;
  StoreWithLargeCopy store(store_, directory.file("copy"), 5'000'000);
  start(store);
  HttpsClient own = client(own_);
  for (int i = 0; i < 2; ++i) {
    const auto answer = own.get("/plan/v1/backup");
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.body == store.bytes());   // EXPECT_EQ would print both
    EXPECT_FALSE(std::filesystem::exists(directory.file("copy")));
  }
  EXPECT_EQ(own.connections_made(), 1);
}

TEST_F(HttpTest, AClientThatLeavesInTheMiddleOfAFileHarmsNobody) {
  const TemporaryDirectory directory;
  StoreWithLargeCopy store(store_, directory.file("copy"), 5'000'000);
  start(store);
  {
    RawClient leaving(port_, RawTls{.ca = ca_.certificate(), .pair = &own_, .receive_buffer = 4096});
    ASSERT_TRUE(leaving.send("GET /plan/v1/backup HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    EXPECT_THAT(leaving.receive(), HasSubstr("200 OK"));
  }
  await_metric("connections 1");   // that which asks
  EXPECT_FALSE(std::filesystem::exists(directory.file("copy")));
  HttpsClient own = client(own_);
  EXPECT_EQ(own.get("/plan/v1/backup").body.size(), store.bytes().size());
}

TEST_F(HttpTest, WhatCannotBeListenedOnIsSaid) {
  ServiceOptions service_options;
  service_options.certname = "localhost";
  auto service = Service::open(store_, service_options);
  const auto refusal = [&](const ServerOptions& options) {
    auto server = Server::open(**service, options);
    return server.ok() ? "opened" : server.error().code + " " + server.error().message;
  };
  ServerOptions wrong = options_;
  wrong.status_listen = "0.0.0.0:0";
  EXPECT_THAT(refusal(wrong), HasSubstr("listen.address status_listen: '0.0.0.0:0' is not on loopback"));
  wrong = options_;
  wrong.listen = "somewhere";
  EXPECT_THAT(refusal(wrong), HasSubstr("listen.address listen: 'somewhere'"));
  wrong.listen = "192.0.2.1:1";
  EXPECT_THAT(refusal(wrong), HasSubstr("listen.failed listen: "));
  wrong = options_;
  wrong.control = ca_.certificate();   // a file that is no socket is not taken away
  EXPECT_THAT(refusal(wrong), HasSubstr("listen.failed control: cannot bind to "));
  wrong.control = "/none/control";
  EXPECT_THAT(refusal(wrong), HasSubstr("listen.failed control: cannot bind to /none/control: No such file"));
  wrong.control = std::string(200, 'x');
  EXPECT_THAT(refusal(wrong), HasSubstr("listen.address control: 'xxx"));
  wrong = options_;
  wrong.tls.certificate = "/none";
  EXPECT_THAT(refusal(wrong), HasSubstr("tls.certificate the certificate /none cannot be read: No such file"));
  wrong = options_;
  wrong.tls.private_key = db1_pair_.private_key;
  EXPECT_THAT(refusal(wrong), HasSubstr("tls.private_key"));
  wrong = options_;
  wrong.tls.crl = "/none";
  EXPECT_THAT(refusal(wrong), HasSubstr("tls.crl the revocation list /none cannot be read: No such file"));
}

}  // namespace
}  // namespace plan::orchestrator::http
