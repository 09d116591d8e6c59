// Sends: to queues of the process, to its state, through references, and to collections of queues.
#include <algorithm>

#include "check/checker.h"

namespace plan::check {

using diagnostics::Code;
using syntax::ExprKind;
using types::TypeKind;
using types::TypePtr;

namespace {

std::vector<std::string_view> listed(const std::set<std::string_view>& names) { return {names.begin(), names.end()}; }

}  // namespace

bool PlanChecker::accepts(const TypePtr& declared, const syntax::Expr& value, const TypePtr& type, const std::string& what) {
  if (!declared) return true;
  if (value.kind == ExprKind::hash && bare(declared) != nullptr && bare(declared)->kind == TypeKind::struct_) {
    return accepts_members(*bare(declared), as<syntax::Hash>(value), what + " " + spelled(declared));
  }
  const std::optional<values::Value> constant = constant_value(value, model_, &shape_);
  std::string got;
  if (constant) {
    if (values::instance_of(*declared, *constant)) return true;
    got = spelled(*constant);
  } else {
    if (overlap(declared, type)) return true;
    got = kind_of(type);
  }
  report(Code::type_mismatch, value.span, what + " " + spelled(declared) + ", got " + got);
  return false;
}

// A literal that is to be a Struct, member by member.
bool PlanChecker::accepts_members(const types::Type& declared, const syntax::Hash& value, const std::string& what) {
  std::set<std::string_view> given;
  std::vector<std::string_view> names;
  for (const types::StructMember& member : declared.members) names.push_back(member.name);
  bool fits = true;
  for (const syntax::HashEntry& entry : value.entries) {
    const std::optional<values::Value> key = constant_value(*entry.key, model_, &shape_);
    if (!key) return fits;      // it may be any of those that are not given
    const auto member = std::find_if(declared.members.begin(), declared.members.end(), [&](const types::StructMember& one) {
      return key->is(values::Kind::string) && one.name == key->as_string();
    });
    if (member == declared.members.end()) {
      fits = false;
      const std::string name = key->is(values::Kind::string) ? std::string(key->as_string()) : spelled(*key);
      report(Code::unknown_member, entry.key->span, "the Struct has no member " + quoted(name), did_you_mean(name, names));
      given.insert(diagnostics::nearest(name, names));      // which was meant
      continue;
    }
    given.insert(member->name);
    const auto known = entry_types_.find(entry.value);
    fits &= accepts(member->type, *entry.value, known == entry_types_.end() ? nullptr : known->second, "member " + quoted(member->name) + " is");
  }
  for (const types::StructMember& member : declared.members) {
    if (member.optional || given.contains(member.name)) continue;
    fits = false;
    report(Code::type_mismatch, value.span, what + ", got no member " + quoted(member.name), "add `" + member.name + " => …`");
  }
  return fits;
}

TypePtr PlanChecker::send(const syntax::Send& expr) {
  const bool to_state = !expr.splat && ((expr.target->kind == ExprKind::name && as<syntax::NameExpr>(*expr.target).name == "state") ||
                                        (expr.target->kind == ExprKind::method_call &&
                                         as<syntax::MethodCall>(*expr.target).name.text == "state"));
  if (!to_state) bare_name(*expr.value);
  const TypePtr type = expression(*expr.value);
  if (purpose_ != Purpose::body) {
    report(Code::effect_in_guard, expr.span, "a send is an effect",
           "effects belong in the body of an action; a function returns the value, the action sends it");
  }
  if (expr.splat) {
    broadcast(expr, type);
    return nullptr;
  }
  switch (expr.target->kind) {
    case ExprKind::name:
      send_to_name(expr, as<syntax::NameExpr>(*expr.target).name, type);
      return nullptr;
    case ExprKind::method_call:
      if (const auto& target = as<syntax::MethodCall>(*expr.target); !target.has_parentheses && target.lambda == nullptr) {
        send_to_reference(expr, target, type);
        return nullptr;
      }
      break;
    case ExprKind::variable: {
      if (turned_around(expr)) return nullptr;
      const TypePtr queue = expression(*expr.target);
      if (!queue || (kinds_of(*queue) & kQueue) != 0) return nullptr;
      const std::string_view name = as<syntax::Variable>(*expr.target).name;
      report(Code::invalid_send, expr.target->span, "'$" + std::string(name) + "' is no queue",
             symbols_.queue(name) != nullptr ? "did you mean the queue `" + std::string(name) + "`?"
                                             : "to set a variable, write `$" + std::string(name) + " = …`");
      return nullptr;
    }
    case ExprKind::undef: case ExprKind::unit: case ExprKind::default_: case ExprKind::boolean: case ExprKind::integer:
    case ExprKind::floating: case ExprKind::duration: case ExprKind::string: case ExprKind::interpolation:
    case ExprKind::regex: case ExprKind::class_ref: case ExprKind::self: case ExprKind::array: case ExprKind::hash:
    case ExprKind::access: case ExprKind::call: case ExprKind::unary: case ExprKind::binary: case ExprKind::assign:
    case ExprKind::selector: case ExprKind::if_: case ExprKind::case_: case ExprKind::block: case ExprKind::send:
      break;
  }
  report(Code::invalid_send, expr.target->span, "a token can be sent to a queue, `state`, or `$reference.queue`",
         "for a collection of queues write `-> * $queues`");
  return nullptr;
}

// `queue -> $new`: an arc was meant.
bool PlanChecker::turned_around(const syntax::Send& expr) {
  if (expr.value->kind != ExprKind::name) return false;
  const QueueSymbol* queue = symbols_.queue(as<syntax::NameExpr>(*expr.value).name);
  const std::string_view target = as<syntax::Variable>(*expr.target).name;
  if (queue == nullptr || find_local(target) != nullptr || symbols_.variable(target) != nullptr) return false;
  report(Code::invalid_send, expr.span, "'$" + std::string(target) + "' is no queue",
         "to take a token of the queue, write `$" + std::string(target) + " <- " + std::string(queue->name) + "`");
  scope_->locals.emplace(target, Local{expr.target->span, Local::Origin::pattern, type_of(*queue)});
  return true;
}

void PlanChecker::send_to_name(const syntax::Send& expr, std::string_view name, const TypePtr& type) {
  if (name == "state") return send_to_state(expr, type);
  bool guessed = false;
  const QueueSymbol* queue = known_queue(name, expr.target->span, &guessed);
  if (queue == nullptr) return;
  if (is_operators(*queue, expr.target->span)) return;
  if (action_ != nullptr) action_->sent.insert(queue->name);
  if (!guessed) accepts(type_of(*queue), *expr.value, type, "queue " + quoted(name) + " holds");
}

bool PlanChecker::is_operators(const QueueSymbol& queue, Span span) {
  if (queue.decl == nullptr || !takes_operator(*queue.decl)) return false;
  report(Code::invalid_send, span, "queue " + quoted(queue.name) + " is an operator's: plans do not send to it",
         "send to another queue; an action may take from either");
  return true;
}

void PlanChecker::send_to_state(const syntax::Send& expr, const TypePtr& type) {
  if (symbols_.own_states == nullptr) {
    if (!model_.has_unread(shape_.decl->span)) {
      report(Code::unknown_state, expr.target->span, "the plan has no states of its own",
             symbols_.input_states != nullptr ? "its input states are set by others" : "declare them: `state waiting, done`");
    }
    return;
  }
  if (type && (kinds_of(*type) & kString) == 0) {
    report(Code::type_mismatch, expr.value->span, "a state is a name, got " + kind_of(type));
    return;
  }
  move_states(*expr.value);
}

// The states that the value may name: through branches, as far as they are constant.
void PlanChecker::move_states(const syntax::Expr& value) {
  const std::optional<values::Value> name = constant_value(value, model_, &shape_);
  PlanFacts& facts = facts_.plans[&shape_];
  if (!name || !name->is(values::Kind::string)) {
    facts.enters_any = true;
    return;
  }
  const auto known = symbols_.own_state_names.find(name->as_string());
  if (known != symbols_.own_state_names.end()) {
    facts.entered.insert(*known);
    return;
  }
  const std::vector<std::string_view> names = listed(symbols_.own_state_names);
  if (const std::string_view meant = diagnostics::nearest(name->as_string(), names); !meant.empty()) facts.entered.insert(meant);
  report(Code::unknown_state, value.span, "unknown state " + quoted(name->as_string()), did_you_mean(name->as_string(), names));
}

void PlanChecker::send_to_reference(const syntax::Send& expr, const syntax::MethodCall& target, const TypePtr& type) {
  const TypePtr receiver = operand(*target.receiver);
  const types::Type* process = bare(receiver);
  if (process == nullptr || process->kind != TypeKind::process) {
    if (process != nullptr && (kinds_of(*process) & (kProcess | kHash)) == 0) {
      report(Code::invalid_send, target.receiver->span,
             kind_of(receiver) + " is no reference to a process");
    } else if (process != nullptr) {
      member_access(target, receiver);
    }
    return;
  }
  const Shape* plan = process->plan ? model_.shape(process->plan->name) : nullptr;
  const TypePtr member = process_member(target, *process);
  if (plan == nullptr) return;
  if (target.name.text == "state") return set_state_of(expr, *plan);
  const QueueSymbol* queue = model_.symbols(*plan).queue(target.name.text);
  if (queue == nullptr || queue->decl == nullptr) {
    if (model_.has_member(*plan, target.name.text)) {
      report(Code::invalid_send, target.name.span, quoted(target.name.text) + " of plan " + quoted(plan->lineage->name) + " is no queue",
             "only inputs and input states can be sent to");
    }
    return;
  }
  if (queue->decl->direction != syntax::Direction::input) {
    report(Code::invalid_send, target.name.span,
           quoted(target.name.text) + " of plan " + quoted(plan->lineage->name) + " is no input", "declare it as `input`");
    return;
  }
  if (is_operators(*queue, target.name.span)) return;
  const TypePtr held = member && !member->arguments.empty() ? member->arguments[0] : nullptr;
  accepts(held, *expr.value, type, "queue " + quoted(target.name.text) + " of " + quoted(plan->lineage->name) + " holds");
}

// The process may be one of an heir, whose states count too.
void PlanChecker::set_state_of(const syntax::Send& expr, const Shape& plan) {
  const std::optional<values::Value> name = constant_value(*expr.value, model_, &shape_);
  if (!name || !name->is(values::Kind::string)) return;
  std::set<std::string_view> known;
  for (const auto& shape : model_.shapes()) {
    if (!shape->is_a(plan)) continue;
    const auto& names = model_.symbols(*shape).input_state_names;
    if (names.contains(name->as_string())) return;
    known.insert(names.begin(), names.end());
  }
  report(Code::unknown_state, expr.value->span,
         "plan " + quoted(plan.lineage->name) + " has no input state " + quoted(name->as_string()),
         did_you_mean(name->as_string(), listed(known)));
}

void PlanChecker::broadcast(const syntax::Send& expr, const TypePtr& type) {
  const TypePtr targets = operand(*expr.target);
  const types::Type* collection = bare(targets);
  if (collection == nullptr) return;
  if ((kinds_of(*collection) & (kArray | kHash)) == 0) {
    report(Code::invalid_send, expr.target->span,
           "`-> *` sends to each queue of a collection, got " + kind_of(targets),
           "leave out the `*` to send to one queue");
    return;
  }
  const types::Type* queue = collection->kind == TypeKind::array && !collection->arguments.empty() ? bare(collection->arguments[0]) : nullptr;
  if (queue == nullptr || queue->kind != TypeKind::queue || queue->arguments.empty()) return;
  accepts(queue->arguments[0], *expr.value, type, "the queues hold");
}

}  // namespace plan::check
