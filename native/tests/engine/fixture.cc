#include "fixture.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace plan::engine::test {

namespace fs = std::filesystem;

Bundle bundle_of(std::string_view text, std::string plan) {
  return {std::move(plan), "digest of " + std::string(text), {{"t.plan", std::string(text)}}};
}

Bundle shipped_bundle(std::string plan) {
  Bundle bundle{std::move(plan), "shipped", {}};
  for (const char* folder : {"plans", "types"}) {
    const fs::path directory = fs::path(PLAN_MODULE_ROOT) / folder;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
      const bool wanted = entry.path().extension() == (std::string_view(folder) == "plans" ? ".plan" : ".pp");
      if (!wanted) continue;
      std::ifstream stream(entry.path());
      bundle.files.push_back({entry.path().lexically_relative(directory).generic_string(), {std::istreambuf_iterator<char>(stream), {}}});
    }
  }
  std::sort(bundle.files.begin(), bundle.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return bundle;
}

std::shared_ptr<const Program> program_of(const Bundle& bundle) {
  Compilation compilation = compile(bundle);
  if (!compilation.program) {
    ADD_FAILURE() << diagnostics::render_text(compilation.diagnostics.sorted(), *compilation.sources);
    throw std::runtime_error("the plan of the test does not compile");
  }
  return compilation.program;
}

values::Value value_of(std::string_view json) {
  return values::from_json(values::parse_json(json).value()).value();
}

std::string json_of(const values::Value& value) { return boost::json::serialize(values::to_json(value)); }

Instant at(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }

Actor::Actor(std::string_view text, std::string_view parameters) : Actor(bundle_of(text), "T[x]", parameters) {}

Actor::Actor(const Bundle& bundle, std::string resource, std::string_view parameters, std::string certname,
             std::string_view server_facts)
    : bundle_(bundle) {
  setup_.plan = bundle.plan;
  setup_.identity = {std::move(certname), resource};
  const std::size_t open = resource.find('[');
  setup_.title = resource.substr(open + 1, resource.size() - open - 2);
  setup_.parameters = value_of(parameters);
  setup_.server_facts = value_of(server_facts);
  setup_.trusted = value_of(R"({"certificate": "certificate of )" + setup_.identity.certname + "\"}");
  auto made = Engine::create(program_of(bundle_), setup_, at(0));
  if (!made) throw std::runtime_error(made.error().message);
  engine_ = std::move(*made);
}

Effects Actor::step(const Input& input, std::int64_t ms) { return engine_->step(input, at(ms)); }
Effects Actor::send(std::string queue, std::string_view json, std::int64_t ms) {
  return step(Posted{std::move(queue), value_of(json)}, ms);
}

void Actor::reload(const Bundle* other) {
  const std::string text = boost::json::serialize(engine_->snapshot());
  if (other) bundle_ = *other;
  auto restored = Engine::restore(program_of(bundle_), setup_, values::parse_json(text, 64 * 1024 * 1024).value(), at(0));
  if (!restored) throw std::runtime_error(restored.error().message);
  engine_ = std::move(*restored);
}

void Actor::reload_with(std::string_view parameters) {
  setup_.parameters = value_of(parameters);
  reload();
}

boost::json::value Actor::root() const {
  const boost::json::value all = engine_->describe();
  for (const auto& [name, process] : all.at("processes").as_object()) {
    if (std::string_view(name).ends_with("[" + setup_.title + "]")) return process;
  }
  throw std::runtime_error("no root process");
}

std::string Actor::variable(std::string_view name) const { return boost::json::serialize(root().at("variables").at(name)); }
std::string Actor::queue(std::string_view name) const { return boost::json::serialize(root().at("queues").at(name)); }

std::vector<std::string> Actor::states() const {
  std::vector<std::string> result;
  const boost::json::value process = root();
  for (const auto& state : process.at("states").as_array()) result.emplace_back(state.as_string());
  return result;
}

std::vector<std::string> Actor::letters() const {
  std::vector<std::string> result;
  const boost::json::value process = root();
  for (const auto& letter : process.at("dead_letters").as_array()) result.emplace_back(letter.at("message").as_string());
  return result;
}

}  // namespace plan::engine::test
