// Who may start a cluster again after an outage: every combination of what three members can have said, decided by the
// module's plan and by an oracle that was written from the invariants S3 to S8 and shares nothing with it.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <map>
#include <optional>

#include "cluster_room.h"

namespace plan::engine::test {
namespace {

constexpr std::array<const char*, 3> kUuids{"", "aaaaaaaa-0000-11ee-8000-000000000001", "bbbbbbbb-0000-11ee-8000-000000000002"};
constexpr std::array<int, 3> kSeqnos{-1, 10, 20};
enum class Said : std::uint8_t { primary, held, nothing_in_this_round, not_held };
constexpr std::array<Said, 4> kSaid{Said::primary, Said::held, Said::nothing_in_this_round, Said::not_held};
constexpr std::size_t kMembers = 3;
constexpr int kCommon = 5;           // all had the rows up to here

struct Word {
  std::string uuid;
  int seqno = -1;
  bool safe = false;
  Said said = Said::held;
};
using Words = std::array<std::optional<Word>, kMembers>;   // nothing: not registered

std::vector<std::optional<Word>> all_words() {
  std::vector<std::optional<Word>> words{std::nullopt};
  for (const char* uuid : kUuids) {
    for (const int seqno : kSeqnos) {
      for (const bool safe : {false, true}) {
        for (const Said said : kSaid) words.emplace_back(Word{uuid, seqno, safe, said});
      }
    }
  }
  return words;
}

// The role that may start the cluster whose state UUID is kUuids[1] and whose rows were heard of up to `highest`.
std::optional<std::size_t> oracle(const Words& words, int highest) {
  std::optional<std::size_t> best;
  for (std::size_t role = 0; role < kMembers; ++role) {
    const auto& word = words.at(role);
    if (!word) continue;
    if (word->said != Said::held) return std::nullopt;                  // S3, S4: unreachable is unknown
    if (word->uuid != kUuids[1]) return std::nullopt;                   // S4, S6, S8: another history, or data that was lost
    if (word->seqno < 0) return std::nullopt;                           // S4, S6: how much it has is not known
    if (!best || word->seqno > words.at(*best)->seqno) best = role;     // S4; `safe_to_bootstrap` is no argument
  }
  if (best && words.at(*best)->seqno < highest) return std::nullopt;    // S5
  return best;
}

std::string name_of(std::size_t role) { return "db" + std::to_string(role + 1); }

values::Value report(const Word& word, const std::string& local_state, std::size_t together) {
  const bool primary = word.said == Said::primary;
  values::HashBuilder data;
  data.set("boot_id", values::Value::string("boot-1"));
  data.set("round", values::Value::integer(word.said == Said::nothing_in_this_round ? 0 : 1));
  data.set("running", values::Value::boolean(primary));
  data.set("gave_up", values::Value::boolean(!primary));
  data.set("held", values::Value::boolean(!primary && word.said != Said::not_held));   // in an earlier round, maybe
  data.set("cluster_status", primary ? values::Value::string("Primary") : values::Value::undef());
  data.set("local_state", primary ? values::Value::string(local_state) : values::Value::undef());
  data.set("cluster_size", primary ? values::Value::integer(static_cast<std::int64_t>(together)) : values::Value::undef());
  data.set("state_uuid", word.uuid.empty() ? values::Value::undef() : values::Value::string(word.uuid));
  data.set("seqno", values::Value::integer(word.seqno));
  data.set("safe_to_bootstrap", values::Value::boolean(word.safe));
  data.set("user_data", values::Value::boolean(true));
  data.set("snapshot", values::Value::undef());
  return data.build();
}

Message told(std::size_t role, const Word& word, const std::string& local_state = "Donor/Desynced", std::size_t together = 1) {
  Message message;
  message.kind = MessageKind::send;
  message.from = {name_of(role), "Galera::Host[m]"};
  message.to = {"puppet", "Galera::Cluster[c]"};
  message.name = "reports";
  message.value = report(word, local_state, together);
  return message;
}

// A cluster whose registered members (a bit each) were Primary together at kCommon, one of them at `highest`, and have all
// stopped: the first round has begun, and nobody has held for it.
class Stopped : public ClusterRoom {
 public:
  Stopped(unsigned registered, int highest, const Bundle& plans) : ClusterRoom("{}", plans), program_(program_of(plans)) {
    const auto each = [registered](auto&& call) {
      for (std::size_t role = 0; role < kMembers; ++role) {
        if ((registered >> role & 1U) != 0) call(role);
      }
    };
    each([this](std::size_t role) { add(name_of(role), R"(, "desired_role": )" + std::to_string(role)); });
    for (const int seqno : {kCommon, highest, kCommon}) {
      each([&](std::size_t role) {
        hear(told(role, {kUuids[1], seqno, false, Said::primary}, "Synced", static_cast<std::size_t>(std::popcount(registered))));
      });
    }
    each([&](std::size_t role) { hear(told(role, {kUuids[1], kCommon, false, Said::nothing_in_this_round})); });
    waits_ = cluster.states() == std::vector<std::string>{"stopped"} && cluster.variable("round") == "1";
    state_ = cluster.engine().snapshot();
    setup_.plan = "galera::cluster";
    setup_.identity = {"puppet", "Galera::Cluster[c]"};
    setup_.title = "c";
    setup_.parameters = value_of(R"({"cluster_size": 3})");
    setup_.server_facts = value_of("{}");
  }

  // As it must, since nobody has held.
  [[nodiscard]] bool waits() const { return waits_; }

  // The role that is given the right to bootstrap once all of them have said their word, the last role first or last.
  std::optional<std::size_t> decide(const Words& words, bool last_first) {
    auto engine = Engine::restore(program_, setup_, state_, at(0)).value();
    std::optional<std::size_t> granted;
    for (std::size_t i = 0; i < kMembers; ++i) {
      const std::size_t role = last_first ? kMembers - 1 - i : i;
      if (!words.at(role)) continue;
      for (const Message& said : engine->step(Received{told(role, *words.at(role))}, at(0)).messages) {
        if (said.name == "grant") granted = static_cast<std::size_t>(said.to.certname.back() - '1');
      }
    }
    return granted;
  }

 private:
  void TestBody() override {}
  void hear(const Message& message) { exchange(cluster.step(Received{message}), "puppet"); }

  std::shared_ptr<const Program> program_;
  engine::Setup setup_;
  boost::json::value state_;
  bool waits_ = false;
};

std::string text_of(const Words& words, int highest) {
  std::string text = "heard of " + std::to_string(highest) + ":";
  for (const auto& word : words) {
    text += word ? " [" + word->uuid.substr(0, 1) + " " + std::to_string(word->seqno) + (word->safe ? " safe " : " ") +
                       std::array{"Primary", "held", "silent", "not held"}.at(static_cast<std::size_t>(word->said)) + "]"
                 : " [not registered]";
  }
  return text;
}

std::string text_of(const std::optional<std::size_t>& role) { return role ? name_of(*role) : "nobody"; }

struct Comparison {
  std::size_t cases = 0, grants = 0, different = 0;
  std::string first;                    // difference
};

// A word of 18 contents, said in one of four ways, or no member: 73 cases for each of three members, where the highest
// position ever heard of lies below, between and at what they have. `one_of` 1: all of them; else one of so many of those
// where all have held, which alone can end in a grant, and fewer of the others.
Comparison compare(const Bundle& plans, std::size_t one_of) {
  const auto words = all_words();
  Comparison result;
  std::size_t number = 0, number_held = 0;
  const auto held = [](const std::optional<Word>& word) { return !word || word->said == Said::held; };
  for (const int highest : {kCommon, 15, 20}) {
    std::map<unsigned, std::unique_ptr<Stopped>> clusters;
    for (const auto& first : words) {
      for (const auto& second : words) {
        for (const auto& third : words) {
          const Words all{first, second, third};
          const unsigned registered = (first ? 1U : 0U) | (second ? 2U : 0U) | (third ? 4U : 0U);
          const bool all_held = held(first) && held(second) && held(third);
          const bool chosen = all_held ? number_held++ % one_of == 0 : number++ % (one_of == 1 ? 1 : one_of * 31) == 0;
          if (registered == 0 || !chosen) continue;
          auto& cluster = clusters[registered];
          if (!cluster) {
            cluster = std::make_unique<Stopped>(registered, highest, plans);
            if (!cluster->waits()) return {.different = 1, .first = "nobody has held, and it does not wait"};
          }
          const auto wanted = oracle(all, highest);
          const auto decided = cluster->decide(all, result.cases % 2 == 1);
          ++result.cases;
          if (decided) ++result.grants;
          if (decided == wanted) continue;
          if (result.different++ == 0) result.first = text_of(all, highest) + ": " + text_of(decided) + ", not " + text_of(wanted);
        }
      }
    }
  }
  return result;
}

#ifdef NDEBUG
constexpr std::size_t kOneOf = 1;
#else
constexpr std::size_t kOneOf = 7;       // under the sanitizers
#endif

TEST(Decision, S3_S4_S5_S6_S8_AsTheOracleInEveryCase) {
  const auto found = compare(shipped_bundle("galera::cluster"), kOneOf);
  std::printf("%zu cases, %zu grants, %zu differences\n", found.cases, found.grants, found.different);
  EXPECT_EQ(found.different, 0U) << found.first;
  EXPECT_GT(found.grants, 0U);
}

// What other tools get wrong, made in our plan: the table must tell.
struct Mutant {
  const char* hole;
  const char* right;
  const char* wrong;
};
void PrintTo(const Mutant& mutant, std::ostream* to) { *to << mutant.hole; }

class DecisionMutant : public testing::TestWithParam<Mutant> {};

TEST_P(DecisionMutant, IsCaught) {
  Bundle plans = shipped_bundle("galera::cluster");
  const auto file = std::find_if(plans.files.begin(), plans.files.end(), [](const auto& one) { return one.path == "cluster/outage.plan"; });
  ASSERT_NE(file, plans.files.end());
  const auto at = file->text.find(GetParam().right);
  ASSERT_NE(at, std::string::npos) << "the plan has changed: " << GetParam().right;
  file->text.replace(at, std::string_view(GetParam().right).size(), GetParam().wrong);
  EXPECT_GT(compare(plans, 29).different, 0U) << GetParam().hole;
}

constexpr std::array kMutants{
    Mutant{"who does not answer is not waited for", "$report == undef or $report['round'] != $round or", "$report != undef and $report['round'] == $round and"},
    Mutant{"evidence of another round counts", "$report['round'] != $round or ", ""},
    Mutant{"a member that does not hold counts", "or !holds($report)", ""},
    Mutant{"the state UUID is not compared", "histories().size > 1 or (histories().size == 1 and $uuid != undef and histories()[0] != $uuid)", "false"},
    Mutant{"any history of its own is good", "or (histories().size == 1 and $uuid != undef and histories()[0] != $uuid)", ""},
    Mutant{"the highest position ever heard of is forgotten", "position_of($evidence[newest()]) < highest_of(histories()[0])", "false"},
    Mutant{"who does not know its position does not count", "!without_position().empty", "false"},
    Mutant{"a fixed master", "position_of($report) == $high }", "true }"},
    Mutant{"the oldest data wins", "position_of($report) }.max", "position_of($report) }.min"},
    Mutant{"safe_to_bootstrap is taken for a permission", "position_of($report) == $high }", "position_of($report) == $high or $report['safe_to_bootstrap'] == true }"},
};
INSTANTIATE_TEST_SUITE_P(Plans, DecisionMutant, testing::ValuesIn(kMutants));

}  // namespace
}  // namespace plan::engine::test
