#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Fire, TakesTokensOldestFirstAndSendsOn) {
  Actor actor("plan t { queue Integer q { entries => *[3, 1, 2] } queue Integer r\n action a { $x <- q\n $x * 10 -> r } }");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[30,10,20]");
  EXPECT_EQ(actor.queue("q"), "[]");
}

TEST(Fire, EntriesMakeATokenOfEachElementOnlyWithASplat) {
  Actor actor("plan t { queue Array one { entries => [1, 2] } queue Integer range { entries => *Integer[0, 2] } }");
  EXPECT_EQ(actor.queue("one"), "[[1,2]]");
  EXPECT_EQ(actor.queue("range"), "[0,1,2]");
}

TEST(Fire, BacktracksUntilEveryArcMatches) {
  Actor actor(R"(plan t {
    queue Integer a { entries => *[1, 2, 3] }
    queue Integer b { entries => *[3, 2] }
    queue Array pairs
    action join { $x <- a
      $y <- b where $x == $y
      [$x, $y] -> pairs }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("pairs"), "[[2,2],[3,3]]");
  EXPECT_EQ(actor.queue("a"), "[1]");
}

TEST(Fire, CountsTakeManyTokensAtOnce) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[1, 2, 3, 4, 5] }
    queue Array r
    action two { $x <- q[2]
      $x -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[[1,2],[3,4]]");
  Actor all("plan t { queue Integer q { entries => *[1, 2, 3] } queue Array r\n action a { $x <- q[all] where $x > 1\n $x -> r } }");
  all.start();
  EXPECT_EQ(all.queue("r"), "[[2,3]]");
  Actor range("plan t { queue Integer q { entries => *[1, 2, 3] } queue Array r\n action a { $x <- q[2, 5]\n $x -> r } }");
  range.start();
  EXPECT_EQ(range.queue("r"), "[[1,2,3]]");
}

TEST(Fire, InhibitorsNeedAbsence) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[1] }
    queue Integer stop { entries => *[7] }
    queue Integer r
    action a { $x <- q
      ! <- stop
      $x -> r }
    action b { $g <- go
      $s <- stop
      $g -> drain }
    queue Integer go
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[]");
  actor.send("go", "1");
  EXPECT_EQ(actor.queue("r"), "[1]");
}

TEST(Fire, WhatIsOnlyLookedAtFiresOncePerChange) {
  Actor actor(R"(plan t {
    public Integer $size = 1
    queue Integer seen
    input Integer level { latched => true }
    action a { $s <- $size
      $s -> seen }
    action b { $l <- level
      $l -> seen }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("seen"), "[1]");
  actor.send("level", "5");
  actor.step(Tick{});
  EXPECT_EQ(actor.queue("seen"), "[1,5]");
  EXPECT_EQ(actor.queue("level"), "[5]");
  actor.step(RunStarted{value_of(R"({"size": 2})"), {}, {}, {}});
  actor.step(RunStarted{value_of(R"({"size": 2})"), {}, {}, {}});
  EXPECT_EQ(actor.queue("seen"), "[1,5,2]");
}

TEST(Fire, ReadTokensStayAndCountOnce) {
  Actor actor("plan t { queue Integer q { entries => *[1, 2] } queue Integer r\n action a { $x <-> q\n $x -> r } }");
  actor.start();
  EXPECT_EQ(actor.queue("q"), "[1,2]");
  EXPECT_EQ(actor.queue("r"), "[1,2]");
}

TEST(Fire, StatesAreOneAtATimeAndOnlyARealMoveIsNew) {
  Actor actor(R"(plan t {
    state a, b, c
    queue Integer go
    queue String seen
    action step { $_ignored <- go
      next_state() }
    action see { $s <- state
      $s -> seen }
    action b_or_c { _ <- state b, c
      'past a' -> seen }
  })");
  actor.start();
  for (int i = 0; i < 4; ++i) actor.send("go", "1");
  EXPECT_EQ(actor.queue("seen"), R"(["a","past a","b","past a","c"])");
  EXPECT_THAT(actor.states(), ElementsAre("c"));
}

TEST(Fire, S24_AFailingBodyLeavesOnlyADeadLetter) {
  Actor actor(R"(plan t {
    Integer $n = 0
    queue Integer q { entries => *[1] }
    queue Integer r
    action a { $x <- q
      $n = 5
      $x -> r
      $y = $x + 'a' }
  })");
  const Effects effects = actor.start();
  EXPECT_EQ(actor.variable("n"), "0");
  EXPECT_EQ(actor.queue("r"), "[]");
  ASSERT_THAT(effects.dead_letters, SizeIs(1));
  EXPECT_EQ(effects.dead_letters[0].action, "a");
  EXPECT_THAT(effects.dead_letters[0].place.text(), HasSubstr("t.plan:8:"));
  EXPECT_EQ(json_of(effects.dead_letters[0].tokens), R"([{"queue":"q","value":1}])");
}

TEST(Fire, ASendOfAWrongTypeFailsTheFiring) {
  Actor actor("plan t { queue Any q { entries => *['x'] } queue Integer r\n action a { $x <- q\n $x -> r } }");
  actor.start();
  ASSERT_THAT(actor.letters(), SizeIs(1));
  EXPECT_THAT(actor.letters()[0], HasSubstr("queue 'r' expects Integer"));
}

TEST(Fire, TheActionThatRestedLongestGoesFirst) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *Integer[1, 4] }
    queue String r
    action a { $_x <- q
      'a' -> r }
    action b { $_x <- q
      'b' -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), R"(["a","b","a","b"])");
}

TEST(Fire, AfterWaitsForTheTokensAge) {
  Actor actor("plan t { queue Integer q\n queue Integer r\n action a { $x <- q after 2s\n $x -> r } }");
  actor.send("q", "1", 1000);
  EXPECT_EQ(actor.queue("r"), "[]");
  ASSERT_TRUE(actor.engine().next_wakeup());
  EXPECT_EQ(*actor.engine().next_wakeup(), at(3000));
  actor.step(Tick{}, 2999);
  EXPECT_EQ(actor.queue("r"), "[]");
  actor.step(Tick{}, 3000);
  EXPECT_EQ(actor.queue("r"), "[1]");
}

TEST(Fire, TokensExpire) {
  Actor actor("plan t { queue Integer q { ttl => 1s } queue Integer never { ttl => 0 } }");
  actor.send("q", "1", 0);
  actor.send("never", "1", 0);
  EXPECT_EQ(actor.queue("q"), "[1]");
  EXPECT_EQ(actor.queue("never"), "[]");
  actor.step(Tick{}, 1000);
  EXPECT_EQ(actor.queue("q"), "[]");
}

TEST(Fire, AFullQueueHoldsTheActionThatFeedsIt) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[1, 2, 3] }
    queue Integer r { capacity => 1 }
    queue Integer go
    action a { $x <- q
      $x -> r }
    action b { $_go <- go
      $x <- r
      $x -> drain }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[1]");
  actor.send("go", "1");
  EXPECT_EQ(actor.queue("r"), "[2]");
}

TEST(Fire, ChildrenAreProcessesOfTheSameEngine) {
  Actor actor(R"(plan child {
    public Integer $n
    input Integer work
    output state idle, done
    Integer $sum = 0
    action a { $x <- work
      $sum = $sum + $x * $n
      done -> state }
  }
  plan t {
    Optional[Child] $c = undef
    queue String seen
    action make { _ <- start
      $c = Child.new { n => 3 }
      5 -> $c.work }
    action watch { $s <- $c.state
      "${s} ${c.n}" -> seen }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("seen"), R"(["idle 3","done 3"])");
}

TEST(Fire, AnEndlessLoopEndsTheProcess) {
  Bundle bundle = bundle_of("plan t { queue Integer q { entries => *[1] }\n action a { $x <- q\n $x + 1 -> q } }");
  Limits limits;
  limits.firings_per_instant = 100;
  engine::Setup setup{"t", {"c", "T[x]"}, "x", value_of("{}"), {}, {}, {}};
  auto engine = Engine::create(program_of(bundle), setup, at(0), limits);
  static_cast<void>((*engine)->step(Tick{}, at(0)));
  ASSERT_TRUE((*engine)->ended());
  EXPECT_TRUE((*engine)->ended()->failed);
}

TEST(Fire, HeldUpAtAwaitingMeansWaiting) {
  Actor actor(R"(plan t {
    state young, old
    queue Integer q
    action a { _ <- state young
      $x <- q where $x > 1 awaiting { 'for' => 'a number', 'next' => 'send one' }
      old -> state }
  })");
  actor.step(Tick{}, 5);
  ASSERT_THAT(actor.engine().waiting(), SizeIs(1));
  EXPECT_EQ(actor.engine().waiting()[0].text(), "a number; send one");
  EXPECT_EQ(actor.engine().waiting()[0].since, at(5));
  actor.send("q", "1", 6);
  EXPECT_THAT(actor.engine().waiting(), SizeIs(1));
  EXPECT_EQ(actor.engine().waiting()[0].since, at(5));
  actor.send("q", "2", 7);
  EXPECT_THAT(actor.engine().waiting(), IsEmpty());
}

// What a run waits for, the next run may wait for again: since when is kept as long as no whole run came without it.
TEST(Fire, WhatIsWaitedForInEachRunIsWaitedForSinceTheFirst) {
  Actor actor(R"(plan t {
    queue Integer q
    Boolean $done = false
    action a { _ <- main::catalog_done where !$done
      $x <- q awaiting "a number"
      $done = $x == 1 }
    action fill { $e <- events
      $e.data -> q }
  })");
  const auto run = [&](std::int64_t from, bool whole = true) {
    actor.step(RunStarted{}, from);
    if (whole) actor.step(CatalogDone{}, from + 5);
    const std::vector<Waiting> waiting = actor.engine().waiting();
    actor.step(RunEnded{}, from + 10);
    EXPECT_THAT(actor.engine().waiting(), IsEmpty()) << "between runs nothing waits";
    actor.reload();
    return waiting;
  };
  ASSERT_THAT(run(100), SizeIs(1));
  const auto second = run(200);
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].since, at(105));
  EXPECT_THAT(run(300, false), IsEmpty());
  const auto later = run(400);
  ASSERT_THAT(later, SizeIs(1));
  EXPECT_EQ(later[0].since, at(405)) << "a run came without it";
}

TEST(Fire, ParametersAreChecked) {
  EXPECT_THROW(Actor("plan t { public Integer $n }"), std::runtime_error);
  EXPECT_THROW(Actor("plan t { public Integer $n }", R"({"n": "x"})"), std::runtime_error);
  EXPECT_THROW(Actor("plan t { public Integer $n = 1 }", R"({"m": 1})"), std::runtime_error);
  EXPECT_EQ(Actor("plan t { public Integer $n\n Integer $twice = $n * 2 }", R"({"n": 4})").variable("twice"), "8");
}

TEST(Fire, DeclarationsMayUseLambdasAndMatches) {
  Actor actor(R"(plan t {
    public String $text = 'a1b22'
    Array $doubled = [1, 2, 3].map |$a| { [4].map |$b| { [5].map |$c| { $a * $b * $c } } }
    Optional[String] $digits = if $text =~ /(\d+)$/ { $1 } else { undef }
    queue Integer q { entries => *[1, 2].map |$n| { $n + 1 } }
  })");
  EXPECT_EQ(actor.variable("doubled"), "[[[20]],[[40]],[[60]]]");
  EXPECT_EQ(actor.variable("digits"), "\"22\"");
  EXPECT_EQ(actor.queue("q"), "[2,3]");
}

TEST(Fire, ResourcesAreOneBatchPerFiring) {
  Actor actor(R"(plan t {
    queue String done
    action a { _ <- start
      File.new { title => '/x', content => 'y', require => Service[galera] } -> resources_to_sync
      Service.new { title => 'galera', ensure => running } -> resources_to_sync }
    action b { $r <- synced where $r.ref == 'File[/x]'
      "${r.changed} ${r.data['k']}" -> done }
  })");
  const Effects effects = actor.start();
  ASSERT_THAT(effects.batches, SizeIs(1));
  EXPECT_THAT(effects.batches[0].resources, SizeIs(2));
  EXPECT_EQ(effects.batches[0].resources[0].as_resource().title, "/x");
  EXPECT_THAT(actor.engine().unsynced(), SizeIs(1));
  BatchSynced synced{effects.batches[0].id, {{"File[/x]", true, false, false, false, {}, value_of(R"({"k": 7})")}}};
  actor.step(synced);
  actor.step(synced);
  EXPECT_EQ(actor.queue("done"), R"(["true 7"])");
  EXPECT_THAT(actor.engine().unsynced(), IsEmpty());
  EXPECT_THAT(actor.engine().desired(), SizeIs(2));
}

TEST(Fire, WantsAnEventOnlyWhileAnActionWouldTakeIt) {
  Actor actor(R"(plan t {
    Boolean $installed = false
    action a { $e <- events where $e.message == 'install_complete' and !$installed
      $installed = true }
  })");
  actor.start();
  EXPECT_TRUE(actor.engine().wants_event("install_complete"));
  EXPECT_FALSE(actor.engine().wants_event("other"));
  actor.step(EventPosted{"install_complete", {}, "Event[install_complete]"});
  EXPECT_FALSE(actor.engine().wants_event("install_complete"));
  EXPECT_EQ(actor.variable("installed"), "true");
}

}  // namespace
}  // namespace plan::engine::test
