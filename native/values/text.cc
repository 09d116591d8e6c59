// Values as text: as interpolation has them, and as messages have them.
#include "types/text.h"

#include "values/base64.h"
#include "values/timespan_format.h"
#include "values/value.h"

namespace plan::values {

namespace {

constexpr std::string_view kRedacted = "Sensitive [value redacted]";

template <class Write>
std::string array_text(std::span<const Value> items, const Write& write) {
  std::string out = "[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ", ";
    out += write(items[i]);
  }
  return out += ']';
}

template <class Write>
std::string hash_text(const HashObject& hash, const Write& write) {
  std::string out = "{";
  for (std::size_t i = 0; i < hash.entries.size(); ++i) {
    if (i > 0) out += ", ";
    out += write(hash.entries[i].key) + " => " + write(hash.entries[i].value);
  }
  return out += '}';
}

std::string resource_text(const ResourceObject& resource) {
  if (resource.type == "Class") return "Class[" + resource.title + "]";
  return types::capitalize_segments(resource.type) + "[" + types::quote(resource.title) + "]";
}

std::string process_text(const ProcessObject& process) {
  if (process.identity.certname.empty()) return process.identity.resource;
  return process.identity.resource + "@" + process.identity.certname;
}

// What both have in common: all but strings, undef and collections.
// An alias is told with what it stands for.
std::string type_text(const types::Type& type) {
  const std::string text = types::to_string(type);
  return type.kind == types::TypeKind::alias && type.target ? text + " = " + types::to_string(*type.target) : text;
}

std::string plain_text(const Value& value) {
  switch (value.kind()) {
    case Kind::default_: return "default";
    case Kind::boolean: return value.as_boolean() ? "true" : "false";
    case Kind::integer: return std::to_string(value.as_integer());
    case Kind::floating: return types::format_float(value.as_float());
    case Kind::regexp: return types::regexp_literal(value.as_regexp());
    case Kind::type: return type_text(*value.as_type());
    case Kind::sensitive: return std::string(kRedacted);
    case Kind::timespan: return timespan_text(value.as_nanoseconds());
    case Kind::timestamp: return types::format_timestamp(value.as_nanoseconds());
    case Kind::semver: case Kind::semver_range: return value.as_version();
    case Kind::uri: return value.as_uri();
    case Kind::binary: return base64_encode(value.as_binary());
    case Kind::process: return process_text(value.as_process());
    case Kind::queue: return to_string(value.as_queue().process) + "." + value.as_queue().name;
    case Kind::resource: return resource_text(value.as_resource());
    case Kind::undef: case Kind::string: case Kind::array: case Kind::hash: break;
  }
  PLAN_ASSERT(false && "written by the caller");
  return {};
}

}  // namespace

std::string to_string(const Value& value) {
  switch (value.kind()) {
    case Kind::undef: return {};
    case Kind::string: return std::string(value.as_string());
    case Kind::array: return array_text(value.as_array(), to_string);
    case Kind::hash: return hash_text(value.as_hash(), to_string);
    case Kind::default_: case Kind::boolean: case Kind::integer: case Kind::floating: case Kind::regexp: case Kind::type:
    case Kind::sensitive: case Kind::timespan: case Kind::timestamp: case Kind::semver: case Kind::semver_range:
    case Kind::uri: case Kind::binary: case Kind::process: case Kind::queue: case Kind::resource:
      break;
  }
  return plain_text(value);
}

std::string inspect(const Value& value) {
  switch (value.kind()) {
    case Kind::undef: return "undef";
    case Kind::string: return types::quote(value.as_string());
    case Kind::array: return array_text(value.as_array(), inspect);
    case Kind::hash: return hash_text(value.as_hash(), inspect);
    case Kind::timespan: case Kind::timestamp: case Kind::semver: case Kind::semver_range:
      return types::quote(plain_text(value));
    case Kind::default_: case Kind::boolean: case Kind::integer: case Kind::floating: case Kind::regexp: case Kind::type:
    case Kind::sensitive: case Kind::uri: case Kind::binary: case Kind::process: case Kind::queue: case Kind::resource:
      break;
  }
  return plain_text(value);
}

std::string label(const Value& value) {
  switch (value.kind()) {
    case Kind::undef: return "Undef Value";
    case Kind::default_: return "Default";
    case Kind::boolean: return "Boolean";
    case Kind::integer: return "Integer";
    case Kind::floating: return "Float";
    case Kind::string: return "String";
    case Kind::array: return "Array";
    case Kind::hash: return "Hash";
    case Kind::regexp: return "Regexp";
    case Kind::type: return types::to_string(*value.as_type()) + "-Type";
    case Kind::sensitive: return "Sensitive";
    case Kind::timespan: return "Timespan";
    case Kind::timestamp: return "Timestamp";
    case Kind::semver: return "Semver";
    case Kind::semver_range: return "SemverRange";
    case Kind::uri: return "Object";
    case Kind::binary: return "Binary";
    case Kind::process: return "Process";
    case Kind::queue: return "Queue";
    case Kind::resource: return to_string(value) + " Resource-Reference";
  }
  return {};
}

std::string with_article(const std::string& label) {
  const char first = label.empty() ? 'x' : label[0] == '\'' && label.size() > 1 ? label[1] : label[0];
  const bool vowel = std::string_view("aeiouyAEIOUY").find(first) != std::string_view::npos;
  return (vowel ? "an " : "a ") + label;
}

}  // namespace plan::values
