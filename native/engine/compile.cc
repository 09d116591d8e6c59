// The door: from texts to a program. What the plans declare is check's model; what is wrong in them, its checker's word.
#include "engine/compiler.h"

#include <cctype>
#include <utility>

#include "check/check.h"
#include "syntax/parser.h"
#include "types/text.h"

namespace plan::engine {

using diagnostics::Code;

void Compiler::run() {
  for (const auto& shape : data_.model->shapes()) {
    auto code = std::make_unique<PlanCode>();
    code->name = shape->lineage->name;
    code->lineage = shape->lineage;
    PlanCompiler(*this, *shape, *code).run();
    data_.plans.push_back(std::move(code));
  }
}

std::optional<check::Member> Compiler::member(const syntax::MethodCall& expr) const {
  const auto found = data_.members.find(&expr);
  return found == data_.members.end() ? std::nullopt : std::optional(found->second);
}

types::TypePtr Compiler::constant_type(const syntax::Expr& expr, const Shape* in) {
  return data_.model ? data_.model->constant_type(expr, in) : program_type(expr);
}

// ---------------------------------------------------------------------------------------------- the door

Compilation compile(const Bundle& bundle) {
  Compilation result;
  result.sources = std::make_shared<diagnostics::Sources>();
  auto program = std::make_shared<Program>();
  Program::Data& data = program->data();
  data.digest = bundle.digest;
  data.sources = result.sources;
  const SourceId prelude = result.sources->add(std::string(check::kPreludePath), std::string(check::prelude()));
  data.files.push_back(syntax::parse_file(prelude, *result.sources, result.diagnostics));
  for (const SourceFile& file : bundle.files) {
    const SourceId id = result.sources->add(file.path, file.text);
    data.files.push_back(syntax::parse_file(id, *result.sources, result.diagnostics));
  }
  data.model = std::make_unique<check::Model>(data.files, data.alias_owner, result.diagnostics);
  data.members = check::check(*data.model, result.diagnostics);
  if (result.diagnostics.has_errors()) return result;
  Compiler(data, result.diagnostics).run();
  if (bundle.plan.empty() || program->find(bundle.plan)) {
    result.program = std::move(program);
  } else {
    result.diagnostics.report(Code::unknown_plan, Span{prelude, 0, 0}, "the bundle has no plan '" + bundle.plan + "'",
                              types::capitalize_segments(bundle.plan) + " belongs in a file plans/*.plan of its module");
  }
  return result;
}

}  // namespace plan::engine
