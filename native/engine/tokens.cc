#include "engine/tokens.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <memory>
#include <new>

#include "base/assert.h"

namespace plan::engine {

using values::Kind;
using values::Value;

const Value* follow(const Value& value, const Path& path) {
  const Value* at = &value;
  for (const PathStep& step : path) {
    if (at->is(Kind::hash)) {
      const values::HashObject& hash = at->as_hash();
      at = step.key.is(Kind::string) ? hash.find(step.key.as_string()) : hash.find(step.key);
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
    case Kind::timespan: case Kind::timestamp: case Kind::semver: case Kind::semver_range: case Kind::uri: case Kind::binary:
    case Kind::queue: case Kind::resource:
      break;
  }
  return std::nullopt;
}

// ------------------------------------------------------------------------------------------------ index

void TokenIndex::append(Chain& chain, std::uint64_t serial, std::uint64_t ordinal) {
  const auto at = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({serial, ordinal, kEnd});
  if (chain.first == kEnd) chain.first = at;
  else entries_[chain.last].next = at;
  chain.last = at;
}

void TokenIndex::add(const Token& token, std::uint64_t ordinal) {
  const Value* part = follow(token.value, *path_);
  const std::optional<std::uint64_t> key = part ? equality_key(*part) : std::nullopt;
  append(key ? chain_of(*key) : unkeyed_, token.serial, ordinal);
}

TokenIndex::KeyedChain& TokenIndex::slot_of(std::uint64_t key) const {
  const std::size_t mask = chains_.size() - 1;
  std::size_t at = key & mask;
  while (chains_[at].chain.last != kEnd && chains_[at].key != key) at = (at + 1) & mask;
  return chains_[at];
}

TokenIndex::Chain& TokenIndex::chain_of(std::uint64_t key) {
  if (chains_.size() < 2 * (keys_ + 1)) grow();
  KeyedChain& slot = slot_of(key);
  if (slot.chain.last == kEnd) {
    slot.key = key;
    ++keys_;
  }
  return slot.chain;
}

void TokenIndex::grow() {
  std::vector<KeyedChain> old(2 * chains_.size());
  old.swap(chains_);
  for (const KeyedChain& keyed : old) {
    if (keyed.chain.last != kEnd) slot_of(keyed.key) = keyed;
  }
}

void TokenIndex::rebuild(const TokenList& tokens) {
  entries_.clear();
  chains_.assign(std::bit_ceil(std::max<std::size_t>(16, 2 * (tokens.size() + 1))), KeyedChain());      // no larger than what is there
  keys_ = 0;
  unkeyed_ = {};
  const Token* start = tokens.block_->tokens();
  for (const Token& token : tokens) add(token, tokens.block_->base + static_cast<std::uint64_t>(&token - start));
}

void TokenIndex::drop_gone(Chain& chain, const TokenList& tokens) const {
  while (chain.first != kEnd && !tokens.at(entries_[chain.first].ordinal, entries_[chain.first].serial)) {
    chain.first = entries_[chain.first].next;
  }
}

TokenIndex::Cursor TokenIndex::find(const TokenList& tokens, std::uint64_t key) const {
  Cursor cursor;
  cursor.tokens_ = &tokens;
  cursor.index_ = this;
  Chain& chain = slot_of(key).chain;
  drop_gone(chain, tokens);
  cursor.keyed_ = chain.first;
  drop_gone(unkeyed_, tokens);
  cursor.unkeyed_ = unkeyed_.first;
  return cursor;
}

const Token* TokenIndex::Cursor::next() {
  while (keyed_ != kEnd || unkeyed_ != kEnd) {
    const auto& entries = index_->entries_;
    const bool keyed = unkeyed_ == kEnd || (keyed_ != kEnd && entries[keyed_].serial < entries[unkeyed_].serial);
    std::uint32_t& at = keyed ? keyed_ : unkeyed_;
    const Token* token = tokens_->at(entries[at].ordinal, entries[at].serial);
    at = entries[at].next;
    if (token) return token;
  }
  return nullptr;
}

// ------------------------------------------------------------------------------------------------ list

void TokenList::Free::operator()(Block* block) const noexcept {
  std::destroy_n(block->tokens(), block->count);
  std::destroy_at(block);
  ::operator delete(block);
}

TokenList::BlockPtr TokenList::make_block(std::uint32_t capacity) {
  auto* block = new (::operator new(sizeof(Block) + capacity * sizeof(Token))) Block;
  block->capacity = capacity;
  return BlockPtr(block);
}

TokenList::Iterator TokenList::from(std::uint64_t serial) const {
  const Token* at = std::lower_bound(first(), stop(), serial,
                                     [](const Token& token, std::uint64_t wanted) { return token.serial < wanted; });
  return {at, stop()};
}

TokenList::Iterator TokenList::newer_than(std::uint64_t serial) const {
  const Token* at = stop();
  while (at != first() && (at - 1)->serial > serial) --at;
  return {at, stop()};
}

const Token* TokenList::find(std::uint64_t serial) const {
  const Iterator at = from(serial);
  return at != end() && at->serial == serial ? &*at : nullptr;
}

const Token* TokenList::at(std::uint64_t ordinal, std::uint64_t serial) const {
  if (!block_ || ordinal < block_->base + block_->head || ordinal >= block_->base + block_->count) return nullptr;
  const Token& token = block_->tokens()[ordinal - block_->base];
  return token.serial == serial && !gap(token) ? &token : nullptr;
}

void TokenList::push(Token token) {
  if (!block_ || block_->count == block_->capacity) make_room();
  PLAN_ASSERT(block_->newest < token.serial);
  block_->newest = token.serial;
  const Token* made = std::construct_at(block_->tokens() + block_->count, std::move(token));
  const std::uint64_t ordinal = block_->base + block_->count++;
  ++block_->live;
  if (!block_->indexes) return;
  for (const auto& index : *block_->indexes) {
    index->add(*made, ordinal);
    if (index->bloated(block_->live)) index->rebuild(*this);
  }
}

// Closes the gaps when they are half of what is there; else the list grows.
void TokenList::make_room() {
  if (!block_) {
    block_ = make_block(1);
    return;
  }
  const std::uint32_t capacity = std::max<std::uint32_t>(4, block_->live * 2);
  BlockPtr next = make_block(block_->live * 2 < block_->capacity ? block_->capacity : capacity);
  next->base = block_->base + block_->count;
  for (Token* token = block_->tokens() + block_->head; token != block_->tokens() + block_->count; ++token) {
    if (gap(*token)) continue;
    std::construct_at(next->tokens() + next->count++, std::move(*token));
  }
  next->live = next->count;
  next->newest = block_->newest;
  next->indexes = std::move(block_->indexes);
  block_ = std::move(next);
  if (!block_->indexes) return;
  for (const auto& index : *block_->indexes) index->rebuild(*this);
}

Token TokenList::take(const Token* token) {
  Token& slot = block_->tokens()[token - block_->tokens()];
  Token taken = std::move(slot);
  slot.arrived = Instant::min();
  if (--block_->live == 0) {
    std::destroy_n(block_->tokens(), block_->count);
    block_->base += block_->count;
    block_->head = block_->count = 0;
  } else {
    while (gap(block_->tokens()[block_->head])) ++block_->head;
  }
  return taken;
}

void TokenList::clear() {
  if (!block_) return;
  std::destroy_n(block_->tokens(), block_->count);
  block_->base += block_->count;
  block_->head = block_->count = block_->live = 0;
}

const TokenIndex& TokenList::index(const PathPtr& path) const {
  PLAN_ASSERT(block_);
  if (!block_->indexes) block_->indexes = std::make_unique<std::vector<std::unique_ptr<TokenIndex>>>();
  for (const auto& known : *block_->indexes) {
    if (known->is_by(path)) return *known;
  }
  block_->indexes->push_back(std::make_unique<TokenIndex>(path));
  block_->indexes->back()->rebuild(*this);
  return *block_->indexes->back();
}

}  // namespace plan::engine
