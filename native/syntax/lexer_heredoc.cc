// Heredocs: @("END":syntax/escapes) stands for the lines below its own, up to the line that ends with END. The text is
// read from a copy without its margin; positions still point into the source.
#include <algorithm>
#include <utility>

#include "syntax/characters.h"
#include "syntax/lexer.h"

namespace plan::syntax {

using diagnostics::Code;

struct Lexer::Heredoc {
  std::size_t begin = 0;        // of '@('
  std::size_t end = 0;          // after ')'
  std::string_view end_tag;
  std::string escapes;
  bool interpolates = false;
  std::size_t text_begin = 0;
  std::size_t text_end = 0;     // where the line with the end tag begins
  std::size_t resume = 0;       // where the line after it begins
  std::string_view margin;
  bool drops_last_newline = false;
};

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// "/nt" after the tag: the letters whose escapes are read. A bare "/" means all of them.
bool read_escapes(std::string_view letters, std::string& escapes) {
  constexpr std::string_view kAll = "trnsuL$";
  if (letters.empty()) letters = kAll;
  escapes = "\\";
  for (const char letter : letters) {
    if (kAll.find(letter) == std::string_view::npos || escapes.find(letter) != std::string::npos) return false;
    escapes += letter;
  }
  return true;
}

bool is_syntax_name(std::string_view text) {
  return text.size() > 1 && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '+'; });
}

}  // namespace

void Lexer::lex_heredoc() {
  Heredoc heredoc;
  heredoc.begin = position_;
  if (!read_heredoc_tag(heredoc)) {
    report(Code::unexpected_token, span(heredoc.begin, std::max(heredoc.end, heredoc.begin + 2)),
           "this is not the start of a heredoc",
           "write `@(END)`, `@(\"END\")` to interpolate, `@(END/nt$)` with the escapes to read");
    give_up_heredoc(heredoc, std::max(heredoc.end, heredoc.begin + 2));
    return;
  }
  if (!find_heredoc_end(heredoc)) {
    report(Code::unterminated, span(heredoc.begin, heredoc.end), "this heredoc has no end",
           "end it with a line that holds `| " + std::string(heredoc.end_tag) + "`");
    give_up_heredoc(heredoc, heredoc.end);
    return;
  }
  lex_heredoc_text(heredoc);
  heredoc_resume_ = heredoc.resume;
  position_ = heredoc.end;
}

void Lexer::give_up_heredoc(const Heredoc& heredoc, std::size_t end) {
  push(TokenKind::string, heredoc.begin, end, {});
  position_ = ++recoveries_ <= kMaxRecoveries ? end : text_.size();
}

// '@(' tag [':' syntax] ['/' escapes] ')'
bool Lexer::read_heredoc_tag(Heredoc& heredoc) {
  const std::size_t line_end = std::min(text_.find('\n', heredoc.begin), text_.size());
  const std::size_t close = text_.find(')', heredoc.begin);
  if (close >= line_end) return false;
  heredoc.end = close + 1;
  std::string_view inside = slice(heredoc.begin + 2, close);
  const std::size_t slash = inside.find('/');
  if (slash != std::string_view::npos) {
    if (!read_escapes(trim_end(inside.substr(slash + 1)), heredoc.escapes)) return false;
    inside = inside.substr(0, slash);
  }
  const std::size_t colon = inside.find(':');
  if (colon != std::string_view::npos) {
    if (!is_syntax_name(trim(inside.substr(colon + 1)))) return false;
    inside = inside.substr(0, colon);
  }
  std::string_view tag = trim(inside);
  heredoc.interpolates = tag.size() >= 2 && tag.front() == '"' && tag.back() == '"';
  if (heredoc.interpolates) tag = trim(tag.substr(1, tag.size() - 2));
  heredoc.end_tag = tag;
  return !tag.empty();
}

// The end line: blanks ['|'] ['-'] tag. Text may precede it on the line, as in Puppet, and is not part of the heredoc.
bool Lexer::find_heredoc_end(Heredoc& heredoc) {
  const std::size_t newline = heredoc_resume_ > 0 ? heredoc_resume_ - 1 : text_.find('\n', heredoc.end);
  if (newline == std::string_view::npos) return false;
  heredoc.text_begin = newline + 1;
  for (std::size_t line = heredoc.text_begin; line < text_.size();) {
    const std::size_t line_end = std::min(text_.find('\n', line), text_.size());
    std::string_view content = slice(line, line_end);
    if (content.ends_with('\r')) content.remove_suffix(1);
    content = trim_end(content);
    if (content.ends_with(heredoc.end_tag)) {
      content = trim_end(content.substr(0, content.size() - heredoc.end_tag.size()));
      heredoc.drops_last_newline = content.ends_with('-');
      if (heredoc.drops_last_newline) content = trim_end(content.substr(0, content.size() - 1));
      if (content.ends_with('|')) {
        content.remove_suffix(1);
        heredoc.margin = content.substr(trim_end(content).size());
      }
      heredoc.text_end = line;
      heredoc.resume = std::min(line_end + 1, text_.size());
      return true;
    }
    line = line_end + 1;
  }
  return false;
}

void Lexer::lex_heredoc_text(const Heredoc& heredoc) {
  std::string text;
  std::vector<Piece> pieces;
  for (std::size_t line = heredoc.text_begin; line < heredoc.text_end;) {
    const std::size_t next = std::min(text_.find('\n', line), heredoc.text_end - 1) + 1;
    std::string_view content = slice(line, next);
    const std::size_t margin = content.starts_with(heredoc.margin) ? heredoc.margin.size() : 0;
    pieces.push_back({text.size(), source_offset(line + margin)});
    text += content.substr(margin);
    line = next;
  }
  if (pieces.empty()) pieces.push_back({0, source_offset(heredoc.text_begin)});
  if (heredoc.drops_last_newline && text.ends_with('\n')) {
    text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
  }
  const std::string_view kept = arena_.copy(std::string_view(text));
  Lexer inner(source_, kept, arena_, diagnostics_);
  inner.pieces_ = std::move(pieces);
  inner.recoveries_ = recoveries_;
  inner.nesting_ = nesting_ + 1;   // an open quote within has no line to go on at
  inner.line_start_ = line_start_;
  const Quoting quoting{true, heredoc.interpolates, heredoc.escapes, span(heredoc.begin, heredoc.end)};
  const bool complete = inner.lex_interpolated(quoting);
  recoveries_ = inner.recoveries_;
  if (complete) {
    tokens_.insert(tokens_.end(), inner.tokens_.begin(), inner.tokens_.end());
    for (diagnostics::Diagnostic& one : inner.found_) {
      report(one.code, one.span, std::move(one.message), std::move(one.help));
    }
    line_start_ = false;
  } else {
    report(Code::unterminated, quoting.opening, "code in this heredoc has no end", "end it with `}`");
    push(TokenKind::string, heredoc.begin, heredoc.end, {});
  }
}

}  // namespace plan::syntax
