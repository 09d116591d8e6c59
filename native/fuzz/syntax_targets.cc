#include <string>

#include "base/assert.h"
#include "fuzz/targets.h"
#include "syntax/lexer.h"
#include "syntax/parser.h"
#include "syntax/printer.h"

namespace plan::fuzz {

namespace {

void expect_within(const diagnostics::Diagnostics& found, std::size_t size) {
  for (const diagnostics::Diagnostic& one : found.all()) {
    PLAN_ASSERT(one.span.begin <= one.span.end && one.span.end <= size);
    PLAN_ASSERT(!one.message.empty());
  }
}

}  // namespace

void fuzz_lexer(std::string_view input) {
  diagnostics::Diagnostics found;
  Arena arena;
  const std::vector<syntax::Token> tokens = syntax::Lexer(0, input, arena, found).run();
  PLAN_ASSERT(!tokens.empty() && tokens.back().kind == syntax::TokenKind::end);
  expect_within(found, input.size());
}

// What is read without mistakes is printed as a text that is read without mistakes, and printed so again.
void fuzz_parser(std::string_view input) {
  diagnostics::Sources sources;
  diagnostics::Diagnostics found;
  const syntax::ParsedFile file = syntax::parse_file(sources.add("input", std::string(input)), sources, found);
  expect_within(found, input.size());
  if (found.has_errors()) return;
  const std::string printed = syntax::print(file);
  const syntax::ParsedFile again = syntax::parse_file(sources.add("printed", printed), sources, found);
  PLAN_ASSERT(!found.has_errors());
  PLAN_ASSERT(syntax::print(again) == printed);
}

}  // namespace plan::fuzz
