// Functions on text.
#include <algorithm>
#include <array>
#include <utility>

#include "functions/support.h"
#include "types/case.h"
#include "types/regex.h"
#include "types/text.h"

namespace plan::functions {

using values::HashBuilder;
using values::HashEntry;
using types::capitalize;
using types::downcase;
using types::upcase;
using values::Kind;
using values::Value;

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }

std::string_view lstrip(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view rstrip(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string chomped(std::string_view text) {
  if (text.ends_with("\r\n")) return std::string(text.substr(0, text.size() - 2));
  if (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return std::string(text);
}

std::string chopped(std::string_view text) {
  if (text.ends_with("\r\n")) return std::string(text.substr(0, text.size() - 2));
  const auto all = characters(text);
  return all.empty() ? std::string() : std::string(text.substr(0, text.size() - all.back().size()));
}

std::string camelcased(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('_', at), text.size());
    out += capitalize(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

using Change = std::string (*)(std::string_view);

// Strings are changed, numbers are left, of what can be iterated each element is.
Value changed(std::string_view name, Context& context, Arguments arguments, Change change) {
  const Value& value = arguments[0];
  if (value.is(Kind::string)) return Value::string(change(value.as_string()));
  if (is_number(value)) return value;
  static const types::TypePtr accepted = [] {
    auto type = std::make_shared<types::Type>(*types::make(types::TypeKind::iterable));
    type->arguments = {types::variant({types::make(types::TypeKind::string), types::make(types::TypeKind::numeric)})};
    return type;
  }();
  const auto items = elements(value);
  if (!items || !values::instance_of(*accepted, value)) mismatch(name, arguments, 0, "Numeric, String, or Iterable[Variant[String, Numeric]]");
  std::vector<Value> out;
  for (const Value& item : *items) {
    context.spend(1);
    out.push_back(item.is(Kind::string) ? Value::string(change(item.as_string())) : item);
  }
  return Value::array(std::move(out));
}

// As `changed`, and into arrays and hashes, however deep.
Value changed_deeply(std::string_view name, Context& context, Arguments arguments, const Value& value, Change change) {
  context.spend(1);
  if (value.is(Kind::string)) return Value::string(change(value.as_string()));
  if (is_number(value)) return value;
  if (value.is(Kind::array)) {
    std::vector<Value> out;
    for (const Value& item : value.as_array()) out.push_back(changed_deeply(name, context, arguments, item, change));
    return Value::array(std::move(out));
  }
  if (!value.is(Kind::hash)) mismatch(name, arguments, 0, "Numeric, String, Array[StringData], or Hash[StringData, StringData]");
  HashBuilder out;
  for (const HashEntry& entry : value.as_hash().entries) {
    out.set(changed_deeply(name, context, arguments, entry.key, change), changed_deeply(name, context, arguments, entry.value, change));
  }
  return out.build();
}

Value upcase_function(Context& context, Arguments arguments, Block*) {
  return changed_deeply("upcase", context, arguments, arguments[0], upcase);
}

Value downcase_function(Context& context, Arguments arguments, Block*) {
  return changed_deeply("downcase", context, arguments, arguments[0], downcase);
}

Value capitalize_function(Context& context, Arguments arguments, Block*) { return changed("capitalize", context, arguments, capitalize); }

Value camelcase(Context& context, Arguments arguments, Block*) { return changed("camelcase", context, arguments, camelcased); }

Value chomp(Context& context, Arguments arguments, Block*) { return changed("chomp", context, arguments, chomped); }

Value chop(Context& context, Arguments arguments, Block*) { return changed("chop", context, arguments, chopped); }

Value strip_function(Context& context, Arguments arguments, Block*) {
  return changed("strip", context, arguments, [](std::string_view text) { return std::string(strip(text)); });
}

Value lstrip_function(Context& context, Arguments arguments, Block*) {
  return changed("lstrip", context, arguments, [](std::string_view text) { return std::string(lstrip(text)); });
}

Value rstrip_function(Context& context, Arguments arguments, Block*) {
  return changed("rstrip", context, arguments, [](std::string_view text) { return std::string(rstrip(text)); });
}

using RegexPtr = std::shared_ptr<const types::Regex>;

RegexPtr compile(std::string_view source) {
  try {
    return types::Regex::of(source);
  } catch (const types::RegexError& error) {
    bad_argument(error.what());
  }
}

bool is_regexp_type(const Value& value) {
  return value.is(Kind::type) && value.as_type()->resolved().kind == types::TypeKind::regexp;
}

// A pattern given as String, Regexp or Regexp[…].
RegexPtr pattern_argument(std::string_view name, Arguments arguments, std::size_t index) {
  const Value& pattern = arguments[index];
  if (pattern.is(Kind::string)) return compile(pattern.as_string());
  if (pattern.is(Kind::regexp)) return compile(pattern.as_regexp());
  if (!is_regexp_type(pattern)) mismatch(name, arguments, index, "String, Regexp, or Type[Regexp]");
  const types::Type& type = pattern.as_type()->resolved();
  return compile(type.strings.empty() ? "" : type.strings[0]);
}

template <class Work>
auto bounded(const Work& work) {
  try {
    return work();
  } catch (const types::RegexError& error) {   // too much work
    bad_argument(error.what());
  }
}

// Ruby's String#split: captures are kept, empty parts at the end are not; an empty match splits characters.
std::vector<Value> split_text(Context& context, std::string_view text, const types::Regex& regex) {
  std::vector<Value> out;
  std::size_t part = 0;
  std::size_t from = 0;
  while (from <= text.size()) {
    context.spend(1 + text.size() / 256);   // a search looks at the whole text once more
    const auto match = regex.search(text, from);
    if (!match) break;
    const auto& whole = match->groups[0];
    if (whole.end == whole.begin) {
      if (whole.begin >= text.size()) break;
      const std::size_t next = whole.begin + types::utf8_width(text, whole.begin);
      if (whole.begin == part) {   // nothing before it yet: look behind this character
        from = next;
        if (from >= text.size()) break;
        const auto again = regex.search(text, from);
        const bool here = again && again->groups[0].begin == from && again->groups[0].end == from;
        if (!here) continue;
        out.push_back(Value::string(text.substr(part, from - part)));
        part = from;
        continue;
      }
      out.push_back(Value::string(text.substr(part, whole.begin - part)));
      part = whole.begin;
      from = whole.begin;
      continue;
    }
    out.push_back(Value::string(text.substr(part, whole.begin - part)));
    for (std::size_t i = 1; i < match->groups.size(); ++i) {
      if (match->groups[i].matched) out.push_back(Value::string(match->text(text, i)));
    }
    part = from = whole.end;
  }
  if (part < text.size()) out.push_back(Value::string(text.substr(part)));
  while (!out.empty() && out.back().as_string().empty()) out.pop_back();
  return out;
}

Value split(Context& context, Arguments arguments, Block*) {
  const std::string_view text = string_argument("split", arguments, 0);
  const RegexPtr regex = pattern_argument("split", arguments, 1);
  return Value::array(bounded([&] { return split_text(context, text, *regex); }));
}

Value matched(std::string_view text, const types::Regex& regex) {
  const auto match = bounded([&] { return regex.search(text); });
  if (!match) return {};
  std::vector<Value> groups;
  for (std::size_t i = 0; i < match->groups.size(); ++i) {
    groups.push_back(match->groups[i].matched ? Value::string(match->text(text, i)) : Value::undef());
  }
  return Value::array(std::move(groups));
}

Value match_one(std::string_view text, const Value& pattern);

Value match_type(std::string_view text, const types::Type& type) {
  if (type.kind == types::TypeKind::regexp && type.strings.empty()) bad_argument("Given Regexp Type has no regular expression");
  if (type.kind == types::TypeKind::regexp || type.kind == types::TypeKind::pattern) {
    for (const std::string& source : type.strings) {
      const Value result = matched(text, *compile(source));
      if (!result.is_undef()) return result;
    }
    return {};
  }
  if (type.kind == types::TypeKind::variant) {
    for (const types::TypePtr& option : type.arguments) {
      const Value result = match_type(text, option->resolved());
      if (!result.is_undef()) return result;
    }
    return {};
  }
  bad_argument("match() expects pattern of T, where T is String, Regexp, Regexp[r], Pattern[p], or Array[T]. Got " + types::to_string(type));
}

Value match_one(std::string_view text, const Value& pattern) {
  if (pattern.is(Kind::string)) return matched(text, *compile(pattern.as_string()));
  if (pattern.is(Kind::regexp)) return matched(text, *compile(pattern.as_regexp()));
  if (pattern.is(Kind::type)) return match_type(text, pattern.as_type()->resolved());
  if (!pattern.is(Kind::array)) {
    bad_argument("match() expects pattern of T, where T is String, Regexp, Regexp[r], Pattern[p], or Array[T]. Got " + general_type(pattern));
  }
  for (const Value& option : pattern.as_array()) {
    const Value result = match_one(text, option);
    if (!result.is_undef()) return result;
  }
  return {};
}

Value match(Context& context, Arguments arguments, Block*) {
  context.spend(1);
  if (arguments[0].is(Kind::string)) return match_one(arguments[0].as_string(), arguments[1]);
  if (!arguments[0].is(Kind::array)) mismatch("match", arguments, 0, "String or Array[String]");
  std::vector<Value> out;
  for (const Value& item : arguments[0].as_array()) {
    context.spend(1);
    if (!item.is(Kind::string)) mismatch("match", arguments, 0, "String or Array[String]");
    out.push_back(match_one(item.as_string(), arguments[1]));
  }
  return Value::array(std::move(out));
}

// \0 to \9, \k<name>, \& and \\ in a replacement.
void put_replacement(std::string& out, std::string_view text, std::string_view replacement, const types::RegexMatch& match,
                     const types::Regex& regex) {
  const auto put_group = [&](std::size_t group) {
    if (group < match.groups.size() && match.groups[group].matched) out += match.text(text, group);
  };
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const char next = i + 1 < replacement.size() ? replacement[i + 1] : '\0';
    if (replacement[i] != '\\' || next == '\0') {
      out += replacement[i];
    } else if (next >= '0' && next <= '9') {
      put_group(static_cast<std::size_t>(next - '0'));
      ++i;
    } else if (next == '`' || next == '\'') {
      out += next == '`' ? text.substr(0, match.groups[0].begin) : text.substr(match.groups[0].end);
      ++i;
    } else if (next == '&' || next == '\\') {
      if (next == '&') put_group(0); else out += '\\';
      ++i;
    } else if (next == 'k' && replacement.substr(i + 2, 1) == "<") {
      const std::size_t close = replacement.find('>', i);
      const auto group = close == std::string_view::npos ? std::nullopt : regex.group(replacement.substr(i + 3, close - i - 3));
      if (!group) bad_argument("undefined group name reference: " + std::string(replacement.substr(i)));
      put_group(*group);
      i = close;
    } else {
      out += replacement[i];
    }
  }
}

std::string substituted(Context& context, std::string_view text, const types::Regex& regex, const Value& replacement, bool all) {
  std::string out;
  std::size_t done = 0;
  std::size_t from = 0;
  while (from <= text.size()) {
    context.spend(1 + text.size() / 256);   // as above
    const auto match = regex.search(text, from);
    if (!match) break;
    const auto& whole = match->groups[0];
    out += text.substr(done, whole.begin - done);
    if (replacement.is(Kind::string)) {
      put_replacement(out, text, replacement.as_string(), *match, regex);
    } else if (const Value* found = replacement.as_hash().find(match->text(text, 0))) {
      out += values::to_string(*found);
    }
    done = whole.end;
    from = whole.end;
    if (!all) break;
    if (whole.end == whole.begin) {   // go on behind the next character
      if (from >= text.size()) break;
      const std::size_t width = types::utf8_width(text, from);
      out += text.substr(from, width);
      done = from = from + width;
    }
  }
  return out += text.substr(std::min(done, text.size()));
}

struct Flags {
  bool all = false;
  bool extended = false;
  bool ignore_case = false;
  bool multiline = false;
};

Flags flags_argument(Arguments arguments, bool only_all) {
  Flags flags;
  if (arguments.size() < 4 || arguments[3].is_undef()) return flags;
  for (const char c : string_argument("regsubst", arguments, 3)) {
    if (c == 'G') flags.all = true;
    else if (c == 'E' && !only_all) flags.extended = true;
    else if (c == 'I' && !only_all) flags.ignore_case = true;
    else if (c == 'M' && !only_all) flags.multiline = true;
    else mismatch("regsubst", arguments, 3, only_all ? "Pattern[/^G?$/]" : "Optional[Pattern[/^[GEIM]*$/]]");
  }
  return flags;
}

Value regsubst(Context& context, Arguments arguments, Block*) {
  const bool text_pattern = arguments[1].is(Kind::string);
  const Flags flags = flags_argument(arguments, !text_pattern);
  const bool optioned = flags.extended || flags.ignore_case || flags.multiline;
  const RegexPtr regex = optioned ? bounded([&] {
    return std::make_shared<const types::Regex>(arguments[1].as_string(), flags.ignore_case, flags.multiline, flags.extended);
  }) : pattern_argument("regsubst", arguments, 1);
  const Value& replacement = arguments[2];
  static const types::TypePtr kReplacement = types::variant({types::string(), types::hash(types::string(), types::string())});
  if (!values::instance_of(*kReplacement, replacement)) mismatch("regsubst", arguments, 2, "String or Hash[String, String]");
  const auto one = [&](const Value& text) {
    if (!text.is(Kind::string)) mismatch("regsubst", arguments, 0, "String or Array[String]");
    return Value::string(bounded([&] { return substituted(context, text.as_string(), *regex, replacement, flags.all); }));
  };
  if (!arguments[0].is(Kind::array)) return one(arguments[0]);
  std::vector<Value> out;
  for (const Value& text : arguments[0].as_array()) out.push_back(one(text));
  return Value::array(std::move(out));
}

void flatten_words(const Value& value, Arguments arguments, std::vector<std::string>& words) {
  if (value.is(Kind::array)) {
    for (const Value& inner : value.as_array()) flatten_words(inner, arguments, words);
    return;
  }
  if (!value.is(Kind::string) && !value.is_undef()) mismatch("shellquote", arguments, 0, "String or Array[String]");
  words.push_back(values::to_string(value));
}

// The word in the simplest quotes that leave it as it is in a Bourne shell.
std::string shell_word(const std::string& word) {
  constexpr std::string_view kSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_+=:,./-";
  constexpr std::string_view kDangerous = "!\"`$\\";   // between double quotes
  if (!word.empty() && word.find_first_not_of(kSafe) == std::string::npos) return word;
  if (word.find_first_of(kDangerous) == std::string::npos) return '"' + word + '"';
  if (word.find('\'') == std::string::npos) return '\'' + word + '\'';
  std::string out = "\"";
  for (const char c : word) {
    if (kDangerous.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + '"';
}

Value shellquote(Context& context, Arguments arguments, Block*) {
  std::vector<std::string> words;
  for (const Value& argument : arguments) flatten_words(argument, arguments, words);
  context.spend(words.size());
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + shell_word(word);
  return Value::string(line);
}

// Puppet hands what Ruby's sprintf does not know to it as text.
Value plain(const Value& value) {
  switch (value.kind()) {
    case Kind::regexp: case Kind::timespan: case Kind::timestamp: case Kind::semver: case Kind::semver_range: case Kind::binary:
      return Value::string(values::to_string(value));
    case Kind::array: {
      std::vector<Value> items;
      for (const Value& item : value.as_array()) items.push_back(plain(item));
      return Value::array(std::move(items));
    }
    case Kind::hash: {
      values::HashBuilder hash;
      for (const values::HashEntry& entry : value.as_hash().entries) hash.set(plain(entry.key), plain(entry.value));
      return hash.build();
    }
    case Kind::undef: case Kind::default_: case Kind::boolean: case Kind::integer: case Kind::floating: case Kind::string:
    case Kind::type: case Kind::sensitive: case Kind::uri: case Kind::process: case Kind::queue: case Kind::resource:
      return value;
  }
  return value;
}

Value sprintf_function(Context& context, Arguments arguments, Block*) {
  context.spend(arguments.size());
  std::vector<Value> values;
  for (const Value& argument : arguments) values.push_back(argument.is_undef() ? Value::string("") : plain(argument));
  return Value::string(format_all(string_argument("sprintf", values, 0), Arguments(values).subspan(1)));
}

constexpr std::array kFunctions = {
    Function{"camelcase", "Variant[Numeric, String, Iterable[Variant[String, Numeric]]] $value >> Any", 1, 1, BlockUse::none, camelcase},
    Function{"capitalize", "Variant[Numeric, String, Iterable[Variant[String, Numeric]]] $value >> Any", 1, 1, BlockUse::none, capitalize_function},
    Function{"chomp", "Variant[Numeric, String, Iterable[Variant[String, Numeric]]] $value >> Any", 1, 1, BlockUse::none, chomp},
    Function{"chop", "Variant[Numeric, String, Iterable[Variant[String, Numeric]]] $value >> Any", 1, 1, BlockUse::none, chop},
    Function{"downcase", "Variant[Numeric, String, Array, Hash] $value >> Any", 1, 1, BlockUse::none, downcase_function},
    Function{"lstrip", "Variant[Numeric, String, Iterable[Variant[String, Numeric]]] $value >> Any", 1, 1, BlockUse::none, lstrip_function},
    Function{"match", "Variant[String, Array[String]] $text, Variant[String, Regexp, Type, Array] $pattern >> Any", 2, 2, BlockUse::none, match},
    Function{"regsubst", "Variant[String, Array[String]] $target, Variant[String, Regexp, Type[Regexp]] $pattern, "
             "Variant[String, Hash[String, String]] $replacement, Optional[String] $flags = undef >> Variant[String, Array[String]]",
             3, 5, BlockUse::none, regsubst},
    Function{"rstrip", "Variant[Numeric, String, Iterable[Variant[String, Numeric]]] $value >> Any", 1, 1, BlockUse::none, rstrip_function},
    Function{"shellquote", "Optional[Variant[String, Array]] *$words >> String", 0, kMany, BlockUse::optional, shellquote},
    Function{"split", "String $text, Variant[String, Regexp, Type[Regexp]] $pattern >> Array[String]", 2, 2, BlockUse::none, split},
    Function{"sprintf", "Any $format, Any *$values >> String", 1, kMany, BlockUse::none, sprintf_function},
    Function{"strip", "Variant[Numeric, String, Iterable[Variant[String, Numeric]]] $value >> Any", 1, 1, BlockUse::none, strip_function},
    Function{"upcase", "Variant[Numeric, String, Array, Hash] $value >> Any", 1, 1, BlockUse::none, upcase_function},
};

}  // namespace

std::string_view strip(std::string_view text) { return lstrip(rstrip(text)); }

std::span<const Function> string_functions() { return kFunctions; }

}  // namespace plan::functions
