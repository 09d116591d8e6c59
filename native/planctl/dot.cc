// A net in Graphviz' language. Queues are round and actions square, as Petri nets are drawn; what is built in, a parameter or
// another process's is drawn small beside each action that uses it, which keeps long arcs out of the picture.
#include <algorithm>

#include "planctl/graph.h"

namespace plan::planctl {

namespace {

constexpr std::size_t kGuardWidth = 44;      // characters of a line of a guard
constexpr std::size_t kGuardLines = 3;

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string html(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') result += "&amp;";
    else if (c == '<') result += "&lt;";
    else if (c == '>') result += "&gt;";
    else result += c;
  }
  return result;
}

// In lines of at most so many characters, broken at spaces; what is too long ends in an ellipsis.
std::vector<std::string> wrapped(const std::string& text) {
  std::vector<std::string> lines(1);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > kGuardWidth) {
      if (lines.size() == kGuardLines) {
        lines.back() += " …";
        return lines;
      }
      lines.emplace_back();
    }
    lines.back() += (lines.back().empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return lines;
}

std::string small(const std::string& text, std::string_view colour) {
  return "<font point-size=\"9\" color=\"" + std::string(colour) + "\">" + html(text) + "</font>";
}

class Writer {
 public:
  explicit Writer(const Net& net) : net_(net) {}

  std::string run() {
    line("digraph " + in_quotes(net_.plan) + " {");
    line("  graph [rankdir=LR, fontname=\"Helvetica\", fontsize=18, labelloc=t, nodesep=0.25, ranksep=0.7, bgcolor=white, label=" + in_quotes(net_.plan) + "];");
    line("  node [fontname=\"Helvetica\", fontsize=11, penwidth=1.2];");
    line("  edge [fontname=\"Helvetica\", fontsize=9, color=\"#555555\", fontcolor=\"#333333\", arrowsize=0.7];");
    for (const NetPlace& place : net_.places) queue(place);
    for (const NetRegion& one : net_.regions) region(one);
    for (const NetAction& one : net_.actions) action(one);
    line("}");
    return std::move(text_);
  }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }

  static bool is_small(const NetPlace& place) {
    return place.sort == PlaceSort::builtin || place.sort == PlaceSort::parameter || place.sort == PlaceSort::reference;
  }

  static std::string fill(PlaceSort sort) {
    switch (sort) {
      case PlaceSort::input: return "#dbeafe";
      case PlaceSort::output: return "#dcfce7";
      case PlaceSort::internal: return "#f3f4f6";
      case PlaceSort::builtin: return "#fff7ed";
      case PlaceSort::parameter: return "#fef9c3";
      case PlaceSort::reference: return "#f3e8ff";
    }
    PLAN_ASSERT(false);
  }

  void queue(const NetPlace& place) {
    if (is_small(place)) return;
    std::string label = "<b>" + html(place.name) + "</b>";
    const std::string way = place.sort == PlaceSort::input ? "input " : (place.sort == PlaceSort::output ? "output " : "");
    for (const std::string& one : wrapped((place.is_public ? "public " : "") + way + place.type)) label += "<br/>" + small(one, "#555555");
    for (const std::string& attribute : place.attributes) {
      if (!attribute.empty()) label += "<br/>" + small(wrapped(attribute).front(), "#9a3412");
    }
    line("  " + in_quotes("queue " + place.name) + " [shape=box, style=\"rounded,filled\", margin=\"0.16,0.08\", fillcolor=" +
         in_quotes(fill(place.sort)) + ", label=<" + label + ">];");
  }

  void region(const NetRegion& region) {
    line("  subgraph " + in_quotes("cluster " + region.name) + " {");
    line("    graph [label=" + in_quotes(region.name) + ", fontsize=11, style=\"rounded,dashed\", color=\"#888888\"];");
    bool first = true;
    for (const std::string& state : region.states) {
      line("    " + in_quotes("state " + state) + " [shape=ellipse, peripheries=" + (first ? "2" : "1") +
           ", style=filled, fillcolor=\"#fde68a\", margin=\"0.05,0.02\", label=" + in_quotes(state) + "];");
      first = false;
    }
    line("  }");
  }

  void action(const NetAction& action) {
    const std::string node = "action " + action.name;
    std::string label = "<b>" + html(action.name) + "</b>";
    if (action.owner != net_.plan) label += "<br/>" + small("of " + action.owner, "#9ca3af");
    for (const std::string& guard : action.guards) {
      for (const std::string& one : wrapped(guard)) label += "<br/>" + small(one, guard.starts_with("awaiting") ? "#93c5fd" : "#d1d5db");
    }
    for (const std::string& effect : action.effects) label += "<br/>" + small(wrapped(effect).front(), "#86efac");
    line("  " + in_quotes(node) + " [shape=box, style=filled, fillcolor=\"#1f2937\", fontcolor=white, margin=\"0.16,0.1\", label=<" + label + ">];");
    for (const NetEdge& edge : action.edges) this->edge(action, edge);
  }

  // The node at the other end of an edge, made here when it is one of the small ones.
  std::string other_end(const NetAction& action, const NetEdge& edge) {
    if (edge.is_state) return edge.place.empty() ? small_node(action, "state", "#fde68a") : "state " + edge.place;
    const auto place = std::find_if(net_.places.begin(), net_.places.end(), [&](const NetPlace& one) { return one.name == edge.place; });
    PLAN_ASSERT(place != net_.places.end());
    if (!is_small(*place)) return "queue " + place->name;
    return small_node(action, place->name, fill(place->sort));
  }

  std::string small_node(const NetAction& action, const std::string& name, const std::string& colour) {
    const std::string node = "of " + action.name + " " + name;
    std::string label;
    for (const std::string& one : wrapped(name)) label += (label.empty() ? "" : "<br/>") + html(one);
    line("  " + in_quotes(node) + " [shape=box, style=\"rounded,filled\", penwidth=0.6, fontsize=9, height=0.25, margin=\"0.08,0.03\", fillcolor=" +
         in_quotes(colour) + ", label=<" + label + ">];");
    return node;
  }

  void edge(const NetAction& action, const NetEdge& edge) {
    const std::string here = "action " + action.name, there = other_end(action, edge);
    const bool sends = edge.sort == EdgeSort::send || edge.sort == EdgeSort::maybe_send;
    std::string look;
    switch (edge.sort) {
      case EdgeSort::receive: break;
      case EdgeSort::read: look = "style=dashed, arrowhead=none, arrowtail=none"; break;
      case EdgeSort::inhibit: look = "arrowhead=odot, color=\"#dc2626\""; break;
      case EdgeSort::send: look = "color=\"#16a34a\""; break;
      case EdgeSort::maybe_send: look = "color=\"#16a34a\", style=dashed"; break;
    }
    if (!edge.label.empty()) look += (look.empty() ? "label=" : ", label=") + in_quotes(wrapped(edge.label).front());
    line("  " + in_quotes(sends ? here : there) + " -> " + in_quotes(sends ? there : here) + " [" + look + "];");
  }

  const Net& net_;
  std::string text_;
};

}  // namespace

std::string dot_of(const Net& net) { return Writer(net).run(); }

}  // namespace plan::planctl
