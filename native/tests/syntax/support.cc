#include "support.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "diagnostics/diagnostic.h"
#include "syntax/dump.h"
#include "syntax/parser.h"
#include "syntax/printer.h"

namespace plan::syntax::test {
namespace {

std::string strip(std::string text, std::string_view prefix, std::string_view suffix) {
  if (!text.starts_with(prefix) || !text.ends_with(suffix)) return text;
  return text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
}

std::string path_of(std::string_view name) { return std::string(PLAN_TEST_DATA) + "/syntax/" + std::string(name); }

}  // namespace

std::string read_expression(std::string_view text) {
  diagnostics::Sources sources;
  diagnostics::Diagnostics found;
  const ParsedExpression parsed = parse_expression(sources.add("x", std::string(text)), sources, found);
  if (!found.all().empty()) return render_text(found.sorted(), sources);
  return dump(*parsed.expression);
}

std::string read_text(std::string_view text) {
  diagnostics::Sources sources;
  diagnostics::Diagnostics found;
  const ParsedFile file = parse_file(sources.add("x", std::string(text)), sources, found);
  return found.all().empty() ? dump(file) : render_text(found.sorted(), sources);
}

std::string read_members(std::string_view text) {
  return strip(read_text("plan p {\n" + std::string(text) + "\n}"), "(plan p\n", ")\n");
}

std::string read_statements(std::string_view text) {
  return strip(read_members("function f() {\n" + std::string(text) + "\n}"), "  (function f {} [", "])");
}

std::string read_action(std::string_view text) {
  return strip(read_members("action a {\n" + std::string(text) + "\n}"), "  (action a [", "])");
}

std::string mistakes_in(std::string_view text) {
  diagnostics::Sources sources;
  diagnostics::Diagnostics found;
  const ParsedFile file = parse_file(sources.add("x", std::string(text)), sources, found);
  std::string out;
  for (const diagnostics::Diagnostic& one : found.sorted()) {
    const diagnostics::Position at = sources.position(one.span.source, one.span.begin);
    out += std::to_string(at.line) + ":" + std::to_string(at.column) + " " + std::string(id(one.code)) + " " +
           one.message + "\n";
  }
  return out;
}

std::string round_trip(const std::string& text) {
  diagnostics::Sources sources;
  diagnostics::Diagnostics found;
  const ParsedFile first = parse_file(sources.add("first", text), sources, found);
  EXPECT_FALSE(found.has_errors()) << render_text(found.all(), sources);
  const std::string printed = print(first);
  const ParsedFile second = parse_file(sources.add("second", printed), sources, found);
  EXPECT_FALSE(found.has_errors()) << text << "\n--- printed\n" << render_text(found.all(), sources);
  EXPECT_EQ(dump(first), dump(second)) << text << "\n--- printed\n" << printed;
  EXPECT_EQ(print(second), printed);
  return printed;
}

std::string test_file(std::string_view name) {
  std::ifstream in(path_of(name), std::ios::binary);
  EXPECT_TRUE(in) << path_of(name);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void expect_golden(std::string_view name, std::string_view actual) {
  if (std::getenv("PLAN_ACCEPT") != nullptr) {
    std::ofstream(path_of(name), std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(test_file(name), actual) << "PLAN_ACCEPT=1 accepts the new output";
}

}  // namespace plan::syntax::test
