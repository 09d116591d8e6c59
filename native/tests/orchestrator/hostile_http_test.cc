// What no honest client sends, byte by byte, to the real listener over TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/orchestrator/http_fixture.h"
#include "tests/orchestrator/raw_client.h"

namespace plan::orchestrator::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kGet = "GET /status/v1/simple HTTP/1.1\r\nHost: localhost\r\n";
const std::string kPost = "POST /nothing HTTP/1.1\r\nHost: localhost\r\n";

class HostileHttpTest : public HttpTest {
 protected:
  RawClient raw(const test::KeyPair& pair) { return {port_, RawTls{.ca = ca_.certificate(), .pair = &pair}}; }
  static std::string request_of(const Member& member) {
    const std::string body = protocol::write(member.request());
    return "POST " + protocol::exchange_path(member.identity()) +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  std::string answer_to(const std::string& bytes) {
    RawClient client(port_, RawTls{.ca = ca_.certificate(), .pair = &db1_pair_});
    EXPECT_TRUE(client.send(bytes));
    return client.rest();
  }
};

struct Hostile {
  std::string name;
  std::string bytes;
  std::string answer;   // how it begins
};

TEST_F(HostileHttpTest, WhatCouldBeReadInTwoWaysIsRefusedAndTheConnectionCloses) {
  start();
  const std::vector<Hostile> table = {
      {"chunked", kPost + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 400"},
      {"identity", kPost + "Transfer-Encoding: identity\r\n\r\n", "HTTP/1.1 400"},
      {"chunked in capitals, and a length", kPost + "TRANSFER-ENCODING:\tchunked\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 400"},
      {"an empty transfer encoding", kPost + "Transfer-Encoding:\r\n\r\n", "HTTP/1.1 400"},
      {"HTTP/1.0", "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", "HTTP/1.1 505"},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 505"},
      {"HTTP/0.9", "GET /status/v1/simple\r\n\r\n", "HTTP/1.1 400"},
      {"two lengths", kPost + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "HTTP/1.1 400"},
      {"two equal lengths", kPost + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 400"},
      {"a list of lengths", kPost + "Content-Length: 3, 3\r\n\r\nabc", "HTTP/1.1 400"},
      {"a sign", kPost + "Content-Length: +3\r\n\r\nabc", "HTTP/1.1 400"},
      {"a minus", kPost + "Content-Length: -3\r\n\r\nabc", "HTTP/1.1 400"},
      {"hexadecimal", kPost + "Content-Length: 0x3\r\n\r\nabc", "HTTP/1.1 400"},
      {"no number", kPost + "Content-Length: \r\n\r\n", "HTTP/1.1 400"},
      {"a number and a space", kPost + "Content-Length: 3 3\r\n\r\nabc", "HTTP/1.1 400"},
      {"a number that overflows", kPost + "Content-Length: 18446744073709551619\r\n\r\nabc", "HTTP/1.1 413"},
      {"a space before the colon", kPost + "Content-Length : 3\r\n\r\nabc", "HTTP/1.1 400"},
      {"a folded field", kPost + "X-Long: a\r\n b\r\n\r\n", "HTTP/1.1 400"},
      {"a field without a name", kPost + ": a\r\n\r\n", "HTTP/1.1 400"},
      {"a field without a colon", kPost + "Content-Length\r\n\r\n", "HTTP/1.1 400"},
      {"a space before the first field", "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n", "HTTP/1.1 400"},
      {"a bare LF", "GET / HTTP/1.1\nHost: localhost\n\n", "HTTP/1.1 400"},
      {"a bare LF in a field", kGet + "X: a\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400"},
      {"a bare CR", kGet + "X: a\rb\r\n\r\n", "HTTP/1.1 400"},
      {"a NUL in a field", kGet + std::string("X: a\0b\r\n\r\n", 10), "HTTP/1.1 400"},
      {"an empty line first", "\r\n" + kGet + "\r\n", "HTTP/1.1 400"},
      {"another request behind it", kGet + "\r\n" + kGet + "\r\n", "HTTP/1.1 400"},
      {"more body than promised", kPost + "Content-Length: 3\r\n\r\nabcd", "HTTP/1.1 400"},
      {"a body that was not promised", kPost + "\r\nabc", "HTTP/1.1 400"},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
      {"two Hosts", kGet + "Host: other\r\n\r\n", "HTTP/1.1 400"},
      {"an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "HTTP/1.1 400"},
      {"a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "HTTP/1.1 400"},
      {"an absolute target", "GET https://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400"},
      {"an authority", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400"},
      {"an asterisk", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400"},
      {"a fragment", "GET /a#b HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400"},
      {"a control character in the target", "GET /a\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400"},
      {"a tab instead of a space", "GET\t/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400"},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400"},
      {"a byte above ASCII in the target", "GET /\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400"},
      {"a method that is no word", "G(T / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400"},
      {"a strange expectation", kPost + "Expect: 200-ok\r\n\r\n", "HTTP/1.1 417"},
      {"a long target", "GET /" + std::string(3000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 414"},
      {"a long header", kGet + "X: " + std::string(9000, 'a') + "\r\n\r\n", "HTTP/1.1 431"},
      {"a header without an end", kGet + "X: " + std::string(9000, 'a'), "HTTP/1.1 431"},
      {"a long body", kPost + "Content-Length: 4194305\r\n\r\n", "HTTP/1.1 413"},
  };
  for (const auto& [name, bytes, begin] : table) EXPECT_THAT(answer_to(bytes), StartsWith(begin)) << name;
  std::string many = kGet;
  for (int i = 0; i < 70; ++i) many += "X: 1\r\n";
  EXPECT_THAT(answer_to(many + "\r\n"), StartsWith("HTTP/1.1 431"));
  EXPECT_TRUE(stop().ok());
  EXPECT_THAT(log(), HasSubstr("db1: refused: malformed: this is no HTTP request: Transfer-Encoding is not spoken here"));
  EXPECT_EQ(refused_.size(), table.size() + 1);   // one record each
}

TEST_F(HostileHttpTest, ARequestInManyPiecesIsStillOne) {
  start();
  RawClient client = raw(db1_pair_);
  for (const char c : kGet + "X-Odd:\t a \r\n\r\n") EXPECT_TRUE(client.send(std::string(1, c)));
  EXPECT_THAT(client.answer(), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_TRUE(client.send(kGet + "Connection: close\r\n\r\n"));
  const std::string last = client.rest();   // and then the connection is over
  EXPECT_THAT(last, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(last, HasSubstr("Connection: close\r\n"));
}

TEST_F(HostileHttpTest, WhatComesWhileACallIsHeldEndsIt) {
  start();
  HttpsClient joining = client(db1_pair_);
  db1_.join();
  ASSERT_EQ(exchange(joining, db1_), "200");
  db1_.wait = milliseconds(60'000);
  const std::string held = request_of(db1_);
  RawClient impatient = raw(db1_pair_);
  ASSERT_TRUE(impatient.send(held));
  await_metric("connections_waiting 1");
  ASSERT_TRUE(impatient.send(kGet + "\r\n"));
  EXPECT_THAT(impatient.rest(), StartsWith("HTTP/1.1 400"));
  await_metric("connections_waiting 0");
  RawClient leaving = raw(db1_pair_);
  ASSERT_TRUE(leaving.send(held));
  await_metric("connections_waiting 1");
  leaving.close();
  await_metric("connections_waiting 0");
}

// ------------------------------------------------------------------------------------------------ deadlines

struct Slow {
  std::string name;
  std::string bytes;   // then nothing
};

TEST_F(HostileHttpTest, EachPhaseHasADeadlineAsAWhole) {
  options_.limits.header = options_.limits.body = options_.limits.idle = milliseconds(150);
  options_.limits.sweep = milliseconds(10);
  start();
  for (const auto& [name, bytes] : std::vector<Slow>{{"nothing at all", ""},
                                                     {"half a header", "GET / HTTP/1.1\r\nHo"},
                                                     {"half a body", kPost + "Content-Length: 9\r\n\r\nabc"}}) {
    RawClient client = raw(db1_pair_);
    EXPECT_TRUE(bytes.empty() || client.send(bytes));
    EXPECT_EQ(client.rest(), "") << name;
  }
  RawClient idle = raw(db1_pair_);
  EXPECT_TRUE(idle.send(kGet + "\r\n"));
  EXPECT_THAT(idle.rest(), HasSubstr("running"));   // and then the end
  // A byte now and then does not buy time.
  RawClient dripping = raw(db1_pair_);
  bool open = true;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; open && i < 1'000'000; ++i) {
    open = dripping.send(i == 0 ? "GET / HTTP/1.1\r\nX: " : "a");
    if (i % 50 == 0) std::this_thread::yield();
    if (i > 0 && i % 5'000 == 0) break;   // the header's own limit
    open = open && std::chrono::steady_clock::now() - begin < std::chrono::seconds(10);
  }
  EXPECT_EQ(dripping.rest().find("200 OK"), std::string::npos);
  EXPECT_TRUE(stop().ok());
  EXPECT_THAT(log(), HasSubstr("db1: refused: timeout: its request's header took too long"));
  EXPECT_THAT(log(), HasSubstr("db1: refused: timeout: its request's body took too long"));
}

TEST_F(HostileHttpTest, AClientThatDoesNotTakeItsAnswerIsCut) {
  options_.limits.write = milliseconds(100);
  options_.limits.sweep = milliseconds(10);
  start();
  HttpsClient joining = client(db1_pair_), loud = client(db2_pair_);
  db1_.join();
  ASSERT_EQ(exchange(joining, db1_), "200");
  db2_.join();
  ASSERT_EQ(exchange(loud, db2_), "200");
  for (int i = 0; i < 40; ++i) db2_.shout(std::string(20'000, 'x'));
  ASSERT_EQ(exchange(loud, db2_), "200");
  RawClient lazy(port_, RawTls{.ca = ca_.certificate(), .pair = &db1_pair_, .receive_buffer = 1024});
  // What is not acknowledged comes again with each call, until there is no room for it any more.
  const auto cut = [this] { return log().find("took too long to take its answer") != std::string::npos; };
  HttpsClient status = status_client();
  for (int calls = 4; calls < 40 && !cut(); ++calls) {
    ASSERT_TRUE(lazy.send(request_of(db1_)));
    const std::string line = "exchanges_total " + std::to_string(calls) + "\n";
    while (!cut() && status.get("/metrics").body.find(line) == std::string::npos) {}
  }
  EXPECT_THAT(log(), HasSubstr("db1: refused: timeout: it took too long to take its answer"));
}

// ------------------------------------------------------------------------------------------------ how many

TEST_F(HostileHttpTest, S23_OneCertnameTakesNotAllConnections) {
  options_.limits.connections_per_certname = 2;
  start();
  HttpsClient one = client(db1_pair_), two = client(db1_pair_), three = client(db1_pair_), other = client(db2_pair_);
  EXPECT_EQ(one.get("/status/v1/simple").status, 200);
  EXPECT_EQ(two.get("/status/v1/simple").status, 200);
  const auto answer = three.get("/status/v1/simple");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.count("retry-after"), 1U);
  EXPECT_EQ(other.get("/status/v1/simple").status, 200);
}

TEST_F(HostileHttpTest, S23_PromisedBodiesAreBoundedTogether) {
  options_.limits.bodies_bytes = 1'000;
  start();
  RawClient first = raw(db1_pair_), second = raw(db2_pair_);
  ASSERT_TRUE(first.send(kPost + "Expect: 100-continue\r\nContent-Length: 900\r\n\r\n"));
  ASSERT_THAT(first.receive(), StartsWith("HTTP/1.1 100 Continue"));
  ASSERT_TRUE(second.send(kPost + "Content-Length: 200\r\n\r\n"));
  const std::string answer = second.rest();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, HasSubstr("Retry-After: "));
  ASSERT_TRUE(first.send(std::string(900, 'x')));
  EXPECT_THAT(first.answer(), StartsWith("HTTP/1.1 404"));
}

TEST_F(HostileHttpTest, AHandshakeThatStallsKeepsNobodyWaiting) {
  options_.limits.handshakes = 1;
  options_.limits.handshake_turn = milliseconds(50);
  options_.limits.sweep = milliseconds(10);
  start();
  RawClient stalling(port_);
  ASSERT_TRUE(stalling.send(std::string("\x16\x03\x01\x02\x00", 5)));   // a record that never comes
  HttpsClient one = client(db1_pair_);
  EXPECT_EQ(one.get("/status/v1/simple").status, 200);
}

}  // namespace
}  // namespace plan::orchestrator::http
