#include "diagnostics/diagnostic.h"

#include <gtest/gtest.h>

#include <cstdio>
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

TEST(Rendering, TheEndOfTheTextIsShownAtItsLastCharacter) {
  Sources sources;
  const SourceId id = sources.add("x.plan", "ab\xC3\xA4\n\n");
  for (const Span span : {Span{id, 6, 6}, Span{id, 4, 5}, Span{id, 5, 6}}) {
    EXPECT_EQ(render_text({{Code::unexpected_token, span, "m", ""}}, sources),
              "x.plan:1:3: error[P0101]: m\n  ab\xC3\xA4\n    ^\n");
  }
}

TEST(Rendering, EveryRangeCanBeUnderlined) {
  Sources sources;
  const SourceId id = sources.add("x.plan", "a\r\n  bc\nd");
  const std::size_t size = sources.text(id).size();
  for (std::uint32_t begin = 0; begin <= size; ++begin) {
    for (std::uint32_t end = begin; end <= size + 1; ++end) {
      const std::string json = render_json({{Code::bare_name, {id, begin, end}, "m", ""}}, sources);
      unsigned line = 0, column = 0, end_line = 0, end_column = 0;
      ASSERT_EQ(std::sscanf(json.c_str(), "[ {\"file\": \"x.plan\", \"line\": %u, \"column\": %u, \"end_line\": %u, \"end_column\": %u",
                            &line, &column, &end_line, &end_column), 4) << json;
      EXPECT_EQ(line, end_line);
      EXPECT_LT(column, end_column);
      EXPECT_LE(end_column, sources.line(id, line).size() + 1);
    }
  }
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

TEST(Sources, TheCommentOverALine) {
  Sources sources;
  const std::string text = "# of nothing\n\n  # Who is there;\n  #   and who is not\n  #\n  x\n  y\n#\nz";
  const SourceId id = sources.add("a.plan", text);
  const auto over = [&](char name) {
    const auto at = static_cast<std::uint32_t>(text.rfind(name));
    return sources.comment_over({id, at, at + 1});
  };
  EXPECT_EQ(over('x'), "Who is there; and who is not");
  EXPECT_EQ(over('y'), "");
  EXPECT_EQ(over('z'), "");
  EXPECT_EQ(sources.comment_over({id, 0, 1}), "");
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
