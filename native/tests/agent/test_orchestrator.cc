#include "tests/agent/test_orchestrator.h"

#include <boost/json/serialize.hpp>

#include "tests/agent/demo.h"

namespace plan::test {
namespace {

engine::Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace

TestOrchestrator::TestOrchestrator(Authority& authority)
    : authority_(authority), pair_(authority.issue("localhost")), store_({"0123456789abcdef0123456789abcdef", 1}) {
  come_up();
}

TestOrchestrator::~TestOrchestrator() { go_down(); }

void TestOrchestrator::come_up() {
  const std::lock_guard lock(mutex_);
  service_ = std::move(orchestrator::Service::open(store_, {.certname = "localhost"})).value();
  const orchestrator::Declaration declaration{"Demo::Cluster[cluster_1]", "cluster_1", "demo::cluster",
                                              boost::json::object(), write_bundle(demo_bundle("demo::cluster")), "test"};
  for (const auto& refusal : service_->configure({declaration}, now())) throw Bug(refusal.error.message);
  down_ = false;
  server_ = std::make_unique<HttpsServer>(
      authority_, pair_, [this](const HttpRequest& request) { return answer(request); }, port_);
  port_ = server_->port();
}

void TestOrchestrator::go_down() {
  {
    const std::lock_guard lock(mutex_);
    down_ = true;
    changed_.notify_all();
  }
  server_.reset();
}

HttpAnswer TestOrchestrator::answer(const HttpRequest& request) {
  std::unique_lock lock(mutex_);
  const auto refuse = [&](const Error& error) { return HttpAnswer{409, protocol::write(service_->error_reply(error)), ""}; };
  const auto member = protocol::read_exchange_path(request.path);
  if (!member) return refuse(member.error());
  const auto staged = service_->receive(request.peer, *member, request.body, now());
  if (!staged) return refuse(staged.error());
  if (const auto committed = service_->commit(); !committed) return refuse(committed.error());
  changed_.notify_all();
  changed_.wait_for(lock, staged->wait, [&] { return down_ || service_->receivable(staged->key); });
  if (down_) return {503, "", ""};
  const auto reply = service_->reply(staged->key, staged->incarnation);
  return reply ? HttpAnswer{200, protocol::write(*reply), ""} : refuse(reply.error());
}

std::string TestOrchestrator::describe() {
  const std::lock_guard lock(mutex_);
  return boost::json::serialize(service_->describe("cluster_1"));
}

std::uint64_t TestOrchestrator::messages_received() {
  const std::lock_guard lock(mutex_);
  return service_->counters().messages_received;
}

}  // namespace plan::test
