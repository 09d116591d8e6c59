// What the daemon does, without a clock, thread, socket or file: one engine per declared process, and with each member
// a conversation (incarnation, sequences, undelivered messages). The http layer and the simulator are shells around it.
//
// Staged and committed: receive(), tick() and configure() work in memory and stage what must be stored; commit() stores
// it in one transaction. Nothing is seen outside (reply()) before it is committed, so that one commit can carry many
// exchanges. The usual way of one exchange is: receive(), commit(), reply().
//
// After commit() failed the service is dead: every call gives that error again, and the shell ends the process. But when
// it found no room (store.full), what was staged is undone, down to what the store holds: nothing is taken any more
// (store_full), replies and descriptions go on, and each further commit() looks whether there is room again.
// A Service belongs to one thread; the store must outlive it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "engine/engine.h"
#include "orchestrator/log.h"
#include "orchestrator/store/store.h"
#include "protocol/exchange.h"

namespace plan::orchestrator {

using engine::Instant;

// What `galera::cluster` writes: {"resource": "Galera::Cluster[cluster_1]", "title": "cluster_1",
// "plan": "galera::cluster", "parameters": {"cluster_size": 3}, "bundle": {…}}. Members name a process by its title.
struct Declaration {
  std::string resource;
  std::string title;
  std::string plan;
  boost::json::value parameters;   // rich data, an object
  boost::json::value bundle;
  std::string origin;              // for messages: the file it came from
};
[[nodiscard]] Result<Declaration> read_declaration(const boost::json::value& json, std::string origin);

// A memory of declared processes outside the store, so that a lost store is not taken for a new cluster: a process that
// is made although it was remembered gets $server_facts['memory_lost_at'], the store's epoch.
class Witness {
 public:
  virtual ~Witness() = default;
  [[nodiscard]] virtual bool knows(std::string_view resource) const = 0;
  // The highest epoch at which a store was ever served from: one below it was set back. 0: none.
  [[nodiscard]] virtual std::uint64_t epoch() const = 0;
  // Durable when they return Done. Error store.full: it may be tried again.
  [[nodiscard]] virtual Status remember(std::string_view resource) = 0;
  [[nodiscard]] virtual Status remember_epoch(std::uint64_t epoch) = 0;
};

class Admissions;   // access/admission.h

struct ServiceOptions {
  std::string certname;                       // the orchestrator's own
  engine::Limits limits = {};
  std::size_t receipts_kept = 1024;           // dedupe rows of a conversation, and up to an eighth more
  std::size_t undelivered_limit = 10'000;     // messages of a conversation; more end the conversation
  std::size_t former_incarnations = 100;      // remembered of a conversation
  std::size_t reply_bytes = 1024 * 1024;      // a reply stops after the message that goes over it
  LogSink log = {};
  Witness* witness = nullptr;                 // may be null
  const Admissions* admissions = nullptr;     // null: whoever the transport lets in is admitted
};

// A problem of one declaration: the others go on, and so does the process it was meant for, with what it had.
struct Refusal {
  std::string title;
  std::string origin;
  Error error;          // declaration.*: bundle (message: rendered diagnostics), parameter, duplicate, plan, …
};

struct Staged {
  ConversationKey key;
  std::string incarnation;
  std::chrono::milliseconds wait{0};          // how long the member would wait for something to receive
};

struct Committed {
  std::vector<ConversationKey> receivable;    // have something new to receive (or were begun anew)
  bool changed = false;                       // revisions
  bool stored = false;                        // there was something to store
};

// What is answered to whoever sends something while the store has no room.
[[nodiscard]] Error store_full();

class Service {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Service>> open(Store& store, ServiceOptions options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Exactly these processes are served from now on. New ones are made, known ones go on from their state with the new
  // bundle and parameters; those no longer declared are kept in the store and not served.
  std::vector<Refusal> configure(std::vector<Declaration> declarations, Instant now);

  // What a member sends: `peer` is the certname of the verified TLS peer, `address` where it is (for the audit), `member`
  // comes from the path. Error codes are those of protocol::ErrorReply. A refused request has staged nothing but what it proves: that the store lost
  // something (S19). That is committed before the refusal is answered, since the member forgets it then.
  [[nodiscard]] Result<Staged> receive(std::string_view peer, const values::ProcessIdentity& member,
                                       std::string_view body, Instant now, std::string_view address = {});
  [[nodiscard]] Result<Staged> receive(std::string_view peer, const values::ProcessIdentity& member,
                                       const protocol::ExchangeRequest& request, Instant now,
                                       std::string_view address = {});
  [[nodiscard]] Result<Committed> commit();
  // The last word before an orderly stop: a copy of the store that was made before it can be told from the store.
  [[nodiscard]] Status leave();
  // Store::backup().
  [[nodiscard]] Result<std::string> backup() const;
  [[nodiscard]] bool must_commit() const;      // something is staged that is stored before anything is answered
  [[nodiscard]] bool full() const;             // the last commit() found no room
  // What is committed for this conversation now. Error stale_incarnation when another one took its place.
  [[nodiscard]] Result<protocol::ExchangeReply> reply(const ConversationKey& key, std::string_view incarnation) const;
  [[nodiscard]] bool receivable(const ConversationKey& key) const;

  // receive, commit and reply.
  [[nodiscard]] Result<protocol::ExchangeReply> exchange(std::string_view peer, const values::ProcessIdentity& member,
                                                         const protocol::ExchangeRequest& request, Instant now);

  [[nodiscard]] std::optional<Instant> next_wakeup() const;
  void tick(Instant now);                      // stages; commit() must follow

  // Puts the tokens of a dead letter back (without their senders), or sends its message. Stages; commit() must follow.
  // Errors: unknown_cluster, not_found, not_retryable (says why), store_full.
  [[nodiscard]] Status retry(std::string_view title, std::uint64_t id, Instant now);

  // What an operator says to a served process. `by`: who speaks, as the plan hears it. What is answered is in
  // docs/orchestrator.openapi.yaml. Stages, unless it is a dry run: of that nothing is left. Errors: unknown_cluster,
  // unknown_input, malformed (the value), not_taken, refused (in the plan's words), store_full; each has its audit record.
  struct Order {
    std::string title, input, by;
    boost::json::value value;    // rich data, as a message's is
    bool dry_run = false;
    std::string address = {};    // for the audit
  };
  [[nodiscard]] Result<boost::json::value> order(const Order& order, Instant now);

  // What unknown_cluster lists: the titles that are served, in order.
  [[nodiscard]] std::vector<std::string> titles() const;
  [[nodiscard]] const std::string& certname() const;
  [[nodiscard]] std::uint64_t epoch() const;
  // Error reply for `error`, with the list of clusters where it belongs.
  [[nodiscard]] protocol::ErrorReply error_reply(const Error& error) const;

  // For people, as docs/orchestrator.openapi.yaml says; of one cluster: null when there is none of that title. What is
  // staged is in it, too. No value that a plan keeps secret, and no value of a message.
  [[nodiscard]] boost::json::value describe() const;
  [[nodiscard]] boost::json::value describe(std::string_view title) const;
  [[nodiscard]] boost::json::value describe_members(std::string_view title) const;
  [[nodiscard]] boost::json::value describe_messages(std::string_view title) const;
  [[nodiscard]] boost::json::value describe_dead_letters(std::string_view title) const;
  // Another number whenever what is described of the cluster may differ; also after a restart of the daemon.
  [[nodiscard]] std::optional<std::uint64_t> revision(std::string_view title) const;
  [[nodiscard]] bool staged() const;           // commit() has something to do

  struct Counters {
    std::uint64_t exchanges = 0, messages_received = 0, messages_sent = 0, duplicates = 0, refused = 0;
    std::uint64_t undeliverable = 0, dead_letters = 0;
  };
  [[nodiscard]] const Counters& counters() const;
  struct ClusterCounts {
    std::string title;
    std::uint64_t members = 0, undelivered = 0, tokens = 0, waiting = 0, firings = 0;
  };
  [[nodiscard]] std::vector<ClusterCounts> cluster_counts() const;   // in the order of titles

 private:
  Service();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plan::orchestrator
