#include "orchestrator/http/calls.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "protocol/exchange.h"
#include "protocol/path.h"

namespace plan::orchestrator::http {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kRoomProbe{1'000};   // how often a full store is tried again
constexpr unsigned kMaxRetryAfter = 10;

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace

asio::awaitable<Response> Calls::answer(const Request& request, Hold& hold) {
  return is_exchange(request.target) ? exchange(request, hold) : answer_operator(request, hold);
}

Response Calls::refusal(const Error& error) {
  Response response = error_response(service_, error);
  if (response.status == 503) response.retry_after_s = 1 + static_cast<unsigned>(random_() % kMaxRetryAfter);
  return response;
}

// ------------------------------------------------------------------------------------------------ commits

void Calls::schedule_commit() {
  if (commit_posted_ || service_.full()) return;
  commit_posted_ = true;
  // Behind what is ready to run already: those exchanges go into the same transaction.
  asio::post(io_, [this] { commit(); });
}

void Calls::commit() {
  commit_posted_ = false;
  const auto begun = Clock::now();
  const auto done = service_.commit();
  if (done && done->stored) commit_seconds_.observe(Clock::now() - begun);
  if (!done && !service_.full()) return shell_.fail(done.error());
  for (auto* waiter : std::exchange(committing_, {})) {
    waiter->stored = done.ok();
    waiter->timer.cancel();
  }
  if (done) {
    for (const auto& key : done->receivable) {
      const auto waiter = waiters_.find(key);
      if (waiter != waiters_.end()) waiter->second->timer.cancel();
    }
  }
  if (!done || done->changed) wake_watchers();
  arm_wake_timer();
}

asio::awaitable<bool> Calls::committed() {
  CommitWaiter waiter{asio::steady_timer(io_, Clock::time_point::max())};
  committing_.push_back(&waiter);
  schedule_commit();
  co_await waiter.timer.async_wait(kAwait);
  co_return waiter.stored;
}

void Calls::arm_wake_timer() {
  if (service_.full() && !stopping_) {
    wake_timer_.expires_after(kRoomProbe);
    wake_timer_.async_wait([this](boost::system::error_code failed) {
      if (!failed) commit();
    });
    return;
  }
  const auto next = service_.next_wakeup();
  if (!next || stopping_) {
    wake_timer_.cancel();
    return;
  }
  wake_timer_.expires_at(std::max(*next, now() + std::chrono::milliseconds(1)));
  wake_timer_.async_wait([this](boost::system::error_code failed) {
    if (failed) return;
    service_.tick(now());
    schedule_commit();
  });
}

void Calls::stop() {
  stopping_ = true;
  wake_timer_.cancel();
  for (auto& [key, waiter] : waiters_) waiter->timer.cancel();
  wake_watchers();
}

// ------------------------------------------------------------------------------------------------ members

asio::awaitable<Response> Calls::exchange(const Request& request, Hold& hold) {
  if (request.method != "POST") {
    Response response = error_response(service_, Error{"method_not_allowed", "only POST is answered here"});
    response.allow = "POST";
    return once_stored(std::move(response));
  }
  if (!request.peer) {
    return once_stored(error_response(service_, Error{"forbidden", "an exchange needs a client certificate",
                                                      "This listener is for the host, not for members."}));
  }
  const auto member = protocol::read_exchange_path(request.target);
  if (!member) return once_stored(error_response(service_, member.error()));
  auto staged = service_.receive(request.peer->certname, *member, request.body, now(), request.address);
  if (staged) return answer_member(std::move(staged).value(), hold);
  Response response = refusal(staged.error());
  response.told = true;
  return once_stored(std::move(response));   // it may have proven that the store was set back
}

asio::awaitable<void> Calls::wait(const ConversationKey& key, Waiter& waiter, Hold& hold) {
  auto& current = waiters_[key];
  if (current != nullptr && current != &waiter) {
    current->replaced = true;
    current->timer.cancel();
  }
  current = &waiter;
  hold.begin(waiter.timer);
  co_await waiter.timer.async_wait(kAwait);
  hold.end();
  const auto found = waiters_.find(key);
  if (found != waiters_.end() && found->second == &waiter) waiters_.erase(found);
}

std::optional<Response> Calls::news(const Staged& staged, bool over) {
  const auto reply = service_.reply(staged.key, staged.incarnation);
  if (!reply) return error_response(service_, reply.error());
  if (reply->messages.empty() && !over) return std::nullopt;
  return Response{200, protocol::write(*reply)};
}

asio::awaitable<Response> Calls::answer_member(Staged staged, Hold& hold) {
  const bool stored = co_await committed();
  std::optional<Response> response;
  if (!stored) {
    response = refusal(store_full());
    response->told = true;
  }
  Waiter waiter{asio::steady_timer(io_)};
  const auto deadline = Clock::now() + staged.wait;
  while (!response) {
    const bool over = waiter.replaced || stopping_ || hold.given_up() || Clock::now() >= deadline;
    response = news(staged, over);
    if (response) break;
    waiter.timer.expires_at(deadline);
    co_await wait(staged.key, waiter, hold);
  }
  co_return std::move(*response);
}

// ------------------------------------------------------------------------------------------------ operators

void Calls::wake_watchers() {
  for (auto* watcher : watchers_) watcher->cancel();
}

// What a call did is stored before it is answered, also when it is an operator's or refused.
asio::awaitable<Response> Calls::once_stored(Response response) {
  if (!service_.staged() || service_.full()) co_return response;
  const bool stored = co_await committed();
  co_return stored ? response : refusal(store_full());
}

// What operators see is stored, as what members see. An answer that has no news yet is held until it has, or its time
// is over.
asio::awaitable<Response> Calls::answer_operator(Request request, Hold& hold) {
  asio::steady_timer timer(io_);
  std::optional<Clock::time_point> deadline;
  for (;;) {
    const bool to_store = service_.staged() && !service_.full();
    if (to_store) co_await committed();
    const bool over = stopping_ || hold.given_up() || (deadline && Clock::now() >= *deadline);
    Response response = http::answer(request, service_, now(), shell_.gauges(), rules_, !over);
    if (!response.hold) co_return co_await once_stored(std::move(response));
    if (!deadline) deadline = Clock::now() + *response.hold;
    timer.expires_at(*deadline);
    const auto watcher = watchers_.insert(watchers_.end(), &timer);
    hold.begin(timer);
    co_await timer.async_wait(kAwait);
    hold.end();
    watchers_.erase(watcher);
  }
}

}  // namespace plan::orchestrator::http
