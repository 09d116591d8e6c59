// String.new(value, formats): Puppet's own formats, by type, with containers and what is in them.
#include <algorithm>
#include <array>
#include <memory>

#include "functions/convert.h"
#include "functions/support.h"
#include "types/case.h"
#include "types/regex.h"
#include "types/text.h"
#include "values/base64.h"

namespace plan::functions {

namespace {

using values::HashEntry;
using values::HashObject;
using types::capitalize;
using types::downcase;
using types::upcase;
using values::Kind;
using values::Value;

struct Format;
struct FormatFor {
  types::TypePtr type;
  std::shared_ptr<const Format> format;
};
using FormatMap = std::vector<FormatFor>;   // the first that takes the value's type counts

struct Format {
  std::string text;            // "%#-8.3x"
  char letter = 's';
  bool alternative = false;
  bool left = false;
  bool blank = false;
  char delimiter = '\0';
  std::string width;
  std::string precision;
  std::optional<std::string> separator;
  std::optional<std::string> separator2;
  std::optional<FormatMap> inner;
};
using FormatPtr = std::shared_ptr<const Format>;

constexpr std::string_view kDelimiters = "[{(<|";

Format parse_format(std::string_view text) {
  static const types::Regex regex("\\A%([\\s\\[+#0{<(|-]*)([1-9][0-9]*)?(?:\\.([0-9]+))?([a-zA-Z])\\z");
  const auto match = regex.search(text);
  if (!match) bad_argument("The format '" + std::string(text) + "' is not a valid format on the form '%<flags><width>.<prec><format>'");
  Format format;
  format.text = text;
  format.letter = match->text(text, 4)[0];
  std::string seen;
  for (const char flag : match->text(text, 1)) {
    if (seen.find(flag) != std::string::npos) bad_argument("The same flag can only be used once, got '" + std::string(text) + "'");
    seen += flag;
    if (kDelimiters.find(flag) == std::string_view::npos) continue;
    if (format.delimiter != '\0') bad_argument("Only one of the delimiters [ { ( < | can be given in the format flags, got '" + std::string(text) + "'");
    format.delimiter = flag;
  }
  format.alternative = seen.find('#') != std::string::npos;
  format.left = seen.find('-') != std::string::npos;
  format.blank = seen.find(' ') != std::string::npos;
  if (match->groups[2].matched) format.width = match->text(text, 2);
  if (match->groups[3].matched) format.precision = match->text(text, 3);
  return format;
}

FormatPtr make_format(std::string_view text) { return std::make_shared<const Format>(parse_format(text)); }

const FormatMap& inner_defaults() {
  static const FormatMap map = {{types::make(types::TypeKind::any), make_format("%p")}};
  return map;
}

const FormatMap& defaults() {
  using types::TypeKind;
  static const FormatMap map = {
      {types::make(TypeKind::floating), make_format("%f")}, {types::make(TypeKind::numeric), make_format("%d")},
      {types::make(TypeKind::array), make_format("%a")},    {types::make(TypeKind::hash), make_format("%h")},
      {types::make(TypeKind::binary), make_format("%B")},   {types::make(TypeKind::any), make_format("%s")},
  };
  return map;
}

FormatMap read_map(const HashObject& hash);

FormatPtr read_container_format(const HashObject& hash) {
  for (const HashEntry& entry : hash.entries) {
    const std::string key = values::to_string(entry.key);
    if (key == "separator" || key == "separator2" || key == "format" || key == "string_formats") continue;
    bad_argument("only 'separator', 'separator2', 'format', 'string_formats' are allowed in a container format, got " + values::inspect(entry.key));
  }
  const auto string_of = [&](std::string_view key) -> std::optional<std::string> {
    const Value* value = hash.find(key);
    if (value == nullptr || value->is_undef()) return std::nullopt;
    if (!value->is(Kind::string)) bad_argument("'" + std::string(key) + "' of a container format expects a String value, got " + general_type(*value));
    return std::string(value->as_string());
  };
  const auto text = string_of("format");
  Format format = parse_format(text ? *text : "%s");
  format.separator = string_of("separator");
  format.separator2 = string_of("separator2");
  if (const Value* inner = hash.find("string_formats")) {
    if (!inner->is(Kind::hash)) bad_argument("expected a hash with type to format mappings, got instance of '" + values::label(*inner) + "'");
    format.inner = read_map(inner->as_hash());
  }
  return std::make_shared<const Format>(std::move(format));
}

// More special types come first, as far as one is assignable to the other.
void sort_by_type(FormatMap& map) {
  for (std::size_t i = 1; i < map.size(); ++i) {
    for (std::size_t j = i; j > 0; --j) {
      const bool special = types::assignable(*map[j - 1].type, *map[j].type) && !types::assignable(*map[j].type, *map[j - 1].type);
      if (special) std::swap(map[j - 1], map[j]);
    }
  }
}

FormatMap read_map(const HashObject& hash) {
  FormatMap map;
  for (const HashEntry& entry : hash.entries) {
    if (!entry.key.is(Kind::type)) bad_argument("top level keys in the format hash must be data types, got instance of '" + values::label(entry.key) + "'");
    if (entry.value.is(Kind::hash)) {
      map.push_back({entry.key.as_type(), read_container_format(entry.value.as_hash())});
    } else if (entry.value.is(Kind::string)) {
      map.push_back({entry.key.as_type(), make_format(entry.value.as_string())});
    } else {
      bad_argument("a format expects a String or Hash value, got " + general_type(entry.value));
    }
  }
  return map;
}

// Given formats before the defaults; a default that is covered by a given type is dropped.
FormatMap merged(FormatMap given) {
  FormatMap map = given;
  for (const FormatFor& entry : defaults()) {
    const bool covered = std::any_of(given.begin(), given.end(), [&](const FormatFor& g) { return types::assignable(*g.type, *entry.type); });
    if (!covered) map.push_back(entry);
  }
  sort_by_type(map);
  return map;
}

struct Indentation {
  std::size_t level = 0;
  bool first = true;
  bool indenting = false;
  [[nodiscard]] bool breaks() const { return indenting && level > 0 && !first; }
  [[nodiscard]] std::string padding() const { return std::string(2 * level, ' '); }
};

bool is_container(const Value& value) { return value.is(Kind::array) || value.is(Kind::hash); }

[[noreturn]] void wrong_format(std::string_view type, const Format& format, std::string_view expected) {
  bad_argument("Illegal format '" + std::string(1, format.letter) + "' specified for value of " + std::string(type) +
               " type - expected one of the characters '" + std::string(expected) + "'");
}

std::string replaced(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

std::string flagged(const Format& format, const std::string& text) {
  if (!format.left && format.width.empty() && format.precision.empty()) return text;
  std::string directive = "%";
  if (format.left) directive += '-';
  directive += format.width;
  if (!format.precision.empty()) directive += '.' + format.precision;
  return format_one(directive + 's', Value::string(text));
}

bool one_of(char letter, std::string_view letters) { return letters.find(letter) != std::string_view::npos; }

std::string write_undef(const Format& format) {
  if (format.letter == 'n') return flagged(format, format.alternative ? "null" : "nil");
  if (format.letter == 'u') return flagged(format, format.alternative ? "undefined" : "undef");
  if (one_of(format.letter, "dxXobBeEfgGaA")) return flagged(format, "NaN");
  if (format.letter == 'v') return flagged(format, "n/a");
  if (format.letter == 'V') return flagged(format, "N/A");
  if (format.letter == 's') return flagged(format, format.alternative ? "\"\"" : "");
  if (format.letter == 'p') return flagged(format, format.alternative ? "\"undef\"" : "undef");
  wrong_format("Undef", format, "nudxXobBeEfgGaAvVsp");
}

std::string write_default(const Format& format) {
  if (one_of(format.letter, "dsp")) return flagged(format, format.alternative ? "\"default\"" : "default");
  if (format.letter == 'D') return flagged(format, format.alternative ? "\"Default\"" : "Default");
  wrong_format("Default", format, "dDsp");
}

std::string write_integer(std::int64_t value, const Format& format) {
  if (one_of(format.letter, "dxXobB")) return format_one(format.text, Value::integer(value));
  if (format.letter == 'p') return format_one(replaced(format.text, 'p', 's'), Value::integer(value));
  if (one_of(format.letter, "eEfgGaA")) return format_one(format.text, Value::floating(static_cast<double>(value)));
  if (format.letter == 'c') {
    const std::string character = utf8_character(value);
    return format_one(replaced(format.text, 'c', 's'), Value::string(format.alternative ? "\"" + character + "\"" : character));
  }
  if (format.letter == 's') {
    return format_one(format.alternative ? replaced(format.text, 's', 'p') : format.text, Value::string(std::to_string(value)));
  }
  wrong_format("Integer", format, "dxXobBeEfgGaAspc");
}

std::string write_float(double value, const Format& format) {
  if (one_of(format.letter, "dxXobB")) return format_one(format.text, convert(*types::make(types::TypeKind::integer), std::array{Value::floating(value)}));
  if (one_of(format.letter, "eEfgGaA")) return format_one(format.text, Value::floating(value));
  const std::string text = types::format_float(value);
  if (format.letter == 'p') return format_one(replaced(format.text, 'p', 's'), Value::string(text));
  if (format.letter == 's') return format_one(format.text, Value::string(format.alternative ? "\"" + text + "\"" : text));
  wrong_format("Float", format, "dxXobBeEfgGaAsp");
}

std::string write_boolean(bool value, const Format& format) {
  const auto word = [&](std::string text) { return flagged(format, format.alternative ? text.substr(0, 1) : text); };
  if (format.letter == 't') return word(value ? "true" : "false");
  if (format.letter == 'T') return word(value ? "True" : "False");
  if (format.letter == 'y') return word(value ? "yes" : "no");
  if (format.letter == 'Y') return word(value ? "Yes" : "No");
  if (one_of(format.letter, "dxXobB")) return write_integer(value ? 1 : 0, format);
  if (one_of(format.letter, "eEfgGaA")) return write_float(value ? 1.0 : 0.0, format);
  if (one_of(format.letter, "sp")) return flagged(format, value ? "true" : "false");
  wrong_format("Boolean", format, "tTyYdxXobBeEfgGaAsp");
}

std::string capitalized_segments(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find("::", at), text.size());
    if (at > 0) out += "::";
    out += capitalize(text.substr(at, end - at));
    at = end + 2;
  }
  return out;
}

std::string write_string(std::string_view value, const Format& format) {
  if (format.letter == 's') return format_one(format.text, Value::string(value));
  if (format.letter == 'p') return flagged(format, format.alternative ? types::double_quote(value) : types::quote(value));
  std::string text;
  if (format.letter == 'c') text = capitalize(value);
  else if (format.letter == 'C') text = capitalized_segments(value);
  else if (format.letter == 'u') text = upcase(value);
  else if (format.letter == 'd') text = downcase(value);
  else if (format.letter == 't') text = strip(value);
  else wrong_format("String", format, "cCudspt");
  if (format.alternative) return flagged(format, types::quote(text));
  return format_one(replaced(format.text, format.letter, 's'), Value::string(text));
}

std::string write_regexp(const std::string& source, const Format& format) {
  if (format.letter == 'p') return flagged(format, types::regexp_literal(source));
  if (format.letter == 's') return flagged(format, format.alternative ? types::quote(source) : source);
  wrong_format("Regexp", format, "sp");
}

std::string write_type(const Value& type, const Format& format) {
  const std::string text = values::to_string(type);
  if (format.letter == 's') return flagged(format, format.alternative ? "\"" + text + "\"" : text);
  if (format.letter == 'p') return flagged(format, text);
  wrong_format("Type", format, "sp");
}

std::string write_binary(const std::string& bytes, const Format& format) {
  const std::string strict = values::base64_encode(bytes);
  const auto put = [&](const std::string& text) { return flagged(format, format.alternative ? types::double_quote(text) : text); };
  if (format.letter == 's') return put(bytes);
  if (format.letter == 'p') return "Binary(\"" + flagged(format, strict) + "\")";
  if (format.letter == 'B') return put(strict);
  if (format.letter == 'b') return put(strict + "\n");
  if (format.letter == 'u') return put(replaced(replaced(strict, '+', '-'), '/', '_'));
  if (format.letter == 't') return put("Binary");
  if (format.letter == 'T') return put("BINARY");
  wrong_format("Binary", format, "bButTsp");
}

std::string programmatic(const Value& value) {
  if (value.is(Kind::sensitive)) return "#<" + values::to_string(value) + ">";
  if (value.is(Kind::uri)) return "URI(" + types::quote(value.as_uri()) + ")";
  return value.is(Kind::semver) || value.is(Kind::semver_range) ? value.as_version() : values::inspect(value);
}

std::string write_other(const Value& value, const Format& format) {
  const std::string text = values::to_string(value);
  if (format.letter == 'p') return flagged(format, programmatic(value));
  if (format.letter == 's') return flagged(format, format.alternative ? types::double_quote(text) : text);
  wrong_format(values::label(value), format, "sp");
}

void strip_end(std::string& text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.pop_back();
}

class Writer {
 public:
  std::string write(const Value& value, const FormatMap& map, Indentation indentation) {
    const FormatPtr format = format_for(value, map);
    switch (value.kind()) {
      case Kind::undef: return write_undef(*format);
      case Kind::default_: return write_default(*format);
      case Kind::boolean: return write_boolean(value.as_boolean(), *format);
      case Kind::integer: return write_integer(value.as_integer(), *format);
      case Kind::floating: return write_float(value.as_float(), *format);
      case Kind::string: return write_string(value.as_string(), *format);
      case Kind::array: return write_array(value.as_array(), *format, map, indentation);
      case Kind::hash: return write_hash(value, *format, map, indentation);
      case Kind::regexp: return write_regexp(value.as_regexp(), *format);
      case Kind::type: return write_type(value, *format);
      case Kind::binary: return write_binary(value.as_binary(), *format);
      case Kind::sensitive: case Kind::timespan: case Kind::timestamp: case Kind::semver: case Kind::semver_range:
      case Kind::uri: case Kind::process: case Kind::queue: case Kind::resource:
        return write_other(value, *format);
    }
    return {};
  }

 private:
  static FormatPtr format_for(const Value& value, const FormatMap& map) {
    const types::TypePtr type = values::infer_detailed(value);
    for (const FormatFor& entry : map) {
      if (types::assignable(*entry.type, *type)) return entry.format;
    }
    static const FormatPtr otherwise = make_format("%s");
    return otherwise;
  }

  static std::pair<std::string, std::string> delimiters(const Format& format, const char* open, const char* close) {
    switch (format.delimiter) {
      case '[': return {"[", "]"};
      case '{': return {"{", "}"};
      case '(': return {"(", ")"};
      case '<': return {"<", ">"};
      case '|': return {"|", "|"};
      default: return format.blank ? std::pair<std::string, std::string>{"", ""} : std::pair<std::string, std::string>{open, close};
    }
  }

  static const FormatMap& formats_inside(const Value& value, const Format& format, const FormatMap& map) {
    if (is_container(value)) return map;
    return format.inner ? *format.inner : inner_defaults();
  }

  // Is a run of elements without containers between them longer than the width of the format?
  static bool too_wide(Arguments items, const std::vector<std::string>& texts, const Format& format) {
    if (!format.alternative || format.width.empty()) return false;
    std::size_t widest = 0;
    std::size_t run = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      run = is_container(items[i]) ? 0 : run + static_cast<std::size_t>(types::utf8_length(texts[i]));
      widest = std::max(widest, run);
    }
    return format.width.size() < 9 && widest > std::stoul(format.width);
  }

  std::string write_array(Arguments items, const Format& format, const FormatMap& map, Indentation indentation) {
    if (!one_of(format.letter, "asp")) wrong_format("Array", format, "asp");
    indentation.indenting = format.alternative || indentation.indenting;
    const auto [open, close] = delimiters(format, "[", "]");
    const std::string separator = format.separator.value_or(", ");
    const Indentation below{indentation.level + 1, true, format.alternative};
    std::vector<std::string> texts;
    for (const Value& item : items) {
      texts.push_back(write(item, formats_inside(item, format, map), {below.level, false, below.indenting}));
    }
    const bool broken = too_wide(items, texts, format);
    std::string out = indentation.breaks() ? "\n" + indentation.padding() : "";
    out += open;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const bool plain = !is_container(items[i]);
      if (i == 0) {
        if (broken && plain) out += ' ';
      } else {
        out += separator;
        if ((broken && plain) || (format.alternative && is_container(items[i - 1]) && plain)) {
          strip_end(out);
          out += "\n" + below.padding();
        }
      }
      if (out.ends_with(' ') && texts[i].starts_with('\n')) strip_end(out);
      out += texts[i];
    }
    return out + close;
  }

  std::string write_hash(const Value& hash, const Format& format, const FormatMap& map, Indentation indentation) {
    if (format.letter == 'a') return write(Value::array(*elements(hash)), map, indentation);
    if (!one_of(format.letter, "hsp")) wrong_format("Hash", format, "hasp");
    indentation.indenting = format.alternative || indentation.indenting;
    const auto [open, close] = delimiters(format, "{", "}");
    std::string separator = format.separator.value_or(", ");
    const Indentation below{indentation.level + 1, true, false};
    if (format.alternative) {
      if (!separator.ends_with('\n')) strip_end(separator);
      separator += '\n';
    }
    std::string out = indentation.breaks() ? "\n" + indentation.padding() : "";
    out += open;
    if (format.alternative) out += '\n';
    bool first = true;
    for (const HashEntry& entry : hash.as_hash().entries) {
      if (!first) out += separator;
      first = false;
      if (format.alternative) out += below.padding();
      out += write(entry.key, formats_inside(entry.key, format, map), below) + format.separator2.value_or(" => ");
      out += write(entry.value, formats_inside(entry.value, format, map), below);
    }
    if (format.alternative) out += "\n" + indentation.padding();
    return out + close;
  }
};

types::TypePtr own_type(const Value& value) {
  if (value.is(Kind::array)) return types::make(types::TypeKind::array);
  if (value.is(Kind::hash)) return types::make(types::TypeKind::hash);
  return values::infer_detailed(value);
}

}  // namespace

std::string convert_to_string(const Value& value, const Value& formats) {
  if (formats.is(Kind::default_)) return Writer().write(value, defaults(), {});
  if (formats.is(Kind::string)) {
    return Writer().write(value, merged({{own_type(value), make_format(formats.as_string())}}), {});
  }
  if (!formats.is(Kind::hash)) bad_argument("String.new expects its formats as Default, String or Hash, got " + general_type(formats));
  return Writer().write(value, merged(read_map(formats.as_hash())), {});
}

}  // namespace plan::functions
