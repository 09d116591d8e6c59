// Admissions without a signature: the simulator is about when they are shown and asked for, not about who can forge them.
#pragma once

#include <string>

#include "orchestrator/access/admission.h"
#include "values/value.h"

namespace plan::simulator {

class FakeAdmissions final : public orchestrator::Admissions {
 public:
  [[nodiscard]] static std::string write(const values::ProcessIdentity& member, const std::string& cluster,
                                         std::uint64_t compiled_us);
  [[nodiscard]] Result<orchestrator::Admission> verify(std::string_view text) const override;
};

}  // namespace plan::simulator
