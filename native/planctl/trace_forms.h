// The two forms of Trace.
#pragma once

#include <string>

#include "planctl/trace.h"

namespace plan::planctl {

class JsonTrace final : public Trace {
 public:
  JsonTrace(std::ostream& out, bool firings) : out_(out), firings_(firings) {}
  void effects(const engine::Effects& effects, engine::Instant now) override;
  void state(const engine::Engine& engine) override;
  void over(const std::string&) override {}

 private:
  std::ostream& out_;
  bool firings_;
};

class TextTrace final : public Trace {
 public:
  explicit TextTrace(std::ostream& out) : out_(out), paint_(1) {}
  void effects(const engine::Effects& effects, engine::Instant now) override;
  void state(const engine::Engine& engine) override;
  void over(const std::string& why) override;

 private:
  void firing(const engine::Firing& firing);
  void letter(const engine::DeadLetter& letter);
  void process(std::string_view name, const boost::json::object& about);

  std::ostream& out_;
  Paint paint_;
  std::size_t name_width_ = 0;     // grows as longer names come
};

}  // namespace plan::planctl
