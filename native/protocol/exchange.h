// What agent and orchestrator say to each other: one call, both ways.
//
//   POST /plan/v1/processes/{certname}/{resource, percent-encoded}/exchange
//
//   request   {"protocol": 1, "incarnation": "<32 hex>", "epoch": 0, "cluster": "cluster_1", "plan": "galera::host",
//              "bundle": "<digest>", "admission": "<signed>", "messages": [{"sequence": 1, "kind": "join", …}],
//              "delivered": 0, "acknowledged": 17, "wait_ms": 20000}
//   reply     {"protocol": 1, "epoch": 1, "acknowledged": 1, "messages": [{"sequence": 18, …}]}
//   error     {"error": {"code": "unknown_cluster", "message": …, "help": …, "clusters": ["cluster_1"]}}
//
// The sender is the TLS peer; the path's certname must be the peer's. `sequence` counts from 1 per direction and
// incarnation, without gaps. `admission` is left out once the orchestrator has answered to it. `acknowledged` is the last sequence the sender of the field has durably received.
// Repeating a call is harmless. A message on the wire:
//   {"sequence": n, "kind": "send", "from": {"certname": …, "resource": …}, "to": {"certname": …, "resource": …},
//    "name": …, "value": <rich data>, "version": …, "plan": …}
// The last four are left out when they are empty. The certname of the member's side must be the member's: a message
// cannot say that it comes from, or is for, anybody else.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "engine/engine.h"

namespace plan::protocol {

inline constexpr int kProtocolVersion = 1;
inline constexpr std::size_t kMaxBodyBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxMessagesPerExchange = 1000;
inline constexpr std::size_t kMaxAdmissionBytes = 16 * 1024;
inline constexpr std::chrono::milliseconds kMaxWait{60'000};   // a longer wish is cut to it

struct SequencedMessage {
  std::uint64_t sequence = 0;
  engine::Message message;
};

struct ExchangeRequest {
  std::string incarnation;
  std::uint64_t epoch = 0;
  std::string cluster;
  std::string plan;
  std::string bundle;
  std::string admission;           // galera::admission() of the catalog; may be empty
  std::vector<SequencedMessage> messages;
  std::uint64_t delivered = 0;     // last of the member's own messages that was acknowledged to it
  std::uint64_t acknowledged = 0;
  std::chrono::milliseconds wait{0};
};

struct ExchangeReply {
  std::uint64_t epoch = 0;
  std::uint64_t acknowledged = 0;
  std::vector<SequencedMessage> messages;
};

struct ErrorReply {
  std::string code;       // unknown_cluster, wrong_certname, malformed, too_large, overloaded, stale_incarnation, sequence_gap, conflict, …
  std::string message;
  std::string help;
  std::vector<std::string> clusters;   // of unknown_cluster
};

// `member` is the identity of the member's side of the conversation. Unknown fields are ignored; everything else that is
// wrong is an error that names the field: "malformed", "too_large" or "unsupported_protocol".
[[nodiscard]] std::string write(const ExchangeRequest& request);
[[nodiscard]] std::string write(const ExchangeReply& reply);
[[nodiscard]] std::string write(const ErrorReply& reply);
[[nodiscard]] Result<ExchangeRequest> read_request(std::string_view body, const values::ProcessIdentity& member,
                                                   const values::NameResolver* resolver = nullptr);
// The same in two steps, for a reader that must know the cluster before it knows how to resolve names.
[[nodiscard]] Result<boost::json::value> read_body(std::string_view body);
[[nodiscard]] Result<std::string> read_cluster(const boost::json::value& request);
[[nodiscard]] Result<ExchangeRequest> read_parsed_request(const boost::json::value& request,
                                                          const values::ProcessIdentity& member,
                                                          const values::NameResolver* resolver = nullptr);
[[nodiscard]] Result<ExchangeReply> read_reply(std::string_view body, const values::ProcessIdentity& member,
                                               const values::NameResolver* resolver = nullptr);
[[nodiscard]] Result<ErrorReply> read_error(std::string_view body);

[[nodiscard]] std::string exchange_path(const values::ProcessIdentity& member);
[[nodiscard]] Result<values::ProcessIdentity> read_exchange_path(std::string_view target);

// A message alone, as on the wire and in the store.
[[nodiscard]] boost::json::value write_message(const SequencedMessage& message);
[[nodiscard]] Result<SequencedMessage> read_message(const boost::json::value& json,
                                                    const values::NameResolver* resolver = nullptr);

// What is sent until the other side says that it is durable there.
class Outbox {
 public:
  std::uint64_t push(engine::Message message);          // its sequence
  void acknowledge(std::uint64_t sequence);             // forgets all up to it
  [[nodiscard]] const std::deque<SequencedMessage>& pending() const { return pending_; }
  [[nodiscard]] std::uint64_t last() const { return last_; }
  [[nodiscard]] boost::json::value snapshot() const;
  static Result<Outbox> restore(const boost::json::value& json, const values::NameResolver* resolver = nullptr);

 private:
  std::deque<SequencedMessage> pending_;
  std::uint64_t last_ = 0;
};

}  // namespace plan::protocol
