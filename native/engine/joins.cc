#include "engine/joins.h"

#include <algorithm>
#include <optional>

#include "engine/code.h"
#include "engine/nodes.h"

namespace plan::engine {

namespace {

using values::Kind;
using values::Value;

PathStep step_by(const Value& key) {
  PathStep step{key, -1};
  if (key.is(Kind::integer) && key.as_integer() >= 0) step.position = key.as_integer();
  return step;
}

// Where a pattern puts parts of its token: an array's by position, a hash's by name.
bool find_slot(const PatternCode& pattern, std::uint32_t slot, Path& path) {
  if (pattern.kind == syntax::PatternKind::variable) return pattern.slot == slot;
  for (std::size_t i = 0; i < pattern.items.size(); ++i) {
    path.push_back({pattern.items[i].key, static_cast<std::int64_t>(i)});
    if (find_slot(pattern.items[i], slot, path)) return true;
    path.pop_back();
  }
  return false;
}

class Finder {
 public:
  explicit Finder(ActionCode& code) : code_(code) {}

  void find() {
    for (std::uint32_t i = 0; i < code_.arcs.size(); ++i) {
      if (code_.arcs[i].where) conjuncts(i, *code_.arcs[i].where);
    }
  }

 private:
  void conjuncts(std::uint32_t arc, const Node& guard) {
    const auto* binary = dynamic_cast<const BinaryNode*>(&guard);
    if (!binary) return;
    if (binary->op() == syntax::BinaryOp::and_) {
      conjuncts(arc, *binary->left());
      conjuncts(arc, *binary->right());
    } else if (binary->op() == syntax::BinaryOp::equal) {
      const std::optional<JoinSide> left = side(binary->left());
      const std::optional<JoinSide> right = side(binary->right());
      if (!left || !right) return;
      if (left->arc == arc && right->arc != arc) code_.arcs[arc].joins.push_back({*left, *right});
      if (right->arc == arc && left->arc != arc) code_.arcs[arc].joins.push_back({*right, *left});
    }
  }

  std::optional<JoinSide> side(const NodePtr& node) const {
    if (node->constant()) return JoinSide{kNone, {}, node};
    if (dynamic_cast<const PlanVariable*>(node.get())) return JoinSide{kNone, {}, node};
    Path path;
    const std::uint32_t arc = arc_of(*node, path);
    if (arc == kNone) return std::nullopt;
    return JoinSide{arc, std::make_shared<const Path>(std::move(path)), {}};
  }

  // Of which arc's token the node is a part, and where that is; kNone for any other node.
  std::uint32_t arc_of(const Node& node, Path& path) const {
    if (const auto* local = dynamic_cast<const LocalVariable*>(&node)) {
      for (std::uint32_t i = 0; i < code_.arcs.size(); ++i) {
        const ArcCode& arc = code_.arcs[i];
        if (!arc.has_pattern || !joinable(arc)) continue;
        path.clear();
        if (find_slot(arc.pattern, local->slot(), path)) return i;
      }
      return kNone;
    }
    if (const auto* member = dynamic_cast<const MemberNode*>(&node)) {
      const std::uint32_t arc = arc_of(member->receiver(), path);
      path.push_back({Value::string(member->name()), -1});
      return arc;
    }
    const auto* access = dynamic_cast<const AccessNode*>(&node);
    if (!access || access->keys().size() != 1 || access->keys()[0].splat) return kNone;
    const auto* key = dynamic_cast<const Constant*>(access->keys()[0].node.get());
    if (!key) return kNone;
    const std::uint32_t arc = arc_of(access->object(), path);
    path.push_back(step_by(key->value()));
    return arc;
  }

  // One token of a queue at a time.
  static bool joinable(const ArcCode& arc) {
    return arc.source == syntax::SourceKind::queue && arc.count == syntax::CountKind::one;
  }

  ActionCode& code_;
};

}  // namespace

void find_joins(ActionCode& code) { Finder(code).find(); }

}  // namespace plan::engine
