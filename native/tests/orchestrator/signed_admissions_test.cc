#include "orchestrator/access/signed_admissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "orchestrator/http/tls.h"
#include "tests/orchestrator/sign_admission.h"

namespace plan::orchestrator {
namespace {

using ::testing::HasSubstr;
using test::KeyKind;

class SignedAdmissionsTest : public ::testing::Test {
 protected:
  SignedAdmissionsTest() {
    admissions_.set_compilers({"puppet"});
    trust("");
  }
  void trust(const std::string& crl) {
    const auto context = http::make_context({own_.certificate, own_.private_key, ca_.certificate(), crl});
    PLAN_ASSERT(context.ok());
    admissions_.trust(SSL_CTX_get_cert_store(context->get()));
  }
  std::string problem(const std::string& text) const {
    const auto read = admissions_.verify(text);
    if (read) return "";
    EXPECT_EQ(read.error().code, "admission_refused");
    return read.error().message;
  }

  test::Authority ca_{"CA"};
  test::KeyPair own_ = ca_.issue("localhost");
  test::KeyPair compiler_ = ca_.issue("puppet");
  Admission admission_{"db1", "cluster_1", "Galera::Host[m]", 1'700'000'000'000'000, "puppet"};
  SignedAdmissions admissions_;
};

TEST_F(SignedAdmissionsTest, OfACompilerHoldWhateverTheKindOfItsKey) {
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::p256, KeyKind::p384, KeyKind::p521}) {
    const auto compiler = ca_.issue("puppet", {}, {}, kind);
    const auto read = admissions_.verify(sign_admission(admission_, compiler));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, admission_);
  }
}

// The module's own code, as the function galera::admission calls it.
TEST_F(SignedAdmissionsTest, AreReadAsTheModuleSignsThem) {
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::p256, KeyKind::p521}) {
    const auto compiler = ca_.issue("puppet", {}, {}, kind);
    const std::string command =
        "ruby -I " PLAN_MODULE_ROOT "/lib -r puppet_x/plan/admission -e '"
        "process = { %q(certname) => %q(db1), %q(cluster) => %q(cluster_1), %q(resource) => %q(Galera::Host[m]) };"
        "key = OpenSSL::PKey.read(File.read(ARGV[0])); certificate = OpenSSL::X509::Certificate.new(File.read(ARGV[1]));"
        "print PuppetX::Plan::Admission.sign(process, key: key, certificate: certificate, time: Time.at(1_700_000_000))' " +
        compiler.private_key + " " + compiler.certificate;
    FILE* output = ::popen(command.c_str(), "r");
    ASSERT_NE(output, nullptr);
    std::string text(20'000, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), output));
    ASSERT_EQ(::pclose(output), 0);
    const auto read = admissions_.verify(text);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, admission_);
  }
}

TEST_F(SignedAdmissionsTest, OfOthersAreRefused) {
  EXPECT_THAT(problem(sign_admission(admission_, ca_.issue("db1"))), HasSubstr("signed by 'db1', which is no compiler here"));
  test::Authority other("CA");   // of the same name
  EXPECT_THAT(problem(sign_admission(admission_, other.issue("puppet"))), HasSubstr("certificate does not count"));
  EXPECT_THAT(problem(sign_admission(admission_, ca_.issue("puppet", {}, {-7200, -3600}))), HasSubstr("has expired"));
  EXPECT_THAT(problem(sign_admission(admission_, ca_.issue("puppet", {}, {3600, 7200}))), HasSubstr("not yet valid"));
  EXPECT_EQ(problem(sign_admission(admission_, compiler_)), "");
  trust(ca_.revoke(compiler_));
  EXPECT_THAT(problem(sign_admission(admission_, compiler_)), HasSubstr("revoked"));
}

// What a node can do with an admission that it has: nothing but show it.
TEST_F(SignedAdmissionsTest, ThatWereChangedAreRefused) {
  const std::string good = sign_admission(admission_, compiler_);
  Admission wished = admission_;
  wished.certname = "db2";
  const std::string own = sign_admission(wished, ca_.issue("db1"));
  const auto part = [](const std::string& text, int index) {
    std::size_t begin = 0;
    for (int i = 0; i < index; ++i) begin = text.find('.', begin) + 1;
    return text.substr(begin, text.find('.', begin) - begin);
  };
  // The compiler's header with other claims; with its signature, or with one's own.
  EXPECT_THAT(problem(part(good, 0) + "." + part(own, 1) + "." + part(good, 2)), HasSubstr("signature that is not that of"));
  EXPECT_THAT(problem(part(good, 0) + "." + part(own, 1) + "." + part(own, 2)), HasSubstr("signature that is not that of"));
  const boost::json::object claims{{"certname", "db2"}, {"cluster", "c"}, {"resource", "r"}, {"compiled_us", 1}};
  EXPECT_THAT(problem(sign_jws({{"typ", "plan-admission"}, {"alg", "none"}}, claims, compiler_)), HasSubstr("'none'"));
  EXPECT_THAT(problem(sign_jws({{"typ", "plan-admission"}, {"alg", "HS256"}}, claims, compiler_)), HasSubstr("'HS256'"));
  EXPECT_THAT(problem(sign_jws({{"typ", "plan-admission"}, {"alg", "RS256"}}, claims, compiler_)), HasSubstr("signature that is not"));
  EXPECT_THAT(problem(sign_jws({{"typ", "plan-admission"}, {"alg", "ES384"}}, claims, compiler_)), HasSubstr("signature that is not"));
  EXPECT_THAT(problem(sign_jws({{"typ", "JWT"}}, claims, compiler_)), HasSubstr("its type is 'JWT'"));
  EXPECT_THAT(problem(sign_jws({{"typ", "plan-admission"}, {"crit", boost::json::array{"b64"}}}, claims, compiler_)), HasSubstr("'crit'"));
}

TEST_F(SignedAdmissionsTest, ThatCannotBeReadAreRefused) {
  const std::string good = sign_admission(admission_, compiler_);
  const auto with_claims = [&](boost::json::value claims) { return problem(sign_jws({{"typ", "plan-admission"}}, claims, compiler_)); };
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "three parts"},
      {"a.b", "three parts"},
      {good + ".x", "three parts"},
      {"!!!." + good, "three parts"},
      {"=" + good, "header is not base64url"},
      {"e30" + good.substr(good.find('.')), "header.typ"},
      {good.substr(0, good.size() - 1), "signature that is not"},
      {good + "=", "signature that is not"},
      {std::string(20'000, 'a'), "larger than 16384 bytes"},
  };
  for (const auto& [text, said] : wrong) EXPECT_THAT(problem(text), HasSubstr(said)) << text.substr(0, 40);
  EXPECT_THAT(with_claims(boost::json::object{}), HasSubstr("certname"));
  EXPECT_THAT(with_claims(boost::json::array{}), HasSubstr("expected an object"));
  EXPECT_THAT(with_claims({{"certname", "a"}, {"cluster", "b"}, {"resource", "c"}, {"compiled_us", 0}}), HasSubstr("when it was made"));
  EXPECT_THAT(with_claims({{"certname", "a"}, {"cluster", "b"}, {"resource", "c"}, {"compiled_us", -1}}), HasSubstr("compiled_us"));
  EXPECT_THAT(problem(sign_jws({{"typ", "plan-admission"}, {"x5c", boost::json::array{}}}, {}, compiler_)), HasSubstr("no certificate"));
  EXPECT_THAT(problem(sign_jws({{"typ", "plan-admission"}, {"x5c", boost::json::array{"AAAA"}}}, {}, compiler_)), HasSubstr("cannot be read"));
}

TEST(SignedAdmissions, WithoutAnAuthorityNothingHolds) {
  SignedAdmissions admissions;
  EXPECT_FALSE(admissions.verify("a.b.c").ok());
}

}  // namespace
}  // namespace plan::orchestrator
