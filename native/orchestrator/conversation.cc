#include "orchestrator/conversation.h"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "values/json.h"

namespace plan::orchestrator {

namespace {

constexpr std::string_view kAnew = "The member begins the conversation anew, with a new incarnation.";

// Old receipts lie on other pages of the store than new ones, so they go many at once.
bool too_many(std::size_t receipts, std::size_t limit) { return receipts > limit + limit / 8; }

Error gap(const std::string& what) { return Error{"sequence_gap", what, std::string(kAnew)}; }

Error damaged(const ConversationKey& key, const std::string& what) {
  return Error{"store.damaged", "the conversation of " + key.certname + " " + key.resource + " with " + key.process +
                                    ": " + what};
}

}  // namespace

Error not_admitted(const std::string& certname, const std::string& cluster) {
  return Error{"not_admitted", certname + " shows no admission to " + cluster,
               "The manifest gives it: admission => galera::admission(…), compiled on a Puppet Server."};
}

std::uint64_t digest(const engine::Message& message) {
  // FNV-1a over the message as it would be stored. It tells a restored disk image from a repeated call; nobody gains
  // by a collision, since a member could only deceive itself.
  const std::string text = boost::json::serialize(protocol::write_message({1, message}));
  std::uint64_t result = 0xcbf29ce484222325U;
  for (const char c : text) result = (result ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return result;
}

Conversation::Conversation(ConversationId id, ConversationKey key, const Limits& limits) : limits_(limits) {
  row_.id = id;
  row_.key = std::move(key);
}

Result<Conversation> Conversation::restore(StoredConversation row, const std::vector<StoredReceipt>& receipts,
                                           const std::vector<StoredMessage>& messages, const Limits& limits,
                                           const values::NameResolver* resolver) {
  Conversation result(row.id, row.key, limits);
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    const std::uint64_t expected = row.received - (receipts.size() - 1 - i);
    if (receipts[i].sequence != expected) {
      return damaged(row.key, "expected the receipt of message " + std::to_string(expected) + ", found that of " +
                                  std::to_string(receipts[i].sequence));
    }
    result.receipts_.push_back(receipts[i].digest);
  }
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::uint64_t expected = row.sent - (messages.size() - 1 - i);
    auto json = values::parse_json(messages[i].text, protocol::kMaxBodyBytes, values::kMaxJsonDepth + 8);
    if (!json) return damaged(row.key, json.error().message);
    auto message = protocol::read_message(*json, resolver);
    if (!message) return damaged(row.key, message.error().message);
    if (messages[i].sequence != expected || message->sequence != expected) {
      return damaged(row.key, "expected message " + std::to_string(expected) + ", found " +
                                  std::to_string(messages[i].sequence));
    }
    result.outbox_.push_back({std::move(message).value(), messages[i].text});
  }
  result.acknowledged_ = result.stored_acknowledged_ = row.sent - messages.size();
  result.new_receipts_from_ = row.received + 1;
  result.new_messages_from_ = row.sent + 1;
  result.sent_before_ = row.sent;
  result.committed_ = {row.incarnation, row.received, row.sent};
  result.row_ = std::move(row);
  return result;
}

std::optional<Error> Conversation::check_known(const protocol::SequencedMessage& message) const {
  const std::uint64_t age = row_.received - message.sequence;   // 0: the newest
  if (age >= receipts_.size()) return std::nullopt;             // too old to be compared: taken as a repetition
  if (receipts_[receipts_.size() - 1 - age] == digest(message.message)) return std::nullopt;
  return Error{"conflict",
               "message " + std::to_string(message.sequence) +
                   " was received before with another content: the member's state was set back",
               std::string(kAnew)};
}

Result<Conversation::Standing> Conversation::check(const protocol::ExchangeRequest& request,
                                                         std::uint64_t since) const {
  const auto& former = row_.former;
  if (std::find(former.begin(), former.end(), request.incarnation) != former.end()) {
    return Error{"stale_incarnation",
                 "incarnation " + request.incarnation + " was replaced by " + row_.incarnation +
                     ": the same process runs twice, or an old disk image came back",
                 std::string(kAnew)};
  }
  Standing standing;
  standing.begins = request.incarnation != row_.incarnation;
  const std::uint64_t known = standing.begins ? 0 : row_.received;
  const bool current = request.incarnation == committed_.incarnation;
  const std::uint64_t sent = !current ? 0 : request.epoch < since ? sent_before_ : committed_.sent;
  if (request.acknowledged > sent) {
    return gap("message " + std::to_string(request.acknowledged) + " is acknowledged, but only " + std::to_string(sent) +
               " were sent: this orchestrator's store is older than the member's state");
  }
  if (request.delivered > known) {
    return gap("message " + std::to_string(request.delivered) + " was acknowledged, but only " + std::to_string(known) +
               " are in this store");
  }
  if (!request.messages.empty() && request.messages.front().sequence > known + 1) {
    return gap("expected message " + std::to_string(known + 1) + ", found " +
               std::to_string(request.messages.front().sequence) + ": what came before is not in this store");
  }
  for (const auto& message : request.messages) {
    if (message.sequence > known) {
      ++standing.fresh;
    } else if (auto conflict = check_known(message)) {
      return *conflict;
    }
  }
  return standing;
}

bool Conversation::says_nothing_new(const protocol::ExchangeRequest& request) const {
  return request.incarnation == row_.incarnation &&
         (request.messages.empty() || request.messages.back().sequence <= row_.received);
}

std::optional<Error> Conversation::refusal(const protocol::ExchangeRequest& request, std::uint64_t compiled_us) const {
  if (std::max(compiled_us, row_.admitted_us) == 0) return not_admitted(row_.key.certname, request.cluster);
  if (!is_released() || compiled_us > row_.released_us || says_nothing_new(request)) return std::nullopt;
  return Error{"released", row_.key.certname + " has left " + request.cluster + ", and shows no admission newer than that",
               "A catalog that was compiled since brings it back."};
}

void Conversation::admitted(const protocol::ExchangeRequest& request, std::uint64_t compiled_us) {
  if (compiled_us <= row_.admitted_us) return;
  // Another run of a catalog that releases the member is not one that brings it back.
  const bool still_released = is_released() && says_nothing_new(request);
  row_.admitted_us = compiled_us;
  if (still_released) row_.released_us = compiled_us;
  changed_ = true;
}

void Conversation::released() {
  if (row_.released_us == row_.admitted_us) return;
  row_.released_us = row_.admitted_us;
  changed_ = true;
}

void Conversation::begin(const std::string& incarnation) {
  if (!row_.incarnation.empty()) {
    row_.former.push_back(row_.incarnation);
    if (row_.former.size() > limits_.former) row_.former.erase(row_.former.begin());
    restarted_ = true;
  }
  row_.incarnation = incarnation;
  row_.dropped += outbox_.size();
  row_.received = row_.sent = sent_before_ = 0;
  receipts_.clear();
  outbox_.clear();
  new_receipts_from_ = new_messages_from_ = 1;
  acknowledged_ = stored_acknowledged_ = 0;
  changed_ = true;
}

void Conversation::received(const protocol::SequencedMessage& message) {
  PLAN_ASSERT(message.sequence == row_.received + 1);
  row_.received = message.sequence;
  receipts_.push_back(digest(message.message));
  changed_ = true;
}

bool Conversation::acknowledged(std::uint64_t sequence) {
  const bool news = sequence > acknowledged_;
  acknowledged_ = std::max(acknowledged_, sequence);
  while (!outbox_.empty() && outbox_.front().message.sequence <= sequence) outbox_.pop_front();
  return news;
}

bool Conversation::send(engine::Message message) {
  if (outbox_.size() >= limits_.undelivered) return false;
  protocol::SequencedMessage sequenced{++row_.sent, std::move(message)};
  std::string text = boost::json::serialize(protocol::write_message(sequenced));
  outbox_.push_back({std::move(sequenced), std::move(text)});
  changed_ = true;
  return true;
}

void Conversation::stage(Transaction& transaction) {
  const ConversationId id = row_.id;
  if (restarted_) transaction.restarted.push_back(id);
  if (changed_) transaction.conversations.push_back(row_);
  if (acknowledged_ > stored_acknowledged_) transaction.delivered.push_back({id, acknowledged_});
  for (std::uint64_t sequence = new_receipts_from_; sequence <= row_.received; ++sequence) {
    transaction.receipts.push_back({id, sequence, receipts_[receipts_.size() - 1 - (row_.received - sequence)]});
  }
  if (too_many(receipts_.size(), limits_.receipts)) {
    transaction.forgotten.push_back({id, row_.received - limits_.receipts});
  }
  for (std::uint64_t sequence = new_messages_from_; sequence <= row_.sent; ++sequence) {
    transaction.messages.push_back({id, sequence, outbox_[outbox_.size() - 1 - (row_.sent - sequence)].text});
  }
}

bool Conversation::committed() {
  const bool news = row_.sent > committed_.sent || restarted_;
  if (too_many(receipts_.size(), limits_.receipts)) {
    receipts_.erase(receipts_.begin(), receipts_.end() - static_cast<std::ptrdiff_t>(limits_.receipts));
  }
  new_receipts_from_ = row_.received + 1;
  new_messages_from_ = row_.sent + 1;
  stored_acknowledged_ = acknowledged_;
  changed_ = restarted_ = touched_ = false;
  committed_ = {row_.incarnation, row_.received, row_.sent};
  return news;
}

bool Conversation::receivable() const {
  return !outbox_.empty() && outbox_.front().message.sequence <= committed_.sent &&
         row_.incarnation == committed_.incarnation;
}

std::vector<protocol::SequencedMessage> Conversation::deliverable(std::size_t max_bytes) const {
  std::vector<protocol::SequencedMessage> result;
  if (!receivable()) return result;
  std::size_t bytes = 0;
  for (const auto& undelivered : outbox_) {
    if (undelivered.message.sequence > committed_.sent || result.size() == protocol::kMaxMessagesPerExchange) break;
    if (bytes > max_bytes) break;
    bytes += undelivered.text.size();
    result.push_back(undelivered.message);
  }
  return result;
}

}  // namespace plan::orchestrator
