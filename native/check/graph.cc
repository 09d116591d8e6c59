#include "check/graph.h"

namespace plan::check {

namespace {

Graph reversed(const Graph& graph) {
  Graph result(graph.size());
  for (std::size_t from = 0; from < graph.size(); ++from) {
    for (const std::size_t to : graph[from]) result[to].push_back(from);
  }
  return result;
}

// Drops nodes that lead to none of the kept ones, until there are none; `back` is the graph reversed.
void drop_ends(const Graph& graph, const Graph& back, std::vector<bool>& kept) {
  std::vector<std::size_t> successors(graph.size(), 0);
  std::vector<std::size_t> ends;
  for (std::size_t node = 0; node < graph.size(); ++node) {
    for (const std::size_t to : graph[node]) successors[node] += kept[to] ? 1 : 0;
    if (kept[node] && successors[node] == 0) ends.push_back(node);
  }
  while (!ends.empty()) {
    const std::size_t end = ends.back();
    ends.pop_back();
    kept[end] = false;
    for (const std::size_t from : back[end]) {
      if (kept[from] && --successors[from] == 0) ends.push_back(from);
    }
  }
}

}  // namespace

std::vector<bool> circles(const Graph& graph) {
  const Graph back = reversed(graph);
  std::vector<bool> kept(graph.size(), true);
  drop_ends(graph, back, kept);
  drop_ends(back, graph, kept);
  return kept;
}

std::vector<bool> leading_to(const Graph& graph, std::vector<bool> targets) {
  const Graph back = reversed(graph);
  std::vector<std::size_t> reached;
  for (std::size_t node = 0; node < graph.size(); ++node) {
    if (targets[node]) reached.push_back(node);
  }
  while (!reached.empty()) {
    const std::size_t node = reached.back();
    reached.pop_back();
    for (const std::size_t from : back[node]) {
      if (targets[from]) continue;
      targets[from] = true;
      reached.push_back(from);
    }
  }
  return targets;
}

}  // namespace plan::check
