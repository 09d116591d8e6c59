// Very many HTTPS clients in one thread: each a socket, a TLS session, and at most one request under way.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "bench/load/certificates.h"

namespace plan::load {

class Clients;

class Client {
 public:
  // `then` gets status and body; 0 when the connection failed.
  using Then = std::function<void(Client&, int status, const std::string& body)>;

  Client(Clients& clients, std::size_t number) : clients_(clients), number_(number) {}
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Connects when there is no connection.
  void request(const std::string& method, const std::string& path, const std::string& body, Then then);
  void disconnect();
  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] bool connected() const { return ready_; }

 private:
  friend class Clients;
  void connect();
  void go_on();
  bool shake_hands();
  bool write();
  void read();
  void fail();

  Clients& clients_;
  std::size_t number_;
  int socket_ = -1;
  bool ready_ = false;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_{nullptr, SSL_free};
  std::string out_, in_;
  Then then_;
};

class Clients {
 public:
  // `key` null: plain HTTP. Each client's certificate is that of its number.
  Clients(std::uint16_t port, const std::string& ca, EVP_PKEY* key, std::vector<Certificate> certificates, std::size_t count);
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  Client& at(std::size_t number) { return *clients_[number]; }
  [[nodiscard]] std::size_t size() const { return clients_.size(); }
  // Until `done` says so, or the time is over: false then.
  bool run(const std::function<bool()>& done, std::chrono::milliseconds patience);

 private:
  friend class Client;
  int epoll_;
  std::uint16_t port_;
  SSL_CTX* context_ = nullptr;
  EVP_PKEY* key_;
  std::vector<Certificate> certificates_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace plan::load
