#include <string>

#include <boost/json/serialize.hpp>

#include "base/assert.h"
#include "engine/expression.h"
#include "fuzz/targets.h"
#include "values/json.h"

namespace plan::fuzz {

// A text has a value, which is written and read again, or an error that has a name, a message and a place in it.
void fuzz_evaluator(std::string_view input) {
  constexpr engine::ExpressionLimits kLimits{20'000, 64};
  engine::Expression expression{std::string(input)};
  const auto value = expression.evaluate(kLimits);
  if (value) {
    PLAN_ASSERT(!boost::json::serialize(values::to_json(*value, values::TypeForm::pcore)).empty());
    const boost::json::value json = values::to_json(*value);
    const Result<values::Value> again = values::from_json(json);
    PLAN_ASSERT(!again || boost::json::serialize(values::to_json(*again)) == boost::json::serialize(json));
    return;
  }
  const engine::ExpressionError& error = expression.error();
  PLAN_ASSERT(!error.code.empty() && !error.message.empty() && !error.rendered.empty());
  PLAN_ASSERT(error.position.line >= 1 && error.position.column >= 1);
}

}  // namespace plan::fuzz
