// `planctl completion`: scripts with which a shell completes planctl's commands, options and their values.
#pragma once

#include <CLI/App.hpp>

namespace plan::planctl {

void add_completion(CLI::App& app, int& code);

}  // namespace plan::planctl
