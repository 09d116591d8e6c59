// So many handshakes at once and no more, the others in the order of their arrival: when thousands of agents come back
// together, each handshake that was begun is finished before its client has lost patience.
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
