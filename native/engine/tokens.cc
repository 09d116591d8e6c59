#include "engine/tokens.h"

#include <algorithm>
#include <bit>
#include <cctype>

#include "base/assert.h"

namespace plan::engine {

using values::Kind;
using values::Value;

const Value* follow(const Value& value, const Path& path) {
  const Value* at = &value;
  for (const PathStep& step : path) {
    if (at->is(Kind::hash)) {
      at = at->as_hash().find(step.key);
      if (!at) return nullptr;
    } else if (at->is(Kind::array)) {
      const std::span<const Value> items = at->as_array();
      if (step.position < 0 || static_cast<std::size_t>(step.position) >= items.size()) return nullptr;
      at = &items[static_cast<std::size_t>(step.position)];
    } else {
      return nullptr;
    }
  }
  return at;
}

namespace {

std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0x9E3779B97F4A7C15ULL;
  return x ^ (x >> 29);
}

}  // namespace

std::optional<std::uint64_t> equality_key(const Value& value) {
  switch (value.kind()) {
    case Kind::undef: return 1;
    case Kind::boolean: return value.as_boolean() ? 2 : 3;
    // 1 == 1.0: both by their value as a float. Large integers may share one.
    case Kind::integer: return mix(std::bit_cast<std::uint64_t>(static_cast<double>(value.as_integer())));
    case Kind::floating: {
      const double number = value.as_float();
      return mix(std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number));
    }
    case Kind::string: {
      std::uint64_t hash = 0xCBF29CE484222325ULL;
      for (const char c : value.as_string()) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) return std::nullopt;
        hash = (hash ^ static_cast<std::uint64_t>(std::tolower(byte))) * 0x100000001B3ULL;
      }
      return mix(hash);
    }
    case Kind::process: {
      const values::ProcessIdentity& identity = value.as_process().identity;
      return mix(std::hash<std::string>{}(identity.certname) * 31 + std::hash<std::string>{}(identity.resource));
    }
    case Kind::default_: case Kind::array: case Kind::hash: case Kind::regexp: case Kind::type: case Kind::sensitive:
    case Kind::timespan: case Kind::timestamp: case Kind::semver: case Kind::semver_range: case Kind::binary:
    case Kind::queue: case Kind::resource:
      break;
  }
  return std::nullopt;
}

// ------------------------------------------------------------------------------------------------ index

void TokenIndex::append(Chain& chain, std::uint64_t serial) {
  const auto at = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({serial, kEnd});
  if (chain.first == kEnd) chain.first = at;
  else entries_[chain.last].next = at;
  chain.last = at;
}

void TokenIndex::add(const Token& token) {
  const Value* part = follow(token.value, path_);
  const std::optional<std::uint64_t> key = part ? equality_key(*part) : std::nullopt;
  append(key ? chains_[*key] : unkeyed_, token.serial);
}

void TokenIndex::rebuild(const TokenList& tokens) {
  entries_.clear();
  chains_.clear();
  unkeyed_ = {};
  for (const Token& token : tokens) add(token);
}

void TokenIndex::drop_gone(Chain& chain, const TokenList& tokens) const {
  while (chain.first != kEnd && !tokens.find(entries_[chain.first].serial)) chain.first = entries_[chain.first].next;
}

TokenIndex::Cursor TokenIndex::find(const TokenList& tokens, std::uint64_t key) const {
  Cursor cursor;
  cursor.tokens_ = &tokens;
  cursor.index_ = this;
  if (const auto chain = chains_.find(key); chain != chains_.end()) {
    drop_gone(chain->second, tokens);
    cursor.keyed_ = chain->second.first;
    if (cursor.keyed_ == kEnd) chains_.erase(chain);
  }
  drop_gone(unkeyed_, tokens);
  cursor.unkeyed_ = unkeyed_.first;
  return cursor;
}

const Token* TokenIndex::Cursor::next() {
  while (keyed_ != kEnd || unkeyed_ != kEnd) {
    const auto& entries = index_->entries_;
    const bool keyed = unkeyed_ == kEnd || (keyed_ != kEnd && entries[keyed_].serial < entries[unkeyed_].serial);
    std::uint32_t& at = keyed ? keyed_ : unkeyed_;
    const Token* token = tokens_->find(entries[at].serial);
    at = entries[at].next;
    if (token) return token;
  }
  return nullptr;
}

// ------------------------------------------------------------------------------------------------ list

TokenList::Iterator TokenList::from(std::uint64_t serial) const {
  if (!items_) return {nullptr, nullptr};
  const Token* at = start();
  if (serial != 0) {
    at = std::lower_bound(at, stop(), serial, [](const Token& token, std::uint64_t wanted) { return token.serial < wanted; });
  }
  return {at, stop()};
}

const Token* TokenList::find(std::uint64_t serial) const {
  if (!items_) return nullptr;
  const Token* first = start();
  if (first == stop()) return nullptr;
  if (first->serial == serial && !gap(*first)) return first;
  const Iterator at = from(serial);
  return at != end() && at->serial == serial ? &*at : nullptr;
}

void TokenList::push(Token token) {
  if (!items_) items_ = std::make_unique<Items>();
  PLAN_ASSERT(items_->slots.empty() || items_->slots.back().serial < token.serial);
  items_->slots.push_back(std::move(token));
  ++items_->live;
  for (const auto& index : items_->indexes) {
    index->add(items_->slots.back());
    if (index->bloated(items_->live)) index->rebuild(*this);
  }
}

Token TokenList::take(std::uint64_t serial) {
  const Token* found = find(serial);
  PLAN_ASSERT(found);
  Token& slot = items_->slots[static_cast<std::size_t>(found - items_->slots.data())];
  Token token = std::move(slot);
  slot.serial = token.serial;
  slot.arrived = Instant::min();
  --items_->live;
  close_gaps();
  return token;
}

void TokenList::close_gaps() {
  std::vector<Token>& slots = items_->slots;
  while (items_->head < slots.size() && gap(slots[items_->head])) ++items_->head;
  if (items_->live == 0) {
    slots.clear();
    items_->head = 0;
  } else if (slots.size() > 2 * items_->live + 16) {
    std::erase_if(slots, [](const Token& token) { return gap(token); });
    items_->head = 0;
  }
}

const TokenIndex& TokenList::index(const Path& path) const {
  PLAN_ASSERT(items_);
  for (const auto& known : items_->indexes) {
    if (known->path() == path) return *known;
  }
  items_->indexes.push_back(std::make_unique<TokenIndex>(path));
  items_->indexes.back()->rebuild(*this);
  return *items_->indexes.back();
}

}  // namespace plan::engine
