// Every form of arc, beyond the plain ones of fire_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Arcs, OfManyTokensAnotherChoiceIsTriedWhenALaterArcDependsOnIt) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[1, 2, 3, 4] }
    queue Integer sums { entries => *[7] }
    queue Array r
    action a { $pair <- q[2]
      $sum <- sums where $pair[0] + $pair[1] == $sum
      $pair -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[[3,4]]");
  EXPECT_EQ(actor.queue("q"), "[1,2]");
}

TEST(Arcs, OfManyTokensAnotherChoiceIsTriedWhenALaterArcTakesFromTheSameQueue) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[9, 1, 2] }
    queue Array r
    action a { $pair <- q[2]
      $nine <- q where $nine == 9
      [$nine, $pair] -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[[9,[1,2]]]");
}

TEST(Arcs, ReadingManyGoesOnPastTokensThatWereRead) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[1, 2, 3] }
    queue Array r
    action a { $pair <-> q[2]
      $pair -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[[1,2],[1,3]]");      // after these no token is new
  EXPECT_EQ(actor.queue("q"), "[1,2,3]");
}

TEST(Arcs, APatternTakesTheTokensOfACountApart) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[1, 2, 3] }
    queue Integer r
    action a { [$first, $second] <- q[2]
      $first * 10 + $second -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[12]");
  EXPECT_EQ(actor.queue("q"), "[3]");
}

TEST(Arcs, NoTokensAtAllAreNothingNew) {
  Actor actor(R"(plan t {
    public Integer $none = 0
    input Integer q
    queue Array r
    action none { $x <- q[$none]
      $x -> r }
    action read_none { $x <-> q[0, 2]
      $x -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[]");
  actor.send("q", "5");
  EXPECT_EQ(actor.queue("r"), "[[5]]");
}

TEST(Arcs, CountsFollowVariables) {
  Actor actor(R"(plan t {
    public Integer $n = 2
    queue Integer q { entries => *[1, 2, 3] }
    queue Array r
    action a { $x <- q[$n, $n + 1]
      $x -> r }
  })", R"({"n": 3})");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[[1,2,3]]");
}

TEST(Arcs, AfterCountsOnlyTokensOfThatAge) {
  Actor actor("plan t { queue Integer q\n queue Array r\n action a { $x <- q[all] after 1s\n $x -> r } }");
  actor.send("q", "1", 0);
  actor.send("q", "2", 600);
  actor.step(Tick{}, 1000);
  EXPECT_EQ(actor.queue("r"), "[[1]]");
  actor.step(Tick{}, 1600);
  EXPECT_EQ(actor.queue("r"), "[[1],[2]]");
}

TEST(Arcs, AfterOfAStateIsTheTimeSinceItWasEntered) {
  Actor actor(R"(plan t {
    state waiting, late
    queue String r
    action a { _ <- state waiting after 1m
      late -> state
      'late' -> r }
  })");
  actor.start(0);
  EXPECT_EQ(*actor.engine().next_wakeup(), at(60'000));
  actor.step(Tick{}, 60'000);
  EXPECT_THAT(actor.states(), ElementsAre("late"));
}

TEST(Arcs, AReadTokenIsNotThereForAnotherArc) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[1] }
    queue String r
    action two { $x <-> q
      $y <- q
      'two' -> r }
    action absent { $x <-> q
      ! <- q
      'absent' -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), R"(["absent"])");
  EXPECT_EQ(actor.queue("q"), "[1]");
}

TEST(Arcs, AnInhibitorMayAskForAMatchingToken) {
  Actor actor(R"(plan t {
    queue Integer q { entries => *[1, 2] }
    queue Hash locks { entries => *[{ 'of' => 1 }] }
    queue Integer r
    action a { $x <- q
      !$l <- locks where $l['of'] == $x
      $x -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[2]");
  EXPECT_EQ(actor.queue("q"), "[1]");
}

TEST(Arcs, AnInhibitorWithANumberIsAThreshold) {
  const std::string_view text = R"(plan t {
    queue Integer q { entries => *Integer[1, 5] }
    queue Integer permits { entries => *[0] }
    action a { $x <- q
      ! <- permits[3]
      $x -> permits }
  })";
  Actor actor(text);
  actor.start();
  EXPECT_EQ(actor.queue("permits"), "[0,1,2]");
}

TEST(Arcs, PatternsTakeArraysAndHashesApart) {
  Actor actor(R"(plan t {
    queue Any q { entries => *[[1, [2, 3]], { 'a' => 4, 'b' => 5 }, [6], 7] }
    queue Any r
    action arrays { [$x, [$_y, $z]] <- q
      [$x, $z] -> r }
    action hashes { [$a, $b] <- q where $a =~ Integer and $b == 5
      $a -> r }
    action one { [$only] <- q
      $only -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[[1,3],4,6]");
  EXPECT_EQ(actor.queue("q"), "[7]");
}

TEST(Arcs, AUnitPatternAndAUnitToken) {
  Actor actor(R"(plan t {
    queue Any q { entries => *[1] }
    queue Any r
    action a { $ <- q
      $ -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), "[null]");
}

TEST(Arcs, TheOriginOfATokenIsTheProcessThatSentIt) {
  Actor actor(R"(plan child {
    input Integer ask
    action a { $x from $who <- ask
      $x + 1 -> $who.answers }
  }
  plan t {
    input Integer answers
    queue Array seen
    action make { _ <- start
      $c = Child.new
      1 -> $c.ask }
    action look { $x from $who <- answers
      [$x, $who.title] -> seen }
    action of_nobody { $x from $who <- own
      [$x, $who] -> seen }
    queue Integer own { entries => *[5] }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("seen"), R"([[5,null],[2,"1"]])");
}

TEST(Arcs, AnUndefReferenceIsNotEnabledAndSendingToItRaises) {
  Actor actor(R"(plan other { input Integer i
    output Integer o
    action a { $x <- i
      $x -> o } }
  plan t {
    Optional[Other] $c = undef
    queue Integer go
    action look { $x <- $c.o
      $x -> drain }
    action talk { $x <- go
      $x -> $c.i }
  })");
  actor.start();
  EXPECT_THAT(actor.letters(), IsEmpty());
  actor.send("go", "1");
  ASSERT_THAT(actor.letters(), SizeIs(1));
  EXPECT_THAT(actor.letters()[0], HasSubstr("undef"));
}

TEST(Arcs, OutputsOfAnotherProcessAreTakenAndParametersAreLatched) {
  Actor actor(R"(plan source {
    public Integer $from
    output Integer numbers { entries => *Integer[1, 2] }
    output Integer newest { latched => true }
    action a { _ <- start
      $from -> newest }
  }
  plan t {
    Optional[Source] $s = undef
    queue Any r
    action make { _ <- start
      $s = Source.new { from => 7 } }
    action take { $x <- $s.numbers
      $x -> r }
    action look { $x <- $s.newest
      "newest ${x}" -> r }
    action given { $x <- $s.from
      "from ${x}" -> r }
  })");
  actor.start();
  EXPECT_EQ(actor.queue("r"), R"([1,"from 7","newest 7",2])");
}

TEST(Arcs, ABroadcastGoesToEachQueueOfACollection) {
  Actor actor(R"(plan member { public Integer $n
    input String news
    output Array heard
    action a { $x <- news
      [$n, $x] -> heard } }
  plan t {
    Array[Member] $all = []
    queue Array r
    queue String go
    action make { _ <- start
      $all = [1, 2, 3].map |$n| { Member.new { n => $n } } }
    action tell { $x <- go
      $x -> * $all.map |$m| { $m.news } }
    action hear { $x <- $all[1].heard
      $x -> r }
  })");
  actor.start();
  actor.send("go", "\"hello\"");
  EXPECT_THAT(actor.letters(), IsEmpty());
  EXPECT_EQ(actor.queue("r"), R"([[2,"hello"]])");
}

TEST(Arcs, AFullInputOfAnotherProcessHoldsTheSender) {
  Actor actor(R"(plan slow {
    input Integer work { capacity => 1 }
    input Integer go
    output Integer done
    action a { _ <- go
      $x <- work
      $x -> done }
  }
  plan t {
    Optional[Slow] $s = undef
    queue Integer q { entries => *[1, 2] }
    queue Integer tick
    queue Integer r
    action make { _ <- start
      $s = Slow.new }
    action give { $x <- q
      _ <- $size where $s =~ Slow
      $x -> $s.work }
    action on { $x <- tick
      1 -> $s.go }
    action done { $x <- $s.done
      $x -> r }
    public Integer $size = 1
  })");
  actor.start();
  EXPECT_THAT(actor.letters(), IsEmpty());
  EXPECT_EQ(actor.queue("q"), "[2]");
  actor.send("tick", "1");
  EXPECT_THAT(actor.letters(), IsEmpty());
  EXPECT_EQ(actor.queue("q"), "[]");
  EXPECT_EQ(actor.queue("r"), "[1]");
}

TEST(Arcs, OneStateOfSeveralAndAStateSetByAnother) {
  Actor actor(R"(plan light {
    input state red, amber, green
    output String seen
    action a { $s <- state red, amber, green
      $s -> seen }
    action b { _ <- state amber, green
      'go soon' -> seen }
  }
  plan t {
    Optional[Light] $l = undef
    queue String set
    queue String r
    action make { _ <- start
      $l = Light.new }
    action change { $s <- set
      $s -> $l.state }
    action look { $x <- $l.seen
      $x -> r }
  })");
  actor.start();
  actor.send("set", "\"green\"");
  EXPECT_EQ(actor.queue("r"), R"(["red","go soon","green"])");
  actor.send("set", "\"green\"");
  EXPECT_EQ(actor.queue("r"), R"(["red","go soon","green"])");     // no real move
  actor.send("set", "\"blue\"");
  EXPECT_THAT(actor.letters(), ElementsAre(HasSubstr("no state 'blue'")));
}

TEST(Arcs, AGuardThatRaisesDoesNotMatchAndIsToldOnceWithItsPlace) {
  Actor actor("plan t { queue Any q { entries => *['a', 1] }\n queue Any r\n action a { $x <- q\n where $x + 1 > 0\n $x -> r } }");
  const Effects effects = actor.start();
  EXPECT_EQ(actor.queue("r"), "[1]");
  ASSERT_THAT(effects.dead_letters, SizeIs(1));
  EXPECT_EQ(effects.dead_letters[0].place.line, 4U);
  EXPECT_THAT(effects.dead_letters[0].message, HasSubstr("a guard raised"));
  actor.reload();
  EXPECT_THAT(actor.start().dead_letters, IsEmpty());
}

TEST(Arcs, TheReasonMayBeAString) {
  Actor actor("plan t { queue Integer q\n action a { _ <- start\n $x <- q awaiting 'a number'\n $x -> drain } }");
  actor.step(Tick{}, 3);
  ASSERT_THAT(actor.engine().waiting(), SizeIs(1));
  EXPECT_EQ(actor.engine().waiting()[0].text(), "a number");
  actor.send("q", "1");
  EXPECT_THAT(actor.engine().waiting(), IsEmpty());
}

}  // namespace
}  // namespace plan::engine::test
