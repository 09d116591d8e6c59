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

constexpr std::string_view kPlan = R"(plan t {
  public Integer $size = 2
  state a, b, c
  Integer $n = 0
  queue Integer q { entries => *[1, 2] }
  queue Integer slow
  queue String seen
  input Integer level { latched => true }
  action count { $x <- q
    $n = $n + $x }
  action look { $l <- level
    "level ${l}" -> seen }
  action size { $s <- $size
    "size ${s}" -> seen }
  action once { 'once' -> seen }
  action later { $x <- slow after 5s
    "slow ${x}" -> seen
    next_state() }
})";

TEST(Snapshot, GoesOnAsIfNothingHadHappened) {
  Actor straight(kPlan), reloaded(kPlan);
  const auto drive = [](Actor& actor, bool reload) {
    const std::vector<std::function<void()>> steps = {
        [&] { actor.start(); }, [&] { actor.send("level", "3", 10); }, [&] { actor.send("slow", "1", 20); },
        [&] { actor.send("q", "9", 30); }, [&] { actor.step(Tick{}, 5020); }, [&] { actor.send("level", "4", 5030); }};
    for (const auto& step : steps) {
      if (reload) actor.reload();
      step();
    }
  };
  drive(straight, false);
  drive(reloaded, true);
  EXPECT_EQ(boost::json::serialize(straight.engine().snapshot()), boost::json::serialize(reloaded.engine().snapshot()));
  EXPECT_THAT(straight.queue("seen"), HasSubstr("slow 1"));
}

TEST(Snapshot, AnUnsyncedBatchIsOfferedAgain) {
  Actor actor("plan t { action a { _ <- start\n File.new { title => '/x' } -> resources_to_sync } }");
  actor.start();
  actor.reload();
  ASSERT_THAT(actor.engine().unsynced(), SizeIs(1));
  EXPECT_EQ(actor.engine().unsynced()[0].id, 1U);
}

TEST(Snapshot, ANewVersionCarriesStateOverByName) {
  Actor actor(kPlan);
  actor.start();
  actor.send("level", "3");
  actor.send("slow", "1");
  EXPECT_EQ(actor.queue("seen"), R"(["size 2","once","level 3"])");
  const Bundle next = bundle_of(R"(plan t {
    public Integer $size = 2
    state b, a
    String $n = 'text now'
    Integer $more = 8
    queue Integer q { entries => *[1, 2] }
    queue Integer extra { entries => *[7] }
    queue String seen
    input Integer level { latched => true }
    action look { $l <- level
      "level ${l}" -> seen }
    action renamed { $s <- $size
      "size again ${s}" -> seen }
    action once { 'once' -> seen }
  })");
  actor.reload(&next);
  actor.start();
  EXPECT_EQ(actor.queue("seen"), R"(["size 2","once","level 3","size again 2"])");
  EXPECT_EQ(actor.queue("q"), "[]");
  EXPECT_EQ(actor.queue("extra"), "[7]");
  EXPECT_EQ(actor.variable("n"), "\"text now\"");
  EXPECT_EQ(actor.variable("more"), "8");
  EXPECT_THAT(actor.states(), ElementsAre("a"));
  EXPECT_THAT(actor.letters(), SizeIs(2));      // the value of $n, the token of slow
}

TEST(Snapshot, DamageIsToldAndNothingIsHalfRestored) {
  Actor actor(kPlan);
  actor.start();
  boost::json::value snapshot = actor.engine().snapshot();
  snapshot.as_object()["processes"].as_array()[0].as_object().erase("queues");
  engine::Setup setup{"t", {"db1", "T[x]"}, "x", value_of("{}"), {}, {}, {}};
  const auto restored = Engine::restore(program_of(bundle_of(kPlan)), setup, snapshot, at(0));
  ASSERT_FALSE(restored.ok());
  EXPECT_EQ(restored.error().code, "engine.snapshot");
  EXPECT_THAT(restored.error().message, HasSubstr("queues"));
  snapshot.as_object()["format"] = 99;
  EXPECT_THAT(Engine::restore(program_of(bundle_of(kPlan)), setup, snapshot, at(0)).error().message, HasSubstr("format is 99"));
}

}  // namespace
}  // namespace plan::engine::test
