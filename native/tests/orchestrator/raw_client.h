// A client that sends what no HTTP or TLS library would: bytes as they are, over TLS or without. Blocking.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <openssl/ssl.h>

#include "tests/transport/certificates.h"

namespace plan::orchestrator {

struct RawTls {
  std::string ca;
  const test::KeyPair* pair = nullptr;
  int min_version = TLS1_2_VERSION, max_version = TLS1_3_VERSION;
  SSL_SESSION* resume = nullptr;
  int receive_buffer = 0;     // a small one is full soon; 0: the system's
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);   // plain
  RawClient(std::uint16_t port, const RawTls& tls);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // Did the handshake succeed? TLS 1.3 tells a client only with the first answer whether it was taken.
  [[nodiscard]] bool connected() const { return connected_; }
  bool send(const std::string& bytes);
  // The next bytes, at most `size`; "" when the connection is over.
  std::string receive(std::size_t size = 4096);
  // All until the connection is over.
  std::string rest();
  // One whole answer of the server.
  std::string answer();
  // The local half is closed, as by a client that went away.
  void close();

  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  int socket_ = -1;
  bool connected_ = false;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace plan::orchestrator
