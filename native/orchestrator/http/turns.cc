#include "orchestrator/http/turns.h"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace plan::orchestrator::http {

namespace asio = boost::asio;

asio::awaitable<bool> Turns::take(Hold& hold) {
  if (hold.given_up()) co_return false;
  if (free_ > 0) {
    --free_;
    co_return true;
  }
  asio::steady_timer turn(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  const auto place = waiting_.insert(waiting_.end(), &turn);
  hold.begin(turn);
  co_await turn.async_wait(asio::as_tuple(asio::use_awaitable));
  hold.end();
  // Whoever is given a turn is taken out of the list with it.
  const bool given = *place == nullptr;
  waiting_.erase(place);
  if (given && hold.given_up()) give_back();
  co_return given && !hold.given_up();
}

void Turns::give_back() {
  const auto last = std::find_if(waiting_.rbegin(), waiting_.rend(), [](const auto* timer) { return timer != nullptr; });
  if (last == waiting_.rend()) {
    ++free_;
    return;
  }
  (*last)->cancel();
  *last = nullptr;   // the turn goes from hand to hand
}

}  // namespace plan::orchestrator::http
