// Mistakes that Puppet finds in a tree before it evaluates it, by Puppet's own issue names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "syntax/ast.h"
#include "syntax/parser.h"

namespace plan::syntax {

struct Issue {
  std::string name;            // "DUPLICATE_KEY"
  std::string message;
  Span span;
};

// In the order of the text; empty when there is none.
[[nodiscard]] std::vector<Issue> find_issues(const ParsedProgram& program);
[[nodiscard]] std::vector<Issue> find_issues(const Expr& expression);

// Is the expression known to change nothing, so that it only makes sense where its value is used?
[[nodiscard]] bool is_idle(const Expr& expression);

}  // namespace plan::syntax
