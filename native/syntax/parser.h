// From text to tree. Never stops at the first mistake: a file gives a tree of what could be read, and all diagnostics.
#pragma once

#include <memory>
#include <vector>

#include "base/arena.h"
#include "diagnostics/diagnostic.h"
#include "syntax/ast.h"

namespace plan::syntax {

struct ParsedFile {
  SourceId source = 0;
  Arena arena;
  std::vector<const PlanDecl*> plans;
  std::vector<const TypeAlias*> aliases;   // `type X = …` outside of plans
  std::vector<Name> unread;                // names and variables in what could not be read and is not in the tree
};

// Puppet code as `planctl eval` takes it: statements, with aliases and functions among them.
struct ParsedProgram {
  SourceId source = 0;
  Arena arena;
  const Block* body = nullptr;             // null when there was an error
  std::vector<const TypeAlias*> aliases;
  std::vector<const FunctionDecl*> functions;
};

struct ParsedExpression {
  SourceId source = 0;
  Arena arena;
  const Expr* expression = nullptr;        // null when there was an error
};

inline constexpr std::size_t kMaxSourceBytes = 1024 * 1024;
inline constexpr std::size_t kMaxMistakes = 200; // reported by the lexer and by the parser each, of one text
inline constexpr int kMaxNesting = 64;     // of brackets, braces and blocks the parser recurses into

// The text of `source` is what `sources` holds. Aliases of Puppet modules (types/*.pp: `type X = Y`) are read too.
// The nodes point into the arena only, never into the text.
[[nodiscard]] ParsedFile parse_file(SourceId source, const diagnostics::Sources& sources,
                                    diagnostics::Diagnostics& diagnostics);
[[nodiscard]] ParsedExpression parse_expression(SourceId source, const diagnostics::Sources& sources,
                                                diagnostics::Diagnostics& diagnostics);
[[nodiscard]] ParsedProgram parse_program(SourceId source, const diagnostics::Sources& sources,
                                          diagnostics::Diagnostics& diagnostics);

}  // namespace plan::syntax
