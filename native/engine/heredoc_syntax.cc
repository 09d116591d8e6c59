#include "engine/heredoc_syntax.h"

#include <algorithm>
#include <string>

#include "syntax/children.h"
#include "values/base64.h"
#include "values/json.h"

namespace plan::engine {

namespace {

// What stands between the colon and the slash or parenthesis; of "data+json" the last part.
std::string syntax_of(std::string_view tag) {
  tag = tag.substr(0, std::min(tag.find(')'), tag.find('/')));
  const std::size_t colon = tag.find(':');
  if (!tag.starts_with("@(") || colon == std::string_view::npos) return {};
  std::string_view name = tag.substr(colon + 1);
  if (const std::size_t plus = name.rfind('+'); plus != std::string_view::npos) name.remove_prefix(plus + 1);
  std::string out;
  for (const char c : name) {
    if (c != ' ' && c != '\t') out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  return out;
}

std::optional<std::string> json_fault(std::string_view text) {
  const auto parsed = values::parse_json(text);
  return parsed ? std::nullopt : std::optional(parsed.error().message);
}

std::optional<std::string> base64_fault(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (std::string_view(" \t\r\n?").find(c) == std::string_view::npos) letters += c;
  }
  const bool padded = letters.size() % 4 == 0;
  if (!padded) return "padding is not correct";
  return values::base64_decode(letters) ? std::nullopt : std::optional<std::string>("contains letters outside strict base 64 range");
}

std::optional<std::string> puppet_fault(std::string_view text) {
  diagnostics::Sources sources;
  diagnostics::Diagnostics found;
  const SourceId source = sources.add("heredoc", std::string(text));
  const syntax::ParsedProgram program = syntax::parse_program(source, sources, found);
  if (program.body == nullptr) return found.sorted().empty() ? "it cannot be read" : found.sorted()[0].message;
  const std::vector<syntax::Issue> issues = syntax::find_issues(program);
  return issues.empty() ? std::nullopt : std::optional(issues[0].message);
}

class Finder {
 public:
  explicit Finder(const diagnostics::Sources& sources) : sources_(sources) {}

  void visit(const syntax::Expr& expr) {
    if (expr.kind == syntax::ExprKind::string) check(static_cast<const syntax::String&>(expr));
    if (!issue) syntax::for_each_child(expr, [this](const syntax::Expr& child) { visit(child); });
  }

  std::optional<syntax::Issue> issue;

 private:
  void check(const syntax::String& text) {
    const std::string_view source = sources_.text(text.span.source);
    const std::string syntax = syntax_of(source.substr(text.span.begin, text.span.end - text.span.begin));
    std::optional<std::string> fault;
    if (syntax == "json") fault = json_fault(text.value);
    else if (syntax == "base64") fault = base64_fault(text.value);
    else if (syntax == "pp") fault = puppet_fault(text.value);
    if (!fault || issue) return;
    std::string name = "ILLEGAL_" + syntax;
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    issue = {std::move(name), "this heredoc is no " + syntax + ": " + *fault, text.span};
  }

  const diagnostics::Sources& sources_;
};

}  // namespace

std::optional<syntax::Issue> find_heredoc_issue(const syntax::ParsedProgram& program, const diagnostics::Sources& sources) {
  Finder finder(sources);
  for (const syntax::FunctionDecl* function : program.functions) finder.visit(*function->body);
  finder.visit(*program.body);
  return finder.issue;
}

}  // namespace plan::engine
