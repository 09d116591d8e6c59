#include "check/aliases.h"

#include <algorithm>

namespace plan::check {

using syntax::ExprKind;

namespace {

bool is_wrapper(const syntax::Expr& base) {
  if (base.kind != ExprKind::class_ref) return false;
  const std::string_view name = static_cast<const syntax::ClassRef&>(base).name;
  return name == "Optional" || name == "NotUndef" || name == "Variant";
}

// The class references of a type but for wrappers, and whether each is bare.
template <class Found>
void walk(const syntax::Expr& expr, bool is_bare, const Found& found) {
  switch (expr.kind) {
    case ExprKind::class_ref: return found(static_cast<const syntax::ClassRef&>(expr), is_bare);
    case ExprKind::access: {
      const auto& access = static_cast<const syntax::Access&>(expr);
      const bool stays_bare = is_bare && is_wrapper(*access.object);
      if (!is_wrapper(*access.object)) walk(*access.object, is_bare, found);
      for (const syntax::Expr* key : access.keys) walk(*key, stays_bare, found);
      return;
    }
    case ExprKind::array:
      for (const syntax::Expr* item : static_cast<const syntax::Array&>(expr).items) walk(*item, is_bare, found);
      return;
    case ExprKind::hash:
      for (const syntax::HashEntry& entry : static_cast<const syntax::Hash&>(expr).entries) {
        walk(*entry.key, false, found);
        walk(*entry.value, false, found);
      }
      return;
    case ExprKind::undef: case ExprKind::unit: case ExprKind::default_: case ExprKind::boolean: case ExprKind::integer:
    case ExprKind::floating: case ExprKind::duration: case ExprKind::string: case ExprKind::interpolation:
    case ExprKind::regex: case ExprKind::name: case ExprKind::variable: case ExprKind::self: case ExprKind::call:
    case ExprKind::method_call: case ExprKind::unary: case ExprKind::binary: case ExprKind::assign:
    case ExprKind::selector: case ExprKind::if_: case ExprKind::case_: case ExprKind::block: case ExprKind::send:
      return;
  }
}

class Chains {
 public:
  explicit Chains(const Graph& graph) : graph_(graph), lengths_(graph.size(), kUnknown), is_long_(graph.size(), false) {}

  std::vector<bool> find() {
    for (std::size_t node = 0; node < graph_.size(); ++node) length(node, 0);
    return is_long_;
  }

 private:
  static constexpr std::size_t kUnknown = static_cast<std::size_t>(-1);

  // Recurses to the limit only: a chain is cut where it gets too long.
  std::size_t length(std::size_t node, std::size_t level) {
    if (lengths_[node] != kUnknown) return lengths_[node];
    if (level > kMaxAliasChain) return kMaxAliasChain;
    lengths_[node] = 0;      // while it is looked at: a circle ends here
    std::size_t longest = 0;
    for (const std::size_t to : graph_[node]) longest = std::max(longest, length(to, level + 1));
    if (longest >= kMaxAliasChain) {
      is_long_[node] = true;
      longest = 0;
    }
    return lengths_[node] = longest + 1;
  }

  const Graph& graph_;
  std::vector<std::size_t> lengths_;
  std::vector<bool> is_long_;
};

}  // namespace

void AliasGraph::add(const types::Type* alias) {
  numbers_.emplace(alias, numbers_.size());
  is_real_.push_back(false);
  all_.emplace_back();
  bare_.emplace_back();
}

void AliasGraph::connect(std::size_t number, const syntax::Expr& type, const Model& model, const Shape* in) {
  walk(type, true, [&](const syntax::ClassRef& reference, bool is_bare) {
    const types::TypePtr named = model.named_type(reference.name, in);
    const auto known = numbers_.find(named.get());
    if (known == numbers_.end()) {
      is_real_[number] = is_real_[number] || is_bare;
      return;
    }
    all_[number].push_back(known->second);
    if (is_bare) bare_[number].push_back(known->second);
  });
}

std::vector<bool> AliasGraph::empty_ones() const {
  std::vector<bool> empty = circles(bare_);
  const std::vector<bool> real = leading_to(bare_, is_real_);
  for (std::size_t i = 0; i < empty.size(); ++i) empty[i] = empty[i] && !real[i];
  return empty;
}

std::vector<bool> AliasGraph::long_ones() const { return Chains(all_).find(); }

}  // namespace plan::check
