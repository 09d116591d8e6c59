// Plans and their members.
#include "syntax/characters.h"
#include "syntax/parser_core.h"

namespace plan::syntax {

using diagnostics::Code;

namespace {

bool is_plain_name(std::string_view text) {
  return is_name(text) && text.find(':') == std::string_view::npos;
}

}  // namespace

// plan = 'plan' NAME [ '[' CLASSREF {',' CLASSREF} ']' ] [ 'inherits' NAME [ '[' type {',' type} ']' ] ] '{' {member} '}'
const PlanDecl* Parser::parse_plan() {
  const Span begin = take().span;
  PlanDecl plan{};
  if (!parse_plan_head(plan)) return nullptr;
  parse_members(plan);
  plan.span = since(begin);
  return arena_.make<PlanDecl>(plan);
}

bool Parser::parse_plan_head(PlanDecl& plan) {
  if (!at(TokenKind::name)) return unexpected("the name of the plan", "names are written `galera::host`"), false;
  plan.name = name_of(take());
  if (accept(TokenKind::l_bracket) || accept(TokenKind::list_start)) {
    std::vector<Name> names;
    do {
      if (!at(TokenKind::class_ref)) return unexpected("the name of a type parameter"), false;
      names.push_back(name_of(take()));
    } while (accept(TokenKind::comma));
    if (!expect(TokenKind::r_bracket, "`,` or `]`")) return false;
    plan.type_parameters = arena_.copy(names);
  }
  if (accept_word("inherits")) {
    if (!at(TokenKind::name)) return unexpected("the name of a plan"), false;
    plan.parent = name_of(take());
    if (accept(TokenKind::l_bracket) || accept(TokenKind::list_start)) {
      std::vector<const Expr*> arguments;
      do {
        const Expr* type = parse_type("a type");
        if (type == nullptr) return false;
        arguments.push_back(type);
      } while (accept(TokenKind::comma));
      if (!expect(TokenKind::r_bracket, "`,` or `]`")) return false;
      plan.parent_arguments = arena_.copy(arguments);
    }
  }
  if (at(TokenKind::l_brace)) return true;
  unexpected(plan.parent.empty() ? "`inherits` or `{`" : "`{`",
             at(TokenKind::l_paren) ? "the parameters of a plan are its `public` variables" : "");
  return false;
}

// '{' {member} '}'
void Parser::parse_members(PlanDecl& plan) {
  const std::size_t open = position_;
  take();
  std::vector<Member> members;
  while (!accept(TokenKind::r_brace)) {
    if (at(TokenKind::end) || at_plan_start()) {
      report_unclosed(open, "plan");
      break;
    }
    const std::size_t before = position_;
    if (parse_member(members)) continue;
    if (position_ == before) take();
    skip_to_member(open);
    note_unread(before);
  }
  plan.members = arena_.copy(members);
}

// member = variable | queue | state | function | action | alias
bool Parser::parse_member(std::vector<Member>& members) {
  const Token& first = peek();
  if (at_word("action")) {
    const ActionDecl* action = parse_action();
    if (action == nullptr) return false;
    members.push_back({.kind = MemberKind::action, .span = action->span, .action = action});
    return true;
  }
  if (at_word("type")) {
    const TypeAlias* alias = parse_alias();
    if (alias == nullptr) return false;
    members.push_back({.kind = MemberKind::alias, .span = alias->span, .alias = alias});
    return true;
  }
  Visibility access = Visibility::unspecified;
  if (accept_word("public")) access = Visibility::public_;
  else if (accept_word("private")) access = Visibility::private_;
  return parse_declared(members, access, first);
}

// What the word was meant to be, where a member has to start.
std::string Parser::help_for_member() const {
  if (at(TokenKind::name)) {
    const std::string_view word = peek().text;
    const std::string_view near = diagnostics::nearest(word, {"action", "function", "input", "output", "private", "public", "queue", "state", "type"});
    if (!near.empty()) return "did you mean `" + std::string(near) + "`?";
    std::string type(word);
    if (type[0] >= 'a' && type[0] <= 'z') type[0] = static_cast<char>(type[0] - 'a' + 'A');
    if (peek(1).kind == TokenKind::variable) return "types start with a capital: `" + type + "`";
  }
  return "members are variables (`Integer $n = 1`), `queue`, `input`, `output`, `state`, `function`, `action` and `type`";
}

// What may follow 'public' or 'private'.
bool Parser::parse_declared(std::vector<Member>& members, Visibility access, const Token& first) {
  const bool is_public = access == Visibility::public_;
  const Span begin = first.span;
  Direction direction = Direction::internal;
  if (at_word("function")) {
    const FunctionDecl* function = parse_function(access, begin);
    if (function == nullptr) return false;
    members.push_back({.kind = MemberKind::function, .span = function->span, .function = function});
    return true;
  }
  if (at(TokenKind::variable) || at(TokenKind::class_ref)) {
    const VariableDecl* variable = parse_variable(access, begin);
    if (variable == nullptr) return false;
    members.push_back({.kind = MemberKind::variable, .span = variable->span, .variable = variable});
    return true;
  }
  if (access == Visibility::private_) {
    unexpected("a variable or `function` after `private`", "queues and states are not private: leave the word out");
    return false;
  }
  const bool is_queue = at_word("queue");
  const bool is_state = at_word("state");
  if (at_word("input")) direction = Direction::input;
  else if (at_word("output")) direction = Direction::output;
  else if (!is_queue && !is_state) {
    unexpected(is_public ? "a variable, `function`, `queue`, `input`, `output` or `state` after `public`"
                         : "a member of the plan or `}`",
               help_for_member());
    return false;
  }
  take();
  if (is_state || (direction != Direction::internal && accept_word("state"))) {
    const StateDecl* state = parse_states(is_public, direction, begin);
    if (state == nullptr) return false;
    members.push_back({.kind = MemberKind::state, .span = state->span, .state = state});
    return true;
  }
  const QueueDecl* queue = parse_queue(is_public, direction, begin);
  if (queue == nullptr) return false;
  members.push_back({.kind = MemberKind::queue, .span = queue->span, .queue = queue});
  return true;
}

// variable = ['public'|'private'] [type] '$'name ['=' expression]
const VariableDecl* Parser::parse_variable(Visibility access, Span begin) {
  const Expr* type = nullptr;
  if (at(TokenKind::class_ref)) {
    type = parse_type("a type");
    if (type == nullptr) return nullptr;
  }
  if (!at(TokenKind::variable)) {
    unexpected("a variable", at(TokenKind::name) ? "a variable is written `$" + std::string(peek().text) +
                                                       "`; a queue is declared with `queue`" : "");
    return nullptr;
  }
  const Name name = name_of(take());
  const Expr* value = nullptr;
  if (accept(TokenKind::equals)) {
    value = parse_expression();
    if (value == nullptr) return nullptr;
  }
  return arena_.make<VariableDecl>(access, type, name, value, since(begin));
}

// queue = … type name {',' name} [ '{' attribute {',' attribute} [','] '}' ]
const QueueDecl* Parser::parse_queue(bool is_public, Direction direction, Span begin) {
  const Expr* type = parse_type("the type of the queue");
  if (type == nullptr) return nullptr;
  std::vector<Name> names;
  if (!parse_names("the name of the queue", names)) return nullptr;
  std::vector<Attribute> attributes;
  if (at(TokenKind::l_brace) && !parse_attributes(attributes)) return nullptr;
  return arena_.make<QueueDecl>(is_public, direction, type, arena_.copy(names), arena_.copy(attributes),
                                since(begin));
}

// attribute = name '=>' ['*'] expression
bool Parser::parse_attributes(std::vector<Attribute>& attributes) {
  InContext context(*this, {.guard = false, .durations = true, .brace_calls = true});
  take();
  while (!accept(TokenKind::r_brace)) {
    const Span begin = peek().span;
    if (!at(TokenKind::name)) {
      unexpected("an attribute of the queue or `}`", "attributes are `entries`, `capacity`, `ttl`, `latched` and `operator`");
      return false;
    }
    const Name name = name_of(take());
    if (!expect(TokenKind::fat_arrow, "`=>`")) return false;
    const bool splat = accept(TokenKind::star);
    const Expr* value = parse_expression();
    if (value == nullptr) return false;
    attributes.push_back({name, splat, value, since(begin)});
    if (!accept(TokenKind::comma) && !at(TokenKind::r_brace)) return unexpected("`,` or `}`"), false;
  }
  return true;
}

// state = ['public'|'input'|'output'] 'state' name {',' name}
const StateDecl* Parser::parse_states(bool is_public, Direction direction, Span begin) {
  std::vector<Name> names;
  if (!parse_names("the name of a state", names)) return nullptr;
  return arena_.make<StateDecl>(is_public, direction, arena_.copy(names), since(begin));
}

// function = ['public'|'private'] 'function' name '(' parameters ')' ['>>' type] block
const FunctionDecl* Parser::parse_function(Visibility access, Span begin) {
  take();
  Name name;
  if (program_ && at(TokenKind::name)) name = name_of(take());   // may be qualified
  else if (!parse_declared_name("the name of the function", name)) return nullptr;
  std::vector<Parameter> parameters;
  const bool has_parameters = accept(TokenKind::l_paren) || accept(TokenKind::line_paren);
  if (!has_parameters && !program_) {
    unexpected("`(`", "a function without parameters is written `function " + std::string(name.text) + "() { … }`");
    return nullptr;
  }
  if (has_parameters && !parse_parameters(TokenKind::r_paren, parameters)) return nullptr;
  const Expr* return_type = nullptr;
  if (accept(TokenKind::shift_right)) {
    return_type = parse_type("the type that the function returns");
    if (return_type == nullptr) return nullptr;
  }
  const Expr* body = parse_block("the function's body");
  if (body == nullptr) return nullptr;
  return arena_.make<FunctionDecl>(access, name, arena_.copy(parameters), return_type, body, since(begin));
}

// alias = 'type' CLASSREF '=' type; as in Puppet the right side may be any value
const TypeAlias* Parser::parse_alias() {
  const Span begin = take().span;
  if (!at(TokenKind::class_ref)) {
    unexpected("the name of the type", "names of types start with a capital in every part: `Galera::Ip`");
    return nullptr;
  }
  const Name name = name_of(take());
  if (!expect(TokenKind::equals, "`=`")) return nullptr;
  const Expr* type = parse_type("a type");
  if (type == nullptr) return nullptr;
  return arena_.make<TypeAlias>(name, type, since(begin));
}

// parameters = [parameter {',' parameter} [',']]
bool Parser::parse_parameters(TokenKind close, std::vector<Parameter>& parameters) {
  InContext context(*this, {});
  while (!accept(close)) {
    Parameter parameter{};
    if (!parse_parameter(parameter)) return false;
    parameters.push_back(parameter);
    if (!accept(TokenKind::comma) && !at(close)) {
      unexpected(close == TokenKind::pipe ? "`,` or `|`" : "`,` or `)`");
      return false;
    }
  }
  return true;
}

// parameter = [type] ['*'] ('$'name | '_') ['=' expression]
bool Parser::parse_parameter(Parameter& parameter) {
  const Span begin = peek().span;
  if (at(TokenKind::class_ref)) {
    parameter.type = parse_type("a type");
    if (parameter.type == nullptr) return false;
  }
  parameter.captures_rest = accept(TokenKind::star);
  if (!at(TokenKind::variable) && !at_word("_")) {
    unexpected("a parameter", at(TokenKind::name) ? "a parameter is written `$" + std::string(peek().text) +
                                                        "`, its type starts with a capital" : "");
    return false;
  }
  parameter.name = name_of(take());
  if (accept(TokenKind::equals)) {
    parameter.default_value = parse_expression();
    if (parameter.default_value == nullptr) return false;
  }
  parameter.span = since(begin);
  return true;
}

// type = CLASSREF ['[' … ']']
const Expr* Parser::parse_type(std::string_view what) {
  if (!at(TokenKind::class_ref)) {
    std::string help = "types start with a capital: `Integer`, `Hash[Integer, String]`, `Galera::Host`";
    unexpected(what, std::move(help));
    return nullptr;
  }
  const Token& token = take();
  const Name name = name_of(token);
  const Expr* type = arena_.make<ClassRef>(head(ExprKind::class_ref, token.span), name.text);
  if (!at(TokenKind::l_bracket)) return type;
  InContext context(*this, {});
  return parse_access(type);
}

bool Parser::parse_declared_name(std::string_view what, Name& name) {
  if (!at(TokenKind::name)) {
    unexpected(what, at(TokenKind::variable) ? "write it without `$`" : "");
    return false;
  }
  if (!is_plain_name(peek().text)) {
    unexpected(what, "a name starts with a small letter and goes on with small letters, digits and `_`");
    return false;
  }
  name = name_of(take());
  return true;
}

// name {',' name}
bool Parser::parse_names(std::string_view what, std::vector<Name>& names) {
  do {
    Name name;
    if (!parse_declared_name(what, name)) return false;
    names.push_back(name);
    if (at(TokenKind::name) && !peek().line_start) unexpected("`,`", "names in a list are divided by `,`");
    else if (!accept(TokenKind::comma)) return true;
  } while (true);
}

}  // namespace plan::syntax
