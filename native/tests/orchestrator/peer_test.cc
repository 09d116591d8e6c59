#include "orchestrator/access/peer.h"

#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "orchestrator/access/account.h"
#include "tests/transport/certificates.h"

namespace plan::orchestrator::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::optional<Peer> read(const test::KeyPair& pair) {
  FILE* file = std::fopen(pair.certificate.c_str(), "r");
  X509* certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
  std::fclose(file);
  auto peer = read_peer(certificate);
  X509_free(certificate);
  return peer;
}

TEST(Peer, HasTheCommonNameOfItsCertificate) {
  test::Authority ca("test CA");
  const auto peer = read(ca.issue("db1.example.com"));
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->certname, "db1.example.com");
  EXPECT_THAT(peer->extensions, IsEmpty());
}

TEST(Peer, HasPuppetsExtensionsByShortNameElseByOid) {
  test::Authority ca("test CA");
  const auto peer = read(ca.issue("db1", {{"1.3.6.1.4.1.34380.1.1.13", "database"},
                                          {"1.3.6.1.4.1.34380.1.3.39", "true"},
                                          {"1.3.6.1.4.1.34380.1.1.4711", "in a later Puppet"},
                                          {"1.3.6.1.4.1.34380.1.2.1.1", "private: é"},
                                          {"1.3.6.1.4.1.34380.2.1", "not Puppet's certificate extensions"},
                                          {"1.3.6.1.4.1.99999.1", "another enterprise"}}));
  ASSERT_TRUE(peer);
  EXPECT_THAT(peer->extensions, ElementsAre(Pair("1.3.6.1.4.1.34380.1.1.4711", "in a later Puppet"),
                                            Pair("1.3.6.1.4.1.34380.1.2.1.1", "private: é"),
                                            Pair("pp_cli_auth", "true"), Pair("pp_role", "database")));
}

TEST(Account, IsThatOfTheProcessThatConnected) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const passwd* own = ::getpwuid(::geteuid());
  EXPECT_EQ(account_of(ends[0]), own == nullptr ? std::to_string(::geteuid()) : own->pw_name);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_EQ(account_of(-1), "unknown");
}

}  // namespace
}  // namespace plan::orchestrator::http
