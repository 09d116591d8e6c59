// `planctl eval`: the value of Puppet code.
#pragma once

#include <CLI/App.hpp>

namespace plan::planctl {

// One expression: its value as JSON in rich data form on standard output and 0, or why it has none on standard error
// and 1. A batch: {"value": …} or {"error": {code, message, line, column}} a line and 0; 2 when it cannot be read.
void add_eval(CLI::App& app, int& code);

}  // namespace plan::planctl
