#include <algorithm>
#include <unordered_map>

#include "functions/support.h"

namespace plan::functions {

namespace {

const std::unordered_map<std::string_view, const Function*>& registry() {
  static const auto all = [] {
    std::unordered_map<std::string_view, const Function*> map;
    for (const auto family : {collection_functions(), digest_functions(), iteration_functions(), number_functions(), scan_functions(),
                              string_functions(), time_functions(), tree_functions(), value_functions()}) {
      for (const Function& function : family) {
        const bool added = map.emplace(function.name, &function).second;
        PLAN_ASSERT(added);
      }
    }
    return map;
  }();
  return all;
}

std::string arity_text(const Function& function) {
  if (function.min_arguments == function.max_arguments) return std::to_string(function.min_arguments) + " argument" + (function.min_arguments == 1 ? "" : "s");
  if (function.max_arguments == kMany) return "at least " + std::to_string(function.min_arguments) + " argument" + (function.min_arguments == 1 ? "" : "s");
  return "between " + std::to_string(function.min_arguments) + " and " + std::to_string(function.max_arguments) + " arguments";
}

}  // namespace

const Function* find(std::string_view name) {
  const auto found = registry().find(name);
  return found == registry().end() ? nullptr : found->second;
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> out;
  for (const auto& entry : registry()) out.push_back(entry.first);
  std::sort(out.begin(), out.end());
  return out;
}

namespace {

// Puppet's Callable[n, n] takes a block that can be called with n arguments, whatever else it takes.
bool accepts(const Function& function, const Block& block) {
  if (function.arities == 0) return true;
  for (std::size_t n = 0; n <= 2; ++n) {
    if ((function.arities >> n & 1) != 0 && block.min_arity() <= n && n <= block.max_arity()) return true;
  }
  return false;
}

}  // namespace

values::Value call(const Function& function, Context& context, std::span<const values::Value> arguments, Block* block) {
  const std::string name = "'" + std::string(function.name) + "'";
  if (arguments.size() < function.min_arguments || arguments.size() > function.max_arguments) {
    throw values::EvaluationError("ARGUMENT_MISMATCH", name + " expects " + arity_text(function) + ", got " + std::to_string(arguments.size()));
  }
  if (block == nullptr && function.block == BlockUse::required) throw values::EvaluationError("ARGUMENT_MISMATCH", name + " expects a block");
  if (block != nullptr && function.block == BlockUse::none) throw values::EvaluationError("ARGUMENT_MISMATCH", name + " does not expect a block");
  if (block != nullptr && !accepts(function, *block)) {
    throw values::EvaluationError("ARGUMENT_MISMATCH", name + " expects another number of block parameters: " + std::string(function.signature));
  }
  return function.native(context, arguments, block);
}

}  // namespace plan::functions
