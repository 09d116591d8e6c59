#include "engine/nodes.h"

#include <algorithm>
#include <cctype>

#include "engine/code.h"
#include "engine/nodes_control.h"
#include "types/uri.h"

namespace plan::engine {

using syntax::BinaryOp;
using syntax::UnaryOp;
using values::EvaluationError;
using values::Kind;
using values::Value;

namespace {

constexpr std::uint32_t kDeep = 12;              // values that share parts may be far larger than what they take in memory
constexpr std::uint64_t kMostParts = 1'000'000;

void count_parts(const Value& value, std::uint64_t& parts) {
  if (++parts > kMostParts) return;
  if (value.is(Kind::array)) {
    for (const Value& item : value.as_array()) count_parts(item, parts);
  } else if (value.is(Kind::hash)) {
    for (const values::HashEntry& entry : value.as_hash().entries) {
      count_parts(entry.key, parts);
      count_parts(entry.value, parts);
    }
  }
}

// What is large costs steps when it is made, so that the limit of steps is one of memory too.
Value charged(Frame& frame, Value value) {
  if (value.is(Kind::integer) || value.is(Kind::floating)) return value;
  std::uint64_t size = 0;
  if (value.is(Kind::string)) size = value.as_string().size() / 4;
  else if (value.is(Kind::binary)) size = value.as_binary().size() / 4;
  else if (value.is(Kind::array)) size = value.as_array().size();
  else if (value.is(Kind::hash)) size = value.as_hash().size() * 2;
  if (depth_of(value) > kDeep) count_parts(value, size);
  frame.evaluation.spend(size / 4);
  if (size > kMostParts && depth_of(value) > kDeep) throw EvaluationError("LIMIT_SIZE", "a value has more than " + std::to_string(kMostParts) + " parts");
  return value;
}

// A lambda while the function that was given it runs: its slots are of the frame around it.
class BoundBlock final : public functions::Block {
 public:
  BoundBlock(const LambdaCode& code, Frame& frame) : code_(code), frame_(frame) {}

  Value call(std::span<const Value> arguments) override {
    frame_.evaluation.spend(1);
    for (const std::uint32_t flag : code_.flags) frame_.slots[flag] = Value::undef();
    bind_parameters(code_.parameters, arguments, "the lambda", "MISSING_REQUIRED_PARAMETER", frame_);
    Value result = run();
    require(code_.return_type, result, "the value returned from the lambda", frame_);
    return result;
  }
  [[nodiscard]] std::size_t min_arity() const override { return least_arguments(code_.parameters); }
  [[nodiscard]] std::size_t max_arity() const override { return most_arguments(code_.parameters); }

 private:
  Value run() {
    try {
      return code_.body->evaluate(frame_);
    } catch (const Jump& jump) {
      if (jump.kind() != Jump::Kind::next) throw;
      return jump.value();
    }
  }

  const LambdaCode& code_;
  Frame& frame_;
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

Value new_resource(const std::string& type, const std::vector<Value>& arguments) {
  if (arguments.size() != 1 || !arguments[0].is(Kind::hash)) {
    throw EvaluationError("ILLEGAL_RESOURCE", type + ".new takes one hash with at least a title");
  }
  const Value* title = arguments[0].as_hash().find("title");
  if (!title || !title->is(Kind::string)) {
    throw EvaluationError("ILLEGAL_RESOURCE", type + ".new needs 'title', a String");
  }
  values::HashBuilder parameters(arguments[0].as_hash());
  const std::string name(title->as_string());
  parameters.remove(Value::string("title"));
  return Value::resource(type, name, parameters.build());
}

}  // namespace

Value LocalVariable::evaluate(Frame& frame) const { return frame.slots[slot_]; }
Value PlanVariable::evaluate(Frame& frame) const { return frame.evaluation.process().variable(slot_); }
Value SelfNode::evaluate(Frame& frame) const { return frame.evaluation.process().self(); }

Value Capture::evaluate(Frame& frame) const {
  const Value& captures = frame.slots[slot_];
  if (!captures.is(Kind::array) || number_ >= captures.as_array().size()) return Value::undef();
  return captures.as_array()[number_];
}

// As a rule: what is reserved for the text that an interpolation makes.
constexpr std::size_t kBytesOfAPart = 16;

Value Interpolate::evaluate(Frame& frame) const {
  std::string text;
  text.reserve(kBytesOfAPart * parts_.size());
  for (const NodePtr& part : parts_) {
    const Value value = part->evaluate(frame);
    if (value.is(Kind::string)) text += value.as_string();
    else text += values::to_string(value);
  }
  frame.evaluation.spend(1);
  return charged(frame, Value::string(text));
}

std::vector<Value> evaluate_items(const std::vector<Item>& items, Frame& frame) {
  std::vector<Value> result;
  result.reserve(items.size());
  for (const Item& item : items) {
    Value value = item.node->evaluate(frame);
    if (!item.splat) {
      result.push_back(std::move(value));
      continue;
    }
    for (Value& part : values::splat(value)) result.push_back(std::move(part));
  }
  return result;
}

bool constant_items(const std::vector<Item>& items) {
  return std::all_of(items.begin(), items.end(), [](const Item& item) { return item.node->constant(); });
}

Value ArrayNode::evaluate(Frame& frame) const {
  frame.evaluation.spend(1);
  return charged(frame, Value::array(evaluate_items(items_, frame)));
}

Value HashNode::evaluate(Frame& frame) const {
  frame.evaluation.spend(1);
  values::HashBuilder hash;
  for (const auto& [key, value] : entries_) {
    Value k = key->evaluate(frame);
    hash.set(std::move(k), value->evaluate(frame));
  }
  return charged(frame, hash.build());
}

bool HashNode::constant() const {
  return std::all_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return entry.first->constant() && entry.second->constant(); });
}

Value AccessNode::evaluate(Frame& frame) const {
  const Value object = object_->evaluate(frame);
  if (keys_.size() == 1 && !keys_[0].splat && !object.is(Kind::type)) {
    const Value key = keys_[0].node->evaluate(frame);
    frame.evaluation.at(span());
    frame.evaluation.spend(1);
    return charged(frame, values::access(object, {&key, 1}));
  }
  const std::vector<Value> keys = evaluate_items(keys_, frame);
  frame.evaluation.at(span());
  frame.evaluation.spend(1);
  if (!object.is(Kind::type)) return charged(frame, values::access(object, keys));
  const types::TypeKind kind = object.as_type()->kind;
  if (kind == types::TypeKind::resource || kind == types::TypeKind::class_) return functions::reference(object.as_type(), keys);
  return Value::type(functions::parameterize(object.as_type(), keys));
}

Value MemberNode::evaluate(Frame& frame) const {
  const Value made = local_ ? Value() : receiver_->evaluate(frame);
  const Value& receiver = local_ ? frame.slots[local_->slot()] : made;
  frame.evaluation.at(span());
  switch (receiver.kind()) {
    case Kind::process:
      return frame.evaluation.process().member(receiver, name_);
    case Kind::hash: {
      const Value* value = receiver.as_hash().find(name_);
      return value ? *value : Value::undef();
    }
    case Kind::uri:
      if (types::Uri::has_part(name_)) return values::uri_part(receiver, name_);
      throw EvaluationError("NO_MEMBER", "a URI has no part '" + name_ + "'");
    case Kind::undef:
      throw EvaluationError("NO_MEMBER", "'." + name_ + "' is asked of undef");
    case Kind::default_: case Kind::boolean: case Kind::integer: case Kind::floating: case Kind::string:
    case Kind::array: case Kind::regexp: case Kind::type: case Kind::sensitive: case Kind::timespan:
    case Kind::timestamp: case Kind::semver: case Kind::semver_range: case Kind::binary: case Kind::queue:
    case Kind::resource:
      break;
  }
  throw EvaluationError("NO_MEMBER", "'." + name_ + "' is asked of a value without members: " + values::inspect(receiver));
}

Value BuiltinCall::evaluate(Frame& frame) const {
  const std::vector<Value> arguments = evaluate_items(arguments_, frame);
  frame.evaluation.at(span());
  frame.evaluation.spend(1);
  if (!lambda_) return charged(frame, functions::call(function_, frame.evaluation, arguments, nullptr));
  BoundBlock block(*lambda_, frame);
  return charged(frame, functions::call(function_, frame.evaluation, arguments, &block));
}

Value PlanCall::evaluate(Frame& frame) const {
  std::vector<Value> arguments = evaluate_items(arguments_, frame);
  frame.evaluation.at(span());
  return frame.evaluation.call(function_, std::move(arguments), span());
}

Value EffectCall::evaluate(Frame& frame) const {
  const Value argument = argument_ ? argument_->evaluate(frame) : Value::undef();
  frame.evaluation.at(span());
  ProcessView& process = frame.evaluation.process();
  switch (effect_) {
    case Effect::orchestrate: process.orchestrate(argument); break;
    case Effect::release: process.release(argument); break;
    case Effect::next_state: process.next_state(); break;
    case Effect::become: {
      if (!argument.is(Kind::type) || argument.as_type()->kind != types::TypeKind::process) {
        throw EvaluationError("NOT_A_PLAN", "become() takes a plan, got " + values::inspect(argument));
      }
      process.become(argument.as_type()->name);
      break;
    }
  }
  return Value::undef();
}

Value NewNode::evaluate(Frame& frame) const {
  const Value type = type_->evaluate(frame);
  const std::vector<Value> arguments = evaluate_items(arguments_, frame);
  frame.evaluation.at(span());
  frame.evaluation.spend(1);
  if (!type.is(Kind::type)) throw EvaluationError("NOT_A_TYPE", values::inspect(type) + " is not a type");
  const types::Type& made = *type.as_type();
  if (made.kind == types::TypeKind::resource && made.title.empty()) return new_resource(made.name, arguments);
  if (made.kind == types::TypeKind::process) {
    if (arguments.size() > 1 || (arguments.size() == 1 && !arguments[0].is(Kind::hash))) {
      throw EvaluationError("ARITY_MISMATCH", made.name + ".new takes at most one hash of parameters");
    }
    return frame.evaluation.process().make(lower(made.name), arguments.empty() ? Value::undef() : arguments[0]);
  }
  const Value result = charged(frame, functions::convert(made, arguments));
  if (!lambda_) return result;
  BoundBlock block(*lambda_, frame);
  return block.call({&result, 1});
}

Value UnaryNode::evaluate(Frame& frame) const {
  const Value operand = operand_->evaluate(frame);
  frame.evaluation.at(span());
  switch (op_) {
    case UnaryOp::not_: return Value::boolean(!operand.truthy());
    case UnaryOp::minus: return values::negate(operand);
    case UnaryOp::splat: return charged(frame, Value::array(values::splat(operand)));
  }
  PLAN_ASSERT(false);
}

Value BinaryNode::evaluate(Frame& frame) const {
  const Value left = left_->evaluate(frame);
  if (op_ == BinaryOp::and_) return Value::boolean(left.truthy() && right_->evaluate(frame).truthy());
  if (op_ == BinaryOp::or_) return Value::boolean(left.truthy() || right_->evaluate(frame).truthy());
  const Value right = right_->evaluate(frame);
  frame.evaluation.at(span());
  frame.evaluation.spend(1);
  switch (op_) {
    case BinaryOp::add: return charged(frame, values::add(left, right));
    case BinaryOp::subtract: return charged(frame, values::subtract(left, right));
    case BinaryOp::multiply: return values::multiply(left, right);
    case BinaryOp::divide: return values::divide(left, right);
    case BinaryOp::modulo: return values::modulo(left, right);
    case BinaryOp::shift_left: return charged(frame, values::shift_left(left, right));
    case BinaryOp::shift_right: return values::shift_right(left, right);
    case BinaryOp::equal: return Value::boolean(values::equal(left, right));
    case BinaryOp::not_equal: return Value::boolean(!values::equal(left, right));
    case BinaryOp::less: return Value::boolean(values::compares(left, values::Comparison::less, right));
    case BinaryOp::less_equal: return Value::boolean(values::compares(left, values::Comparison::less_equal, right));
    case BinaryOp::greater: return Value::boolean(values::compares(left, values::Comparison::greater, right));
    case BinaryOp::greater_equal: return Value::boolean(values::compares(left, values::Comparison::greater_equal, right));
    case BinaryOp::in: {
      std::vector<Value> captures;
      const bool found = values::contains(left, right, &captures);
      if (!captures.empty()) frame.slots[captures_] = Value::array(std::move(captures));
      return Value::boolean(found);
    }
    case BinaryOp::match:
    case BinaryOp::not_match: {
      std::vector<Value> captures;
      const bool matched = values::matches(left, right, &captures);
      if (matched && captures_ != kNone && !captures.empty()) frame.slots[captures_] = Value::array(std::move(captures));
      return Value::boolean(matched == (op_ == BinaryOp::match));
    }
    case BinaryOp::and_:
    case BinaryOp::or_: break;
  }
  PLAN_ASSERT(false);
}

namespace {

void assign_local(const TargetCode& target, const Value& value, Frame& frame) {
  if (target.once && (target.flag == kNone || !frame.slots[target.flag].is_undef())) {
    throw EvaluationError("ILLEGAL_REASSIGNMENT", "Cannot reassign variable '$" + target.name + "'");
  }
  if (target.flag != kNone) frame.slots[target.flag] = Value::boolean(true);
  frame.slots[target.slot] = value;
}

void assign(const TargetCode& target, const Value& value, Frame& frame) {
  switch (target.kind) {
    case TargetCode::Kind::nothing: return;
    case TargetCode::Kind::local: assign_local(target, value, frame); return;
    case TargetCode::Kind::plan_variable: frame.evaluation.process().assign(target.slot, value); return;
    case TargetCode::Kind::parts: break;
  }
  if (value.is(Kind::hash)) {
    for (const TargetCode& part : target.parts) {
      const Value* found = value.as_hash().find(part.name);
      if (!found) {
        throw EvaluationError("MISSING_MULTI_ASSIGNMENT_KEY", "No value for required key '" + part.name + "' in assignment to variables from hash");
      }
      assign(part, *found, frame);
    }
    return;
  }
  const std::span<const Value> items = value.is(Kind::array) ? value.as_array() : std::span(&value, 1);
  if (items.size() != target.parts.size()) {
    throw EvaluationError("ILLEGAL_MULTI_ASSIGNMENT_SIZE", "Mismatched number of assignable entries and values, expected " +
                                                               std::to_string(target.parts.size()) + ", got " + std::to_string(items.size()));
  }
  for (std::size_t i = 0; i < target.parts.size(); ++i) assign(target.parts[i], items[i], frame);
}

}  // namespace

Value AssignNode::evaluate(Frame& frame) const {
  Value value = value_->evaluate(frame);
  frame.evaluation.at(span());
  assign(target_, value, frame);
  return value;
}

bool CaseNode::matches(const Value& subject, const Item& match, Frame& frame) const {
  const Value candidate = match.node->evaluate(frame);
  const std::vector<Value> candidates = match.splat ? values::splat(candidate) : std::vector<Value>{candidate};
  frame.evaluation.at(span());
  for (const Value& one : candidates) {
    frame.evaluation.spend(1);
    std::vector<Value> captures;
    if (!values::case_matches(subject, one, &captures)) continue;
    if (captures_ != kNone && !captures.empty()) frame.slots[captures_] = Value::array(std::move(captures));
    return true;
  }
  return false;
}

Value CaseNode::evaluate(Frame& frame) const {
  const Value subject = subject_->evaluate(frame);
  const OptionCode* fallback = nullptr;
  for (const OptionCode& option : options_) {
    if (option.fallback) fallback = &option;
    for (const Item& match : option.matches) {
      if (matches(subject, match, frame)) return option.result->evaluate(frame);
    }
  }
  if (fallback) return fallback->result->evaluate(frame);
  if (!selector_) return Value::undef();
  frame.evaluation.at(span());
  throw EvaluationError("UNMATCHED_SELECTOR", "No matching entry for selector parameter with value " + values::inspect(subject));
}

Value IfNode::evaluate(Frame& frame) const {
  frame.evaluation.spend(1);
  if (condition_->evaluate(frame).truthy()) return then_->evaluate(frame);
  return else_ ? else_->evaluate(frame) : Value::undef();
}

Value BlockNode::evaluate(Frame& frame) const {
  Value result;
  for (const NodePtr& statement : statements_) {
    frame.evaluation.spend(1);
    result = statement->evaluate(frame);
  }
  return result;
}

Value SendNode::evaluate(Frame& frame) const {
  Value value = value_->evaluate(frame);
  ProcessView& process = frame.evaluation.process();
  frame.evaluation.at(span());
  switch (target_) {
    case Target::place: process.send(place_, value); return value;
    case Target::state: process.move(values::to_string(value)); return value;
    case Target::queue:
    case Target::queues: break;
  }
  const Value queue = queue_->evaluate(frame);
  frame.evaluation.at(span());
  if (target_ == Target::queue) {
    process.send_to(queue, value);
    return value;
  }
  for (const Value& one : values::splat(queue)) process.send_to(one, value);
  return value;
}

}  // namespace plan::engine
