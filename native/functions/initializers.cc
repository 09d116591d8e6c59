// What `new` of a type takes as its one argument: the instances of Init[T].
#include "functions/convert.h"
#include "types/type.h"

namespace plan::functions {

namespace {

using types::make;
using types::StructMember;
using types::TypeKind;
using types::TypePtr;

constexpr const char* kInteger = R"(\A[+-]?\s*(?:\d+|0[xX]\h+|0[bB][01]+)\z)";
constexpr const char* kNumber = R"(\A[+-]?\s*(?:(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE]-?\d+)?|0[xX]\h+|0[0-7]+|0[bB][01]+)\z)";

// Numbers: by themselves, by name, or with what may follow them in an array.
std::vector<TypePtr> of_number(const char* pattern, bool with_radix) {
  const TypePtr convertible = types::variant({make(TypeKind::numeric), make(TypeKind::boolean), types::pattern({pattern}),
                                              make(TypeKind::timespan), make(TypeKind::timestamp)});
  std::vector<TypePtr> arguments{convertible};
  std::vector<StructMember> named{{"from", convertible, false}};
  if (with_radix) {
    const TypePtr radix = types::variant({make(TypeKind::default_), types::integer(2, 2), types::integer(8, 8), types::integer(10, 10), types::integer(16, 16)});
    arguments.push_back(radix);
    named.push_back({"radix", radix, true});
  }
  arguments.push_back(make(TypeKind::boolean));
  named.push_back({"abs", make(TypeKind::boolean), true});
  const auto most = static_cast<std::int64_t>(arguments.size());
  return {convertible, types::struct_(std::move(named)), types::tuple(std::move(arguments), 1, most)};
}

std::vector<TypePtr> of_time() {
  return {types::variant({make(TypeKind::integer), make(TypeKind::floating)}), types::string(1),
          types::struct_({{"string", types::string(1), false}, {"format", types::string(2), true}})};
}

std::vector<TypePtr> of_timespan() {
  std::vector<TypePtr> out = of_time();
  std::vector<StructMember> fields{{"negative", make(TypeKind::boolean), true}};
  for (const char* unit : {"days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"}) {
    fields.push_back({unit, make(TypeKind::integer), true});
  }
  out.push_back(types::struct_(std::move(fields)));
  out.push_back(types::array(make(TypeKind::integer), 4, 7));
  return out;
}

std::vector<TypePtr> arguments_of(const types::Type& type) {
  const TypePtr any = make(TypeKind::any);
  switch (type.kind) {
    case TypeKind::integer: return of_number(kInteger, true);
    case TypeKind::floating: case TypeKind::numeric: return of_number(kNumber, false);
    case TypeKind::boolean: return {make(TypeKind::numeric), types::enumeration({"false", "true", "yes", "no", "y", "n"}, true)};
    case TypeKind::string: case TypeKind::sensitive: case TypeKind::hash: case TypeKind::struct_: return {any};
    case TypeKind::array: case TypeKind::tuple: return {make(TypeKind::hash), make(TypeKind::binary), make(TypeKind::iterable)};
    case TypeKind::timespan: return of_timespan();
    case TypeKind::timestamp: return of_time();
    case TypeKind::semver: return {types::pattern({R"(\A(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\Z)"})};
    case TypeKind::semver_range: return {types::string(1)};
    case TypeKind::binary: return {make(TypeKind::string), types::array(types::integer(0, 255))};
    case TypeKind::uri: return {types::string(1)};
    case TypeKind::regexp: return {make(TypeKind::string)};
    case TypeKind::any: case TypeKind::undef: case TypeKind::default_: case TypeKind::enum_: case TypeKind::pattern:
    case TypeKind::scalar: case TypeKind::scalar_data: case TypeKind::data: case TypeKind::rich_data:
    case TypeKind::collection: case TypeKind::iterable: case TypeKind::variant: case TypeKind::type:
    case TypeKind::optional: case TypeKind::not_undef: case TypeKind::callable: case TypeKind::catalog_entry:
    case TypeKind::resource: case TypeKind::class_: case TypeKind::process: case TypeKind::queue: case TypeKind::alias:
    case TypeKind::init: case TypeKind::iterator: case TypeKind::runtime: case TypeKind::object: case TypeKind::type_set:
      return {};
  }
  return {};
}

}  // namespace

TypePtr initializers(const TypePtr& type) {
  std::vector<TypePtr> all = arguments_of(type->resolved());
  all.insert(all.begin(), type);
  return types::variant(std::move(all));
}

}  // namespace plan::functions
