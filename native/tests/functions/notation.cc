#include "notation.h"

#include <stdexcept>

namespace plan::test {

namespace {

using values::Value;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  types::TypePtr whole() {
    types::TypePtr type = parse_type();
    blanks();
    if (at_ != text_.size()) fail();
    return type;
  }

 private:
  [[noreturn]] void fail() const { throw std::runtime_error("cannot read the type " + std::string(text_)); }

  void blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  [[nodiscard]] char peek() {
    blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(std::string_view token) {
    blanks();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }

  std::string_view word(std::string_view characters) {
    blanks();
    const std::size_t end = std::min(text_.find_first_not_of(characters, at_), text_.size());
    const std::string_view found = text_.substr(at_, end - at_);
    at_ = end;
    return found;
  }

  std::string until(char close) {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != close; ++at_) out += text_[at_];
    ++at_;
    return out;
  }

  types::TypePtr parse_type() {
    const std::string_view name = word("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:");
    types::TypePtr type = functions::builtin_type(name);
    if (type == nullptr) fail();
    if (!take("[")) return type;
    std::vector<Value> parameters;
    do parameters.push_back(parameter()); while (take(","));
    if (!take("]")) fail();
    return functions::parameterize(type, parameters);
  }

  Value parameter() {
    const char c = peek();
    if (c == '\'') return Value::string(until('\''));
    if (c == '/') return Value::regexp(until('/'));
    if (c == '{') return hash();
    if (take("default")) return Value::default_();
    if (take("true")) return Value::boolean(true);
    if (take("false")) return Value::boolean(false);
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    return Value::type(parse_type());
  }

  Value number() {
    const std::string digits(word("-0123456789.e+"));
    if (digits.find('.') != std::string::npos) return Value::floating(std::stod(digits));
    return Value::integer(std::stoll(digits));
  }

  Value hash() {
    values::HashBuilder builder;
    static_cast<void>(take("{"));
    do {
      Value key = parameter();
      if (!take("=>")) fail();
      builder.set(std::move(key), parameter());
    } while (take(","));
    if (!take("}")) fail();
    return builder.build();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

types::TypePtr type(std::string_view notation) { return Parser(notation).whole(); }

types::PlanLineagePtr Notation::plan(std::string_view) const { return nullptr; }

types::TypePtr Notation::type(std::string_view notation) const { return test::type(notation); }

values::Value value(std::string_view json) {
  const Notation notation;
  const auto parsed = values::parse_json(json);
  if (!parsed) throw std::runtime_error(parsed.error().message + ": " + std::string(json));
  auto read = values::from_json(*parsed, &notation);
  if (!read) throw std::runtime_error(read.error().message + ": " + std::string(json));
  return std::move(*read);
}

}  // namespace plan::test
