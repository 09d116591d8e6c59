#include "agent/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plan::agent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using values::Value;

TEST(Trace, SaysWhatIsWhatAndNoValue) {
  const Value secret = Value::string("secret");
  Trace trace;
  trace.event({"installed", secret, "Event[e]"});
  trace.catalog_done({{"A[1]", "A[2]"}, {"B[1]"}, {}});
  trace.fired({"demo[x]", "act", {}, 12, {{"q", secret}, {"q", secret}}, {{"r", secret}}, {{"v", secret}}, {}});
  trace.fired({"demo[x]", "fail", {}, 13, {}, {}, {}, "cannot use 'secret'"});
  trace.wanted(65537, {Value::resource("File", "/x", values::HashBuilder().set("content", secret).build())});
  trace.synced(65537, {{.reference = "File[/x]", .changed = true, .messages = {"secret"}}, {.reference = "File[/y]"}});
  trace.refused({"Demo[x]", "act", "queue 'q' refuses 'secret'", {"a/plans/x.plan", 3, 5}, {}, {}});
  engine::Message message{engine::MessageKind::send, {"db1", "Demo[x]"}, {"", "cluster_1"}, {}, "reports", secret, 0};
  trace.queued(3, message);
  message.from = {"puppet", "Cluster[c]"};
  message.to = {"db1", "Demo[x]"};
  trace.received(7, message);
  trace.called({4, "/path", "secret", std::chrono::milliseconds(0), 3, 1, 6});
  trace.called({5, "/path", "secret", std::chrono::milliseconds(25000), 4, 0, 7});
  trace.answered(4, 200, 3);
  trace.failed(5, {"transport.refused", "nobody listens"});
  EXPECT_THAT(trace.take(),
              ElementsAre("event 'installed' of Event[e]", "the catalog is done: 2 changed, 1 failed, 0 skipped",
                          "firing 12 of demo[x]: act; took q (2); sent to r; set $v", "firing 13 of demo[x]: fail; it failed, and is undone",
                          "batch 65537 is wanted: File[/x]", "batch 65537 is applied: File[/x] changed, File[/y] as it was",
                          "refused at Demo[x], action act, a/plans/x.plan:3:5",
                          "message 3 from Demo[x] to cluster_1: send 'reports', to be sent",
                          "message 7 from Cluster[c] on puppet to Demo[x]: send 'reports', received",
                          "call 4: sends message 3, acknowledges up to 6",
                          "call 5 waits for messages: sends no message, acknowledges up to 7",
                          "call 4 is answered with HTTP status 200: acknowledged up to 3",
                          "call 5 failed: transport.refused: nobody listens"));
  EXPECT_THAT(trace.take(), IsEmpty());
}

TEST(Trace, KeepsSoMuchAndSaysWhatIsMissing) {
  Trace trace;
  for (int i = 0; i < 5000; ++i) trace.event({std::to_string(i) + std::string(2000, 'x'), {}, "Event[e]"});
  const auto lines = trace.take();
  ASSERT_THAT(lines, SizeIs(4001));
  EXPECT_EQ(lines[0], "(1000 lines were not kept)");
  EXPECT_TRUE(lines[1].starts_with("event '1000xx"));
  EXPECT_LT(lines[1].size(), 1100U);
  trace.event({"one", {}, "Event[e]"});
  EXPECT_THAT(trace.take(), SizeIs(1));
}

}  // namespace
}  // namespace plan::agent
