// A compiled bundle: immutable, shared by all engines that run it, made once.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "engine/bundle.h"
#include "types/type.h"
#include "values/json.h"

namespace plan::engine {

struct PlanCode;

class Program final : public values::NameResolver {
 public:
  Program();
  ~Program() override;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] const PlanCode* find(std::string_view plan) const;
  [[nodiscard]] types::PlanLineagePtr plan(std::string_view name) const override;
  [[nodiscard]] types::TypePtr type(std::string_view notation) const override;
  [[nodiscard]] const diagnostics::Sources& sources() const;
  [[nodiscard]] const std::string& digest() const;

  struct Data;
  Data& data() { return *data_; }
  [[nodiscard]] const Data& data() const { return *data_; }

 private:
  std::unique_ptr<Data> data_;
};

struct Compilation {
  std::shared_ptr<diagnostics::Sources> sources;
  diagnostics::Diagnostics diagnostics;
  std::shared_ptr<const Program> program;   // null when the diagnostics hold an error
};

// Parses, checks and compiles. Never throws for anything a text may hold.
[[nodiscard]] Compilation compile(const Bundle& bundle);

}  // namespace plan::engine
