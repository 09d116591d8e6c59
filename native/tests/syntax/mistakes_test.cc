// What a mistake is told like, and that one does not hide the next.
#include <gtest/gtest.h>

#include <string>

#include "diagnostics/diagnostic.h"
#include "support.h"
#include "syntax/parser.h"

namespace plan::syntax::test {
namespace {

TEST(Mistakes, EveryCodeOfTheParserWithItsPlace) {
  const std::string text = test_file("mistakes.plan");
  diagnostics::Sources sources;
  diagnostics::Diagnostics found;
  const ParsedFile file = parse_file(sources.add("mistakes.plan", text), sources, found);
  expect_golden("mistakes.expected", render_text(found.sorted(), sources));
  EXPECT_EQ(file.plans.size(), 3U) << "each plan is read, whatever is wrong in the one before";
}

TEST(Mistakes, EachStatementIsReadAfterAWrongOne) {
  EXPECT_EQ(mistakes_in("plan p {\n"
                        "  queue string a\n"
                        "  Integer b\n"
                        "  action x {\n"
                        "    $a = = 1\n"
                        "    f(1, ]\n"
                        "    { a => , b => 1 } -> q\n"
                        "    $e.x <- q\n"
                        "    3 -> 4\n"
                        "  }\n"
                        "  action {}\n"
                        "  function f { }\n"
                        "}\n"),
            "2:9 P0101 expected the type of the queue, found the name `string`\n"
            "3:11 P0101 expected a variable, found the name `b`\n"
            "5:10 P0101 expected an expression, found `=`\n"
            "6:10 P0101 expected an expression, found `]`\n"
            "7:12 P0101 expected an expression, found `,`\n"
            "8:5 P0408 tokens cannot be received into this expression\n"
            "9:10 P0101 expected what to send to, found the number `4`\n"
            "11:10 P0101 expected the name of the action, found `{`\n"
            "12:14 P0101 expected `(`, found `{`\n");
}

TEST(Mistakes, AMissingBraceIsFoundAtTheNextMember) {
  EXPECT_EQ(mistakes_in("plan p {\n  action a {\n    if $x {\n      1 -> q\n  }\n  action b {\n    2 -> q\n  }\n"
                        "  queue Integer q\n}\nplan r { $x = }\n"),
            "2:12 P0102 this action has no end\n"
            "11:15 P0101 expected an expression, found `}`\n");
  EXPECT_EQ(mistakes_in("plan p {\n  $x = 1\nplan q {\n}\n"), "1:8 P0102 this plan has no end\n");
}

TEST(Mistakes, AnOpenQuoteCostsItsLineOnly) {
  EXPECT_EQ(mistakes_in("plan p {\n  $a = 'x\n  $b = 1 &&\n}\n"),
            "2:8 P0102 this string has no end\n"
            "3:10 P0106 `&&` is no operator in Puppet\n"
            "4:1 P0101 expected an expression, found `}`\n");
  EXPECT_EQ(mistakes_in("plan p {\n  $a = \"x ${b\n  $c = ]\n}\n"),
            "2:8 P0102 this string has no end\n"
            "3:8 P0101 expected an expression, found `]`\n");
}

TEST(Mistakes, AssignmentInAGuardIsReadAsComparison) {
  EXPECT_EQ(mistakes_in("plan p { action a { $x <- q where $x = 1 and $y = 2 } }"),
            "1:38 P0401 `=` sets a variable, and a guard only looks\n"
            "1:49 P0401 `=` sets a variable, and a guard only looks\n");
}

TEST(Mistakes, LimitsAreDiagnostics) {
  const auto wrap = [](const std::string& value) { return "plan p {\n$x = " + value + "\n$y = ]\n}"; };
  const std::string other = "3:6 P0101 expected an expression, found `]`\n";
  EXPECT_EQ(mistakes_in(wrap(std::string(64, '(') + "1" + std::string(64, ')'))), other);
  EXPECT_EQ(mistakes_in(wrap(std::string(65, '(') + "1" + std::string(65, ')'))),
            "2:70 P0107 this is nested more than 64 levels deep\n" + other);
  EXPECT_EQ(mistakes_in(wrap(std::string(200, '!') + "1")),
            "2:70 P0107 this is nested more than 64 levels deep\n" + other);
  std::string sum = "1";
  for (int i = 0; i < 600; ++i) sum += "+1";
  EXPECT_EQ(mistakes_in(wrap(sum)), "2:6 P0107 this expression joins more than 500 parts\n" + other);
  EXPECT_EQ(mistakes_in(std::string(1024 * 1024 + 1, ' ')),
            "1:1 P0108 this text has more than 1048576 bytes\n");
  EXPECT_EQ(mistakes_in(std::string(1024 * 1024, ' ')), "");
}

TEST(Mistakes, EncodingIsChecked) {
  EXPECT_EQ(mistakes_in("plan p {}\n# \xFF"), "2:3 P0109 this byte is not valid UTF-8\n");
  EXPECT_EQ(mistakes_in("# \xC0\xAF"), "1:3 P0109 this byte is not valid UTF-8\n");
  EXPECT_EQ(mistakes_in("# \xED\xA0\x80"), "1:3 P0109 this byte is not valid UTF-8\n");
  EXPECT_EQ(mistakes_in("\xEF\xBB\xBFplan p {}"), "1:1 P0109 the text starts with a byte order mark\n");
  EXPECT_EQ(mistakes_in("plan p {} # \xC3\xA4"), "");
}

}  // namespace
}  // namespace plan::syntax::test
