// The recursive descent parser; private to this folder. The rule of the grammar is the comment over its method. A
// method that could not read its rule has reported why and returns null (or false); the loops over members and
// statements then go on behind the mistake.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "diagnostics/diagnostic.h"
#include "syntax/ast.h"
#include "syntax/parser.h"
#include "syntax/token.h"

namespace plan::syntax {

class Parser {
 public:
  Parser(SourceId source, std::vector<Token> tokens, Arena& arena, diagnostics::Diagnostics& diagnostics);

  void parse_file(ParsedFile& file);
  [[nodiscard]] const Expr* parse_lone_expression();
  [[nodiscard]] const Block* parse_program(std::vector<const TypeAlias*>& aliases,
                                           std::vector<const FunctionDecl*>& functions);

 private:
  // What the surroundings of an expression allow.
  struct Context {
    bool guard = false;         // '=' is a mistake for '=='
    bool durations = false;
    bool brace_calls = true;    // not before the block of an if
  };
  class Nesting;                // counts one level of recursion while it lives
  class InContext;              // sets the context while it lives

  // parser.cc: the cursor, mistakes and recovery
  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
  const Token& take();
  [[nodiscard]] bool at(TokenKind kind) const { return peek().kind == kind; }
  [[nodiscard]] bool at_word(std::string_view word) const { return is_word_token(0, word); }
  [[nodiscard]] bool is_word_token(std::size_t ahead, std::string_view word) const;
  bool accept(TokenKind kind);
  bool accept_word(std::string_view word);
  bool expect(TokenKind kind, std::string_view what);
  [[nodiscard]] Span since(Span begin) const { return begin.to(tokens_[position_ == 0 ? 0 : position_ - 1].span); }
  void report(diagnostics::Code code, Span span, std::string message, std::string help = {});
  void unexpected(std::string_view expected, std::string help = {});
  [[nodiscard]] std::string describe(const Token& token) const;
  void match_brackets();
  void skip_to_statement(std::size_t block_open);
  void skip_to_member(std::size_t plan_open);
  void skip_to_top();
  void note_unread(std::size_t from);
  void note_words(const Token& token, ParsedFile& file);
  void report_unclosed(std::size_t open, std::string_view what);
  [[nodiscard]] bool at_member_start() const;
  [[nodiscard]] bool at_plan_start() const;
  [[nodiscard]] bool enter_nesting();
  [[nodiscard]] bool height_allowed(const Expr* expression);

  // parse_declarations.cc
  [[nodiscard]] const PlanDecl* parse_plan();
  [[nodiscard]] bool parse_plan_head(PlanDecl& plan);
  void parse_members(PlanDecl& plan);
  [[nodiscard]] bool parse_member(std::vector<Member>& members);
  [[nodiscard]] std::string help_for_member() const;
  [[nodiscard]] bool parse_declared(std::vector<Member>& members, Visibility access, const Token& first);
  [[nodiscard]] const VariableDecl* parse_variable(Visibility access, Span begin);
  [[nodiscard]] const QueueDecl* parse_queue(bool is_public, Direction direction, Span begin);
  [[nodiscard]] bool parse_attributes(std::vector<Attribute>& attributes);
  [[nodiscard]] const StateDecl* parse_states(bool is_public, Direction direction, Span begin);
  [[nodiscard]] const FunctionDecl* parse_function(Visibility access, Span begin);
  [[nodiscard]] const TypeAlias* parse_alias();
  [[nodiscard]] bool parse_parameters(TokenKind close, std::vector<Parameter>& parameters);
  [[nodiscard]] bool parse_parameter(Parameter& parameter);
  [[nodiscard]] const Expr* parse_type(std::string_view what);
  [[nodiscard]] bool parse_declared_name(std::string_view what, Name& name);
  [[nodiscard]] bool parse_names(std::string_view what, std::vector<Name>& names);

  // parse_actions.cc
  [[nodiscard]] const ActionDecl* parse_action();
  [[nodiscard]] bool at_arc() const;
  [[nodiscard]] std::size_t skip_pattern(std::size_t ahead) const;
  [[nodiscard]] const Arc* parse_arc();
  [[nodiscard]] const Pattern* parse_pattern();
  [[nodiscard]] bool parse_source(ArcSource& source);
  [[nodiscard]] bool parse_state_source(ArcSource& source);
  [[nodiscard]] bool read_source(const Expr* expression, ArcSource& source);
  [[nodiscard]] bool read_count(const Access& access, ArcSource& source);
  [[nodiscard]] bool parse_clauses(std::vector<Clause>& clauses);
  [[nodiscard]] const Expr* parse_statement();
  [[nodiscard]] bool rejects_brace();
  [[nodiscard]] const Expr* parse_send(const Expr* value);
  [[nodiscard]] const Expr* parse_block(std::string_view what);
  void reject_arc();

  // parse_expressions.cc
  [[nodiscard]] const Expr* parse_expression();
  [[nodiscard]] const Expr* parse_operators(int lowest);
  [[nodiscard]] const Expr* parse_unary();
  [[nodiscard]] const Expr* parse_selector(const Expr* subject);
  [[nodiscard]] bool parse_selector_option(std::vector<Option>& options);
  [[nodiscard]] const Expr* parse_postfix();
  [[nodiscard]] const Expr* parse_suffixes(const Expr* expression);
  [[nodiscard]] const Expr* parse_member(const Expr* receiver);
  [[nodiscard]] const Expr* parse_access(const Expr* object);
  [[nodiscard]] const Expr* parse_call(const Expr* callee);
  [[nodiscard]] const Expr* parse_statement_call();
  [[nodiscard]] bool at_statement_call() const;
  [[nodiscard]] bool parse_items(TokenKind close, std::string_view what, std::vector<const Expr*>& items);
  [[nodiscard]] bool at_lambda() const;
  [[nodiscard]] bool parse_optional_lambda(const Lambda*& lambda);
  [[nodiscard]] bool is_assignable(const Expr* target) const;

  // parse_operands.cc
  [[nodiscard]] const Expr* parse_operand();
  [[nodiscard]] const Expr* parse_word();
  [[nodiscard]] const Expr* parse_array();
  [[nodiscard]] const Expr* parse_hash(bool keyword_keys);
  [[nodiscard]] bool parse_hash_entry(bool keyword_keys, HashEntry& entry);
  [[nodiscard]] const Expr* parse_parenthesised();
  [[nodiscard]] const Expr* parse_interpolation();
  [[nodiscard]] const Expr* parse_if(bool unless);
  [[nodiscard]] const Expr* parse_condition();
  [[nodiscard]] const Expr* parse_case();
  [[nodiscard]] bool parse_case_option(std::vector<Option>& options);

  // Nodes: the head of an expression of which these are the parts.
  [[nodiscard]] static Expr head(ExprKind kind, Span span, std::initializer_list<const Expr*> parts = {});
  [[nodiscard]] static Expr head(ExprKind kind, Span span, const std::vector<const Expr*>& parts);
  [[nodiscard]] Name name_of(const Token& token) { return {arena_.copy(token.text), token.span}; }

  SourceId source_;
  std::vector<Token> tokens_;
  std::vector<std::uint32_t> depths_;      // of brackets around each token
  Arena& arena_;
  diagnostics::Diagnostics& diagnostics_;
  std::vector<bool> unread_;               // tokens that are in no tree
  std::size_t position_ = 0;
  std::size_t last_reported_ = static_cast<std::size_t>(-1);  // one mistake per token: what follows is its consequence
  std::size_t mistakes_ = 0;
  int nesting_ = 0;
  bool program_ = false;                   // Puppet code on its own
  Context context_;
};

class Parser::Nesting {
 public:
  explicit Nesting(Parser& parser) : parser_(parser), ok_(parser.enter_nesting()) {}
  ~Nesting() { --parser_.nesting_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  Parser& parser_;
  bool ok_;
};

class Parser::InContext {
 public:
  InContext(Parser& parser, Context context) : parser_(parser), before_(parser.context_) {
    parser.context_ = context;
  }
  ~InContext() { parser_.context_ = before_; }
  InContext(const InContext&) = delete;
  InContext& operator=(const InContext&) = delete;

 private:
  Parser& parser_;
  Context before_;
};

// Can the token go on with an expression that was read so far?
[[nodiscard]] bool joins_operands(const Token& token);
// Words that cannot be values: they are read where the grammar has them.
[[nodiscard]] bool is_reserved_word(std::string_view word);

}  // namespace plan::syntax
