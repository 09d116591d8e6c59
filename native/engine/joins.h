// Equalities in the guards of an action by which a search looks tokens up instead of trying each: `$a.id == $b.id`.
// They only narrow down which tokens are tried; the guard itself is asked of each that is left.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/evaluate.h"
#include "engine/tokens.h"

namespace plan::engine {

struct ActionCode;
struct ArcCode;

// A side of an equality: part of the token of an arc, or (arc kNone) a plan's variable or a constant.
struct JoinSide {
  std::uint32_t arc = UINT32_MAX;
  PathPtr path;                  // from the token
  NodePtr node;                  // of a variable or a constant
};

// `own` is of the arc whose guard has the equality, `other` of an earlier arc or of none.
struct Join {
  JoinSide own, other;
};

// Finds the equalities of all guards of an action; called once its arcs are compiled.
void find_joins(ActionCode& code);

}  // namespace plan::engine
