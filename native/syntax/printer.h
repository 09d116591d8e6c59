// From tree to canonical text: two blanks of indentation, one statement a line, only the parentheses that are needed.
// Reading the text again gives an equal tree. Comments are not part of the tree and are lost.
#pragma once

#include <string>
#include <string_view>

#include "syntax/ast.h"
#include "syntax/parser.h"

namespace plan::syntax {

[[nodiscard]] std::string print(const ParsedFile& file);
[[nodiscard]] std::string print(const PlanDecl& plan);
[[nodiscard]] std::string print(const TypeAlias& alias);
[[nodiscard]] std::string print(const Expr& expression);
[[nodiscard]] std::string_view symbol(BinaryOp op);      // as it is written: "+", "and"

}  // namespace plan::syntax
