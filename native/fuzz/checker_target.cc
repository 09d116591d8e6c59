#include <string>

#include "base/assert.h"
#include "check/check.h"
#include "fuzz/targets.h"

namespace plan::fuzz {

void fuzz_checker(std::string_view input) {
  const check::Findings findings = check::check_texts({{"input.plan", std::string(input)}});
  const std::string text = render_text(findings.diagnostics, *findings.sources);
  const std::string json = render_json(findings.diagnostics, *findings.sources);
  PLAN_ASSERT(findings.diagnostics.empty() == text.empty());
  PLAN_ASSERT(!json.empty());
}

}  // namespace plan::fuzz
