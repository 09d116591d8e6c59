// What other tools get wrong, each hole made in our plans: the course of events in which it loses data, or says nothing, tells
// the plan that has it from ours.
#include "outage_room.h"

namespace plan::engine::test {
namespace {

using Names = std::vector<std::string>;

class Room : public Outage {
 public:
  explicit Room(const Bundle& plans) : Outage(plans) {}
  void TestBody() override {}

  // Who starts the cluster when these come back, with what each of them has.
  struct Back {
    const char* name;
    const char* uuid;
    int seqno;
    const char* more = "";
  };
  Names start_after(const std::vector<Back>& all) {
    for (const Back& one : all) comes_back(one.name, one.uuid, one.seqno, one.more);
    apply_all();
    return bootstrapping();
  }
  void time_passes() {
    constexpr std::int64_t kDay = 24LL * 60 * 60 * 1000;
    exchange(cluster.step(Tick{}, kDay), "puppet");
    apply_all();
  }
  // What db1 tells whoever runs its agent.
  std::string db1_waits_for() {
    std::string told;
    for (const auto& waiting : members.at("db1")->engine().waiting()) told += waiting.text() + "\n";
    return told;
  }
  using Outage::apply;
  using Outage::looks;
  using Outage::waits_for;
};

// ---- the courses: true when all is as it must be

bool the_newest_starts(const Bundle& plans) {
  return Room(plans).start_after({{"db1", kOne, 105}, {"db2", kOne, 109}, {"db3", kOne, 107}}) == Names{"db2"};
}
bool whoever_is_marked_safe_has_no_advantage(const Bundle& plans) {
  return Room(plans).start_after({{"db1", kOne, 105, R"(, "safe_to_bootstrap": true)"}, {"db2", kOne, 109}, {"db3", kOne, 107}}) == Names{"db2"};
}
bool nobody_starts_among_two_histories(const Bundle& plans) {
  return Room(plans).start_after({{"db1", kOther, 500}, {"db2", kOne, 109}, {"db3", kOne, 107}}).empty();
}
bool nobody_starts_alone(const Bundle& plans) { return Room(plans).start_after({{"db1", kOne, 105}}).empty(); }
bool nobody_starts_who_knows_no_position(const Bundle& plans) {
  return Room(plans).start_after({{"db1", kOne, -1}, {"db2", kOne, -1}, {"db3", kOne, -1}}).empty();
}
bool nobody_starts_with_less_than_was_there(const Bundle& plans) {
  return Room(plans).start_after({{"db1", kOne, 90}, {"db2", kOne, 95}, {"db3", kOne, 80}}).empty();
}
bool evidence_lasts(const Bundle& plans) {
  Room room(plans);
  if (!room.start_after({{"db1", kOne, 105}, {"db2", kOne, 109}}).empty()) return false;
  room.time_passes();
  return room.start_after({{"db3", kOne, 107}}) == Names{"db2"};
}
bool everybody_says_whom_it_waits_for(const Bundle& plans) {
  Room room(plans);
  room.start_after({{"db1", kOne, 105}, {"db2", kOne, 109}});
  room.looks("db3", kOne, 107);          // it does not run, and is not held yet
  room.apply("db1");
  room.apply("db2");
  const auto names_db3 = [](const std::string& told) { return told.find("db3 to stop and to say what data it has") != std::string::npos; };
  return names_db3(room.waits_for()) && names_db3(room.db1_waits_for());
}

struct Edit {
  const char* file;
  const char* right;
  const char* wrong;
};
struct Hole {
  const char* tool;
  const char* hole;
  bool (*course)(const Bundle&);
  std::vector<Edit> edits;
};
void PrintTo(const Hole& hole, std::ostream* to) { *to << hole.tool << ": " << hole.hole; }

// Who asks has stopped, and that is enough; what the others said last is forgotten.
const std::vector<Edit> kSilenceIsAbsence{
    {"cluster/outage.plan", "$members.all |$role, $_| { gave_up($role) }", "$evidence.any |$_, $one| { $one['state_uuid'] != undef and !$one['running'] }"},
    {"cluster/outage.plan", "$report == undef or $report['round'] != $round or !holds($report)", "$report['round'] == $round and !holds($report)"},
    {"cluster/outage.plan", "state born where all_gave_up()", "state born where $round == 0 and all_gave_up()"},
    {"cluster/grants.plan", "state unborn, stopped, granted, armed where !primaries()", "state unborn, armed where !primaries()"}};
constexpr Edit kSafe{"cluster/outage.plan", "position_of($report) == $high }", "position_of($report) == $high or $report['safe_to_bootstrap'] == true }"};

const std::vector<Hole> kHoles{
    {"markt-galera", "a fixed master", the_newest_starts, {{"cluster/outage.plan", "position_of($report) == $high }", "true }"}}},
    {"markt-galera", "whom no probe reaches is taken for absent", nobody_starts_alone, kSilenceIsAbsence},
    {"Pacemaker", "positions are compared, histories are not", nobody_starts_among_two_histories,
     {{"cluster/outage.plan", "histories().size > 1 or (histories().size == 1 and $uuid != undef and histories()[0] != $uuid)", "false"}}},
    {"Pacemaker", "who is marked safe does not wait for the others", whoever_is_marked_safe_has_no_advantage, {kSafe}},
    {"Pacemaker", "it waits and names nobody", everybody_says_whom_it_waits_for,
     {{"cluster/outage.plan", "${not_held().join(', ')} to stop and to say", "all members to stop and to say"}}},
    {"mariadb-operator", "safe_to_bootstrap counts without a position", whoever_is_marked_safe_has_no_advantage, {kSafe}},
    {"mariadb-operator", "after ten minutes the evidence is thrown away", evidence_lasts,
     {{"cluster/grants.plan", "  action grant_restart {", "  action forget_what_is_old {\n    _ <- state born where !$evidence.empty\n    _ <- state born after 600s\n    $evidence = {}\n  }\n\n  action grant_restart {"}}},
    {"Percona", "where nobody knows a position the first one starts", nobody_starts_who_knows_no_position,
     {{"cluster/outage.plan", "position_of($report) >= 0 and", "true and"},
      {"cluster/outage.plan", "!without_position().empty", "false"},
      {"cluster/outage.plan", "!set_back().empty", "false"},
      {"cluster/outage.plan", "position_of($evidence[newest()]) < highest_of(histories()[0])", "false"}}},
    {"Bitnami", "who sees no peer starts a cluster", nobody_starts_alone, kSilenceIsAbsence},
    {"all", "the highest position ever seen is not remembered", nobody_starts_with_less_than_was_there,
     {{"cluster/outage.plan", "!set_back().empty", "false"}, {"cluster/outage.plan", "position_of($evidence[newest()]) < highest_of(histories()[0])", "false"}}},
    {"all", "a run does not say whom it waits for", everybody_says_whom_it_waits_for,
     {{"cluster/outlook.plan", "obstacle  => what_keeps_all()", "obstacle  => undef"}}},
};

class Holes : public testing::TestWithParam<Hole> {};
INSTANTIATE_TEST_SUITE_P(OfOtherTools, Holes, testing::ValuesIn(kHoles));

TEST_P(Holes, AreNotInOurPlansAndWouldBeSeen) {
  Bundle plans = shipped_bundle("galera::cluster");
  EXPECT_TRUE(GetParam().course(plans)) << "our plan has the hole";
  for (const Edit& edit : GetParam().edits) {
    const auto file = std::find_if(plans.files.begin(), plans.files.end(), [&](const auto& one) { return one.path == edit.file; });
    ASSERT_NE(file, plans.files.end()) << edit.file;
    const auto at = file->text.find(edit.right);
    ASSERT_NE(at, std::string::npos) << "the plan has changed: " << edit.right;
    file->text.replace(at, std::string_view(edit.right).size(), edit.wrong);
  }
  EXPECT_FALSE(GetParam().course(plans)) << "nobody sees the hole";
}

}  // namespace
}  // namespace plan::engine::test
