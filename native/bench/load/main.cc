// plan-load: what bench/orchestrator measures with. Starts the real daemon, is its clients, and prints one JSON object.
//
//   plan-load held DAEMON DIRECTORY CLIENTS SECONDS    long-polls held: bytes of memory each, CPU while nothing happens
//   plan-load handshakes DAEMON DIRECTORY CLIENTS      all connect at once, beside the limit of the same certificates
//   plan-load latency DAEMON DIRECTORY MESSAGES        to a held receiver, which fires and replies
//   plan-load posts DAEMON DIRECTORY CLIENTS SECONDS   exchanges with one message each, over kept-alive connections
//   plan-load requests PORT CLIENTS SECONDS PATH BODY [CA CERTIFICATE KEY]
//                                                      POSTs to another server; with TLS where there are files for it
//   plan-load soak [OPTIONS]                           minutes of churn and words: see soak.h, and soak --help
//   plan-load declaration NUMBER                       of a process that a soak talks with, as clusters/ has it
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "bench/load/clients.h"
#include "bench/load/daemon.h"
#include "bench/load/soak.h"
#include "bench/percentile.h"
#include "engine/bundle.h"
#include "protocol/exchange.h"
#include "tests/orchestrator/desk.h"
#include "tests/orchestrator/sign_admission.h"

namespace plan::load {
namespace {

using orchestrator::Member;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr const char* kMemberPlan = R"PLAN(
plan desk::member {
  public String $cluster
  input Integer ticket
  input String note
}
)PLAN";

// A ping goes to the member that joined last, and its pong to whoever pinged.
constexpr const char* kRelay = R"PLAN(
plan desk::counter inherits orchestrator[Desk::Member] {
  public Integer $step = 1
  public input String asks
  public input String pings
  public input String pongs
  Optional[Desk::Member] $receiver
  Optional[Desk::Member] $sender

  action admit {
    $request <- requests where $request['kind'] == 'add'
    $receiver = $request['value']
  }
  action answer {
    $word from $who <- asks
    1 -> $who.ticket
  }
  action relay {
    $word from $who <- pings
    $sender = $who
    $word -> $receiver.note
  }
  action relay_back {
    $word <- pongs
    $word -> $sender.note
  }
}
)PLAN";

constexpr milliseconds kPatience{280'000};

sockaddr_in loopback(std::uint16_t port) { return endpoint("127.0.0.1:" + std::to_string(port)); }

// Everything that a run needs: certificates, the declared cluster, the daemon, and members that know their admission.
struct World {
  World(const std::string& program, const std::string& where, std::size_t count) : directory(where), authority(where) {
    authority.issue("localhost");
    std::filesystem::create_directories(directory + "/clusters");
    orchestrator::Declaration declaration = orchestrator::desk_declaration();
    declaration.bundle = engine::write_bundle(
        {"desk::counter", "digest", {{"desk/plans/member.plan", kMemberPlan}, {"desk/plans/counter.plan", kRelay}}});
    std::ofstream declared(directory + "/clusters/desk_1.json");
    declare(declaration, declared);
    declared.close();
    daemon.emplace(program, directory);
    const test::KeyPair compiler{directory + "/localhost.pem", directory + "/localhost.key"};
    clients.emplace(loopback(daemon->port()), directory + "/ca.pem", key.get());
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = "node" + std::to_string(i);
      clients->add(authority.issue(name, key.get()));
      members.emplace_back(name);
      members.back().join();
      members.back().admission = orchestrator::sign_admission({name, "desk_1", "Desk::Member[m]", 10, ""}, compiler);
    }
  }

  // One exchange of a member; `then` when its reply was taken. What fails ends the run: there is no figure then.
  void exchange(std::size_t number, milliseconds wait, std::function<void()> then) {
    Member& member = members[number];
    member.wait = wait;
    clients->at(number).request(
        "POST", protocol::exchange_path(member.identity()), protocol::write(member.request()),
        [this, &member, then = std::move(then)](Client&, int status, const std::string& body) {
          if (over) return;
          const auto reply = protocol::read_reply(body, member.identity());
          if (status != 200 || !reply) fail(std::to_string(status) + " " + body);
          member.take(*reply);
          member.admission.clear();
          if (then) then();
        });
  }
  // All members join, a few at a time.
  void join_all() {
    std::size_t begun = 0, joined = 0;
    std::function<void()> next = [&] {
      if (begun < members.size()) exchange(begun++, milliseconds(0), [&] { ++joined; next(); });
    };
    for (int i = 0; i < 64; ++i) next();
    if (!clients->run([&] { return joined == members.size(); }, kPatience)) fail("joining took too long");
  }
  [[noreturn]] static void fail(const std::string& why) {
    std::fprintf(stderr, "plan-load: %s\n", why.c_str());
    std::_Exit(1);
  }

  std::string directory;
  Authority authority;
  Key key = make_key();
  bool over = false;
  std::deque<Member> members;
  std::optional<Daemon> daemon;
  std::optional<Clients> clients;
};

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

boost::json::object held(const std::string& program, const std::string& directory, std::size_t count, int seconds) {
  World world(program, directory, count);
  const auto before = world.daemon->memory_bytes();
  world.join_all();
  for (std::size_t i = 0; i < count; ++i) world.exchange(i, milliseconds(60'000), nullptr);
  const auto settled = Clock::now() + std::chrono::seconds(5);
  world.clients->run([&] { return Clock::now() >= settled; }, kPatience);
  const auto memory = world.daemon->memory_bytes();
  const double cpu = world.daemon->cpu_seconds();
  const auto begin = Clock::now();
  world.clients->run([&] { return seconds_since(begin) >= seconds; }, kPatience);
  const double idle = (world.daemon->cpu_seconds() - cpu) / seconds_since(begin);
  world.over = true;
  for (std::size_t i = 0; i < count; ++i) world.clients->at(i).disconnect();
  const auto gone = Clock::now() + std::chrono::seconds(3);
  world.clients->run([&] { return Clock::now() >= gone; }, kPatience);
  const auto each = [&](std::size_t bytes) { return static_cast<double>(bytes - before) / static_cast<double>(count); };
  return {{"connections", count}, {"bytes_each", each(memory)}, {"bytes_each_after", each(world.daemon->memory_bytes())},
          {"idle_cpu_share", idle}};
}

// The server's share of full handshakes in memory: nothing can be faster on one core.
double handshake_limit(World& world) {
  SSL_CTX* server = SSL_CTX_new(TLS_server_method());
  SSL_CTX* client = SSL_CTX_new(TLS_client_method());
  const std::string name = world.directory + "/localhost";
  PLAN_ASSERT(SSL_CTX_use_certificate_chain_file(server, (name + ".pem").c_str()) == 1 &&
              SSL_CTX_use_PrivateKey_file(server, (name + ".key").c_str(), SSL_FILETYPE_PEM) == 1 &&
              SSL_CTX_load_verify_locations(server, (world.directory + "/ca.pem").c_str(), nullptr) == 1);
  SSL_CTX_set_verify(server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_num_tickets(server, 0);
  const Certificate certificate = world.authority.issue("limit", world.key.get());
  SSL_CTX_use_certificate(client, certificate.get());
  SSL_CTX_use_PrivateKey(client, world.key.get());
  double spent = 0;
  constexpr int kHandshakes = 100;
  for (int i = 0; i < kHandshakes; ++i) {
    SSL* a = SSL_new(server);
    SSL* b = SSL_new(client);
    BIO *one = nullptr, *other = nullptr;
    BIO_new_bio_pair(&one, 64 * 1024, &other, 64 * 1024);
    SSL_set_bio(a, one, one);
    SSL_set_bio(b, other, other);
    SSL_set_accept_state(a);
    SSL_set_connect_state(b);
    for (bool done = false; !done;) {
      const int theirs = SSL_do_handshake(b);
      timespec from{}, to{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
      const int ours = SSL_do_handshake(a);
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
      spent += static_cast<double>(to.tv_sec - from.tv_sec) + static_cast<double>(to.tv_nsec - from.tv_nsec) * 1e-9;
      done = theirs == 1 && ours == 1;
    }
    SSL_free(a);
    SSL_free(b);
  }
  SSL_CTX_free(server);
  SSL_CTX_free(client);
  return kHandshakes / spent;
}

boost::json::object handshakes(const std::string& program, const std::string& directory, std::size_t count) {
  World world(program, directory, count);
  const double limit = handshake_limit(world);
  std::size_t done = 0, failures = 0;
  std::vector<double> latencies;
  const double cpu = world.daemon->cpu_seconds();
  const auto begin = Clock::now();
  // Who fails comes again, as an agent does.
  std::function<void(Client&)> come = [&](Client& client) {
    client.request("GET", "/status/v1/simple", "", [&](Client& self, int status, const std::string&) {
      if (world.over) return;
      if (status == 200) {
        ++done;
        latencies.push_back(seconds_since(begin));
      } else {
        ++failures;
        self.disconnect();
        come(self);
      }
    });
  };
  for (std::size_t i = 0; i < count; ++i) come(world.clients->at(i));
  if (!world.clients->run([&] { return done == count; }, kPatience)) World::fail("only " + std::to_string(done) + " came through");
  const double elapsed = seconds_since(begin), used = world.daemon->cpu_seconds() - cpu;
  world.over = true;
  const auto all = static_cast<double>(count);
  return {{"clients", count},           {"seconds", elapsed},          {"per_second", all / elapsed},
          {"per_cpu_second", all / used}, {"limit_per_cpu_second", limit}, {"came_again", failures},
          {"p50_s", bench::percentile(latencies, 0.5)}, {"p99_s", bench::percentile(latencies, 0.99)}};
}

// A ping of node0 is passed on to node1, which holds a call, and its pong comes back: four exchanges, two commits each way.
boost::json::object latency(const std::string& program, const std::string& directory, std::size_t rounds) {
  World world(program, directory, 2);
  world.join_all();
  Member& sender = world.members[0];
  Member& receiver = world.members[1];
  std::size_t answered = 0;
  std::function<void()> receive = [&] {
    for (; answered < receiver.notes().size(); ++answered) receiver.send("pongs", values::Value::string(receiver.notes()[answered]));
    world.exchange(1, milliseconds(20'000), receive);
  };
  std::vector<double> times;
  auto begin = Clock::now();
  std::function<void()> go_on = [&] {
    if (sender.notes().size() == times.size()) return world.exchange(0, milliseconds(20'000), go_on);
    times.push_back(seconds_since(begin) * 1e6);
    if (times.size() == rounds) return;
    begin = Clock::now();
    sender.send("pings", values::Value::string(std::string(128, 'x')));
    world.exchange(0, milliseconds(20'000), go_on);
  };
  receive();
  sender.send("pings", values::Value::string(std::string(128, 'x')));
  world.exchange(0, milliseconds(20'000), go_on);
  if (!world.clients->run([&] { return times.size() == rounds; }, kPatience)) World::fail("no answer came");
  world.over = true;
  return {{"rounds", rounds}, {"p50_us", bench::percentile(times, 0.5)}, {"p99_us", bench::percentile(times, 0.99)}};
}

boost::json::object rate(std::size_t count, const std::vector<double>& times, double seconds) {
  return {{"clients", count}, {"per_second", static_cast<double>(times.size()) / seconds},
          {"p50_us", bench::percentile(times, 0.5)}, {"p99_us", bench::percentile(times, 0.99)}};
}

boost::json::object posts(const std::string& program, const std::string& directory, std::size_t count, int seconds) {
  World world(program, directory, count);
  world.join_all();
  std::vector<double> times;
  std::vector<Clock::time_point> begun(count);
  std::function<void(std::size_t)> post = [&](std::size_t number) {
    world.members[number].send("asks", values::Value::string(std::string(128, 'x')));
    begun[number] = Clock::now();
    world.exchange(number, milliseconds(0), [&, number] {
      times.push_back(seconds_since(begun[number]) * 1e6);
      post(number);
    });
  };
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < count; ++i) post(i);
  world.clients->run([&] { return seconds_since(begin) >= seconds; }, kPatience);
  world.over = true;
  auto result = rate(count, times, seconds_since(begin));
  result["daemon_cpu_seconds"] = world.daemon->cpu_seconds();
  return result;
}

struct Peer {
  std::uint16_t port = 0;
  std::string path, body;
  std::string ca, certificate, key;   // empty: without TLS
};

boost::json::object requests(const Peer& peer, std::size_t count, double seconds) {
  const Key key = peer.key.empty() ? nullptr : read_key(peer.key);
  const Certificate certificate = key == nullptr ? nullptr : read_certificate(peer.certificate);
  std::optional<Clients> clients;
  if (key == nullptr) clients.emplace(loopback(peer.port));
  else clients.emplace(loopback(peer.port), peer.ca, key.get());
  std::vector<double> times;
  std::vector<Clock::time_point> begun(count);
  std::size_t connected = 0;
  bool connecting = true, over = false;
  std::function<void(Client&)> post = [&](Client& client) {
    begun[client.number()] = Clock::now();
    client.request("POST", peer.path, peer.body, [&](Client& self, int status, const std::string&) {
      if (over) return;
      if (status != 200) World::fail("the other server answers " + std::to_string(status));
      if (connecting) {
        ++connected;
        return;
      }
      times.push_back(seconds_since(begun[self.number()]) * 1e6);
      post(self);
    });
  };
  // Handshakes do not count: each client has had an answer before the clock starts.
  for (std::size_t i = 0; i < count; ++i) post(clients->add(key == nullptr ? nullptr : share(certificate)));
  if (!clients->run([&] { return connected == count; }, kPatience)) World::fail("the other server does not answer all");
  connecting = false;
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < count; ++i) post(clients->at(i));
  clients->run([&] { return seconds_since(begin) >= seconds; }, kPatience);
  over = true;
  return rate(count, times, seconds_since(begin));
}

void allow_many_files() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

std::optional<boost::json::object> measure(const std::vector<std::string>& words) {
  const auto number = [&](std::size_t at) { return std::stoul(words[at]); };
  if (words.size() == 5 && words[0] == "held") return held(words[1], words[2], number(3), static_cast<int>(number(4)));
  if (words.size() == 4 && words[0] == "handshakes") return handshakes(words[1], words[2], number(3));
  if (words.size() == 4 && words[0] == "latency") return latency(words[1], words[2], number(3));
  if (words.size() == 5 && words[0] == "posts") return posts(words[1], words[2], number(3), static_cast<int>(number(4)));
  if ((words.size() == 6 || words.size() == 9) && words[0] == "requests") {
    Peer peer{static_cast<std::uint16_t>(number(1)), words[4], words[5], "", "", ""};
    if (words.size() == 9) std::tie(peer.ca, peer.certificate, peer.key) = std::tie(words[6], words[7], words[8]);
    return requests(peer, number(2), std::stod(words[3]));
  }
  return std::nullopt;
}

// The exit code.
int run_soak(int count, char** words) {
  SoakOptions options;
  CLI::App app("Members that come and go, hold calls and talk, for minutes: is anything lost, does memory grow?");
  app.add_option("--directory", options.directory, "for a daemon of its own")->check(CLI::ExistingDirectory);
  auto* daemon = app.add_option("--daemon", options.daemon, "its program")->check(CLI::ExistingFile);
  auto* listen = app.add_option("--listen", options.listen, "the address and port of one that runs already")->excludes(daemon);
  app.add_option("--authority", options.authority, "directory of ca.pem, ca.key, compiler.pem, compiler.key")->needs(listen);
  app.add_option("--process", options.process, "command that prints the process id of that one")->needs(listen);
  app.add_option("--connections", options.connections)->check(CLI::PositiveNumber);
  app.add_option("--clusters", options.clusters, "that members are spread over")->check(CLI::PositiveNumber);
  app.add_option("--minutes", options.minutes)->check(CLI::PositiveNumber);
  app.add_option("--words", options.words_per_second, "a second")->check(CLI::NonNegativeNumber);
  app.add_option("--drops", options.drops_per_second, "a second")->check(CLI::NonNegativeNumber);
  app.add_option("--restart", options.restart, "command that restarts it")->needs(listen);
  app.add_option("--restart-every", options.restart_every_seconds, "seconds")->check(CLI::PositiveNumber);
  const std::map<std::string, Fault> faults{{"none", Fault::none}, {"lose", Fault::lose}, {"repeat", Fault::repeat}, {"keep", Fault::keep}};
  app.add_option("--fault", options.fault, "a mistake in the plan, which must be found")->transform(CLI::CheckedTransformer(faults));
  try {
    app.parse(count, words);
    if (options.daemon.empty() == options.listen.empty()) throw CLI::RequiredError("--daemon or --listen");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto result = soak(options);
  std::cout << boost::json::serialize(result) << "\n";
  return result.at("well").as_bool() ? 0 : 1;
}

}  // namespace
}  // namespace plan::load

int main(int count, char** words) {
  std::signal(SIGPIPE, SIG_IGN);
  plan::load::allow_many_files();
  if (count > 1 && std::string_view(words[1]) == "soak") return plan::load::run_soak(count - 1, words + 1);
  if (count == 3 && std::string_view(words[1]) == "declaration") {
    plan::load::declare(plan::load::soak_declaration(std::stoul(words[2]), plan::load::Fault::none), std::cout);
    return 0;
  }
  const auto result = plan::load::measure({words + 1, words + count});
  if (!result) {
    std::fprintf(stderr, "usage: see the head of native/bench/load/main.cc\n");
    return 2;
  }
  std::cout << boost::json::serialize(*result) << "\n";
  return 0;
}
