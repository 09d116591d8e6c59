#include "orchestrator/access/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plan::orchestrator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Pattern named(const std::string& text) {
  auto pattern = Pattern::of_name(text);
  PLAN_ASSERT(pattern.ok());
  return *std::move(pattern);
}

bool matches(const Pattern& pattern, const std::string& certname, std::map<std::string, std::string> extensions = {}) {
  return pattern.matches({certname, std::move(extensions)}, false);
}

TEST(Pattern, ByNameGlobRegularExpressionAndExtensions) {
  EXPECT_TRUE(matches(named("db1.example.com"), "db1.example.com"));
  EXPECT_FALSE(matches(named("db1.example.com"), "db1.example.com.evil.com"));
  EXPECT_FALSE(matches(named("db1.example.com"), "db1xexample.com"));
  EXPECT_TRUE(matches(named("*.example.com"), "a.b.example.com"));
  EXPECT_FALSE(matches(named("*.example.com"), "example.com"));
  EXPECT_TRUE(matches(named("db*.example.*"), "db7.example.net"));
  EXPECT_TRUE(matches(named("/db\\d+\\.example\\.com/"), "db12.example.com"));
  // Of the whole name: who can choose a name could else hold another one within it.
  EXPECT_FALSE(matches(named("/db\\d+/"), "evil-db1"));
  EXPECT_FALSE(matches(named("/db1|db2/"), "db1.evil.com"));
  const auto operators = Pattern::of_extensions({{"pp_role", "monitoring"}, {"pp_zone", "a"}});
  EXPECT_TRUE(matches(operators, "x", {{"pp_role", "monitoring"}, {"pp_zone", "a"}, {"pp_uuid", "1"}}));
  EXPECT_FALSE(matches(operators, "x", {{"pp_role", "monitoring"}}));
  EXPECT_FALSE(matches(operators, "x", {{"pp_role", "monitorin"}, {"pp_zone", "a"}}));
  EXPECT_THAT(Pattern::of_name("/(/").error().message, HasSubstr("the regular expression /(/"));
  EXPECT_FALSE(Pattern::of_name("").ok());
}

TEST(Pattern, AnExpressionThatCannotTellIsTakenForTheSaferAnswer) {
  const auto costly = named("/(a|aa|aaa)*[xy]/");
  const Peer peer{std::string(4000, 'a'), {}};
  ASSERT_NE(costly.matches(peer, true), costly.matches(peer, false)) << "it could tell: take a costlier one";
}

TEST(Glob, EveryStarMayBeAnything) {
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(glob_matches("a*b*c", "a-b-b-"));
  EXPECT_TRUE(glob_matches("**", "x"));
  EXPECT_FALSE(glob_matches("", "x"));
  EXPECT_FALSE(glob_matches("a", ""));
}

class RulesTest : public ::testing::Test {
 protected:
  RulesTest() {
    Rule monitoring{"monitoring", {"/metrics", "/status/*"}, {}, {}};
    monitoring.allow.push_back(named("*.mon.example.com"));
    monitoring.deny.push_back(named("old.mon.example.com"));
    Rule never{"never", {"/plan/v1/clusters/secret"}, {}, {}};
    never.deny.push_back(named("*"));
    rules_ = Rules("puppet.example.com", {monitoring, never});
  }
  std::string verdict(const std::string& path, const std::string& certname, std::map<std::string, std::string> extensions = {}) {
    const auto error = rules_.refusal(path, {certname, std::move(extensions)});
    return error ? error->code + ": " + error->message : "may";
  }
  Rules rules_;
};

TEST_F(RulesTest, TheOrchestratorItselfAndOperatorsMay) {
  EXPECT_EQ(verdict("/plan/v1/clusters", "puppet.example.com"), "may");
  EXPECT_EQ(verdict("/plan/v1/clusters", "admin", {{"pp_cli_auth", "true"}}), "may");
  EXPECT_THAT(verdict("/plan/v1/clusters", "admin", {{"pp_cli_auth", "false"}}), HasSubstr("forbidden: 'admin' may not"));
}

TEST_F(RulesTest, ADenyWinsAndNoMatchIsARefusalThatNamesTheRules) {
  EXPECT_EQ(verdict("/metrics", "a.mon.example.com"), "may");
  EXPECT_THAT(verdict("/metrics", "old.mon.example.com"), HasSubstr("rule 'monitoring' denies it"));
  EXPECT_THAT(verdict("/plan/v1/clusters/secret", "puppet.example.com"), HasSubstr("rule 'never' denies it"));
  EXPECT_THAT(verdict("/metrics", "db1"), HasSubstr("no rule allows it, of 'the orchestrator's own certificate', 'pp_cli_auth', 'monitoring'"));
  EXPECT_THAT(verdict("/plan/v1/clusters", "a.mon.example.com"), Not(HasSubstr("'monitoring'")));
}

TEST(Rules, WithoutAnyNobodyMay) { EXPECT_TRUE(Rules().refusal("/metrics", {"puppet", {{"pp_cli_auth", "true"}}})); }

}  // namespace
}  // namespace plan::orchestrator
