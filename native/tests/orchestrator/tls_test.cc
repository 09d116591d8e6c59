// TLS as clients could try it: old versions, renegotiation, resumption; and certificates that stop being good while
// their connection is open.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/orchestrator/http_fixture.h"
#include "tests/orchestrator/raw_client.h"

namespace plan::orchestrator::http {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kGet = "GET /status/v1/simple HTTP/1.1\r\nHost: localhost\r\n\r\n";

class TlsTest : public HttpTest {
 protected:
  RawTls with(const test::KeyPair& pair, int version) {
    return {.ca = ca_.certificate(), .pair = &pair, .min_version = version, .max_version = version};
  }
  // Joins, and then holds a call in a thread of its own; `held` has what came of it.
  std::thread hold(HttpsClient& client, Member& member, std::string& held) {
    member.join();
    EXPECT_EQ(exchange(client, member), "200");
    member.wait = milliseconds(20'000);
    return std::thread([&] { held = exchange(client, member); });
  }
};

TEST_F(TlsTest, Tls11IsRefused) {
  start();
  EXPECT_FALSE(RawClient(port_, with(db1_pair_, TLS1_1_VERSION)).connected());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawClient client(port_, with(db1_pair_, version));
    ASSERT_TRUE(client.send(kGet));
    EXPECT_THAT(client.answer(), HasSubstr("running"));
  }
}

TEST_F(TlsTest, AClientCannotRenegotiate) {
  start();
  RawClient client(port_, with(db1_pair_, TLS1_2_VERSION));
  ASSERT_TRUE(client.connected());
  ASSERT_EQ(SSL_renegotiate(client.ssl()), 1);
  EXPECT_NE(SSL_do_handshake(client.ssl()), 1);
}

TEST_F(TlsTest, S22_NoSessionIsResumedSoNoneOutlivesARevocation) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawClient first(port_, with(db1_pair_, version));
    ASSERT_TRUE(first.send(kGet));
    EXPECT_THAT(first.answer(), HasSubstr("running"));   // by now a ticket would have come
    SSL_SESSION* session = SSL_get1_session(first.ssl());
    EXPECT_EQ(SSL_SESSION_has_ticket(session), 0);
    RawTls again = with(db1_pair_, version);
    again.resume = session;
    RawClient second(port_, again);
    ASSERT_TRUE(second.send(kGet));
    EXPECT_THAT(second.answer(), HasSubstr("running"));
    EXPECT_EQ(SSL_session_reused(second.ssl()), 0);
    SSL_SESSION_free(session);
  }
}

TEST_F(TlsTest, S22_ARevokedPeerIsCutHeldOrIdleAndAGoodOneIsNot) {
  options_.tls.crl = ca_.revoke(ca_.issue("somebody else"));
  options_.limits.watch = milliseconds(10);
  start();
  HttpsClient bad = client(db1_pair_), good = client(db2_pair_);
  std::string bad_held, good_held;
  std::thread bad_thread = hold(bad, db1_, bad_held);
  std::thread good_thread = hold(good, db2_, good_held);
  await_metric("connections_waiting 2");
  RawClient idle(port_, with(db1_pair_, TLS1_3_VERSION));
  ASSERT_TRUE(idle.send(kGet));
  EXPECT_THAT(idle.answer(), HasSubstr("running"));
  const auto begin = std::chrono::steady_clock::now();
  ca_.revoke(db1_pair_);
  bad_thread.join();
  EXPECT_EQ(idle.rest(), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_NE(bad_held, "200");
  await_metric("connections_waiting 1");
  HttpsClient third = client(own_);
  EXPECT_EQ(third.get("/status/v1/simple").status, 200);
  Member caller("db2", 'b');                     // what is shouted goes to the first member that joined: db1, or db2
  Member newer = db2_;
  newer.wait = milliseconds(0);
  HttpsClient again = client(db2_pair_);
  EXPECT_EQ(exchange(again, newer), "200");      // a newer call takes the place of the one that is still held
  good_thread.join();
  EXPECT_EQ(good_held, "200");
  EXPECT_EQ(good.connections_made(), 1);
  EXPECT_TRUE(stop().ok());
  EXPECT_THAT(log(), HasSubstr("db1: refused: tls: certificate revoked"));
  EXPECT_EQ(log().find("db2: refused"), std::string::npos);
}

TEST_F(TlsTest, S22_APeerWhoseCaIsGoneIsCut) {
  test::Authority other("other CA");
  const auto both = ca_.directory() / "both.pem";
  std::filesystem::copy_file(ca_.certificate(), both);
  {
    std::ifstream more(other.certificate());
    std::ofstream(both, std::ios::app) << more.rdbuf();
  }
  options_.tls.ca = both.string();
  options_.limits.watch = milliseconds(10);
  start();
  const auto theirs = other.issue("db1");
  RawClient leaving(port_, RawTls{.ca = ca_.certificate(), .pair = &theirs});
  RawClient staying(port_, with(db2_pair_, TLS1_3_VERSION));
  for (RawClient* one : {&leaving, &staying}) {
    ASSERT_TRUE(one->send(kGet));
    EXPECT_THAT(one->answer(), HasSubstr("running"));
  }
  const auto next = ca_.directory() / "next.pem";
  std::filesystem::copy_file(ca_.certificate(), next);
  std::filesystem::rename(next, both);
  EXPECT_EQ(leaving.rest(), "");
  ASSERT_TRUE(staying.send(kGet));
  EXPECT_THAT(staying.answer(), HasSubstr("running"));
}

TEST_F(TlsTest, S22_ACertificateThatExpiresLosesItsConnection) {
  options_.limits.watch = milliseconds(10);
  start();
  const auto brief = ca_.issue("db1", {}, {-60, 2});
  RawClient client(port_, RawTls{.ca = ca_.certificate(), .pair = &brief});
  ASSERT_TRUE(client.send(kGet));
  EXPECT_THAT(client.answer(), HasSubstr("running"));
  EXPECT_EQ(client.rest(), "");   // far below the 90 s that an idle connection has
  EXPECT_TRUE(stop().ok());
  EXPECT_THAT(log(), HasSubstr("db1: refused: tls: certificate has expired"));
}

TEST_F(TlsTest, ARevocationListThatCannotBeReadLeavesTheOldOne) {
  const std::string crl = ca_.revoke(db1_pair_);
  options_.tls.crl = crl;
  options_.limits.watch = milliseconds(10);
  start();
  const auto next = ca_.directory() / "next.pem";
  std::ofstream(next) << "-----BEGIN X509 CRL-----\nnothing\n-----END X509 CRL-----\n";
  std::filesystem::rename(next, crl);
  while (log().find("the old ones stay: the revocation list") == std::string::npos) std::this_thread::yield();
  RawClient revoked(port_, with(db1_pair_, TLS1_2_VERSION));
  EXPECT_FALSE(revoked.connected());
  RawClient good(port_, with(db2_pair_, TLS1_2_VERSION));
  ASSERT_TRUE(good.send(kGet));
  EXPECT_THAT(good.answer(), HasSubstr("running"));
}

TEST_F(TlsTest, ARevocationListThatIsNotValidNowIsRefusedAtTheStart) {
  const auto refusal = [&](test::Validity validity) {
    options_.tls.crl = ca_.revoke(db1_pair_, validity);
    auto service = Service::open(store_, {.certname = "localhost"});
    const auto server = Server::open(**service, options_);
    return server.ok() ? "served" : server.error().code + ": " + server.error().message;
  };
  EXPECT_THAT(refusal({-7200, -3600}), AllOf(StartsWith("tls.crl: the revocation list "), HasSubstr(" has expired on ")));
  EXPECT_THAT(refusal({3600, 7200}), AllOf(StartsWith("tls.crl: the revocation list "), HasSubstr(" is valid only from ")));
  EXPECT_EQ(refusal({}), "served");
}

TEST_F(TlsTest, ARevocationListThatIsNotValidNowLeavesTheOldOne) {
  options_.tls.crl = ca_.revoke(db1_pair_);
  options_.limits.watch = milliseconds(10);
  start();
  ca_.revoke(db2_pair_, {-7200, -3600});
  while (log().find("has expired on") == std::string::npos) std::this_thread::yield();
  EXPECT_THAT(log(), HasSubstr("the old ones stay: the revocation list"));
  RawClient revoked(port_, with(db1_pair_, TLS1_2_VERSION));
  EXPECT_FALSE(revoked.connected());
  RawClient good(port_, with(db2_pair_, TLS1_2_VERSION));
  ASSERT_TRUE(good.send(kGet));
  EXPECT_THAT(good.answer(), HasSubstr("running"));
}

TEST_F(TlsTest, ACertnameThatPuppetWouldNotTakeIsRefused) {
  start();
  std::filesystem::create_directory(ca_.directory() / "db1");   // where the files of the second one go
  for (const char* name : {"DB1", "db1/other", "d\xc3\xa9"}) {
    const auto pair = ca_.issue(name);
    RawClient client(port_, with(pair, TLS1_3_VERSION));
    static_cast<void>(client.send(kGet));
    EXPECT_EQ(client.rest(), "") << name;
  }
  EXPECT_TRUE(stop().ok());
  EXPECT_THAT(log(), HasSubstr("TLS refused: the certificate has no single common name that is a certname"));
}

TEST_F(TlsTest, ANewCertificateIsForNewConnectionsAndOpenOnesStay) {
  options_.limits.watch = milliseconds(10);
  start();
  RawClient before(port_, with(db1_pair_, TLS1_2_VERSION));
  const auto serial = [](const RawClient& client) {
    return ASN1_INTEGER_get(X509_get0_serialNumber(SSL_get0_peer_certificate(client.ssl())));
  };
  const auto renewed = ca_.issue("localhost");
  std::filesystem::rename(renewed.private_key, own_.private_key);
  std::filesystem::rename(renewed.certificate, own_.certificate);
  long now = serial(before);
  while (now == serial(before)) now = serial(RawClient(port_, with(db1_pair_, TLS1_2_VERSION)));
  ASSERT_TRUE(before.send(kGet));
  EXPECT_THAT(before.answer(), HasSubstr("running"));
}

}  // namespace
}  // namespace plan::orchestrator::http
