// Whatever the text, reading ends, positions lie in the text, and what was read without mistakes survives printing.
// Seeded: a failure is found again by its number.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "syntax/dump.h"
#include "support.h"
#include "syntax/parser.h"
#include "syntax/printer.h"

namespace plan::syntax::test {
namespace {

constexpr std::string_view kPieces[] = {
    "plan", "p", "inherits", "action", "function", "queue", "input", "output", "state", "public", "private", "type", "T",
    "Integer", "$x", "$y", "$", "_", "self", "where", "after", "awaiting", "from", "if", "else", "elsif", "unless", "case",
    "default", "undef", "true", "and", "or", "in", "new", "foo", "notice", "a-b", "1", "2.5", "5s", "0x1f", "'s'", "\"d\"",
    "\"a${", "${", "}\"", "\"", "'", "/re/", "/", "@(E)", "@(\"E\"/t)", "\n| E\n", "{", "}", "[", "]", " [", "(", ")", ",", ";",
    ":", "::", ".", "?", "|", "||", "=>", "->", "<-", "<->", "=", "==", "!=", "=~", "!", "+", "-", "*", "%", "<<", ">>", "<",
    ">=", "&&", "++", "\\", "\n", "\n", " ", " ", "# c", "/* c */", "/*", "\xC3\xA4", "\t",
};

void read(const std::string& text, const std::string& what) {
  SCOPED_TRACE(what);
  diagnostics::Sources sources;
  diagnostics::Diagnostics found;
  const ParsedFile file = parse_file(sources.add("random", text), sources, found);
  for (const diagnostics::Diagnostic& one : found.all()) {
    ASSERT_LE(one.span.begin, one.span.end);
    ASSERT_LE(one.span.end, text.size());
    ASSERT_FALSE(one.message.empty());
  }
  ASSERT_FALSE(render_text(found.sorted(), sources).empty() && !found.all().empty());
  if (found.has_errors()) return;
  const std::string printed = print(file);
  const ParsedFile again = parse_file(sources.add("printed", printed), sources, found);
  ASSERT_FALSE(found.has_errors()) << text << "\n--- printed\n" << printed << render_text(found.all(), sources);
  ASSERT_EQ(dump(file), dump(again)) << text << "\n--- printed\n" << printed;
}

std::size_t below(std::mt19937& random, std::size_t limit) { return random() % limit; }

std::string random_body(std::mt19937& random, std::size_t pieces) {
  std::string body;
  for (std::size_t i = 0; i < pieces; ++i) {
    body += kPieces[below(random, std::size(kPieces))];
    if (below(random, 2) == 0) body += ' ';
  }
  return body;
}

TEST(Random, PiecesInAnyOrder) {
  for (std::uint32_t seed = 0; seed < 4000; ++seed) {
    std::mt19937 random(seed);
    const std::string body = random_body(random, 1 + below(random, 12));
    read("plan p {\n  action a {\n" + body + "\n  }\n}\n", "seed " + std::to_string(seed));
    if (HasFatalFailure()) return;
    read(body, "alone, seed " + std::to_string(seed));
    if (HasFatalFailure()) return;
  }
}

TEST(Random, TheSeedWithSlips) {
  const std::string original = test_file("seed.plan");
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    std::mt19937 random(seed);
    std::string text = original;
    for (std::size_t slips = 1 + below(random, 4); slips > 0; --slips) {
      const std::size_t at = below(random, text.size());
      switch (below(random, 3)) {
        case 0: text.erase(at, 1 + below(random, 8)); break;
        case 1: text.insert(at, kPieces[below(random, std::size(kPieces))]); break;
        default: text.insert(at, text.substr(below(random, text.size()), 20)); break;
      }
      if (text.empty()) text = " ";
    }
    read(text, "seed " + std::to_string(seed));
    if (HasFatalFailure()) return;
  }
}

TEST(Random, AnyBytes) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    std::string text;
    for (std::size_t i = below(random, 200); i > 0; --i) text += static_cast<char>(below(random, 128));
    read(text, "seed " + std::to_string(seed));
    if (HasFatalFailure()) return;
  }
}

// Texts of the largest size made of one piece over and over: the work must stay in proportion.
TEST(Random, LargeTextsOfOnePiece) {
  for (const std::string_view piece : {
           "(", "[", "{", "\"${", "'", "\"", "@(", "@(A)\n", "@(A)", "/*", "/", "or /(?\\", "1+", "!", "a.", "a[", "$x=", "&&",
           "if ", "a?", "f(", "case a{", "elsif x{}", "\"${'", "@(\"A\")\n${", "plan p {", "plan p { action a {", "|", "{a=>",
           "-> ", "<- ", "\"${a}", "\\", "$x <- state a,", "[_,", "type T = ", "\n", "x::", "Foo.new {",
       }) {
    std::string text = "plan p { action a {\n";
    while (text.size() + piece.size() <= 200'000) text += piece;
    read(text, std::string(piece));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace plan::syntax::test
