// `planctl run`: one process of a plan, and the processes it makes, in virtual time.
#pragma once

#include <CLI/App.hpp>

namespace plan::planctl {

// Adds the command; `code` is what to exit with once it has run: 0, 1 (mistakes in the plan, values its types refuse),
// 2 (usage), 3 (it ended by `fail`, or there are dead letters).
void add_run(CLI::App& app, int& code);

}  // namespace plan::planctl
