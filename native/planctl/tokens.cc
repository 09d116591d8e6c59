// `planctl tokens`: what the lexer makes of a text.
#include <iomanip>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include "planctl/phases.h"
#include "planctl/sources.h"
#include "syntax/lexer.h"

namespace plan::planctl {

namespace {

using syntax::TokenKind;

std::string_view name_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::end: return "end";
    case TokenKind::name: return "name";
    case TokenKind::class_ref: return "class_ref";
    case TokenKind::variable: return "variable";
    case TokenKind::dollar: return "dollar";
    case TokenKind::integer: return "integer";
    case TokenKind::floating: return "floating";
    case TokenKind::duration: return "duration";
    case TokenKind::string: return "string";
    case TokenKind::string_begin: return "string_begin";
    case TokenKind::string_text: return "string_text";
    case TokenKind::interpolation_begin: return "interpolation_begin";
    case TokenKind::interpolation_end: return "interpolation_end";
    case TokenKind::string_end: return "string_end";
    case TokenKind::regex: return "regex";
    case TokenKind::l_brace: return "l_brace";
    case TokenKind::r_brace: return "r_brace";
    case TokenKind::l_bracket: return "l_bracket";
    case TokenKind::list_start: return "list_start";
    case TokenKind::r_bracket: return "r_bracket";
    case TokenKind::l_paren: return "l_paren";
    case TokenKind::line_paren: return "line_paren";
    case TokenKind::r_paren: return "r_paren";
    case TokenKind::comma: return "comma";
    case TokenKind::semicolon: return "semicolon";
    case TokenKind::colon: return "colon";
    case TokenKind::dot: return "dot";
    case TokenKind::question: return "question";
    case TokenKind::pipe: return "pipe";
    case TokenKind::fat_arrow: return "fat_arrow";
    case TokenKind::arrow: return "arrow";
    case TokenKind::left_arrow: return "left_arrow";
    case TokenKind::both_arrow: return "both_arrow";
    case TokenKind::equals: return "equals";
    case TokenKind::plus_equals: return "plus_equals";
    case TokenKind::minus_equals: return "minus_equals";
    case TokenKind::plus: return "plus";
    case TokenKind::minus: return "minus";
    case TokenKind::star: return "star";
    case TokenKind::slash: return "slash";
    case TokenKind::percent: return "percent";
    case TokenKind::shift_left: return "shift_left";
    case TokenKind::shift_right: return "shift_right";
    case TokenKind::equal_equal: return "equal_equal";
    case TokenKind::not_equal: return "not_equal";
    case TokenKind::less: return "less";
    case TokenKind::less_equal: return "less_equal";
    case TokenKind::greater: return "greater";
    case TokenKind::greater_equal: return "greater_equal";
    case TokenKind::match: return "match";
    case TokenKind::not_match: return "not_match";
    case TokenKind::bang: return "bang";
    case TokenKind::foreign: return "foreign";
    case TokenKind::lost: return "lost";
  }
  PLAN_ASSERT(false);
}

struct Options {
  std::vector<std::string> files;
  bool json = false;
};

struct Shown {
  std::string file;
  std::string_view kind;
  std::string text;              // as it stands in the file
  diagnostics::Position begin, end;
};

void print_json(const std::vector<Shown>& tokens) {
  boost::json::array all;
  for (const Shown& token : tokens) {
    all.push_back({{"file", token.file}, {"kind", token.kind}, {"text", token.text}, {"line", token.begin.line},
                   {"column", token.begin.column}, {"end_line", token.end.line}, {"end_column", token.end.column}});
  }
  std::cout << boost::json::serialize(all) << '\n';
}

void print_text(const std::vector<Shown>& tokens) {
  for (const Shown& token : tokens) {
    const std::string place = std::string(token.file) + ":" + std::to_string(token.begin.line) + ":" + std::to_string(token.begin.column);
    std::cout << std::left << std::setw(30) << place << "  " << std::setw(20) << token.kind << "  ";
    for (const char c : token.text) std::cout << (c == '\n' ? std::string("\\n") : std::string(1, c));
    std::cout << '\n';
  }
}

int tokens(const Options& options) {
  std::vector<Shown> shown;
  const auto show = [&](SourceId id, const diagnostics::Sources& sources, diagnostics::Diagnostics& found) {
    const std::string_view text = sources.text(id);
    Arena arena;
    for (const syntax::Token& token : syntax::Lexer(id, text, arena, found).run()) {
      shown.push_back({std::string(sources.path(id)), name_of(token.kind),
                       std::string(text.substr(token.span.begin, token.span.end - token.span.begin)),
                       sources.position(id, token.span.begin), sources.position(id, token.span.end)});
    }
  };
  return show_files(options.files, show, [&] { options.json ? print_json(shown) : print_text(shown); });
}

}  // namespace

void add_tokens(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("tokens", "Print what the lexer makes of plans");
  command->add_option("FILE", options->files, "Files, or folders with *.plan and types/*.pp")->required();
  command->add_flag("--json", options->json, "An array of objects instead of text");
  command->footer("A token a line: where it begins, its kind, and its text.\n\nExample:\n  planctl tokens examples/elevator.plan\n\n"
                  "Exit codes: 0 fine, 1 mistakes in the texts, 2 wrong usage.");
  command->callback([options, &code] { code = tokens(*options); });
}

}  // namespace plan::planctl
