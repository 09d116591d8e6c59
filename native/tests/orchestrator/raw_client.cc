#include "tests/orchestrator/raw_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "base/assert.h"

namespace plan::orchestrator {

RawClient::RawClient(std::uint16_t port, int receive_buffer) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  std::signal(SIGPIPE, SIG_IGN);
  if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const timeval patience{20, 0};   // far more than any limit of these tests
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

RawClient::RawClient(std::uint16_t port, const RawTls& tls) : RawClient(port, tls.receive_buffer) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = context_.get();
  SSL_CTX_set_security_level(context, 0);   // else a client of today would not even offer what is to be refused
  SSL_CTX_set_min_proto_version(context, tls.min_version);
  SSL_CTX_set_max_proto_version(context, tls.max_version);
  PLAN_ASSERT(SSL_CTX_load_verify_locations(context, tls.ca.c_str(), nullptr) == 1);
  if (tls.pair != nullptr) {
    PLAN_ASSERT(SSL_CTX_use_certificate_chain_file(context, tls.pair->certificate.c_str()) == 1);
    PLAN_ASSERT(SSL_CTX_use_PrivateKey_file(context, tls.pair->private_key.c_str(), SSL_FILETYPE_PEM) == 1);
  }
  ssl_.reset(SSL_new(context));
  SSL_set_fd(ssl_.get(), socket_);
  if (tls.resume != nullptr) SSL_set_session(ssl_.get(), tls.resume);
  connected_ = connected_ && SSL_connect(ssl_.get()) == 1;
}

RawClient::~RawClient() { close(); }

bool RawClient::send(const std::string& bytes) {
  const int size = static_cast<int>(bytes.size());
  if (ssl_ != nullptr) return SSL_write(ssl_.get(), bytes.data(), size) == size;
  return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == size;
}

std::string RawClient::receive(std::size_t size) {
  std::string bytes(size, '\0');
  const ssize_t got = ssl_ != nullptr ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(size))
                                      : ::recv(socket_, bytes.data(), size, 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::string RawClient::rest() {
  std::string all;
  for (std::string more = receive(); !more.empty(); more = receive()) all += more;
  return all;
}

std::string RawClient::answer() {
  std::string all;
  for (;;) {
    const auto end = all.find("\r\n\r\n");
    const auto length = all.find("Content-Length: ");
    if (end != std::string::npos && length != std::string::npos &&
        all.size() >= end + 4 + std::stoul(all.substr(length + 16))) {
      return all;
    }
    const std::string more = receive();
    if (more.empty()) return all;
    all += more;
  }
}

void RawClient::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

}  // namespace plan::orchestrator
