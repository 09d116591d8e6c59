#include "simulator/network.h"

namespace plan::simulator {
namespace {

constexpr unsigned kSlow = 4, kLostThere = 2, kLostBack = 3, kTwice = 4;   // percent

}  // namespace

milliseconds Network::delay() {
  return world_.chance(kSlow) ? world_.between(milliseconds(100), seconds(3)) : world_.between(milliseconds(1), milliseconds(20));
}

void Network::call(const values::ProcessIdentity& member, const agent::Exchange& exchange,
                   std::function<void(std::optional<agent::Answer>)> done) {
  if (world_.chance(kLostThere)) {
    world_.after(delay(), [done] { done(std::nullopt); });
    return;
  }
  const bool lost_back = world_.chance(kLostBack);
  auto respond = [this, done, lost_back](std::optional<agent::Answer> answer) {
    world_.after(delay(), [done, answer = lost_back ? std::nullopt : std::move(answer)] { done(answer); });
  };
  world_.after(delay(), [this, member, body = exchange.body, respond] { orchestrator_.arrive(member, body, respond); });
  if (world_.chance(kTwice)) {
    world_.after(delay() + delay(), [this, member, body = exchange.body] {
      orchestrator_.arrive(member, body, [](const std::optional<agent::Answer>&) {});
    });
  }
}

}  // namespace plan::simulator
