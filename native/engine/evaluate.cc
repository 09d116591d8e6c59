#include "engine/evaluate.h"

#include <algorithm>

#include "engine/code.h"
#include "engine/nodes_control.h"

namespace plan::engine {

using values::EvaluationError;
using values::Value;

void Evaluation::spent() const {
  throw EvaluationError("LIMIT_STEPS", "the firing took more than " + std::to_string(max_steps_) + " steps (limit 'steps')");
}

Value Evaluation::call(std::uint32_t function, std::vector<Value> arguments, Span site) {
  const FunctionCode& code = process_.code().functions[function];
  spend(1);
  if (stack_.size() >= max_depth_) {
    throw EvaluationError("LIMIT_CALL_DEPTH", "calls are nested deeper than " + std::to_string(max_depth_) + " (limit 'calls')");
  }
  stack_.push_back({code.name, site});
  if (arguments.size() > most_arguments(code.parameters) || arguments.size() < least_arguments(code.parameters)) {
    throw EvaluationError("ARITY_MISMATCH", "'" + code.name + "' expects " + std::to_string(code.parameters.size()) +
                                                " arguments, got " + std::to_string(arguments.size()));
  }
  Frame frame{*this, {}};
  frame.slots.resize(code.slots);
  bind_parameters(code.parameters, arguments, "'" + code.name + "'", "ARITY_MISMATCH", frame);
  Value result;
  try {
    result = code.body->evaluate(frame);
  } catch (const Jump& jump) {   // next() and return() end the function
    result = jump.value();
  }
  require(code.return_type, result, "the value returned by '" + code.name + "'", frame);
  stack_.pop_back();
  at_ = site;
  return result;
}

std::size_t least_arguments(const std::vector<ParameterCode>& parameters) {
  std::size_t least = 0;
  for (const ParameterCode& parameter : parameters) {
    const types::TypePtr& type = parameter.type.fixed;
    const bool sized = parameter.captures_rest && type && type->resolved().kind == types::TypeKind::array;
    if (sized) least += static_cast<std::size_t>(type->resolved().min);
    else if (!parameter.captures_rest && !parameter.default_value) ++least;
  }
  return least;
}

std::size_t most_arguments(const std::vector<ParameterCode>& parameters) {
  if (parameters.empty() || !parameters.back().captures_rest) return parameters.size();
  const types::TypePtr& type = parameters.back().type.fixed;
  const bool sized = type && type->resolved().kind == types::TypeKind::array && type->resolved().max != types::kMaxInteger;
  return sized ? parameters.size() - 1 + static_cast<std::size_t>(type->resolved().max) : SIZE_MAX;
}

namespace {

Value default_of(const ParameterCode& parameter, Frame& frame) {
  Value value = parameter.default_value->evaluate(frame);
  return parameter.captures_rest && !value.is(values::Kind::array) ? Value::array({value}) : value;
}

Value argument_of(const ParameterCode& parameter, std::span<const Value> arguments, std::size_t index, std::string_view missing,
                  Frame& frame) {
  const bool given = index < arguments.size();
  const bool undef_alone = parameter.captures_rest && index + 1 == arguments.size() && arguments[index].is_undef();
  if (parameter.default_value && (!given || undef_alone)) return default_of(parameter, frame);
  if (parameter.captures_rest) {
    const auto rest = given ? arguments.subspan(index) : std::span<const Value>();
    return Value::array({rest.begin(), rest.end()});
  }
  if (given) return arguments[index];
  throw EvaluationError(std::string(missing), "Parameter $" + parameter.name + " is required but no value was given");
}

// The type of *$rest is that of each of its elements, unless it is an Array: then that of them all.
void require_parameter(const ParameterCode& parameter, const Value& value, std::string_view callee, Frame& frame) {
  if (!parameter.type.declared()) return;
  const std::string what = "parameter '" + parameter.name + "' of " + std::string(callee);
  const types::TypePtr type = type_of(parameter.type, frame);
  if (!parameter.captures_rest || type->resolved().kind == types::TypeKind::array) {
    return require({type, nullptr}, value, what, frame);
  }
  for (const Value& element : value.as_array()) require({type, nullptr}, element, what, frame);
}

}  // namespace

void bind_parameters(const std::vector<ParameterCode>& parameters, std::span<const Value> arguments, std::string_view callee,
                     std::string_view missing, Frame& frame) {
  std::vector<Value> bound;
  bound.reserve(parameters.size());
  bool optional = false;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const ParameterCode& parameter = parameters[i];
    bound.push_back(argument_of(parameter, arguments, i, missing, frame));
    if (parameter.slot != kNone) frame.slots[parameter.slot] = bound.back();
  }
  for (const ParameterCode& parameter : parameters) {
    const bool may_lack = parameter.default_value || parameter.captures_rest;
    if (optional && !may_lack) {
      throw EvaluationError("REQUIRED_PARAMETER_AFTER_OPTIONAL", "Parameter $" + parameter.name + " is required but appears after optional parameters");
    }
    optional |= may_lack;
  }
  const bool sized_rest = !parameters.empty() && parameters.back().captures_rest;
  if (sized_rest && arguments.size() > most_arguments(parameters)) {   // a lambda does not look at what it has no name for
    throw EvaluationError("ARITY_MISMATCH", std::string(callee) + " expects at most " + std::to_string(parameters.size()) +
                                                " arguments, got " + std::to_string(arguments.size()));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) require_parameter(parameters[i], bound[i], callee, frame);
}

types::TypePtr type_of(const TypeCode& code, Frame& frame) {
  if (code.fixed) return code.fixed;
  if (!code.dynamic) return types::make(types::TypeKind::any);
  const Value type = code.dynamic->evaluate(frame);
  if (!type.is(values::Kind::type)) throw EvaluationError("NOT_A_TYPE", values::inspect(type) + " is not a type");
  return type.as_type();
}

void require(const TypeCode& code, const Value& value, std::string_view what, Frame& frame) {
  if (!code.declared()) return;
  const types::TypePtr type = type_of(code, frame);
  if (values::instance_of(*type, value)) return;
  throw EvaluationError("TYPE_MISMATCH", std::string(what) + " expects " + types::to_string(*type) + ", got " +
                                             types::to_string(*values::infer(value)) + " (" + values::inspect(value) + ")");
}

}  // namespace plan::engine
