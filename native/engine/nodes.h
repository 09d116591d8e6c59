// The kinds of nodes that expressions compile to. Each does one thing; what it means is Puppet's (values/ and
// functions/ hold the semantics of operators and functions).
#pragma once

#include <string>
#include <vector>

#include "engine/evaluate.h"
#include "syntax/ast.h"

namespace plan::engine {

class Constant final : public Node {
 public:
  Constant(Span span, values::Value value) : Node(span), value_(std::move(value)) {}
  [[nodiscard]] values::Value evaluate(Frame&) const override { return value_; }
  [[nodiscard]] bool constant() const override { return true; }
  [[nodiscard]] const values::Value& value() const { return value_; }

 private:
  values::Value value_;
};

class LocalVariable final : public Node {
 public:
  LocalVariable(Span span, std::uint32_t slot) : Node(span), slot_(slot) {}
  [[nodiscard]] std::uint32_t slot() const { return slot_; }
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  std::uint32_t slot_;
};

class PlanVariable final : public Node {
 public:
  PlanVariable(Span span, std::uint32_t slot) : Node(span), slot_(slot) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  std::uint32_t slot_;
};

class SelfNode final : public Node {
 public:
  using Node::Node;
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;
};

// $0, $1 …: what the last match in this scope captured; `slot` holds an array or undef.
class Capture final : public Node {
 public:
  Capture(Span span, std::uint32_t slot, std::size_t number) : Node(span), slot_(slot), number_(number) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  std::uint32_t slot_;
  std::size_t number_;
};

class Interpolate final : public Node {
 public:
  Interpolate(Span span, std::vector<NodePtr> parts) : Node(span), parts_(std::move(parts)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  std::vector<NodePtr> parts_;
};

// An argument or array item, possibly `*splat`.
struct Item {
  NodePtr node;
  bool splat = false;
};
[[nodiscard]] std::vector<values::Value> evaluate_items(const std::vector<Item>& items, Frame& frame);
[[nodiscard]] bool constant_items(const std::vector<Item>& items);

class ArrayNode final : public Node {
 public:
  ArrayNode(Span span, std::vector<Item> items) : Node(span), items_(std::move(items)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;
  [[nodiscard]] bool constant() const override { return constant_items(items_); }

 private:
  std::vector<Item> items_;
};

class HashNode final : public Node {
 public:
  using Entry = std::pair<NodePtr, NodePtr>;
  HashNode(Span span, std::vector<Entry> entries) : Node(span), entries_(std::move(entries)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;
  [[nodiscard]] bool constant() const override;

 private:
  std::vector<Entry> entries_;
};

// a[b, c] on values and on types: Integer[0, 5], Service[galera].
class AccessNode final : public Node {
 public:
  AccessNode(Span span, NodePtr object, std::vector<Item> keys)
      : Node(span), object_(std::move(object)), keys_(std::move(keys)) {}
  [[nodiscard]] const Node& object() const { return *object_; }
  [[nodiscard]] const std::vector<Item>& keys() const { return keys_; }
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;
  [[nodiscard]] bool constant() const override { return object_->constant() && constant_items(keys_); }

 private:
  NodePtr object_;
  std::vector<Item> keys_;
};

// $x.name on a Struct or a process.
class MemberNode final : public Node {
 public:
  MemberNode(Span span, NodePtr receiver, std::string name)
      : Node(span), receiver_(std::move(receiver)), local_(dynamic_cast<const LocalVariable*>(receiver_.get())), name_(std::move(name)) {}
  [[nodiscard]] const Node& receiver() const { return *receiver_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  NodePtr receiver_;
  const LocalVariable* local_;             // the receiver, where it is one: most are, and are asked where they stand
  std::string name_;
};

struct LambdaCode {
  std::vector<ParameterCode> parameters;
  std::vector<std::uint32_t> flags;        // of its own locals that a path may leave unset: cleared for each call
  TypeCode return_type;
  NodePtr body;
};

class BuiltinCall final : public Node {
 public:
  BuiltinCall(Span span, const functions::Function& function, std::vector<Item> arguments,
              std::unique_ptr<LambdaCode> lambda)
      : Node(span), function_(function), arguments_(std::move(arguments)), lambda_(std::move(lambda)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  const functions::Function& function_;
  std::vector<Item> arguments_;
  std::unique_ptr<LambdaCode> lambda_;
};

class PlanCall final : public Node {
 public:
  PlanCall(Span span, std::uint32_t function, std::vector<Item> arguments)
      : Node(span), function_(function), arguments_(std::move(arguments)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  std::uint32_t function_;
  std::vector<Item> arguments_;
};

enum class Effect : std::uint8_t { orchestrate, release, become, next_state };
class EffectCall final : public Node {
 public:
  EffectCall(Span span, Effect effect, NodePtr argument) : Node(span), effect_(effect), argument_(std::move(argument)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  Effect effect_;
  NodePtr argument_;
};

// T.new(…): a conversion, a resource token, or a process, as the type says.
class NewNode final : public Node {
 public:
  NewNode(Span span, NodePtr type, std::vector<Item> arguments, std::unique_ptr<LambdaCode> lambda)
      : Node(span), type_(std::move(type)), arguments_(std::move(arguments)), lambda_(std::move(lambda)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  NodePtr type_;
  std::vector<Item> arguments_;
  std::unique_ptr<LambdaCode> lambda_;       // gets what a conversion gives
};

class UnaryNode final : public Node {
 public:
  UnaryNode(Span span, syntax::UnaryOp op, NodePtr operand) : Node(span), op_(op), operand_(std::move(operand)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;
  [[nodiscard]] bool constant() const override { return operand_->constant(); }

 private:
  syntax::UnaryOp op_;
  NodePtr operand_;
};

class BinaryNode final : public Node {
 public:
  BinaryNode(Span span, syntax::BinaryOp op, NodePtr left, NodePtr right, std::uint32_t captures)
      : Node(span), op_(op), left_(std::move(left)), right_(std::move(right)), captures_(captures) {}
  [[nodiscard]] syntax::BinaryOp op() const { return op_; }
  [[nodiscard]] const NodePtr& left() const { return left_; }
  [[nodiscard]] const NodePtr& right() const { return right_; }
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;
  // A match does more than give a value: it sets $0 and its kin.
  [[nodiscard]] bool constant() const override { return captures_ == UINT32_MAX && left_->constant() && right_->constant(); }

 private:
  syntax::BinaryOp op_;
  NodePtr left_, right_;
  std::uint32_t captures_;   // slot for what a match captures
};

// Where an assignment puts a value: a local, a plan variable, or parts of it into several.
struct TargetCode {
  enum class Kind : std::uint8_t { local, plan_variable, parts, nothing };
  Kind kind = Kind::nothing;
  std::uint32_t slot = 0;
  std::uint32_t flag = UINT32_MAX;   // slot that tells whether a local is set, where a path may leave it unset
  bool once = false;         // raises when the local is set already
  std::string name;          // of a hash's key when taken apart
  std::vector<TargetCode> parts;
};
class AssignNode final : public Node {
 public:
  AssignNode(Span span, TargetCode target, NodePtr value)
      : Node(span), target_(std::move(target)), value_(std::move(value)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  TargetCode target_;
  NodePtr value_;
};

struct OptionCode {
  std::vector<Item> matches;
  bool fallback = false;         // `default` is among its values
  NodePtr result;
};
class CaseNode final : public Node {
 public:
  // A selector without a matching option raises, a case gives undef.
  CaseNode(Span span, NodePtr subject, std::vector<OptionCode> options, bool selector, std::uint32_t captures)
      : Node(span), subject_(std::move(subject)), options_(std::move(options)), selector_(selector), captures_(captures) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  [[nodiscard]] bool matches(const values::Value& subject, const Item& match, Frame& frame) const;

  NodePtr subject_;
  std::vector<OptionCode> options_;
  bool selector_;
  std::uint32_t captures_;
};

class IfNode final : public Node {
 public:
  IfNode(Span span, NodePtr condition, NodePtr then_branch, NodePtr else_branch)
      : Node(span), condition_(std::move(condition)), then_(std::move(then_branch)), else_(std::move(else_branch)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  NodePtr condition_, then_, else_;
};

class BlockNode final : public Node {
 public:
  BlockNode(Span span, std::vector<NodePtr> statements) : Node(span), statements_(std::move(statements)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  std::vector<NodePtr> statements_;
};

class SendNode final : public Node {
 public:
  enum class Target : std::uint8_t { place, state, queue, queues };
  SendNode(Span span, NodePtr value, Target target, std::uint32_t place, NodePtr queue)
      : Node(span), value_(std::move(value)), target_(target), place_(place), queue_(std::move(queue)) {}
  [[nodiscard]] values::Value evaluate(Frame& frame) const override;

 private:
  NodePtr value_;
  Target target_;
  std::uint32_t place_;      // place
  NodePtr queue_;            // queue, queues
};

}  // namespace plan::engine
