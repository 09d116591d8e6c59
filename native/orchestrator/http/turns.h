// So many handshakes at once and no more. Of those that wait, who came last goes first: when thousands of agents come back
// together there is not time for all of them, and who came last has most of his patience left. In the order of their
// arrival each would be served just before he gives up, and the work for him would be lost.
#pragma once

#include <cstddef>
#include <list>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "orchestrator/http/hold.h"

namespace plan::orchestrator::http {

class Turns {
 public:
  explicit Turns(std::size_t limit) : free_(limit) {}

  // False: the hold was given up first, and there is no turn. A turn that was got must be given back.
  boost::asio::awaitable<bool> take(Hold& hold);
  void give_back();

 private:
  std::size_t free_;
  std::list<boost::asio::steady_timer*> waiting_;
};

}  // namespace plan::orchestrator::http
