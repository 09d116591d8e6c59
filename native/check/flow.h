// The rules that look at a plan as a net; private to this folder.
#pragma once

#include "check/facts.h"
#include "check/model.h"
#include "diagnostics/diagnostic.h"

namespace plan::check {

void check_flow(const Model& model, const Facts& facts, const Shape& shape, diagnostics::Diagnostics& diagnostics);

}  // namespace plan::check
