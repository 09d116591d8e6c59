#include "values/json.h"

#include <cmath>

#include "types/text.h"
#include "values/base64.h"
#include "values/pcore.h"
#include "values/timespan_format.h"

namespace plan::values {

namespace json = boost::json;

namespace {

json::object typed(std::string_view type) { return {{"__ptype", type}}; }

json::object typed(std::string_view type, json::value value) {
  json::object object = typed(type);
  object["__pvalue"] = std::move(value);
  return object;
}

json::array items_to_json(std::span<const Value> items, TypeForm types) {
  json::array out;
  out.reserve(items.size());
  for (const Value& item : items) out.push_back(to_json(item, types));
  return out;
}

bool is_plain(const HashObject& hash) {
  for (const HashEntry& entry : hash.entries) {
    if (!entry.key.is(Kind::string) || entry.key.as_string() == "__ptype") return false;
  }
  return true;
}

json::value hash_to_json(const HashObject& hash, TypeForm types) {
  if (is_plain(hash)) {
    json::object object;
    object.reserve(hash.size());
    for (const HashEntry& entry : hash.entries) object[entry.key.as_string()] = to_json(entry.value, types);
    return object;
  }
  json::array flat;
  for (const HashEntry& entry : hash.entries) {
    flat.push_back(to_json(entry.key, types));
    flat.push_back(to_json(entry.value, types));
  }
  return typed("Hash", std::move(flat));
}

// JSON has no infinities.
json::value float_to_json(double value) {
  if (std::isfinite(value)) return value;
  return typed("Float", json::value(types::format_float(value)));
}

json::value process_to_json(const ProcessObject& process) {
  json::object object = typed("Process");
  object["certname"] = process.identity.certname;
  object["resource"] = process.identity.resource;
  object["plan"] = process.plan == nullptr ? json::value(nullptr) : json::value(process.plan->name);
  return object;
}

json::value queue_to_json(const QueueObject& queue) {
  json::object object = typed("Queue");
  object["process"] = to_json(queue.process);
  object["name"] = queue.name;
  return object;
}

// To Puppet a mere reference is a type.
json::value reference_to_pcore(const ResourceObject& resource) {
  if (resource.type != "Class") return json::object{{"__ptype", "Pcore::ResourceType"}, {"type_name", resource.type}, {"title", resource.title}};
  const std::string name = types::ascii_downcase(resource.title);
  return json::object{{"__ptype", "Pcore::ClassType"}, {"class_name", name.starts_with("::") ? name.substr(2) : name}};
}

json::value resource_to_json(const ResourceObject& resource, TypeForm types) {
  if (types == TypeForm::pcore && resource.parameters.is_undef()) return reference_to_pcore(resource);
  json::object object = typed("Resource");
  object["type"] = resource.type;
  object["title"] = resource.title;
  object["parameters"] = to_json(resource.parameters, types);
  return object;
}

// Puppet's text of a Timespan loses zeros behind the point; what is to be read back must not.
json::value timespan_to_json(std::int64_t nanoseconds, TypeForm form) {
  return typed("Timespan", json::value(form == TypeForm::pcore ? timespan_text(nanoseconds) : types::format_timespan(nanoseconds)));
}

json::value type_to_json(const types::Type& type, TypeForm form) {
  return form == TypeForm::pcore ? type_to_pcore(type) : typed("Type", json::value(types::to_string(type)));
}

}  // namespace

json::value to_json(const Value& value, TypeForm types) {
  switch (value.kind()) {
    case Kind::undef: return nullptr;
    case Kind::default_: return typed("Default");
    case Kind::boolean: return value.as_boolean();
    case Kind::integer: return value.as_integer();
    case Kind::floating: return float_to_json(value.as_float());
    case Kind::string: return json::string(value.as_string());
    case Kind::array: return items_to_json(value.as_array(), types);
    case Kind::hash: return hash_to_json(value.as_hash(), types);
    case Kind::regexp: return typed("Regexp", json::value(value.as_regexp()));
    case Kind::type: return type_to_json(*value.as_type(), types);
    case Kind::sensitive: return typed("Sensitive", to_json(value.as_sensitive(), types));
    case Kind::timespan: return timespan_to_json(value.as_nanoseconds(), types);
    case Kind::timestamp: return typed("Timestamp", json::value(types::format_timestamp(value.as_nanoseconds())));
    case Kind::semver: return typed("SemVer", json::value(value.as_version()));
    case Kind::semver_range: return typed("SemVerRange", json::value(value.as_version()));
    case Kind::uri: return typed("URI", json::value(value.as_uri()));
    case Kind::binary: return typed("Binary", json::value(base64_encode(value.as_binary())));
    case Kind::process: return process_to_json(value.as_process());
    case Kind::queue: return queue_to_json(value.as_queue());
    case Kind::resource: return resource_to_json(value.as_resource(), types);
  }
  return nullptr;
}

}  // namespace plan::values
