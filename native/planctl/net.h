// A plan as a Petri net to be drawn: places, transitions, and the arcs between them, inherited members included.
#pragma once

#include <string>
#include <vector>

#include "engine/program.h"
#include "syntax/ast.h"

namespace plan::planctl {

enum class PlaceSort : std::uint8_t { internal, input, output, builtin, parameter, reference };

struct NetPlace {
  std::string name;             // "q", "$size", "$host.member_map", "start"
  PlaceSort sort = PlaceSort::internal;
  std::string type;             // as written; empty for what is not a queue of the plan
  std::vector<std::string> attributes;   // "latched", "capacity 3", "ttl 5s", "entries …"
  bool is_public = false;
};

enum class EdgeSort : std::uint8_t { receive, read, inhibit, send, maybe_send };   // maybe: inside an if, a case, a lambda

// Between an action and a place, or a state of the region (`place` is then a state's name, or empty for whichever).
struct NetEdge {
  EdgeSort sort = EdgeSort::receive;
  std::string place;
  bool is_state = false;
  std::string label;            // the pattern and the count: "[$role, $size]", "$x [2]"
};

struct NetAction {
  std::string name;
  std::string owner;            // the plan that declares it
  std::vector<std::string> guards;      // "where …", "after …", "awaiting …", in order
  std::vector<std::string> effects;     // beyond sends: "sets $x", "become(Galera::Leader)", "Child.new"
  std::vector<NetEdge> edges;
};

struct NetRegion {
  std::string name;             // "state", "output state", "input state"
  std::vector<std::string> states;
};

struct Net {
  std::string plan;
  std::vector<NetPlace> places;
  std::vector<NetRegion> regions;
  std::vector<NetAction> actions;
};

[[nodiscard]] Net net_of(const engine::Program& program, const engine::PlanCode& plan);

}  // namespace plan::planctl
