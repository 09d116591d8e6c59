// Which aliases name which others; private to this folder.
#pragma once

#include <unordered_map>
#include <vector>

#include "check/graph.h"
#include "check/model.h"
#include "syntax/ast.h"
#include "types/type.h"

namespace plan::check {

inline constexpr std::size_t kMaxAliasChain = 64;

class AliasGraph {
 public:
  // `number` of an alias is the order in which they were added.
  void add(const types::Type* alias);
  void connect(std::size_t number, const syntax::Expr& type, const Model& model, const Shape* in);
  // Aliases that lead to themselves and to nothing else, as `Variant[Integer, V]` does in V: no type is named by them.
  [[nodiscard]] std::vector<bool> empty_ones() const;
  // Aliases that name others in chains that are longer than the limit.
  [[nodiscard]] std::vector<bool> long_ones() const;

 private:
  std::unordered_map<const types::Type*, std::size_t> numbers_;
  Graph all_, bare_;      // every alias that is named; those that only Variant, Optional and NotUndef are around
  std::vector<bool> is_real_;      // names a type that is no alias, in the same way
};

}  // namespace plan::check
