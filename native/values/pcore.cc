#include "values/pcore.h"

#include <vector>

#include "types/text.h"
#include "values/timespan_format.h"

namespace plan::values {

namespace {

namespace json = boost::json;
using types::Type;
using types::TypeKind;
using types::TypePtr;

json::object pcore(std::string_view name) { return {{"__ptype", "Pcore::" + std::string(name) + "Type"}}; }

json::object rich(std::string_view type, std::string text) { return {{"__ptype", type}, {"__pvalue", std::move(text)}}; }

// What has bounds: the upper one is left out when there is none, the lower one only when both are.
template <class Write>
json::object with_bounds(json::object object, bool has_min, bool has_max, const Write& write) {
  if (has_min || has_max) object["from"] = has_min ? write(true) : json::value(nullptr);
  if (has_max) object["to"] = write(false);
  return object;
}

json::object integer_range(std::int64_t min, std::int64_t max) {
  return with_bounds(pcore("Integer"), min != types::kMinInteger, max != types::kMaxInteger,
                     [&](bool lower) { return json::value(lower ? min : max); });
}

void add_size(json::object& object, const Type& type, std::string_view name = "size_type") {
  if (type.has_size()) object[name] = integer_range(type.min, type.max);
}

class Writer {
 public:
  json::value write(const Type& type) {
    switch (type.kind) {
      case TypeKind::any: return pcore("Any");
      case TypeKind::undef: return pcore("Undef");
      case TypeKind::default_: return pcore("Default");
      case TypeKind::boolean: return pcore("Boolean");
      case TypeKind::numeric: return pcore("Numeric");
      case TypeKind::scalar: return pcore("Scalar");
      case TypeKind::scalar_data: return pcore("ScalarData");
      case TypeKind::semver_range: return pcore("SemVerRange");
      case TypeKind::binary: return pcore("Binary");
      case TypeKind::catalog_entry: return pcore("CatalogEntry");
      case TypeKind::sensitive: return pcore("Sensitive");
      case TypeKind::integer: return integer_range(type.min, type.max);
      case TypeKind::floating:
        return with_bounds(pcore("Float"), type.bounded_min, type.bounded_max,
                           [&](bool lower) { return json::value(lower ? type.min_float : type.max_float); });
      case TypeKind::string: return string(type);
      case TypeKind::enum_: return enumeration(type);
      case TypeKind::pattern: return pattern(type);
      case TypeKind::regexp: return regexp(type);
      case TypeKind::collection: {
        json::object object = pcore("Collection");
        add_size(object, type);
        return object;
      }
      case TypeKind::array: return array(type);
      case TypeKind::hash: return hash(type);
      case TypeKind::tuple: return tuple(type);
      case TypeKind::struct_: return struct_(type);
      case TypeKind::variant: return list(pcore("Variant"), "types", type.arguments);
      case TypeKind::uri: return uri(type);
      case TypeKind::init: return wrapper("Init", type);
      case TypeKind::iterator: return wrapper("Iterator", type);
      case TypeKind::runtime: return runtime(type);
      case TypeKind::object: {
        json::object object = pcore("Object");
        object["_pcore_init_hash"] = json::object();
        return object;
      }
      case TypeKind::iterable: return wrapper("Iterable", type);
      case TypeKind::optional: return wrapper("Optional", type);
      case TypeKind::not_undef: return wrapper("NotUndef", type);
      case TypeKind::type: return wrapper("Type", type);
      case TypeKind::timespan: return moment("Timespan", type, timespan_text);
      case TypeKind::timestamp: return moment("Timestamp", type, types::format_timestamp);
      case TypeKind::semver: return semver(type);
      case TypeKind::resource: return resource(type);
      case TypeKind::class_: {
        json::object object = pcore("Class");
        if (!type.title.empty()) object["class_name"] = type.title;
        return object;
      }
      case TypeKind::alias: return alias(type);
      case TypeKind::callable: return callable(type);
      case TypeKind::data: case TypeKind::rich_data: case TypeKind::process: case TypeKind::queue: case TypeKind::type_set:
        return rich("Type", types::to_string(type));
    }
    return nullptr;
  }

 private:
  json::value write(const TypePtr& type) { return type ? write(*type) : json::value(pcore("Unit")); }

  static json::value string(const Type& type) {
    json::object object = pcore("String");
    if (type.is_literal()) object["size_type_or_value"] = type.strings[0];
    else add_size(object, type, "size_type_or_value");
    return object;
  }

  static json::value enumeration(const Type& type) {
    json::object object = pcore("Enum");
    object["values"] = json::array(type.strings.begin(), type.strings.end());
    if (type.case_insensitive) object["case_insensitive"] = true;
    return object;
  }

  static json::value regexp(const Type& type) {
    json::object object = pcore("Regexp");
    if (!type.strings.empty()) object["pattern"] = type.strings[0];
    return object;
  }

  static json::value pattern(const Type& type) {
    json::array patterns;
    for (const std::string& source : type.strings) {
      json::object one = pcore("Regexp");
      one["pattern"] = source;
      patterns.push_back(std::move(one));
    }
    json::object object = pcore("Pattern");
    object["patterns"] = std::move(patterns);
    return object;
  }

  json::value array(const Type& type) {
    json::object object = pcore("Array");
    const TypePtr element = types::element_type(type);
    if (!type.arguments.empty() || type.has_size() || !element) object["element_type"] = write(element);
    add_size(object, type);
    if (!element) object["size_type"] = integer_range(type.min, type.max);
    return object;
  }

  json::value hash(const Type& type) {
    json::object object = pcore("Hash");
    const TypePtr key = types::key_type(type);
    if (!type.arguments.empty() || type.has_size() || !key) {
      object["key_type"] = write(key);
      object["value_type"] = write(types::value_type(type));
    }
    add_size(object, type);
    if (!key) object["size_type"] = integer_range(type.min, type.max);
    return object;
  }

  json::value tuple(const Type& type) {
    json::object object = list(pcore("Tuple"), "types", type.arguments);
    if (type.bounded_min) object["size_type"] = integer_range(type.min, type.max);
    return object;
  }

  json::value callable(const Type& type) {
    json::object object = pcore("Callable");
    for (const std::string_view part : {"param_types", "block_type", "return_type"}) object[part] = nullptr;
    if (type.arguments.empty()) return object;
    const Type& parameters = *type.arguments[0];
    json::object tuple = list(pcore("Tuple"), "types", parameters.arguments);
    if (parameters.arguments.empty() && parameters.max > 0) tuple["types"] = json::array{pcore("Unit")};
    if (parameters.bounded_min) tuple["size_type"] = integer_range(parameters.min, parameters.max);
    object["param_types"] = std::move(tuple);
    if (type.arguments[1]->kind != TypeKind::undef) object["block_type"] = write(type.arguments[1]);
    if (type.arguments[2]->kind != TypeKind::any) object["return_type"] = write(type.arguments[2]);
    return object;
  }

  json::value struct_(const Type& type) {
    json::array elements;
    for (const types::StructMember& member : type.members) {
      json::object name = pcore("String");
      name["size_type_or_value"] = member.name;
      json::value key = std::move(name);
      if (member.optional) {
        json::object wrapped = pcore("Optional");
        wrapped["type"] = std::move(key);
        key = std::move(wrapped);
      }
      elements.push_back(json::object{{"__ptype", "Pcore::StructElement"}, {"key_type", std::move(key)}, {"value_type", write(member.type)}});
    }
    json::object object = pcore("Struct");
    object["elements"] = std::move(elements);
    return object;
  }

  json::object list(json::object object, std::string_view name, const std::vector<TypePtr>& all) {
    json::array items;
    for (const TypePtr& one : all) items.push_back(write(one));
    object[name] = std::move(items);
    return object;
  }

  json::value wrapper(std::string_view name, const Type& type) {
    json::object object = pcore(name);
    if (!type.arguments.empty()) object["type"] = write(type.arguments[0]);
    return object;
  }

  json::value part(const Type& type) {
    if (type.is_literal()) return json::value(type.strings[0]);
    if (type.kind == TypeKind::integer && type.min == type.max) return type.min;
    return type.kind == TypeKind::regexp && !type.strings.empty() ? json::value(rich("Regexp", type.strings[0])) : write(type);
  }

  json::value uri(const Type& type) {
    json::object object = pcore("URI");
    if (type.members.empty()) return object;
    json::object parts;
    for (const types::StructMember& member : type.members) parts[member.name] = part(*member.type);
    object["parameters"] = std::move(parts);
    return object;
  }

  static json::value runtime(const Type& type) {
    json::object object = pcore("Runtime");
    if (type.name.empty()) return object;
    object["runtime"] = rich("Symbol", type.name);
    object["name_or_pattern"] = type.title;
    return object;
  }

  template <class Format>
  static json::value moment(std::string_view name, const Type& type, const Format& format) {
    return with_bounds(pcore(name), type.min != types::kMinInteger, type.max != types::kMaxInteger,
                       [&](bool lower) { return rich(name, format(lower ? type.min : type.max)); });
  }

  static json::value semver(const Type& type) {
    json::object object = pcore("SemVer");
    if (type.strings.empty()) return object;
    json::array ranges;
    for (const std::string& range : type.strings) ranges.push_back(rich("SemVerRange", range));
    object["ranges"] = std::move(ranges);
    return object;
  }

  static json::value resource(const Type& type) {
    json::object object = pcore("Resource");
    if (!type.name.empty()) object["type_name"] = types::capitalize_segments(type.name);
    if (!type.title.empty()) object["title"] = type.title;
    return object;
  }

  json::value alias(const Type& type) {
    json::object object = pcore("TypeAlias");
    object["name"] = type.name;
    for (const Type* outer : inside_) {
      if (outer == &type) return object;
    }
    inside_.push_back(&type);
    object["type_expr"] = nullptr;
    object["resolved_type"] = write(type.target);
    inside_.pop_back();
    return object;
  }

  std::vector<const Type*> inside_;   // aliases that are being written
};

}  // namespace

json::value type_to_pcore(const types::Type& type) { return Writer().write(type); }

}  // namespace plan::values
