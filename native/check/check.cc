#include "check/check.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "check/checker.h"
#include "check/flow.h"

namespace plan::check {

Members check(const Model& model, diagnostics::Diagnostics& diagnostics) {
  for (const syntax::ParsedFile& file : model.files()) {
    for (const syntax::TypeAlias* alias : file.aliases) check_alias(model, nullptr, *alias->type, diagnostics);
  }
  Facts facts;
  Known known;
  for (const auto& shape : model.shapes()) PlanChecker(model, *shape, facts, known, diagnostics).run();
  const SourceId prelude = model.files().front().source;
  for (const auto& shape : model.shapes()) {
    if (shape->decl->span.source != prelude) check_flow(model, facts, *shape, diagnostics);
  }
  return std::move(facts.members);
}

bool Findings::has_errors() const {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const diagnostics::Diagnostic& one) {
    return diagnostics::severity(one.code) == diagnostics::Severity::error;
  });
}

Findings check_texts(std::vector<Text> texts) {
  Findings findings;
  findings.sources = std::make_shared<diagnostics::Sources>();
  diagnostics::Diagnostics found;
  types::Aliases aliases;
  std::deque<syntax::ParsedFile> files;
  std::vector<bool> judged;      // by SourceId
  texts.insert(texts.begin(), {std::string(kPreludePath), std::string(prelude()), false});
  for (Text& text : texts) {
    const SourceId id = findings.sources->add(std::move(text.path), std::move(text.text));
    judged.push_back(text.judged);
    diagnostics::Diagnostics in_file;      // of one file, so that another's mistakes do not crowd them out
    files.push_back(syntax::parse_file(id, *findings.sources, in_file));
    if (!text.judged) continue;
    for (const diagnostics::Diagnostic& one : in_file.all()) found.report(one.code, one.span, one.message, one.help);
  }
  const Model model(files, aliases, found);
  check(model, found);
  for (const auto& shape : model.shapes()) findings.plans.push_back(shape->lineage->name);
  for (diagnostics::Diagnostic& one : found.sorted()) {
    if (judged[one.span.source]) findings.diagnostics.push_back(std::move(one));
  }
  return findings;
}

}  // namespace plan::check
