// What an operator says: taken at once, or as if it had never been said.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kPlan = R"(
plan t {
  public Array[String] $hosts = ['a', 'b', 'c']

  # A host that is not waited for any longer
  #
  public input Struct[{ host => String[1] }] exclusions { operator => true }

  # What nothing takes yet
  #
  public input Integer sizes { operator => true }
  public input Integer resets { operator => true }

  input Boolean        ready
  queue Integer        later
  state waiting, done
  Hash[String, String] $excluded = {}
  Integer              $count = 0

  action exclude {
    _ <- state waiting
    $word from $who <- exclusions where !($word.host in $excluded)
    "of ${who.upcase}" -> drain
    $count = $count + 1
    if !($word.host in $hosts) {
      fail("'${word.host}' is no host")
    }
    $excluded = $excluded + { $word.host => $who }
    "${word.host} is not waited for" -> drain
    1 -> later
  }

  action follow {
    $n <- later
    "later" -> drain
    $count = $count + $n
  }

  action finish {
    _ <- state waiting
    _ <- ready awaiting 'somebody to be ready'
    done -> state
  }

  action reset {
    $n <- resets
    _  <- state done awaiting { 'for' => "it to be done before ${n} is counted" }
    $count = $n
  }

  action resize {
    $n <- sizes where 12 / $n > 100
    $count = $n
  }
}
)";

Effects say(Actor& actor, std::string_view json, std::string queue = "exclusions", std::int64_t ms = 0) {
  return actor.step(Ordered{std::move(queue), value_of(json), "ann"}, ms);
}

std::string code_of(const Effects& effects) { return effects.refused ? effects.refused->code : "taken"; }

TEST(OperatorsWord, IsTakenWithTheNameOfWhoSaysIt) {
  Actor actor(kPlan);
  actor.start();
  const Effects effects = say(actor, R"({"host": "b"})");
  EXPECT_EQ(code_of(effects), "taken");
  EXPECT_EQ(actor.variable("excluded"), R"({"b":"ann"})");
  EXPECT_EQ(actor.queue("exclusions"), "[]");
  EXPECT_TRUE(effects.changed);
}

TEST(OperatorsWord, TheAnswerIsWhatTheActionThatTookItDrained) {
  Actor actor(kPlan);
  const Effects effects = say(actor, R"({"host": "b"})");
  ASSERT_THAT(effects.answers, SizeIs(2));      // not that of the action which followed
  EXPECT_EQ(json_of(effects.answers[0]), "\"of ANN\"");
  EXPECT_EQ(json_of(effects.answers[1]), "\"b is not waited for\"");
  ASSERT_THAT(effects.firings, SizeIs(2));
  EXPECT_EQ(effects.firings[0].action, "exclude");
  EXPECT_EQ(effects.firings[1].action, "follow");
  EXPECT_EQ(actor.variable("count"), "2");
}

// Word by word what it was before, with all that waits.
void expect_refused(std::string_view queue, std::string_view json, std::string_view code, std::string_view why) {
  Actor actor(kPlan);
  actor.start();
  say(actor, R"({"host": "b"})");
  const std::string before = boost::json::serialize(actor.engine().snapshot());
  const auto wakeup = actor.engine().next_wakeup();
  const Effects effects = say(actor, json, std::string(queue), 1000);
  ASSERT_TRUE(effects.refused) << json;
  EXPECT_EQ(effects.refused->code, code);
  EXPECT_THAT(effects.refused->message + "|" + effects.refused->help, HasSubstr(why));
  EXPECT_FALSE(effects.changed);
  EXPECT_THAT(effects.messages, IsEmpty());
  EXPECT_THAT(effects.dead_letters, IsEmpty());
  EXPECT_THAT(effects.firings, IsEmpty());
  EXPECT_THAT(effects.answers, IsEmpty());
  EXPECT_EQ(boost::json::serialize(actor.engine().snapshot()), before);
  EXPECT_EQ(actor.engine().next_wakeup(), wakeup);
}

TEST(OperatorsWord, IsRefusedWhenNoActionTakesIt) {
  expect_refused("exclusions", R"({"host": "b"})", "engine.not_taken", "no action takes it now from 'exclusions'");
}
TEST(OperatorsWord, IsRefusedWhenTheActionThatTakesItFails) {
  expect_refused("exclusions", R"({"host": "x"})", "engine.failed", "'x' is no host|Action 'exclude' says so");
}
TEST(OperatorsWord, IsRefusedWhenAGuardRaises) { expect_refused("sizes", "0", "engine.not_taken", "a guard raised: Division by 0"); }
TEST(OperatorsWord, IsToldWhatTheActionWaitsForThatWouldTakeIt) {
  expect_refused("resets", "7", "engine.not_taken", "from 'resets'|it waits for it to be done before 7 is counted");
}
TEST(OperatorsWord, IsRefusedByItsType) {
  expect_refused("exclusions", R"({"hots": "b"})", "engine.token", "input 'exclusions' expects Struct[{'host' => String[1]}], got Hash");
}
TEST(OperatorsWord, IsRefusedWhereNobodyListens) {
  expect_refused("exclusion", "1", "engine.input", "plan 't' has no input 'exclusion' for an operator");
  expect_refused("ready", "true", "engine.input", "plan 't' has no input 'ready' for an operator");
}
TEST(OperatorsWord, IsRefusedOfAWrongSize) {
  Actor actor("plan t { public input String q { operator => true }\n action a { $x <- q\n $x -> drain } }");
  const Effects effects = actor.step(Ordered{"q", values::Value::string(std::string(Limits().token_bytes, 'x')), "ann"});
  ASSERT_TRUE(effects.refused);
  EXPECT_EQ(effects.refused->code, "engine.token");
  EXPECT_THAT(effects.refused->message, HasSubstr("input 'q'"));
}

TEST(OperatorsWord, ChangesNothingOfWhatWasGoingOn) {
  Actor actor(kPlan);
  actor.start();
  say(actor, R"({"host": "x"})", "exclusions", 500);
  ASSERT_THAT(actor.engine().waiting(), SizeIs(1));
  EXPECT_EQ(actor.engine().waiting()[0].since, at(0));
  actor.send("ready", "true", 600);
  EXPECT_THAT(actor.states(), ElementsAre("done"));
  EXPECT_EQ(code_of(say(actor, R"({"host": "c"})", "exclusions", 700)), "engine.not_taken");
}

TEST(OperatorsWord, ToAProcessThatHasEnded) {
  Actor actor("plan t { public input Integer q { operator => true }\n action a { $x <- q\n $x -> end } }");
  EXPECT_EQ(code_of(say(actor, "1", "q")), "taken");
  EXPECT_TRUE(actor.engine().ended());
  EXPECT_EQ(code_of(say(actor, "1", "q")), "engine.ended");
  EXPECT_THAT(actor.engine().operator_inputs(), IsEmpty());
}

// A copy goes the way that the engine goes, and the engine does not go with it.
TEST(OperatorsWord, ACopyShowsWhatWouldCome) {
  Actor actor(kPlan);
  actor.start();
  const std::string before = boost::json::serialize(actor.engine().snapshot());
  const std::unique_ptr<Engine> copy = std::move(*actor.engine().copy());
  EXPECT_EQ(boost::json::serialize(copy->snapshot()), before);
  EXPECT_FALSE(copy->step(Ordered{"exclusions", value_of(R"({"host": "b"})"), "ann"}, at(5)).refused);
  EXPECT_EQ(boost::json::serialize(actor.engine().snapshot()), before);
  say(actor, R"({"host": "b"})", "exclusions", 5);
  EXPECT_EQ(boost::json::serialize(actor.engine().snapshot()), boost::json::serialize(copy->snapshot()));
}

TEST(OperatorsWord, SurvivesAReload) {
  Actor actor(kPlan);
  say(actor, R"({"host": "b"})");
  actor.reload();
  EXPECT_EQ(actor.variable("excluded"), R"({"b":"ann"})");
  EXPECT_EQ(code_of(say(actor, R"({"host": "a"})")), "taken");
}

TEST(OperatorsWord, TheInputsAreDescribed) {
  Actor actor("type Host = Struct[{ host => String[1], after => Optional[Integer] }]\n"
              "plan t { public Integer $most = 3\n # Who is left out\n #\n public input Host outs { operator => true }\n"
              "public input Integer[0, $most] sizes { operator => true }\n action a { $o <- outs\n $o -> drain }\n action b { $s <- sizes\n $s -> drain } }");
  const std::vector<OperatorInput> inputs = actor.engine().operator_inputs();
  ASSERT_THAT(inputs, SizeIs(2));
  EXPECT_EQ(inputs[0].name, "outs");
  EXPECT_EQ(inputs[0].type, "Struct[{'host' => String[1], 'after' => Optional[Integer]}]");
  EXPECT_EQ(inputs[0].about, "Who is left out");
  EXPECT_EQ(inputs[1].type, "Integer[0, 3]");
  EXPECT_EQ(inputs[1].about, "");
}

TEST(OperatorsQueue, RefusesWhatAProcessSends) {
  Actor actor("plan host { public String $cluster }\nplan t inherits orchestrator[Host] {\n public input Integer q { operator => true }\n"
              " action a { $x <- q\n $x -> drain }\n action r { $r <- requests\n $r -> drain } }");
  Message join;
  join.kind = MessageKind::join;
  join.plan = "host";
  join.from = {"db1", "Host[h]"};
  join.to = {"", "t"};
  join.value = value_of("{}");
  actor.step(Received{join});
  Message send = join;
  send.kind = MessageKind::send;
  send.name = "q";
  send.value = value_of("1");
  const Effects effects = actor.step(Received{send});
  ASSERT_THAT(effects.messages, SizeIs(1));
  EXPECT_EQ(effects.messages[0].kind, MessageKind::dead_letter);
  EXPECT_THAT(json_of(effects.messages[0].value), HasSubstr("its input 'q' is an operator's"));
  EXPECT_EQ(actor.engine().accepts("q", value_of("1")).error().code, "engine.queue");
}

// Where the checker cannot know to which queue a token goes.
TEST(OperatorsQueue, RefusesWhatAPlanSends) {
  Actor actor("plan c { public input Integer q { operator => true }\n action a { $x <- q\n $x -> drain } }\n"
              "plan t { action b { $c = C.new { }\n 1 -> sly($c).q }\n function sly($any) { $any } }");
  actor.start();
  EXPECT_THAT(actor.letters(), ElementsAre(HasSubstr("queue 'q' of C[1] is an operator's")));
}

// Of a version in which anybody could send.
TEST(OperatorsQueue, KeepsNothingOfBefore) {
  Actor actor("plan t { public input Integer q }");
  actor.send("q", "1");
  const Bundle other = bundle_of("plan t { public input Integer q { operator => true }\n action a { $x from $who <- q\n $who -> drain } }");
  actor.reload(&other);
  EXPECT_EQ(actor.queue("q"), "[]");
  EXPECT_THAT(actor.letters(), ElementsAre("the new version of the plan has 'q' for an operator"));
}

TEST(OperatorsQueue, IsNoReasonToGoOnWaiting) {
  Actor host(bundle_of("plan host { public String $cluster = 'c'\n public input Integer q { operator => true }\n action begin { orchestrate(self) }\n"
                       " action a { $x <- q awaiting 'an operator'\n $x -> end } }", "host"), "Host[h]", "{}");
  host.start();
  EXPECT_FALSE(host.engine().may_go_on());
}

}  // namespace
}  // namespace plan::engine::test
