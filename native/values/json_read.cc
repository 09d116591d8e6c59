// JSON to values.
#include <cmath>
#include <limits>

#include "values/base64.h"
#include "values/json.h"
#include "values/time.h"

namespace plan::values {

namespace json = boost::json;

namespace {

// A mistake in the data; caught in from_json.
class BadData : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Reader {
 public:
  explicit Reader(const NameResolver* resolver) : resolver_(resolver) {}

  Value read(const json::value& value) {
    switch (value.kind()) {
      case json::kind::null: return Value::undef();
      case json::kind::bool_: return Value::boolean(value.get_bool());
      case json::kind::int64: return Value::integer(value.get_int64());
      case json::kind::uint64: return read_unsigned(value.get_uint64());
      case json::kind::double_: return Value::floating(value.get_double());
      case json::kind::string: return Value::string(std::string_view(value.get_string()));
      case json::kind::array: return nested([&] { return read_array(value.get_array()); });
      case json::kind::object: return nested([&] { return read_object(value.get_object()); });
    }
    throw BadData("JSON of an unknown kind");
  }

 private:
  // A rich value takes up to two levels of JSON for one of its own; deeper than that is refused below.
  template <class Read>
  Value nested(const Read& read_inner) {
    if (++depth_ > 2 * static_cast<int>(kMaxNesting) + 2) throw BadData("nested too deeply");
    Value value = read_inner();
    --depth_;
    return value;
  }

  static Value read_unsigned(std::uint64_t number) {
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      throw BadData("the integer " + std::to_string(number) + " is larger than an Integer can be");
    }
    return Value::integer(static_cast<std::int64_t>(number));
  }

  Value read_array(const json::array& array) {
    std::vector<Value> items;
    items.reserve(array.size());
    for (const json::value& item : array) items.push_back(read(item));
    return Value::array(std::move(items));
  }

  Value read_object(const json::object& object) {
    const json::value* type = object.if_contains("__ptype");
    if (type != nullptr) {
      if (!type->is_string()) throw BadData("\"__ptype\" is not a string");
      return read_rich(std::string_view(type->get_string()), object);
    }
    HashBuilder builder;
    for (const auto& entry : object) builder.set(std::string_view(entry.key()), read(entry.value()));
    return builder.build();
  }

  static const json::value& field(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr) throw BadData("a \"" + name_of(object) + "\" has no \"" + std::string(name) + "\"");
    return *value;
  }

  static std::string name_of(const json::object& object) { return std::string(object.at("__ptype").as_string()); }

  static std::string text(const json::object& object, std::string_view name = "__pvalue") {
    const json::value& value = field(object, name);
    if (!value.is_string()) throw BadData("\"" + std::string(name) + "\" of a \"" + name_of(object) + "\" is not a string");
    return std::string(std::string_view(value.get_string()));
  }

  template <class T>
  static T parsed(const json::object& object, std::optional<T> value) {
    if (!value) throw BadData("\"" + text(object) + "\" is no " + name_of(object));
    return std::move(*value);
  }

  static Value read_float(const json::object& object) {
    const std::string word = text(object);
    if (word == "NaN") return Value::floating(std::numeric_limits<double>::quiet_NaN());
    if (word == "Infinity") return Value::floating(std::numeric_limits<double>::infinity());
    if (word == "-Infinity") return Value::floating(-std::numeric_limits<double>::infinity());
    throw BadData("\"" + word + "\" is no Float");
  }

  Value read_hash(const json::object& object) {
    const json::value& flat = field(object, "__pvalue");
    if (!flat.is_array() || flat.get_array().size() % 2 != 0) throw BadData("\"__pvalue\" of a \"Hash\" is no list of keys and values");
    HashBuilder builder;
    const json::array& items = flat.get_array();
    for (std::size_t i = 0; i < items.size(); i += 2) builder.set(read(items[i]), read(items[i + 1]));
    return builder.build();
  }

  Value read_type(const json::object& object) {
    const std::string notation = text(object);
    types::TypePtr type = resolver_ == nullptr ? nullptr : resolver_->type(notation);
    if (type == nullptr) throw BadData("the type " + notation + " is not known here");
    return Value::type(std::move(type));
  }

  Value read_process(const json::object& object) {
    const json::value& plan = field(object, "plan");
    if (!plan.is_null() && !plan.is_string()) throw BadData("\"plan\" of a \"Process\" is neither a string nor null");
    types::PlanLineagePtr lineage;
    if (plan.is_string() && resolver_ != nullptr) lineage = resolver_->plan(std::string_view(plan.get_string()));
    return Value::process({text(object, "certname"), text(object, "resource")}, std::move(lineage));
  }

  Value read_queue(const json::object& object) {
    Value process = read(field(object, "process"));
    if (!process.is(Kind::process)) throw BadData("\"process\" of a \"Queue\" is no process");
    return Value::queue(std::move(process), text(object, "name"));
  }

  Value read_resource(const json::object& object) {
    Value parameters = read(field(object, "parameters"));
    if (!parameters.is_undef() && !parameters.is(Kind::hash)) throw BadData("\"parameters\" of a \"Resource\" is neither a hash nor null");
    return Value::resource(text(object, "type"), text(object, "title"), std::move(parameters));
  }

  Value read_rich(std::string_view type, const json::object& object) {
    if (type == "Hash") return read_hash(object);
    if (type == "Default") return Value::default_();
    if (type == "Sensitive") return Value::sensitive(read(field(object, "__pvalue")));
    if (type == "Float") return read_float(object);
    if (type == "Regexp") return Value::regexp(text(object));
    if (type == "Type") return read_type(object);
    if (type == "Timespan") return Value::timespan(parsed(object, parse_timespan(text(object))));
    if (type == "Timestamp") return Value::timestamp(parsed(object, parse_timestamp(text(object))));
    if (type == "SemVer") return Value::semver(text(object));
    if (type == "SemVerRange") return Value::semver_range(text(object));
    if (type == "URI") return Value::uri(text(object));
    if (type == "Binary") return Value::binary(parsed(object, base64_decode(text(object))));
    if (type == "Process") return read_process(object);
    if (type == "Queue") return read_queue(object);
    if (type == "Resource") return read_resource(object);
    throw BadData("\"__ptype\" is \"" + std::string(type) + "\", which is not known");
  }

  const NameResolver* resolver_;
  int depth_ = 0;
};

}  // namespace

Result<Value> from_json(const json::value& value, const NameResolver* resolver) {
  try {
    return Reader(resolver).read(value);
  } catch (const BadData& error) {
    return Error{"json.value", std::string("Not a value: ") + error.what()};
  } catch (const EvaluationError& error) {   // too deep, or a version that is none
    return Error{"json.value", std::string("Not a value: ") + error.what()};
  }
}

}  // namespace plan::values
