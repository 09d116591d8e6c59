// Puppet code on its own, as `planctl eval` has it: statements with type aliases and functions among them, no plan and
// no process. Names are looked up when they are evaluated, as Puppet does.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "diagnostics/sources.h"
#include "values/value.h"

namespace plan::engine {

struct ExpressionLimits {
  std::uint64_t steps = 1'000'000;
  std::size_t call_depth = 256;
};

// Why a text has no value. `code` is Puppet's issue name, RUNTIME_ERROR where Puppet has none of its own; what Puppet
// has no error for at all (a limit) has a name of ours.
struct ExpressionError {
  std::string code;
  std::string message;
  diagnostics::Position position;
  std::string rendered;        // with the source line and a caret, for people
};

class Expression {
 public:
  explicit Expression(std::string text);
  ~Expression();
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  // The value, or nothing and error(). A value may hold types of this text's aliases: it must not outlive it.
  [[nodiscard]] std::optional<values::Value> evaluate(const ExpressionLimits& limits = {});
  [[nodiscard]] const ExpressionError& error() const { return error_; }

 private:
  struct Code;
  void refuse(std::string issue, std::string message, Span span, std::string rendered = {});
  void compile();

  std::unique_ptr<Code> code_;
  ExpressionError error_;
};

}  // namespace plan::engine
