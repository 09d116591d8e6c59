// tree_each: the parts of arrays and hashes within each other, with the path to each.
#include <array>
#include <deque>

#include "functions/support.h"

namespace plan::functions {

namespace {

using values::Kind;
using values::Value;

struct Options {
  types::TypePtr container;      // null: arrays and hashes
  bool root = true;
  bool containers = true;
  bool values = true;
  bool breadth_first = false;
};

bool flag(const Value& value, bool otherwise) { return value.is_undef() ? otherwise : value.truthy(); }

Options options_argument(Arguments arguments) {
  Options options;
  if (arguments.size() < 2) return options;
  for (const values::HashEntry& entry : hash_argument("tree_each", arguments, 1).entries) {
    const std::string key = values::to_string(entry.key);
    const Value& value = entry.value;
    const bool is_boolean = value.is(Kind::boolean) || value.is_undef();
    if (key == "container_type" && value.is(Kind::type)) options.container = value.as_type();
    else if (key == "order" && value.is(Kind::string) && (value.as_string() == "depth_first" || value.as_string() == "breadth_first")) options.breadth_first = value.as_string() == "breadth_first";
    else if (key == "include_root" && is_boolean) options.root = flag(value, true);
    else if (key == "include_containers" && is_boolean) options.containers = flag(value, true);
    else if (key == "include_values" && is_boolean) options.values = flag(value, true);
    else if (key == "include_refs" && is_boolean) continue;   // of objects, which there are none of
    else mismatch("tree_each", arguments, 1, "OptionsType");
  }
  options.root = options.root && options.containers;
  if (!options.containers && !options.values) bad_argument("Options 'include_containers' and 'include_values' cannot both be false");
  return options;
}

struct Part {
  std::vector<Value> path;
  Value value;
};

class Walk {
 public:
  Walk(Context& context, const Options& options) : context_(context), options_(options) {}

  std::vector<Value> run(const Value& root) {
    if (options_.root) put({{}, root});
    std::deque<Part> pending{{{}, root}};
    while (!pending.empty()) {
      Part container = std::move(pending.front());
      pending.pop_front();
      std::vector<Part> inner;
      for (Part& part : parts_of(container)) {
        if (is_container(part.value)) inner.push_back(part);
        if (options_.breadth_first) put(part);
        else visit(part);
      }
      if (options_.breadth_first) pending.insert(pending.end(), inner.begin(), inner.end());
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_container(const Value& value) const {
    if (!value.is(Kind::array) && !value.is(Kind::hash)) return false;
    return options_.container == nullptr || values::instance_of(*options_.container, value);
  }

  void put(const Part& part) {
    context_.spend(1);
    const bool wanted = is_container(part.value) ? options_.containers : options_.values || options_.breadth_first;   // as Puppet has it
    if (!wanted) return;
    out_.push_back(Value::array({Value::array(part.path), part.value}));
  }

  void visit(const Part& part) {
    put(part);
    if (!is_container(part.value)) return;
    for (const Part& inner : parts_of(part)) visit(inner);
  }

  static std::vector<Part> parts_of(const Part& container) {
    std::vector<Part> parts;
    const auto add = [&](Value key, const Value& value) {
      Part part{container.path, value};
      part.path.push_back(std::move(key));
      parts.push_back(std::move(part));
    };
    if (container.value.is(Kind::array)) {
      std::int64_t index = 0;
      for (const Value& item : container.value.as_array()) add(Value::integer(index++), item);
    } else {
      for (const values::HashEntry& entry : container.value.as_hash().entries) add(entry.key, entry.value);
    }
    return parts;
  }

  Context& context_;
  const Options& options_;
  std::vector<Value> out_;
};

Value tree_each(Context& context, Arguments arguments, Block* block) {
  const Value& root = arguments[0];
  if (!root.is(Kind::array) && !root.is(Kind::hash)) mismatch("tree_each", arguments, 0, "Iterator, Array, Hash, or Object");
  const Options options = options_argument(arguments);
  std::vector<Value> parts = Walk(context, options).run(root);
  if (block == nullptr) return Value::array(std::move(parts));
  const bool two = block->min_arity() <= 2 && block->max_arity() >= 2;
  for (const Value& part : parts) {
    context.spend(1);
    if (two) block->call(part.as_array());
    else block->call(part.as_array().subspan(1));
  }
  return root;
}

constexpr std::array kFunctions = {
    Function{"tree_each", "Variant[Array, Hash] $tree, Optional[Hash] $options, Optional[Callable[1, 2]] &block >> Any", 1, 2, BlockUse::optional,
             tree_each, kTakesOne | kTakesTwo},
};

}  // namespace

std::span<const Function> tree_functions() { return kFunctions; }

}  // namespace plan::functions
