// The orchestrator's side of a talk with one process of one member: what was received, what is still to be delivered,
// and what of both the store does not know yet. Decides whether a request fits; the service does what follows.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "orchestrator/store/store.h"
#include "protocol/exchange.h"

namespace plan::orchestrator {

class Conversation {
 public:
  struct Limits {
    std::size_t receipts = 1024;
    std::size_t undelivered = 10'000;
    std::size_t former = 100;
  };

  Conversation(ConversationId id, ConversationKey key, const Limits& limits);
  // From the store; the rows are of this conversation. Error store.damaged when they do not fit together.
  static Result<Conversation> restore(StoredConversation row, const std::vector<StoredReceipt>& receipts,
                                      const std::vector<StoredMessage>& messages, const Limits& limits,
                                      const values::NameResolver* resolver);

  // Where a request stands: whether it begins the conversation anew, and how many of its messages are new (the last
  // ones). Changes nothing. Errors: stale_incarnation, sequence_gap, conflict. `since` is the epoch at which this process
  // of the daemon began: who has not heard of it knows nothing that was sent since.
  struct Standing {
    bool begins = false;
    std::size_t fresh = 0;
  };
  [[nodiscard]] Result<Standing> check(const protocol::ExchangeRequest& request, std::uint64_t since) const;

  // Whether a member that shows an admission of this compile time (0: none) may send this request. Who was released may
  // only hear the end of it, as the incarnation that left, until a newer catalog says that it is back. Changes nothing.
  // Errors: not_admitted, released.
  [[nodiscard]] std::optional<Error> refusal(const protocol::ExchangeRequest& request, std::uint64_t compiled_us) const;

  void admitted(const protocol::ExchangeRequest& request, std::uint64_t compiled_us);   // refusal() has nothing against it
  void released();                                            // the member left: what admitted it counts no more
  void begin(const std::string& incarnation);                 // what was undelivered is dropped and counted
  void received(const protocol::SequencedMessage& message);   // the next one
  bool acknowledged(std::uint64_t sequence);                  // true: something is delivered by it
  [[nodiscard]] bool send(engine::Message message);           // false: too many are undelivered already

  // Adds to `transaction` what the store does not know yet. What must be stored before anything is answered is
  // `urgent`; a mere acknowledgement is not, and goes along with the next commit.
  [[nodiscard]] bool urgent() const { return changed_; }
  void stage(Transaction& transaction);
  [[nodiscard]] bool touch() { return !std::exchange(touched_, true); }   // false: it was touched since the last commit
  // The staged is stored. True when there is something new for the member to receive.
  bool committed();

  // Only what is committed.
  [[nodiscard]] bool receivable() const;
  [[nodiscard]] const std::string& committed_incarnation() const { return committed_.incarnation; }
  [[nodiscard]] std::uint64_t committed_received() const { return committed_.received; }
  [[nodiscard]] std::vector<protocol::SequencedMessage> deliverable(std::size_t max_bytes) const;

  struct Undelivered {
    protocol::SequencedMessage message;
    std::string text;
  };
  [[nodiscard]] const StoredConversation& row() const { return row_; }
  [[nodiscard]] const std::deque<Undelivered>& undelivered() const { return outbox_; }

  // For people; not stored. Of the last request, if there was one in this life of the daemon.
  struct Note {
    std::string plan, bundle;
    engine::Instant last_exchange;
  };
  std::optional<Note> note;

 private:
  [[nodiscard]] std::optional<Error> check_known(const protocol::SequencedMessage& message) const;
  [[nodiscard]] bool is_released() const { return row_.released_us > 0 && row_.released_us >= row_.admitted_us; }
  [[nodiscard]] bool says_nothing_new(const protocol::ExchangeRequest& request) const;

  StoredConversation row_;
  Limits limits_;
  std::deque<std::uint64_t> receipts_;   // digests of the last messages received, the newest of them row_.received
  std::deque<Undelivered> outbox_;       // the newest of them row_.sent

  std::uint64_t sent_before_ = 0;        // by an earlier process of the daemon, to this incarnation
  struct Committed {
    std::string incarnation;
    std::uint64_t received = 0, sent = 0;
  };
  Committed committed_;                  // what the store knows, and a member may see
  bool changed_ = false;
  bool restarted_ = false;
  bool touched_ = false;                 // is on the list of what is staged
  std::uint64_t new_receipts_from_ = 1;  // the first sequences that the store does not have
  std::uint64_t new_messages_from_ = 1;
  std::uint64_t acknowledged_ = 0;       // delivered up to it, and the store knows it only up to…
  std::uint64_t stored_acknowledged_ = 0;
};

[[nodiscard]] Error not_admitted(const std::string& certname, const std::string& cluster);

// A number that differs when the message differs in anything but its sequence.
[[nodiscard]] std::uint64_t digest(const engine::Message& message);

}  // namespace plan::orchestrator
