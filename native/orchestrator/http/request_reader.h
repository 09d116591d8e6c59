// One HTTP/1.1 request out of bytes, as strictly as a server may: what two readers could understand in two ways is
// refused. No I/O. Only this is read: one request, no body but one of Content-Length, nothing behind it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "orchestrator/http/limits.h"

namespace plan::orchestrator::http {

struct RequestHead {
  std::string method;
  std::string target;                // origin form: a path, and a query if there is one
  std::size_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
};

// `text` is the request line and the fields, with the empty line that ends them. Error codes: malformed, and those of
// the limits.
[[nodiscard]] Result<RequestHead> read_head(std::string_view text, const RequestLimits& limits);

class RequestReader {
 public:
  explicit RequestReader(const RequestLimits& limits) : limits_(&limits) {}

  enum class State : std::uint8_t {
    empty,      // nothing came yet
    head,       // a part of the head is there
    body,       // the head is there, and a part of the body
    complete,
    refused,    // for ever: nobody knows where a next request would begin
  };
  State feed(std::string_view bytes);   // not when complete or refused

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] RequestHead& head() { return head_; }           // from State::body on
  [[nodiscard]] std::string& body() { return bytes_; }          // likewise
  [[nodiscard]] const Error& refusal() const { return refusal_; }

 private:
  State feed_head();
  State feed_body();
  State refuse(Error error);

  const RequestLimits* limits_;
  State state_ = State::empty;
  std::string bytes_;                // of the head, then of the body
  std::size_t looked_at_ = 0;        // how far there is no end of the head
  RequestHead head_;
  Error refusal_;
};

}  // namespace plan::orchestrator::http
