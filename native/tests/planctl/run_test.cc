#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command.h"

namespace plan::planctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace json = boost::json;

// Runs plan `t` of a text.
Outcome run(const std::string& text, std::vector<std::string> more) {
  const TemporaryFile file(text);
  more.insert(more.begin(), {"run", file.path(), "--plan", "t"});
  return planctl(more);
}

std::vector<json::value> lines(const std::string& text) {
  std::vector<json::value> result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    result.push_back(json::parse(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return result;
}

const std::string kEcho = R"(plan t {
  public Integer $n = 1
  Integer $seen = 0
  input Any q { entries => *['first'], capacity => 4 }
  output Any r
  action a { $x <- q
    $seen = $seen + $n
    $x -> r }
})";

TEST(RunCommand, TracesAFiringAJsonLineAndTheStateLast) {
  const Outcome outcome = run(kEcho, {"--set", "n=2", "--send", "q={\"a\": 1}", "--trace", "json", "--state"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "");
  const std::vector<json::value> all = lines(outcome.out);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0], json::parse(R"({"time_ms": 0, "process": "t[0]", "action": "a", "received": [{"queue": "q", "value": "first"}],
                                    "sent": [{"queue": "r", "value": "first"}], "assigned": {"seen": 2}})"));
  EXPECT_EQ(all[1].at("received"), json::parse(R"([{"queue": "q", "value": {"a": 1}}])"));
  EXPECT_EQ(all[2], json::parse(R"({"processes": {"t[0]": {"plan": "t", "variables": {"n": 2, "seen": 4},
      "queues": {"q": [], "r": ["first", {"a": 1}]}, "states": [], "dead_letters": [], "ended": null, "waiting": []}}})"));
}

TEST(RunCommand, PrintsNothingUnasked) {
  const Outcome outcome = run(kEcho, {});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST(RunCommand, SendsAllInOrderBeforeAnythingFires) {
  const Outcome outcome = run("plan t { input Integer q { entries => *[0] }\n output Array r\n action a { $x <- q[all]\n $x -> r } }",
                              {"--send", "q=3", "--send", "q=1", "--state"});
  EXPECT_EQ(json::parse(outcome.out).at("processes").at("t[0]").at("queues").at("r"), json::parse("[[0,3,1]]"));
}

TEST(RunCommand, TellsWrongUsageFromAWrongType) {
  struct Wrong {
    std::vector<std::string> arguments;
    int code;
    std::string_view told;
  };
  for (const Wrong& wrong : std::vector<Wrong>{
           {{"--set", "m=1"}, 2, "no parameter 'm'"},
           {{"--set", "n=one"}, 2, "--set n=one"},
           {{"--set", "n"}, 2, "NAME=JSON"},
           {{"--set", "n=\"one\""}, 1, "expects Integer"},
           {{"--set", "seen=1"}, 2, "no parameter 'seen'"},
           {{"--send", "p=1"}, 2, "no queue 'p'"},
           {{"--send", "q={"}, 2, "--send q={"},
           {{"--send", "resources_to_sync=1"}, 2, "no queue 'resources_to_sync'"},
           {{"--send", "q=1", "--send", "q=2", "--send", "q=3", "--send", "q=4"}, 1, "full"},
           {{"--for", "10"}, 2, "duration"},
           {{"--for", "-1s"}, 2, "duration"},
           {{"--for", "99999999999999d"}, 2, "duration"},
           {{"--limit", "firing=1"}, 2, "no limit 'firing'"},
           {{"--limit", "firings=0"}, 2, "a number from 1"},
           {{"--trace", "xml"}, 2, "--trace"},
           {{"--nonsense"}, 2, "--nonsense"}}) {
    const Outcome outcome = run(kEcho, wrong.arguments);
    EXPECT_EQ(outcome.code, wrong.code) << wrong.told;
    EXPECT_THAT(outcome.err, HasSubstr(std::string(wrong.told)));
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(RunCommand, TellsAnUnknownPlanAnUnreadableFileAndAMissingParameter) {
  const TemporaryFile file("plan elevator { public Integer $n }");
  const Outcome plan = planctl({"run", file.path(), "--plan", "elevater"});
  EXPECT_EQ(plan.code, 2);
  EXPECT_THAT(plan.err, HasSubstr("did you mean 'elevator'?"));
  EXPECT_EQ(planctl({"run", "/nonexistent.plan", "--plan", "x"}).code, 2);
  const Outcome missing = planctl({"run", file.path(), "--plan", "elevator"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("--set n=JSON"));
}

TEST(RunCommand, RefusesAPlanWithMistakes) {
  const Outcome text = run("plan t { action a { $x <- q } }", {});
  EXPECT_EQ(text.code, 1);
  EXPECT_THAT(text.err, HasSubstr("unknown queue 'q'"));
  const Outcome told = run("plan t { action a { $x <- q } }", {"--trace", "json"});
  EXPECT_EQ(told.code, 1);
  EXPECT_THAT(told.out, HasSubstr("\"P0202\""));
}

TEST(RunCommand, EndedByFailOrWithDeadLettersIsThree) {
  const Outcome failed = run("plan t { action a { _ <- start\n 'no' -> fail } }", {"--state"});
  EXPECT_EQ(failed.code, 3);
  EXPECT_EQ(json::parse(failed.out).at("processes").at("t[0]").at("ended"), json::parse(R"({"fail": "no"})"));
  EXPECT_EQ(run("plan t { action a { _ <- start\n 'yes' -> end } }", {}).code, 0);
  const Outcome letter = run("plan t { queue Integer q { entries => *[0] }\n action a { $x <- q\n $y = 1 / $x } }", {"--state"});
  EXPECT_EQ(letter.code, 3);
  const json::value told = json::parse(letter.out).at("processes").at("t[0]").at("dead_letters").at(0);
  EXPECT_EQ(told.at("action"), "a");
  EXPECT_EQ(told.at("tokens"), json::parse(R"([{"queue": "q", "value": 0}])"));
  EXPECT_EQ(told.at("line"), 3);
  EXPECT_EQ(told.at("column"), 9);
  EXPECT_THAT(std::string(told.at("file").as_string()), HasSubstr(".plan"));
  EXPECT_THAT(letter.err, HasSubstr("dead letter"));
}

TEST(RunCommand, AChildThatFailsOrEndsWithItsMakerIsFine) {
  const Outcome outcome = run(R"(plan child { public Boolean $bad
    action a { _ <- $bad where $bad
      'broken' -> fail } }
  plan t { action a { _ <- start
      Child.new { bad => true }
      Child.new { bad => false }
      1 -> later }
    queue Integer later
    action b { _ <- later after 1s
      $ -> end } })", {"--state"});
  EXPECT_EQ(outcome.code, 0);
  const json::value all = json::parse(outcome.out).at("processes");
  EXPECT_EQ(all.at("child[1]").at("ended"), json::parse(R"({"fail": "broken"})"));
  EXPECT_EQ(all.at("child[2]").at("ended"), json::parse(R"({"maker": "t[0]"})"));
  EXPECT_EQ(all.at("t[0]").at("ended"), json::parse(R"({"end": null})"));
}

const std::string kClock = R"(plan t { queue Integer clock { entries => *[0] }
  action tick { $n <- clock after 1d
    $n + 1 -> clock }
  action wait { _ <- start
    $x <- never awaiting { 'for' => 'a token' }
    $x -> drain }
  input Any never })";

TEST(RunCommand, VirtualTimeGoesAYearUnlessToldOtherwise) {
  const auto days = [](const Outcome& outcome) {
    return json::parse(outcome.out).at("processes").at("t[0]").at("queues").at("clock").at(0).as_int64();
  };
  EXPECT_EQ(days(run(kClock, {"--state"})), 365);
  EXPECT_EQ(days(run(kClock, {"--state", "--for", "48h"})), 2);
  EXPECT_EQ(days(run(kClock, {"--state", "--for", "0s"})), 0);
}

TEST(RunCommand, TellsWhoWaits) {
  const Outcome outcome = run(kClock, {"--state", "--for", "1s"});
  EXPECT_EQ(json::parse(outcome.out).at("processes").at("t[0]").at("waiting"),
            json::parse(R"([{"action": "wait", "reason": {"for": "a token"}, "since_ms": 0}])"));
}

TEST(RunCommand, LimitsMayBeRaised) {
  const std::string plan = "plan t { queue Integer q { entries => *[1] }\n action a { $n <- q where $n < 2000000\n $n + 1 -> q } }";
  const Outcome low = run(plan, {"--limit", "firings=100", "--state"});
  EXPECT_EQ(low.code, 3);
  EXPECT_THAT(low.err, HasSubstr("limit 'firings'"));
  EXPECT_EQ(run("plan t { queue Integer q { entries => *[1] }\n action a { $n <- q where $n < 200\n $n + 1 -> q } }",
                {"--limit", "firings=300"}).code, 0);
  EXPECT_EQ(run("plan t { action a { _ <- start\n Integer[1, 20].each |$x| { $x } } }", {"--limit", "steps=10"}).code, 3);
  EXPECT_EQ(run("plan t { queue Integer q\n action a { _ <- start\n [1, 2].each |$x| { $x -> q } } }", {"--limit", "capacity=1"}).code, 3);
}

TEST(RunCommand, StopsWhenItNeedsTooMuchMemory) {
  const Outcome outcome = run("plan child { queue Any q }\n plan t { queue Integer q { entries => *[1] }\n action a { $i <- q\n Child.new\n $i + 1 -> q } }",
                              {"--limit", "memory=200"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("more than 200 MiB (limit 'memory')"));
}

TEST(RunCommand, ASearchWithoutAnEndIsToldAndGivenUp) {
  const Outcome outcome = run(R"(plan t {
    queue Any q { entries => *Integer[1, 9000] }
    queue Any r { entries => *Integer[1, 9000] }
    action join { $x <- q
      $y <- r where ($x * $y) % 7 == 9
      [$x, $y] -> drain } })", {});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("a guard raised: the firing took more than 1000000 steps"));
}

TEST(RunCommand, WhatIsWantedOfTheMachineStaysThere) {
  const Outcome outcome = run(R"(plan t { action a { _ <- start
      File.new { title => '/etc/motd' } -> resources_to_sync }
    output String heard
    action b { $e <- events
      $e.message -> heard } })",
                              {"--state", "--send", R"(events={"message": "hello", "resource": "Event[x]", "time": {"__ptype": "Timestamp", "__pvalue": "2026-01-01T00:00:00.000000000 UTC"}})"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const json::value queues = json::parse(outcome.out).at("processes").at("t[0]").at("queues");
  EXPECT_EQ(queues.at("resources_to_sync").at(0).at("title"), "/etc/motd");
  EXPECT_EQ(queues.at("heard"), json::parse(R"(["hello"])"));
}

TEST(RunCommand, TheTitleIsTheNumberUnlessGiven) {
  const Outcome outcome = run("plan t { output String r\n action a { _ <- start\n $title -> r } }", {"--title", "blue", "--state"});
  EXPECT_EQ(json::parse(outcome.out).at("processes").at("t[blue]").at("queues").at("r"), json::parse(R"(["blue"])"));
}

TEST(RunCommand, TheTextShowsDeadLettersWhereTheyHappened) {
  const Outcome outcome = run(R"(plan t { queue Integer q { entries => *[0, 1] }
    function half(Integer $x) { 1 / $x }
    action a { $x <- q
      half($x) -> drain } })", {"--trace", "text", "--state"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.err, "");
  const std::size_t failed = outcome.out.find("failed"), letter = outcome.out.find("dead letter of T[0], action a"),
                    second = outcome.out.find("q 1 →");
  EXPECT_LT(failed, letter);
  EXPECT_LT(letter, second);
  EXPECT_THAT(outcome.out, HasSubstr("in half called at"));
}

}  // namespace
}  // namespace plan::planctl::test
