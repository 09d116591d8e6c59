// A connected socket, with TLS or without. OpenSSL works on the socket itself, so that a connection at rest has no
// buffers of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <openssl/ssl.h>

namespace plan::orchestrator::http {

class Stream {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  // `tls` null: none. It is kept as long as the stream needs it.
  Stream(Socket socket, SSL_CTX* tls);

  // Empty when it went well, else why not.
  boost::asio::awaitable<std::string> handshake();
  // How much was read; 0: the peer has ended, the connection failed, or it was cut.
  boost::asio::awaitable<std::size_t> read(std::span<char> into);
  boost::asio::awaitable<bool> write(std::string_view bytes);
  // Something may be there to read, or the connection is over.
  boost::asio::awaitable<void> readable();

  // What the peer did, without waiting and without taking anything.
  enum class Peek : std::uint8_t { quiet, data, gone };
  Peek peek();
  // The peer has closed its side, whatever it sent before.
  bool abandoned();
  // Calls `then` when something happened since; forget() takes the call back if it was not made yet.
  void watch(std::function<void()> then);
  void forget();

  // Says goodbye to the peer, as far as that needs no waiting.
  void farewell();
  // From outside, at any time: whatever waits on the stream ends as if the connection had failed.
  void cut();

  [[nodiscard]] const SSL* ssl() const { return ssl_.get(); }
  [[nodiscard]] int descriptor() { return socket_.native_handle(); }

 private:
  struct Step {
    int size = 0;          // above 0: done
    bool again = false;    // when the socket is ready
    bool to_write = false;
  };
  Step take(std::span<char> into, int flags);
  Step put(std::string_view bytes);
  [[nodiscard]] Step tls_step(int result) const;
  boost::asio::awaitable<bool> ready(Step step);

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  Socket socket_;
  std::unique_ptr<SSL, Free> ssl_;
  bool cut_ = false;
};

}  // namespace plan::orchestrator::http
