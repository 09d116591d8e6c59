// The plan text of the one whose idea this language is, as it stands there, with its slips: each is told at its line, and
// nothing is told that is none.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "check/check.h"
#include "support.h"

namespace plan::check::test {
namespace {

struct Slip {
  const char* what;
  const char* line;       // a part of it
  const char* code;
  const char* in_plan;
};

constexpr Slip kSlips[] = {
    {"`$e.message`", "where e.message ==", "P0204", "galera::leader"},
    {"`==`", "$e.message = 'install_complete'", "P0401", "galera::follower"},
    {"an empty body", "action when_install_is_completed", "P0403", "galera::follower"},
    {"a state that nobody declares", "state server_running", "P0203", "galera::follower"},
    {"$role of the map", "($map - $role).values", "P0201", "galera::host"},
    {"$role in is_leader", "$role == 0", "P0201", "galera::host"},
    {"$role in is_follower", "$role > 0", "P0201", "galera::host"},
    {"$my_role", "where $my_role", "P0201", "galera::host"},
    {"$cluster_size", "$map.size == $cluster_size", "P0201", "galera::host"},
    {"$known_cluster_size", "where $known_cluster_size", "P0201", "galera::host"},
    {"$map_size", "$map_size != $cluster_size", "P0201", "galera::host"},
    {"$the_map, all joined", "$the_map       = $map", "P0210", "galera::host"},
    {"$the_map, some joined", "$the_map = $map", "P0210", "galera::host"},
    {"Ip of the leader's map", "function leader_map_resource", "P0206", "galera::follower"},
    {"Ip of the member map", "$the_member_map", "P0206", "galera::host"},
    {"Ip of the map", "function map_resource", "P0206", "galera::host"},
    {"GaleraClusterHost", "ChangeRequest[GaleraClusterHost]", "P0206", "galera::cluster"},
    {"leader_map_resource()", "leader_map_resource()   ->", "P0302", "galera::follower"},
    {"map_resource()", "    map_resource() ->", "P0302", "galera::host"},
    {"available_roles", "<- available_roles", "P0202", "galera::cluster"},
    {"casted_roles", "-> casted_roles", "P0202", "galera::cluster"},
    {"a map to a queue of Booleans", "-> hosts_need_new_map", "P0301", "galera::cluster"},
    {"Booleans to queues of maps", "$hostmaps[-1] -> *", "P0301", "galera::cluster"},
    {"`and`", "&& is_follower()", "P0106", "galera::host"},
    {"no first token", "Galera::Host] clustered_hosts", "P0405", "galera::cluster"},
};

// True, though the table of slips does not say so: what follows from them, and bodies that only hold a TODO.
constexpr Slip kMore[] = {
    {"overridden, not declared", "$desired_role = 0", "P0210", "galera::leader"},
    {"a second name in the line", "$map_size != $cluster_size", "P0201", "galera::host"},
    {"nothing but a comment", "action a_follower_knows_its_leader", "P0403", "galera::host"},
    {"TODO", "action changing_cluster_size", "P0403", "galera::host"},
    {"TODO", "action changing_role", "P0403", "galera::host"},
    {"waits for the first token", "action handle_cluster_change", "P0404", "galera::cluster"},
    {"waits for the first token", "action send_last_member_map_to_all", "P0404", "galera::cluster"},
};

using Told = std::multiset<std::pair<std::uint32_t, std::string>>;

std::uint32_t line_of(const std::string& text, const Slip& slip) {
  const std::size_t plan = text.find("plan " + std::string(slip.in_plan));
  const std::size_t at = text.find(slip.line, plan);
  EXPECT_NE(at, std::string::npos) << slip.what;
  return static_cast<std::uint32_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')) + 1;
}

TEST(Seed, EverySlipIsToldAtItsLineAndNothingFalse) {
  const std::string text = read_file(std::string(PLAN_TEST_DATA) + "/syntax/seed.plan");
  const Findings findings = check_texts({{"seed.plan", text}});
  Told told;
  for (const diagnostics::Diagnostic& one : findings.diagnostics) {
    told.emplace(findings.sources->position(one.span.source, one.span.begin).line, std::string(diagnostics::id(one.code)));
  }
  const auto take = [&](const Slip& slip) {
    const auto found = told.find({line_of(text, slip), slip.code});
    if (found == told.end()) ADD_FAILURE() << slip.code << " is not told: " << slip.what << " in `" << slip.line << "`";
    else told.erase(found);
  };
  for (const Slip& slip : kSlips) take(slip);
  for (const Slip& slip : kMore) take(slip);
  for (const auto& [line, code] : told) ADD_FAILURE() << code << " in line " << line << " is false";
}

}  // namespace
}  // namespace plan::check::test
