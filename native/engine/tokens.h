// The tokens of one place, oldest first, and indexes over them by parts of their values. Internal to the engine.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/engine.h"
#include "values/value.h"

namespace plan::engine {

struct Token {
  values::Value value;
  values::Value from;            // the process that sent it, or undef
  Instant arrived;
  std::uint64_t serial = 0;      // its age and its version: larger is newer, across the engine
};

// One step into a value: an array's item or a hash's entry, whichever the value is.
struct PathStep {
  values::Value key;             // of a hash
  std::int64_t position = -1;    // of an array; -1: the step is none into an array
  friend bool operator==(const PathStep& a, const PathStep& b) {
    return a.position == b.position && values::same(a.key, b.key);
  }
};
using Path = std::vector<PathStep>;
using PathPtr = std::shared_ptr<const Path>;
// Null when the value has no such part, or parts of it are no plain data.
[[nodiscard]] const values::Value* follow(const values::Value& value, const Path& path);

// Values that are equal by Puppet's `==` have the same key. Nothing for what cannot be told by a key: collections, and
// text beyond ASCII, whose case folds in more ways than one.
[[nodiscard]] std::optional<std::uint64_t> equality_key(const values::Value& value);

class TokenList;

// Which tokens of a place have which key. May name tokens that are gone, and must not miss one that is there.
class TokenIndex {
 public:
  explicit TokenIndex(PathPtr path) : path_(std::move(path)) {}
  [[nodiscard]] bool is_by(const PathPtr& path) const { return path == path_ || *path == *path_; }
  void add(const Token& token, std::uint64_t ordinal);
  void rebuild(const TokenList& tokens);         // anew, of what is there; first of all when it is made
  [[nodiscard]] bool bloated(std::size_t live) const { return entries_.size() > 2 * live + 16; }

  // Goes over the tokens that may have a key, oldest first.
  class Cursor {
   public:
    [[nodiscard]] const Token* next();      // null at the end

   private:
    friend class TokenIndex;
    const TokenList* tokens_ = nullptr;
    const TokenIndex* index_ = nullptr;
    std::uint32_t keyed_ = UINT32_MAX, unkeyed_ = UINT32_MAX;      // the next entry of either chain
  };
  [[nodiscard]] Cursor find(const TokenList& tokens, std::uint64_t key) const;

 private:
  static constexpr std::uint32_t kEnd = UINT32_MAX;
  struct Entry {
    std::uint64_t serial;
    std::uint64_t ordinal;       // how many tokens were in the place before it
    std::uint32_t next;
  };
  struct Chain {
    std::uint32_t first = kEnd, last = kEnd;
  };
  struct KeyedChain {
    std::uint64_t key = 0;
    Chain chain;                 // without a last entry: the slot is free
  };
  void append(Chain& chain, std::uint64_t serial, std::uint64_t ordinal);
  void drop_gone(Chain& chain, const TokenList& tokens) const;
  [[nodiscard]] KeyedChain& slot_of(std::uint64_t key) const;      // its own, or the free one where it would be
  Chain& chain_of(std::uint64_t key);                              // makes it
  void grow();

  PathPtr path_;
  std::vector<Entry> entries_;
  // By open addressing; a power of two, at most half of them taken. Keys are mixed already. Lookups forget what is gone
  // at the head of a chain: it would be walked over each time.
  mutable std::vector<KeyedChain> chains_;
  std::size_t keys_ = 0;
  mutable Chain unkeyed_;        // tokens without a key
};

// A token that was taken leaves a gap, closed when gaps prevail: taking one costs O(1) wherever it stands, and no other
// moves before the next push. An empty list is one pointer.
class TokenList {
 public:
  class Iterator {
   public:
    Iterator(const Token* at, const Token* end) : at_(at), end_(end) { skip(); }
    const Token& operator*() const { return *at_; }
    const Token* operator->() const { return at_; }
    Iterator& operator++() { ++at_; skip(); return *this; }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    void skip() { while (at_ != end_ && gap(*at_)) ++at_; }
    const Token* at_;
    const Token* end_;
  };

  [[nodiscard]] std::size_t size() const { return block_ ? block_->live : 0; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] Iterator begin() const { return {first(), stop()}; }
  [[nodiscard]] Iterator end() const { return {stop(), stop()}; }
  [[nodiscard]] Iterator from(std::uint64_t serial) const;       // the first of this age or newer
  [[nodiscard]] const Token& front() const { return *begin(); }
  [[nodiscard]] Iterator newer_than(std::uint64_t serial) const; // as `from`, where few are newer
  [[nodiscard]] std::uint64_t newest() const { return block_ ? block_->newest : 0; }   // the last that came, there or not
  [[nodiscard]] const Token* find(std::uint64_t serial) const;   // null when it is not there
  void push(Token token);                                        // newer than all that are there
  Token take(const Token* token);                                // one of them
  void clear();

  // The index over a part of the tokens' values, made when it is asked for first. Changes nothing that is seen.
  [[nodiscard]] const TokenIndex& index(const PathPtr& path) const;

 private:
  friend class TokenIndex;
  // Followed in memory by `capacity` tokens, of which `count` are made.
  struct Block {
    std::uint32_t head = 0;      // gaps before the first token
    std::uint32_t count = 0, capacity = 0;
    std::uint32_t live = 0;
    std::uint64_t base = 0;      // how many tokens were there before the first of the block
    std::uint64_t newest = 0;
    std::unique_ptr<std::vector<std::unique_ptr<TokenIndex>>> indexes;
    [[nodiscard]] Token* tokens() { return reinterpret_cast<Token*>(this + 1); }
  };
  struct Free { void operator()(Block* block) const noexcept; };
  using BlockPtr = std::unique_ptr<Block, Free>;
  static_assert(alignof(Token) <= alignof(Block) && sizeof(Block) % alignof(Token) == 0);

  [[nodiscard]] static BlockPtr make_block(std::uint32_t capacity);
  [[nodiscard]] static bool gap(const Token& token) { return token.arrived == Instant::min(); }
  [[nodiscard]] const Token* first() const { return block_ ? block_->tokens() + block_->head : nullptr; }
  [[nodiscard]] const Token* stop() const { return block_ ? block_->tokens() + block_->count : nullptr; }
  [[nodiscard]] const Token* at(std::uint64_t ordinal, std::uint64_t serial) const;
  void make_room();
  BlockPtr block_;
};

}  // namespace plan::engine
