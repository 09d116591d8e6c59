// A client for a few requests at a time to one server, over connections that are kept alive: HTTPS, or plain HTTP over a
// Unix socket of this host.
//
// Threads: one thread owns a client and calls everything but wakeup(), which any thread may call at any time. The owner
// blocks or ignores SIGPIPE: a server may go away while it is written to.
// Errors: what goes wrong with a request is the Result of its completion, with codes "transport.…" and a message that
// names the server; nothing is thrown. Make a client after fork(), never before.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace plan::transport {

// Paths of PEM files. The peer must be signed by `ca` and carry the name of the URL.
struct TlsSettings {
  std::string certificate;
  std::string private_key;
  std::string ca;
  std::string crl;           // empty, or a file that is not there: no revocation check
};

enum class Method : std::uint8_t { get, post };

struct Request {
  std::uint64_t id = 0;      // comes back in the completion; the caller keeps them apart
  std::string path;          // begins with '/'
  std::string body = {};     // of a POST: application/json
  std::chrono::milliseconds timeout{0};
  Method method = Method::post;
};

struct Response {
  int status = 0;
  std::string body;
  std::optional<std::chrono::milliseconds> retry_after;   // when the server named a number of seconds
};

struct Completion {
  std::uint64_t id = 0;
  Result<Response> result;
};

class Client {
 public:
  struct Settings {
    std::string base_url;                            // "https://puppet:8146"
    TlsSettings tls;
    std::string unix_socket = {};                    // its path: instead of URL and TLS
    std::chrono::milliseconds connect_timeout{10'000};
    std::size_t max_response_bytes = 4 * 1024 * 1024;
  };
  // Checks what can be checked without a connection: the URL's scheme, and that the TLS files can be read.
  static Result<std::unique_ptr<Client>> create(Settings settings);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void start(Request request);
  // Moves data until a request is done, wakeup() is called or the time is over; returns what is done.
  std::vector<Completion> perform(std::chrono::milliseconds timeout);
  void wakeup();
  // Forgets a request; no completion will come. Unknown ids are ignored.
  void cancel(std::uint64_t id);

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace plan::transport
