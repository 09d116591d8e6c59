// What the service must not forget, behind one interface: SQLite for the daemon, memory for simulator and tests. The
// contract test (tests/orchestrator/store_contract_test.cc) runs against each.
//
// A store belongs to one thread. commit() is all or nothing and durable when it returns Done. After store.full nothing of
// the transaction is there, and a later one may find room. After any other error of commit() what is on disk is
// unknown: nothing more may be acknowledged, and the process stops (the next one loads what is there).
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace plan::orchestrator {

// One member's side of a talk with one process of the orchestrator.
struct ConversationKey {
  std::string process;    // resource of the orchestrator's process: "Galera::Cluster[cluster_1]"
  std::string certname;   // of the member
  std::string resource;   // of the member's process: "Galera::Host[cluster_member]"
  friend bool operator==(const ConversationKey&, const ConversationKey&) = default;
  friend auto operator<=>(const ConversationKey&, const ConversationKey&) = default;
};

// In whose place it stands where it is only looked up. Counts from 1; given once, and to nothing else later.
using ConversationId = std::uint64_t;

// What a process was declared with when that was last accepted. Kept so that a declaration that cannot be used does
// not stop the process it was meant for. `parameters`, `bundle` and `facts` are JSON texts.
struct StoredDeclaration {
  std::string resource;
  std::string title;
  std::string plan;
  std::string parameters;
  std::string bundle;
  std::string facts;      // $server_facts as they were when the process was made
  friend bool operator==(const StoredDeclaration&, const StoredDeclaration&) = default;
};

struct StoredProcess {
  std::string resource;
  std::string snapshot;   // engine::Engine::snapshot() as JSON text
  friend bool operator==(const StoredProcess&, const StoredProcess&) = default;
};

struct StoredConversation {
  ConversationId id = 0;
  ConversationKey key;
  std::string incarnation;
  std::uint64_t received = 0;              // last sequence received of this incarnation
  std::uint64_t sent = 0;                  // last sequence given out to this incarnation
  std::uint64_t dropped = 0;               // messages that were never delivered because the incarnation ended
  std::vector<std::string> former;         // incarnations that were replaced, newest last
  std::uint64_t admitted_us = 0;           // when the last accepted admission was signed, by the compiler's clock
  std::uint64_t released_us = 0;           // no admission from then or before is accepted any more
  friend bool operator==(const StoredConversation&, const StoredConversation&) = default;
};

struct StoredReceipt {                     // the dedupe row of a received message
  ConversationId conversation = 0;
  std::uint64_t sequence = 0;
  std::uint64_t digest = 0;
  friend bool operator==(const StoredReceipt&, const StoredReceipt&) = default;
};

struct StoredMessage {                     // to be delivered
  ConversationId conversation = 0;
  std::uint64_t sequence = 0;
  std::string text;                        // protocol::write_message()
  friend bool operator==(const StoredMessage&, const StoredMessage&) = default;
};

struct StoredDeadLetter {
  std::string process;
  std::uint64_t id = 0;                    // counts from 1, over the life of the process
  std::string text;                        // JSON
  friend bool operator==(const StoredDeadLetter&, const StoredDeadLetter&) = default;
};

struct UpTo {
  ConversationId conversation = 0;
  std::uint64_t sequence = 0;
};

// Applied in the order of the fields. An id stands at most once in `restarted`, and what is in `receipts` and `messages`
// comes after every restart in the same transaction.
struct Transaction {
  std::uint64_t epoch = 0;                         // the writer's: a store at another epoch refuses (S17)
  std::optional<std::uint64_t> new_epoch;
  std::vector<StoredDeclaration> declarations;     // by resource: replace
  std::vector<StoredProcess> processes;            // by resource: replace
  std::vector<ConversationId> restarted;           // all receipts and undelivered messages go
  std::vector<StoredConversation> conversations;   // by id: replace; the key stays
  std::vector<UpTo> delivered;                     // undelivered messages up to it go
  std::vector<UpTo> forgotten;                     // receipts up to it go
  std::vector<StoredReceipt> receipts;
  std::vector<StoredMessage> messages;
  std::vector<StoredDeadLetter> dead_letters;      // by process and id: replace
  std::vector<std::pair<std::string, std::uint64_t>> buried;   // dead letters of the process up to this id go
  [[nodiscard]] bool empty() const;
};

struct Contents {                                  // each list in the order of its keys, receipts and messages by id
  std::string store_id;                            // 32 hex, random, of this store since it was made
  std::uint64_t epoch = 0;
  std::vector<StoredDeclaration> declarations;
  std::vector<StoredProcess> processes;
  std::vector<StoredConversation> conversations;
  std::vector<StoredReceipt> receipts;
  std::vector<StoredMessage> messages;
  std::vector<StoredDeadLetter> dead_letters;
};

// Error codes: store.open, store.newer (written by a newer version), store.damaged, store.full, store.io, store.busy,
// store.epoch (somebody else owns the store now), store.read_only.
class Store {
 public:
  virtual ~Store() = default;
  [[nodiscard]] virtual Result<Contents> load() = 0;
  [[nodiscard]] virtual Status commit(const Transaction& transaction) = 0;
  // The path of a whole and consistent copy of what is committed, in the store's own directory; the caller removes it.
  [[nodiscard]] virtual Result<std::string> backup() = 0;
  // What commit() saw so far, for metrics.
  [[nodiscard]] virtual std::uint64_t commits() const = 0;
};

// How a store that does not exist yet begins. The epoch must be above that of a store which was there before: the
// daemon takes the milliseconds since 1970, and the service goes above any epoch that members report.
struct Birth {
  std::string store_id;
  std::uint64_t epoch = 1;
};

}  // namespace plan::orchestrator
