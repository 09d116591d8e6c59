// Queues' attributes, processes and their makers, what a firing leaves behind, limits, and what a trace tells.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

#include "fixture.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

boost::json::value process(Actor& actor, std::string_view name) { return actor.engine().describe().at("processes").at(name); }
std::string queue_of(Actor& actor, std::string_view name, std::string_view queue) {
  return boost::json::serialize(process(actor, name).at("queues").at(queue));
}

TEST(Queues, ANarrowedTypeSendsWhatItRefusesToDeadLetters) {
  Actor actor(R"(plan t {
    public Integer $size = 5
    Integer $least = 0
    queue Integer[0, $size - 1] free { entries => *Integer[0, $size - 1] }
    queue Integer[$least] own { entries => *[1, 5] }
    queue Integer go
    action a { $x <- go
      $least = $x }
  })");
  actor.start();
  actor.step(RunStarted{value_of(R"({"size": 3})"), {}, {}, {}});
  EXPECT_EQ(actor.queue("free"), "[0,1,2]");
  EXPECT_THAT(actor.letters(), SizeIs(2));
  actor.send("go", "4");
  EXPECT_EQ(actor.queue("own"), "[5]");
  EXPECT_THAT(actor.letters(), SizeIs(3));
  EXPECT_THAT(actor.letters()[2], HasSubstr("Integer[4]"));
}

TEST(Queues, ALifetimeMayFollowAVariableAndEndsAtItsInstant) {
  Actor actor(R"(plan t {
    public Integer $seconds = 2
    queue Integer q { ttl => $seconds }
    queue Integer seen
    action at_the_last_moment { $x <- q after 2s
      $x -> seen }
  })");
  actor.send("q", "1", 500);
  EXPECT_EQ(*actor.engine().next_wakeup(), at(2500));
  actor.step(Tick{}, 2500);      // what is enabled at that time goes first
  EXPECT_EQ(actor.queue("seen"), "[1]");
  EXPECT_EQ(actor.queue("q"), "[]");
}

TEST(Queues, ADroppedTokenMakesRoom) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[1, 2] }
    queue Integer r { capacity => 1, ttl => 1s }
    action a { $x <- q
      $x -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[1]");
  actor.step(Tick{}, 1000);
  EXPECT_EQ(actor.queue("r"), "[2]");
}

TEST(Queues, ADroppedTokenMakesRoomForAnotherProcess) {
  Actor actor(R"(plan child { input Integer work { capacity => 1, ttl => 1s } }
  plan t {
    Optional[Child] $c = undef
    queue Integer q
    action make { _ <- start
      $c = Child.new {} }
    action a { $x <- q
      $x -> $c.work }
  })");
  actor.start();
  actor.send("q", "1");
  actor.send("q", "2");
  EXPECT_EQ(actor.queue("q"), "[2]");
  actor.step(Tick{}, 1000);
  EXPECT_EQ(actor.queue("q"), "[]");
  EXPECT_THAT(actor.letters(), IsEmpty());
}

TEST(Queues, ALatchedOneHoldsTheNewestAndIsNeverFull) {
  Actor actor(R"(plan t {
    queue Integer q { latched => true, capacity => 1, entries => *[1, 2] }
    queue Integer go
    action a { $x <- go
      $x -> q
      $x + 1 -> q }
  })");
  EXPECT_EQ(actor.queue("q"), "[2]");
  actor.send("go", "7");
  EXPECT_EQ(actor.queue("q"), "[8]");
  EXPECT_THAT(actor.letters(), IsEmpty());
}

TEST(Queues, WhatOverflowsAtTheEndOfABodyMakesItFail) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[1] }
    queue Integer r { capacity => 2 }
    action a { $x <- q
      [1, 2, 3].each |$y| { $y -> r } }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[]");
  EXPECT_THAT(actor.letters(), ElementsAre(HasSubstr("queue 'r' of T[x] is full")));
}

TEST(Queues, TooManyEntriesAreAnError) {
  EXPECT_THROW(Actor("plan t { queue Integer q { entries => *[1, 2], capacity => 1 } }"), std::runtime_error);
  EXPECT_THROW(Actor("plan t { public Array $given = ['a']\n queue Integer q { entries => *$given } }"), std::runtime_error);
}

TEST(Processes, HaveTheirNumberForATitleUnlessOneIsGiven) {
  Actor actor(R"(plan child { public Integer $n = 0
    output String name
    action a { _ <- start
      $title -> name } }
  plan t {
    queue Integer go { entries => *[1] }
    action make { _ <- start
      Child.new
      Child.new { title => 'blue', n => 2 } }
    action again { $x <- go
      Child.new { title => 'blue' } }
  })");
  actor.start();
  EXPECT_EQ(queue_of(actor, "child[1]", "name"), R"(["1"])");
  EXPECT_EQ(queue_of(actor, "child[blue]", "name"), R"(["blue"])");
  EXPECT_THAT(actor.letters(), ElementsAre(HasSubstr("Child[blue] already")));
}

TEST(Processes, EndWithTheirMakerAndFailAlone) {
  Actor actor(R"(plan child {
    input String stop
    action a { $x <- stop
      $x -> fail }
    action make { _ <- start
      Grandchild.new }
  }
  plan grandchild { queue Integer q }
  plan t {
    Array[Child] $c = []
    queue Integer go
    action make { _ <- start
      $c = [Child.new, Child.new] }
    action first { $x <- go where $x == 1
      'broken' -> $c[0].stop }
    action second { $x <- go where $x == 2
      'enough' -> end }
  })");
  actor.start();
  actor.send("go", "1");
  EXPECT_FALSE(actor.engine().ended());
  EXPECT_EQ(process(actor, "child[1]").at("ended"), (boost::json::value{{"fail", "broken"}}));
  EXPECT_EQ(process(actor, "grandchild[3]").at("ended"), (boost::json::value{{"maker", "child[1]"}}));
  EXPECT_EQ(process(actor, "child[2]").at("ended"), nullptr);
  actor.send("go", "2");
  ASSERT_TRUE(actor.engine().ended());
  EXPECT_FALSE(actor.engine().ended()->failed);
  EXPECT_EQ(process(actor, "t[x]").at("ended"), (boost::json::value{{"end", "enough"}}));
  EXPECT_EQ(process(actor, "child[2]").at("ended"), (boost::json::value{{"maker", "t[x]"}}));
  EXPECT_EQ(process(actor, "grandchild[4]").at("ended"), (boost::json::value{{"maker", "child[2]"}}));
  actor.reload();
  EXPECT_EQ(process(actor, "child[2]").at("ended"), (boost::json::value{{"maker", "t[x]"}}));
}

TEST(Processes, WhatAnEndedOneNoLongerTakesComesBack) {
  Actor actor(R"(plan child { input Integer i
    action a { $x <- i
      $x -> end } }
  plan t {
    Optional[Child] $c = undef
    Integer $sent = 0
    queue Integer go
    action make { _ <- start
      $c = Child.new }
    action tell { $x <- go
      $sent = $sent + 1
      $x -> $c.i }
  })");
  actor.start();
  actor.send("go", "1");
  actor.send("go", "2");
  EXPECT_EQ(actor.variable("sent"), "2");
  EXPECT_THAT(actor.letters(), ElementsAre(HasSubstr("child[1] refused it: the process has ended")));
}

TEST(Processes, OneThatIsMadeByAFailingBodyIsGone) {
  Actor actor(R"(plan child { public Integer $n
    action a { $x <- $n
      $x -> drain } }
  plan t {
    queue Integer go { entries => *[1, 2] }
    queue Child made
    action make { $x <- go
      $c = Child.new { n => $x }
      $c -> made
      $y = 1 / ($x - 1) }
  })");
  actor.start();
  EXPECT_THAT(actor.letters(), SizeIs(1));
  EXPECT_EQ(process(actor, "child[1]").at("variables").at("n"), 2);
}

TEST(Processes, AWrongParameterFailsTheBody) {
  Actor actor("plan child { public Integer $n }\n plan t { queue Any q { entries => *['x'] }\n action a { $x <- q\n Child.new { n => $x } } }");
  actor.start();
  ASSERT_THAT(actor.letters(), SizeIs(1));
  EXPECT_THAT(actor.letters()[0], HasSubstr("parameter 'n'"));
}

TEST(Processes, BecomingKeepsAStateOfTheBase) {
  Actor actor(R"(plan base_ { state a, b
    queue Integer go
    action turn { $x <- go
      b -> state
      become(T::Special) } }
  plan t::special inherits base_ { state b, a, c }
  plan t { queue Base_ made
    queue Base_ r
    action make { _ <- start
      $x = Base_.new
      $x -> made } })");
  actor.start();
  EXPECT_EQ(boost::json::serialize(process(actor, "base_[1]").at("states")), R"(["a"])");
}

TEST(Letters, SayMessagePlaceAndCallStack) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[0] }
    function inner(Integer $x) { 1 / $x }
    function outer(Integer $x) { inner($x) }
    action a { $x <- q
      outer($x) -> drain }
  })");
  const Effects effects = actor.start();
  ASSERT_THAT(effects.dead_letters, SizeIs(1));
  const DeadLetter& letter = effects.dead_letters[0];
  EXPECT_EQ(letter.place.file, "t.plan");
  EXPECT_EQ(letter.place.line, 3U);
  EXPECT_THAT(letter.stack, HasSubstr("inner called at t.plan:4:"));
  EXPECT_THAT(letter.stack, HasSubstr("outer called at t.plan:6:"));
}

TEST(Letters, AFailedFiringCountsAsUseAndAsTheLast) {
  Actor actor(R"(plan t {
    public Integer $size = 1
    queue Integer q { entries => *[1] }
    queue String r
    action bad { $s <- $size
      $x = 1 / 0 }
    action good { $x <- q
      'good' -> r }
  })");
  actor.start();
  actor.start();
  EXPECT_THAT(actor.letters(), SizeIs(1));
  EXPECT_EQ(actor.queue("r"), R"(["good"])");
}

TEST(Generic, TypesAreBoundByTheHeir) {
  Actor actor(R"(plan box[T] {
    input T things
    output Array[T] pairs
    action a { $x <- things[2]
      $x -> pairs }
  }
  plan t inherits box[Integer] { queue String q }
  )");
  actor.start();
  EXPECT_FALSE(actor.engine().accepts("things", value_of("\"a\"")).ok());
  EXPECT_TRUE(actor.engine().accepts("things", value_of("1")).ok());
  actor.send("things", "1");
  actor.send("things", "2");
  EXPECT_EQ(actor.queue("pairs"), "[[1,2]]");
}

TEST(Generic, AnOrchestratorTakesChangeRequestsOfItsType) {
  Actor actor(R"(plan member { public String $name }
  plan t inherits orchestrator[Member] {
    queue ChangeRequest[Member] later
    queue String kinds
    action a { $r <- requests
      $r.kind -> kinds
      $r -> later }
  })");
  EXPECT_FALSE(actor.engine().accepts("requests", value_of(R"({"kind": "add", "value": 1})")).ok());
  EXPECT_FALSE(actor.engine().accepts("later", value_of(R"({"kind": "other", "value": 1})")).ok());
}

struct Bounded {
  std::string_view plan;
  Limits limits;
  std::string_view error;
};

Engine& engine_of(std::unique_ptr<Engine>& engine, std::string_view plan, const Limits& limits) {
  Setup setup{"t", {"c", "T[x]"}, "x", value_of("{}"), {}, {}, {}};
  engine = std::move(*Engine::create(program_of(bundle_of(plan)), setup, at(0), limits));
  return *engine;
}

// As JSON, which writes quotes, backslashes and control characters longer.
TEST(LimitsOfAToken, CountBytesAsTheyAreWritten) {
  Limits limits;
  limits.token_bytes = 100;
  const auto told = [&](const std::string& expression) {
    std::unique_ptr<Engine> engine;
    const std::string plan = "plan t { queue Integer q { entries => *[1] }\n queue Any r\n action a { $_x <- q\n " + expression + " -> r } }";
    const Effects effects = engine_of(engine, plan, limits).step(Tick{}, at(0));
    return effects.dead_letters.empty() ? std::string() : effects.dead_letters[0].message;
  };
  for (const char* small : {"sprintf('%90s', 'x')", "['\"', '\\\\', \"\\t\"]", "{a => [1, 2], b => {c => 'd'}}", "Timespan(5)", "[default, /a/]",
                            "SemVer('1.2.3')", "Integer", "undef", "1.5"}) {
    EXPECT_EQ(told(small), "") << small;
  }
  for (const char* large : {"sprintf('%101s', 'x')", "regsubst(sprintf('%60s', ''), ' ', '\"', 'G')", "regsubst(sprintf('%60s', ''), ' ', '\\\\\\\\', 'G')",
                            "regsubst(sprintf('%20s', ''), ' ', \"\\t\", 'G')", "Array(Integer[1, 30])", "Hash(Array(Integer[1, 30]))",
                            "Binary(sprintf('%90s', ''), '%r')", "[[[[sprintf('%99s', '')]]]]"}) {
    EXPECT_THAT(told(large), HasSubstr("larger than 100 bytes")) << large;
  }
}

TEST(Durations, AreTimespansOrSecondsFromZero) {
  for (const auto& [ttl, after, left] : {std::tuple{"Timespan('0-00:00:02')", 1999, "[1]"}, {"Timespan('0-00:00:02')", 2000, "[]"},
                                         {"2", 1999, "[1]"}, {"2", 2000, "[]"}, {"0.5", 499, "[1]"}, {"0.5", 500, "[]"},
                                         {"9223372036854775807", 1000000, "[1]"}}) {
    Actor actor("plan t { public Any $life = " + std::string(ttl) + "\n queue Integer q { ttl => $life, entries => *[1] } }");
    actor.start();
    actor.step(Tick{}, after);
    EXPECT_EQ(actor.queue("q"), left) << ttl << " after " << after << " ms";
  }
}

TEST(LimitsOfAFiring, S24_FailItLikeABodyThatRaises) {
  Limits steps, depth, token, capacity;
  steps.steps_per_firing = 1000;
  depth.call_depth = 10;
  token.token_bytes = 100;
  capacity.capacity = 3;
  const std::string_view q = "plan t { queue Integer q { entries => *[1] }\n queue Any r\n ";
  for (const auto& [rest, limits, wanted] : {
           std::tuple{"action a { $x <- q\n Integer[1, 2000].each |$y| { $y } } }", steps, "1000 steps"},
           std::tuple{"function f($x) { f($x) }\n action a { $x <- q\n f($x) -> r } }", depth, "deeper than 10 (limit 'calls')"},
           std::tuple{"action a { $x <- q\n sprintf('%200s', 'x') -> r } }", token, "larger than 100 bytes"},
           std::tuple{"action a { $x <- q\n [1, 2, 3, 4].each |$y| { $y -> r } } }", capacity, "is full"}}) {
    std::unique_ptr<Engine> engine;
    const Effects effects = engine_of(engine, std::string(q) + rest, limits).step(Tick{}, at(0));
    ASSERT_THAT(effects.dead_letters, SizeIs(1)) << rest;
    EXPECT_THAT(effects.dead_letters[0].message, HasSubstr(wanted));
    EXPECT_EQ(effects.dead_letters[0].place.file, "t.plan");
    EXPECT_FALSE(engine->ended());
  }
}

TEST(LimitsOfAFiring, BoundWhatTheGuardsOfManyActionsTakeTogether) {
  Limits limits;
  limits.steps_per_firing = 1000;
  std::string plan = "plan t { queue Integer q { entries => *[1] }\n";
  for (int i = 0; i < 100; ++i) {
    plan += "action a" + std::to_string(i) + " { $x <- q where Integer[1, 2000].all |$y| { $y > 0 }\n $x -> drain }\n";
  }
  std::unique_ptr<Engine> engine;
  const Effects effects = engine_of(engine, plan + "}", limits).step(Tick{}, at(0));
  const auto tried = std::count_if(effects.dead_letters.begin(), effects.dead_letters.end(), [](const DeadLetter& letter) {
    return letter.message.find("it was not tried") == std::string::npos;
  });
  EXPECT_THAT(effects.dead_letters, SizeIs(100));
  EXPECT_EQ(tried, 64);
  EXPECT_THAT(effects.dead_letters.back().message, HasSubstr("64 times 1000 steps without a firing (limit 'steps')"));
  EXPECT_EQ(effects.dead_letters.back().place.line, 200U);
}

TEST(LimitsOfAFiring, S24_TooManyAtOneInstantEndTheProcessThoughItIsStoppedBetween) {
  Limits limits;
  limits.firings_per_instant = 100;
  std::unique_ptr<Engine> engine;
  engine_of(engine, "plan t { queue Integer q { entries => *[1] }\n action a { $x <- q\n $x + 1 -> q } }", limits);
  for (int i = 0; i < 30; ++i) static_cast<void>(engine->step(Tick{}, at(0), 7));
  ASSERT_TRUE(engine->ended());
  EXPECT_THAT(values::to_string(engine->ended()->value), HasSubstr("more than 100 firings"));
}

TEST(LimitsOfAFiring, NewInputStartsTheCountAnew) {
  Limits limits;
  limits.firings_per_instant = 2;
  std::unique_ptr<Engine> engine;
  engine_of(engine, "plan t { queue Integer q\n action a { $x <- q\n $x -> drain } }", limits);
  for (int i = 0; i < 5; ++i) static_cast<void>(engine->step(Posted{"q", value_of("1")}, at(0)));
  EXPECT_FALSE(engine->ended());
}

TEST(Trace, TellsWhatAFiringReceivedSentAndAssigned) {
  Actor actor(R"(plan child { input Integer i
    output state idle, busy
    action a { $x <- i
      busy -> state } }
  plan t {
    public Integer $size = 3
    Integer $n = 0
    state one, two
    queue Integer q { entries => *[1, 2] }
    queue Integer kept { entries => *[9] }
    queue Integer r
    action a { $two <- q[2]
      $k <-> kept
      $s <- $size
      _ <- state one
      $c = Child.new
      $n = 1
      $n = $n + $k
      $n -> r
      $s -> $c.i
      next_state() }
  })");
  actor.engine().trace(true);
  const Effects effects = actor.start();
  ASSERT_THAT(effects.firings, SizeIs(2));
  const Firing& firing = effects.firings[0];
  EXPECT_EQ(firing.process, "t[x]");
  EXPECT_EQ(firing.action, "a");
  const auto told = [](const std::vector<QueuedValue>& list) {
    std::string text;
    for (const QueuedValue& one : list) text += one.queue + "=" + json_of(one.value) + " ";
    return text;
  };
  EXPECT_EQ(told(firing.received), R"(q=1 q=2 $size=3 state="one" )");
  EXPECT_EQ(told(firing.sent), R"(r=10 child[1].i=3 state="two" )");
  ASSERT_THAT(firing.assigned, SizeIs(1));
  EXPECT_EQ(firing.assigned[0].first, "n");
  EXPECT_EQ(json_of(firing.assigned[0].second), "10");
  EXPECT_EQ(effects.firings[1].process, "child[1]");
}

TEST(Trace, AFiringThatFailedSaysWhy) {
  Actor actor("plan t { queue Integer q { entries => *[1] }\n queue Integer r\n action a { $x <- q\n $x -> r\n $y = 1 / 0 } }");
  actor.engine().trace(true);
  const Effects effects = actor.start();
  ASSERT_THAT(effects.firings, SizeIs(1));
  EXPECT_THAT(effects.firings[0].received, SizeIs(1));
  EXPECT_THAT(effects.firings[0].sent, IsEmpty());
  EXPECT_NE(effects.firings[0].error, "");
}

TEST(PostedTokens, MayAllBeThereBeforeAnythingFires) {
  Actor actor("plan t { input Integer q { entries => *[0] }\n queue Array r\n action a { $x <- q[all]\n $x -> r } }");
  for (const char* token : {"1", "2"}) static_cast<void>(actor.engine().step(Posted{"q", value_of(token)}, at(0), 0));
  EXPECT_EQ(actor.queue("r"), "[]");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[[0,1,2]]");
}

TEST(PostedTokens, AreCheckedBefore) {
  Actor actor("plan t { input Integer work { capacity => 1 } }");
  EXPECT_EQ(actor.engine().accepts("werk", value_of("1")).error().code, "engine.queue");
  EXPECT_EQ(actor.engine().accepts("werk", value_of("1")).error().help, "did you mean 'work'?");
  EXPECT_EQ(actor.engine().accepts("work", value_of("\"1\"")).error().code, "engine.token");
  actor.send("work", "1");
  EXPECT_EQ(actor.engine().accepts("work", value_of("1")).error().message, "queue 'work' is full");
}

}  // namespace
}  // namespace plan::engine::test
