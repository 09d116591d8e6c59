#include "orchestrator/store/memory.h"

namespace plan::orchestrator {

namespace {

// Erases the entries of one conversation with sequences up to `last`.
template <class Map>
void erase_up_to(Map& map, ConversationId conversation, std::uint64_t last) {
  map.erase(map.lower_bound({conversation, 0}), map.upper_bound({conversation, last}));
}

template <class Map>
auto values_of(const Map& map) {
  std::vector<typename Map::mapped_type> result;
  result.reserve(map.size());
  for (const auto& [key, value] : map) result.push_back(value);
  return result;
}

constexpr std::uint64_t kEverything = std::numeric_limits<std::uint64_t>::max();

}  // namespace

MemoryStore::MemoryStore(Birth birth) : store_id_(std::move(birth.store_id)), epoch_(birth.epoch) {}

Result<Contents> MemoryStore::load() {
  return Contents{store_id_,
                  epoch_,
                  values_of(declarations_),
                  values_of(processes_),
                  values_of(conversations_),
                  values_of(receipts_),
                  values_of(messages_),
                  values_of(dead_letters_)};
}

Status MemoryStore::commit(const Transaction& transaction) {
  if (fails_after_ && *fails_after_ == 0) {
    if (applied_) apply(transaction);
    applied_ = false;
    return *failure_;
  }
  if (fails_after_) --*fails_after_;
  if (transaction.epoch != epoch_) {
    return Error{"store.epoch", "the store is at epoch " + std::to_string(epoch_) + ", this writer at " +
                                    std::to_string(transaction.epoch)};
  }
  apply(transaction);
  ++commits_;
  return Done{};
}

void MemoryStore::apply(const Transaction& transaction) {
  if (transaction.new_epoch) epoch_ = *transaction.new_epoch;
  for (const auto& row : transaction.declarations) declarations_[row.resource] = row;
  for (const auto& row : transaction.processes) processes_[row.resource] = row;
  for (const auto conversation : transaction.restarted) {
    erase_up_to(receipts_, conversation, kEverything);
    erase_up_to(messages_, conversation, kEverything);
  }
  for (const auto& row : transaction.conversations) conversations_[row.key] = row;
  for (const auto& [conversation, sequence] : transaction.delivered) erase_up_to(messages_, conversation, sequence);
  for (const auto& [conversation, sequence] : transaction.forgotten) erase_up_to(receipts_, conversation, sequence);
  for (const auto& row : transaction.receipts) receipts_[{row.conversation, row.sequence}] = row;
  for (const auto& row : transaction.messages) messages_[{row.conversation, row.sequence}] = row;
  for (const auto& row : transaction.dead_letters) dead_letters_[{row.process, row.id}] = row;
  for (const auto& [process, id] : transaction.buried) {
    dead_letters_.erase(dead_letters_.lower_bound({process, 0}), dead_letters_.upper_bound({process, id}));
  }
}

void MemoryStore::fail_after(std::uint64_t commits, Error error, bool applied) {
  fails_after_ = commits;
  failure_ = std::move(error);
  applied_ = applied;
}

void MemoryStore::repair() {
  fails_after_.reset();
  failure_.reset();
  applied_ = false;
}

}  // namespace plan::orchestrator
