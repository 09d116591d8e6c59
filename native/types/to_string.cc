// Types as Puppet writes them.
#include "base/assert.h"
#include "base/work.h"
#include "types/text.h"
#include "types/type.h"

namespace plan::types {

namespace {

constexpr std::uint64_t kWritingAType = 8;     // units of work

class Writer {
 public:
  std::string write(const Type& type) {
    put(type);
    return std::move(out_);
  }

 private:
  // name, or name[a, b] when there are parts
  void bracketed(std::string_view name, const std::vector<std::string>& parts) {
    out_ += name;
    if (parts.empty()) return;
    out_ += '[';
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) out_ += ", ";
      out_ += parts[i];
    }
    out_ += ']';
  }

  static std::string text(const Type& type) { return to_string(type); }

  static std::vector<std::string> texts(const std::vector<TypePtr>& types) {
    std::vector<std::string> out;
    for (const TypePtr& type : types) out.push_back(text(*type));
    return out;
  }

  static void add_range(std::vector<std::string>& parts, std::int64_t min, std::int64_t max, std::int64_t open_min) {
    if (min == open_min && max == kMaxInteger) return;
    parts.push_back(min == kMinInteger ? "default" : std::to_string(min));
    if (max != kMaxInteger) parts.push_back(std::to_string(max));
  }

  void put_integer(const Type& type) {
    std::vector<std::string> parts;
    add_range(parts, type.min, type.max, kMinInteger);
    bracketed("Integer", parts);
  }

  void put_float(const Type& type) {
    std::vector<std::string> parts;
    if (type.bounded_min || type.bounded_max) parts.push_back(type.bounded_min ? format_float(type.min_float) : "default");
    if (type.bounded_max) parts.push_back(format_float(type.max_float));
    bracketed("Float", parts);
  }

  void put_moments(std::string_view name, const Type& type, std::string (*format)(std::int64_t)) {
    std::vector<std::string> parts;
    const bool open = type.max == kMaxInteger;
    if (type.min != kMinInteger || !open) parts.push_back(type.min == kMinInteger ? "default" : "'" + format(type.min) + "'");
    if (!open && type.max != type.min) parts.push_back("'" + format(type.max) + "'");
    bracketed(name, parts);
  }

  void put_strings(std::string_view name, const Type& type, std::string (*format)(std::string_view)) {
    std::vector<std::string> parts;
    for (const std::string& string : type.strings) parts.push_back(format(string));
    if (type.case_insensitive && !parts.empty()) parts.push_back("true");
    bracketed(name, parts);
  }

  // Arrays, hashes, collections, strings: arguments, then the size where it says something.
  void put_sized(std::string_view name, const Type& type) {
    std::vector<std::string> parts = texts(type.arguments);
    if (parts.empty() && type.max == 0 && (type.kind == TypeKind::array || type.kind == TypeKind::hash)) {
      return bracketed(name, {"0", "0"});
    }
    if (parts.empty() && type.has_size()) {
      if (type.kind == TypeKind::array) parts = {"Any"};
      if (type.kind == TypeKind::hash) parts = {"Any", "Any"};
    }
    add_range(parts, type.min, type.max, 0);
    bracketed(name, parts);
  }

  void put_tuple(const Type& type) {
    std::vector<std::string> parts = texts(type.arguments);
    if (type.bounded_min && !parts.empty()) {
      parts.push_back(std::to_string(type.min));
      if (type.max != kMaxInteger) parts.push_back(std::to_string(type.max));
    }
    bracketed("Tuple", parts);
  }

  static std::string member_key(const StructMember& member) {
    const bool may_be_undef = accepts_undef(*member.type);
    if (member.optional == may_be_undef) return quote(member.name);
    return (member.optional ? "Optional[" : "NotUndef[") + quote(member.name) + "]";
  }

  // Callable[String, 1, 2, Callable], or Callable[[…], Integer] with what it gives.
  void put_callable(const Type& type) {
    if (type.arguments.empty()) return bracketed("Callable", {});
    const Type& parameters = *type.arguments[0];
    std::vector<std::string> parts = texts(parameters.arguments);
    if (parameters.bounded_min) {
      parts.push_back(std::to_string(parameters.min));
      if (parameters.max != kMaxInteger) parts.push_back(std::to_string(parameters.max));
    }
    if (type.arguments[1]->kind != TypeKind::undef) parts.push_back(text(*type.arguments[1]));
    if (type.arguments[2]->kind == TypeKind::any) return bracketed("Callable", parts);
    std::string list;
    for (const std::string& part : parts) list += (list.empty() ? "" : ", ") + part;
    bracketed("Callable", {"[" + list + "]", text(*type.arguments[2])});
  }

  void put_struct(const Type& type) {
    if (type.members.empty()) return bracketed("Struct", {});
    std::string body;
    for (const StructMember& member : type.members) {
      if (!body.empty()) body += ", ";
      body += member_key(member) + " => " + text(*member.type);
    }
    bracketed("Struct", {"{" + body + "}"});
  }

  // A part that is asked for as it is written: 'http', 80, /a/, Enum['http', 'https'].
  static std::string part(const Type& type) {
    if (type.is_literal()) return quote(type.strings[0]);
    if (type.kind == TypeKind::integer && type.min == type.max) return std::to_string(type.min);
    return type.kind == TypeKind::regexp && !type.strings.empty() ? regexp_literal(type.strings[0]) : text(type);
  }

  void put_uri(const Type& type) {
    if (type.members.empty()) return bracketed("URI", {});
    std::string body;
    for (const StructMember& member : type.members) {
      body += (body.empty() ? "" : ", ") + quote(member.name) + " => " + part(*member.type);
    }
    bracketed("URI", {"{" + body + "}"});
  }

  // Optional['x']: the literal, which alone is written String.
  void put_wrapper(std::string_view name, const Type& type) {
    if (type.arguments.empty()) return bracketed(name, {});
    const Type& inner = *type.arguments[0];
    bracketed(name, {inner.is_literal() ? quote(inner.strings[0]) : text(inner)});
  }

  void put_reference(const std::string& name, const Type& type) {
    if (type.title.empty()) return bracketed(name, {});
    bracketed(name, {type.kind == TypeKind::class_ ? type.title : quote(type.title)});
  }

  void put(const Type& type) {
    Work::spend(kWritingAType);
    switch (type.kind) {
      case TypeKind::any: out_ += "Any"; return;
      case TypeKind::undef: out_ += "Undef"; return;
      case TypeKind::default_: out_ += "Default"; return;
      case TypeKind::boolean:
        return bracketed("Boolean", type.bounded_min ? std::vector<std::string>{type.min != 0 ? "true" : "false"} : std::vector<std::string>{});
      case TypeKind::integer: return put_integer(type);
      case TypeKind::floating: return put_float(type);
      case TypeKind::numeric: out_ += "Numeric"; return;
      case TypeKind::string: return type.is_literal() ? bracketed("String", {}) : put_sized("String", type);
      case TypeKind::enum_: return put_strings("Enum", type, quote);
      case TypeKind::pattern: return put_strings("Pattern", type, regexp_literal);
      case TypeKind::regexp: return put_strings("Regexp", type, regexp_literal);
      case TypeKind::scalar: out_ += "Scalar"; return;
      case TypeKind::scalar_data: out_ += "ScalarData"; return;
      case TypeKind::data: out_ += "Data"; return;
      case TypeKind::rich_data: out_ += "RichData"; return;
      case TypeKind::collection: return put_sized("Collection", type);
      case TypeKind::iterable: return bracketed("Iterable", texts(type.arguments));
      case TypeKind::array: return put_sized("Array", type);
      case TypeKind::tuple: return put_tuple(type);
      case TypeKind::hash: return put_sized("Hash", type);
      case TypeKind::struct_: return put_struct(type);
      case TypeKind::optional: return put_wrapper("Optional", type);
      case TypeKind::not_undef: return put_wrapper("NotUndef", type);
      case TypeKind::variant: return bracketed("Variant", texts(type.arguments));
      case TypeKind::sensitive: return bracketed("Sensitive", texts(type.arguments));
      case TypeKind::type: return bracketed("Type", texts(type.arguments));
      case TypeKind::callable: return put_callable(type);
      case TypeKind::timespan: return put_moments("Timespan", type, format_timespan);
      case TypeKind::timestamp: return put_moments("Timestamp", type, format_timestamp);
      case TypeKind::semver: return put_strings("SemVer", type, quote);
      case TypeKind::semver_range: out_ += "SemVerRange"; return;
      case TypeKind::binary: out_ += "Binary"; return;
      case TypeKind::uri: return put_uri(type);
      case TypeKind::init: return bracketed("Init", type.arguments.empty() ? std::vector<std::string>{} : std::vector<std::string>{text(*type.arguments[0])});
      case TypeKind::iterator: return bracketed("Iterator", texts(type.arguments));
      case TypeKind::runtime:
        return bracketed("Runtime", type.name.empty() ? std::vector<std::string>{} : std::vector<std::string>{type.name, quote(type.title)});
      case TypeKind::object: out_ += "Object[{}]"; return;
      case TypeKind::type_set: out_ += "TypeSet"; return;
      case TypeKind::catalog_entry: out_ += "CatalogEntry"; return;
      case TypeKind::resource: return put_reference(type.name.empty() ? "Resource" : capitalize_segments(type.name), type);
      case TypeKind::class_: return put_reference("Class", type);
      case TypeKind::process: out_ += type.name.empty() ? "Process" : capitalize_segments(type.name); return;
      case TypeKind::queue: return bracketed("Queue", texts(type.arguments));
      case TypeKind::alias: out_ += type.name; return;
    }
  }

  std::string out_;
};

}  // namespace

std::string to_string(const Type& type) { return Writer().write(type); }

}  // namespace plan::types
