// Very many HTTP clients in one thread: each a socket, a TLS session unless it is plain, and at most one request under
// way.
#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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

  Client(Clients& clients, std::size_t number, Certificate certificate)
      : clients_(clients), number_(number), certificate_(std::move(certificate)) {}
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Connects when there is no connection.
  void request(const std::string& method, const std::string& path, const std::string& body, Then then);
  void disconnect();
  // Ends the connection as if it had failed, and so the request that is under way.
  void drop(const std::string& why);
  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] bool connected() const { return ready_; }
  // What the last answer said of when to come again.
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

 private:
  friend class Clients;
  void connect();
  void go_on();
  bool shake_hands();
  bool write();
  void read();
  bool take_answer();

  Clients& clients_;
  std::size_t number_;
  Certificate certificate_;
  int socket_ = -1;
  bool ready_ = false;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_{nullptr, SSL_free};
  std::string out_, in_;
  std::optional<std::chrono::seconds> retry_after_;
  Then then_;
};

// Where the server is: "127.0.0.1:8146". An address of IPv4.
[[nodiscard]] sockaddr_in endpoint(const std::string& text);

class Clients {
 public:
  // Plain, or with TLS: by this authority, with this key for all of them.
  explicit Clients(const sockaddr_in& server);
  Clients(const sockaddr_in& server, const std::string& ca, EVP_PKEY* key);
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  Client& add(Certificate certificate = nullptr);
  Client& at(std::size_t number) { return *clients_[number]; }
  // What sockets have for them, after at most this time.
  void poll(std::chrono::milliseconds patience);
  // Until `done` says so, or the time is over: false then.
  bool run(const std::function<bool()>& done, std::chrono::milliseconds patience);

  [[nodiscard]] std::uint64_t handshakes() const { return handshakes_; }
  [[nodiscard]] std::size_t connected() const { return connected_; }
  // How often connections ended, or could not be made, by the reason.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& failures() const { return failures_; }

 private:
  friend class Client;
  int epoll_;
  sockaddr_in server_;
  SSL_CTX* context_ = nullptr;
  EVP_PKEY* key_ = nullptr;
  std::vector<std::unique_ptr<Client>> clients_;
  std::uint64_t handshakes_ = 0;
  std::size_t connected_ = 0;
  std::map<std::string, std::uint64_t> failures_;
};

}  // namespace plan::load
