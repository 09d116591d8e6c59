// Hashes: entries in the order of their keys' first appearance, and above a few entries an index by open addressing
// whose slots hold the number of an entry plus one.
#include <algorithm>
#include <utility>

#include "values/objects.h"
#include "values/value.h"

namespace plan::values {

namespace {

void put(std::vector<std::uint32_t>& index, std::size_t hash, std::uint32_t entry) {
  const std::size_t mask = index.size() - 1;
  std::size_t slot = hash & mask;
  while (index[slot] != 0) slot = (slot + 1) & mask;
  index[slot] = entry + 1;
}

void rebuild(HashObject& hash) {
  if (hash.entries.size() <= kUnindexed) {
    hash.index.clear();
    return;
  }
  std::size_t slots = 32;
  while (slots < hash.entries.size() * 2) slots *= 2;
  hash.index.assign(slots, 0);
  for (std::size_t i = 0; i < hash.entries.size(); ++i) put(hash.index, hash_of(hash.entries[i].key), static_cast<std::uint32_t>(i));
}

template <class Matches>
const HashEntry* look_up(const HashObject& hash, std::size_t code, const Matches& matches) {
  const std::size_t mask = hash.index.size() - 1;
  for (std::size_t slot = code & mask; hash.index[slot] != 0; slot = (slot + 1) & mask) {
    const HashEntry& entry = hash.entries[hash.index[slot] - 1];
    if (matches(entry.key)) return &entry;
  }
  return nullptr;
}

const HashEntry* entry_of(const HashObject& hash, const Value& key) {
  const auto matches = [&](const Value& other) { return same(other, key); };
  if (!hash.index.empty()) return look_up(hash, hash_of(key), matches);
  for (const HashEntry& entry : hash.entries) {
    if (matches(entry.key)) return &entry;
  }
  return nullptr;
}

}  // namespace

const Value* HashObject::find(const Value& key) const {
  const HashEntry* entry = entry_of(*this, key);
  return entry == nullptr ? nullptr : &entry->value;
}

const Value* HashObject::find(std::string_view key) const {
  const auto matches = [&](const Value& other) {
    if (!other.is(Kind::string)) return false;
    const std::string_view text = other.as_string();
    return text.size() == key.size() && (text.empty() || (text.front() == key.front() && text == key));
  };
  if (!index.empty()) {
    const HashEntry* entry = look_up(*this, hash_of_string(key), matches);
    return entry == nullptr ? nullptr : &entry->value;
  }
  for (const HashEntry& entry : entries) {
    if (matches(entry.key)) return &entry.value;
  }
  return nullptr;
}

HashBuilder::HashBuilder() : hash_(new HashObject) {}

HashBuilder::HashBuilder(const HashObject& start) : hash_(new HashObject) {
  hash_->entries = start.entries;
  hash_->index = start.index;
}

HashBuilder::~HashBuilder() { delete hash_; }

HashBuilder& HashBuilder::set(Value key, Value value) {
  if (const HashEntry* entry = entry_of(*hash_, key)) {
    const_cast<HashEntry*>(entry)->value = std::move(value);
    return *this;
  }
  hash_->entries.push_back({std::move(key), std::move(value)});
  const bool crowded = hash_->index.size() < hash_->entries.size() * 2;
  if (hash_->entries.size() > kUnindexed && crowded) {
    rebuild(*hash_);
  } else if (!hash_->index.empty()) {
    put(hash_->index, hash_of(hash_->entries.back().key), static_cast<std::uint32_t>(hash_->entries.size() - 1));
  }
  return *this;
}

bool HashBuilder::remove(const Value& key) {
  const HashEntry* entry = entry_of(*hash_, key);
  if (entry == nullptr) return false;
  hash_->entries.erase(hash_->entries.begin() + (entry - hash_->entries.data()));
  rebuild(*hash_);
  return true;
}

Value HashBuilder::build() {
  std::uint32_t deepest = 0;
  for (const HashEntry& entry : hash_->entries) deepest = std::max({deepest, depth_of(entry.key), depth_of(entry.value)});
  hash_->depth = depth_around(deepest);
  auto* empty = new HashObject;
  return {Kind::hash, std::exchange(hash_, empty)};
}

}  // namespace plan::values
