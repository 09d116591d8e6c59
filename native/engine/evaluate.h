// Expressions after compilation: a tree of nodes over resolved slots. Evaluation raises values::EvaluationError; the
// firing that evaluates turns it into a dead letter with place and call stack.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/span.h"
#include "base/work.h"
#include "functions/function.h"
#include "types/type.h"
#include "values/value.h"

namespace plan::engine {

struct PlanCode;
class Evaluation;

// The names of one call: an action's, a function's, or an initial value's.
struct Frame {
  Evaluation& evaluation;
  std::vector<values::Value> slots;
};

class Node {
 public:
  explicit Node(Span span) : span_(span) {}
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  [[nodiscard]] virtual values::Value evaluate(Frame& frame) const = 0;
  [[nodiscard]] virtual bool constant() const { return false; }
  [[nodiscard]] Span span() const { return span_; }

 private:
  Span span_;
};
using NodePtr = std::shared_ptr<const Node>;

// What nodes may ask of the process they run in. Reading never fails for want of rights; the methods with effects
// raise unless a firing's body is running.
class ProcessView {
 public:
  virtual ~ProcessView() = default;
  [[nodiscard]] virtual const PlanCode& code() const = 0;
  [[nodiscard]] virtual const values::Value& variable(std::uint32_t slot) const = 0;
  [[nodiscard]] virtual values::Value self() const = 0;
  // A member of a process seen through a reference: the value of a public variable, else a queue as a value.
  [[nodiscard]] virtual values::Value member(const values::Value& process, std::string_view name) const = 0;

  virtual void assign(std::uint32_t slot, values::Value value) = 0;
  virtual void send(std::uint32_t place, values::Value value) = 0;
  virtual void send_to(const values::Value& queue, values::Value value) = 0;
  virtual void move(std::string_view state) = 0;
  virtual void next_state() = 0;
  virtual values::Value make(std::string_view plan, const values::Value& parameters) = 0;
  virtual void become(std::string_view plan) = 0;
  virtual void orchestrate(const values::Value& process) = 0;
  virtual void release(const values::Value& process) = 0;
};

// One run of expressions: budget, call depth, and where it is (for messages).
// The work that operators and functions count is part of it while a Work::Counted of it lives.
class Evaluation final : public functions::Context, public Work {
 public:
  Evaluation(ProcessView& process, std::uint64_t steps, std::size_t call_depth)
      : Work(work_of(steps)), process_(process), max_steps_(steps), max_depth_(call_depth) {}

  void spend(std::uint64_t steps) override { take(steps * kWorkOfAStep); }
  std::optional<types::TypePtr> type_named(std::string_view text) override;
  std::optional<values::Value> call_defined(std::string_view name, std::span<const values::Value> arguments, functions::Block* block) override;
  [[nodiscard]] std::uint64_t steps_taken() const { return (work_of(max_steps_) - remaining()) / kWorkOfAStep; }
  [[nodiscard]] ProcessView& process() { return process_; }

  // The operation at work; set before anything that may raise.
  void at(Span span) { at_ = span; }
  [[nodiscard]] Span where() const { return at_; }

  struct Call {
    std::string_view function;
    Span site;
  };
  values::Value call(std::uint32_t function, std::vector<values::Value> arguments, Span site);
  [[nodiscard]] const std::vector<Call>& stack() const { return stack_; }   // after a raise: where it happened

 private:
  static constexpr std::uint64_t kWorkOfAStep = 64;
  static std::uint64_t work_of(std::uint64_t steps) { return steps > UINT64_MAX / kWorkOfAStep ? UINT64_MAX : steps * kWorkOfAStep; }
  [[noreturn]] void exceeded() const override;

  ProcessView& process_;
  std::uint64_t max_steps_;
  std::size_t max_depth_;
  Span at_;
  std::vector<Call> stack_;
};

// A declared type: known when compiled, or computed from variables each time it is asked.
struct TypeCode {
  types::TypePtr fixed;         // null when dynamic
  NodePtr dynamic;              // null when fixed
  [[nodiscard]] bool declared() const { return fixed || dynamic; }
};

struct ParameterCode {
  std::string name;
  std::uint32_t slot = UINT32_MAX;         // UINT32_MAX: thrown away
  TypeCode type;                           // undeclared: anything
  NodePtr default_value;                   // null when required
  bool captures_rest = false;
};

// Puts arguments into the slots of parameters, in order, so that a default may use those before it. Raises when there
// are too few, too many, or wrong ones; `missing` is the issue of too few.
void bind_parameters(const std::vector<ParameterCode>& parameters, std::span<const values::Value> arguments,
                     std::string_view callee, std::string_view missing, Frame& frame);
// How many arguments they take; SIZE_MAX for any number.
[[nodiscard]] std::size_t least_arguments(const std::vector<ParameterCode>& parameters);
[[nodiscard]] std::size_t most_arguments(const std::vector<ParameterCode>& parameters);

// Asks a declared type; a dynamic one is computed first.
[[nodiscard]] types::TypePtr type_of(const TypeCode& code, Frame& frame);
// Raises EvaluationError("TYPE_MISMATCH") that names `what`, the type and the value found.
void require(const TypeCode& code, const values::Value& value, std::string_view what, Frame& frame);

}  // namespace plan::engine
