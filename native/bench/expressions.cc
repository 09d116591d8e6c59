// G4: expressions that were compiled before, and parsing. The texts are those the peers that know Puppet's language get:
// bench/workloads/expressions.json and statements.pp.
#include <numeric>
#include <stdexcept>

#include <boost/json/serialize.hpp>

#include "bench/fixture.h"
#include "bench/workloads.h"
#include "syntax/parser.h"

namespace plan::bench {

namespace {

using values::Value;

constexpr std::string_view kVariables = "[$x, $name, $record, $list]";

struct Expression {
  std::string text;
  std::string wanted;             // its value, as JSON
  std::int64_t calls = 0;         // of the lambda in one evaluation, where these are what is counted
};

// A body that evaluates the expression `times` times, each for a local of its own.
std::string text_of(const std::string& expression, std::int64_t times) {
  std::string text = "plan expressions {\n  input Hash tokens\n  Any $result = undef\n  action evaluate {\n    " +
                     std::string(kVariables) + " <- tokens\n";
  for (std::int64_t i = 0; i < times; ++i) text += "    $r" + std::to_string(i) + " = " + expression + "\n";
  return text + "    $result = $r" + std::to_string(times - 1) + "\n  }\n}\n";
}

Value variables(const boost::json::value& workload, std::int64_t elements) {
  boost::json::value given = workload.at("variables");
  boost::json::array list(static_cast<std::size_t>(elements));
  std::iota(list.begin(), list.end(), 1);
  given.as_object()["list"] = std::move(list);
  return values::from_json(given).value();
}

void evaluate(benchmark::State& state, const Expression& expression, const Value& token, std::int64_t times) {
  Actor actor(compile(text_of(expression.text, times), "expressions"), "expressions");
  actor.start();
  for (auto _ : state) actor.send("tokens", token);
  if (!expect(state, expression.text, actor.variable("result"), expression.wanted)) return;
  const std::int64_t evaluations = state.iterations() * times;
  if (expression.calls > 0) set_rate(state, static_cast<double>(evaluations * expression.calls), "lambda calls/s");
  else set_rate(state, static_cast<double>(evaluations), "evaluations/s");
}

// statements.pp, repeated inside of one lambda, is an expression for both parsers.
std::string parsed_text(std::int64_t repetitions) {
  const std::string statements = workload_text("statements.pp");
  std::string text = "with({}, 'example.com') |$settings, $domain| {\n";
  for (std::int64_t i = 0; i < repetitions; ++i) text += statements;
  return text + "}\n";
}

void parse(benchmark::State& state, std::int64_t repetitions) {
  diagnostics::Sources sources;
  const std::string text = parsed_text(repetitions);
  const SourceId source = sources.add("statements.pp", text);
  for (auto _ : state) {
    diagnostics::Diagnostics found;
    const syntax::ParsedExpression parsed = syntax::parse_expression(source, sources, found);
    if (parsed.expression == nullptr) throw std::runtime_error(diagnostics::render_text(found.sorted(), sources));
  }
  set_rate(state, static_cast<double>(state.iterations()) * static_cast<double>(text.size()) / 1000, "kB/s");
}

std::string wanted_list(const std::string& name, std::int64_t elements) {
  if (name == "reduce") return std::to_string(elements * (elements + 1) / 2);
  boost::json::array list(static_cast<std::size_t>(elements));
  std::iota(list.begin(), list.end(), 2);
  return boost::json::serialize(list);
}

}  // namespace

void register_expressions(const Sizes& sizes) {
  const boost::json::value workload = values::parse_json(workload_text("expressions.json")).value();
  const Value token = variables(workload, sizes.elements);
  for (const auto& [key, row] : workload.at("expressions").as_object()) {
    const std::string name(key);
    Expression expression{std::string(row.at("text").as_string()), {}, 0};
    std::int64_t times = sizes.evaluations;
    if (row.as_object().contains("calls")) {
      expression.calls = sizes.elements;
      expression.wanted = wanted_list(name, sizes.elements);
      times = std::max<std::int64_t>(times / sizes.elements, 1);
    } else {
      expression.wanted = boost::json::serialize(row.at("value"));
    }
    add("G4/" + name, [expression, token, times](benchmark::State& state) { evaluate(state, expression, token, times); });
  }
  add("G4/parse", [repetitions = sizes.repetitions](benchmark::State& state) { parse(state, repetitions); });
}

}  // namespace plan::bench
