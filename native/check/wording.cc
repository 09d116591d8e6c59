#include "check/wording.h"

#include <string_view>

namespace plan::check {

namespace {

constexpr std::size_t kMaxShown = 120;      // bytes
constexpr std::size_t kMaxParts = 24;       // of a type

std::string cut(std::string text) {
  if (text.size() <= kMaxShown) return text;
  std::size_t end = kMaxShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

// Enough parts for the text to be cut anyway: it is not made first.
bool is_large(const types::Type& type) {
  return type.members.size() > kMaxParts || type.arguments.size() > kMaxParts || type.strings.size() > kMaxParts;
}

std::string_view family(const types::Type& type) {
  switch (type.kind) {
    case types::TypeKind::struct_: return "Struct[…]";
    case types::TypeKind::tuple: return "Tuple[…]";
    case types::TypeKind::variant: return "Variant[…]";
    case types::TypeKind::enum_: return "Enum[…]";
    case types::TypeKind::pattern: return "Pattern[…]";
    case types::TypeKind::any: case types::TypeKind::undef: case types::TypeKind::default_: case types::TypeKind::boolean:
    case types::TypeKind::integer: case types::TypeKind::floating: case types::TypeKind::numeric:
    case types::TypeKind::string: case types::TypeKind::regexp: case types::TypeKind::scalar:
    case types::TypeKind::scalar_data: case types::TypeKind::data: case types::TypeKind::rich_data:
    case types::TypeKind::collection: case types::TypeKind::iterable: case types::TypeKind::array:
    case types::TypeKind::hash: case types::TypeKind::optional: case types::TypeKind::not_undef:
    case types::TypeKind::sensitive: case types::TypeKind::type: case types::TypeKind::callable:
    case types::TypeKind::timespan: case types::TypeKind::timestamp: case types::TypeKind::semver:
    case types::TypeKind::semver_range: case types::TypeKind::binary: case types::TypeKind::catalog_entry:
    case types::TypeKind::resource: case types::TypeKind::class_: case types::TypeKind::process:
    case types::TypeKind::queue: case types::TypeKind::alias: case types::TypeKind::uri: case types::TypeKind::init:
    case types::TypeKind::iterator: case types::TypeKind::runtime: case types::TypeKind::object: case types::TypeKind::type_set:
      return "a type of many parts";
  }
  return {};
}

}  // namespace

std::string spelled(const types::TypePtr& type) {
  return is_large(*type) ? std::string(family(*type)) : cut(types::to_string(*type));
}

std::string kind_of(const types::TypePtr& type) {
  return is_large(*type) ? std::string(family(*type)) : cut(types::to_string(*types::generalize(type)));
}

std::string spelled(const values::Value& value) { return cut(values::inspect(value)); }

}  // namespace plan::check
