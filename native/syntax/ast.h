// The syntax tree of plan texts. All nodes live in the arena of their ParsedFile, are immutable once parsed, and carry
// the span of the text they came from. Every switch over a kind is exhaustive and has no default.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/span.h"

namespace plan::syntax {

template <class T>
using List = std::span<T const>;

// A name with its place: `$the_map` is the Name "the_map" (no '$'); `Galera::Host` and `main::catalog_done` are kept
// as written.
struct Name {
  std::string_view text;
  Span span;
  [[nodiscard]] bool empty() const { return text.empty(); }
};

// ---------------------------------------------------------------------------------------------- expressions

enum class ExprKind : std::uint8_t {
  undef,          // undef
  unit,           // $ alone: undef as a value
  default_,       // default
  boolean,
  integer,
  floating,
  duration,       // 500ms 1s 10m 2h 1d, where a duration is expected
  string,         // without interpolation
  interpolation,
  regex,
  name,           // bare word: add, main::catalog_done
  class_ref,      // Integer, Galera::Host
  variable,       // $x, $galera::host::x
  self,
  array,
  hash,
  access,         // a[b, c]
  call,           // name(args) [lambda]
  method_call,    // receiver.name [(args)] [lambda]; also member access and `.new { … }`
  unary,
  binary,
  assign,         // pattern = value
  selector,       // subject ? { … }
  if_,            // if / elsif / else; unless
  case_,
  block,          // statements; only as a body or branch
  send,           // value -> [*] target; only as a statement
};

struct Expr {
  ExprKind kind;
  Span span;
  std::uint16_t height = 1;  // of the tree below; the parser bounds it, so a walk may recurse
};

struct Undef : Expr {};
struct Unit : Expr {};
struct Default : Expr {};
struct SelfRef : Expr {};
struct Boolean : Expr { bool value; };
struct Integer : Expr { std::int64_t value; };
struct Float : Expr { double value; };
struct Duration : Expr { std::int64_t milliseconds; };
struct String : Expr { std::string_view value; };                  // escapes already resolved
struct Interpolation : Expr { List<const Expr*> parts; };          // String parts and expressions, in order
struct Regex : Expr { std::string_view pattern; };                 // without the slashes; \/ already /
struct NameExpr : Expr { std::string_view name; };
struct ClassRef : Expr { std::string_view name; };
struct Variable : Expr { std::string_view name; };                 // without '$'
struct Array : Expr { List<const Expr*> items; };                  // an item may be a splat Unary

struct HashEntry {
  const Expr* key;
  const Expr* value;
};
struct Hash : Expr { List<HashEntry> entries; };

struct Access : Expr {
  const Expr* object;
  List<const Expr*> keys;
};

struct Parameter {
  const Expr* type;          // null when untyped
  Name name;                 // text "_" is thrown away
  const Expr* default_value; // null when required
  bool captures_rest;        // *$rest
  Span span;
};

struct Lambda {
  List<Parameter> parameters;
  const Expr* body;          // a Block
  Span span;
  const Expr* return_type = nullptr;   // null when undeclared
};

struct Call : Expr {
  Name name;
  List<const Expr*> arguments;
  const Lambda* lambda;      // null when there is none
};

struct MethodCall : Expr {
  const Expr* receiver;
  Name name;
  List<const Expr*> arguments;   // `.new { a => b }` has one Hash argument
  const Lambda* lambda;
  bool has_parentheses;          // false for `.name` and for the brace call
  bool brace_call;               // `.new { … }`
};

enum class UnaryOp : std::uint8_t { not_, minus, splat };
struct Unary : Expr {
  UnaryOp op;
  const Expr* operand;
};

enum class BinaryOp : std::uint8_t {
  add, subtract, multiply, divide, modulo, shift_left, shift_right,
  equal, not_equal, less, less_equal, greater, greater_equal,
  match, not_match, in, and_, or_,
};
struct Binary : Expr {
  BinaryOp op;
  const Expr* left;
  const Expr* right;
  Span op_span;
};

struct Assign : Expr {
  const Expr* target;        // Variable, or Array of targets (nested), as in Puppet
  const Expr* value;
};

struct Option {              // of a selector or a case
  List<const Expr*> matches; // Default for `default`
  const Expr* result;        // an expression (selector) or a Block (case)
  Span span;
};

struct Selector : Expr {
  const Expr* subject;
  List<Option> options;
};

struct If : Expr {           // `unless c` is parsed as If with condition `!c`
  const Expr* condition;
  const Expr* then_branch;   // Block
  const Expr* else_branch;   // Block, If (elsif), or null
};

struct Case : Expr {
  const Expr* subject;
  List<Option> options;
};

struct Block : Expr { List<const Expr*> statements; };

struct Send : Expr {
  const Expr* value;
  bool splat;                // `-> * queues`
  const Expr* target;        // NameExpr (queue, `state`), MethodCall (`$ref.queue`), or any expression after '*'
};

// ---------------------------------------------------------------------------------------------- arcs

enum class PatternKind : std::uint8_t { variable, wildcard, array };   // `$` alone is a wildcard too
struct Pattern {
  PatternKind kind;
  Span span;
  Name name;                       // variable
  List<const Pattern*> items;      // array
};

enum class SourceKind : std::uint8_t {
  queue,          // events, available_roles[all], main::catalog_done
  state,          // state, or state a, b
  parameter,      // $cluster_size
  reference,      // $leader.state, $worker.results[2]
};

enum class CountKind : std::uint8_t { one, exactly, range, all };   // q, q[n], q[m, n], q[all]
struct Count {
  CountKind kind;
  const Expr* minimum;             // exactly, range
  const Expr* maximum;             // range
};

struct ArcSource {
  SourceKind kind;
  Span span;
  Name name;                       // queue, parameter, or the queue of a reference; "state" for states
  const Expr* reference;           // reference only: usually a Variable
  List<Name> states;               // state only; empty means: whichever is current
  Count count;
};

enum class ClauseKind : std::uint8_t { where, after, awaiting };
struct Clause {
  ClauseKind kind;
  Span span;
  const Expr* expression;          // after: usually a Duration
};

enum class ArcKind : std::uint8_t { receive, read, inhibit };   // <-, <->, !<-
struct Arc {
  ArcKind kind;
  Span span;
  const Pattern* pattern;          // null for `! <- q`
  Name from;                       // `from $who`, or empty
  ArcSource source;
  List<Clause> clauses;
};

// ---------------------------------------------------------------------------------------------- declarations

enum class Visibility : std::uint8_t { unspecified, public_, private_ };

struct VariableDecl {
  Visibility access;
  const Expr* type;                // null when untyped
  Name name;
  const Expr* value;               // null when it has none
  Span span;
};

struct Attribute {
  Name name;
  bool splat;
  const Expr* value;
  Span span;
};

enum class Direction : std::uint8_t { internal, input, output };

struct QueueDecl {
  bool is_public;
  Direction direction;
  const Expr* type;
  List<Name> names;
  List<Attribute> attributes;
  Span span;
};

struct StateDecl {
  bool is_public;
  Direction direction;
  List<Name> names;
  Span span;
};

struct FunctionDecl {
  Visibility access;
  Name name;
  List<Parameter> parameters;
  const Expr* return_type;         // null when undeclared
  const Expr* body;                // Block
  Span span;
};

struct ActionItem {                // exactly one is set
  const Arc* arc;
  const Expr* statement;
};

struct ActionDecl {
  Name name;
  List<ActionItem> items;          // in the order of the text
  Span span;
};

struct TypeAlias {
  Name name;
  const Expr* type;
  Span span;
};

enum class MemberKind : std::uint8_t { variable, queue, state, function, action, alias };
struct Member {                    // the pointer that `kind` names is set
  MemberKind kind;
  Span span;
  const VariableDecl* variable = nullptr;
  const QueueDecl* queue = nullptr;
  const StateDecl* state = nullptr;
  const FunctionDecl* function = nullptr;
  const ActionDecl* action = nullptr;
  const TypeAlias* alias = nullptr;
};

struct PlanDecl {
  Name name;                       // galera::host
  List<Name> type_parameters;      // plan NAME[T, U]
  Name parent;                     // empty when it inherits nothing
  List<const Expr*> parent_arguments;   // orchestrator[Galera::Host]
  List<Member> members;
  Span span;
};

}  // namespace plan::syntax
