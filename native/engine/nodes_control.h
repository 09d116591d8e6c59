// Nodes that leave the straight path: names that are judged only when they are evaluated, locals that may be unset,
// jumps out of lambdas and functions, and the end of what a match captured.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/nodes.h"

namespace plan::engine {

// break(), next(), return(): unwinds to the lambda, the iteration or the function it ends. Uncaught it is the error that
// it stood where it may not.
class Jump final : public values::EvaluationError {
 public:
  enum class Kind : std::uint8_t { next, return_ };
  Jump(Kind kind, values::Value value);
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const values::Value& value() const { return value_; }

 private:
  Kind kind_;
  values::Value value_;
};

enum class JumpKind : std::uint8_t { break_, next, return_ };
class JumpNode final : public Node {
 public:
  JumpNode(Span span, JumpKind kind, std::vector<Item> arguments)
      : Node(span), kind_(kind), arguments_(std::move(arguments)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  JumpKind kind_;
  std::vector<Item> arguments_;
};

// What raises when it is evaluated, after its arguments: a name that nothing declares.
class RaiseNode final : public Node {
 public:
  RaiseNode(Span span, std::string issue, std::string message, std::vector<Item> arguments = {})
      : Node(span), issue_(std::move(issue)), message_(std::move(message)), arguments_(std::move(arguments)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  std::string issue_, message_;
  std::vector<Item> arguments_;
};

// `.scheme` where nothing is known of the receiver: a part of a URI, or a function that there is not.
class UriPart final : public Node {
 public:
  UriPart(Span span, NodePtr receiver, std::string name) : Node(span), receiver_(std::move(receiver)), name_(std::move(name)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  NodePtr receiver_;
  std::string name_;
};

// A local that some path here does not set; `flag` is the slot that tells. Unset it is what the name means outside.
class MaybeLocal final : public Node {
 public:
  MaybeLocal(Span span, std::uint32_t slot, std::uint32_t flag, NodePtr outside)
      : Node(span), slot_(slot), flag_(flag), outside_(std::move(outside)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  std::uint32_t slot_, flag_;
  NodePtr outside_;
};

// getvar('name.key.0', default): a variable by a name that is computed, and what is in its value.
class GetVariable final : public Node {
 public:
  using Names = std::map<std::string, NodePtr, std::less<>>;   // what can be seen from the call
  GetVariable(Span span, Names names, std::vector<Item> arguments)
      : Node(span), names_(std::move(names)), arguments_(std::move(arguments)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  Names names_;
  std::vector<Item> arguments_;
};

// A branch whose matches are forgotten when it is left: `captures` is the slot that holds what they captured.
class MatchScope final : public Node {
 public:
  MatchScope(NodePtr inner, std::uint32_t captures) : Node(inner->span()), inner_(std::move(inner)), captures_(captures) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  NodePtr inner_;
  std::uint32_t captures_;
};

}  // namespace plan::engine
