// What `planctl run` prints: firings as they happen and the state at the end, for people or as JSON.
#pragma once

#include <memory>
#include <ostream>

#include "engine/engine.h"
#include "planctl/terminal.h"

namespace plan::planctl {

enum class TraceForm : unsigned char { none, text, json };

class Trace {
 public:
  virtual ~Trace() = default;
  virtual void effects(const engine::Effects& effects, engine::Instant now) = 0;
  virtual void state(const engine::Engine& engine) = 0;
  // Why it is over, for people.
  virtual void over(const std::string& why) = 0;
};

// `none` prints no firings; its state is JSON.
[[nodiscard]] std::unique_ptr<Trace> make_trace(TraceForm form, std::ostream& out);

// "12.500", "1:02:03.500", "2d 01:02:03.500": virtual time, in seconds or from an hour on as a clock shows it.
[[nodiscard]] std::string clock_text(engine::Instant at);
// As Puppet writes the value, at most `width` characters.
[[nodiscard]] std::string short_text(const values::Value& value, std::size_t width);

}  // namespace plan::planctl
