#include "bench/load/clients.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include <openssl/err.h>

#include "base/assert.h"

namespace plan::load {

namespace {

constexpr const char* kClosed = "closed by the server";

std::string reason(int error) { return error == 0 ? kClosed : std::strerror(error); }   // NOLINT: one thread

// Of an operation of OpenSSL that did not go well; errno is still that of the system call.
std::string tls_reason(int kind, int error) {
  if (kind == SSL_ERROR_SYSCALL) return reason(error);
  if (kind == SSL_ERROR_ZERO_RETURN) return kClosed;
  const char* text = ERR_reason_error_string(ERR_peek_last_error());
  return text == nullptr ? "TLS" : std::string("TLS: ") + text;
}

std::optional<std::size_t> number_after(const std::string& head, std::string_view field) {
  const auto at = head.find(field);
  std::size_t number = 0;
  if (at == std::string::npos) return std::nullopt;
  const char* begin = head.data() + at + field.size();
  const auto [end, failed] = std::from_chars(begin, head.data() + head.size(), number);
  return failed == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

sockaddr_in endpoint(const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  const auto colon = text.rfind(':');
  PLAN_ASSERT(colon != std::string::npos && ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) == 1);
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1))));
  return address;
}

Client::~Client() { disconnect(); }

void Client::disconnect() {
  ssl_.reset();
  if (socket_ >= 0) ::close(socket_);
  if (ready_) --clients_.connected_;
  socket_ = -1;
  ready_ = false;
  in_.clear();
}

void Client::connect() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  PLAN_ASSERT(socket_ >= 0);   // the limit of open files is too low
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const int connected = ::connect(socket_, reinterpret_cast<const sockaddr*>(&clients_.server_), sizeof clients_.server_);
  if (connected != 0 && errno != EINPROGRESS) return drop(reason(errno));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  PLAN_ASSERT(::epoll_ctl(clients_.epoll_, EPOLL_CTL_ADD, socket_, &event) == 0);
  if (clients_.context_ == nullptr) {
    ready_ = true;
    ++clients_.connected_;
    return;
  }
  ssl_.reset(SSL_new(clients_.context_));
  SSL_use_certificate(ssl_.get(), certificate_.get());
  SSL_use_PrivateKey(ssl_.get(), clients_.key_);
  SSL_set_fd(ssl_.get(), socket_);
  SSL_set_connect_state(ssl_.get());
}

void Client::request(const std::string& method, const std::string& path, const std::string& body, Then then) {
  then_ = std::move(then);
  out_ = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
  if (socket_ < 0) connect();
  if (socket_ < 0) return;
  // What comes back is read when it is announced: an answer that is there at once would else nest calls without end.
  if (ready_ || shake_hands()) write();
}

void Client::drop(const std::string& why) {
  ++clients_.failures_[why];
  disconnect();
  out_.clear();
  if (auto then = std::exchange(then_, nullptr)) then(*this, 0, "");
}

void Client::go_on() {
  if (socket_ < 0) return;
  if (!ready_ && !shake_hands()) return;
  if (!out_.empty() && !write()) return;
  read();
}

bool Client::shake_hands() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(ssl_.get());
  const int error = errno;
  if (result == 1) {
    ++clients_.handshakes_;
    ++clients_.connected_;
    return ready_ = true;
  }
  const int why = SSL_get_error(ssl_.get(), result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return false;
  if (why == SSL_ERROR_SYSCALL && (error == EINPROGRESS || error == ENOTCONN || error == EAGAIN)) return false;
  drop(tls_reason(why, error));
  return false;
}

bool Client::write() {
  ERR_clear_error();
  errno = 0;
  const int size = static_cast<int>(out_.size());
  const auto done = ssl_ ? SSL_write(ssl_.get(), out_.data(), size)
                         : static_cast<int>(::send(socket_, out_.data(), out_.size(), MSG_NOSIGNAL));
  const int error = errno;
  if (done == size) {
    out_.clear();
    return true;
  }
  const int why = ssl_ ? SSL_get_error(ssl_.get(), done) : SSL_ERROR_SYSCALL;
  const bool again = ssl_ ? why == SSL_ERROR_WANT_WRITE : error == EAGAIN || error == ENOTCONN;
  if (!again) drop(tls_reason(why, error));
  return false;
}

void Client::read() {
  std::array<char, 16 * 1024> buffer{};
  for (;;) {
    ERR_clear_error();
    errno = 0;
    const auto got = ssl_ ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))
                          : static_cast<int>(::recv(socket_, buffer.data(), buffer.size(), 0));
    if (got <= 0) {
      const int error = errno;
      const int why = ssl_ ? SSL_get_error(ssl_.get(), got) : SSL_ERROR_SYSCALL;
      const bool again = ssl_ ? why == SSL_ERROR_WANT_READ : got < 0 && error == EAGAIN;
      if (!again) drop(tls_reason(why, got == 0 ? 0 : error));
      return;
    }
    in_.append(buffer.data(), static_cast<std::size_t>(got));
    if (take_answer() && (socket_ < 0 || !out_.empty())) return;
  }
}

// False when it is not there as a whole yet.
bool Client::take_answer() {
  const auto end = in_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::string head = in_.substr(0, end);
  const auto length = number_after(head, "Content-Length: ");
  PLAN_ASSERT(length);
  if (in_.size() < end + 4 + *length) return false;
  const int status = std::stoi(head.substr(9, 3));
  const auto later = number_after(head, "Retry-After: ");
  retry_after_ = later ? std::optional(std::chrono::seconds(*later)) : std::nullopt;
  const std::string body = in_.substr(end + 4, *length);
  in_.clear();
  if (auto then = std::exchange(then_, nullptr)) then(*this, status, body);
  return true;
}

Clients::Clients(const sockaddr_in& server) : epoll_(::epoll_create1(EPOLL_CLOEXEC)), server_(server) {}

Clients::Clients(const sockaddr_in& server, const std::string& ca, EVP_PKEY* key) : Clients(server) {
  key_ = key;
  context_ = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  PLAN_ASSERT(SSL_CTX_load_verify_locations(context_, ca.c_str(), nullptr) == 1);
}

Clients::~Clients() {
  clients_.clear();
  SSL_CTX_free(context_);
  ::close(epoll_);
}

Client& Clients::add(Certificate certificate) {
  return *clients_.emplace_back(std::make_unique<Client>(*this, clients_.size(), std::move(certificate)));
}

void Clients::poll(std::chrono::milliseconds patience) {
  std::array<epoll_event, 256> events{};
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(patience.count()));
  for (int i = 0; i < count; ++i) static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr)->go_on();
}

bool Clients::run(const std::function<bool()>& done, std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    poll(std::chrono::milliseconds(50));
  }
  return true;
}

}  // namespace plan::load
