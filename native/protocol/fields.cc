#include "protocol/fields.h"

#include <utility>

namespace plan::protocol {

std::string_view kind_of(const boost::json::value& json) {
  switch (json.kind()) {
    case boost::json::kind::null: return "null";
    case boost::json::kind::bool_: return "a boolean";
    case boost::json::kind::int64: return json.get_int64() < 0 ? "a negative number" : "a number";
    case boost::json::kind::uint64: return "a number";
    case boost::json::kind::double_: return "a number with a fraction";
    case boost::json::kind::string: return "a string";
    case boost::json::kind::array: return "an array";
    case boost::json::kind::object: return "an object";
  }
  PLAN_ASSERT(false);
  return {};
}

Fields::Fields(const boost::json::value& json, std::string where) : where_(std::move(where)) {
  if (json.is_object()) {
    object_ = &json.get_object();
    return;
  }
  const std::string subject = where_.empty() ? "the body" : where_;
  fail(Error{"malformed", subject + ": expected an object, found " + std::string(kind_of(json))});
}

std::string Fields::place(std::string_view name) const {
  if (where_.empty()) return std::string(name);
  return where_ + "." + std::string(name);
}

void Fields::fail(const Error& error) {
  if (!error_) error_ = error;
}

void Fields::fail(std::string_view name, const std::string& what) { fail(Error{"malformed", place(name) + ": " + what}); }

const boost::json::value* Fields::find(std::string_view name) const {
  if (error_ || object_ == nullptr) return nullptr;
  return object_->if_contains(name);
}

const boost::json::value* Fields::required(std::string_view name, std::string_view expected) {
  const auto* found = find(name);
  if (found == nullptr) fail(name, "expected " + std::string(expected) + ", but the field is missing");
  return found;
}

std::string Fields::read_text(std::string_view name, const boost::json::value* found, std::size_t max_bytes) {
  if (found == nullptr) return {};
  if (!found->is_string()) {
    fail(name, "expected a string, found " + std::string(kind_of(*found)));
    return {};
  }
  const auto& text = found->get_string();
  if (text.size() > max_bytes) {
    fail(name, "is longer than " + std::to_string(max_bytes) + " bytes");
    return {};
  }
  return {text.data(), text.size()};
}

std::string Fields::text(std::string_view name, std::size_t max_bytes) {
  std::string result = read_text(name, required(name, "a string"), max_bytes);
  if (result.empty()) fail(name, "must not be empty");
  return result;
}

std::string Fields::optional_text(std::string_view name, std::size_t max_bytes) {
  return read_text(name, find(name), max_bytes);
}

std::uint64_t Fields::read_number(std::string_view name, const boost::json::value* found) {
  if (found == nullptr) return 0;
  if (found->is_uint64()) return found->get_uint64();
  if (found->is_int64() && found->get_int64() >= 0) return static_cast<std::uint64_t>(found->get_int64());
  fail(name, "expected a whole number from 0, found " + std::string(kind_of(*found)));
  return 0;
}

std::uint64_t Fields::number(std::string_view name) {
  return read_number(name, required(name, "a whole number from 0"));
}

std::uint64_t Fields::optional_number(std::string_view name) { return read_number(name, find(name)); }

values::ProcessIdentity Fields::identity(std::string_view name) {
  const auto* found = required(name, "an object with certname and resource");
  if (found == nullptr) return {};
  Fields fields(*found, place(name));
  values::ProcessIdentity identity{fields.optional_text("certname"), fields.text("resource")};
  if (fields.error()) fail(*fields.error());
  return identity;
}

const boost::json::array* Fields::list(std::string_view name, std::size_t max_items) {
  const auto* found = required(name, "an array");
  if (found == nullptr) return nullptr;
  if (!found->is_array()) {
    fail(name, "expected an array, found " + std::string(kind_of(*found)));
    return nullptr;
  }
  if (found->get_array().size() > max_items) {
    fail(name, "has " + std::to_string(found->get_array().size()) + " items, at most " + std::to_string(max_items) +
                   " are allowed");
    return nullptr;
  }
  return &found->get_array();
}

const boost::json::object* Fields::object(std::string_view name, bool is_required) {
  const auto* found = is_required ? required(name, "an object") : find(name);
  if (found == nullptr) return nullptr;
  if (!found->is_object()) {
    fail(name, "expected an object, found " + std::string(kind_of(*found)));
    return nullptr;
  }
  return &found->get_object();
}

}  // namespace plan::protocol
