#include "engine/evaluate.h"

#include <algorithm>

#include "engine/code.h"
#include "engine/nodes.h"

namespace plan::engine {

using values::EvaluationError;
using values::Value;

void Evaluation::spend(std::uint64_t steps) {
  if (steps_ < steps) {
    throw EvaluationError("LIMIT_STEPS", "the firing took more than " + std::to_string(max_steps_) + " steps (limit 'steps')");
  }
  steps_ -= steps;
}

Value Evaluation::call(std::uint32_t function, std::vector<Value> arguments, Span site) {
  const FunctionCode& code = process_.code().functions[function];
  spend(1);
  if (stack_.size() >= max_depth_) {
    throw EvaluationError("LIMIT_CALL_DEPTH", "calls are nested deeper than " + std::to_string(max_depth_) + " (limit 'calls')");
  }
  stack_.push_back({code.name, site});
  const std::size_t count = code.parameter_types.size();
  if (!code.captures_rest && arguments.size() > count) {
    throw EvaluationError("ARITY_MISMATCH", "'" + code.name + "' expects at most " + std::to_string(count) +
                                                " arguments, got " + std::to_string(arguments.size()));
  }
  Frame frame{*this, {}};
  frame.slots.resize(code.slots);
  for (std::size_t i = 0; i < count; ++i) {
    if (code.captures_rest && i + 1 == count) {
      std::vector<Value> rest;
      for (std::size_t j = i; j < arguments.size(); ++j) rest.push_back(arguments[j]);
      frame.slots[i] = Value::array(std::move(rest));
    } else if (i < arguments.size()) {
      frame.slots[i] = std::move(arguments[i]);
    } else if (code.defaults[i]) {
      frame.slots[i] = code.defaults[i]->evaluate(frame);
    } else {
      throw EvaluationError("ARITY_MISMATCH", "'" + code.name + "' expects " + std::to_string(count) +
                                                  " arguments, got " + std::to_string(arguments.size()));
    }
    require(code.parameter_types[i], frame.slots[i],
            "parameter " + std::to_string(i + 1) + " of '" + code.name + "'", frame);
  }
  Value result = code.body->evaluate(frame);
  require(code.return_type, result, "the value returned by '" + code.name + "'", frame);
  stack_.pop_back();
  at_ = site;
  return result;
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
