// One connection, from its first byte to its last: handshake, requests one after the other, each phase with its
// deadline. The coroutine holds its connection; from outside it can only be looked at and cut.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "orchestrator/http/calls.h"
#include "orchestrator/http/hold.h"
#include "orchestrator/http/limits.h"
#include "orchestrator/http/request_reader.h"
#include "orchestrator/http/stream.h"
#include "orchestrator/http/tls.h"
#include "orchestrator/http/turns.h"
#include "orchestrator/log.h"

namespace plan::orchestrator::http {

class Connection;

// What the connections of a server have in common.
struct Common {
  Service& service;
  const ServerLimits& limits;
  const LogSink& log;
  Calls& calls;
  Turns turns;
  std::list<Connection*> connections = {};
  std::map<std::string, std::size_t, std::less<>> per_certname = {};
  std::size_t bodies_bytes = 0;                     // of requests that are being read
  std::uint64_t refused_connections = 0;
  std::map<std::string, std::uint64_t> refusals = {};   // by code
  bool stopping = false;
  bool over = false;                                // the server goes; only connections are left that nobody runs
  std::array<char, 16 * 1024> scratch = {};         // what was just read: nobody keeps it over a wait
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // `tls` null: a plain connection.
  Connection(std::shared_ptr<Common> common, Stream::Socket socket, std::string address, Listener listener, SSL_CTX* tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  static boost::asio::awaitable<void> run(std::shared_ptr<Connection> self);

  // Closed at once, whatever it is doing; a call that is held is not answered.
  void cut();
  void cut(const std::string& why, const std::string& code);   // and it is logged
  void look_at_deadline(std::chrono::steady_clock::time_point now);

  // At no request: may be closed without breaking a promise.
  [[nodiscard]] bool idle() const { return phase_ <= Phase::idle; }
  [[nodiscard]] Listener listener() const { return listener_; }
  // Of a verified peer, else null.
  [[nodiscard]] const SSL* verified() const { return peer_ ? stream_.ssl() : nullptr; }
  [[nodiscard]] std::chrono::sys_seconds good_until() const { return good_until_; }

 private:
  enum class Phase : std::uint8_t { waiting_for_turn, handshake, idle, header, body, work, write, close };
  void enter(Phase phase);
  [[nodiscard]] std::chrono::milliseconds limit_of(Phase phase) const;
  void give_turn_back();

  boost::asio::awaitable<bool> handshake();
  bool accept_peer();
  boost::asio::awaitable<bool> serve_one();         // false: the connection ends
  boost::asio::awaitable<bool> read_head(RequestReader& reader);
  boost::asio::awaitable<bool> read_body(RequestReader& reader);
  boost::asio::awaitable<bool> feed(RequestReader& reader);
  boost::asio::awaitable<bool> answer(Request request, bool keep_alive);
  boost::asio::awaitable<bool> write(Response response, bool keep_alive);
  boost::asio::awaitable<bool> write_file(Response response, bool keep_alive);
  boost::asio::awaitable<bool> refuse(const Error& error);   // always false
  void watch_peer();
  void look_at_peer();
  void audit(const std::string& message, const std::string& code) const;
  void audit_refusal(const std::string& asked, const Error& error) const;

  std::shared_ptr<Common> common_;
  Stream stream_;
  std::string address_;
  Listener listener_;
  Hold hold_;
  Phase phase_ = Phase::idle;
  bool has_turn_ = false;
  bool overloaded_ = false;      // its first request is told to come later
  bool served_ = false;          // had a request already
  bool watched_ = false;         // the peer, while a call is held
  bool impatient_ = false;       // the peer sent more before it had its answer
  std::chrono::steady_clock::time_point deadline_, turn_until_;
  std::optional<Peer> peer_;
  std::chrono::sys_seconds good_until_ = std::chrono::sys_seconds::max();
  std::list<Connection*>::iterator place_;
};

}  // namespace plan::orchestrator::http
