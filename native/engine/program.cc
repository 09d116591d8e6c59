#include "engine/program.h"

#include <algorithm>

#include "engine/code.h"
#include "engine/compiler.h"

namespace plan::engine {

Program::Program() : data_(std::make_unique<Data>()) {}
Program::~Program() = default;

const PlanCode* Program::find(std::string_view plan) const {
  const std::string name = lower_case(plan);
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
  for (const auto& [name, alias] : data_->aliases) {
    if (name == notation) return alias;
  }
  if (const PlanCode* code = find(notation)) return types::process(code->lineage);
  diagnostics::Sources sources;
  diagnostics::Diagnostics diagnostics;
  const SourceId id = sources.add("type", std::string(notation));
  const syntax::ParsedExpression parsed = syntax::parse_expression(id, sources, diagnostics);
  if (!parsed.expression) return nullptr;
  Data scratch;
  scratch.aliases = data_->aliases;
  Compiler compiler(scratch, diagnostics);
  types::TypePtr type = compiler.constant_type(*parsed.expression, nullptr);
  return diagnostics.has_errors() ? nullptr : type;
}

const diagnostics::Sources& Program::sources() const { return *data_->sources; }
const std::string& Program::digest() const { return data_->digest; }

}  // namespace plan::engine
