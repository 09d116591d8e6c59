// Functions that call a lambda for each element. A lambda of two parameters gets key and value of a hash, index and
// element of all else; one of one parameter gets the element, which for a hash is the pair [key, value].
#include <algorithm>
#include <array>
#include <utility>

#include "functions/support.h"

namespace plan::functions {

namespace {

using values::HashBuilder;
using values::Kind;
using values::Value;

// How a lambda is called for the elements of a sequence.
class Caller {
 public:
  explicit Caller(Block& block) : block_(block), two_(block.min_arity() <= 2 && block.max_arity() >= 2) {}

  Value operator()(const Sequence& sequence, std::uint64_t index) {
    if (!two_) return one(sequence.at(index));
    if (sequence.is_hash()) return two(sequence.entry(index).key, sequence.entry(index).value);
    return two(Value::integer(static_cast<std::int64_t>(index)), sequence.at(index));
  }

  Value one(const Value& value) { return block_.call({&value, 1}); }

  Value two(Value first, Value second) {
    const std::array both{std::move(first), std::move(second)};
    return block_.call(both);
  }

  [[nodiscard]] bool takes_two() const { return two_; }

 private:
  Block& block_;
  bool two_;
};

// Calls the lambda for each element and hands its result on, until that says stop.
template <class Then>
void each_of(std::string_view name, Context& context, Arguments arguments, Block* block, const Then& then) {
  const Sequence sequence = sequence_argument(name, arguments);
  Caller caller(*block);
  for (std::uint64_t i = 0; i < sequence.size(); ++i) {
    context.spend(1);
    if (!then(sequence, i, caller(sequence, i))) return;
  }
}

// As Puppet has it, some functions end at a break() in their lambda and others hand it on.
template <class Work>
void until_break(const Work& work) {
  try {
    work();
  } catch (const Break&) {   // what was done so far stays
  }
}

Value map(Context& context, Arguments arguments, Block* block) {
  std::vector<Value> out;
  until_break([&] {
    each_of("map", context, arguments, block, [&](const Sequence&, std::uint64_t, Value result) {
      out.push_back(std::move(result));
      return true;
    });
  });
  return Value::array(std::move(out));
}

Value filter(Context& context, Arguments arguments, Block* block) {
  std::vector<Value> out;
  HashBuilder kept;
  const auto work = [&] {
    each_of("filter", context, arguments, block, [&](const Sequence& sequence, std::uint64_t i, const Value& result) {
      if (!result.truthy()) return true;
      if (sequence.is_hash()) {
        kept.set(sequence.entry(i).key, sequence.entry(i).value);
      } else {
        out.push_back(sequence.at(i));
      }
      return true;
    });
  };
  if (arguments[0].is(Kind::hash)) {
    work();
    return kept.build();
  }
  until_break(work);
  return Value::array(std::move(out));
}

Value each(Context& context, Arguments arguments, Block* block) {
  until_break([&] {
    each_of("each", context, arguments, block, [](const Sequence&, std::uint64_t, const Value&) { return true; });
  });
  return arguments[0];
}

Value any(Context& context, Arguments arguments, Block* block) {
  bool found = false;
  each_of("any", context, arguments, block, [&](const Sequence&, std::uint64_t, const Value& result) {
    found = result.truthy();
    return !found;
  });
  return Value::boolean(found);
}

Value all(Context& context, Arguments arguments, Block* block) {
  bool holds = true;
  each_of("all", context, arguments, block, [&](const Sequence&, std::uint64_t, const Value& result) {
    holds = result.truthy();
    return holds;
  });
  return Value::boolean(holds);
}

Value reduce(Context& context, Arguments arguments, Block* block) {
  const Sequence sequence = sequence_argument("reduce", arguments);
  std::uint64_t i = 0;
  Value memo;
  if (arguments.size() > 1) {
    memo = arguments[1];
  } else if (sequence.size() > 0) {
    memo = sequence.at(i++);
  }
  until_break([&] {
    for (; i < sequence.size(); ++i) {
      context.spend(1);
      const std::array both{memo, sequence.at(i)};
      memo = block->call(both);
    }
  });
  return memo;
}

// index($x) |$v| {…}, index('text', 'x'), index($array, $value)
Value index_with_block(Context& context, Arguments arguments, Block* block) {
  const Sequence sequence = sequence_argument("index", arguments);
  Caller caller(*block);
  for (std::uint64_t i = 0; i < sequence.size(); ++i) {
    context.spend(1);
    const bool value_only = sequence.is_hash() && !caller.takes_two();
    const Value result = value_only ? caller.one(sequence.entry(i).value) : caller(sequence, i);
    if (!result.truthy()) continue;
    return sequence.is_hash() ? sequence.entry(i).key : Value::integer(static_cast<std::int64_t>(i));
  }
  return {};
}

Value index_in_text(Arguments arguments) {
  std::vector<Value> captures;
  const std::string_view text = arguments[0].as_string();
  std::size_t at = std::string_view::npos;
  if (arguments[1].is(Kind::regexp)) {
    if (values::matches(arguments[0], arguments[1], &captures)) at = text.find(captures[0].as_string());
  } else {
    at = text.find(arguments[1].as_string());
  }
  if (at == std::string_view::npos) return {};
  return Value::integer(static_cast<std::int64_t>(characters(text.substr(0, at)).size()));
}

Value index(Context& context, Arguments arguments, Block* block) {
  if (block != nullptr) return index_with_block(context, arguments, block);
  if (arguments.size() < 2) throw values::EvaluationError("ARGUMENT_MISMATCH", "'index' expects 2 arguments, or 1 argument and a block");
  const bool text = arguments[0].is(Kind::string) && (arguments[1].is(Kind::string) || arguments[1].is(Kind::regexp));
  if (text) return index_in_text(arguments);
  const Sequence sequence = sequence_argument("index", arguments);
  for (std::uint64_t i = 0; i < sequence.size(); ++i) {
    context.spend(1);
    const Value element = sequence.is_hash() ? sequence.entry(i).value : sequence.at(i);
    const bool numbers = is_number(element) && is_number(arguments[1]);
    if (!(numbers ? values::equal(element, arguments[1]) : values::same(element, arguments[1]))) continue;
    return sequence.is_hash() ? sequence.entry(i).key : Value::integer(static_cast<std::int64_t>(i));
  }
  return {};
}

Value collection_only(std::string_view name, Arguments arguments) {
  if (!arguments[0].is(Kind::array) && !arguments[0].is(Kind::hash)) mismatch(name, arguments, 0, "Collection");
  return arguments[0];
}

Value group_by(Context& context, Arguments arguments, Block* block) {
  static_cast<void>(collection_only("group_by", arguments));
  std::vector<std::pair<Value, std::vector<Value>>> groups;
  HashBuilder numbers;   // of the groups, by key
  each_of("group_by", context, arguments, block, [&](const Sequence& sequence, std::uint64_t i, const Value& key) {
    const Value* known = numbers.find(key);
    if (known == nullptr) {
      numbers.set(key, Value::integer(static_cast<std::int64_t>(groups.size())));
      groups.push_back({key, {sequence.at(i)}});
    } else {
      groups[static_cast<std::size_t>(known->as_integer())].second.push_back(sequence.at(i));
    }
    return true;
  });
  for (auto& [key, members] : groups) numbers.set(key, Value::array(std::move(members)));
  return numbers.build();
}

Value partition(Context& context, Arguments arguments, Block* block) {
  static_cast<void>(collection_only("partition", arguments));
  std::vector<Value> yes;
  std::vector<Value> no;
  each_of("partition", context, arguments, block, [&](const Sequence& sequence, std::uint64_t i, const Value& result) {
    (result.truthy() ? yes : no).push_back(sequence.at(i));
    return true;
  });
  return Value::array({Value::array(std::move(yes)), Value::array(std::move(no))});
}

// How many parameters the block of slice gets: one (the slice), or one for each element of a slice.
std::size_t serving_size(const Block& block, std::size_t slice) {
  const std::size_t arity = block.max_arity() == SIZE_MAX ? slice : block.max_arity();
  if (arity == 1 || arity == slice) return arity;
  if (arity == 0) bad_argument("slice(): block must define at least one parameter. Block has 0.");
  bad_argument("slice(): block must define one parameter, or the same number of parameters as the given size of the slice (" +
               std::to_string(slice) + "). Block has " + std::to_string(arity));
}

Value slice(Context& context, Arguments arguments, Block* block) {
  const Sequence sequence = sequence_argument("slice", arguments);
  const std::int64_t given = integer_argument("slice", arguments, 1);
  if (given < 1) mismatch("slice", arguments, 1, "Integer[1]");
  const auto size = static_cast<std::uint64_t>(given);
  const std::size_t serving = block == nullptr ? 1 : serving_size(*block, size);
  std::vector<Value> out;
  const auto serve = [&](std::vector<Value> part) {
    if (block == nullptr) {
      out.push_back(Value::array(std::move(part)));
    } else if (serving == 1) {
      const Value whole = Value::array(std::move(part));
      block->call({&whole, 1});
    } else {
      context.spend(serving);
      part.resize(serving, sequence.is_hash() ? Value::array({}) : Value::undef());
      block->call(part);
    }
  };
  until_break([&] {
    std::vector<Value> part;
    for (std::uint64_t i = 0; i < sequence.size(); ++i) {
      context.spend(1);
      part.push_back(sequence.at(i));
      if (part.size() == size) serve(std::exchange(part, {}));
    }
    if (!part.empty()) serve(std::move(part));
  });
  return block == nullptr ? Value::array(std::move(out)) : arguments[0];
}

// Every n-th element, or all in reverse; with a block that gets them, undef.
template <class Next>
Value walk(Context& context, const Sequence& sequence, std::uint64_t count, Block* block, const Next& index_of) {
  std::vector<Value> out;
  until_break([&] {
    for (std::uint64_t i = 0; i < count; ++i) {
      context.spend(1);
      Value element = sequence.at(index_of(i));
      if (block == nullptr) {
        out.push_back(std::move(element));
      } else {
        block->call({&element, 1});
      }
    }
  });
  return block == nullptr ? Value::array(std::move(out)) : Value::undef();
}

Value step(Context& context, Arguments arguments, Block* block) {
  const Sequence sequence = sequence_argument("step", arguments);
  const std::int64_t given = integer_argument("step", arguments, 1);
  if (given < 1) mismatch("step", arguments, 1, "Integer[1]");
  const auto by = static_cast<std::uint64_t>(given);
  const std::uint64_t count = sequence.size() == 0 ? 0 : (sequence.size() - 1) / by + 1;
  return walk(context, sequence, count, block, [&](std::uint64_t i) { return i * by; });
}

Value reverse_each(Context& context, Arguments arguments, Block* block) {
  const Sequence sequence = sequence_argument("reverse_each", arguments);
  return walk(context, sequence, sequence.size(), block, [&](std::uint64_t i) { return sequence.size() - 1 - i; });
}

Value then(Context&, Arguments arguments, Block* block) {
  return arguments[0].is_undef() ? Value::undef() : block->call(arguments);
}

Value lest(Context&, Arguments arguments, Block* block) {
  return arguments[0].is_undef() ? block->call({}) : arguments[0];
}

Value with(Context&, Arguments arguments, Block* block) { return block->call(arguments); }

constexpr std::array kFunctions = {
    Function{"all", "Iterable $elements, Callable[1, 2] &block >> Boolean", 1, 1, BlockUse::required, all, kTakesOne | kTakesTwo},
    Function{"any", "Iterable $elements, Callable[1, 2] &block >> Boolean", 1, 1, BlockUse::required, any, kTakesOne | kTakesTwo},
    Function{"each", "Iterable $elements, Callable[1, 2] &block >> Iterable", 1, 1, BlockUse::required, each, kTakesOne | kTakesTwo},
    Function{"filter", "Iterable $elements, Callable[1, 2] &block >> Collection", 1, 1, BlockUse::required, filter, kTakesOne | kTakesTwo},
    Function{"group_by", "Collection $elements, Callable[1, 2] &block >> Hash", 1, 1, BlockUse::required, group_by, kTakesOne | kTakesTwo},
    Function{"index", "Iterable $elements, Any $value >> Any; Iterable $elements, Callable[1, 2] &block >> Any", 1, 2, BlockUse::optional, index, kTakesOne | kTakesTwo},
    Function{"lest", "Any $value, Callable[0, 0] &block >> Any", 1, 1, BlockUse::required, lest, kTakesNone},
    Function{"map", "Iterable $elements, Callable[1, 2] &block >> Array", 1, 1, BlockUse::required, map, kTakesOne | kTakesTwo},
    Function{"partition", "Collection $elements, Callable[1, 2] &block >> Tuple[Array, Array]", 1, 1, BlockUse::required, partition, kTakesOne | kTakesTwo},
    Function{"reduce", "Iterable $elements, Any $memo = undef, Callable[2, 2] &block >> Any", 1, 2, BlockUse::required, reduce, kTakesTwo},
    Function{"reverse_each", "Iterable $elements, Optional[Callable[1, 1]] &block >> Any", 1, 1, BlockUse::optional, reverse_each, kTakesOne},
    Function{"slice", "Iterable $elements, Integer[1] $size, Optional[Callable] &block >> Any", 2, 2, BlockUse::optional, slice},
    Function{"step", "Iterable $elements, Integer[1] $step, Optional[Callable[1, 1]] &block >> Any", 2, 2, BlockUse::optional, step, kTakesOne},
    Function{"then", "Any $value, Callable[1, 1] &block >> Any", 1, 1, BlockUse::required, then, kTakesOne},
    Function{"with", "Any *$values, Callable &block >> Any", 0, kMany, BlockUse::required, with},
};

}  // namespace

std::span<const Function> iteration_functions() { return kFunctions; }

}  // namespace plan::functions
