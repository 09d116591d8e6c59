#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace plan::engine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using values::Value;

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

// It was on its way when the worker left.
TEST_F(Conversation, WhatComesAfterLeavingIsNotAnswered) {
  run();
  const Message late{MessageKind::send, {"server", "Boss[c]"}, {"node", "Worker[w]"}, "", "no_such_input", value_of("1"), 0};
  EXPECT_THAT(worker.step(Received{late}).messages, SizeIs(1));
  deliver(worker.step(Leaving{}), boss, worker);
  EXPECT_THAT(worker.step(Received{late}).messages, IsEmpty());
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

// A boss that looks at one greeting when it is told to, and has room for one.
constexpr std::string_view kBusyBoss = R"(
plan worker { public String $cluster
  action begin { orchestrate(self) } }
plan t inherits orchestrator[Worker] {
  public input String greetings { capacity => 1 }
  public input String others
  input Any next
  output String seen
  action add { $request <- requests
    $request -> drain }
  action greet { _ <- next
    $text <- greetings
    $text -> seen }
  action other { $text <- others
    $text -> seen }
})";

Message greeting(std::string queue, std::string_view text, std::string from = "node") {
  Message message;
  message.kind = MessageKind::send;
  message.from = {std::move(from), "Worker[w]"};
  message.to = {"db1", "T[x]"};
  message.name = std::move(queue);
  message.value = Value::string(text);
  return message;
}

Message joining(std::string from) {
  Message message = greeting("", "", std::move(from));
  message.kind = MessageKind::join;
  message.plan = "worker";
  message.value = value_of(R"({"cluster": "c"})");
  return message;
}

TEST(FullQueue, AMessageWaitsAndWhatFollowsItWaitsBehind) {
  for (const bool reload : {false, true}) {
    Actor boss(kBusyBoss);
    for (const char* node : {"node", "another"}) boss.step(Received{joining(node)});
    Effects effects = boss.step(Received{greeting("greetings", "one")});
    for (const Message& message : {greeting("greetings", "two"), greeting("others", "three"), greeting("others", "free", "another")}) {
      effects = boss.step(Received{message});
      EXPECT_THAT(effects.messages, IsEmpty());      // none is refused
      EXPECT_TRUE(effects.changed);
      if (reload) boss.reload();
    }
    EXPECT_EQ(boss.queue("greetings"), R"(["one"])");
    EXPECT_EQ(boss.queue("seen"), R"(["free"])");
    boss.send("next", "1");
    EXPECT_EQ(boss.queue("greetings"), R"(["two"])");
    EXPECT_EQ(boss.queue("seen"), R"(["free","one","three"])");
    boss.send("next", "1");
    EXPECT_EQ(boss.queue("seen"), R"(["free","one","three","two"])");
    boss.send("next", "1");
    EXPECT_EQ(boss.queue("seen"), R"(["free","one","three","two"])");      // each once
  }
}

TEST(FullQueue, NotEverythingCanWait) {
  const Bundle bundle = bundle_of(kBusyBoss);
  Limits limits;
  limits.capacity = 2;
  const engine::Setup setup{"t", {"db1", "T[x]"}, "x", value_of("{}"), {}, {}, {}};
  const auto engine = std::move(*Engine::create(program_of(bundle), setup, at(0), limits));
  static_cast<void>(engine->step(Received{joining("node")}, at(0)));
  for (const char* text : {"in the queue", "waits", "waits too"}) {
    EXPECT_THAT(engine->step(Received{greeting("greetings", text)}, at(0)).messages, IsEmpty());
  }
  const Effects effects = engine->step(Received{greeting("greetings", "one too many")}, at(0));
  ASSERT_THAT(effects.messages, SizeIs(1));
  EXPECT_EQ(effects.messages[0].kind, MessageKind::dead_letter);
}

// Whom the message is for and from, what it is, and what the sender is told.
struct Refused {
  MessageKind kind;
  std::string_view name;
  std::string_view to, from;
  std::string_view why;
};

TEST(Refusals, SayWhatIsWrongWithAMessage) {
  Actor boss(R"(plan worker { public String $cluster
    input state go, halt
    action begin { orchestrate(self) } }
  plan t inherits orchestrator[Worker] {
    input state low, high
    public input Integer ask
    output Integer answer
    action over { _ <- ask
      1 -> end } })");
  boss.step(Received{joining("node")});
  const auto told = [&](const Refused& one) {
    Message message = greeting(std::string(one.name), "x", std::string(one.from));
    message.kind = one.kind;
    message.to.resource = one.to;
    const Effects effects = boss.step(Received{message});
    return effects.messages.empty() ? std::string() : json_of(effects.messages[0].value);
  };
  const std::vector<Refused> refusals = {
      {MessageKind::send, "ask", "T[y]", "node", "there is no process T[y]"},
      {MessageKind::send, "ask", "T[x]", "stranger", "the sender is not a member"},
      {MessageKind::publish, "name", "T[x]", "stranger", "it has not joined"},
      {MessageKind::send, "nope", "T[x]", "node", "it has no input 'nope'"},
      {MessageKind::send, "answer", "T[x]", "node", "it has no input 'answer'"},
      {MessageKind::send, "ask", "T[x]", "node", "expects Integer"},
      {MessageKind::state, "middle", "T[x]", "node", "it has no input state 'middle'"},
      {MessageKind::state, "high", "T[x]", "node", "its input states are not public"},
      {MessageKind::dead_letter, "ask", "T[y]", "node", ""},      // a refused dead letter ends here
      {MessageKind::accepted, "", "T[y]", "node", ""},
      {MessageKind::leave, "", "T[x]", "stranger", ""}};
  for (const Refused& one : refusals) EXPECT_THAT(told(one), HasSubstr(one.why)) << one.name << " from " << one.from;
  boss.send("ask", "1");
  ASSERT_TRUE(boss.engine().ended());
  EXPECT_THAT(told({MessageKind::send, "ask", "T[x]", "node", ""}), HasSubstr("the process has ended"));
  EXPECT_THAT(told({MessageKind::join, "", "T[x]", "node", ""}), HasSubstr("the process has ended"));
}

TEST(Refusals, ComeBackAsDeadLettersWhateverTheySay) {
  Actor actor("plan t { queue Integer q }");
  const auto back = [](std::string_view value) {
    return Received{{MessageKind::dead_letter, {"node", "Worker[w]"}, {"db1", "T[x]"}, "", "ask", value_of(value), 0}};
  };
  actor.step(back(R"({"value": 5, "error": "no room"})"));
  actor.step(back("7"));
  EXPECT_THAT(actor.letters(), ElementsAre("Worker[w] refused it: no room", "Worker[w] refused it: ?"));
}

TEST(Refusals, AProcessThatOrchestratesNothingTakesNoMembers) {
  Actor actor("plan t { queue Integer q }");
  const Effects effects = actor.step(Received{joining("node")});
  ASSERT_THAT(effects.messages, SizeIs(1));
  EXPECT_THAT(json_of(effects.messages[0].value), HasSubstr("it orchestrates nothing"));
  EXPECT_EQ(effects.messages[0].name, "requests");
}

TEST(Ended, NothingThatComesInIsTakenAnyMore) {
  Actor actor(R"(plan t { public Integer $n = 1
    input Integer q
    queue Any seen
    action see { $e <- events
      $e -> seen }
    action done { $d <- main::catalog_done
      $d -> seen }
    action leave { _ <- leaving
      'left' -> seen } })");
  actor.send("end", "1");
  ASSERT_TRUE(actor.engine().ended());
  for (const Input& input : std::vector<Input>{EventPosted{"m", {}, "Event[m]"}, CatalogDone{{"File[/a]"}, {}, {}}, Leaving{}, RunEnded{},
                                               RunStarted{value_of(R"({"n": 2})"), value_of("{}"), {}, {}}, BatchSynced{1, {}}}) {
    actor.step(input);
  }
  actor.send("q", "1");
  EXPECT_EQ(actor.queue("seen"), "[]");
  EXPECT_EQ(actor.variable("n"), "1");
  EXPECT_THAT(actor.letters(), IsEmpty());
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
