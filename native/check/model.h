// What the plans of a bundle declare: plans with their ancestors, members flattened over the chain of inheritance, type
// aliases. Made once from the trees, then only read.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "syntax/parser.h"
#include "types/type.h"

namespace plan::check {

// What one plan declares, its ancestors' members first; an override keeps the ancestor's place.
struct Shape {
  const syntax::PlanDecl* decl = nullptr;
  types::PlanLineagePtr lineage;
  Shape* parent = nullptr;
  bool resolving = false;                      // to find cycles of inheritance

  struct MemberOf {
    const syntax::Member* member;
    const Shape* owner;
    const syntax::Name* queue = nullptr;       // which of a queue declaration's names; null for all but queues
  };
  std::vector<MemberOf> members;
  std::map<std::string, types::TypePtr, std::less<>> aliases;      // own, inherited, and type parameters
  // Of ancestors with type parameters: as this plan's arguments make them.
  std::map<const Shape*, const Shape*> instances;

  [[nodiscard]] bool is_a(const Shape& ancestor) const;
  // Where the names of types in what `owner` declares mean something, seen from this plan.
  [[nodiscard]] const Shape& scope_of(const Shape& owner) const;
};

// A variable, queue or state that a plan knows by its name, inherited and built-in ones included.
struct VariableSymbol {
  std::string_view name;
  const Shape* owner = nullptr;                // null: built in
  const syntax::VariableDecl* decl = nullptr;  // null: built in
  const syntax::Expr* type = nullptr;          // as declared, here or in an ancestor; null: undeclared
  const Shape* type_owner = nullptr;           // in which the names of `type` mean something
  bool parameter = false;                      // public, here or in an ancestor
};
struct QueueSymbol {
  std::string_view name;
  const Shape* owner = nullptr;                // null: built in
  const syntax::QueueDecl* decl = nullptr;
  types::TypePtr type;                         // built-in queues only
};
// Is it `operator => true`?
[[nodiscard]] bool takes_operator(const syntax::QueueDecl& decl);
struct Symbols {
  std::map<std::string_view, VariableSymbol> variables;
  std::map<std::string_view, QueueSymbol> queues;
  std::map<std::string_view, Shape::MemberOf> functions, actions;
  const syntax::StateDecl* own_states = nullptr;
  const syntax::StateDecl* input_states = nullptr;
  std::set<std::string_view> own_state_names, input_state_names;

  [[nodiscard]] const VariableSymbol* variable(std::string_view name) const;
  [[nodiscard]] const QueueSymbol* queue(std::string_view name) const;
  [[nodiscard]] const Shape::MemberOf* function(std::string_view name) const;
};

class Model {
 public:
  // Reports what is wrong with the declarations as a whole: unknown parents, cycles, duplicates, bad aliases. `files` and
  // `aliases` must outlive the model and all its types; the first file is the prelude.
  Model(const std::deque<syntax::ParsedFile>& files, types::Aliases& aliases, diagnostics::Diagnostics& diagnostics);

  [[nodiscard]] const std::vector<std::unique_ptr<Shape>>& shapes() const { return shapes_; }
  [[nodiscard]] const Shape* shape(std::string_view plan) const;            // by name in any case; null
  [[nodiscard]] const Symbols& symbols(const Shape& shape) const { return symbols_.at(&shape); }
  [[nodiscard]] const std::deque<syntax::ParsedFile>& files() const { return files_; }

  [[nodiscard]] types::TypePtr named_type(std::string_view name, const Shape* in) const;   // alias, built-in, plan; null
  [[nodiscard]] std::vector<std::string_view> type_names(const Shape* in) const;
  [[nodiscard]] std::vector<std::string_view> plan_names() const;
  // A declared type as far as it is constant; null when it depends on variables, or is no type.
  [[nodiscard]] types::TypePtr constant_type(const syntax::Expr& expr, const Shape* in) const;
  // Is it something that a reference to a process of the plan shows: a parameter, a queue, `state`, `title`?
  [[nodiscard]] bool has_member(const Shape& shape, std::string_view member) const;
  // Was the name part of a text that could not be read, within the span?
  [[nodiscard]] bool is_unread(std::string_view name, Span within) const;
  [[nodiscard]] bool has_unread(Span within) const;

 private:
  void index_unread();
  void declare_plans();
  void find_parents();
  void declare_aliases();
  void resolve(Shape& shape);
  [[nodiscard]] bool inherits_too_much(const Shape& shape);
  void count_type_arguments(const Shape& shape);
  const Shape& instantiate_parent(const Shape& heir, const Shape& scope, std::map<const Shape*, const Shape*>& instances);
  void resolve_plan_aliases(Shape& shape);
  using MemberIndex = std::map<std::pair<syntax::MemberKind, std::string_view>, std::size_t>;
  void add_members(Shape& shape);
  void add_member(Shape& shape, MemberIndex& index, const Shape::MemberOf& added);
  void set_alias_targets();
  void collect_symbols(const Shape& shape);
  void add_symbol(Symbols& symbols, const Shape::MemberOf& member) const;
  void report(diagnostics::Code code, Span span, std::string message, std::string help = {});

  const std::deque<syntax::ParsedFile>& files_;
  types::Aliases& alias_owner_;
  diagnostics::Diagnostics* diagnostics_;
  std::vector<std::unique_ptr<Shape>> shapes_, instances_;
  std::map<std::string, Shape*, std::less<>> by_name_;
  std::map<const Shape*, Symbols> symbols_;
  std::vector<std::pair<std::string, types::TypePtr>> named_;
  std::unordered_map<std::string_view, std::size_t> named_index_;      // by name, into named_
  // Where unread names stand, by source; each list of places is sorted.
  struct Unread {
    std::unordered_map<std::string_view, std::vector<std::uint32_t>> by_name;
    std::vector<std::uint32_t> all;
  };
  std::unordered_map<SourceId, Unread> unread_;
  struct PendingAlias {
    std::shared_ptr<types::Type> alias;
    const syntax::Expr* expr;
    const Shape* in;
  };
  std::vector<PendingAlias> pending_;
  std::size_t inherited_ = 0;                  // members, of all plans
};

inline constexpr std::size_t kMaxPlans = 1'000;          // of a bundle
inline constexpr std::size_t kMaxAncestors = 32;         // of a plan
inline constexpr std::size_t kMaxMembers = 10'000;       // of a plan, inherited ones included; of states in a region
inline constexpr std::size_t kMaxInherited = 50'000;    // of all plans together

// The text of the plans that are built in: a file of its own, before all others.
inline constexpr std::string_view kPreludePath = "orchestrator.plan";
[[nodiscard]] std::string_view prelude();

// "did you mean 'x'?", or nothing when no candidate is near.
[[nodiscard]] std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates,
                                       std::string_view sigil = "");
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace plan::check
