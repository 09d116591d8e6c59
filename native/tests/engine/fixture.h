// A small language for tests of the engine: a plan's text, an engine of it, tokens in, state out.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "values/json.h"

namespace plan::engine::test {

[[nodiscard]] Bundle bundle_of(std::string_view text, std::string plan = "t");
// The module's own plans and types.
[[nodiscard]] Bundle shipped_bundle(std::string plan);
// Fails the test, showing the diagnostics, when the text does not compile.
[[nodiscard]] std::shared_ptr<const Program> program_of(const Bundle& bundle);

[[nodiscard]] values::Value value_of(std::string_view json);
[[nodiscard]] std::string json_of(const values::Value& value);
[[nodiscard]] Instant at(std::int64_t milliseconds);

// An engine of plan `t` in `text`.
class Actor {
 public:
  explicit Actor(std::string_view text, std::string_view parameters = "{}");
  Actor(const Bundle& bundle, std::string resource, std::string_view parameters, std::string certname = "db1",
        std::string_view server_facts = "{}");

  Effects step(const Input& input, std::int64_t ms = 0);
  Effects start(std::int64_t ms = 0) { return step(Tick{}, ms); }
  Effects send(std::string queue, std::string_view json, std::int64_t ms = 0);
  // Writes the state down, reads it back (with other plans when given), and goes on with that.
  void reload(const Bundle* other = nullptr);
  // The same, with other parameters.
  void reload_with(std::string_view parameters);

  [[nodiscard]] std::string variable(std::string_view name) const;     // as JSON
  [[nodiscard]] std::string queue(std::string_view name) const;        // as JSON, an array
  [[nodiscard]] std::vector<std::string> states() const;
  [[nodiscard]] std::vector<std::string> letters() const;              // messages of the dead letters
  Engine& engine() { return *engine_; }

 private:
  [[nodiscard]] boost::json::value root() const;
  Bundle bundle_;
  Setup setup_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace plan::engine::test
