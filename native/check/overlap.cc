#include "check/overlap.h"

#include <algorithm>

#include "base/assert.h"

namespace plan::check {

using types::Type;
using types::TypeKind;
using types::TypePtr;

namespace {

// Aliases may lead to themselves, and branch: what is deeper, or takes longer, is taken to overlap.
constexpr int kMaxDepth = 16;
constexpr int kMaxSteps = 10'000;
struct Depth {
  int* steps;
  int level = 0;
  [[nodiscard]] bool is_exhausted() const { return level > kMaxDepth || ++*steps > kMaxSteps; }
  [[nodiscard]] Depth below() const { return {steps, level + 1}; }
};

constexpr std::uint32_t kScalarData = kInteger | kFloat | kString | kBoolean;

std::uint32_t kinds(const Type& type, Depth depth);

std::uint32_t kinds_of_argument(const Type& type, Depth depth) {
  return type.arguments.empty() ? kEverything : kinds(*type.arguments[0], depth);
}

std::uint32_t kinds_of_any(const Type& type, Depth depth) {
  if (type.arguments.empty()) return kEverything;
  std::uint32_t all = 0;
  for (const TypePtr& one : type.arguments) all |= kinds(*one, depth);
  return all;
}

std::uint32_t kinds(const Type& type, Depth depth) {
  if (depth.is_exhausted()) return kEverything;
  switch (type.kind) {
    case TypeKind::any: case TypeKind::rich_data: return kEverything;
    case TypeKind::undef: return kUndef;
    case TypeKind::default_: return kDefault;
    case TypeKind::boolean: return kBoolean;
    case TypeKind::integer: return kInteger;
    case TypeKind::floating: return kFloat;
    case TypeKind::numeric: return kInteger | kFloat;
    case TypeKind::string: case TypeKind::enum_: case TypeKind::pattern: return kString;
    case TypeKind::regexp: return kRegexp;
    case TypeKind::scalar: return kScalarData | kRegexp | kTimespan | kTimestamp | kSemver | kSemverRange | kBinary;
    case TypeKind::scalar_data: return kScalarData;
    case TypeKind::data: return kScalarData | kUndef | kArray | kHash;
    case TypeKind::collection: return kArray | kHash;
    case TypeKind::iterable: return kArray | kHash | kString | kInteger | kType | kBinary;
    case TypeKind::array: case TypeKind::tuple: return kArray;
    case TypeKind::hash: case TypeKind::struct_: return kHash;
    case TypeKind::optional: return kUndef | kinds_of_argument(type, depth.below());
    case TypeKind::not_undef: return kinds_of_argument(type, depth.below()) & ~kUndef;
    case TypeKind::variant: return kinds_of_any(type, depth.below());
    case TypeKind::sensitive: return kSensitive;
    case TypeKind::type: return kType;
    case TypeKind::callable: return kCallable | kType;
    case TypeKind::timespan: return kTimespan;
    case TypeKind::timestamp: return kTimestamp;
    case TypeKind::semver: return kSemver;
    case TypeKind::semver_range: return kSemverRange;
    case TypeKind::binary: return kBinary;
    case TypeKind::uri: return kUri;
    case TypeKind::init: case TypeKind::iterator: case TypeKind::runtime: case TypeKind::object: case TypeKind::type_set: return kEverything;
    case TypeKind::catalog_entry: case TypeKind::resource: case TypeKind::class_: return kResource | kType;
    case TypeKind::process: return kProcess;
    case TypeKind::queue: return kQueue;
    case TypeKind::alias: return kinds(type.resolved(), depth.below());
  }
  PLAN_ASSERT(false);
}

bool overlaps(const Type& a, const Type& b, Depth depth);

bool ranges_overlap(std::int64_t a_min, std::int64_t a_max, std::int64_t b_min, std::int64_t b_max) {
  return std::max(a_min, b_min) <= std::min(a_max, b_max);
}

bool strings_overlap(const Type& a, const Type& b) {
  const auto lists = [](const Type& type) {
    return (type.kind == TypeKind::enum_ || type.is_literal()) && !type.strings.empty() && !type.case_insensitive;
  };
  if (lists(a) && lists(b)) {
    return std::any_of(a.strings.begin(), a.strings.end(), [&](const std::string& one) {
      return std::find(b.strings.begin(), b.strings.end(), one) != b.strings.end();
    });
  }
  if (a.kind == TypeKind::string && b.kind == TypeKind::string && !lists(a) && !lists(b)) {
    return ranges_overlap(a.min, a.max, b.min, b.max);
  }
  return true;
}

// The type of the element at `position` of an array or tuple; null: anything.
TypePtr element_at(const Type& type, std::size_t position) {
  if (type.arguments.empty()) return nullptr;
  return type.arguments[std::min(position, type.arguments.size() - 1)];
}

bool lists_overlap(const Type& a, const Type& b, Depth depth) {
  const types::SizeRange a_size = types::size_range(a);
  const types::SizeRange b_size = types::size_range(b);
  if (!ranges_overlap(a_size.min, a_size.max, b_size.min, b_size.max)) return false;
  const auto needed = static_cast<std::size_t>(std::min<std::int64_t>(std::max(a_size.min, b_size.min), kMaxDepth));
  for (std::size_t i = 0; i < needed; ++i) {
    const TypePtr left = element_at(a, i);
    const TypePtr right = element_at(b, i);
    if (left && right && !overlaps(*left, *right, depth)) return false;
  }
  return true;
}

bool struct_overlaps(const Type& a, const Type& b, Depth depth) {     // a is a Struct, b a Struct or Hash
  for (const types::StructMember& member : a.members) {
    if (member.optional) continue;
    if (b.kind == TypeKind::hash) {
      if (b.arguments.size() != 2) continue;
      if ((kinds(*b.arguments[0], depth) & kString) == 0) return false;
      if (!overlaps(*member.type, *b.arguments[1], depth)) return false;
      continue;
    }
    const auto other = std::find_if(b.members.begin(), b.members.end(),
                                    [&](const types::StructMember& one) { return one.name == member.name; });
    if (other == b.members.end() || !overlaps(*member.type, *other->type, depth)) return false;
  }
  return true;
}

bool hashes_overlap(const Type& a, const Type& b, Depth depth) {
  if (a.kind == TypeKind::struct_ && b.kind == TypeKind::struct_) {
    return struct_overlaps(a, b, depth) && struct_overlaps(b, a, depth);
  }
  if (a.kind == TypeKind::struct_) return struct_overlaps(a, b, depth);
  if (b.kind == TypeKind::struct_) return struct_overlaps(b, a, depth);
  if (!ranges_overlap(a.min, a.max, b.min, b.max)) return false;
  if (std::max(a.min, b.min) < 1 || a.arguments.size() != 2 || b.arguments.size() != 2) return true;
  return overlaps(*a.arguments[0], *b.arguments[0], depth) && overlaps(*a.arguments[1], *b.arguments[1], depth);
}

bool processes_overlap(const Type& a, const Type& b) {
  if (!a.plan || !b.plan) return true;
  return a.plan->is_a(b.plan->name) || b.plan->is_a(a.plan->name);
}

// Both have exactly this one kind of value in common, and both are of that kind only.
bool same_kind_overlaps(const Type& a, const Type& b, std::uint32_t kind, Depth depth) {
  switch (kind) {
    case kInteger:
      return a.kind != TypeKind::integer || b.kind != TypeKind::integer || ranges_overlap(a.min, a.max, b.min, b.max);
    case kBoolean: return !a.bounded_min || !b.bounded_min || a.min == b.min;
    case kString: return strings_overlap(a, b);
    case kArray: return lists_overlap(a, b, depth);
    case kHash: return hashes_overlap(a, b, depth);
    case kProcess: return processes_overlap(a, b);
    default: return true;
  }
}

bool overlaps(const Type& left, const Type& right, Depth depth) {
  if (depth.is_exhausted()) return true;
  const Type& a = left.resolved();
  const Type& b = right.resolved();
  if (a.kind == TypeKind::optional || a.kind == TypeKind::not_undef) {
    if (a.kind == TypeKind::optional && (kinds(b, depth) & kUndef) != 0) return true;
    return a.arguments.empty() || overlaps(*a.arguments[0], b, depth.below());
  }
  if (a.kind == TypeKind::variant) {
    return a.arguments.empty() || std::any_of(a.arguments.begin(), a.arguments.end(), [&](const TypePtr& one) {
             return overlaps(*one, b, depth.below());
           });
  }
  if (b.kind == TypeKind::optional || b.kind == TypeKind::not_undef || b.kind == TypeKind::variant) {
    return overlaps(b, a, depth.below());
  }
  const std::uint32_t a_kinds = kinds(a, depth);
  const std::uint32_t b_kinds = kinds(b, depth);
  if ((a_kinds & b_kinds) == 0) return false;
  return a_kinds != b_kinds || same_kind_overlaps(a, b, a_kinds, depth.below());
}

}  // namespace

std::uint32_t kinds_of(const Type& type) {
  int steps = 0;
  return kinds(type, {&steps});
}

bool overlap(const TypePtr& a, const TypePtr& b) {
  int steps = 0;
  return !a || !b || overlaps(*a, *b, {&steps});
}

}  // namespace plan::check
