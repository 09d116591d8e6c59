// Types as Puppet's ToDataConverter writes them: {"__ptype": "Pcore::IntegerType", "from": 1}. For this layer only.
#pragma once

#include <boost/json/value.hpp>

#include "types/type.h"

namespace plan::values {

// An alias inside of itself is written by its name alone. As in Puppet, Boolean[true] and Sensitive[T] lose their
// arguments.
[[nodiscard]] boost::json::value type_to_pcore(const types::Type& type);

}  // namespace plan::values
