#include "agent/runner.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/agent/demo.h"
#include "tests/agent/hanging.h"
#include "tests/agent/test_orchestrator.h"

namespace plan::agent {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr milliseconds kPlenty{20'000};   // a wait that takes longer than this has failed

class RunnerTest : public testing::Test {
 protected:
  RunnerTest() {
    std::string pattern = (fs::temp_directory_path() / "plan-test-runner-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~RunnerTest() override { fs::remove_all(directory_); }

  RunnerSettings settings(const std::string& url) {
    RunnerSettings settings;
    settings.process.plan = "demo::member";
    settings.process.identity = {"db1.example.com", "Demo::Member[m]"};
    settings.process.title = "m";
    settings.process.parameters = values::HashBuilder().set("cluster", values::Value::string("cluster_1")).build();
    settings.bundle = test::demo_bundle("demo::member");
    settings.cluster = "cluster_1";
    settings.orchestrator = url;
    settings.state_file = (directory_ / "state.json").string();
    settings.tls = {pair_.certificate, pair_.private_key, authority_.certificate(), ""};
    return settings;
  }
  static std::unique_ptr<Runner> open(RunnerSettings given) {
    auto runner = Runner::open(std::move(given));
    if (!runner) throw std::runtime_error(runner.error().message);
    return std::move(*runner);
  }
  // What happened, without the values, which belong to the runner.
  struct Seen {
    std::size_t kind = std::variant_npos;
    std::uint64_t batch = 0;
    std::string reference;      // of the batch's first resource
    bool failed = false;        // the process ended so
    template <class T>
    [[nodiscard]] bool is() const { return kind == Happening(T{}).index(); }
  };
  static Seen wait(Runner& runner, milliseconds timeout = kPlenty) {
    Seen seen;
    const auto status = runner.wait(timeout, [&](const Happening& happening) {
      seen.kind = happening.index();
      if (const auto* batch = std::get_if<Batch>(&happening)) {
        const auto& resource = batch->resources.front().as_resource();
        seen.batch = batch->id;
        seen.reference = resource.type + "[" + resource.title + "]";
      }
      if (const auto* ended = std::get_if<engine::Ended>(&happening)) seen.failed = ended->failed;
    });
    if (!status) throw std::runtime_error(status.error().message);
    return seen;
  }
  static std::string connection_error(Runner& runner) {
    std::string code;
    EXPECT_TRUE(runner.report([&](const Report& report) { code = report.connection.error.code; }).ok());
    return code;
  }
  // A run that is interrupted ends, whatever its orchestrator does. Far more than that takes, far less than a hang.
  static void expect_to_close(Runner& runner) {
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(runner.close().ok());
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(3));
  }
  static void apply(Runner& runner, const Seen& batch) {
    ASSERT_TRUE(runner.synced(batch.batch, {{.reference = batch.reference, .changed = true}}).ok());
  }
  // A first run, to the end.
  void join(const std::string& url) {
    auto runner = open(settings(url));
    ASSERT_TRUE(runner->start().ok());
    const auto first = wait(*runner);
    ASSERT_TRUE(first.is<Batch>());
    apply(*runner, first);
    ASSERT_TRUE(runner->event("installed", {}, "Event[installed]").ok());
    ASSERT_TRUE(runner->catalog_done({}).ok());
    ASSERT_TRUE(wait(*runner).is<Settled>());
    ASSERT_TRUE(runner->close().ok());
  }

  test::Authority authority_{"Test CA"};
  test::KeyPair pair_ = authority_.issue("db1.example.com");
  fs::path directory_;
};

TEST_F(RunnerTest, ARunFromJoinToSettled) {
  test::TestOrchestrator orchestrator(authority_);
  join(orchestrator.url());
  EXPECT_THAT(orchestrator.describe(), HasSubstr("installed"));
  EXPECT_LE(orchestrator.handshakes(), 2);
  struct stat status{};
  ASSERT_EQ(stat((directory_ / "state.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(RunnerTest, ASecondRunSettlesAtOnce) {
  test::TestOrchestrator orchestrator(authority_);
  join(orchestrator.url());
  const auto messages = orchestrator.messages_received();
  auto runner = open(settings(orchestrator.url()));
  ASSERT_TRUE(runner->start().ok());
  ASSERT_TRUE(runner->catalog_done({}).ok());
  EXPECT_TRUE(wait(*runner).is<Settled>());
  ASSERT_TRUE(runner->close().ok());
  EXPECT_EQ(orchestrator.messages_received(), messages);
}

TEST_F(RunnerTest, TheOrchestratorRestartsInTheMiddle) {
  test::TestOrchestrator orchestrator(authority_);
  auto runner = open(settings(orchestrator.url()));
  ASSERT_TRUE(runner->start().ok());
  const auto first = wait(*runner);
  ASSERT_TRUE(first.is<Batch>());
  orchestrator.go_down();
  apply(*runner, first);
  ASSERT_TRUE(runner->event("installed", {}, "Event[installed]").ok());
  ASSERT_TRUE(runner->catalog_done({}).ok());
  EXPECT_TRUE(wait(*runner, milliseconds(0)).is<TimedOut>());
  orchestrator.come_up();
  EXPECT_TRUE(wait(*runner).is<Settled>());
  EXPECT_THAT(orchestrator.describe(), HasSubstr("applied 1"));
  ASSERT_TRUE(runner->close().ok());
}

TEST_F(RunnerTest, AnInterruptEndsAWait) {
  test::TestOrchestrator orchestrator(authority_);
  auto runner = open(settings(orchestrator.url()));
  ASSERT_TRUE(runner->start().ok());
  const auto batch = wait(*runner);
  ASSERT_TRUE(batch.is<Batch>());
  apply(*runner, batch);
  std::thread other([&] { runner->interrupt(); });
  EXPECT_TRUE(wait(*runner).is<Interrupted>());
  other.join();
}

TEST_F(RunnerTest, NobodyListens) {
  std::string url;
  {
    test::TestOrchestrator orchestrator(authority_);
    url = orchestrator.url();
  }
  auto runner = open(settings(url));
  ASSERT_TRUE(runner->start().ok());
  ASSERT_TRUE(runner->catalog_done({}).ok());
  EXPECT_TRUE(wait(*runner, milliseconds(1500)).is<TimedOut>());
  EXPECT_EQ(connection_error(*runner), "transport.refused");
  EXPECT_TRUE(runner->report([](const Report& report) { EXPECT_FALSE(report.accepted); }).ok());
  EXPECT_TRUE(runner->close().ok());
}

TEST_F(RunnerTest, AMissingCertificateIsAConnectionThatFailed) {
  RunnerSettings given = settings("https://localhost:1");
  given.tls.certificate = "/nowhere.pem";
  auto runner = open(std::move(given));
  ASSERT_TRUE(runner->start().ok());
  EXPECT_TRUE(wait(*runner, milliseconds(300)).is<TimedOut>());
  EXPECT_EQ(connection_error(*runner), "transport.certificate");
}

TEST_F(RunnerTest, ADamagedStateFileIsSetAside) {
  test::TestOrchestrator orchestrator(authority_);
  std::ofstream(directory_ / "state.json") << "{ damaged";
  join(orchestrator.url());
  int set_aside = 0;
  for (const auto& entry : fs::directory_iterator(directory_)) {
    if (entry.path().filename().string().starts_with("state.json.damaged-")) ++set_aside;
  }
  EXPECT_EQ(set_aside, 1);
  EXPECT_TRUE(fs::exists(directory_ / "state.json"));
}

TEST_F(RunnerTest, AStateThatCannotBeWrittenEndsTheRun) {
  test::TestOrchestrator orchestrator(authority_);
  fs::create_directory(directory_ / "state.json.new");
  auto runner = open(settings(orchestrator.url()));
  ASSERT_TRUE(runner->start().ok());
  const auto happening = wait(*runner);
  ASSERT_TRUE(happening.is<engine::Ended>());
  EXPECT_TRUE(happening.failed);
  EXPECT_EQ(orchestrator.messages_received(), 0U) << "nothing is said that is not on disk";
  EXPECT_FALSE(runner->close().ok());
}

TEST_F(RunnerTest, APlanWithAMistakeIsRefusedWithACaret) {
  RunnerSettings given = settings("https://localhost:1");
  given.bundle.files[0].text = "plan demo::member {\n  action x { $a <- \n}\n";
  const auto runner = Runner::open(std::move(given));
  ASSERT_FALSE(runner.ok());
  EXPECT_EQ(runner.error().code, "bundle.refused");
  EXPECT_THAT(runner.error().message, HasSubstr("demo/plans/member.plan:"));
  EXPECT_THAT(runner.error().message, HasSubstr("^"));
}

TEST_F(RunnerTest, AForkedChildIsRefusedAndLeavesTheParentsSessionAlone) {
  test::TestOrchestrator orchestrator(authority_);
  auto runner = open(settings(orchestrator.url()));
  ASSERT_TRUE(runner->start().ok());
  const pid_t child = fork();
  if (child == 0) {
    const auto status = runner->event("installed", {}, "e");
    const bool refused = !status.ok() && status.error().code == "agent.fork";
    runner.reset();
    _exit(refused ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(wait(*runner).is<Batch>());
}

TEST_F(RunnerTest, SignalsAreNotForOurThread) {
  test::TestOrchestrator orchestrator(authority_);
  auto runner = open(settings(orchestrator.url()));
  ASSERT_TRUE(runner->start().ok());
  sigset_t mask;
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, nullptr, &mask), 0);
  EXPECT_FALSE(sigismember(&mask, SIGTERM)) << "the caller's mask is as before";
}

TEST_F(RunnerTest, ClosingTwiceIsHarmlessAndNothingGoesOnAfterwards) {
  test::TestOrchestrator orchestrator(authority_);
  auto runner = open(settings(orchestrator.url()));
  ASSERT_TRUE(runner->start().ok());
  EXPECT_TRUE(runner->close().ok());
  EXPECT_TRUE(runner->close().ok());
  EXPECT_FALSE(runner->event("x", {}, "e").ok());
  EXPECT_FALSE(runner->wait(milliseconds(0), [](const Happening&) {}).ok());
}

TEST_F(RunnerTest, ANoopRunNeedsNeitherThreadNorConnection) {
  RunnerSettings given = settings("");
  given.noop = true;
  auto runner = open(std::move(given));
  ASSERT_TRUE(runner->start().ok());
  ASSERT_TRUE(runner->catalog_done({}).ok());
  EXPECT_TRUE(wait(*runner).is<Settled>());
  EXPECT_TRUE(runner->close().ok());
  EXPECT_FALSE(fs::exists(directory_ / "state.json"));
}

// ---------------------------------------------------------------------------------------------- hanging peers

TEST_F(RunnerTest, ANameServerThatHangsDoesNotHoldUpTheEnd) {
  std::unique_ptr<Runner> runner;
  test::HangingNameServer name_server;
  runner = open(settings(std::string("https://") + test::kHangingHost + ":8146"));
  ASSERT_TRUE(runner->start().ok());
  name_server.wait_for_question();
  expect_to_close(*runner);
}

TEST_F(RunnerTest, ConnectionsThatAreDroppedDoNotHoldUpTheEnd) {
  const test::HangingPort port(true);
  auto runner = open(settings(port.url()));
  ASSERT_TRUE(runner->start().ok());
  EXPECT_TRUE(wait(*runner, milliseconds(200)).is<TimedOut>());
  expect_to_close(*runner);
}

TEST_F(RunnerTest, AHandshakeThatHangsDoesNotHoldUpTheEnd) {
  const test::HangingPort port(false);
  auto runner = open(settings(port.url()));
  ASSERT_TRUE(runner->start().ok());
  port.wait_for_connection();
  expect_to_close(*runner);
}

TEST_F(RunnerTest, AnAnswerThatNeverComesDoesNotHoldUpTheEnd) {
  std::promise<void> asked, over;
  const std::shared_future<void> until_over(over.get_future());
  std::once_flag first;
  {
    test::HttpsServer server(authority_, authority_.issue("localhost"), [&](const test::HttpRequest&) {
      std::call_once(first, [&] { asked.set_value(); });
      until_over.wait();
      return test::HttpAnswer{503, "", ""};
    });
    auto runner = open(settings(server.url()));
    ASSERT_TRUE(runner->start().ok());
    asked.get_future().wait();
    expect_to_close(*runner);
    over.set_value();
  }
}

// ---------------------------------------------------------------------------------------------- one at a time

TEST_F(RunnerTest, ASecondRunOfTheSameProcessIsRefused) {
  test::TestOrchestrator orchestrator(authority_);
  auto runner = open(settings(orchestrator.url()));
  const auto second = Runner::open(settings(orchestrator.url()));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, "agent.busy");
  RunnerSettings only_to_look = settings(orchestrator.url());
  only_to_look.noop = true;
  EXPECT_TRUE(Runner::open(std::move(only_to_look)).ok());
  ASSERT_TRUE(runner->start().ok());
  ASSERT_TRUE(runner->close().ok());
  EXPECT_TRUE(Runner::open(settings(orchestrator.url())).ok()) << "close() gives it back, though the object lives on";
}

TEST_F(RunnerTest, ItIsTracedWhatARunDoes) {
  test::TestOrchestrator orchestrator(authority_);
  RunnerSettings traced = settings(orchestrator.url());
  traced.trace = true;
  auto runner = open(std::move(traced));
  ASSERT_TRUE(runner->start().ok());
  ASSERT_TRUE(wait(*runner).is<Batch>());
  ASSERT_TRUE(runner->close().ok());
  const auto lines = runner->trace();
  ASSERT_TRUE(lines.ok());
  EXPECT_THAT(*lines, testing::IsSupersetOf({"firing 1 of demo::member[m]: initialize",
                                             "message 1 from Demo::Member[m] to cluster_1: join, to be sent",
                                             "call 1: sends message 1, acknowledges up to 0",
                                             "call 1 is answered with HTTP status 200: acknowledged up to 1",
                                             "batch 65537 is wanted: File[/tmp/demo]"}));
  EXPECT_THAT(runner->trace().value(), testing::IsEmpty());
}

}  // namespace
}  // namespace plan::agent
