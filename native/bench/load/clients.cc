#include "bench/load/clients.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include <openssl/err.h>

#include "base/assert.h"

namespace plan::load {

Client::~Client() { disconnect(); }

void Client::disconnect() {
  ssl_.reset();
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  ready_ = false;
  in_.clear();
}

void Client::connect() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  PLAN_ASSERT(socket_ >= 0);   // the limit of open files is too low
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(clients_.port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  static_cast<void>(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  PLAN_ASSERT(::epoll_ctl(clients_.epoll_, EPOLL_CTL_ADD, socket_, &event) == 0);
  if (clients_.key_ == nullptr) {
    ready_ = true;
    return;
  }
  ssl_.reset(SSL_new(clients_.context_));
  SSL_use_certificate(ssl_.get(), clients_.certificates_[number_ % clients_.certificates_.size()].get());
  SSL_use_PrivateKey(ssl_.get(), clients_.key_);
  SSL_set_fd(ssl_.get(), socket_);
  SSL_set_connect_state(ssl_.get());
}

void Client::request(const std::string& method, const std::string& path, const std::string& body, Then then) {
  then_ = std::move(then);
  out_ = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
  if (socket_ < 0) connect();
  // What comes back is read when it is announced: an answer that is there at once would else nest calls without end.
  if (ready_ || shake_hands()) write();
}

void Client::fail() {
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
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return ready_ = true;
  const int why = SSL_get_error(ssl_.get(), result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return false;
  if (why == SSL_ERROR_SYSCALL && (errno == EINPROGRESS || errno == ENOTCONN || errno == EAGAIN)) return false;
  fail();
  return false;
}

bool Client::write() {
  ERR_clear_error();
  const int size = static_cast<int>(out_.size());
  const auto done = ssl_ ? SSL_write(ssl_.get(), out_.data(), size)
                         : static_cast<int>(::send(socket_, out_.data(), out_.size(), MSG_NOSIGNAL));
  if (done == size) {
    out_.clear();
    return true;
  }
  const bool again = ssl_ ? SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_WRITE : errno == EAGAIN || errno == ENOTCONN;
  if (!again) fail();
  return false;
}

void Client::read() {
  std::array<char, 16 * 1024> buffer{};
  for (;;) {
    ERR_clear_error();
    const auto got = ssl_ ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))
                          : static_cast<int>(::recv(socket_, buffer.data(), buffer.size(), 0));
    if (got <= 0) {
      const bool again = ssl_ ? SSL_get_error(ssl_.get(), got) == SSL_ERROR_WANT_READ : got < 0 && errno == EAGAIN;
      if (!again) fail();
      return;
    }
    in_.append(buffer.data(), static_cast<std::size_t>(got));
    const auto end = in_.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    const auto length = in_.find("Content-Length: ");
    PLAN_ASSERT(length < end);
    const std::size_t size = std::stoul(in_.substr(length + 16));
    if (in_.size() < end + 4 + size) continue;
    const int status = std::stoi(in_.substr(9, 3));
    const std::string body = in_.substr(end + 4, size);
    in_.clear();
    if (auto then = std::exchange(then_, nullptr)) then(*this, status, body);
    if (socket_ < 0 || !out_.empty()) return;
  }
}

Clients::Clients(std::uint16_t port, const std::string& ca, EVP_PKEY* key, std::vector<Certificate> certificates,
                 std::size_t count)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), port_(port), key_(key), certificates_(std::move(certificates)) {
  if (key != nullptr) {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    PLAN_ASSERT(SSL_CTX_load_verify_locations(context_, ca.c_str(), nullptr) == 1);
  }
  for (std::size_t i = 0; i < count; ++i) clients_.push_back(std::make_unique<Client>(*this, i));
}

Clients::~Clients() {
  clients_.clear();
  SSL_CTX_free(context_);
  ::close(epoll_);
}

bool Clients::run(const std::function<bool()>& done, std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  std::array<epoll_event, 256> events{};
  while (!done()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 50);
    for (int i = 0; i < count; ++i) static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr)->go_on();
  }
  return true;
}

}  // namespace plan::load
