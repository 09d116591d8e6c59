// Reads a JSON object strictly, field by field, and remembers the first thing that is wrong with it ("messages[2].kind:
// expected …"). After a mistake every further read gives an empty value, so that a reader asks once, at its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "values/value.h"

namespace plan::protocol {

class Fields {
 public:
  // `where` stands before field names in messages: "" for the body itself, else "messages[2]".
  Fields(const boost::json::value& json, std::string where);

  [[nodiscard]] std::string text(std::string_view name, std::size_t max_bytes = 1024);
  [[nodiscard]] std::string optional_text(std::string_view name, std::size_t max_bytes = 1024);
  [[nodiscard]] std::uint64_t number(std::string_view name);
  [[nodiscard]] std::uint64_t optional_number(std::string_view name);
  [[nodiscard]] values::ProcessIdentity identity(std::string_view name);
  // Null when there is none or it is something else (which is then the mistake, unless `required` is false and it is absent).
  [[nodiscard]] const boost::json::array* list(std::string_view name, std::size_t max_items);
  [[nodiscard]] const boost::json::object* object(std::string_view name, bool required = true);
  [[nodiscard]] const boost::json::value* find(std::string_view name) const;   // null when absent

  void fail(std::string_view name, const std::string& what);
  void fail(const Error& error);
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] std::string place(std::string_view name) const;   // "messages[2].kind"

 private:
  const boost::json::value* required(std::string_view name, std::string_view expected);
  std::string read_text(std::string_view name, const boost::json::value* found, std::size_t max_bytes);
  std::uint64_t read_number(std::string_view name, const boost::json::value* found);

  const boost::json::object* object_ = nullptr;
  std::string where_;
  std::optional<Error> error_;
};

// "a string", "a number", … with its article, for messages.
[[nodiscard]] std::string_view kind_of(const boost::json::value& json);

}  // namespace plan::protocol
