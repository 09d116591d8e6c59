// What the walk over members notes down for the rules that look at whole plans (flow.cc).
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "check/check.h"
#include "check/model.h"
#include "syntax/ast.h"

namespace plan::check {

struct ActionFacts {
  const syntax::ActionDecl* decl = nullptr;
  const Shape* owner = nullptr;
  struct Taken {
    std::string_view queue;
    const syntax::Arc* arc;
    bool consumes;                        // false: a reading arc
  };
  std::vector<Taken> taken;               // inhibitors take nothing
  std::set<std::string_view> sent;        // to queues of its own process
  struct StateArc {
    const syntax::Arc* arc;
    bool input;
    std::vector<syntax::Name> states;
  };
  std::vector<StateArc> states;
  const syntax::Expr* impossible = nullptr;    // a guard that is always false
};

struct PlanFacts {
  std::vector<ActionFacts> actions;
  std::set<std::string_view> entered;     // states moved to by name
  bool enters_any = false;                // by next_state(), or by a value that is not known here
  std::set<std::string_view> variables;   // plan variables read or set by the plan's members
};

struct Facts {
  std::map<const Shape*, PlanFacts> plans;
  std::set<std::string_view> received_through_references;
  Members members;
};

}  // namespace plan::check
