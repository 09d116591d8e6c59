#include "bench/load/soak.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>

#include "base/assert.h"
#include "bench/load/daemon.h"
#include "bench/load/growth.h"
#include "bench/load/process.h"
#include "bench/load/restarts.h"
#include "bench/load/soak_member.h"
#include "bench/percentile.h"
#include "tests/orchestrator/sign_admission.h"

namespace plan::load {

namespace {

using Clock = Ledger::Clock;
using Stage = SoakMember::Stage;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint32_t kTalkers = 20;              // one member of so many
constexpr std::size_t kJoiningAtOnce = 64;
constexpr std::size_t kConnectingAtOnce = 64;       // in one turn of the loop, so that handshakes under way go on: as many
                                                    // machines would not share a processor for them
constexpr milliseconds kAnswerTime{15'000};         // beyond what a call may be held: as the agent's
constexpr seconds kJoinTime{1800};
constexpr seconds kSilence{45};                     // after which no word is hoped for any more
constexpr seconds kReport{10};
constexpr double kFlatPerHour = 0.1;
constexpr double kTooShort = 60;                    // seconds, to tell a slope from noise
constexpr const char* kDropped = "dropped by the load";
constexpr const char* kRefused = "Connection refused";

Instant now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "plan-load: %s\n", why.c_str());
  std::_Exit(1);
}

// A number of things a second, whole ones at a time.
class Rate {
 public:
  explicit Rate(double per_second) : per_second_(per_second) {}
  void pass(double time) { due_ += per_second_ * time; }
  bool take() {
    if (due_ < 1) return false;
    due_ -= 1;
    return true;
  }
  [[nodiscard]] bool behind() const { return due_ > per_second_ + 1; }   // more than a second

 private:
  double per_second_, due_ = 0;
};

// The daemon's process: a child of ours, or the one that a command names. Another one after each restart.
class Watched {
 public:
  Watched(pid_t process, std::string command) : process_(process), command_(std::move(command)) {}

  void look() {
    if (!command_.empty() && resident_bytes(process_) == 0) find();
    const double cpu = cpu_seconds(process_);
    spent_ += std::max(0.0, cpu - seen_);
    seen_ = cpu;
    memory_ = resident_bytes(process_);
  }
  [[nodiscard]] std::size_t memory() const { return memory_; }
  [[nodiscard]] double cpu() const { return spent_; }

 private:
  void find() {
    seen_ = 0;
    FILE* output = ::popen(command_.c_str(), "r");
    PLAN_ASSERT(output != nullptr);
    int number = 0;
    process_ = std::fscanf(output, "%d", &number) == 1 ? number : 0;
    ::pclose(output);
  }

  pid_t process_;
  std::string command_;
  double seen_ = 0, spent_ = 0;
  std::size_t memory_ = 0;
};

class Soak {
 public:
  explicit Soak(const SoakOptions& options);
  boost::json::object run();

 private:
  void make_daemon();
  void add_member();
  void join_all();
  void measure();
  void drain();

  void tick();
  void poll();
  void go_on(SoakMember& member);
  void call(SoakMember& member, SoakMember::Line& line, const agent::Exchange& exchange);
  void answered(SoakMember& member, SoakMember::Line& line, int status, const std::string& body);
  void look_at_deadlines(SoakMember& member, Instant at);

  SoakMember* anyone(bool talks);
  void speak(SoakMember& member, Word kind);
  void make_words(double passed);
  void make_churn(double passed);
  void drop(SoakMember& member);

  void look_at_daemon(Clock::time_point at);
  void report();
  [[nodiscard]] boost::json::object result();

  const SoakOptions& options_;
  std::string run_;                          // in the names of members: nobody has been here under them
  std::optional<Authority> authority_;
  std::optional<Daemon> daemon_;
  test::KeyPair compiler_;
  std::string ca_;
  Key key_ = make_key();
  std::optional<Clients> clients_;
  std::deque<SoakMember> members_;
  std::optional<Watched> watched_;
  Restarts restarts_;
  std::mt19937_64 random_{std::random_device{}()};

  Ledger ledger_;
  Rate asks_, relays_, drops_;
  std::uint64_t churned_ = 0, left_ = 0, begun_anew_ = 0, dropped_ = 0;
  std::uint64_t exchanges_ = 0, broken_ = 0, dead_letters_ = 0, timed_out_ = 0;
  std::map<std::string, std::uint64_t> refusals_;
  bool drop_who_speaks_ = false;             // right after its request was sent
  bool churning_ = false;
  std::size_t connecting_ = 0;               // since the last poll

  Clock::time_point begun_, last_tick_, next_report_, next_look_, restarted_;
  std::uint64_t reported_exchanges_ = 0, reported_words_ = 0, handshakes_before_ = 0;
  double reported_cpu_ = 0;
  std::vector<MemorySample> memory_;
  std::vector<double> back_after_s_;         // each restart
  bool away_ = false;
};

void expect_room_for(std::size_t connections) {
  constexpr std::size_t kOther = 100;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < connections + kOther) give_up("too few files may be open: ulimit -n is " + std::to_string(files.rlim_cur));
}

Soak::Soak(const SoakOptions& options)
    : options_(options), run_(std::to_string(now().time_since_epoch().count())),
      restarts_(options.restart, std::chrono::duration<double>(options.restart_every_seconds)),
      asks_(options.words_per_second / 2), relays_(options.words_per_second / 2), drops_(options.drops_per_second) {
  if (!options_.daemon.empty()) {
    make_daemon();
  } else {
    authority_.emplace(options_.authority + "/ca.pem", options_.authority + "/ca.key");
    compiler_ = {options_.authority + "/compiler.pem", options_.authority + "/compiler.key"};
    ca_ = options_.authority + "/ca.pem";
  }
  clients_.emplace(endpoint(daemon_ ? "127.0.0.1:" + std::to_string(daemon_->port()) : options_.listen), ca_, key_.get());
  if (daemon_ || !options_.process.empty()) watched_.emplace(daemon_ ? daemon_->process() : 0, options_.process);
}

void Soak::make_daemon() {
  const std::string& directory = options_.directory;
  authority_.emplace(directory);
  authority_->issue("localhost");
  compiler_ = {directory + "/localhost.pem", directory + "/localhost.key"};
  ca_ = directory + "/ca.pem";
  std::filesystem::create_directories(directory + "/clusters");
  for (std::size_t number = 0; number < options_.clusters; ++number) {
    const auto declaration = soak_declaration(number, options_.fault);
    std::ofstream declared(directory + "/clusters/" + declaration.origin);
    declare(declaration, declared);
  }
  daemon_.emplace(options_.daemon, directory);
}

// ------------------------------------------------------------------------------------------------ members

void Soak::add_member() {
  const auto number = static_cast<std::uint32_t>(members_.size());
  const bool talks = number % kTalkers == 0;
  const std::string name = "load-" + run_ + "-" + std::to_string(number);
  const auto compiled = std::chrono::duration_cast<std::chrono::microseconds>(now().time_since_epoch()).count();
  agent::Conversation::Setup setup;
  setup.member = {name, kSoakMember};
  setup.cluster = soak_cluster(number / kTalkers % options_.clusters);   // each talker with the nineteen after it
  setup.plan = "load::member";
  setup.bundle = "digest";
  setup.random = [this] { return random_(); };
  setup.admission = orchestrator::sign_admission(
      {name, setup.cluster, kSoakMember, static_cast<std::uint64_t>(compiled), ""}, compiler_);
  SoakMember& member = members_.emplace_back(number, std::move(setup), talks);
  const Certificate certificate = authority_->issue(name, key_.get());
  member.lines()[0].client = &clients_->add(share(certificate));
  if (talks) member.lines()[1].client = &clients_->add(share(certificate));
  member.join();
}

void Soak::join_all() {
  // A talker has two connections.
  expect_room_for(options_.connections);
  const std::size_t count = std::max<std::size_t>(1, options_.connections - options_.connections / (kTalkers + 1));
  for (std::size_t i = 0; i < count; ++i) add_member();
  const auto begin = Clock::now();
  const auto joining = [](const SoakMember& member) { return member.stage() == Stage::joining; };
  for (std::size_t begun = 0, open = 0; begun < count || open > 0;) {
    open = static_cast<std::size_t>(std::count_if(members_.begin(), members_.begin() + static_cast<std::ptrdiff_t>(begun), joining));
    for (; begun < count && open < kJoiningAtOnce; ++begun, ++open) go_on(members_[begun]);
    poll();
    for (std::size_t i = 0; i < begun; ++i) {
      look_at_deadlines(members_[i], now());
      go_on(members_[i]);
    }
    if (Clock::now() - begin > kJoinTime) give_up("joining took too long");
  }
  std::fprintf(stderr, "%zu members have joined in %.0f s\n", count, since(begin));
}

void Soak::poll() {
  clients_->poll(milliseconds(10));
  connecting_ = 0;
}

void Soak::go_on(SoakMember& member) {
  while (member.stage() != Stage::gone) {
    SoakMember::Line* line = member.free_line();
    if (line == nullptr) return;
    const bool connects = !line->client->connected();
    if (connects && connecting_ == kConnectingAtOnce) return;
    const auto exchange = member.conversation().next(true, now());
    if (!exchange) return;
    if (connects) ++connecting_;
    call(member, *line, *exchange);
  }
}

void Soak::call(SoakMember& member, SoakMember::Line& line, const agent::Exchange& exchange) {
  line.busy = true;
  line.polls = exchange.wait.count() > 0;
  line.call = exchange.id;
  line.until = now() + exchange.wait + kAnswerTime;
  const bool drop = drop_who_speaks_ && exchange.messages > 0 && line.client->connected();
  line.client->request("POST", exchange.path, exchange.body,
                       [this, &member, &line](Client&, int status, const std::string& body) {
                         answered(member, line, status, body);
                       });
  if (!drop) return;
  drop_who_speaks_ = false;
  this->drop(member);
}

void Soak::answered(SoakMember& member, SoakMember::Line& line, int status, const std::string& body) {
  line.busy = false;
  const bool polled = line.polls;
  const auto news = member.answered(line, status, body, now());
  if (status == 200) ++exchanges_;
  if (!news.refusal.empty()) ++refusals_[news.refusal];
  if (news.broken) ++broken_;
  dead_letters_ += news.dead_letters;
  for (const auto& word : news.words) ledger_.received(member.number(), word, Clock::now());
  if (member.stage() == Stage::gone) return;
  const bool withdrawn = member.stage() == Stage::withdrawn;
  member.advance(ledger_, now());
  if (withdrawn && member.stage() == Stage::joining) ++begun_anew_;
  if (member.stage() == Stage::gone) {
    ++left_;
    add_member();
    return;
  }
  if (churning_ && polled && status == 200 && member.may_speak() && asks_.take()) speak(member, Word::ask);
  if (status == 200) go_on(member);
}

void Soak::look_at_deadlines(SoakMember& member, Instant at) {
  for (auto& line : member.lines()) {
    if (!line.busy || at < line.until) continue;
    ++timed_out_;
    line.client->drop("no answer in time");
  }
}

// ------------------------------------------------------------------------------------------------ what goes on

SoakMember* Soak::anyone(bool talks) {
  for (int i = 0; i < 20; ++i) {
    std::size_t number = random_() % members_.size();
    if (talks) number -= number % kTalkers;
    if (members_[number].stage() == Stage::working) return &members_[number];
  }
  return nullptr;
}

void Soak::speak(SoakMember& member, Word kind) {
  member.speak(kind, ledger_.send(kind, member.number(), Clock::now()));
}

void Soak::make_words(double passed) {
  asks_.pass(passed);
  relays_.pass(passed);
  const auto talk = [&](Word kind) {
    SoakMember* member = anyone(true);
    if (member == nullptr) return;
    speak(*member, kind);
    go_on(*member);
  };
  while (relays_.take()) talk(Word::relay);
  // Asks are for whoever's poll has just ended, as long as there are enough of them.
  while (asks_.behind() && asks_.take()) talk(Word::ask);
}

// Of ten one leaves for good and another one comes, and one begins anew; four are cut right after they said something.
void Soak::make_churn(double passed) {
  drops_.pass(passed);
  while (drops_.take()) {
    const auto turn = churned_++ % 10;
    SoakMember* member = anyone(false);
    if (member == nullptr || !member->lines()[0].client->connected()) continue;
    if (turn < 2) member->retire(turn == 0);
    else if (turn < 6) drop_who_speaks_ = true;
    else drop(*member);
  }
}

void Soak::drop(SoakMember& member) {
  ++dropped_;
  for (auto& line : member.lines()) {
    if (line.client != nullptr) line.client->drop(kDropped);
  }
}

void Soak::tick() {
  poll();
  const auto at = Clock::now();
  const double passed = std::chrono::duration<double>(at - std::exchange(last_tick_, at)).count();
  if (churning_) {
    make_words(passed);
    make_churn(passed);
  }
  const std::size_t count = members_.size();   // new ones may come meanwhile
  const std::size_t first = random_() % count;
  for (std::size_t i = 0; i < count; ++i) {
    SoakMember& member = members_[(first + i) % count];
    if (member.stage() == Stage::gone) continue;
    look_at_deadlines(member, now());
    member.advance(ledger_, now());
    go_on(member);
  }
  look_at_daemon(at);
}

void Soak::look_at_daemon(Clock::time_point at) {
  if (churning_ && restarts_.look(at)) {
    std::fprintf(stderr, "restart %d\n", restarts_.done() + 1);
    restarted_ = at;
    away_ = true;
  }
  const std::size_t there = members_.size() - left_;
  if (away_ && !restarts_.under_way() && clients_->connected() * 100 >= there * 98) {
    away_ = false;
    back_after_s_.push_back(since(restarted_));
  }
  if (watched_ && at >= next_look_) {
    next_look_ = at + seconds(1);
    watched_->look();
    if (churning_) memory_.push_back({since(begun_), static_cast<double>(watched_->memory())});
  }
  if (at >= next_report_) report();
}

void Soak::report() {
  const double interval = std::chrono::duration<double>(kReport).count();
  const auto& times = ledger_.times_ms();
  const std::vector<double> last(times.begin() + static_cast<std::ptrdiff_t>(reported_words_), times.end());
  const double cpu = watched_ ? watched_->cpu() : 0;
  const int passed = static_cast<int>(since(begun_));
  std::fprintf(stderr, "%3d:%02d %7zu connections %7.0f exchanges/s %6.0f words/s  p99 %8.1f ms %8.1f MB %5.1f %% CPU\n", passed / 60,
               passed % 60, clients_->connected(), static_cast<double>(exchanges_ - reported_exchanges_) / interval,
               static_cast<double>(last.size()) / interval, bench::percentile(last, 0.99),
               watched_ ? static_cast<double>(watched_->memory()) / 1e6 : 0, (cpu - reported_cpu_) / interval * 100);
  reported_exchanges_ = exchanges_;
  reported_words_ = times.size();
  reported_cpu_ = cpu;
  next_report_ += kReport;
}

void Soak::measure() {
  if (watched_) watched_->look();
  reported_cpu_ = watched_ ? watched_->cpu() : 0;
  reported_exchanges_ = exchanges_;
  handshakes_before_ = clients_->handshakes();
  begun_ = last_tick_ = next_look_ = Clock::now();
  next_report_ = begun_ + kReport;
  restarts_.begin(begun_);
  churning_ = true;
  while (since(begun_) < options_.minutes * 60) tick();
  churning_ = false;
}

// Nothing more is said; what was said must still come.
void Soak::drain() {
  auto heard = Clock::now();
  for (auto answered = ledger_.answered(); ledger_.outstanding() > 0 && Clock::now() - heard < kSilence;) {
    tick();
    if (ledger_.answered() != std::exchange(answered, ledger_.answered())) heard = Clock::now();
  }
  restarts_.finish();
}

// ------------------------------------------------------------------------------------------------ what came of it

boost::json::object counted(const std::map<std::string, std::uint64_t>& counts) {
  boost::json::object result;
  for (const auto& [name, count] : counts) result[name] = count;
  return result;
}

boost::json::object Soak::result() {
  const auto half = std::find_if(memory_.begin(), memory_.end(),
                                 [&](const MemorySample& sample) { return sample.at_seconds >= options_.minutes * 30; });
  const double growth = growth_per_hour({half, memory_.end()});
  const bool judged = watched_ && !restarts_.wanted() && options_.minutes * 30 >= kTooShort;
  const bool flat = !judged || growth < kFlatPerHour;
  boost::json::array minutes;
  for (const auto& sample : memory_) {
    if (sample.at_seconds >= 60 * static_cast<double>(minutes.size())) minutes.push_back(sample.bytes / 1e6);
  }
  const auto& failures = clients_->failures();
  const auto refused = failures.find(kRefused);
  const std::uint64_t connections_refused = refused == failures.end() ? 0 : refused->second;
  const auto& times = ledger_.times_ms();
  const bool all_came = ledger_.outstanding() + ledger_.doubled() + ledger_.out_of_order() + ledger_.astray() + broken_ + dead_letters_ == 0;
  return {{"members", members_.size() - left_},
          {"connections", clients_->connected()},
          {"minutes", options_.minutes},
          {"exchanges", exchanges_},
          {"words", {{"sent", ledger_.sent()}, {"answered", ledger_.answered()}, {"lost", ledger_.outstanding()},
                     {"doubled", ledger_.doubled()}, {"out_of_order", ledger_.out_of_order()}, {"astray", ledger_.astray()},
                     {"dead_letters", dead_letters_}}},
          {"answer_ms", {{"p50", bench::percentile(times, 0.5)}, {"p99", bench::percentile(times, 0.99)}, {"max", bench::percentile(times, 1)}}},
          {"handshakes", clients_->handshakes() - handshakes_before_},
          {"dropped", dropped_}, {"left", left_}, {"begun_anew", begun_anew_}, {"broken", broken_},
          {"connections_refused", connections_refused}, {"timed_out", timed_out_},
          {"failures", counted(failures)}, {"refusals", counted(refusals_)},
          {"restarts", restarts_.done()}, {"restarts_failed", restarts_.failed()},
          {"back_after_s", boost::json::value_from(back_after_s_)},
          {"memory_mb", minutes}, {"growth_percent_per_hour", judged ? boost::json::value(growth * 100) : nullptr},
          {"flat", judged ? boost::json::value(flat) : nullptr},
          {"well", all_came && flat && connections_refused == 0 && restarts_.failed() == 0 && ledger_.answered() > 0}};
}

boost::json::object Soak::run() {
  join_all();
  measure();
  drain();
  return result();
}

}  // namespace

boost::json::object soak(const SoakOptions& options) { return Soak(options).run(); }

}  // namespace plan::load
