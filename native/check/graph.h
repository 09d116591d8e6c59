// Graphs as lists of successors.
#pragma once

#include <cstddef>
#include <vector>

namespace plan::check {

using Graph = std::vector<std::vector<std::size_t>>;     // of each node, the nodes it leads to

// The nodes that lie on a circle, or on a way from one circle to another. Takes time in proportion to the graph.
[[nodiscard]] std::vector<bool> circles(const Graph& graph);
// The nodes from which one of `targets` can be reached, these included.
[[nodiscard]] std::vector<bool> leading_to(const Graph& graph, std::vector<bool> targets);

}  // namespace plan::check
