// The strict reading of JSON texts.
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <system_error>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include "values/json.h"

namespace plan::values {

namespace json = boost::json;

namespace {

using boost::system::error_code;

// As Boost's own parser, but each number with a fraction or exponent is the float next to it: Boost's is a few units off
// in the last place, so that what is written and read again and again would drift.
class Builder {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();   // names that Boost wants
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  Builder() { stack_.reset(); }
  [[nodiscard]] json::value release() { return stack_.release(); }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t size, error_code&) { return stack_.push_object(size), true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t size, error_code&) { return stack_.push_array(size), true; }
  bool on_key_part(json::string_view text, std::size_t, error_code&) { return stack_.push_chars(text), true; }
  bool on_key(json::string_view text, std::size_t, error_code&) { return stack_.push_key(text), true; }
  bool on_string_part(json::string_view text, std::size_t, error_code&) { return stack_.push_chars(text), true; }
  bool on_string(json::string_view text, std::size_t, error_code&) { return stack_.push_string(text), true; }
  bool on_number_part(json::string_view text, error_code&) { return number_.append(text.data(), text.size()), true; }
  bool on_int64(std::int64_t number, json::string_view, error_code&) {
    number_.clear();
    return stack_.push_int64(number), true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, error_code&) {
    number_.clear();
    return stack_.push_uint64(number), true;
  }
  bool on_double(double near, json::string_view rest, error_code& code) {
    number_.append(rest.data(), rest.size());
    double exact = 0;   // where there is none: the number is too large, or next to 0
    const auto read = std::from_chars(number_.data(), number_.data() + number_.size(), exact);
    number_.clear();
    if (read.ec != std::errc{}) exact = std::abs(near) < 1 ? std::copysign(0.0, near) : near;
    if (!std::isfinite(exact)) return code = json::error::exponent_overflow, false;
    return stack_.push_double(exact), true;
  }
  bool on_bool(bool value, error_code&) { return stack_.push_bool(value), true; }
  bool on_null(error_code&) { return stack_.push_null(), true; }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }

 private:
  json::value_stack stack_;
  std::string number_;
};

Error malformed(std::size_t at, const std::string& why) {
  return {"json.malformed", "Malformed JSON at byte " + std::to_string(at) + ": " + why};
}

std::string expectation(const error_code& code) {
  if (code == json::error::incomplete) return "the text ends too early";
  if (code == json::error::too_deep) return "nested too deeply";
  if (code == json::error::exponent_overflow) return "the number is larger than a float may be";
  return code.message();
}

}  // namespace

Result<json::value> parse_json(std::string_view text, std::size_t max_bytes, int max_depth) {
  if (text.size() > max_bytes) {
    return Error{"json.too_large", "The JSON text has " + std::to_string(text.size()) + " bytes, allowed are " + std::to_string(max_bytes)};
  }
  json::parse_options options;
  options.max_depth = static_cast<std::size_t>(max_depth);
  json::basic_parser<Builder> parser(options);
  error_code code;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), code);
  if (code) return malformed(read, expectation(code));
  const std::size_t rest = text.find_first_not_of(" \t\r\n", read);
  if (rest != std::string_view::npos) return malformed(rest, "there is more after the end of the JSON text");
  return parser.handler().release();
}

}  // namespace plan::values
