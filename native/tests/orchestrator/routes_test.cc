// What the routes answer, without a socket.
#include "orchestrator/http/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include <boost/json.hpp>

#include "orchestrator/http/target.h"
#include "orchestrator/store/memory.h"
#include "tests/orchestrator/desk.h"

namespace plan::orchestrator::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RoutesTest : public ::testing::Test {
 protected:
  RoutesTest() {
    service_ = std::move(*Service::open(store_, {.certname = "puppet"}));
    EXPECT_THAT(service_->configure({desk_declaration()}, Instant{std::chrono::milliseconds(1000)}), IsEmpty());
    EXPECT_TRUE(service_->commit().ok());
  }
  Response ask(const std::string& target, const std::string& method = "GET", bool may_hold = true, const std::string& body = "") {
    const Request request{method, target, body, Listener::control, {}, "ann", "here"};
    return answer(request, *service_, Instant{std::chrono::milliseconds(9000)}, gauges_, Rules("puppet"), may_hold);
  }
  unsigned status_on(Listener listener, const std::string& method, const std::string& target) {
    const Request request{method, target, "", listener, {}};
    return answer(request, *service_, Instant{std::chrono::milliseconds(9000)}, gauges_, Rules("puppet"), false).status;
  }
  boost::json::value json(const std::string& target) { return boost::json::parse(ask(target).body); }

  MemoryStore store_{{"0123456789abcdef0123456789abcdef", 5}};
  std::unique_ptr<Service> service_;
  Gauges gauges_;
  Member db1_{"db1"};
};

// ------------------------------------------------------------------------------------------------ targets

TEST(Target, IsSplitAndDecoded) {
  const auto target = split_target("/a/b%2Fc?since=3&x=%20y&flag&since=4");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/a/b%2Fc");
  EXPECT_EQ(target->query, (std::map<std::string, std::string>{{"since", "4"}, {"x", " y"}, {"flag", ""}}));
  EXPECT_FALSE(split_target("/a?b=%zz").has_value());
}

TEST(Target, PathsAreMatchedSegmentBySegment) {
  EXPECT_THAT(*match_path("/a/{}/c", "/a/b%2Fx/c"), ElementsAre("b/x"));
  EXPECT_THAT(*match_path("/a", "/a"), IsEmpty());
  for (const char* other : {"", "/", "/a", "/a/", "/a//c", "/a/b", "/a/b/", "/a/b/c/", "/a/b/c/d", "/a/%zz/c", "a/b/c"}) {
    EXPECT_FALSE(match_path("/a/{}/c", other).has_value()) << other;
  }
}

// ------------------------------------------------------------------------------------------------ Puppet's status

// Any account of the host reaches it: what changes something, or holds what is secret, is not for it.
TEST_F(RoutesTest, TheStatusListenerOnlyShows) {
  EXPECT_EQ(status_on(Listener::status, "GET", "/plan/v1/clusters/desk_1"), 200U);
  EXPECT_EQ(status_on(Listener::status, "GET", "/metrics"), 200U);
  EXPECT_EQ(status_on(Listener::status, "GET", "/plan/v1/backup"), 403U);
  EXPECT_EQ(status_on(Listener::status, "POST", "/plan/v1/clusters/desk_1/dead-letters/1/retry"), 403U);
  EXPECT_EQ(status_on(Listener::status, "POST", "/plan/v1/clusters/desk_1/inputs/closings"), 403U);
  EXPECT_EQ(status_on(Listener::control, "POST", "/plan/v1/clusters/desk_1/dead-letters/1/retry"), 404U);
  EXPECT_EQ(status_on(Listener::control, "POST", "/plan/v1/clusters/desk_1/inputs/closings"), 400U);
}

TEST_F(RoutesTest, SimpleStatusIsAsPuppets) {
  EXPECT_EQ(ask("/status/v1/simple").body, "running");
  EXPECT_EQ(ask("/status/v1/simple").content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(ask("/status/v1/simple/plan-orchestrator").body, "running");
  EXPECT_EQ(ask("/status/v1/simple/other").status, 404U);
  EXPECT_EQ(ask("/status/v1/simple/other").body, "not found: other");
  gauges_.stopping = true;
  EXPECT_EQ(ask("/status/v1/simple").status, 503U);
  EXPECT_EQ(ask("/status/v1/simple/plan-orchestrator").body, "stopping");
}

TEST_F(RoutesTest, ServicesStatusIsAsPuppets) {
  const auto all = json("/status/v1/services");
  const auto& service = all.at("plan-orchestrator");
  EXPECT_EQ(service.at("service_status_version").as_int64(), 1);
  EXPECT_EQ(service.at("detail_level").as_string(), "info");
  EXPECT_EQ(service.at("state").as_string(), "running");
  EXPECT_EQ(service.at("status").at("clusters").to_number<int>(), 1);
  EXPECT_TRUE(service.at("active_alerts").as_array().empty());
  EXPECT_EQ(ask("/status/v1/services").content_type, "application/json; charset=utf-8");
  const auto one = json("/status/v1/services/plan-orchestrator?level=debug&service_status_version=1&timeout=3");
  EXPECT_EQ(one.at("service_name").as_string(), "plan-orchestrator");
  EXPECT_EQ(one.at("detail_level").as_string(), "debug");
  EXPECT_EQ(one.at("status").at("epoch").to_number<int>(), 6);
  EXPECT_TRUE(json("/status/v1/services?level=critical").at("plan-orchestrator").at("status").as_object().empty());
  gauges_.stopping = true;
  EXPECT_EQ(ask("/status/v1/services").status, 503U);
}

TEST_F(RoutesTest, WhatPuppetsStatusRefusesIsRefusedInItsWords) {
  struct Case { std::string target; unsigned status; std::string body; };
  const std::vector<Case> cases = {
      {"/status/v1/services?level=loud", 400, R"({"kind":"data-invalid","msg":"Invalid level: :loud"})"},
      {"/status/v1/services?timeout=x", 400,
       R"({"kind":"data-invalid","msg":"Invalid timeout. Should be an integer but was x"})"},
      {"/status/v1/services?timeout=0", 400,
       R"({"kind":"data-invalid","msg":"Invalid timeout. Timeout must be greater than zero but was 0"})"},
      {"/status/v1/services/plan-orchestrator?service_status_version=v", 400,
       R"({"kind":"data-invalid","msg":"Invalid service_status_version. Should be an integer but was v"})"},
      {"/status/v1/services/plan-orchestrator?service_status_version=2", 400,
       R"({"kind":"service-status-version-not-found","msg":"No status function with version 2 found for service plan-orchestrator"})"},
      {"/status/v1/services/other", 404,
       R"({"kind":"service-not-found","msg":"No status information found for service other"})"},
  };
  for (const auto& one : cases) {
    const Response response = ask(one.target);
    EXPECT_EQ(response.status, one.status) << one.target;
    EXPECT_EQ(response.body, one.body) << one.target;
  }
}

// ------------------------------------------------------------------------------------------------ metrics

// The text format 0.0.4, read as strictly as it is written down: HELP and TYPE before the samples of a family, a family
// once, names and labels of the allowed characters, and each sample but once.
void expect_well_formed(const std::string& text) {
  static const std::regex kHelp(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) \S.*\.)");
  static const std::regex kType(R"(# TYPE (\S+) (counter|gauge|histogram))");
  static const std::regex kSample(R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"\})? ([0-9.e+-]+))re");
  ASSERT_TRUE(text.ends_with('\n'));
  std::istringstream lines(text);
  std::string line, family, type;
  std::set<std::string> families, samples;
  while (std::getline(lines, line)) {
    std::smatch parts;
    if (std::regex_match(line, parts, kHelp)) {
      family = parts[1];
      type.clear();
      EXPECT_TRUE(families.insert(family).second) << line;
    } else if (std::regex_match(line, parts, kType)) {
      EXPECT_EQ(parts[1], family);
      type = parts[2];
      EXPECT_EQ(family.ends_with("_total"), type == "counter") << line;
    } else {
      ASSERT_TRUE(std::regex_match(line, parts, kSample)) << line;
      EXPECT_FALSE(type.empty()) << line;
      EXPECT_TRUE(samples.insert(parts[1].str() + parts[2].str()).second) << line;
      const std::string suffix = parts[1].str().substr(std::min(family.size(), parts[1].str().size()));
      EXPECT_TRUE(parts[1].str().starts_with(family)) << line;
      if (type == "histogram") EXPECT_TRUE(suffix == "_bucket" || suffix == "_sum" || suffix == "_count") << line;
      else EXPECT_EQ(suffix, "") << line;
    }
  }
}

TEST_F(RoutesTest, MetricsAreWellFormed) {
  db1_.join();
  ASSERT_EQ(db1_.exchange(*service_), "");
  gauges_.refusals = {{"forbidden", 2}, {"odd \"code\"\\\n", 1}};
  gauges_.commit_seconds.observe(std::chrono::milliseconds(3));
  gauges_.commit_seconds.observe(std::chrono::seconds(7));
  const Response response = ask("/metrics");
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  expect_well_formed(response.body);
  for (const char* line : {"exchanges_total 1", "messages_received_total 1", "refused_total{code=\"forbidden\"} 2",
                           "refused_total{code=\"odd \\\"code\\\"\\\\\\n\"} 1", "commit_seconds_bucket{le=\"0.0025\"} 0",
                           "commit_seconds_bucket{le=\"0.005\"} 1", "commit_seconds_bucket{le=\"2.5\"} 1",
                           "commit_seconds_bucket{le=\"+Inf\"} 2", "commit_seconds_sum 7.003", "commit_seconds_count 2",
                           "members{cluster=\"desk_1\"} 1", "undelivered_messages{cluster=\"desk_1\"} 2", "epoch 6",
                           "blocked{cluster=\"desk_1\"} 0"}) {
    EXPECT_THAT(response.body, HasSubstr("\nplan_orchestrator_" + std::string(line) + "\n"));
  }
  EXPECT_THAT(response.body, Not(HasSubstr("firings_total{cluster=\"desk_1\"} 0\n")));
}

// ------------------------------------------------------------------------------------------------ clusters

TEST_F(RoutesTest, MembersSayWhatTheyPublished) {
  db1_.join();
  ASSERT_EQ(db1_.exchange(*service_, Instant{std::chrono::milliseconds(7000)}), "");
  const auto members = json("/plan/v1/clusters/desk_1/members");
  EXPECT_EQ(members.at("cluster").as_string(), "desk_1");
  const auto& member = members.at("members").at(0);
  EXPECT_EQ(member.at("certname").as_string(), "db1");
  EXPECT_EQ(member.at("last_exchange_ms").as_int64(), 7000);
  EXPECT_TRUE(member.at("published").is_object());
  EXPECT_EQ(ask("/plan/v1/clusters/none/members").status, 404U);
}

TEST_F(RoutesTest, MessagesAreShownUntilTheyAreAcknowledgedAndWithoutTheirValue) {
  db1_.join();
  ASSERT_TRUE(service_->exchange("db1", db1_.identity(), db1_.request(), Instant{}).ok());   // its answer is lost
  const auto shown = json("/plan/v1/clusters/desk_1/messages");
  const auto& first = shown.at("messages").at(0);
  EXPECT_EQ(first.at("kind").as_string(), "accepted");
  EXPECT_EQ(first.at("sequence").to_number<int>(), 1);
  EXPECT_EQ(first.at("state").as_string(), "to_be_delivered");
  EXPECT_EQ(first.at("to").at("certname").as_string(), "db1");
  EXPECT_EQ(first.as_object().if_contains("value"), nullptr);
  ASSERT_EQ(db1_.exchange(*service_), "");
  ASSERT_EQ(db1_.exchange(*service_), "");   // acknowledges what the last one brought
  EXPECT_TRUE(json("/plan/v1/clusters/desk_1/messages").at("messages").as_array().empty());
}

TEST_F(RoutesTest, AWatchIsHeldUntilSomethingChanged) {
  const auto revision = std::to_string(*service_->revision("desk_1"));
  const std::string watch = "/plan/v1/clusters/desk_1?wait_ms=90000&since=";
  EXPECT_EQ(ask(watch + revision).hold, std::chrono::milliseconds(60'000));   // cut
  EXPECT_EQ(ask(watch + revision, "GET", false).status, 200U);
  EXPECT_FALSE(ask(watch + revision, "GET", false).hold.has_value());
  EXPECT_FALSE(ask(watch + "1").hold.has_value());                             // of another life
  db1_.join();
  ASSERT_EQ(db1_.exchange(*service_), "");
  const Response news = ask(watch + revision);
  EXPECT_FALSE(news.hold.has_value());
  EXPECT_NE(std::to_string(boost::json::parse(news.body).at("revision").to_number<std::uint64_t>()), revision);
  EXPECT_EQ(ask("/plan/v1/clusters/desk_1?since=x").error->code, "malformed");
  EXPECT_EQ(ask("/plan/v1/clusters/desk_1?since=1&wait_ms=-1").error->code, "malformed");
}

TEST_F(RoutesTest, AnIdleLongPollIsNoChange) {
  db1_.join();
  ASSERT_EQ(db1_.exchange(*service_), "");
  ASSERT_EQ(db1_.exchange(*service_), "");   // acknowledges
  const auto before = service_->revision("desk_1");
  ASSERT_EQ(db1_.exchange(*service_), "");
  EXPECT_EQ(service_->revision("desk_1"), before);
}

// ------------------------------------------------------------------------------------------------ an operator's word

class OrderTest : public RoutesTest {
 protected:
  OrderTest() {
    const std::string extra = "  public input Integer jumps { operator => true }\n  Optional[String] $by = undef\n"
                              "  action jump {\n    $to from $who <- jumps where $to > $last\n    $last = $to\n    $by = $who\n  }\n";
    EXPECT_THAT(service_->configure({desk_declaration("desk_1", 1, extra)}, Instant{}), IsEmpty());
    EXPECT_TRUE(service_->commit().ok());
  }
  Response say(const std::string& body, const std::string& input = "jumps") {
    return ask("/plan/v1/clusters/desk_1/inputs/" + input, "POST", true, body);
  }
  std::string problem(const std::string& body) {
    const Response response = say(body);
    return std::to_string(response.status) + " " + response.error->code + " " + response.error->message;
  }
};

TEST_F(OrderTest, IsTakenOfWhoeverOpenedTheControlSocket) {
  const Response response = say(R"({"value": 3})");
  ASSERT_EQ(response.status, 200U) << response.body;
  EXPECT_EQ(boost::json::parse(response.body).at("by"), "ann@puppet");
  EXPECT_EQ(boost::json::parse(response.body).at("after").at("variables").at("by"), "ann@puppet");
  EXPECT_TRUE(service_->staged());
}

TEST_F(OrderTest, IsTakenOfWhomTheCertificateNames) {
  const Request request{"POST", "/plan/v1/clusters/desk_1/inputs/jumps", R"({"value": 3})", Listener::members, Peer{"puppet", {}}};
  const Response response = answer(request, *service_, Instant{}, gauges_, Rules("puppet"), false);
  EXPECT_EQ(boost::json::parse(response.body).at("by"), "puppet");
}

TEST_F(OrderTest, ADryRunStagesNothing) {
  EXPECT_EQ(say(R"({"value": 3, "dry_run": true})").status, 200U);
  EXPECT_FALSE(service_->staged());
}

TEST_F(OrderTest, WhatIsMisspeltIsNoOrder) {
  EXPECT_EQ(problem(R"({"value": 3, "dryrun": true})"), "400 malformed dryrun: there is no such field; there are value and dry_run");
  EXPECT_EQ(problem(R"({"value": 3, "dry_run": "yes"})"), "400 malformed dry_run: expected a boolean, found a string");
  EXPECT_EQ(problem(R"({"dry_run": false})"), "400 malformed value: expected what is said, but the field is missing");
  EXPECT_EQ(problem("[3]"), "400 malformed the body: expected an object, found an array");
  EXPECT_THAT(problem("{"), HasSubstr("400 malformed the body is no JSON"));
  EXPECT_FALSE(service_->staged());
}

TEST_F(OrderTest, EachRefusalHasItsStatusAndItsOwnRecord) {
  const auto refusal = [&](const std::string& body, const std::string& input = "jumps") {
    const Response response = say(body, input);
    return std::to_string(response.status) + " " + response.error->code + (response.told ? "" : " untold");
  };
  EXPECT_EQ(refusal(R"({"value": "x"})"), "400 malformed");
  EXPECT_EQ(refusal(R"({"value": -1})"), "409 not_taken");
  EXPECT_EQ(refusal(R"({"value": 1})", "asks"), "404 unknown_input");
  EXPECT_EQ(ask("/plan/v1/clusters/none/inputs/jumps", "POST", true, R"({"value": 1})").status, 404U);
  EXPECT_EQ(ask("/plan/v1/clusters/desk_1/inputs/jumps").allow, "POST");
}

// ------------------------------------------------------------------------------------------------ dead letters

class DeadLetterTest : public RoutesTest {
 protected:
  DeadLetterTest() {
    declare(true);
    db1_.join();
    EXPECT_EQ(db1_.exchange(*service_), "");
  }
  void declare(bool fails) {
    const std::string extra = std::string("  public input Integer numbers\n  Integer $result = 0\n  action divide {\n") +
                              "    $number <- numbers\n    $result = 12 / $number" + (fails ? "" : " + 1") + "\n  }\n";
    EXPECT_THAT(service_->configure({desk_declaration("desk_1", 1, extra)}, Instant{}), IsEmpty());
    EXPECT_TRUE(service_->commit().ok());
  }
  void restart() {
    service_.reset();
    service_ = std::move(*Service::open(store_, {.certname = "puppet"}));
  }
  boost::json::array letters() { return json("/plan/v1/clusters/desk_1/dead-letters").at("dead_letters").as_array(); }
  Response retry(const std::string& id) {
    Response response = ask("/plan/v1/clusters/desk_1/dead-letters/" + id + "/retry", "POST");
    EXPECT_TRUE(service_->commit().ok());
    return response;
  }
};

TEST_F(DeadLetterTest, TheTokensOfAFailedFiringArePutBack) {
  db1_.send("numbers", values::Value::integer(0));
  ASSERT_EQ(db1_.exchange(*service_), "");
  const auto letter = letters().at(0);
  EXPECT_EQ(letter.at("action").as_string(), "divide");
  EXPECT_EQ(letter.at("state").as_string(), "retryable");
  EXPECT_EQ(retry("1").status, 200U);
  EXPECT_EQ(letters().at(0).at("state").as_string(), "retried");
  EXPECT_EQ(letters().at(1).at("action").as_string(), "divide");   // it failed again
  EXPECT_EQ(retry("1").error->code, "not_retryable");
  EXPECT_EQ(retry("7").error->code, "not_found");
  EXPECT_EQ(retry("x").error->code, "not_found");
  EXPECT_EQ(ask("/plan/v1/clusters/none/dead-letters/1/retry", "POST").error->code, "unknown_cluster");
}

TEST_F(DeadLetterTest, SurvivesARestartAndCanBeRetriedThen) {
  db1_.send("numbers", values::Value::integer(0));
  ASSERT_EQ(db1_.exchange(*service_), "");
  restart();
  declare(true);
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_EQ(retry("1").status, 200U);
  restart();
  declare(true);
  EXPECT_EQ(letters().size(), 2U);
  EXPECT_EQ(letters().at(0).at("state").as_string(), "retried");
}

TEST_F(DeadLetterTest, WhatAFormerIncarnationDidNotGetIsReportedAndNotRetried) {
  ASSERT_FALSE(json("/plan/v1/clusters/desk_1/messages").at("messages").as_array().empty());
  db1_.begin_anew('b');
  db1_.join();
  ASSERT_EQ(db1_.exchange(*service_), "");
  EXPECT_EQ(letters().at(0).at("state").as_string(), "not_retryable");
  EXPECT_EQ(letters().at(0).at("reason").as_string(), "it was for an incarnation of the member that is gone");
  EXPECT_EQ(retry("1").error->code, "not_retryable");
}

TEST_F(DeadLetterTest, TheOldestOfManyGo) {
  for (int i = 0; i < 105; ++i) db1_.send("numbers", values::Value::integer(0));
  ASSERT_EQ(db1_.exchange(*service_), "");
  restart();
  declare(true);
  EXPECT_EQ(letters().size(), 100U);
  EXPECT_EQ(letters().at(0).at("id").to_number<int>(), 6);
}

TEST_F(RoutesTest, OtherMethodsAreToldWhichAreAllowed) {
  EXPECT_EQ(ask("/plan/v1/clusters", "POST").error->code, "method_not_allowed");
  EXPECT_EQ(ask("/plan/v1/clusters", "POST").allow, "GET");
  EXPECT_EQ(ask("/plan/v1/clusters/", "GET").error->code, "not_found");
}

}  // namespace
}  // namespace plan::orchestrator::http
