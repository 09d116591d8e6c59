#include "planctl/eval.h"

#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include "engine/expression.h"
#include "types/text.h"
#include "values/json.h"

namespace plan::planctl {

namespace {

namespace json = boost::json;

struct EvalOptions {
  std::string expression;
  std::string batch;             // empty: `expression`
};

// JSON with floats as Puppet writes them: 1.0, 1.0e+100.
void write(const json::value& value, std::string& out) {
  if (value.is_double()) {
    out += types::format_float(value.get_double());
  } else if (value.is_array()) {
    out += '[';
    for (const json::value& item : value.get_array()) {
      if (&item != value.get_array().data()) out += ',';
      write(item, out);
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    for (const json::key_value_pair& member : value.get_object()) {
      if (out.back() != '{') out += ',';
      out += json::serialize(member.key()) + ':';
      write(member.value(), out);
    }
    out += '}';
  } else {
    out += json::serialize(value);
  }
}

std::string text_of(const json::value& value) {
  std::string out;
  write(value, out);
  return out;
}

json::object error_to_json(const engine::ExpressionError& error) {
  return {{"code", error.code}, {"message", error.message}, {"line", error.position.line}, {"column", error.position.column}};
}

json::object answer(std::string code) {
  engine::Expression expression(std::move(code));
  if (const auto value = expression.evaluate()) return {{"value", values::to_json(*value, values::TypeForm::pcore)}};
  return {{"error", error_to_json(expression.error())}};
}

// A line that is no JSON string is an error of that line only.
json::object answer_line(const std::string& line) {
  const Result<json::value> text = values::parse_json(line);
  if (text && text->is_string()) return answer(std::string(text->get_string()));
  const std::string why = text ? "the line is JSON, but not a string" : text.error().message;
  return {{"error", {{"code", "BAD_LINE"}, {"message", why}, {"line", 1}, {"column", 1}}}};
}

void eval_lines(std::istream& lines) {
  for (std::string line; std::getline(lines, line);) std::cout << text_of(answer_line(line)) << '\n' << std::flush;
}

int eval_batch(const std::string& name) {
  if (name == "-") {
    eval_lines(std::cin);
    return 0;
  }
  std::ifstream file(name, std::ios::binary);
  if (!file) {
    std::cerr << "planctl: " << name << " cannot be opened\n";
    return 2;
  }
  eval_lines(file);
  return file.bad() ? 2 : 0;
}

int eval(const EvalOptions& options) {
  if (!options.batch.empty()) return eval_batch(options.batch);
  engine::Expression expression(options.expression);
  if (const auto value = expression.evaluate()) {
    std::cout << text_of(values::to_json(*value, values::TypeForm::pcore)) << '\n';
    return 0;
  }
  std::cerr << expression.error().rendered;
  return 1;
}

constexpr std::string_view kHelp = R"(Examples:
  planctl eval '[1, 2, 3].map |$x| { $x * 2 }'
  planctl eval "type Port = Integer[1, 65535]  8146 =~ Port"
  echo '"1 + 1"' | planctl eval --batch -
)";

}  // namespace

void add_eval(CLI::App& app, int& code) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App* command = app.add_subcommand("eval", "Tell the value of Puppet code, as JSON in rich data form");
  command->add_option("EXPR", options->expression, "Puppet code: an expression, or several statements");
  command->add_option("--batch", options->batch, "A file with code as a JSON string a line, '-' for standard input");
  command->footer(std::string(kHelp));
  command->callback([options, command, &code] {
    if ((command->count("EXPR") == 0) == options->batch.empty()) throw CLI::ValidationError("give either EXPR or --batch");
    code = eval(*options);
  });
}

}  // namespace plan::planctl
