// A small plan and its cluster, for tests of the session: a member orchestrates itself, applies each text that the
// cluster sends as a file, reports what it did, and waits for the cluster's word.
#pragma once

#include <memory>
#include <string>

#include "engine/program.h"

namespace plan::test {

[[nodiscard]] engine::Bundle demo_bundle(const std::string& plan, const std::string& extra_member = "");
[[nodiscard]] std::shared_ptr<const engine::Program> demo_program(const std::string& plan,
                                                                  const std::string& extra_member = "");

}  // namespace plan::test
