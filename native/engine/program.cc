#include "engine/program.h"

#include <algorithm>

#include "engine/code.h"

namespace plan::engine {

Program::Program() : data_(std::make_unique<Data>()) {}
Program::~Program() = default;

const PlanCode* Program::find(std::string_view plan) const {
  const std::string name = check::lower_case(plan);
  for (const auto& code : data_->plans) {
    if (code->name == name) return code.get();
  }
  return nullptr;
}

types::PlanLineagePtr Program::plan(std::string_view name) const {
  const PlanCode* code = find(name);
  return code ? code->lineage : nullptr;
}

types::TypePtr Program::type(std::string_view notation) const {
  if (types::TypePtr named = data_->model->named_type(notation, nullptr)) return named;
  diagnostics::Sources sources;
  diagnostics::Diagnostics diagnostics;
  const SourceId id = sources.add("type", std::string(notation));
  const syntax::ParsedExpression parsed = syntax::parse_expression(id, sources, diagnostics);
  return parsed.expression ? data_->model->constant_type(*parsed.expression, nullptr) : nullptr;
}

const diagnostics::Sources& Program::sources() const { return *data_->sources; }
const std::string& Program::digest() const { return data_->digest; }

}  // namespace plan::engine
