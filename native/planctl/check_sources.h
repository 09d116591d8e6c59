// The texts that `planctl check` judges, and those that only declare what they use.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "check/check.h"
#include "engine/bundle.h"

namespace plan::planctl {

// Files, and folders in which *.plan and types/**/*.pp are looked for: these are judged. What else their modules hold
// (beside a file in plans/ or types/) and the modules in the folders of `modulepath` declare only. Each file comes once.
// Errors: "planctl.read", naming what cannot be read.
[[nodiscard]] Result<std::vector<check::Text>> read_for_check(const std::vector<std::string>& paths,
                                                              const std::vector<std::string>& modulepath);
// A bundle, as a catalog carries it; "-" is standard input.
[[nodiscard]] Result<engine::Bundle> read_bundle_for_check(const std::string& name);

}  // namespace plan::planctl
