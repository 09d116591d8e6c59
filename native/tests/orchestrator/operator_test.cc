// What operators say to the service, over a store in memory. A "crash" is a new Service over the same store.
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/store/memory.h"
#include "tests/orchestrator/desk.h"

namespace plan::orchestrator {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A desk that closes at an operator's word, and tells its first member so.
constexpr const char* kCloses = R"PLAN(
  state open, closed

  # Why the desk closes
  #
  public input Struct[{ why => String[1], secret => Optional[Sensitive[String]] }] closings { operator => true }

  # A number to go on from
  #
  public input Integer jumps { operator => true }

  Optional[String] $closed_by = undef
  Optional[Sensitive[String]] $secret = undef
  queue String records

  action close {
    _ <- state open
    $word from $who <- closings
    if $first == undef {
      fail("nobody is there to be told ${word.why}")
    }
    $closed_by = $who
    $secret    = $word.secret
    closed -> state
    $word.why -> $first.note
    $word.why -> records
    "closed at ${last}" -> drain
  }

  action jump {
    $to <- jumps where $to > $last
    $last = $to
  }

  action wait {
    _ <- state open
    _ <- shouts where false awaiting 'nothing at all'
    1 -> drain
  }
)PLAN";

class OperatorTest : public ::testing::Test {
 protected:
  OperatorTest() {
    options_.certname = "puppet";
    options_.log = [this](const LogRecord& record) {
      log_.push_back(record.message);
      if (record.event == "operator") audit_.push_back(record.by + " " + record.cluster + " " + record.input + " " + record.code + " " + record.address);
    };
    restart();
    db1_.join();
  }
  void restart() {
    service_.reset();
    service_ = std::move(*Service::open(store_, options_));
    EXPECT_THAT(service_->configure({desk_declaration("desk_1", 1, kCloses)}, at(0)), IsEmpty());
    EXPECT_TRUE(service_->commit().ok());
  }
  static Instant at(int second) { return Instant(seconds(1'000'000'000 + second)); }

  Result<boost::json::value> say(const std::string& json, bool dry_run = false, const std::string& input = "closings", const std::string& title = "desk_1") {
    return service_->order({title, input, "ann", boost::json::parse(json), dry_run, "10.0.0.9"}, at(1));
  }
  std::string refusal(const std::string& json, const std::string& input = "closings", const std::string& title = "desk_1") {
    const auto answer = say(json, false, input, title);
    EXPECT_FALSE(service_->staged());
    if (answer) return "taken";
    return answer.error().code + ": " + answer.error().message + " | " + answer.error().help;
  }
  boost::json::value described(const std::string& part) { return service_->describe("desk_1").at(part); }

  MemoryStore store_{{"0123456789abcdef0123456789abcdef", 5}};
  ServiceOptions options_;
  std::vector<std::string> log_, audit_;
  std::unique_ptr<Service> service_;
  Member db1_{"db1"};
};

TEST_F(OperatorTest, AWordIsTakenAndAnsweredWithWhatCameOfIt) {
  ASSERT_EQ(db1_.exchange(*service_, at(0)), "");
  const auto answer = say(R"({"why": "lunch"})");
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  const boost::json::value expected = {
      {"cluster", "desk_1"}, {"input", "closings"}, {"by", "ann"}, {"taken", true}, {"dry_run", false},
      {"answers", {"closed at 1"}},
      {"actions", boost::json::array{{{"process", "desk::counter[desk_1]"}, {"action", "close"}}}},
      {"messages", boost::json::array{{{"kind", "send"}, {"name", "note"}, {"to", {{"certname", "db1"}, {"resource", "Desk::Member[m]"}}}}}},
      {"dead_letters", boost::json::array{}},
      {"before", {{"states", {"open"}}, {"variables", {{"closed_by", nullptr}}}, {"queues", {{"records", boost::json::array{}}}},
                  {"waiting", boost::json::array{{{"process", kDesk}, {"action", "wait"}, {"text", "nothing at all"}, {"since_ms", 1'000'000'000'000}}}},
                  {"ended", nullptr}}},
      {"after", {{"states", {"closed"}}, {"variables", {{"closed_by", "ann"}}}, {"queues", {{"records", boost::json::array{"lunch"}}}},
                 {"waiting", boost::json::array{}}, {"ended", nullptr}}}};
  EXPECT_EQ(boost::json::serialize(*answer), boost::json::serialize(expected));
  EXPECT_TRUE(service_->staged());
  ASSERT_TRUE(service_->commit().ok());
  EXPECT_EQ(db1_.exchange(*service_, at(2)), "");
  EXPECT_THAT(db1_.notes(), ElementsAre("lunch"));
}

TEST_F(OperatorTest, S13_WhatIsCommittedSurvivesACrashAndWhatIsNotDoesNot) {
  ASSERT_EQ(db1_.exchange(*service_, at(0)), "");
  ASSERT_TRUE(say("5", false, "jumps").ok());
  restart();
  EXPECT_EQ(described("state").at("processes").at("desk::counter[desk_1]").at("variables").at("last"), 1);
  ASSERT_TRUE(say("5", false, "jumps").ok());
  ASSERT_TRUE(service_->commit().ok());
  restart();
  EXPECT_EQ(described("state").at("processes").at("desk::counter[desk_1]").at("variables").at("last"), 5);
  EXPECT_THAT(refusal("5", "jumps"), HasSubstr("not_taken"));
}

TEST_F(OperatorTest, ADryRunSaysTheSameAndLeavesNothing) {
  ASSERT_EQ(db1_.exchange(*service_, at(0)), "");
  const std::string before = boost::json::serialize(service_->describe("desk_1"));
  const auto messages = service_->describe_messages("desk_1");
  auto tried = say(R"({"why": "lunch"})", true);
  ASSERT_TRUE(tried.ok());
  EXPECT_FALSE(service_->staged());
  EXPECT_EQ(boost::json::serialize(service_->describe("desk_1")), before);
  EXPECT_EQ(service_->describe_messages("desk_1"), messages);
  auto said = say(R"({"why": "lunch"})");
  ASSERT_TRUE(said.ok());
  EXPECT_EQ(tried->at("dry_run"), true);
  tried->at("dry_run") = false;
  EXPECT_EQ(*tried, *said);
}

TEST_F(OperatorTest, WhatThePlanRefusesHasNotHappened) {
  const std::string before = boost::json::serialize(service_->describe("desk_1"));
  EXPECT_EQ(refusal(R"({"why": "lunch"})"),
            "refused: nobody is there to be told lunch | Action 'close' says so; nothing has happened.");
  EXPECT_EQ(boost::json::serialize(service_->describe("desk_1")), before);
}

TEST_F(OperatorTest, WhatNoActionTakesIsAnsweredWithHowThingsAre) {
  EXPECT_EQ(refusal("-1", "jumps"), "not_taken: no action takes it now from 'jumps' | The state is open. It waits for nothing at all.");
}

TEST_F(OperatorTest, WrongWordsAreToldWhichWouldBeRight) {
  const std::string inputs = "There are: closings, Struct[{'why' => String[1], 'secret' => Optional[Sensitive[String]]}] (Why the desk closes); "
                             "jumps, Integer (A number to go on from).";
  EXPECT_EQ(refusal("1", "asks"), "unknown_input: cluster 'desk_1' has no input 'asks' for an operator | " + inputs);
  EXPECT_EQ(refusal("\"1\"", "jumps"), "malformed: value: input 'jumps' expects Integer, got String ('1') | " + inputs);
  EXPECT_THAT(refusal(R"({"__ptype": "Nothing"})", "jumps"), HasSubstr("malformed: value: "));
  EXPECT_EQ(refusal("1", "jumps", "desk_2"), "unknown_cluster: there is no cluster 'desk_2' here | ");
  ASSERT_THAT(service_->configure({desk_declaration()}, at(2)), IsEmpty());
  ASSERT_TRUE(service_->commit().ok());
  EXPECT_EQ(refusal("1", "jumps"), "unknown_input: cluster 'desk_1' has no input 'jumps' for an operator | Its plan has no input for an operator.");
}

TEST_F(OperatorTest, EachWordHasItsAuditRecord) {
  ASSERT_EQ(db1_.exchange(*service_, at(0)), "");
  static_cast<void>(say("9", true, "jumps"));
  static_cast<void>(say("9", false, "jumps"));
  static_cast<void>(say("9", false, "jumps"));
  static_cast<void>(say("\"x\"", false, "jumps"));
  EXPECT_THAT(audit_, ElementsAre("ann desk_1 jumps dry_run 10.0.0.9", "ann desk_1 jumps ok 10.0.0.9", "ann desk_1 jumps not_taken 10.0.0.9",
                                  "ann desk_1 jumps malformed 10.0.0.9"));
  EXPECT_THAT(log_, Contains("desk_1: operator ann says jumps 9: ok"));
  EXPECT_THAT(log_, Contains("desk_1: operator ann tries jumps 9: dry_run"));
  EXPECT_THAT(log_, Contains("desk_1: operator ann says jumps: malformed"));
}

TEST_F(OperatorTest, ALongValueIsCutInTheLog) {
  ASSERT_EQ(db1_.exchange(*service_, at(0)), "");
  std::string why;
  for (int i = 0; i < 3000; ++i) why += "ü";
  ASSERT_TRUE(say("{\"why\": \"" + why + "\"}").ok());
  EXPECT_THAT(log_, Contains(HasSubstr("üü…: ok")));
  for (const auto& line : log_) EXPECT_LT(line.size(), 1200U);
}

TEST_F(OperatorTest, ShowsNoSecrets) {
  ASSERT_EQ(db1_.exchange(*service_, at(0)), "");
  const auto answer = say(R"({"why": "x", "secret": {"__ptype": "Sensitive", "__pvalue": "hunter2"}})");
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->at("after").at("variables").at("secret"), "Sensitive [value redacted]");
  static_cast<void>(say(R"({"why": "x", "secret": "hunter2"})"));      // not marked as one: refused
  EXPECT_THAT(boost::json::serialize(*answer), Not(HasSubstr("hunter2")));
  for (const auto& line : log_) EXPECT_THAT(line, Not(HasSubstr("hunter2")));
}

TEST_F(OperatorTest, NothingIsTakenWhileTheStoreIsFullAndTheRestOnceThereIsRoom) {
  ASSERT_EQ(db1_.exchange(*service_, at(0)), "");
  store_.fail_after(0, {"store.full", "no room"});
  ASSERT_TRUE(say("5", false, "jumps").ok());
  EXPECT_EQ(service_->commit().error().code, "store.full");
  EXPECT_EQ(say("5", false, "jumps").error().message, store_full().message);
  EXPECT_EQ(say("5", true, "jumps")->at("after").at("variables").at("last"), 5);      // what was undone
  store_.repair();
  ASSERT_TRUE(service_->commit().ok());
  EXPECT_TRUE(say("5", false, "jumps").ok());
}

TEST_F(OperatorTest, AMemberCannotSpeakAsOne) {
  ASSERT_EQ(db1_.exchange(*service_, at(0)), "");
  db1_.send("jumps", values::Value::integer(7));
  ASSERT_EQ(db1_.exchange(*service_, at(1)), "");
  EXPECT_EQ(db1_.dead_letters(), 1U);
  EXPECT_EQ(described("state").at("processes").at("desk::counter[desk_1]").at("variables").at("last"), 1);
}

TEST_F(OperatorTest, TheInputsAreDescribed) {
  EXPECT_EQ(boost::json::serialize(described("inputs").at(1)), R"({"name":"jumps","type":"Integer","about":"A number to go on from"})");
}

}  // namespace
}  // namespace plan::orchestrator
