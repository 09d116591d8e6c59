// From text to tokens, by Puppet's lexical rules and this language's few more. Total: any text gives tokens, the last
// of kind `end`; what is wrong is reported and read as what it was probably meant to be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "diagnostics/diagnostic.h"
#include "syntax/token.h"

namespace plan::syntax {

class Lexer {
 public:
  // `text` must outlive the tokens, as must `arena`.
  Lexer(SourceId source, std::string_view text, Arena& arena, diagnostics::Diagnostics& diagnostics);

  [[nodiscard]] std::vector<Token> run();

 private:
  // A part of a text without its margin, and where the part stood: heredocs are read from a copy.
  struct Piece {
    std::size_t offset;
    std::size_t source_offset;
  };
  // How a quoted text ends and what its backslashes mean.
  struct Quoting {
    bool heredoc = false;
    bool interpolates = true;
    std::string_view escapes;   // letters that may follow a backslash; 'L' is a line end
    Span opening;               // for messages, and the span of the tokens around the text
  };
  struct Heredoc;

  // lexer.cc
  void lex_token();
  void lex_symbol();
  void lex_number();
  void lex_word();
  void lex_class_ref();
  void lex_variable();
  void lex_regex();
  void lex_newline();
  void skip_block_comment();
  void skip_invalid_character();
  [[nodiscard]] bool lex_foreign_operator();
  [[nodiscard]] bool regex_may_start() const;
  [[nodiscard]] std::size_t blank_length(std::size_t offset) const;

  // lexer_strings.cc
  void lex_single_quoted();
  void lex_double_quoted();
  [[nodiscard]] bool lex_interpolated(const Quoting& quoting);
  [[nodiscard]] bool lex_interpolation();
  void read_names_as_variables(std::size_t first);
  void lex_escape(const Quoting& quoting, std::string& out);
  [[nodiscard]] bool lex_unicode_escape(std::string& out);
  [[nodiscard]] bool looks_unclosed(std::size_t begin, std::size_t end) const;
  void recover_at_line_end(std::size_t opening, const char* what);

  // lexer_heredoc.cc
  void lex_heredoc();
  [[nodiscard]] bool read_heredoc_tag(Heredoc& heredoc);
  [[nodiscard]] bool find_heredoc_end(Heredoc& heredoc);
  void give_up_heredoc(const Heredoc& heredoc, std::size_t end);
  void lex_heredoc_text(const Heredoc& heredoc);

  [[nodiscard]] char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  [[nodiscard]] bool done() const { return position_ >= text_.size(); }
  [[nodiscard]] std::string_view slice(std::size_t begin, std::size_t end) const {
    return text_.substr(begin, end - begin);
  }
  [[nodiscard]] std::uint32_t source_offset(std::size_t offset) const;
  [[nodiscard]] Span span(std::size_t begin, std::size_t end) const;
  Token& push(TokenKind kind, std::size_t begin, std::size_t end, std::string_view text = {});
  void report(diagnostics::Code code, Span span, std::string message, std::string help = {});

  static constexpr int kMaxRecoveries = 16;   // bounds the work on a text full of open quotes

  SourceId source_;
  std::string_view text_;
  Arena& arena_;
  diagnostics::Diagnostics& diagnostics_;
  std::vector<Piece> pieces_;                  // empty: offsets are those of the source
  std::vector<Token> tokens_;
  std::vector<diagnostics::Diagnostic> found_; // held back: recovery drops what it read wrongly
  std::size_t position_ = 0;
  std::size_t heredoc_resume_ = 0;             // where the line after pending heredoc texts starts; 0: none pending
  int nesting_ = 0;                            // of strings in interpolations
  int open_braces_ = 0;
  int recoveries_ = 0;
  bool line_start_ = true;
};

}  // namespace plan::syntax
