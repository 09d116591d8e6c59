#include "orchestrator/process.h"

#include <boost/json/serialize.hpp>

#include "diagnostics/diagnostic.h"
#include "engine/bundle.h"
#include "engine/program.h"
#include "values/json.h"

namespace plan::orchestrator {

namespace {

constexpr std::size_t kMaxTextBytes = 64 * 1024 * 1024;   // of our own texts: a limit only against nonsense
constexpr int kMaxTextDepth = 4 * values::kMaxJsonDepth;

Result<boost::json::value> parse(const std::string& text, std::string_view code) {
  auto json = values::parse_json(text, kMaxTextBytes, kMaxTextDepth);
  if (!json) return Error{std::string(code), json.error().message, json.error().help};
  return json;
}

Result<values::Value> parse_value(const std::string& text, const values::NameResolver& resolver) {
  auto json = parse(text, "declaration.parameter");
  if (!json) return json.error();
  auto value = values::from_json(*json, &resolver);
  if (!value) return Error{"declaration.parameter", value.error().message, value.error().help};
  return value;
}

}  // namespace

Result<std::shared_ptr<const engine::Program>> Foundry::compile(const StoredDeclaration& declaration) {
  auto json = parse(declaration.bundle, "declaration.bundle");
  if (!json) return json.error();
  auto bundle = engine::read_bundle(*json);
  if (!bundle) return Error{"declaration.bundle", bundle.error().message, bundle.error().help};
  engine::Compilation compilation = engine::compile(*bundle);
  if (compilation.program == nullptr) {
    return Error{"declaration.bundle",
                 "the plan does not compile:\n" +
                     diagnostics::render_text(compilation.diagnostics.sorted(), *compilation.sources),
                 "Mend the plan in its module; the next run of the agent on this host brings it here."};
  }
  return compilation.program;
}

Result<engine::Setup> Foundry::setup(const StoredDeclaration& declaration, const engine::Program& program) const {
  auto parameters = parse_value(declaration.parameters, program);
  if (!parameters) return parameters.error();
  auto facts = parse_value(declaration.facts, program);
  if (!facts) return facts.error();
  engine::Setup setup;
  setup.plan = declaration.plan;
  setup.identity = identity(declaration);
  setup.title = declaration.title;
  setup.parameters = std::move(parameters).value();
  setup.server_facts = std::move(facts).value();
  return setup;
}

Result<std::unique_ptr<engine::Engine>> Foundry::create(const StoredDeclaration& declaration,
                                                        std::shared_ptr<const engine::Program> program,
                                                        Instant now) const {
  auto made = setup(declaration, *program);
  if (!made) return made.error();
  auto engine = engine::Engine::create(std::move(program), *made, now, limits_);
  if (!engine) return Error{"declaration.parameter", engine.error().message, engine.error().help};
  return engine;
}

Result<std::unique_ptr<engine::Engine>> Foundry::restore(const StoredDeclaration& declaration,
                                                         std::shared_ptr<const engine::Program> program,
                                                         const boost::json::value& snapshot, Instant now) const {
  auto made = setup(declaration, *program);
  if (!made) return made.error();
  auto engine = engine::Engine::restore(std::move(program), *made, snapshot, now, limits_);
  if (!engine) return Error{"declaration.state", engine.error().message, engine.error().help};
  return engine;
}

void Process::count_firings(const boost::json::value& of_snapshot) {
  firings = of_snapshot.at("firings").to_number<std::uint64_t>();
}

std::string Process::state_text() {
  if (engine == nullptr) return snapshot;
  const boost::json::value state = engine->snapshot();
  count_firings(state);
  return boost::json::serialize(state);
}

void Process::stop_serving() {
  snapshot = state_text();
  engine.reset();
  program.reset();
}

StoredDeclaration to_stored(const Declaration& declaration) {
  return {declaration.resource,
          declaration.title,
          declaration.plan,
          boost::json::serialize(declaration.parameters),
          boost::json::serialize(declaration.bundle),
          "{}"};
}

}  // namespace plan::orchestrator
