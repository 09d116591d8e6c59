// The member's side of the talk with the orchestrator, without clock, thread or socket: sequence numbers, what is not
// yet acknowledged, which call to make next, and when to try again.
//
// Two calls may be under way at a time: a send, which is answered at once, and a poll, which the orchestrator holds
// until there is something to receive. Both may bring the same messages; each is taken once.
//
// The caller makes the snapshot durable before it makes a call: a call tells what was durably received, and sends what
// must not be sent again as something else.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "protocol/exchange.h"

namespace plan::agent {

using engine::Instant;
using Random = std::function<std::uint64_t()>;

struct Exchange {
  std::uint64_t id = 0;                     // names the call in answered() and failed()
  std::string path;
  std::string body;
  std::chrono::milliseconds wait{0};        // how long the orchestrator may hold it
  std::uint64_t first_message = 0;          // for traces: what the body holds
  std::size_t messages = 0;
  std::uint64_t acknowledged = 0;
};

struct Answer {                             // of an HTTP server
  int status = 0;
  std::string body;
  std::optional<std::chrono::milliseconds> retry_after = {};
};

// How it stands with the orchestrator, for people.
struct Connection {
  enum class State : std::uint8_t { none, ok, failed };
  State state = State::none;
  Error error = {};                         // of `failed`
  std::vector<std::string> clusters = {};   // the orchestrator's, when it does not know ours
};

class Conversation {
 public:
  struct Setup {
    values::ProcessIdentity member;
    std::string cluster;
    std::string plan;
    std::string bundle;                     // digest
    std::string admission;                  // the catalog's; may be empty
    Random random;
    const values::NameResolver* resolver = nullptr;   // outlives the conversation
  };
  // What an answer brought.
  struct News {
    std::vector<engine::Message> messages;  // in order, each for the first time
    bool changed = false;                   // the snapshot is another
    // The orchestrator and this state do not fit together (a restored image, a lost store): why. begin_anew() next.
    std::optional<Error> broken;
  };

  // A new incarnation.
  explicit Conversation(Setup setup);
  static Result<Conversation> restore(Setup setup, const boost::json::value& snapshot);
  [[nodiscard]] boost::json::value snapshot() const;
  // A new incarnation that remembers only the highest epoch. Calls under way are forgotten.
  void begin_anew(Instant now);

  // The cluster to talk to, from the next call on. Only for one that has not taken anything from this member yet.
  void address(std::string cluster);
  void send(engine::Message message);
  // The next call's answer must be of a call that was begun after now (a catalog is done: is there something for us?).
  void want_sync();
  // The call to make now, if any. `listening`: messages may come even if there is nothing to send.
  [[nodiscard]] std::optional<Exchange> next(bool listening, Instant now);
  // When there may be a call to make though nothing has happened: after a failure, or the first that waits for messages.
  [[nodiscard]] std::optional<Instant> next_attempt() const;

  // A call that is not under way (any more) is ignored.
  [[nodiscard]] News answered(std::uint64_t id, const Answer& answer, Instant now);
  void failed(std::uint64_t id, const Error& error, Instant now);
  // An answer's News were `broken`, and to begin anew would not help.
  void refused(const Error& error, Instant now);

  [[nodiscard]] bool all_acknowledged() const { return outbox_.pending().empty(); }
  [[nodiscard]] std::uint64_t last_sent() const { return outbox_.last(); }      // or to be sent
  [[nodiscard]] std::uint64_t acknowledged() const { return outbox_.last() - outbox_.pending().size(); }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] bool in_sync() const { return !sync_wanted_; }
  // Since when calls have failed, if they have failed three times or more with no good one between.
  [[nodiscard]] std::optional<Instant> unreachable_since() const;
  [[nodiscard]] const Connection& connection() const { return connection_; }
  [[nodiscard]] const std::string& incarnation() const { return incarnation_; }
  [[nodiscard]] const std::string& cluster() const { return setup_.cluster; }

 private:
  struct Call {
    std::uint64_t id = 0;
    bool poll = false;
    bool syncs = false;                     // begun after the last want_sync()
    std::uint64_t last_sequence = 0;        // of the outbox, when it was begun
    Instant begun = {};
  };

  [[nodiscard]] const Call* under_way(bool poll) const;
  [[nodiscard]] std::optional<Call> take(std::uint64_t id);
  [[nodiscard]] Exchange begin(bool poll, Instant now);
  [[nodiscard]] protocol::ExchangeRequest request(bool poll) const;
  [[nodiscard]] News accept(const Call& call, const protocol::ExchangeReply& reply, Instant now);
  [[nodiscard]] News read_refusal(const Answer& answer, Instant now);
  void note_failure(Connection connection, std::optional<std::chrono::milliseconds> retry_after, Instant now);
  void pace_polls(const Call& call, bool brought_something, Instant now);

  Setup setup_;
  std::string admitted_to_;                 // the cluster that setup_.admission is for
  std::string incarnation_;
  std::uint64_t epoch_ = 0;                 // the highest ever heard
  std::uint64_t received_ = 0;
  protocol::Outbox outbox_;

  std::uint64_t last_call_ = 0;
  std::vector<Call> calls_;
  bool sync_wanted_ = true;
  bool admitted_ = false;                   // the orchestrator has answered well to our admission
  std::uint64_t failures_ = 0;              // since the last good answer
  Instant failing_since_ = {};
  std::optional<Instant> retry_at_;
  bool holds_first_poll_ = true;            // until the first answer or the first want_sync()
  std::optional<Instant> first_poll_at_;    // not before it
  unsigned empty_polls_ = 0;                // answered at once with nothing, in a row
  Connection connection_;
};

}  // namespace plan::agent
