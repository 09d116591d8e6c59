// Equality and assignability of types. Both follow aliases; an alias may lead back to itself further down, so each
// descent remembers the pairs it is inside of: a pair met again holds unless something else refuses it.
#include <algorithm>

#include "base/assert.h"
#include "base/work.h"
#include "types/regex.h"
#include "types/semver.h"
#include "types/text.h"
#include "types/type.h"

namespace plan::types {

namespace {

struct Inside {
  const Type* to;
  const Type* from;
  const Inside* outer;
};

bool assignable_in(const Type& to, const Type& from, const Inside* inside);

bool assignable_in(const TypePtr& to, const TypePtr& from, const Inside* inside) {
  return from == nullptr || (to != nullptr && assignable_in(*to, *from, inside));
}

bool contains_size(SizeRange outer, SizeRange inner) { return outer.min <= inner.min && outer.max >= inner.max; }

bool is_named(const Type& type) {
  return type.kind == TypeKind::alias || type.kind == TypeKind::data || type.kind == TypeKind::rich_data;
}

const Type& definition(const Type& type) {
  if (type.kind != TypeKind::alias) return *data_definition(type.kind);
  PLAN_ASSERT(type.target != nullptr);
  return *type.target;
}

bool enum_has(const Type& enumeration, std::string_view text) {
  return std::any_of(enumeration.strings.begin(), enumeration.strings.end(), [&](const std::string& value) {
    return enumeration.case_insensitive ? equal_ignoring_case(value, text) : value == text;
  });
}

bool enum_takes(const Type& to, const Type& from) {
  if (to.strings.empty()) {
    return from.kind == TypeKind::string || from.kind == TypeKind::enum_ || from.kind == TypeKind::pattern;
  }
  if (from.is_literal()) return enum_has(to, from.strings[0]);
  if (from.kind != TypeKind::enum_ || from.strings.empty()) return false;
  return (to.case_insensitive || !from.case_insensitive) &&
         std::all_of(from.strings.begin(), from.strings.end(), [&](const std::string& s) { return enum_has(to, s); });
}

bool pattern_has(const Type& pattern, std::string_view text) {
  try {
    return std::any_of(pattern.strings.begin(), pattern.strings.end(),
                       [&](const std::string& source) { return Regex::of(source)->matches(text); });
  } catch (const RegexError&) {
    return false;      // too much work: nobody knows that it matches
  }
}

bool pattern_takes(const Type& to, const Type& from) {
  if (from.kind != TypeKind::string && from.kind != TypeKind::enum_ && from.kind != TypeKind::pattern) return false;
  if (to.strings.empty() || equal(to, from)) return true;
  if (from.kind == TypeKind::pattern || from.strings.empty()) return false;
  return std::all_of(from.strings.begin(), from.strings.end(), [&](const std::string& s) { return pattern_has(to, s); });
}

bool string_takes(const Type& to, const Type& from) {
  if (from.kind != TypeKind::string && from.kind != TypeKind::enum_ && from.kind != TypeKind::pattern) return false;
  if (to.is_literal()) {
    return (from.is_literal() || (from.kind == TypeKind::enum_ && from.strings.size() == 1 && !from.case_insensitive)) &&
           from.strings[0] == to.strings[0];
  }
  if (!to.has_size()) return true;
  if (from.kind == TypeKind::pattern) return false;
  if (from.strings.empty()) return from.kind == TypeKind::string && contains_size({to.min, to.max}, {from.min, from.max});
  return std::all_of(from.strings.begin(), from.strings.end(), [&](const std::string& s) {
    const std::int64_t size = utf8_length(s);
    return to.min <= size && size <= to.max;
  });
}

SemverRange semver_ranges(const Type& type) {
  std::string all;
  for (const std::string& range : type.strings) all += (all.empty() ? "" : " || ") + range;
  const auto ranges = SemverRange::parse(all);
  PLAN_ASSERT(ranges.has_value());   // each was read when the type was made
  return *ranges;
}

bool semver_takes(const Type& to, const Type& from) {
  return to.strings.empty() || (!from.strings.empty() && semver_ranges(to).covers(semver_ranges(from)));
}

bool float_takes(const Type& to, const Type& from) {
  if (from.kind != TypeKind::floating) return false;
  return (!to.bounded_min || (from.bounded_min && to.min_float <= from.min_float)) &&
         (!to.bounded_max || (from.bounded_max && to.max_float >= from.max_float));
}

bool is_scalar_data(TypeKind kind) {
  switch (kind) {
    case TypeKind::scalar_data: case TypeKind::string: case TypeKind::enum_: case TypeKind::pattern: case TypeKind::numeric:
    case TypeKind::integer: case TypeKind::floating: case TypeKind::boolean:
      return true;
    case TypeKind::any: case TypeKind::undef: case TypeKind::default_: case TypeKind::regexp: case TypeKind::scalar:
    case TypeKind::data: case TypeKind::rich_data: case TypeKind::collection: case TypeKind::iterable:
    case TypeKind::array: case TypeKind::tuple: case TypeKind::hash: case TypeKind::struct_: case TypeKind::optional:
    case TypeKind::not_undef: case TypeKind::variant: case TypeKind::sensitive: case TypeKind::type:
    case TypeKind::callable: case TypeKind::timespan: case TypeKind::timestamp: case TypeKind::semver:
    case TypeKind::semver_range: case TypeKind::binary: case TypeKind::catalog_entry: case TypeKind::resource:
    case TypeKind::class_: case TypeKind::process: case TypeKind::queue: case TypeKind::alias: case TypeKind::uri: case TypeKind::init:
    case TypeKind::iterator: case TypeKind::runtime: case TypeKind::object: case TypeKind::type_set:
      return false;
  }
  return false;
}

bool is_scalar(TypeKind kind) {
  return is_scalar_data(kind) || kind == TypeKind::scalar || kind == TypeKind::regexp || kind == TypeKind::timespan ||
         kind == TypeKind::timestamp || kind == TypeKind::semver || kind == TypeKind::semver_range;
}

bool is_sized(TypeKind kind) {
  return kind == TypeKind::array || kind == TypeKind::hash || kind == TypeKind::tuple || kind == TypeKind::struct_ ||
         kind == TypeKind::collection;
}

// As Puppet has it, a struct counts with all its members here, the optional ones too.
SizeRange collection_size(const Type& type) {
  const SizeRange size = size_range(type);
  return type.kind == TypeKind::struct_ ? SizeRange{size.max, size.max} : size;
}

// What one gets by iterating: `any` where nothing is known, null of what is always empty. Nothing when it cannot be iterated.
std::optional<TypePtr> iterated(const Type& type) {
  static const TypePtr any = make(TypeKind::any);
  static const TypePtr character = string(1, 1);
  switch (type.kind) {
    case TypeKind::string: case TypeKind::enum_: return character;
    case TypeKind::integer: return make(TypeKind::integer);
    case TypeKind::array: return element_type(type);
    case TypeKind::tuple: return type.arguments.empty() ? any : variant(type.arguments);
    case TypeKind::hash: return tuple({key_type(type) ? key_type(type) : any, value_type(type) ? value_type(type) : any});
    case TypeKind::struct_: case TypeKind::collection: return any;
    case TypeKind::iterable: case TypeKind::iterator: return type.arguments.empty() ? any : type.arguments[0];
    case TypeKind::type: {
      const Type* inner = argument(type);
      if (inner == nullptr) return std::nullopt;
      if (inner->kind == TypeKind::enum_) return type.arguments[0];
      const bool range = inner->kind == TypeKind::integer && inner->min != kMinInteger && inner->max != kMaxInteger;
      if (!range) return std::nullopt;
      return type.arguments[0];
    }
    case TypeKind::any: case TypeKind::undef: case TypeKind::default_: case TypeKind::boolean: case TypeKind::floating:
    case TypeKind::numeric: case TypeKind::pattern: case TypeKind::regexp: case TypeKind::scalar:
    case TypeKind::scalar_data: case TypeKind::data: case TypeKind::rich_data: case TypeKind::optional:
    case TypeKind::not_undef: case TypeKind::variant: case TypeKind::sensitive: case TypeKind::callable:
    case TypeKind::timespan: case TypeKind::timestamp: case TypeKind::semver: case TypeKind::semver_range:
    case TypeKind::binary: case TypeKind::catalog_entry: case TypeKind::resource: case TypeKind::class_:
    case TypeKind::process: case TypeKind::queue: case TypeKind::alias: case TypeKind::uri: case TypeKind::init:
    case TypeKind::runtime: case TypeKind::object: case TypeKind::type_set:
      return std::nullopt;
  }
  return std::nullopt;
}

bool iterable_takes(const Type& to, const Type& from, const Inside* inside) {
  const std::optional<TypePtr> element = iterated(from);
  if (!element) return false;
  return to.arguments.empty() || assignable_in(to.arguments[0], *element, inside);
}

bool array_takes(const Type& to, const Type& from, const Inside* inside) {
  if (from.kind != TypeKind::array && from.kind != TypeKind::tuple) return false;
  if (!contains_size(size_range(to), size_range(from))) return false;
  const TypePtr element = element_type(to);
  if (from.kind == TypeKind::array) return assignable_in(element, element_type(from), inside);
  return std::all_of(from.arguments.begin(), from.arguments.end(),
                     [&](const TypePtr& type) { return assignable_in(element, type, inside); });
}

const TypePtr& tuple_element(const Type& tuple, std::size_t index) {
  return index < tuple.arguments.size() ? tuple.arguments[index] : tuple.arguments.back();
}

bool tuple_takes(const Type& to, const Type& from, const Inside* inside) {
  if (from.kind != TypeKind::array && from.kind != TypeKind::tuple) return false;
  const SizeRange outer = size_range(to);
  const SizeRange inner = size_range(from);
  if (!contains_size(outer, inner)) return false;
  if (to.arguments.empty()) return true;
  if (from.kind == TypeKind::tuple) {
    if (from.arguments.empty()) return from.bounded_min || outer.min == 0;   // any elements, of a callable that only counts
    for (std::size_t i = 0; i < from.arguments.size(); ++i) {
      if (!assignable_in(tuple_element(to, i), from.arguments[i], inside)) return false;
    }
    return true;
  }
  const TypePtr element = element_type(from);
  for (std::size_t i = 0; i < to.arguments.size() && static_cast<std::int64_t>(i) < inner.max; ++i) {
    if (!assignable_in(to.arguments[i], element, inside)) return false;
  }
  return true;
}

bool hash_takes(const Type& to, const Type& from, const Inside* inside) {
  const SizeRange size{to.min, to.max};
  if (from.kind == TypeKind::struct_) {
    const auto count = static_cast<std::int64_t>(from.members.size());
    if (count < size.min || count > size.max) return false;
    return std::all_of(from.members.begin(), from.members.end(), [&](const StructMember& member) {
      return assignable_in(*key_type(to), *string_literal(member.name), inside) && assignable_in(value_type(to), member.type, inside);
    });
  }
  if (from.kind != TypeKind::hash) return false;
  if (size.min == 0 && from.max == 0) return true;
  return contains_size(size, {from.min, from.max}) && assignable_in(key_type(to), key_type(from), inside) &&
         assignable_in(value_type(to), value_type(from), inside);
}

const StructMember* member_of(const Type& type, std::string_view name) {
  const auto found = std::find_if(type.members.begin(), type.members.end(), [&](const StructMember& m) { return m.name == name; });
  return found == type.members.end() ? nullptr : &*found;
}

bool struct_takes(const Type& to, const Type& from, const Inside* inside) {
  if (from.kind == TypeKind::struct_) {
    std::size_t matched = 0;
    for (const StructMember& member : to.members) {
      const StructMember* other = member_of(from, member.name);
      if (other == nullptr) {
        if (!member.optional) return false;
        continue;
      }
      ++matched;
      if ((other->optional && !member.optional) || !assignable_in(member.type, other->type, inside)) return false;
    }
    return matched == from.members.size();
  }
  if (from.kind != TypeKind::hash) return false;
  for (const StructMember& member : to.members) {
    if (member.optional) continue;
    const TypePtr key = key_type(from);
    if (!assignable_in(member.type, value_type(from), inside)) return false;
    if (key != nullptr && !assignable_in(*make(TypeKind::string), *key, inside)) return false;
  }
  return contains_size(size_range(to), {from.min, from.max});
}

bool variant_takes(const Type& to, const Type& from, const Inside* inside) {
  return std::any_of(to.arguments.begin(), to.arguments.end(),
                     [&](const TypePtr& option) { return assignable_in(*option, from, inside); });
}

bool undef_in(const Type& type, const Inside* inside) { return assignable_in(type, *make(TypeKind::undef), inside); }

bool resource_takes(const Type& to, const Type& from) {
  if (from.kind != TypeKind::resource) return false;
  return to.name.empty() || (equal_ignoring_case(to.name, from.name) && (to.title.empty() || to.title == from.title));
}

// What can be called with all that `to` is called with, and gives what it gives: parameters the other way round.
bool callable_takes(const Type& to, const Type& from, const Inside* inside) {
  if (from.kind != TypeKind::callable) return false;
  if (to.arguments.empty()) return true;
  const TypePtr any = make(TypeKind::any);
  if (!assignable_in(to.arguments[2], from.arguments.empty() ? any : from.arguments[2], inside)) return false;
  return !from.arguments.empty() && assignable_in(from.arguments[0], to.arguments[0], inside) &&
         assignable_in(from.arguments[1], to.arguments[1], inside);
}

// A part of a URI: text by letters in any case, a regular expression by what it matches, else as types.
bool part_takes(const Type& to, const Type& from) {
  if (to.is_literal()) return from.is_literal() && equal_ignoring_case(to.strings[0], from.strings[0]);
  if (to.kind == TypeKind::regexp && !to.strings.empty()) return from.is_literal() && Regex::of(to.strings[0])->matches(from.strings[0]);
  return assignable(to, from);
}

bool uri_takes(const Type& to, const Type& from) {
  return std::all_of(to.members.begin(), to.members.end(), [&](const StructMember& part) {
    const StructMember* other = member_of(from, part.name);
    return other != nullptr && part_takes(*part.type, *other->type);
  });
}

bool init_takes(const Type& to, const Type& from, const Inside* inside) {
  if (to.arguments.empty()) return from.kind == TypeKind::init || assignable_in(*make(TypeKind::rich_data), from, inside);
  if (from.kind == TypeKind::init) return !from.arguments.empty() && equal(*to.arguments[0], *from.arguments[0]);
  return assignable_in(to.arguments[1], std::make_shared<Type>(from), inside);
}

// `from` is neither alias, Data, Variant nor Optional.
bool takes(const Type& to, const Type& from, const Inside* inside) {
  switch (to.kind) {
    case TypeKind::any: return true;
    case TypeKind::undef: case TypeKind::default_: case TypeKind::semver_range: case TypeKind::binary: case TypeKind::queue:
    case TypeKind::object: case TypeKind::type_set:
      return from.kind == to.kind;
    case TypeKind::uri: return from.kind == to.kind && uri_takes(to, from);
    case TypeKind::init: return init_takes(to, from, inside);
    case TypeKind::runtime: return from.kind == to.kind && (to.name.empty() || (to.name == from.name && to.title == from.title));
    case TypeKind::callable: return callable_takes(to, from, inside);
    case TypeKind::boolean: return from.kind == to.kind && (!to.bounded_min || (from.bounded_min && from.min == to.min));
    case TypeKind::integer: case TypeKind::timespan: case TypeKind::timestamp:
      return from.kind == to.kind && to.min <= from.min && to.max >= from.max;
    case TypeKind::floating: return float_takes(to, from);
    case TypeKind::numeric:
      return from.kind == TypeKind::numeric || from.kind == TypeKind::integer || from.kind == TypeKind::floating;
    case TypeKind::string: return string_takes(to, from);
    case TypeKind::enum_: return enum_takes(to, from);
    case TypeKind::pattern: return pattern_takes(to, from);
    case TypeKind::regexp: return from.kind == to.kind && (to.strings.empty() || to.strings == from.strings);
    case TypeKind::semver: return from.kind == to.kind && semver_takes(to, from);
    case TypeKind::scalar: return is_scalar(from.kind);
    case TypeKind::scalar_data: return is_scalar_data(from.kind);
    case TypeKind::collection: return is_sized(from.kind) && contains_size(size_range(to), collection_size(from));
    case TypeKind::iterable: return iterable_takes(to, from, inside);
    case TypeKind::array: return array_takes(to, from, inside);
    case TypeKind::tuple: return tuple_takes(to, from, inside);
    case TypeKind::hash: return hash_takes(to, from, inside);
    case TypeKind::struct_: return struct_takes(to, from, inside);
    case TypeKind::optional:
      return from.kind == TypeKind::undef || to.arguments.empty() || assignable_in(*to.arguments[0], from, inside);
    case TypeKind::not_undef:
      if (from.kind != TypeKind::not_undef && undef_in(from, nullptr)) return false;
      return to.arguments.empty() || assignable_in(*to.arguments[0], from, inside);
    case TypeKind::variant: return variant_takes(to, from, inside);
    case TypeKind::sensitive: case TypeKind::iterator:
      return from.kind == to.kind && (to.arguments.empty() || (!from.arguments.empty() && assignable_in(to.arguments[0], from.arguments[0], inside)));
    case TypeKind::type:
      return from.kind == to.kind && (to.arguments.empty() || (!from.arguments.empty() && assignable_in(to.arguments[0], from.arguments[0], inside)));
    case TypeKind::catalog_entry:
      return from.kind == TypeKind::catalog_entry || from.kind == TypeKind::resource || from.kind == TypeKind::class_;
    case TypeKind::resource: return resource_takes(to, from);
    case TypeKind::class_: return from.kind == to.kind && (to.title.empty() || to.title == from.title);
    case TypeKind::process:
      return from.kind == to.kind && (to.name.empty() || from.name == to.name || (from.plan != nullptr && from.plan->is_a(to.name)));
    case TypeKind::data: case TypeKind::rich_data: case TypeKind::alias: break;
  }
  PLAN_ASSERT(false && "an alias is followed before it is asked");
  return false;
}

bool assignable_in(const Type& to, const Type& from, const Inside* inside) {
  Work::spend(1);
  if (&to == &from || to.kind == TypeKind::any) return true;
  if (is_named(to) || is_named(from)) {
    if (to.kind == from.kind && (to.kind != TypeKind::alias || to.target == from.target)) return true;
    for (const Inside* pair = inside; pair != nullptr; pair = pair->outer) {
      if (pair->to == &to && pair->from == &from) return true;
    }
    const Inside here{&to, &from, inside};
    return assignable_in(is_named(to) ? definition(to) : to, is_named(from) ? definition(from) : from, &here);
  }
  if (from.kind == TypeKind::variant) {
    if (to.kind == TypeKind::not_undef && from.arguments.empty()) {
      return to.arguments.empty() || assignable_in(*to.arguments[0], from, inside);
    }
    if (to.kind == TypeKind::variant && to.arguments.empty()) return true;
    return !from.arguments.empty() && std::all_of(from.arguments.begin(), from.arguments.end(), [&](const TypePtr& option) {
      return assignable_in(to, *option, inside);
    });
  }
  if (from.kind == TypeKind::optional) {
    return undef_in(to, inside) && (from.arguments.empty() || assignable_in(to, *from.arguments[0], inside));
  }
  if (from.kind == TypeKind::not_undef && !from.arguments.empty() && !undef_in(*from.arguments[0], nullptr)) {
    return assignable_in(to, *from.arguments[0], inside);
  }
  return takes(to, from, inside);
}

bool same_set(const std::vector<TypePtr>& a, const std::vector<TypePtr>& b) {
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const TypePtr& x) {
    return std::any_of(b.begin(), b.end(), [&](const TypePtr& y) { return equal(*x, *y); });
  });
}

bool same_list(const std::vector<TypePtr>& a, const std::vector<TypePtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const TypePtr& x, const TypePtr& y) { return equal(*x, *y); });
}

bool same_members(const std::vector<StructMember>& a, const std::vector<StructMember>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const StructMember& x, const StructMember& y) {
    return x.name == y.name && x.optional == y.optional && equal(*x.type, *y.type);
  });
}

}  // namespace

// An alias equals itself by name, so that this ends on recursive ones.
bool equal(const Type& a, const Type& b) {
  Work::spend(1);
  if (&a == &b) return true;
  if (a.kind != b.kind) {
    if (a.kind == TypeKind::alias) return a.target != nullptr && equal(a.resolved(), b);   // without one while aliases are made
    return b.kind == TypeKind::alias && b.target != nullptr && equal(a, b.resolved());
  }
  if (a.kind == TypeKind::alias || a.kind == TypeKind::process) return a.name == b.name;
  if (a.kind == TypeKind::resource) return equal_ignoring_case(a.name, b.name) && a.title == b.title;
  const bool same_bounds = a.min == b.min && a.max == b.max && a.bounded_min == b.bounded_min && a.bounded_max == b.bounded_max &&
                           a.min_float == b.min_float && a.max_float == b.max_float;
  if (!same_bounds || a.case_insensitive != b.case_insensitive || a.name != b.name || a.title != b.title) return false;
  if (a.kind == TypeKind::pattern) return std::is_permutation(a.strings.begin(), a.strings.end(), b.strings.begin(), b.strings.end());
  if (a.strings != b.strings) return false;
  if (a.kind == TypeKind::variant) return same_set(a.arguments, b.arguments);
  return same_list(a.arguments, b.arguments) && same_members(a.members, b.members);
}

bool assignable(const Type& to, const Type& from) { return assignable_in(to, from, nullptr); }

bool accepts_undef(const Type& type) { return undef_in(type, nullptr); }

}  // namespace plan::types
