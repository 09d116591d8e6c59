// Functions on arrays and hashes that need no lambda, or only to compare.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "functions/support.h"
#include "types/regex.h"
#include "types/text.h"

namespace plan::functions {

namespace {

using values::HashBuilder;
using values::HashEntry;
using values::Kind;
using values::Value;

Value count(std::size_t size) { return Value::integer(static_cast<std::int64_t>(size)); }

Value length_of(std::string_view name, Arguments arguments) {
  const Value& value = arguments[0];
  if (value.is(Kind::array)) return count(value.as_array().size());
  if (value.is(Kind::hash)) return count(value.as_hash().size());
  if (value.is(Kind::string)) return Value::integer(types::utf8_length(value.as_string()));
  if (value.is(Kind::binary)) return count(value.as_binary().size());
  mismatch(name, arguments, 0, "Collection, String, or Binary");
}

Value length(Context&, Arguments arguments, Block*) { return length_of("length", arguments); }

Value size(Context&, Arguments arguments, Block*) { return length_of("size", arguments); }

Value empty(Context&, Arguments arguments, Block*) {
  const Value& value = arguments[0];
  if (value.is_undef()) return Value::boolean(true);
  if (is_number(value)) return Value::boolean(false);
  const bool hidden = value.is(Kind::sensitive) && value.as_sensitive().is(Kind::string);
  if (hidden) return Value::boolean(value.as_sensitive().as_string().empty());
  return Value::boolean(length_of("empty", arguments).as_integer() == 0);
}

Value keys(Context& context, Arguments arguments, Block*) {
  const auto& hash = hash_argument("keys", arguments, 0);
  context.spend(hash.size());
  std::vector<Value> out;
  for (const HashEntry& entry : hash.entries) out.push_back(entry.key);
  return Value::array(std::move(out));
}

Value values_of(Context& context, Arguments arguments, Block*) {
  const auto& hash = hash_argument("values", arguments, 0);
  context.spend(hash.size());
  std::vector<Value> out;
  for (const HashEntry& entry : hash.entries) out.push_back(entry.value);
  return Value::array(std::move(out));
}

void join_into(Context& context, std::string& out, bool& first, Arguments items, std::string_view delimiter) {
  for (const Value& item : items) {
    context.spend(1);
    if (item.is(Kind::array)) {
      join_into(context, out, first, item.as_array(), delimiter);
      continue;
    }
    if (!first) out += delimiter;
    first = false;
    out += ruby_text(item);
  }
}

Value join(Context& context, Arguments arguments, Block*) {
  std::string out;
  bool first = true;
  join_into(context, out, first, array_argument("join", arguments, 0), arguments.size() > 1 ? string_argument("join", arguments, 1) : "");
  return Value::string(out);
}

void flatten_into(Context& context, std::vector<Value>& out, Arguments items) {
  for (const Value& item : items) {
    context.spend(1);
    if (item.is(Kind::array)) {
      flatten_into(context, out, item.as_array());
    } else {
      out.push_back(item);
    }
  }
}

Value flatten(Context& context, Arguments arguments, Block*) {
  std::vector<Value> out;
  flatten_into(context, out, arguments);
  return Value::array(std::move(out));
}

// What a comparing lambda says, or Ruby's <=>.
int order(Context& context, Block* block, const Value& a, const Value& b) {
  context.spend(1);
  if (block == nullptr) {
    const auto result = ruby_order(a, b);
    if (!result) bad_argument("comparison of " + values::label(a) + " with " + values::inspect(b) + " failed");
    return *result;
  }
  const std::array both{a, b};
  const Value result = block->call(both);
  if (!is_number(result)) bad_argument("comparison of " + values::label(a) + " with " + values::label(b) + " failed");
  return values::compare(result, Value::integer(0));
}

// Merge sort of our own: a lambda may be inconsistent, which must cost no more than a strange order.
void merge_sort(Context& context, Block* block, std::vector<Value>& items) {
  std::vector<Value> merged(items.size());
  for (std::size_t width = 1; width < items.size(); width *= 2) {
    for (std::size_t from = 0; from < items.size(); from += 2 * width) {
      const std::size_t middle = std::min(from + width, items.size());
      const std::size_t end = std::min(from + 2 * width, items.size());
      std::size_t left = from;
      std::size_t right = middle;
      for (std::size_t to = from; to < end; ++to) {
        const bool take_left = left < middle && (right >= end || order(context, block, items[left], items[right]) <= 0);
        merged[to] = std::move(take_left ? items[left++] : items[right++]);
      }
    }
    items.swap(merged);
  }
}

std::vector<Value> split_characters(std::string_view text) {
  std::vector<Value> out;
  for (const std::string_view character : characters(text)) out.push_back(Value::string(character));
  return out;
}

Value joined(const std::vector<Value>& strings) {
  std::string out;
  for (const Value& string : strings) out += string.as_string();
  return Value::string(out);
}

Value sort(Context& context, Arguments arguments, Block* block) {
  if (arguments[0].is(Kind::string)) {
    std::vector<Value> items = split_characters(arguments[0].as_string());
    merge_sort(context, block, items);
    return joined(items);
  }
  if (!arguments[0].is(Kind::array)) mismatch("sort", arguments, 0, "String or Array");
  std::vector<Value> items(arguments[0].as_array().begin(), arguments[0].as_array().end());
  merge_sort(context, block, items);
  return Value::array(std::move(items));
}

Value key_of(Block* block, const Value& value) { return block == nullptr ? value : block->call({&value, 1}); }

std::vector<Value> unique_items(Context& context, Block* block, Arguments items) {
  HashBuilder seen;
  std::size_t known = 0;
  std::vector<Value> out;
  for (const Value& item : items) {
    context.spend(1);
    seen.set(key_of(block, item), item);
    if (seen.size() == known) continue;
    known = seen.size();
    out.push_back(item);
  }
  return out;
}

// Keys that share a value: {[keys] => [values]}.
Value unique_hash(Context& context, Block* block, const values::HashObject& hash) {
  struct Group {
    std::vector<Value> keys;
    std::vector<Value> values;
  };
  std::vector<Group> groups;
  HashBuilder numbers;   // of the groups, by what their values give
  for (const HashEntry& entry : hash.entries) {
    context.spend(1);
    const Value key = key_of(block, entry.value);
    if (numbers.find(key) == nullptr) {
      numbers.set(key, Value::integer(static_cast<std::int64_t>(groups.size())));
      groups.emplace_back();
    }
    Group& group = groups[static_cast<std::size_t>(numbers.find(key)->as_integer())];
    group.keys.push_back(entry.key);
    group.values.push_back(entry.value);
  }
  HashBuilder out;
  for (Group& group : groups) out.set(Value::array(std::move(group.keys)), Value::array(unique_items(context, nullptr, group.values)));
  return out.build();
}

Value unique(Context& context, Arguments arguments, Block* block) {
  if (arguments[0].is(Kind::hash)) return unique_hash(context, block, arguments[0].as_hash());
  if (arguments[0].is(Kind::string)) return joined(unique_items(context, block, split_characters(arguments[0].as_string())));
  const auto items = elements(arguments[0]);
  if (!items) mismatch("unique", arguments, 0, "String, Hash, Array, or Iterable");
  return Value::array(unique_items(context, block, *items));
}

// Text that max and min still take for a number: "-12", "1.5", "1e3".
std::optional<double> numeric_text(std::string_view text) {
  static const types::Regex regex("\\A-?\\d+([._eE]\\d+)?\\z");
  if (!regex.matches(text)) return std::nullopt;
  std::string digits(text);
  std::erase(digits, '_');
  return std::strtod(digits.c_str(), nullptr);
}

int order_of_texts(Context& context, const Value& a, const Value& b) {
  const std::string x = values::to_string(a);
  const std::string y = values::to_string(b);
  const auto m = numeric_text(x);
  const auto n = m ? numeric_text(y) : std::nullopt;
  if (m && n) return *m < *n ? -1 : *m > *n ? 1 : 0;
  return order(context, nullptr, Value::string(x), Value::string(y));
}

// max and min of numbers, or of strings; of all else by their text.
Value extreme(std::string_view name, Context& context, Arguments arguments, Block* block, int sign) {
  Arguments items = arguments.size() == 1 && arguments[0].is(Kind::array) ? arguments[0].as_array() : arguments;
  if (items.empty()) {
    if (block != nullptr) return {};
    bad_argument(std::string(name) + "(): Wrong number of arguments need at least one");
  }
  const bool numbers = std::all_of(items.begin(), items.end(), is_number);
  const auto precedes = [&](const Value& a, const Value& b) {
    if (block != nullptr || numbers) return order(context, block, a, b);
    return order_of_texts(context, a, b);
  };
  const Value* best = &items[0];
  for (const Value& item : items.subspan(1)) {
    if (precedes(item, *best) * sign > 0) best = &item;
  }
  return *best;
}

Value max(Context& context, Arguments arguments, Block* block) { return extreme("max", context, arguments, block, 1); }

Value min(Context& context, Arguments arguments, Block* block) { return extreme("min", context, arguments, block, -1); }

std::string path_text(Arguments path) { return values::inspect(Value::array({path.begin(), path.end()})); }

Value dig_into(const Value& data, Arguments path) {
  Value at = data;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const Value& key = path[i];
    if (at.is_undef() || key.is_undef()) return {};
    if (at.is(Kind::hash)) {
      const Value* found = at.as_hash().find(key);
      at = found == nullptr ? Value::undef() : Value(*found);
      continue;
    }
    if (!at.is(Kind::array)) {
      throw values::EvaluationError("EXPECTED_COLLECTION", "The given data does not contain a Collection at " + path_text(path.first(i)) +
                                                               ", got '" + types::to_string(*values::infer(at)) + "'");
    }
    if (!key.is(Kind::integer)) {
      throw values::EvaluationError("EXPECTED_INTEGER_INDEX", "The given data requires an Integer index at " + path_text(path.first(i + 1)) +
                                                                  ", got '" + types::to_string(*values::infer(key)) + "'");
    }
    at = values::access(at, {&key, 1});
  }
  return at;
}

Value dig(Context& context, Arguments arguments, Block*) {
  context.spend(arguments.size());
  const Value& data = arguments[0];
  if (!data.is_undef() && !data.is(Kind::array) && !data.is(Kind::hash)) mismatch("dig", arguments, 0, "Undef or Collection");
  return dig_into(data, arguments.subspan(1));
}

// a.b.0.'c.d': names are keys, numbers are indices, quoted parts are keys as they are.
std::vector<Value> segments(std::string_view path) {
  std::vector<Value> out;
  std::size_t at = 0;
  while (at <= path.size()) {
    const char quote = at < path.size() ? path[at] : '\0';
    if (quote == '\'' || quote == '"') {
      const std::size_t close = path.find(quote, at + 1);
      const bool ends = close != std::string_view::npos && (close + 1 == path.size() || path[close + 1] == '.');
      if (!ends) bad_argument("Syntax error in dotted-navigation string '" + std::string(path) + "'");
      out.push_back(Value::string(path.substr(at + 1, close - at - 1)));
      at = close + 2;
      continue;
    }
    const std::size_t end = std::min(path.find('.', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    if (part.empty()) bad_argument("Syntax error in dotted-navigation string '" + std::string(path) + "'");
    const bool number = part.size() < 18 && part.find_first_not_of("0123456789") == std::string_view::npos;
    out.push_back(number ? Value::integer(std::stoll(std::string(part))) : Value::string(part));
    at = end + 1;
  }
  return out;
}

Value get(Context& context, Arguments arguments, Block* block) {
  const std::string_view path = string_argument("get", arguments, 1);
  const Value otherwise = arguments.size() > 2 ? arguments[2] : Value::undef();
  if (arguments[0].is_undef()) return otherwise;
  if (path.empty()) return arguments[0];
  const std::vector<Value> parts = segments(path);
  context.spend(parts.size());
  try {
    const Value found = dig_into(arguments[0], parts);
    return found.is_undef() ? otherwise : found;
  } catch (const values::EvaluationError& error) {
    if (block == nullptr) throw;
    const Value message = Value::string(error.what());
    return block->call({&message, 1});
  }
}

constexpr std::array kFunctions = {
    Function{"dig", "Optional[Collection] $data, Any *$path >> Any", 1, kMany, BlockUse::none, dig},
    Function{"empty", "Variant[Collection, String, Sensitive[String], Numeric, Binary, Undef] $value >> Boolean", 1, 1, BlockUse::none, empty},
    Function{"flatten", "Any *$values >> Array", 0, kMany, BlockUse::none, flatten},
    Function{"get", "Any $value, String $path, Any $otherwise = undef >> Any", 2, 3, BlockUse::optional, get, kTakesOne},
    Function{"join", "Array $items, String $delimiter = '' >> String", 1, 2, BlockUse::none, join},
    Function{"keys", "Hash $hash >> Array", 1, 1, BlockUse::none, keys},
    Function{"length", "Variant[Collection, String, Binary] $value >> Integer[0]", 1, 1, BlockUse::none, length},
    Function{"max", "Any *$values, Optional[Callable[2, 2]] &block >> Any", 0, kMany, BlockUse::optional, max, kTakesTwo},
    Function{"min", "Any *$values, Optional[Callable[2, 2]] &block >> Any", 0, kMany, BlockUse::optional, min, kTakesTwo},
    Function{"size", "Variant[Collection, String, Binary] $value >> Integer[0]", 1, 1, BlockUse::none, size},
    Function{"sort", "Variant[String, Array] $items, Optional[Callable[2, 2]] &block >> Variant[String, Array]", 1, 1, BlockUse::optional, sort, kTakesTwo},
    Function{"unique", "Iterable $items, Optional[Callable[1, 1]] &block >> Variant[String, Hash, Array]", 1, 1, BlockUse::optional, unique, kTakesOne},
    Function{"values", "Hash $hash >> Array", 1, 1, BlockUse::none, values_of},
};

}  // namespace

std::span<const Function> collection_functions() { return kFunctions; }

}  // namespace plan::functions
