// `planctl graph`: a plan as a picture.
#pragma once

#include <string>

#include <CLI/App.hpp>

#include "planctl/net.h"

namespace plan::planctl {

void add_graph(CLI::App& app, int& code);

// The net in Graphviz' language.
[[nodiscard]] std::string dot_of(const Net& net);

}  // namespace plan::planctl
