// What a run that has nothing left to do still waits for, and what it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/fixture.h"

namespace plan::engine::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// A plan that waits for `go` in `$waiting`, once the catalog is done; `more` says what there is besides.
std::string waiting_for(const std::string& arc, const std::string& more) {
  return "plan t {\n" + more + "\n action wait { _ <- main::catalog_done\n " + arc + " awaiting 'it'\n true -> drain } }";
}

bool goes_on(const std::string& text, std::string_view parameters = "{}") {
  Actor actor(text, parameters);
  actor.start();
  actor.step(CatalogDone{}, 10);
  EXPECT_THAT(actor.engine().waiting(), SizeIs(1));
  return actor.engine().may_go_on();
}

TEST(Prospects, NothingIsHopedForWhereNothingWaits) {
  Actor actor("plan t { public String $cluster = 'c'\n input Any i\n action a { orchestrate(self) }\n action b { $x <- i\n $x -> drain } }");
  actor.start();
  actor.step(CatalogDone{});
  EXPECT_FALSE(actor.engine().may_go_on());
}

TEST(Prospects, EventsOfTheCatalogComeNoMore) {
  EXPECT_FALSE(goes_on(waiting_for("$e <- events where $e.message == 'x'", "")));
  EXPECT_FALSE(goes_on(waiting_for("$e <- q", "queue Any q\n action feed { $e <- events\n $e -> q }")));
}

TEST(Prospects, AVariableThatOnlyAnEventSetsStays) {
  const std::string feed = "\n action feed { $e <- events\n $ready = true }";
  EXPECT_FALSE(goes_on(waiting_for("_ <- $p where $ready", "public String $p = 'x'\n Boolean $ready = false" + feed)));
  EXPECT_FALSE(goes_on(waiting_for("_ <- $p where !$late and $ready", "public String $p = 'x'\n Boolean $late = false\n Boolean $ready = false" + feed)));
}

const char* const kOrchestrated = "public String $cluster = 'c'\n input Any i\n action join { orchestrate(self) }\n";

TEST(Prospects, AMessageMayComeFromWhoOrchestrates) {
  EXPECT_TRUE(goes_on(waiting_for("_ <- i", kOrchestrated)));
  EXPECT_FALSE(goes_on(waiting_for("_ <- i", "input Any i"))) << "nobody knows this process";
  EXPECT_TRUE(goes_on(waiting_for("_ <- state there", std::string(kOrchestrated) + "input state away, there")));
}

TEST(Prospects, WhatAMessageMayLeadToMayCome) {
  EXPECT_TRUE(goes_on(waiting_for("_ <- q", std::string(kOrchestrated) + "queue Any q\n action pass { $x <- i\n $x -> q }")));
  EXPECT_TRUE(goes_on(waiting_for("_ <- $cluster where $ready", std::string(kOrchestrated) +
                                  "Boolean $ready = false\n action pass { $x <- i\n $ready = true }")));
  EXPECT_TRUE(goes_on(waiting_for("_ <- state second", std::string(kOrchestrated) +
                                  "state first, second\n action pass { $x <- i\n second -> state }")));
}

// Members get messages all the time: one that leads nowhere is nothing to wait for.
TEST(Prospects, AMessageThatWouldNotBeTakenIsNothingToWaitFor) {
  EXPECT_FALSE(goes_on(waiting_for("_ <- q", std::string(kOrchestrated) +
                                   "queue Any q\n Boolean $ready = false\n action set { $e <- events\n $ready = true }"
                                   "\n action pass { $x <- i where $ready\n $x -> q }")));
  EXPECT_FALSE(goes_on(waiting_for("_ <- $cluster where $ready", std::string(kOrchestrated) +
                                   "Boolean $ready = false\n Integer $count = 0\n action set { $e <- events\n $ready = true }"
                                   "\n action pass { $x <- i\n $count = $count + 1 }")));
}

TEST(Prospects, AGuardThatAsksTheTokenMayHold) {
  EXPECT_TRUE(goes_on(waiting_for("$x <- i where $x == 1", kOrchestrated)));
  EXPECT_TRUE(goes_on(waiting_for("$x <- i where $x =~ /(a)/ and $1 == 'a'", kOrchestrated)));
  EXPECT_FALSE(goes_on(waiting_for("$x <- i where $x == 1 and $never", std::string(kOrchestrated) + "Boolean $never = false")));
}

TEST(Prospects, TheResultsOfABatchMayCome) {
  Actor actor(waiting_for("$r <- synced where $r.ref == 'File[/y]'", "action put { _ <- main::catalog_done\n File.new { title => '/x' } -> resources_to_sync }"));
  actor.start();
  const Effects effects = actor.step(CatalogDone{}, 10);
  ASSERT_THAT(effects.batches, SizeIs(1));
  EXPECT_TRUE(actor.engine().may_go_on());
  actor.step(BatchSynced{effects.batches[0].id, {{"File[/x]", true, false, false, false, {}, {}}}}, 20);
  EXPECT_THAT(actor.engine().waiting(), SizeIs(1));
  EXPECT_FALSE(actor.engine().may_go_on());
}

TEST(Prospects, ABatchInFlightMayNotifyAnEvent) {
  const std::string put = "\n action put { _ <- main::catalog_done\n File.new { title => '/x' } -> resources_to_sync }";
  Actor actor(waiting_for("_ <- events", put));
  actor.start();
  const Effects effects = actor.step(CatalogDone{}, 10);
  EXPECT_TRUE(actor.engine().may_go_on());
  actor.step(BatchSynced{effects.batches.at(0).id, {}}, 20);
  EXPECT_FALSE(actor.engine().may_go_on());
}

TEST(Prospects, TimeMayPass) {
  Actor actor(waiting_for("_ <- q after 5s", "queue Integer q { entries => *[1] }"));
  actor.start();
  actor.step(CatalogDone{}, 10);
  EXPECT_THAT(actor.engine().waiting(), SizeIs(1));
  EXPECT_TRUE(actor.engine().may_go_on());
}

TEST(Prospects, ProcessesThatMayBeMadeMayBringAnything) {
  const std::string make = "\n action make { $x <- i\n $n = 0\n T.new { title => 'other' } }";
  EXPECT_TRUE(goes_on(waiting_for("_ <- q", kOrchestrated + ("queue Any q" + make) + "\n action feed { $e <- events\n $e -> q }")));
}

TEST(Prospects, WhatIsSentThroughAReferenceMayComeByItsName) {
  const std::string more = "input Any i, j\n queue Any later { entries => *[1] }\n action use { $x <- j\n $x -> drain }"
                           "\n action pass { $x <- later after 5s\n $me = self\n $x -> $me.";
  EXPECT_TRUE(goes_on(waiting_for("_ <- i", more + "i }")));
  EXPECT_FALSE(goes_on(waiting_for("_ <- i", more + "j }")));
}

TEST(Prospects, AfterAReloadItIsTheSame) {
  for (const bool orchestrated : {true, false}) {
    Actor actor(waiting_for("_ <- i", orchestrated ? kOrchestrated : "input Any i"));
    actor.start();
    actor.step(CatalogDone{}, 10);
    actor.reload();
    actor.start(20);
    EXPECT_EQ(actor.engine().may_go_on(), orchestrated);
  }
}

}  // namespace
}  // namespace plan::engine::test
