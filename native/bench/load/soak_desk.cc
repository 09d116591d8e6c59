#include "bench/load/soak_desk.h"

#include "base/assert.h"
#include "engine/bundle.h"

namespace plan::load {

namespace {

constexpr const char* kMember = R"PLAN(
plan load::member {
  public String $cluster
  input String ticket
  input String note
}
)PLAN";

constexpr const char* kDesk = R"PLAN(
plan load::desk inherits orchestrator[Load::Member] {
  public input String asks
  public input String relays
  public input String withdrawals
  Optional[Load::Member] $last = undef

  action admit {
    [$kind, $value] <- requests where $kind == 'add'
    $last = $value
  }
  action dismiss {
    [$kind, $value] <- requests where $kind == 'remove'
    if $last == $value {
      $last = undef
    }
  }
  @MORE@
  action answer {
    $word from $who <- asks
    @ANSWER@
    $last = $who
  }
  action relay {
    $word from $who <- relays
    if $last == undef {
      $word -> $who.note
    } else {
      $word -> $last.note
    }
    $last = $who
  }
  action withdraw {
    $word from $who <- withdrawals
    if $last == $who {
      $last = undef
    }
    $word -> $who.ticket
  }
}
)PLAN";

std::string variables(Fault fault) { return fault == Fault::keep ? "Array[String] $kept = []" : ""; }

std::string answer(Fault fault) {
  constexpr const char* kRight = "$word -> $who.ticket";
  switch (fault) {
    case Fault::none: return kRight;
    case Fault::lose: return "if $word !~ /3$/ { $word -> $who.ticket }";
    case Fault::repeat: return "$word -> $who.ticket\n if $word =~ /3$/ { $word -> $who.ticket }";
    case Fault::keep: return "$word -> $who.ticket\n $kept = $kept + [\"${word}, which nobody will ask for again\"]";
  }
  PLAN_ASSERT(false);
}

}  // namespace

std::string soak_cluster(std::size_t number) { return "soak_" + std::to_string(number); }

orchestrator::Declaration soak_declaration(std::size_t number, Fault fault) {
  std::string desk = kDesk;
  const auto fill = [&](std::string_view hole, const std::string& text) { desk.replace(desk.find(hole), hole.size(), text); };
  fill("@MORE@", variables(fault));
  fill("@ANSWER@", answer(fault));
  const std::string title = soak_cluster(number);
  return {"Load::Desk[" + title + "]", title, "load::desk", boost::json::object{},
          engine::write_bundle({"load::desk", "digest", {{"load/plans/member.plan", kMember}, {"load/plans/desk.plan", desk}}}),
          title + ".json"};
}

}  // namespace plan::load
