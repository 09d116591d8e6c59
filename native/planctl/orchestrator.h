// `planctl orchestrator`: what runs on an orchestrator, asked through its API (docs/orchestrator.openapi.yaml).
#pragma once

#include <CLI/App.hpp>

namespace plan::planctl {

void add_orchestrator(CLI::App& app, int& code);

}  // namespace plan::planctl
