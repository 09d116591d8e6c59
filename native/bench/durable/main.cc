// plan-durable: what a firing costs that is acknowledged once it is stored (G7), for bench/orchestrator. The service and
// the SQLite store as the daemon has them, in one process; prints one JSON object.
//
//   plan-durable DIRECTORY PROCESSES BATCH SECONDS [TOKENS]
//
// Each member sends its process a token of 200 bytes; the process consumes it and emits one to the member, who
// acknowledges it with its next token. BATCH of them go into one commit, each to the process whose turn it is. In
// each process TOKENS others wait in a queue, none by default.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <iostream>

#include <boost/json.hpp>

#include "bench/percentile.h"
#include "orchestrator/store/sqlite.h"
#include "tests/orchestrator/desk.h"

namespace plan::bench {
namespace {

using namespace orchestrator;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kTokenBytes = 200;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string title_of(std::size_t number) { return "desk_" + std::to_string(number); }

class Exchanges {
 public:
  Exchanges(Store& store, std::size_t processes, std::size_t tokens) {
    auto opened = Service::open(store, {.certname = "orchestrator"});
    PLAN_ASSERT(opened.ok());
    service_ = std::move(opened).value();
    std::vector<Declaration> declarations;
    for (std::size_t i = 0; i < processes; ++i) {
      declarations.push_back(desk_declaration(title_of(i)));
      members_.emplace_back("node" + std::to_string(i), 'a', title_of(i));
      members_.back().join();
      for (std::size_t token = 0; token < tokens; ++token) members_.back().send("delayed", token_);
    }
    PLAN_ASSERT(service_->configure(std::move(declarations), {}).empty());
    for (auto& member : members_) PLAN_ASSERT(member.exchange(*service_).empty() && member.accepted());
  }

  // One commit that carries `batch` exchanges. What the members do by themselves is not counted.
  void commit_one(std::size_t batch) {
    std::vector<Member*> callers;
    std::vector<protocol::ExchangeRequest> requests;
    for (std::size_t i = 0; i < batch; ++i) {
      callers.push_back(&members_[turn_++ % members_.size()]);
      callers.back()->send("shouts", token_);
      requests.push_back(callers.back()->request());
    }
    std::vector<Clock::time_point> begun;
    std::vector<Result<protocol::ExchangeReply>> replies;
    for (std::size_t i = 0; i < batch; ++i) {
      begun.push_back(Clock::now());
      const auto staged = service_->receive(callers[i]->identity().certname, callers[i]->identity(), requests[i], {});
      PLAN_ASSERT(staged.ok());
    }
    PLAN_ASSERT(service_->commit().ok());
    for (const auto* caller : callers) replies.push_back(service_->reply(caller->key(), caller->incarnation_text));
    const auto end = Clock::now();
    spent_ += end - begun.front();
    for (std::size_t i = 0; i < batch; ++i) {
      acknowledged_us_.push_back(seconds(end - begun[i]) * 1e6);
      PLAN_ASSERT(replies[i].ok());
      const std::size_t before = callers[i]->notes().size();
      callers[i]->take(*replies[i]);
      PLAN_ASSERT(callers[i]->notes().size() == before + 1);
    }
  }

  [[nodiscard]] double spent() const { return seconds(spent_); }
  [[nodiscard]] boost::json::object figures() {
    const auto count = static_cast<double>(acknowledged_us_.size());
    return {{"per_second", count / spent()}, {"p50_us", percentile(acknowledged_us_, 0.5)},
            {"p99_us", percentile(acknowledged_us_, 0.99)}};
  }

 private:
  std::unique_ptr<Service> service_;
  std::deque<Member> members_;
  std::size_t turn_ = 0;
  Clock::duration spent_{};
  std::vector<double> acknowledged_us_;
  const values::Value token_ = values::Value::string(std::string(kTokenBytes, 'x'));
};

boost::json::object measure(const std::string& directory, std::size_t processes, std::size_t batch, double wanted_seconds,
                            std::size_t tokens) {
  auto store = open_sqlite(directory + "/store.sqlite", {std::string(32, '0'), 1});
  PLAN_ASSERT(store.ok());
  Exchanges exchanges(**store, processes, tokens);
  while (exchanges.spent() < wanted_seconds) exchanges.commit_one(batch);
  return exchanges.figures();
}

}  // namespace
}  // namespace plan::bench

int main(int count, char** words) {
  if (count != 5 && count != 6) {
    std::fprintf(stderr, "usage: plan-durable DIRECTORY PROCESSES BATCH SECONDS [TOKENS]\n");
    return 2;
  }
  const std::size_t tokens = count == 6 ? std::stoul(words[5]) : 0;
  const auto figures = plan::bench::measure(words[1], std::stoul(words[2]), std::stoul(words[3]), std::stod(words[4]), tokens);
  std::cout << boost::json::serialize(figures) << "\n";
  return 0;
}
