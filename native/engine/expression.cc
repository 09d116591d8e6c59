#include "engine/expression.h"

#include <algorithm>
#include <iterator>

#include "engine/compiler.h"
#include "engine/heredoc_syntax.h"
#include "engine/no_process.h"
#include "syntax/validate.h"

namespace plan::engine {

using values::EvaluationError;
using values::Value;

namespace {

std::string_view number_issue(std::string_view text) {
  const auto only = [text](std::string_view digits, std::size_t from) { return text.find_first_not_of(digits, from) == std::string_view::npos; };
  if (text.starts_with("0x") || text.starts_with("0X")) {
    return text.size() > 2 && only("0123456789abcdefABCDEF", 2) ? "NUMERIC_OVERFLOW" : "INVALID_HEX_NUMBER";
  }
  if (text.size() > 1 && text[0] == '0' && text[1] != '.') return only("01234567", 1) ? "NUMERIC_OVERFLOW" : "INVALID_OCTAL_NUMBER";
  if (only("0123456789", 0)) return "NUMERIC_OVERFLOW";
  const char after = text[text.find_first_not_of("0123456789")];
  return after == 'e' || after == 'E' || after == '.' ? "INVALID_DECIMAL_NUMBER" : "ILLEGAL_NUMBER";
}

// @( … ): what is wrong with it, from its text.
std::string_view heredoc_issue(std::string_view rest, bool unterminated) {
  if (unterminated) return "HEREDOC_WITHOUT_END_TAGGED_LINE";
  const std::size_t close = rest.substr(0, rest.find('\n')).find(')');
  if (close == std::string_view::npos) return "HEREDOC_UNCLOSED_PARENTHESIS";
  const std::size_t slash = rest.find('/');
  if (slash >= close) return "HEREDOC_INVALID_SYNTAX";
  const std::string_view escapes = rest.substr(slash + 1, close - slash - 1);
  return escapes.find_first_not_of("trnsuL$ ") == std::string_view::npos ? "HEREDOC_MULTIPLE_AT_ESCAPES" : "HEREDOC_INVALID_ESCAPE";
}

// Puppet's names for what the lexer, the parser and the compiler find.
std::string_view issue_of(const diagnostics::Diagnostic& found, std::string_view source) {
  using diagnostics::Code;
  const std::string_view text = source.substr(found.span.begin, found.span.end - found.span.begin);
  const bool unterminated = found.code == Code::unterminated;
  if (text.starts_with("@(") && (unterminated || found.code == Code::unexpected_token)) {
    return heredoc_issue(source.substr(found.span.begin), unterminated);
  }
  if (unterminated) {
    if (text == "/*") return "UNCLOSED_MLCOMMENT";
    return text.starts_with('\'') || text.starts_with('"') ? "UNCLOSED_QUOTE" : "SYNTAX_ERROR";
  }
  if (found.code == Code::invalid_number) return number_issue(text);
  if (found.code == Code::foreign_operator && (text == "+=" || text == "-=")) return "APPENDS_DELETES_NO_LONGER_SUPPORTED";
  if (found.code == Code::unexpected_token && (text == "private" || text == "attr")) return "RESERVED_WORD";
  if (text == "function" && source.substr(found.span.end).find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 1) return "ILLEGAL_DEFINITION_NAME";
  if (found.code == Code::invalid_type) return "RUNTIME_ERROR";
  return "SYNTAX_ERROR";
}

// Issues that only this implementation tells apart; for Puppet all are errors of Ruby code.
std::string puppet_issue(const std::string& issue) {
  static constexpr std::string_view kOwn[] = {"ARGUMENT_ERROR", "ARGUMENT_MISMATCH", "ARITY_MISMATCH", "EXPECTED_COLLECTION",
                                              "EXPECTED_INTEGER_INDEX", "FAIL", "ILLEGAL_REGEXP", "ILLEGAL_RESOURCE",
                                              "ILLEGAL_VERSION", "ILLEGAL_VERSION_RANGE", "NOT_A_TYPE", "NO_MEMBER",
                                              "TYPE_CONVERSION", "TYPE_MISMATCH"};
  return std::find(std::begin(kOwn), std::end(kOwn), issue) == std::end(kOwn) ? issue : "RUNTIME_ERROR";
}

}  // namespace

// Destroyed from the last to the first: the values that code holds before the aliases their types may name.
struct Expression::Code {
  diagnostics::Sources sources;
  SourceId source = 0;
  syntax::ParsedProgram program;
  Program::Data data;
  PlanCode plan;
  NodePtr body;
  std::uint32_t slots = 0;
};

Expression::Expression(std::string text) : code_(std::make_unique<Code>()) {
  code_->source = code_->sources.add("expression", std::move(text));
  compile();
}

Expression::~Expression() = default;

void Expression::refuse(std::string issue, std::string message, Span span, std::string rendered) {
  error_.position = code_->sources.position(span.source, span.begin);
  if (rendered.empty()) {
    rendered = code_->sources.describe(span) + ": error[" + issue + "]: " + message + "\n" +
               diagnostics::render_excerpt(span, code_->sources);
  }
  error_.code = std::move(issue);
  error_.message = std::move(message);
  error_.rendered = std::move(rendered);
}

void Expression::compile() {
  diagnostics::Diagnostics found;
  code_->program = syntax::parse_program(code_->source, code_->sources, found);
  if (code_->program.body) {
    const std::vector<syntax::Issue> issues = syntax::find_issues(code_->program);
    if (!issues.empty()) return refuse(issues[0].name, issues[0].message, issues[0].span);
    if (const auto issue = find_heredoc_issue(code_->program, code_->sources)) return refuse(issue->name, issue->message, issue->span);
    code_->body = Compiler(code_->data, found).program(code_->program, code_->plan, code_->slots);
  }
  const std::vector<diagnostics::Diagnostic> sorted = found.sorted();
  const auto first = std::find_if(sorted.begin(), sorted.end(), [](const diagnostics::Diagnostic& one) {
    return diagnostics::severity(one.code) == diagnostics::Severity::error;
  });
  if (first == sorted.end()) return;
  code_->body = nullptr;
  refuse(std::string(issue_of(*first, code_->sources.text(code_->source))), first->message, first->span, diagnostics::render_text({*first}, code_->sources));
}

std::optional<Value> Expression::evaluate(const ExpressionLimits& limits) {
  if (!code_->body) return std::nullopt;
  NoProcess nothing(code_->plan);
  Evaluation evaluation(nothing, limits.steps, limits.call_depth);
  Frame frame{evaluation, {}};
  frame.slots.resize(code_->slots);
  try {
    const Work::Counted counted(evaluation);
    return code_->body->evaluate(frame);
  } catch (const EvaluationError& error) {
    refuse(puppet_issue(error.issue()), error.what(), evaluation.where());
  }
  return std::nullopt;
}

}  // namespace plan::engine
