// A tree as one line of nested lists, every part named: what `planctl ast` shows and tests compare trees by. Expressions
// look as in Puppet's own dump (`puppet parser dump --format pn`), so that the two can be laid side by side.
#pragma once

#include <string>

#include "syntax/parser.h"

namespace plan::syntax {

[[nodiscard]] std::string dump(const Expr& expression);
[[nodiscard]] std::string dump(const ParsedFile& file);

}  // namespace plan::syntax
