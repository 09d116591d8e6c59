#include "values/value.h"

#include <cstring>
#include <new>

#include "types/semver.h"
#include "types/text.h"
#include "types/uri.h"
#include "values/objects.h"

namespace plan::values {

namespace {

template <class T>
const T& payload(const Object* object) {
  return *static_cast<const T*>(object);
}

StringObject* new_string(std::string_view text) {
  void* memory = ::operator new(sizeof(StringObject) + text.size());
  auto* object = new (memory) StringObject;
  object->size = text.size();
  if (!text.empty()) std::memcpy(static_cast<char*>(memory) + sizeof(StringObject), text.data(), text.size());
  return object;
}

TextObject* new_text(std::string text) {
  auto* object = new TextObject;
  object->text = std::move(text);
  return object;
}

NanosecondsObject* new_nanoseconds(std::int64_t nanoseconds) {
  auto* object = new NanosecondsObject;
  object->nanoseconds = nanoseconds;
  return object;
}

}  // namespace

std::uint32_t depth_around(std::uint32_t inner) {
  if (inner >= kMaxNesting) {
    throw EvaluationError("NESTING_LIMIT", "A value is nested deeper than " + std::to_string(kMaxNesting) + " levels");
  }
  return inner + 1;
}

void Value::destroy(Kind kind, Object* object) noexcept {
  switch (kind) {
    case Kind::string:
      static_cast<StringObject*>(object)->~StringObject();
      ::operator delete(object);
      return;
    case Kind::array: delete static_cast<ArrayObject*>(object); return;
    case Kind::hash: delete static_cast<HashObject*>(object); return;
    case Kind::type: delete static_cast<TypeObject*>(object); return;
    case Kind::sensitive: delete static_cast<SensitiveObject*>(object); return;
    case Kind::timespan: case Kind::timestamp: delete static_cast<NanosecondsObject*>(object); return;
    case Kind::regexp: case Kind::semver: case Kind::semver_range: case Kind::uri: case Kind::binary:
      delete static_cast<TextObject*>(object);
      return;
    case Kind::process: delete static_cast<ProcessObject*>(object); return;
    case Kind::queue: delete static_cast<QueueObject*>(object); return;
    case Kind::resource: delete static_cast<ResourceObject*>(object); return;
    case Kind::undef: case Kind::default_: case Kind::boolean: case Kind::integer: case Kind::floating: return;
  }
}

Value Value::default_() noexcept {
  Value value;
  value.kind_ = Kind::default_;
  return value;
}

Value Value::boolean(bool boolean) noexcept {
  Value value;
  value.kind_ = Kind::boolean;
  value.boolean_ = boolean;
  return value;
}

Value Value::integer(std::int64_t integer) noexcept {
  Value value;
  value.kind_ = Kind::integer;
  value.integer_ = integer;
  return value;
}

Value Value::floating(double floating) noexcept {
  Value value;
  value.kind_ = Kind::floating;
  value.floating_ = floating;
  return value;
}

Value Value::string(std::string_view text) { return {Kind::string, new_string(text)}; }

Value Value::array(std::vector<Value> items) {
  std::uint32_t deepest = 0;
  for (const Value& item : items) deepest = std::max(deepest, depth_of(item));
  const std::uint32_t depth = depth_around(deepest);
  auto* object = new ArrayObject;
  object->items = std::move(items);
  object->depth = depth;
  return {Kind::array, object};
}

Value Value::regexp(std::string pattern) { return {Kind::regexp, new_text(std::move(pattern))}; }

Value Value::semver(std::string text) {
  if (!types::Semver::parse(text)) throw EvaluationError("ILLEGAL_VERSION", "The string '" + text + "' cannot be converted to a SemVer");
  return {Kind::semver, new_text(std::move(text))};
}

Value Value::semver_range(std::string text) {
  if (!types::SemverRange::parse(text)) {
    throw EvaluationError("ILLEGAL_VERSION_RANGE", "The string '" + text + "' cannot be converted to a SemVerRange");
  }
  return {Kind::semver_range, new_text(std::move(text))};
}

Value Value::uri(std::string text) {
  const auto uri = types::Uri::parse(text);
  if (!uri) throw EvaluationError("ARGUMENT_ERROR", "bad URI(is not URI?): " + types::double_quote(text));
  return {Kind::uri, new_text(uri->to_string())};
}

Value Value::type(types::TypePtr type) {
  PLAN_ASSERT(type != nullptr);
  auto* object = new TypeObject;
  object->type = std::move(type);
  return {Kind::type, object};
}

Value Value::sensitive(Value inner) {
  const std::uint32_t depth = depth_around(depth_of(inner));
  auto* object = new SensitiveObject;
  object->inner = std::move(inner);
  object->depth = depth;
  return {Kind::sensitive, object};
}

Value Value::timespan(std::int64_t nanoseconds) { return {Kind::timespan, new_nanoseconds(nanoseconds)}; }

Value Value::timestamp(std::int64_t nanoseconds) { return {Kind::timestamp, new_nanoseconds(nanoseconds)}; }

Value Value::binary(std::string bytes) { return {Kind::binary, new_text(std::move(bytes))}; }

Value Value::process(ProcessIdentity identity, types::PlanLineagePtr plan, std::uint32_t local) {
  auto* object = new ProcessObject;
  object->identity = std::move(identity);
  object->plan = std::move(plan);
  object->local = local;
  return {Kind::process, object};
}

Value Value::queue(Value process, std::string name) {
  PLAN_ASSERT(process.is(Kind::process));
  auto* object = new QueueObject;
  object->process = std::move(process);
  object->name = std::move(name);
  object->depth = 2;
  return {Kind::queue, object};
}

Value Value::resource(std::string type, std::string title, Value parameters) {
  PLAN_ASSERT(parameters.is(Kind::hash) || parameters.is_undef());
  const std::uint32_t depth = depth_around(depth_of(parameters));
  auto* object = new ResourceObject;
  object->type = std::move(type);
  object->title = std::move(title);
  object->parameters = std::move(parameters);
  object->depth = depth;
  return {Kind::resource, object};
}

bool Value::as_boolean() const {
  PLAN_ASSERT(kind_ == Kind::boolean);
  return boolean_;
}

std::int64_t Value::as_integer() const {
  PLAN_ASSERT(kind_ == Kind::integer);
  return integer_;
}

double Value::as_float() const {
  PLAN_ASSERT(kind_ == Kind::floating);
  return floating_;
}

std::string_view Value::as_string() const {
  PLAN_ASSERT(kind_ == Kind::string);
  const auto& object = payload<StringObject>(object_);
  return {object.data(), object.size};
}

std::span<const Value> Value::as_array() const {
  PLAN_ASSERT(kind_ == Kind::array);
  return payload<ArrayObject>(object_).items;
}

const HashObject& Value::as_hash() const {
  PLAN_ASSERT(kind_ == Kind::hash);
  return payload<HashObject>(object_);
}

const std::string& Value::as_regexp() const {
  PLAN_ASSERT(kind_ == Kind::regexp);
  return payload<TextObject>(object_).text;
}

const types::TypePtr& Value::as_type() const {
  PLAN_ASSERT(kind_ == Kind::type);
  return payload<TypeObject>(object_).type;
}

const Value& Value::as_sensitive() const {
  PLAN_ASSERT(kind_ == Kind::sensitive);
  return payload<SensitiveObject>(object_).inner;
}

std::int64_t Value::as_nanoseconds() const {
  PLAN_ASSERT(kind_ == Kind::timespan || kind_ == Kind::timestamp);
  return payload<NanosecondsObject>(object_).nanoseconds;
}

const std::string& Value::as_uri() const {
  PLAN_ASSERT(kind_ == Kind::uri);
  return payload<TextObject>(object_).text;
}

const std::string& Value::as_version() const {
  PLAN_ASSERT(kind_ == Kind::semver || kind_ == Kind::semver_range);
  return payload<TextObject>(object_).text;
}

const ProcessObject& Value::as_process() const {
  PLAN_ASSERT(kind_ == Kind::process);
  return payload<ProcessObject>(object_);
}

const QueueObject& Value::as_queue() const {
  PLAN_ASSERT(kind_ == Kind::queue);
  return payload<QueueObject>(object_);
}

const ResourceObject& Value::as_resource() const {
  PLAN_ASSERT(kind_ == Kind::resource);
  return payload<ResourceObject>(object_);
}

const std::string& Value::as_binary() const {
  PLAN_ASSERT(kind_ == Kind::binary);
  return payload<TextObject>(object_).text;
}

}  // namespace plan::values
