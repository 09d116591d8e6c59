#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kPlans = R"(
plan worker {
  public String $cluster
  public String $name = 'w'
  input Integer[0] role
  output state idle, busy
  Optional[Integer] $the_role = undef
  action begin { orchestrate(self) }
  action cast { $r <- role
    $the_role = $r
    busy -> state
    "hello from ${name}" -> $orchestrator.greetings }
  action leave { _ <- leaving
    release(self) }
}
plan boss inherits orchestrator[Worker] {
  public input String greetings
  input String secret
  queue String seen
  action add { [$kind, $value] <- requests where $kind == 'add'
    "${kind} ${value.name}" -> seen
    7 -> $value.role }
  action remove { [$kind, $value] <- requests where $kind == 'remove'
    "${kind} ${value.name}" -> seen }
  action greet { $text from $who <- greetings
    "${text}" -> seen }
}
)";

// Two engines and a network that delivers at once.
class Conversation : public testing::Test {
 protected:
  Conversation()
      : worker(bundle_of(kPlans, "worker"), "Worker[w]", R"({"cluster": "c", "name": "joe"})", "node"),
        boss(bundle_of(kPlans, "boss"), "Boss[c]", "{}", "server") {}

  void run() { deliver(worker.start(), boss, worker); }

  void deliver(const Effects& effects, Actor& to, Actor& from) {
    for (Message message : effects.messages) {
      if (message.to.certname.empty()) message.to = {"server", "Boss[c]"};
      deliver(to.step(Received{message}), from, to);
    }
  }

  Actor worker;
  Actor boss;
};

TEST_F(Conversation, JoinsIsAcceptedAndTalks) {
  run();
  EXPECT_EQ(worker.variable("the_role"), "7");
  EXPECT_EQ(boss.queue("seen"), R"(["add joe","hello from joe"])");
  ASSERT_TRUE(worker.engine().orchestrator());
  EXPECT_EQ(worker.engine().orchestrator()->resource, "Boss[c]");
}

TEST_F(Conversation, PublishesChangesOfParametersAndStates) {
  run();
  const Effects effects = worker.step(RunStarted{value_of(R"({"cluster": "c", "name": "jim"})"), {}, {}, {}});
  ASSERT_THAT(effects.messages, SizeIs(1));
  EXPECT_EQ(effects.messages[0].kind, MessageKind::publish);
  EXPECT_EQ(effects.messages[0].name, "name");
  EXPECT_EQ(json_of(effects.messages[0].value), "\"jim\"");
  EXPECT_THAT(worker.step(Tick{}).messages, IsEmpty());
}

TEST_F(Conversation, LeavingIsARemoveRequest) {
  run();
  deliver(worker.step(Leaving{}), boss, worker);
  EXPECT_THAT(boss.queue("seen"), HasSubstr("remove joe"));
  EXPECT_FALSE(worker.engine().orchestrator());
}

TEST_F(Conversation, RefusesStrangersAndWhatIsNotPublic) {
  run();
  Message message{MessageKind::send, {"evil", "Worker[w]"}, {"server", "Boss[c]"}, "", "greetings", value_of("\"x\""), 0};
  Effects effects = boss.step(Received{message});
  ASSERT_THAT(effects.messages, SizeIs(1));
  EXPECT_EQ(effects.messages[0].kind, MessageKind::dead_letter);
  EXPECT_EQ(effects.messages[0].to.certname, "evil");
  message.from = {"node", "Worker[w]"};
  message.name = "secret";
  effects = boss.step(Received{message});
  ASSERT_THAT(effects.messages, SizeIs(1));
  EXPECT_THAT(json_of(effects.messages[0].value), HasSubstr("not public"));
}

TEST_F(Conversation, AMessageTheReceiversTypeRefusesComesBackAsADeadLetter) {
  run();
  const Message message{MessageKind::send, {"server", "Boss[c]"}, {"node", "Worker[w]"}, "", "role", value_of("-1"), 0};
  deliver(worker.step(Received{message}), boss, worker);
  ASSERT_THAT(boss.letters(), SizeIs(1));
  EXPECT_THAT(boss.letters()[0], HasSubstr("input 'role' expects Integer[0"));
}

TEST_F(Conversation, OnlyProcessesOfItsTypeAreOrchestrated) {
  Message join{MessageKind::join, {"node9", "Other[x]"}, {"server", "Boss[c]"}, "boss", "", value_of("{}"), 0};
  const Effects effects = boss.step(Received{join});
  ASSERT_THAT(effects.messages, SizeIs(1));
  EXPECT_EQ(effects.messages[0].kind, MessageKind::dead_letter);
}

TEST(Become, KeepsTheBaseAndStartsTheSpecialisation) {
  Actor actor(bundle_of(R"(
plan t {
  Integer $kept = 1
  queue Integer q { entries => *[1, 2] }
  queue String seen
  queue Integer go
  action base { $x <- q
    "base ${x}" -> seen }
  action turn { $g <- go
    if $g == 1 { become(One) } else { become(Two) } }
}
plan one inherits t {
  state a, b
  Integer $own = 5
  action hello { 'one' -> seen
    b -> state }
}
plan two inherits t {
  state c, d
  action hello { 'two' -> seen }
}
)"), "T[x]", "{}");
  actor.start();
  actor.send("go", "1");
  EXPECT_EQ(actor.queue("seen"), R"(["base 1","base 2","one"])");
  EXPECT_EQ(actor.variable("own"), "5");
  EXPECT_THAT(actor.states(), ElementsAre("b"));
  actor.send("go", "2");
  EXPECT_EQ(actor.queue("seen"), R"(["base 1","base 2","one","two"])");
  EXPECT_THAT(actor.states(), ElementsAre("c"));
  actor.send("go", "1");
  EXPECT_EQ(actor.queue("seen"), R"(["base 1","base 2","one","two","one"])");
}

}  // namespace
}  // namespace plan::engine::test
