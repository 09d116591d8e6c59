// planctl eval as a user meets it: values as JSON in rich data form, errors with their place, a batch of lines.
#include <gtest/gtest.h>

#include "command.h"
#include "values/json.h"

namespace plan::planctl::test {

namespace {

TEST(Eval, TellsTheValueOfTheLastStatement) {
  const Outcome outcome = planctl({"eval", "$a = 1\n$b = [2, 'x'];\n{sum => $a + $b[0], rest => $b}"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "{\"sum\":3,\"rest\":[2,\"x\"]}\n");
  EXPECT_EQ(planctl({"eval", ""}).out, "null\n");
}

TEST(Eval, WritesFloatsAsPuppetDoes) {
  EXPECT_EQ(planctl({"eval", "[1.0, -0.0, 2.5, 1e100, 1e-7, 1]"}).out, "[1.0,-0.0,2.5,1.0e+100,1.0e-07,1]\n");
  EXPECT_EQ(planctl({"eval", "Float('1e400')"}).out, "{\"__ptype\":\"Float\",\"__pvalue\":\"Infinity\"}\n");
}

struct Rich {
  const char* code;
  const char* json;
};

// What JSON has no word for: its type and its text, and it can be read back.
TEST(Eval, WritesWhatJsonLacksAsRichData) {
  static constexpr Rich kCases[] = {
      {"Sensitive('x')", R"({"__ptype":"Sensitive","__pvalue":"x"})"},
      {"Timestamp('2024-01-02T03:04:05.5 UTC')", R"({"__ptype":"Timestamp","__pvalue":"2024-01-02T03:04:05.500000000 UTC"})"},
      {"Timespan(90.5)", R"({"__ptype":"Timespan","__pvalue":"0-00:01:30.5"})"},
      {"SemVer('1.2.3-rc1')", R"({"__ptype":"SemVer","__pvalue":"1.2.3-rc1"})"},
      {"SemVerRange('~>1.2')", R"({"__ptype":"SemVerRange","__pvalue":"~>1.2"})"},
      {"URI('HTTP://a.b:80/c')", R"({"__ptype":"URI","__pvalue":"http://a.b/c"})"},
      {"/a\\/b/", R"({"__ptype":"Regexp","__pvalue":"a/b"})"},
      {"Binary('aGk=')", R"({"__ptype":"Binary","__pvalue":"aGk="})"},
      {"default", R"({"__ptype":"Default"})"},
      {"{1 => a, [2] => b}", R"({"__ptype":"Hash","__pvalue":[1,"a",[2],"b"]})"},
      {"{__ptype => x}", R"({"__ptype":"Hash","__pvalue":["__ptype","x"]})"},
  };
  for (const Rich& one : kCases) {
    const Outcome outcome = planctl({"eval", one.code});
    EXPECT_EQ(outcome.out, std::string(one.json) + "\n") << one.code << ": " << outcome.err;
    const auto json = values::parse_json(outcome.out);
    ASSERT_TRUE(json) << one.code;
    const auto read = values::from_json(*json);
    ASSERT_TRUE(read) << one.code;
    EXPECT_EQ(values::to_json(*read), *json) << one.code;
  }
  EXPECT_EQ(planctl({"eval", "Integer[0, 5]"}).out, "{\"__ptype\":\"Pcore::IntegerType\",\"from\":0,\"to\":5}\n");
}

TEST(Eval, ShowsAnErrorWhereItIs) {
  const Outcome outcome = planctl({"eval", "$a = 1\n$a + nope()"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "expression:2:6: error[UNKNOWN_FUNCTION]: Unknown function: 'nope'.\n  $a + nope()\n       ^^^^^^\n");
}

TEST(Eval, ChecksTheSyntaxThatAHeredocNames) {
  const Outcome outcome = planctl({"eval", "@(END:json)\n{\"a\": }\nEND\n"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(outcome.err.starts_with("expression:1:1: error[ILLEGAL_JSON]: this heredoc is no json: ")) << outcome.err;
}

TEST(Eval, AnswersEachLineOfABatchOnItsOwn) {
  const TemporaryFile batch("\"1.0 + 1\"\n\nnot json\n5\n\"1 / 0\"\n\"$x = 2 $x\"", ".jsonl");
  const Outcome outcome = planctl({"eval", "--batch", batch.path()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "{\"value\":2.0}\n"
            "{\"error\":{\"code\":\"BAD_LINE\",\"message\":\"Malformed JSON at byte 0: the text ends too early\",\"line\":1,\"column\":1}}\n"
            "{\"error\":{\"code\":\"BAD_LINE\",\"message\":\"Malformed JSON at byte 0: syntax error\",\"line\":1,\"column\":1}}\n"
            "{\"error\":{\"code\":\"BAD_LINE\",\"message\":\"the line is JSON, but not a string\",\"line\":1,\"column\":1}}\n"
            "{\"error\":{\"code\":\"DIV_BY_ZERO\",\"message\":\"Division by 0\",\"line\":1,\"column\":3}}\n"
            "{\"value\":2}\n");
}

TEST(Eval, WantsEitherAnExpressionOrABatch) {
  EXPECT_EQ(planctl({"eval"}).code, 2);
  EXPECT_EQ(planctl({"eval", "1", "--batch", "-"}).code, 2);
  EXPECT_EQ(planctl({"eval", "--batch", "/nonexistent"}).code, 2);
}

}  // namespace

}  // namespace plan::planctl::test
