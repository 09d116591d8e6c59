#include "check/signatures.h"

#include <algorithm>
#include <deque>
#include <map>
#include <string>

#include "base/assert.h"
#include "check/model.h"
#include "functions/function.h"

namespace plan::check {

using types::TypePtr;

namespace {

// `String $a, Callable &block >> Any`: the lambda is looked at elsewhere.
std::string_view without_lambda(std::string_view parameters) {
  const std::size_t sigil = parameters.rfind(" &");
  if (sigil == std::string_view::npos) return parameters;
  std::size_t depth = 0;
  for (std::size_t at = sigil; at > 0; --at) {
    const char c = parameters[at - 1];
    depth += c == ']' ? 1 : 0;
    depth -= c == '[' ? 1 : 0;
    if (c == ',' && depth == 0) return parameters.substr(0, at - 1);
  }
  return {};
}

// The signatures are written in the language itself: all are read as functions of one plan.
class Reader {
 public:
  Reader() {
    std::string text = "plan signatures {\n";
    for (const std::string_view name : functions::names()) add(name, functions::find(name)->signature, text);
    const SourceId source = sources_.add("signatures", text + "}\n");
    files_.push_back(syntax::parse_file(source, sources_, diagnostics_));
    const Model model(files_, aliases_, diagnostics_);
    PLAN_ASSERT(!diagnostics_.has_errors() && files_.front().plans.size() == 1);
    std::size_t next = 0;
    for (const syntax::Member& member : files_.front().plans.front()->members) {
      by_name_[names_.at(next++)].push_back(signature(*member.function, model));
    }
  }

  [[nodiscard]] const std::vector<Signature>& find(std::string_view function) const {
    static const std::vector<Signature> none;
    const auto found = by_name_.find(function);
    return found == by_name_.end() ? none : found->second;
  }

 private:
  void add(std::string_view name, std::string_view notation, std::string& text) {
    for (std::size_t end = 0; end != std::string_view::npos;) {
      end = notation.find("; ");
      const std::string_view one = notation.substr(0, end);
      if (end != std::string_view::npos) notation.remove_prefix(end + 2);
      const std::size_t arrow = std::min(one.rfind(" >> "), one.size());      // none: it never returns
      text += "  function signature_" + std::to_string(names_.size()) + "(" + std::string(without_lambda(one.substr(0, arrow))) + ")" +
              std::string(one.substr(arrow)) + " { }\n";
      names_.push_back(name);
    }
  }

  static Signature signature(const syntax::FunctionDecl& decl, const Model& model) {
    Signature result;
    for (const syntax::Parameter& one : decl.parameters) {
      TypePtr type = one.type ? model.constant_type(*one.type, nullptr) : nullptr;
      PLAN_ASSERT(type != nullptr);
      result.parameters.push_back({one.name.text, std::move(type), one.captures_rest});
    }
    if (decl.return_type) result.result = model.constant_type(*decl.return_type, nullptr);
    PLAN_ASSERT(!decl.return_type == !result.result);
    if (result.result && result.result->kind == types::TypeKind::any) result.result = nullptr;
    return result;
  }

  diagnostics::Sources sources_;
  diagnostics::Diagnostics diagnostics_;
  types::Aliases aliases_;
  std::deque<syntax::ParsedFile> files_;
  std::vector<std::string_view> names_;
  std::map<std::string_view, std::vector<Signature>> by_name_;
};

}  // namespace

bool Signature::takes(std::size_t arguments) const {
  return arguments == 0 || parameter(arguments - 1) != nullptr;
}

const Signature::Parameter* Signature::parameter(std::size_t position) const {
  if (position < parameters.size()) return &parameters[position];
  return !parameters.empty() && parameters.back().captures_rest ? &parameters.back() : nullptr;
}

const std::vector<Signature>& signatures(std::string_view function) {
  static const auto& reader = *new Reader();      // never destroyed: its types are shared with who asks
  return reader.find(function);
}

}  // namespace plan::check
