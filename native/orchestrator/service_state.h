// What the parts of Service share: service.cc (exchanges), commit.cc, configure.cc (declarations),
// dead_letters.cc, describe.cc, operator.cc.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "orchestrator/conversation.h"
#include "orchestrator/process.h"
#include "orchestrator/service.h"

namespace plan::orchestrator {

// What a plan keeps secret is for members, not for who looks (describe.cc).
void redact(boost::json::value& json);
[[nodiscard]] boost::json::array waiting(const engine::Engine& engine);

struct Service::State {
  State(Store& the_store, ServiceOptions the_options)
      : store(the_store), options(std::move(the_options)), foundry(options.certname, options.limits) {}

  Store& store;
  ServiceOptions options;
  Foundry foundry;
  std::map<std::string, Process, std::less<>> processes;          // by resource
  std::map<std::string, Process*, std::less<>> titles;            // those that are served
  std::set<std::pair<Instant, std::string>> wakeups;              // of those that have one, by resource
  std::map<ConversationKey, Conversation> conversations;
  // What the next commit stores. Nothing else is looked at then: most processes and conversations are at rest.
  std::vector<Process*> changed;
  std::vector<Conversation*> touched;
  bool urgent = false;                                            // some of it must be stored before anything is answered
  std::set<ConversationKey> gone;                                 // their waiters must hear that they are not served
  std::uint64_t epoch = 0;                                        // committed
  std::optional<std::uint64_t> new_epoch;
  std::uint64_t since = 0;                                        // the epoch of this process of the daemon
  std::vector<Declaration> declarations;                          // as configure() was last told
  std::set<std::string> unwitnessed;                              // served, and not known to the witness yet
  bool full = false;                                              // the last commit found no room
  std::optional<Error> failure;
  Instant latest{};                                               // time never goes back for an engine
  Counters counters;
  bool revised = false;                                           // some process, since the last commit

  // Rows of the store that wait for a resolver, which is there once their process is served.
  struct Dormant {
    StoredConversation row;
    std::vector<StoredReceipt> receipts;
    std::vector<StoredMessage> messages;
  };
  std::map<ConversationKey, Dormant> dormant;
  ConversationId last_conversation = 0;                           // the highest id, of all that the store knows

  void log(const LogRecord& record) const {
    if (options.log) options.log(record);
  }
  void log(LogLevel level, const std::string& text) const { log({.level = level, .message = text}); }
  Instant advance(Instant now) { return latest = std::max(latest, now); }
  [[nodiscard]] Conversation::Limits conversation_limits() const {
    return {options.receipts_kept, options.undelivered_limit, options.former_incarnations};
  }

  [[nodiscard]] Process* served(std::string_view title) const;
  void mark_changed(Process& process);
  void touch(Conversation& conversation);
  void set_wakeup(Process& process, std::optional<Instant> wakeup);

  // describe.cc
  [[nodiscard]] std::vector<const Conversation*> members(const Process& process) const;   // of whom something is known

  // Above that of any time before, also of another life of the daemon.
  void revise(Process& process) {
    const auto milliseconds = static_cast<std::uint64_t>(latest.time_since_epoch().count());
    process.revision = std::max(process.revision + 1, milliseconds);
    revised = true;
  }
  // The compile time of the admission that the request shows, which is one to this cluster for this member; 0 when it
  // shows none. Error admission_refused.
  [[nodiscard]] Result<std::uint64_t> read_admission(const values::ProcessIdentity& member,
                                                     const protocol::ExchangeRequest& request) const;
  // Counts and logs it, of whom the certificate names, whatever the path says; `cluster` is "" while it is not known
  // which one is meant.
  Error refuse(const values::ProcessIdentity& peer, const std::string& cluster, std::string_view address,
               const Error& error);
  void step(Process& process, const engine::Input& input, Instant now, std::uint64_t max_firings = UINT64_MAX);
  void apply(Process& process, engine::Effects effects, Instant now);      // of a step
  [[nodiscard]] Result<boost::json::value> order(const Order& order, Instant now);      // operator.cc
  [[nodiscard]] std::string shown_value(const Order& order, std::string_view code) const;
  void deliver(Process& process, engine::Message message, Instant now);
  // `more`: what is kept with it (dead_letters.cc).
  void dead_letter(Process& process, const engine::DeadLetter& letter, Instant now, boost::json::object more = {});
  void give_up(Process& process, const Conversation& conversation, Instant now);   // what it did not deliver
  [[nodiscard]] std::string why_not_retryable(const Process& process, const boost::json::object& letter);   // "": it is
  [[nodiscard]] boost::json::array describe_letters(const Process& process);
  [[nodiscard]] Conversation* find_receiver(const Process& process, const values::ProcessIdentity& member);

  Status take(Contents contents);

  // commit.cc
  Transaction stage();
  void committed(Committed& result);
  Status bear_witness();
  Status reload();
  Error fail(Error error);

  // configure.cc
  std::vector<Refusal> configure(Instant now);
  std::optional<Error> adopt(const Declaration& declaration, Instant now);
  std::optional<Error> change(Process& process, StoredDeclaration wanted, Instant now);
  std::optional<Error> begin(Process& process, StoredDeclaration wanted, Instant now);
  std::optional<Error> wake(Process& process, Instant now);
  std::optional<Error> wake_conversations(const Process& process);
  void retire(Process& process);
  void tell_setup(Process& process, Instant now);
  // The store knows less than it once did: it goes on above the epoch that is known, and every process is told, in the
  // same transaction.
  void lose_memory(std::uint64_t known_epoch, Instant now);
};

}  // namespace plan::orchestrator
