#include "agent/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/demo.h"

namespace plan::agent {
namespace {

using testing::HasSubstr;

const std::string kConfig = R"({
  "process": {"certname": "db1", "resource": "Demo::Member[m]", "title": "m", "plan": "demo::member"},
  "bundle": {"format": 1, "plan": "demo::member", "digest": "d", "files": [{"path": "a.plan", "text": "plan a {}"}]},
  "parameters": {"cluster": "cluster_1"}, "facts": {"os": {"family": "Debian"}}, "trusted": null,
  "cluster": "cluster_1", "orchestrator": "https://puppet:8146", "state_file": "/var/lib/x.json",
  "tls": {"certificate": "/c", "private_key": "/k", "ca": "/ca", "crl": null}, "noop": false})";

TEST(Json, ReadsSettings) {
  const auto settings = read_settings(kConfig);
  ASSERT_TRUE(settings.ok()) << settings.error().message;
  EXPECT_EQ(settings->process.identity.certname, "db1");
  EXPECT_EQ(settings->process.plan, "demo::member");
  EXPECT_EQ(settings->bundle.files.size(), 1U);
  EXPECT_EQ(settings->orchestrator, "https://puppet:8146");
  EXPECT_EQ(settings->tls.ca, "/ca");
  EXPECT_TRUE(settings->process.trusted.is_undef());
  EXPECT_EQ(values::to_string(*settings->process.parameters.as_hash().find("cluster")), "cluster_1");
}

std::string problem(const std::string& from, const std::string& to) {
  std::string text = kConfig;
  text.replace(text.find(from), from.size(), to);
  const auto settings = read_settings(text);
  return settings ? "" : settings.error().message;
}

TEST(Json, NamesTheFieldThatIsWrong) {
  EXPECT_THAT(problem(R"("title": "m")", R"("title": 1)"), HasSubstr("process.title"));
  EXPECT_THAT(problem(R"("state_file": "/var/lib/x.json",)", ""), HasSubstr("state_file"));
  EXPECT_THAT(problem(R"("ca": "/ca")", R"("ca": [])"), HasSubstr("tls.ca"));
  EXPECT_THAT(problem(R"("noop": false)", R"("noop": "no")"), HasSubstr("noop"));
  EXPECT_NE(problem(R"("format": 1)", R"("format": 99)"), "");
  EXPECT_FALSE(read_settings("{").ok());
  EXPECT_FALSE(read_settings("[]").ok());
}

TEST(Json, ReadsResults) {
  const auto program = test::demo_program("demo::member");
  const auto results = read_results(
      R"([{"reference": "File[/x]", "changed": true, "messages": ["a"], "data": {"synced": true}}, {"reference": "S[y]", "failed": true}])",
      *program);
  ASSERT_TRUE(results.ok()) << results.error().message;
  ASSERT_EQ(results->size(), 2U);
  EXPECT_TRUE((*results)[0].changed);
  EXPECT_TRUE((*results)[0].data.is(values::Kind::hash));
  EXPECT_TRUE((*results)[1].failed);
  EXPECT_FALSE((*results)[1].changed);
  EXPECT_THAT(read_results(R"([{"changed": true}])", *program).error().message, HasSubstr("reference"));
  EXPECT_THAT(read_catalog_done(R"({"changed": [1]})").error().message, HasSubstr("changed"));
}

TEST(Json, WritesWhatHappens) {
  const auto file = values::Value::resource("File", "/x", values::HashBuilder().set("content", values::Value::string("a")).build());
  EXPECT_EQ(write(Happening(Batch{3, {file}})),
            R"({"kind":"batch","id":3,"resources":[{"type":"File","title":"/x","parameters":{"content":"a"}}]})");
  EXPECT_EQ(write(Happening(Settled{})), R"({"kind":"settled"})");
  EXPECT_EQ(write(Happening(TimedOut{})), R"({"kind":"timeout"})");
  EXPECT_EQ(write(Happening(Interrupted{})), R"({"kind":"interrupted"})");
  EXPECT_EQ(write(Happening(engine::Ended{true, values::Value::string("no")})),
            R"({"failed":true,"message":"no","kind":"ended"})");
}

TEST(Json, WritesTheReport) {
  Report report;
  report.now = Instant(std::chrono::seconds(10));
  report.connection = {Connection::State::failed, {"unknown_cluster", "no such", "look"}, {"cluster_1"}};
  report.waiting = {{"P[x]", "act", values::HashBuilder().set("for", values::Value::string("leader")).build(),
                     Instant(std::chrono::seconds(8))}};
  const std::string text = write(report);
  EXPECT_THAT(text, HasSubstr(R"("connection":{"ok":false,"state":"failed","code":"unknown_cluster","error":"no such","help":"look","clusters":["cluster_1"]})"));
  EXPECT_THAT(text, HasSubstr(R"("for":"leader","risk":null,"next":null,"since":"1970-01-01T00:00:08Z","since_ms":2000)"));
  EXPECT_THAT(text, HasSubstr(R"("ended":null)"));
}

}  // namespace
}  // namespace plan::agent
