// The real process: started, reloaded, stopped, and killed with -9 while members talk with it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include <boost/json.hpp>

#include "tests/orchestrator/daemon_child.h"
#include "orchestrator/memory_loss.h"
#include "orchestrator/store/files.h"
#include "orchestrator/store/sqlite.h"
#include "tests/orchestrator/desk.h"
#include "tests/orchestrator/https_client.h"
#include "tests/orchestrator/sign_admission.h"
#include "tests/orchestrator/small_disk.h"

namespace plan::orchestrator {
namespace {

using ::testing::HasSubstr;

class DaemonTest : public ::testing::Test {
 protected:
  DaemonTest() {
    std::filesystem::create_directory(directory_.file("clusters"));
    declare(desk_declaration());
    configure("127.0.0.1:0");
  }
  void declare(const Declaration& declaration) {
    const boost::json::object json{{"resource", declaration.resource}, {"title", declaration.title},
                                   {"plan", declaration.plan},         {"parameters", declaration.parameters},
                                   {"bundle", declaration.bundle}};
    std::ofstream(directory_.file("clusters/" + declaration.title + ".json")) << boost::json::serialize(json);
  }
  void configure(const std::string& listen, const std::string& extra = "") {
    std::ofstream(directory_.file("orchestrator.yaml"))
        << "listen: " << listen << "\nstatus_listen: ''\ncertificate: " << own_.certificate
        << "\nprivate_key: " << own_.private_key << "\nca: " << ca_.certificate()
        << "\nstore: " << store_ << "\nclusters: clusters\n" << extra;
  }
  std::unique_ptr<Child> start() {
    return std::make_unique<Child>(std::vector<std::string>{"--config", directory_.file("orchestrator.yaml")}, notify_);
  }
  void admit(Member& member) const {
    member.admission = sign_admission({member.identity().certname, "desk_1", member.identity().resource, 1, ""}, own_);
  }
  // The port it says it listens on; 0 when it does not come up.
  static std::uint16_t port_of(Child& child) {
    const std::string line = child.line_with(", port ");
    const auto at = line.rfind("port ");
    return at == std::string::npos ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoi(line.substr(at + 5)));
  }

  TemporaryDirectory directory_;
  test::Authority ca_{"test CA"};
  test::KeyPair own_ = ca_.issue("localhost");
  std::string notify_;
  std::string store_ = "store.sqlite";
};

TEST_F(DaemonTest, StartsServesAndStopsCleanly) {
  auto child = start();
  const std::uint16_t port = port_of(*child);
  ASSERT_NE(port, 0);
  HttpsClient own(port, ca_.certificate(), &own_);
  EXPECT_EQ(own.get("/status/v1/simple").body, "running");
  child->signal(SIGTERM);
  EXPECT_NE(child->line_with("stopped"), "");
  EXPECT_EQ(child->end(0), 0);
}

TEST_F(DaemonTest, TellsSystemdWhenItIsReadyReloadsAndStops) {
  notify_ = directory_.file("notify");
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  notify_.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const auto told = [&] {
    std::string text(256, '\0');
    pollfd waiting{socket, POLLIN, 0};
    if (::poll(&waiting, 1, 60'000) != 1) return std::string("nothing");
    text.resize(static_cast<std::size_t>(::recv(socket, text.data(), text.size(), 0)));
    return text;
  };
  auto child = start();
  EXPECT_THAT(told(), HasSubstr("READY=1\nSTATUS=1 cluster, port "));
  child->signal(SIGHUP);
  EXPECT_THAT(told(), HasSubstr("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_THAT(told(), HasSubstr("READY=1"));
  child->signal(SIGTERM);
  EXPECT_EQ(told(), "STOPPING=1");
  EXPECT_EQ(child->end(0), 0);
  ::close(socket);
}

TEST_F(DaemonTest, AReloadTakesNewClustersAndKeepsWhatIsBrokenAsItWas) {
  auto child = start();
  const std::uint16_t port = port_of(*child);
  ASSERT_NE(port, 0);
  declare(desk_declaration("desk_2"));
  std::ofstream(directory_.file("clusters/desk_1.json")) << "{ broken";
  configure("127.0.0.1:0", "unknown: key\n");
  child->signal(SIGHUP);
  EXPECT_NE(child->line_with("error: the configuration stays as it was: "), "");
  EXPECT_NE(child->line_with("desk_1.json: refused: "), "");
  EXPECT_NE(child->line_with("reloaded: 2 clusters"), "");
  HttpsClient own(port, ca_.certificate(), &own_);
  EXPECT_EQ(own.get("/plan/v1/clusters/desk_1").status, 200);
  EXPECT_EQ(own.get("/plan/v1/clusters/desk_2").status, 200);
}

TEST_F(DaemonTest, AWrongConfigurationIsSaidAndEndsWithTwo) {
  configure("127.0.0.1:0", "certificat: x\n");
  auto child = start();
  EXPECT_NE(child->line_with("unknown key 'certificat'. Did you mean 'certificate'?"), "");
  EXPECT_EQ(child->end(0), 2);
}

TEST_F(DaemonTest, CheckConfigFindsWhatIsWrongWithTheClusters) {
  const std::vector<std::string> arguments{"--check-config", "--config=" + directory_.file("orchestrator.yaml")};
  Child good(arguments, "");
  EXPECT_EQ(good.rest(), directory_.file("orchestrator.yaml") + " is well: 1 cluster declared\n");
  EXPECT_EQ(good.end(0), 0);
  declare(desk_declaration("desk_1", 1, "  action broken { $x <- nowhere }"));
  Child bad(arguments, "");
  EXPECT_THAT(bad.rest(), HasSubstr("nowhere"));
  EXPECT_EQ(bad.end(0), 2);
  EXPECT_FALSE(std::filesystem::exists(directory_.file("store.sqlite")));
}

TEST_F(DaemonTest, TheCommandLine) {
  Child help({"--help"}, "");
  EXPECT_THAT(help.rest(), HasSubstr("Usage: plan-orchestrator"));
  EXPECT_EQ(help.end(0), 0);
  Child version({"--version"}, "");
  EXPECT_THAT(version.rest(), HasSubstr("plan-orchestrator 0."));
  EXPECT_EQ(version.end(0), 0);
  Child wrong({"--confg"}, "");
  EXPECT_THAT(wrong.rest(), HasSubstr("unknown argument '--confg'"));
  EXPECT_EQ(wrong.end(0), 2);
}

TEST_F(DaemonTest, S19_ABackupIsMadeWhileItRunsAndRestoredAboveEveryEpochWhileItIsStopped) {
  const std::string config = "--config=" + directory_.file("orchestrator.yaml");
  const std::string backup = directory_.file("backup");
  const auto command = [&](const std::vector<std::string>& words) {
    std::vector<std::string> arguments{config};
    arguments.insert(arguments.end(), words.begin(), words.end());
    Child child(arguments, "");
    const std::string said = child.rest();
    return std::to_string(child.end(0)) + ": " + said;
  };
  configure("127.0.0.1:0", "control: control\n");
  auto child = start();
  const std::uint16_t port = port_of(*child);
  ASSERT_NE(port, 0);
  const test::KeyPair pair = ca_.issue("db1");
  HttpsClient client(port, ca_.certificate(), &pair);
  Member member("db1");
  admit(member);
  member.join();
  const auto answer = client.post(protocol::exchange_path(member.identity()), protocol::write(member.request()));
  ASSERT_EQ(answer.status, 200);
  member.take(*protocol::read_reply(answer.body, member.identity()));
  EXPECT_THAT(command({"backup", backup}), HasSubstr("0: " + backup + ": epoch " + std::to_string(member.epoch) + ", 1 cluster, "));
  EXPECT_THAT(command({"backup", backup}), HasSubstr("1: plan-orchestrator: " + backup + " is there already"));
  EXPECT_THAT(command({"backup", "--force", backup}), HasSubstr("0: "));
  struct stat status {};
  ASSERT_EQ(::stat(backup.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(command({"restore", backup}), HasSubstr("Stop the daemon first, and its socket"));
  EXPECT_EQ(child->end(SIGTERM), 0);
  {
    const auto in_the_middle = StoreLock::take(directory_.file("store.sqlite"));   // as another 'restore' has it
    ASSERT_TRUE(in_the_middle.ok());
    EXPECT_THAT(command({"restore", backup}), HasSubstr("Stop the daemon first"));
    EXPECT_THAT(command({}), HasSubstr("1: error: another process works in the directory of the store"));
  }
  const std::string restored = command({"restore", backup});
  EXPECT_THAT(restored, HasSubstr("0: "));
  EXPECT_THAT(restored, HasSubstr("is kept as " + directory_.file("store.sqlite.replaced-1")));
  std::ofstream(directory_.file("garbage")) << std::string(4096, 'x');
  EXPECT_THAT(command({"restore", directory_.file("garbage")}), HasSubstr("1: plan-orchestrator: the store "));
  child = start();
  ASSERT_NE(port_of(*child), 0);
  EXPECT_EQ(child->end(SIGTERM), 0);
  const auto store = open_sqlite(directory_.file("store.sqlite"), {});
  ASSERT_TRUE(store.ok());
  const auto contents = (*store)->load();
  EXPECT_GT(contents->epoch, member.epoch + 1);
  EXPECT_GT(memory_lost_at(contents->declarations.front()), member.epoch + 1);
  EXPECT_EQ(contents->conversations.size(), 1U);
}

// Four members ask without pause; the daemon is killed again and again. Every question gets one answer, every number is
// given once.
TEST_F(DaemonTest, S13_S14_KilledInTheMiddleItAssignsNothingTwiceAndLosesNothing) {
  constexpr int kQuestions = 60;
  constexpr int kKills = 6;
  auto child = start();
  const std::uint16_t port = port_of(*child);
  ASSERT_NE(port, 0);
  configure("127.0.0.1:" + std::to_string(port));
  std::atomic<int> answers = 0;
  std::vector<Member> members;
  for (const char digit : {'a', 'b', 'c', 'd'}) members.emplace_back(std::string("db") + digit, digit);
  const auto talk = [&](Member& member) {
    const test::KeyPair pair = [&] {
      static std::mutex one_at_a_time;
      const std::lock_guard lock(one_at_a_time);
      return ca_.issue(member.identity().certname);
    }();
    HttpsClient client(port, ca_.certificate(), &pair);
    admit(member);
    member.join();
    int asked = 0;
    while (member.tickets().size() < kQuestions + 1) {
      if (asked < kQuestions && member.tickets().size() > static_cast<std::size_t>(asked)) {
        member.ask(std::to_string(asked++));
      }
      const auto answer = client.post(protocol::exchange_path(member.identity()), protocol::write(member.request()));
      if (!answer.connected) {   // the daemon is down: try again in a while
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        continue;
      }
      ASSERT_EQ(answer.status, 200) << answer.body;
      const auto reply = protocol::read_reply(answer.body, member.identity());
      ASSERT_TRUE(reply.ok());
      const auto before = member.tickets().size();
      member.take(*reply);
      answers += static_cast<int>(member.tickets().size() - before);
      answers.notify_all();
    }
  };
  std::vector<std::thread> threads;
  for (auto& member : members) threads.emplace_back([&talk, &member] { talk(member); });
  for (int kill = 1; kill <= kKills; ++kill) {
    // Its log is read all the time, so that the pipe never fills up.
    std::thread reader([&] { static_cast<void>(child->rest()); });
    for (int seen = answers; seen < kill * 30; seen = answers) answers.wait(seen);
    EXPECT_EQ(child->end(SIGKILL), 128 + SIGKILL);
    reader.join();
    child = start();
    EXPECT_EQ(port_of(*child), port);
  }
  std::thread reader([&] { static_cast<void>(child->rest()); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(child->end(SIGTERM), 0);
  reader.join();
  std::set<std::int64_t> given;
  for (const auto& member : members) given.insert(member.tickets().begin(), member.tickets().end());
  EXPECT_EQ(given.size(), 4U * (kQuestions + 1));
  EXPECT_EQ(*given.rbegin(), 4 * (kQuestions + 1));
}

// Bytes in a file until there is no room for one more page.
void fill(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string page(4096, 'x');
  while (::write(file, page.data(), page.size()) > 0) {
  }
  ::close(file);
}

TEST_F(DaemonTest, S13_OnAFullFileSystemItRefusesReadsOnAndLosesNothing) {
  PLAN_NEEDS_ROOT();
  const SmallDisk disk(1024 * 1024);
  ASSERT_TRUE(disk.mounted());
  store_ = disk.file("store.sqlite");
  configure("127.0.0.1:0");
  auto child = start();
  const std::uint16_t port = port_of(*child);
  ASSERT_NE(port, 0);
  HttpsClient own(port, ca_.certificate(), &own_);
  const test::KeyPair pair = ca_.issue("db1");
  HttpsClient client(port, ca_.certificate(), &pair);
  Member member("db1");
  admit(member);
  std::size_t asked = 0;
  const auto exchange = [&] {
    const auto answer = client.post(protocol::exchange_path(member.identity()), protocol::write(member.request()));
    if (answer.status != 200) return answer.error_code();
    member.take(*protocol::read_reply(answer.body, member.identity()));
    return std::string();
  };
  const auto ask = [&] {
    member.ask(std::to_string(++asked));
    return exchange();
  };
  member.join();
  ASSERT_EQ(exchange(), "");
  fill(disk.file("filler"));
  std::string refused;
  while (refused.empty() && asked < 200) refused = ask();
  EXPECT_EQ(refused, "store_full");
  EXPECT_EQ(exchange(), "store_full");
  EXPECT_THAT(own.get("/metrics").body, HasSubstr("plan_orchestrator_store_full 1\n"));
  EXPECT_EQ(own.get("/plan/v1/clusters/desk_1").status, 200);
  EXPECT_NE(child->line_with("what is sent is refused until there is room again"), "");
  std::filesystem::remove(disk.file("filler"));
  EXPECT_NE(child->line_with("the store has room again"), "");
  EXPECT_EQ(exchange(), "");
  EXPECT_EQ(ask(), "");
  EXPECT_EQ(child->end(SIGKILL), 128 + SIGKILL);
  configure("127.0.0.1:" + std::to_string(port));
  child = start();
  ASSERT_EQ(port_of(*child), port);
  while (member.tickets().size() < asked + 1) ASSERT_EQ(exchange(), "");
  const std::set<std::int64_t> given(member.tickets().begin(), member.tickets().end());
  EXPECT_EQ(given.size(), asked + 1);
  EXPECT_EQ(*given.rbegin(), static_cast<std::int64_t>(asked + 1));
}

}  // namespace
}  // namespace plan::orchestrator
