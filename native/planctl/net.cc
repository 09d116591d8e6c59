#include "planctl/net.h"

#include <algorithm>
#include <functional>

#include "engine/code.h"
#include "syntax/printer.h"

namespace plan::planctl {

namespace {

using syntax::ExprKind;

template <class T>
const T& as(const syntax::Expr& expr) {
  return static_cast<const T&>(expr);
}

// On one line, as a guard is shown.
std::string one_line(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (!space || (!result.empty() && result.back() != ' ')) result += space ? ' ' : c;
  }
  return result;
}

std::string text_of(const syntax::Expr& expr) { return one_line(syntax::print(expr)); }

// Calls `found` for each send, assignment and call in a statement; `sure` says whether it happens whenever the body runs.
class Effects {
 public:
  using Found = std::function<void(const syntax::Expr&, bool sure)>;
  explicit Effects(Found found) : found_(std::move(found)) {}

  void in(const syntax::Expr* expr, bool sure) {
    if (!expr) return;
    switch (expr->kind) {
      case ExprKind::send: found_(*expr, sure); return in(as<syntax::Send>(*expr).value, sure);
      case ExprKind::block: return in_all(as<syntax::Block>(*expr).statements, sure);
      case ExprKind::if_:
        in(as<syntax::If>(*expr).then_branch, false);
        return in(as<syntax::If>(*expr).else_branch, false);
      case ExprKind::case_:
        for (const syntax::Option& option : as<syntax::Case>(*expr).options) in(option.result, false);
        return;
      case ExprKind::call: found_(*expr, sure); return in_lambda(as<syntax::Call>(*expr).lambda);
      case ExprKind::method_call:
        found_(*expr, sure);
        in(as<syntax::MethodCall>(*expr).receiver, sure);
        return in_lambda(as<syntax::MethodCall>(*expr).lambda);
      case ExprKind::assign: found_(*expr, sure); return in(as<syntax::Assign>(*expr).value, sure);
      case ExprKind::undef: case ExprKind::unit: case ExprKind::default_: case ExprKind::boolean: case ExprKind::integer:
      case ExprKind::floating: case ExprKind::duration: case ExprKind::string: case ExprKind::interpolation:
      case ExprKind::regex: case ExprKind::name: case ExprKind::class_ref: case ExprKind::variable: case ExprKind::self:
      case ExprKind::array: case ExprKind::hash: case ExprKind::access: case ExprKind::unary: case ExprKind::binary:
      case ExprKind::selector:
        return;
    }
  }

 private:
  void in_all(syntax::List<const syntax::Expr*> list, bool sure) {
    for (const syntax::Expr* expr : list) in(expr, sure);
  }
  void in_lambda(const syntax::Lambda* lambda) {
    if (lambda) in(lambda->body, false);
  }

  Found found_;
};

std::string pattern_text(const syntax::Pattern* pattern) {
  if (!pattern) return {};
  switch (pattern->kind) {
    case syntax::PatternKind::wildcard: return {};
    case syntax::PatternKind::variable: return "$" + std::string(pattern->name.text);
    case syntax::PatternKind::array: break;
  }
  std::string text = "[";
  for (const syntax::Pattern* item : pattern->items) {
    const std::string one = pattern_text(item);
    text += (text.size() > 1 ? ", " : "") + (one.empty() ? "_" : one);
  }
  return text + "]";
}

std::string count_text(const syntax::Count& count) {
  switch (count.kind) {
    case syntax::CountKind::one: return {};
    case syntax::CountKind::exactly: return "[" + text_of(*count.minimum) + "]";
    case syntax::CountKind::range: return "[" + text_of(*count.minimum) + ", " + text_of(*count.maximum) + "]";
    case syntax::CountKind::all: return "[all]";
  }
  PLAN_ASSERT(false);
}

class Builder {
 public:
  Builder(const engine::Program& program, const engine::PlanCode& plan) : program_(program), plan_(plan) { net_.plan = plan.name; }

  Net run() {
    for (std::size_t place = engine::kBuiltinPlaces; place < plan_.places.size(); ++place) add_queue(plan_.places[place]);
    add_region(plan_.regions[engine::kOwnRegion], plan_.regions[engine::kOwnRegion].output ? "output state" : "state");
    add_region(plan_.regions[engine::kInputRegion], "input state");
    for (const engine::ActionCode& action : plan_.actions) add_action(action);
    return std::move(net_);
  }

 private:
  template <class Visit>
  void each_member(const Visit& visit) const {
    for (const syntax::ParsedFile& file : program_.data().files) {
      for (const syntax::PlanDecl* decl : file.plans) {
        for (const syntax::Member& member : decl->members) visit(member);
      }
    }
  }

  void add_queue(const engine::PlaceCode& code) {
    NetPlace place{code.name, PlaceSort::internal, {}, {}, code.is_public};
    if (code.direction != syntax::Direction::internal) {
      place.sort = code.direction == syntax::Direction::input ? PlaceSort::input : PlaceSort::output;
    }
    each_member([&](const syntax::Member& member) {
      if (member.kind != syntax::MemberKind::queue) return;
      const syntax::QueueDecl& decl = *member.queue;
      if (std::none_of(decl.names.begin(), decl.names.end(), [&](const syntax::Name& name) { return name.span == code.span; })) return;
      place.type = text_of(*decl.type);
      for (const syntax::Attribute& attribute : decl.attributes) place.attributes.push_back(attribute_text(attribute));
    });
    net_.places.push_back(std::move(place));
  }

  static std::string attribute_text(const syntax::Attribute& attribute) {
    const std::string name(attribute.name.text);
    if (name == "latched" || name == "operator") {
      return attribute.value->kind == ExprKind::boolean && !as<syntax::Boolean>(*attribute.value).value ? "" : name;
    }
    return name + " " + (attribute.splat ? "*" : "") + text_of(*attribute.value);
  }

  void add_region(const engine::RegionCode& code, const char* name) {
    if (!code.states.empty()) net_.regions.push_back({name, code.states});
  }

  void add_action(const engine::ActionCode& code) {
    NetAction action{code.name, code.owner, {}, {}, {}};
    each_member([&](const syntax::Member& member) {
      if (member.kind == syntax::MemberKind::action && member.action->span == code.span) fill(action, *member.action);
    });
    net_.actions.push_back(std::move(action));
  }

  void fill(NetAction& action, const syntax::ActionDecl& decl) {
    Effects effects([&](const syntax::Expr& expr, bool sure) {
      if (expr.kind == ExprKind::send) add_send(action, as<syntax::Send>(expr), sure);
      else if (expr.kind == ExprKind::assign) add_assignment(action, *as<syntax::Assign>(expr).target);
      else add_call(action, expr);
    });
    for (const syntax::ActionItem& item : decl.items) {
      if (item.arc) add_arc(action, *item.arc);
      else effects.in(item.statement, true);
    }
  }

  static void add_effect(NetAction& action, const std::string& effect) {
    if (std::find(action.effects.begin(), action.effects.end(), effect) == action.effects.end()) action.effects.push_back(effect);
  }

  void add_assignment(NetAction& action, const syntax::Expr& target) const {
    if (target.kind == ExprKind::array) {
      for (const syntax::Expr* item : as<syntax::Array>(target).items) add_assignment(action, *item);
    } else if (target.kind == ExprKind::variable && plan_.variable(as<syntax::Variable>(target).name) != engine::kNone) {
      add_effect(action, "sets $" + std::string(as<syntax::Variable>(target).name));
    }
  }

  // Calls with effects, and processes that are made.
  void add_call(NetAction& action, const syntax::Expr& expr) const {
    if (expr.kind == ExprKind::call) {
      const std::string_view name = as<syntax::Call>(expr).name.text;
      if (name == "become" || name == "orchestrate" || name == "release" || name == "next_state") add_effect(action, text_of(expr));
      return;
    }
    const auto& call = as<syntax::MethodCall>(expr);
    if (call.name.text != "new" || call.receiver->kind != ExprKind::class_ref) return;
    const std::string type(as<syntax::ClassRef>(*call.receiver).name);
    if (program_.find(type)) add_effect(action, "makes " + type);
  }

  void add_arc(NetAction& action, const syntax::Arc& arc) {
    NetEdge edge;
    switch (arc.kind) {
      case syntax::ArcKind::receive: edge.sort = EdgeSort::receive; break;
      case syntax::ArcKind::read: edge.sort = EdgeSort::read; break;
      case syntax::ArcKind::inhibit: edge.sort = EdgeSort::inhibit; break;
    }
    edge.label = pattern_text(arc.pattern);
    if (!arc.from.empty()) edge.label += " from $" + std::string(arc.from.text);
    if (const std::string count = count_text(arc.source.count); !count.empty()) edge.label += (edge.label.empty() ? "" : " ") + count;
    for (const syntax::Clause& clause : arc.clauses) action.guards.push_back(clause_text(clause));
    if (arc.source.kind == syntax::SourceKind::state && !arc.source.states.empty()) {
      edge.is_state = true;
      edge.sort = EdgeSort::read;      // a state is looked at
      for (const syntax::Name& name : arc.source.states) {
        edge.place = name.text;
        action.edges.push_back(edge);
      }
      return;
    }
    edge.place = source_place(arc.source);
    if (arc.source.kind == syntax::SourceKind::state) {
      edge.is_state = true;
      edge.sort = EdgeSort::read;
    }
    action.edges.push_back(std::move(edge));
  }

  static std::string clause_text(const syntax::Clause& clause) {
    const std::string text = text_of(*clause.expression);
    switch (clause.kind) {
      case syntax::ClauseKind::where: return "where " + text;
      case syntax::ClauseKind::after: return "after " + text;
      case syntax::ClauseKind::awaiting: return "awaiting " + text;
    }
    PLAN_ASSERT(false);
  }

  std::string source_place(const syntax::ArcSource& source) {
    const std::string name(source.name.text);
    switch (source.kind) {
      case syntax::SourceKind::queue: return known(name, PlaceSort::builtin);
      case syntax::SourceKind::parameter: return known("$" + name, PlaceSort::parameter);
      case syntax::SourceKind::reference: return known(text_of(*source.reference) + "." + name, PlaceSort::reference);
      case syntax::SourceKind::state: return {};
    }
    PLAN_ASSERT(false);
  }

  // A place that is not one of the plan's queues is added when it is first used.
  std::string known(const std::string& name, PlaceSort sort) {
    if (std::none_of(net_.places.begin(), net_.places.end(), [&](const NetPlace& place) { return place.name == name; })) {
      net_.places.push_back({name, sort, {}, {}, false});
    }
    return name;
  }

  void add_send(NetAction& action, const syntax::Send& send, bool sure) {
    NetEdge edge;
    edge.sort = sure ? EdgeSort::send : EdgeSort::maybe_send;
    const bool names_a_queue = send.target->kind == ExprKind::name;
    const std::string target = text_of(*send.target);
    if (names_a_queue && target == "state") {
      edge.is_state = true;
      if (const auto state = state_name(*send.value)) edge.place = *state;
      else edge.label = text_of(*send.value);
    } else {
      edge.place = known((send.splat ? "* " : "") + target, names_a_queue ? PlaceSort::builtin : PlaceSort::reference);
    }
    const auto same = [&](const NetEdge& other) {
      return other.place == edge.place && other.is_state == edge.is_state && other.label == edge.label &&
             (other.sort == EdgeSort::send || other.sort == EdgeSort::maybe_send);
    };
    if (std::none_of(action.edges.begin(), action.edges.end(), same)) action.edges.push_back(std::move(edge));
  }

  static std::optional<std::string> state_name(const syntax::Expr& value) {
    if (value.kind == ExprKind::name) return std::string(as<syntax::NameExpr>(value).name);
    if (value.kind == ExprKind::string) return std::string(as<syntax::String>(value).value);
    return std::nullopt;
  }

  const engine::Program& program_;
  const engine::PlanCode& plan_;
  Net net_;
};

}  // namespace

Net net_of(const engine::Program& program, const engine::PlanCode& plan) { return Builder(program, plan).run(); }

}  // namespace plan::planctl
