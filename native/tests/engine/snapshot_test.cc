#include <functional>

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

TEST(Snapshot, S24_GoesOnAsIfNothingHadHappened) {
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

constexpr std::string_view kRich = R"(plan t {
  public Integer $n = 3
  state a, b
  input state idle, busy
  queue Any work { entries => *[1, { 'k' => [1.5] }] }
  queue Integer slow { entries => *[1], ttl => 5s }
  input Integer level { latched => true }
  action make { _ <- start
    T::Child.new { size => 2 }
    File.new { title => '/x' } -> resources_to_sync
    b -> state }
  action bad { $x <- work where $x =~ Integer
    1 / 0 }
  action later { $x <- slow after 1s
    $x -> drain }
  action wait { _ <-> work
    $y <- level awaiting 'more'
    $y -> drain }
  action look { $x <-> work
    $x -> drain }
}
plan t::child {
  public Integer $size = 1
  action finish { _ <- start
    $size -> end }
})";

// Every member of every object in a JSON value, one after the other.
void each_member(boost::json::value& json, const std::function<void(boost::json::object&, std::string)>& visit) {
  if (json.is_array()) {
    for (boost::json::value& item : json.get_array()) each_member(item, visit);
  }
  if (!json.is_object()) return;
  std::vector<std::string> names;
  for (const auto& member : json.get_object()) names.emplace_back(member.key());
  for (const std::string& name : names) {
    visit(json.get_object(), name);
    each_member(json.get_object()[name], visit);
  }
}

// What is missing or of another kind is refused, or else does not matter: what is restored can go on and be written.
TEST(Snapshot, AnyMemberMayBeDamaged) {
  Actor actor(kRich);
  actor.start();
  boost::json::value snapshot = actor.engine().snapshot();
  const engine::Setup setup{"t", {"db1", "T[x]"}, "x", value_of("{}"), {}, {}, {}};
  const auto program = program_of(bundle_of(kRich));
  int refused = 0;
  const auto try_it = [&](const std::string& name) {
    const auto restored = Engine::restore(program, setup, snapshot, at(0));
    if (restored.ok()) {
      static_cast<void>((*restored)->step(Tick{}, at(10)));
      EXPECT_TRUE(Engine::restore(program, setup, (*restored)->snapshot(), at(10)).ok()) << name;
      return;
    }
    ++refused;
    EXPECT_EQ(restored.error().code, "engine.snapshot") << name;
    EXPECT_FALSE(restored.error().message.empty());
  };
  each_member(snapshot, [&](boost::json::object& object, const std::string& name) {
    const boost::json::value was = object[name];
    for (const boost::json::value& other : {boost::json::value(nullptr), boost::json::value("text"), boost::json::value(7), boost::json::value(boost::json::array{1})}) {
      object[name] = other;
      try_it(name);
    }
    object.erase(name);
    try_it(name);
    object[name] = was;
  });
  EXPECT_GT(refused, 300);
}

TEST(Snapshot, AnEndedProcessIsGivenNothingNew) {
  Actor actor(kRich);
  actor.start();
  boost::json::value snapshot = actor.engine().snapshot();
  snapshot.at("processes").at(1).at("variables").as_object().erase("size");
  const engine::Setup setup{"t", {"db1", "T[x]"}, "x", value_of("{}"), {}, {}, {}};
  const auto program = program_of(bundle_of(kRich));
  const auto once = Engine::restore(program, setup, snapshot, at(0));
  ASSERT_TRUE(once.ok());
  const auto twice = Engine::restore(program, setup, (*once)->snapshot(), at(0));
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(boost::json::serialize((*twice)->snapshot()), boost::json::serialize((*once)->snapshot()));
}

TEST(Snapshot, WhatIsWantedIsAResource) {
  Actor actor(kRich);
  actor.start();
  boost::json::value snapshot = actor.engine().snapshot();
  snapshot.at("desired").as_array()[0] = 5;
  const engine::Setup setup{"t", {"db1", "T[x]"}, "x", value_of("{}"), {}, {}, {}};
  const auto restored = Engine::restore(program_of(bundle_of(kRich)), setup, snapshot, at(0));
  ASSERT_FALSE(restored.ok());
  EXPECT_THAT(restored.error().message, HasSubstr("a resource is wanted"));
}

}  // namespace
}  // namespace plan::engine::test
