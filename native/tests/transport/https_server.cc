#include "tests/transport/https_server.h"

#include <atomic>
#include <csignal>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plan::test {
namespace {

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// Reads one request; false at the end of the connection.
bool read_request(SSL* ssl, std::string& buffer, HttpRequest& request) {
  std::size_t head_end = std::string::npos;
  std::size_t length = 0;
  while (true) {
    if (head_end == std::string::npos && (head_end = buffer.find("\r\n\r\n")) != std::string::npos) {
      const std::string head = buffer.substr(0, head_end);
      const std::size_t space = head.find(' ');
      request.path = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
      const std::size_t field = head.find("Content-Length: ");
      length = field == std::string::npos ? 0 : std::stoul(head.substr(field + 16));
    }
    if (head_end != std::string::npos && buffer.size() >= head_end + 4 + length) {
      request.body = buffer.substr(head_end + 4, length);
      buffer.erase(0, head_end + 4 + length);
      return true;
    }
    char chunk[4096];
    const int got = SSL_read(ssl, chunk, sizeof chunk);
    if (got <= 0) return false;
    buffer.append(chunk, static_cast<std::size_t>(got));
  }
}

std::string peer_name(SSL* ssl) {
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return {};
  char name[256];
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return name;
}

std::string serialize(const HttpAnswer& answer) {
  return "HTTP/1.1 " + std::to_string(answer.status) + " Status\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(answer.body.size()) + "\r\n" + answer.headers + "\r\n" + answer.body;
}

}  // namespace

struct HttpsServer::State {
  Handler handler;
  SSL_CTX* context = nullptr;
  int listener = -1;
  int port = 0;
  std::atomic<int> handshakes{0};
  std::atomic<bool> stopping{false};
  std::thread acceptor;
  std::mutex mutex;
  std::list<std::pair<int, std::thread>> connections;

  void listen_on(int wanted);
  void accept_all();
  void serve(int descriptor);
};

HttpsServer::HttpsServer(const Authority& authority, const KeyPair& pair, Handler handler, int port)
    : state_(std::make_unique<State>()) {
  std::signal(SIGPIPE, SIG_IGN);   // a client may go before its answer
  state_->handler = std::move(handler);
  state_->context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_verify(state_->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  const bool ready =
      SSL_CTX_use_certificate_file(state_->context, pair.certificate.c_str(), SSL_FILETYPE_PEM) == 1 &&
      SSL_CTX_use_PrivateKey_file(state_->context, pair.private_key.c_str(), SSL_FILETYPE_PEM) == 1 &&
      SSL_CTX_load_verify_locations(state_->context, authority.certificate().c_str(), nullptr) == 1;
  if (!ready) throw std::runtime_error("https_server: cannot load certificates");
  state_->listen_on(port);
  state_->acceptor = std::thread([state = state_.get()] { state->accept_all(); });
}

void HttpsServer::State::listen_on(int wanted) {
  listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(wanted));
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 16) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("https_server: cannot listen");
  }
  port = ntohs(address.sin_port);
}

void HttpsServer::State::accept_all() {
  while (true) {
    const int descriptor = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const std::lock_guard lock(mutex);
    if (stopping) {
      close(descriptor);
      return;
    }
    connections.emplace_back(descriptor, std::thread([this, descriptor] { serve(descriptor); }));
  }
}

void HttpsServer::State::serve(int descriptor) {
  const std::unique_ptr<SSL, SslDeleter> ssl(SSL_new(context));
  const int yes = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  SSL_set_fd(ssl.get(), descriptor);
  if (SSL_accept(ssl.get()) == 1) {
    ++handshakes;
    HttpRequest request;
    request.peer = peer_name(ssl.get());
    std::string buffer;
    while (!stopping && read_request(ssl.get(), buffer, request)) {
      const std::string text = serialize(handler(request));
      if (SSL_write(ssl.get(), text.data(), static_cast<int>(text.size())) <= 0) break;
    }
  }
  shutdown(descriptor, SHUT_RDWR);   // the descriptor itself is closed by stop()
}

HttpsServer::~HttpsServer() {
  stop();
  SSL_CTX_free(state_->context);
}

void HttpsServer::stop() {
  if (state_->stopping.exchange(true)) return;
  shutdown(state_->listener, SHUT_RDWR);
  state_->acceptor.join();
  close(state_->listener);
  for (auto& [descriptor, thread] : state_->connections) shutdown(descriptor, SHUT_RDWR);
  for (auto& [descriptor, thread] : state_->connections) {
    thread.join();
    close(descriptor);
  }
}

int HttpsServer::port() const { return state_->port; }
std::string HttpsServer::url() const { return "https://localhost:" + std::to_string(state_->port); }
int HttpsServer::handshakes() const { return state_->handshakes; }

}  // namespace plan::test
