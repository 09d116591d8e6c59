// `planctl eval`: the value of Puppet code.
#pragma once

#include <iosfwd>
#include <string>

namespace plan::planctl {

struct EvalOptions {
  std::string expression;
  std::string batch;           // a file with a JSON string (code) a line, "-" for standard input; empty: `expression`
};

// One expression: its value as JSON in rich data form on standard output and 0, or why it has none on standard error
// and 1. A batch: {"value": …} or {"error": {code, message, line, column}} a line and 0; 2 when it cannot be read.
[[nodiscard]] int eval(const EvalOptions& options);

}  // namespace plan::planctl
