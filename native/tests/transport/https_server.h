// A small HTTPS server for tests of the client's side: it requires a client certificate, keeps connections alive and
// lets a handler decide each answer. A handler may block (a held long-poll); stop() must then find it released.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tests/transport/certificates.h"

namespace plan::test {

struct HttpRequest {
  std::string peer;      // common name of the client's certificate
  std::string path;
  std::string body;
};

struct HttpAnswer {
  int status = 200;
  std::string body;
  std::string headers;   // whole lines, each ended by \r\n
};

class HttpsServer {
 public:
  using Handler = std::function<HttpAnswer(const HttpRequest&)>;
  // Listens on 127.0.0.1; port 0 takes a free one. The handler runs on a thread per connection.
  HttpsServer(const Authority& authority, const KeyPair& pair, Handler handler, int port = 0);
  ~HttpsServer();
  HttpsServer(const HttpsServer&) = delete;
  HttpsServer& operator=(const HttpsServer&) = delete;

  void stop();           // ends all connections at once
  [[nodiscard]] int port() const;
  [[nodiscard]] std::string url() const;   // https://localhost:PORT
  [[nodiscard]] int handshakes() const;    // that were completed

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plan::test
