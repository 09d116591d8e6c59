// A blocking HTTP(S) client for tests.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "tests/transport/certificates.h"

namespace plan::orchestrator {

struct HttpAnswer {
  bool connected = false;      // a whole answer came; else `problem` says why not
  std::string problem;
  long status = 0;
  std::string body;
  std::map<std::string, std::string> headers;   // names in lower case
  [[nodiscard]] std::string error_code() const; // of an error reply
};

// Keeps its connection between calls, as an agent does. Belongs to one thread at a time.
class HttpsClient {
 public:
  // `ca` empty: plain HTTP. `pair` null: no client certificate.
  HttpsClient(std::uint16_t port, std::string ca, const test::KeyPair* pair);
  ~HttpsClient();
  HttpsClient(const HttpsClient&) = delete;
  HttpsClient& operator=(const HttpsClient&) = delete;

  HttpAnswer get(const std::string& path);
  HttpAnswer post(const std::string& path, const std::string& body, const std::string& header = "");
  [[nodiscard]] long connections_made() const { return connections_; }

 private:
  HttpAnswer perform(const std::string& path);
  struct Handle;
  std::unique_ptr<Handle> handle_;
  std::string base_;
  long connections_ = 0;
};

}  // namespace plan::orchestrator
