// A store in memory, for the simulator and for tests. What it holds outlives the service that wrote it ("the disk"),
// and it can be told to fail.
#pragma once

#include <limits>
#include <map>
#include <utility>

#include "orchestrator/store/store.h"

namespace plan::orchestrator {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(Birth birth);

  Result<Contents> load() override;
  Status commit(const Transaction& transaction) override;
  Result<std::string> backup() override { return Error{"store.open", "a store in memory has no file to copy"}; }
  std::uint64_t commits() const override { return commits_; }

  // The commit after `commits` more successful ones fails with this error; with `applied` it has taken effect all the
  // same, as when power goes between the write and the answer. Every later one fails too, until repair().
  void fail_after(std::uint64_t commits, Error error, bool applied = false);
  void repair();

 private:
  using Numbered = std::pair<ConversationId, std::uint64_t>;
  void apply(const Transaction& transaction);

  std::string store_id_;
  std::uint64_t epoch_;
  std::map<std::string, StoredDeclaration> declarations_;
  std::map<std::string, StoredProcess> processes_;
  std::map<ConversationKey, StoredConversation> conversations_;
  std::map<Numbered, StoredReceipt> receipts_;
  std::map<Numbered, StoredMessage> messages_;
  std::map<std::pair<std::string, std::uint64_t>, StoredDeadLetter> dead_letters_;
  std::uint64_t commits_ = 0;
  std::optional<std::uint64_t> fails_after_;
  std::optional<Error> failure_;
  bool applied_ = false;
};

}  // namespace plan::orchestrator
