// What is answered, and when: what members send is staged, committed with whatever else came meanwhile, and answered
// when it is stored and there is something to receive, or the time is over; operators see what is stored. On the
// server's thread.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/system_timer.hpp>

#include "orchestrator/http/hold.h"
#include "orchestrator/http/metrics.h"
#include "orchestrator/http/routes.h"

namespace plan::orchestrator::http {

class Calls {
 public:
  struct Shell {
    std::function<void(const Error&)> fail;     // the store failed, and nothing may be answered any more
    std::function<Gauges()> gauges;
  };
  // `rules` say who is an operator.
  Calls(boost::asio::io_context& io, Service& service, const Rules& rules, Shell shell)
      : io_(io), service_(service), rules_(rules), shell_(std::move(shell)), wake_timer_(io) {}

  // Meaningless when `hold` was given up. The request is not needed any more
  // when the function has returned: it is not held while a call waits.
  boost::asio::awaitable<Response> answer(const Request& request, Hold& hold);
  // With a random Retry-After where it is worth to try again.
  Response refusal(const Error& error);

  void schedule_commit();      // of what is staged
  void arm_wake_timer();       // for what the service wants to do by itself
  void stop();                 // calls that wait are answered, no other waits

  [[nodiscard]] std::size_t waiting() const { return waiters_.size(); }
  [[nodiscard]] std::size_t watches() const { return watchers_.size(); }
  [[nodiscard]] const Histogram& commit_seconds() const { return commit_seconds_; }

 private:
  // One call that waits until there is something to receive.
  struct Waiter {
    boost::asio::steady_timer timer;
    bool replaced = false;     // a newer call of the same conversation took its place
  };
  // One call that waits until it is stored.
  struct CommitWaiter {
    boost::asio::steady_timer timer;
    bool stored = false;
  };
  boost::asio::awaitable<Response> exchange(const Request& request, Hold& hold);
  boost::asio::awaitable<Response> answer_member(Staged staged, Hold& hold);
  // What is committed for a member; none: there is nothing new, and it is not `over`.
  std::optional<Response> news(const Staged& staged, bool over);
  boost::asio::awaitable<void> wait(const ConversationKey& key, Waiter& waiter, Hold& hold);
  boost::asio::awaitable<Response> answer_operator(Request request, Hold& hold);
  boost::asio::awaitable<Response> once_stored(Response response);
  boost::asio::awaitable<bool> committed();     // false: the store was full, and nothing of it is there
  void commit();
  void wake_watchers();

  boost::asio::io_context& io_;
  Service& service_;
  const Rules& rules_;
  Shell shell_;
  boost::asio::system_timer wake_timer_;
  std::map<ConversationKey, Waiter*> waiters_;
  std::vector<CommitWaiter*> committing_;
  std::list<boost::asio::steady_timer*> watchers_;   // operators' calls that are held until something changes
  bool commit_posted_ = false;
  bool stopping_ = false;
  Histogram commit_seconds_;
  std::minstd_rand random_{std::random_device{}()};  // only to spread retries
};

}  // namespace plan::orchestrator::http
