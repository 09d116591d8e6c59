#include "engine/nodes_control.h"

namespace plan::engine {

using values::EvaluationError;
using values::Value;

namespace {

std::string misplaced(std::string_view name) { return std::string(name) + "() from context where this is illegal"; }

}  // namespace

Jump::Jump(Kind kind, Value value)
    : EvaluationError("RUNTIME_ERROR", misplaced(kind == Kind::next ? "next" : "return")), kind_(kind), value_(std::move(value)) {}

Value JumpNode::evaluate(Frame& frame) const {
  const std::vector<Value> arguments = evaluate_items(arguments_, frame);
  frame.evaluation.at(span());
  const std::size_t most = kind_ == JumpKind::break_ ? 0 : 1;
  if (arguments.size() > most) {
    throw EvaluationError("ARGUMENT_MISMATCH", "expects at most " + std::to_string(most) + " argument(s), got " +
                                                   std::to_string(arguments.size()));
  }
  const Value value = arguments.empty() ? Value::undef() : arguments[0];
  switch (kind_) {
    case JumpKind::break_: throw functions::Break(misplaced("break"));
    case JumpKind::next: throw Jump(Jump::Kind::next, value);
    case JumpKind::return_: throw Jump(Jump::Kind::return_, value);
  }
  PLAN_ASSERT(false);
}

Value RaiseNode::evaluate(Frame& frame) const {
  static_cast<void>(evaluate_items(arguments_, frame));
  frame.evaluation.at(span());
  throw EvaluationError(issue_, message_);
}

Value UriPart::evaluate(Frame& frame) const {
  const Value receiver = receiver_->evaluate(frame);
  frame.evaluation.at(span());
  if (receiver.is(values::Kind::uri)) return values::uri_part(receiver, name_);
  throw EvaluationError("UNKNOWN_FUNCTION", "Unknown function: '" + name_ + "'.");
}

Value MaybeLocal::evaluate(Frame& frame) const {
  return frame.slots[flag_].is_undef() ? outside_->evaluate(frame) : frame.slots[slot_];
}

Value GetVariable::evaluate(Frame& frame) const {
  const std::vector<Value> arguments = evaluate_items(arguments_, frame);
  frame.evaluation.at(span());
  if (arguments.empty() || arguments.size() > 2 || !arguments[0].is(values::Kind::string)) {
    throw EvaluationError("ARGUMENT_MISMATCH", "'getvar' expects a String and a default value");
  }
  const std::string_view path = arguments[0].as_string();
  const std::size_t end = std::min(path.find('.'), path.size());
  const std::string_view name = path.substr(0, end);
  const bool valid = !name.empty() && (name[0] == '_' || name[0] == ':' || (name[0] >= 'a' && name[0] <= 'z'));
  if (!valid) throw EvaluationError("ARGUMENT_ERROR", "'getvar' The given string does not start with a valid variable name");
  const Value otherwise = arguments.size() > 1 ? arguments[1] : Value::undef();
  const auto known = names_.find(name.starts_with("::") ? name.substr(2) : name);
  if (known == names_.end()) return otherwise;
  const Value value = known->second->evaluate(frame);
  if (end == path.size()) return value.is_undef() ? otherwise : value;
  const std::vector<Value> get{value, Value::string(path.substr(end + 1)), otherwise};
  return functions::call(*functions::find("get"), frame.evaluation, get, nullptr);
}

Value MatchScope::evaluate(Frame& frame) const {
  struct Restore {
    Value& slot;
    Value before;
    ~Restore() { slot = std::move(before); }
  } restore{frame.slots[captures_], frame.slots[captures_]};
  return inner_->evaluate(frame);
}

}  // namespace plan::engine
