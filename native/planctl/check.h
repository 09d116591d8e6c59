// `planctl check`: tells every mistake of a bundle, or of files and folders of plans.
#pragma once

#include <CLI/App.hpp>

namespace plan::planctl {

// Adds the command; `code` is what to exit with once it has run: 0 (no errors; there may be warnings), 1 (errors), 2 (something
// cannot be read). Mistakes go to standard output.
void add_check(CLI::App& app, int& code);

}  // namespace plan::planctl
