// What expressions without a process run in: folding when a plan is compiled, and `planctl eval`. The compiler makes no
// node there that would ask for more than functions.
#pragma once

#include "engine/code.h"

namespace plan::engine {

class NoProcess final : public ProcessView {
 public:
  explicit NoProcess(const PlanCode& code) : code_(code) {}
  [[nodiscard]] const PlanCode& code() const override { return code_; }
  [[nodiscard]] const values::Value& variable(std::uint32_t) const override { PLAN_ASSERT(false); }
  [[nodiscard]] values::Value self() const override { PLAN_ASSERT(false); }
  [[nodiscard]] values::Value member(const values::Value&, std::string_view) const override { PLAN_ASSERT(false); }
  void assign(std::uint32_t, values::Value) override { PLAN_ASSERT(false); }
  void send(std::uint32_t, values::Value) override { PLAN_ASSERT(false); }
  void send_to(const values::Value&, values::Value) override { PLAN_ASSERT(false); }
  void move(std::string_view) override { PLAN_ASSERT(false); }
  void next_state() override { PLAN_ASSERT(false); }
  values::Value make(std::string_view, const values::Value&) override { PLAN_ASSERT(false); }
  void become(std::string_view) override { PLAN_ASSERT(false); }
  void orchestrate(const values::Value&) override { PLAN_ASSERT(false); }
  void release(const values::Value&) override { PLAN_ASSERT(false); }

 private:
  const PlanCode& code_;
};

}  // namespace plan::engine
