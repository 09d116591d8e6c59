// How large a value is as JSON, without writing it.
#include <boost/json/serialize.hpp>

#include "engine/state.h"
#include "values/json.h"

namespace plan::engine {

using values::Kind;
using values::Value;

namespace {

std::size_t string_bytes(std::string_view text) {
  std::size_t bytes = text.size() + 2;
  for (const char c : text) {
    if (c == '"' || c == '\\') bytes += 1;
    else if (static_cast<unsigned char>(c) < 0x20) bytes += 5;
  }
  return bytes;
}

// Bytes of a value, or any number above `enough` as soon as that is known.
std::size_t bytes_of(const Value& value, std::size_t enough) {
  std::size_t bytes = 0;
  switch (value.kind()) {
    case Kind::undef: case Kind::boolean: case Kind::integer: case Kind::floating: return 20;
    case Kind::string: return value.as_string().size() > enough ? enough + 1 : string_bytes(value.as_string());
    case Kind::array:
      for (const Value& item : value.as_array()) {
        bytes += 1 + bytes_of(item, enough);
        if (bytes > enough) break;
      }
      return bytes + 2;
    case Kind::hash:
      for (const values::HashEntry& entry : value.as_hash().entries) {
        bytes += 2 + bytes_of(entry.key, enough) + bytes_of(entry.value, enough);
        if (bytes > enough) break;
      }
      return bytes + 2;
    case Kind::default_: case Kind::regexp: case Kind::type: case Kind::sensitive: case Kind::timespan:
    case Kind::timestamp: case Kind::semver: case Kind::semver_range: case Kind::uri: case Kind::binary: case Kind::process:
    case Kind::queue: case Kind::resource:
      break;
  }
  return boost::json::serialize(values::to_json(value)).size();
}

}  // namespace

bool is_larger(const Value& value, std::size_t bytes) { return bytes_of(value, bytes) > bytes; }

}  // namespace plan::engine
