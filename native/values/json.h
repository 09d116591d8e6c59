// Values as JSON and back, in Puppet's rich data form: what JSON lacks is {"__ptype": …, "__pvalue": …}.
//   Hash with a key that is no string, or with a "__ptype" key: {"__ptype": "Hash", "__pvalue": [k, v, k, v, …]}
//   Sensitive, Regexp, Timespan, Timestamp, SemVer, SemVerRange, Binary (Base64), Default, Type: as Puppet writes them
//   Process:  {"__ptype": "Process",  "certname": …, "resource": …, "plan": "galera::host" or null}
//   Queue:    {"__ptype": "Queue", "process": …, "name": …}
//   Resource: {"__ptype": "Resource", "type": "File", "title": …, "parameters": {…} or null}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "values/value.h"

namespace plan::values {

inline constexpr int kMaxJsonDepth = 64;
inline constexpr std::size_t kMaxJsonBytes = 1024 * 1024;

// Turns names in JSON into what the program knows of them.
class NameResolver {
 public:
  virtual ~NameResolver() = default;
  // The lineage of a plan, or null when it is not known here.
  [[nodiscard]] virtual types::PlanLineagePtr plan(std::string_view name) const = 0;
  // A type from its Puppet notation, or null when it cannot be read.
  [[nodiscard]] virtual types::TypePtr type(std::string_view notation) const = 0;
};

// Sensitive values are written in the clear: the text of a file with mode 0600 or of a TLS connection, never of a log.
// A type is written in Puppet's notation, which from_json reads; or as Puppet's ToDataConverter takes it apart.
enum class TypeForm : std::uint8_t { notation, pcore };
[[nodiscard]] boost::json::value to_json(const Value& value, TypeForm types = TypeForm::notation);
[[nodiscard]] Result<Value> from_json(const boost::json::value& json, const NameResolver* resolver = nullptr);
// Strict: one JSON text, UTF-8, within the limits; the error says at which byte and what was expected.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text, std::size_t max_bytes = kMaxJsonBytes,
                                                    int max_depth = kMaxJsonDepth);

}  // namespace plan::values
