#include "diagnostics/diagnostic.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace plan::diagnostics {
namespace {

TEST(Sources, PositionsCountCodePointsFromOne) {
  Sources sources;
  const SourceId id = sources.add("a.plan", "one\n\xC3\xA4\xC3\xB6x\r\nlast");
  const auto at = [&](std::uint32_t offset) {
    const Position position = sources.position(id, offset);
    return std::to_string(position.line) + ":" + std::to_string(position.column);
  };
  EXPECT_EQ(at(0), "1:1");
  EXPECT_EQ(at(3), "1:4");    // the newline belongs to the line it ends
  EXPECT_EQ(at(4), "2:1");
  EXPECT_EQ(at(8), "2:3");    // after two letters of two bytes each
  EXPECT_EQ(at(11), "3:1");
  EXPECT_EQ(at(15), "3:5");   // the end of the text
  EXPECT_EQ(sources.line(id, 2), "\xC3\xA4\xC3\xB6x");
  EXPECT_EQ(sources.line(id, 3), "last");
  EXPECT_EQ(sources.describe({id, 8, 9}), "a.plan:2:3");
}

TEST(Codes, IdsAndNamesAreUniqueAndDocumented) {
  std::set<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(Code::too_many); ++i) {
    const auto code = static_cast<Code>(i);
    EXPECT_TRUE(seen.insert(id(code)).second) << id(code);
    EXPECT_TRUE(seen.insert(name(code)).second) << name(code);
    EXPECT_EQ(id(code).size(), 5U);
    EXPECT_FALSE(summary(code).empty());
  }
}

TEST(Diagnostics, WarningsAreNoErrors) {
  Diagnostics diagnostics;
  diagnostics.report(Code::unused_variable, {0, 0, 1}, "unused");
  EXPECT_FALSE(diagnostics.has_errors());
  diagnostics.report(Code::unknown_queue, {0, 0, 1}, "unknown");
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST(Diagnostics, SortedByFileAndPlaceAndStable) {
  Diagnostics diagnostics;
  diagnostics.report(Code::unknown_queue, {1, 0, 1}, "c");
  diagnostics.report(Code::unknown_queue, {0, 5, 6}, "b");
  diagnostics.report(Code::unknown_state, {0, 5, 6}, "b2");
  diagnostics.report(Code::unknown_queue, {0, 2, 3}, "a");
  std::string order;
  for (const Diagnostic& found : diagnostics.sorted()) order += found.message + " ";
  EXPECT_EQ(order, "a b b2 c ");
}

TEST(Rendering, TextShowsTheLineAndACaretBelowThePlace) {
  Sources sources;
  const SourceId id = sources.add("x.plan", "\t\xC3\xA4 && b\n");
  const std::vector<Diagnostic> found{{Code::foreign_operator, {id, 4, 6}, "no operator", "use `and`"}};
  EXPECT_EQ(render_text(found, sources),
            "x.plan:1:4: error[P0106]: no operator\n"
            "   \xC3\xA4 && b\n"
            "     ^^\n"
            "  help: use `and`\n");
}

TEST(Rendering, ASpanOverSeveralLinesIsMarkedToTheEndOfItsFirst) {
  Sources sources;
  const SourceId id = sources.add("x.plan", "ab cd\nef\n");
  const std::vector<Diagnostic> found{{Code::invalid_arc, {id, 3, 8}, "m", ""}};
  EXPECT_EQ(render_text(found, sources), "x.plan:1:4: error[P0408]: m\n  ab cd\n     ^^\n");
}

TEST(Rendering, TheEndOfTheTextHasACaretToo) {
  Sources sources;
  const SourceId id = sources.add("x.plan", "ab");
  const std::vector<Diagnostic> found{{Code::unexpected_token, {id, 2, 2}, "m", ""}};
  EXPECT_EQ(render_text(found, sources), "x.plan:1:3: error[P0101]: m\n  ab\n    ^\n");
}

TEST(Rendering, ALongLineIsCutAroundTheCaret) {
  Sources sources;
  const SourceId id = sources.add("x.plan", std::string(5000, 'a') + "&" + std::string(5000, 'b'));
  const std::string text = render_text({{Code::invalid_character, {id, 5000, 5001}, "m", ""}}, sources);
  EXPECT_LT(text.size(), 400U);
  const std::size_t line = text.find("\n") + 1;
  const std::size_t caret_line = text.find("\n", line) + 1;
  EXPECT_EQ(text[line + (text.find('^') - caret_line)], '&');
}

TEST(Rendering, JsonHasEveryField) {
  Sources sources;
  const SourceId id = sources.add("a\"b.plan", "x y\n");
  const std::vector<Diagnostic> found{{Code::bare_name, {id, 2, 3}, "say \"$y\"\n", ""}};
  EXPECT_EQ(render_json(found, sources),
            "[\n  {\"file\": \"a\\\"b.plan\", \"line\": 1, \"column\": 3, \"end_line\": 1, \"end_column\": 4, "
            "\"severity\": \"warning\", \"code\": \"P0211\", \"message\": \"say \\\"$y\\\"\\n\", \"help\": \"\"}\n]\n");
  EXPECT_EQ(render_json({}, sources), "[]\n");
}

TEST(Nearest, FindsASlipAndNothingFarther) {
  const std::vector<std::string_view> names{"available_slots", "casted_hosts", "role"};
  EXPECT_EQ(nearest("available_slot", names), "available_slots");
  EXPECT_EQ(nearest("roel", names), "role");
  EXPECT_EQ(nearest("casted_host", names), "casted_hosts");
  EXPECT_EQ(nearest("available_roles", names), "available_slots");
  EXPECT_EQ(nearest("xyz", names), "");
  EXPECT_EQ(nearest("role", names), "");
  EXPECT_EQ(nearest("", names), "");
}

}  // namespace
}  // namespace plan::diagnostics
