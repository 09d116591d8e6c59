#include "orchestrator/http/stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>

#include "base/assert.h"
#include "orchestrator/http/tls.h"

namespace plan::orchestrator::http {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// What one call of recv() or send() came to.
struct Moved {
  int size;
  bool again;
};
Moved moved(ssize_t size) {
  if (size >= 0) return {static_cast<int>(size), false};
  return {0, errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR};
}

}  // namespace

Stream::Stream(Socket socket, SSL_CTX* tls) : socket_(std::move(socket)), ssl_(tls == nullptr ? nullptr : SSL_new(tls)) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  if (tls == nullptr) return;
  PLAN_ASSERT(ssl_ != nullptr && SSL_set_fd(ssl_.get(), socket_.native_handle()) == 1);
  SSL_set_accept_state(ssl_.get());
}

Stream::Step Stream::tls_step(int result) const {
  if (result > 0) return {result};
  const int reason = SSL_get_error(ssl_.get(), result);
  return {0, reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE, reason == SSL_ERROR_WANT_WRITE};
}

Stream::Step Stream::take(std::span<char> into, int flags) {
  const int room = static_cast<int>(std::min<std::size_t>(into.size(), 1 << 20));
  if (ssl_ == nullptr) {
    const auto [size, again] = moved(::recv(socket_.native_handle(), into.data(), static_cast<std::size_t>(room), flags));
    return {size, again};
  }
  ERR_clear_error();
  return tls_step(flags == MSG_PEEK ? SSL_peek(ssl_.get(), into.data(), room) : SSL_read(ssl_.get(), into.data(), room));
}

Stream::Step Stream::put(std::string_view bytes) {
  const int much = static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20));
  if (ssl_ == nullptr) {
    const auto [size, again] =
        moved(::send(socket_.native_handle(), bytes.data(), static_cast<std::size_t>(much), MSG_NOSIGNAL));
    return {size, again, true};
  }
  ERR_clear_error();
  return tls_step(SSL_write(ssl_.get(), bytes.data(), much));
}

asio::awaitable<bool> Stream::ready(Step step) {
  if (!step.again || cut_) co_return false;
  const auto kind = step.to_write ? asio::socket_base::wait_write : asio::socket_base::wait_read;
  const auto [failed] = co_await socket_.async_wait(kind, kAwait);
  co_return !failed && !cut_;
}

asio::awaitable<std::string> Stream::handshake() {
  while (!cut_) {
    ERR_clear_error();
    const Step step = tls_step(SSL_do_handshake(ssl_.get()));
    if (step.size > 0) co_return "";
    if (!step.again) co_return handshake_problem(ssl_.get());
    const bool is_ready = co_await ready(step);
    if (!is_ready) break;
  }
  co_return "the client is too slow";
}

asio::awaitable<std::size_t> Stream::read(std::span<char> into) {
  while (!cut_) {
    const Step step = take(into, 0);
    if (step.size > 0) co_return static_cast<std::size_t>(step.size);
    const bool is_ready = co_await ready(step);
    if (!is_ready) break;
  }
  co_return 0;
}

asio::awaitable<bool> Stream::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (cut_) co_return false;
    const Step step = put(bytes);
    bytes.remove_prefix(static_cast<std::size_t>(step.size));
    if (step.size > 0) continue;
    const bool is_ready = co_await ready(step);
    if (!is_ready) co_return false;
  }
  co_return true;
}

asio::awaitable<void> Stream::readable() {
  co_await socket_.async_wait(asio::socket_base::wait_read, kAwait);
}

Stream::Peek Stream::peek() {
  char byte = 0;
  const Step step = take(std::span(&byte, 1), MSG_PEEK);
  if (step.size > 0) return Peek::data;
  return step.again && !cut_ ? Peek::quiet : Peek::gone;
}

bool Stream::abandoned() {
  pollfd state{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&state, 1, 0) > 0;
}

void Stream::watch(std::function<void()> then) {
  socket_.async_wait(asio::socket_base::wait_read, [call = std::move(then)](boost::system::error_code failed) {
    if (!failed) call();
  });
}

void Stream::forget() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Stream::farewell() {
  if (ssl_ == nullptr || cut_ || SSL_in_init(ssl_.get()) != 0) return;
  ERR_clear_error();
  static_cast<void>(SSL_shutdown(ssl_.get()));   // the peer's answer would tell nothing
}

void Stream::cut() {
  if (cut_) return;
  cut_ = true;
  // The number of the socket stays taken until whoever waits on it has seen this. What was not sent is not kept either.
  const ::linger at_once{1, 0};
  static_cast<void>(::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
  ::shutdown(socket_.native_handle(), SHUT_RDWR);
}

}  // namespace plan::orchestrator::http
