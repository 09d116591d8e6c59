// Searches leave out what cannot match, by indexes and by what earlier searches tried. Whether they find what trying
// everything finds is asked of random tokens: an equality that is looked up against the same one in words that are not,
// and an engine that goes on against one that was read back before each step and so remembers no search.
#include <algorithm>
#include <ostream>
#include <random>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "fixture.h"

namespace plan::engine::test {
namespace {

struct Course {
  const char* name;
  const char* plan;              // EQ(a, b) stands for an equality
};

void PrintTo(const Course& course, std::ostream* out) { *out << course.name; }

constexpr Course kCourses[] = {
    {"join", R"(
      action j { $x <- a  $y <- b where EQ($x['k'], $y['k'])  [$x, $y] -> out }
    )"},
    {"join_and_order", R"(
      action j {
        $x <- a
        $y <- b where EQ($x['k'], $y['k']) and $x['n'] <= $y['n']
        $z <- c where EQ($z['k'], $y['k'])
        [$x, $y, $z] -> out
      }
    )"},
    {"inhibitor", R"(
      action j {
        $x <- a
        $y <- b where EQ($x['k'], $y['k'])
        !$z <- c where EQ($z['k'], $x['k'])
        [$x, $y] -> out
      }
      action clean { $z <- c[3]  $z -> out }
    )"},
    {"reads", R"(
      action j {
        $x <-> a
        $y <- b where EQ($y['k'], $x['k'])
        [$x, $y] -> out
      }
      action look { $x <-> a  $y <-> c where EQ($x['k'], $y['k'])  ['seen', $x, $y] -> out }
      action forget { $x <- a where $x['n'] > 7  $x -> out }
    )"},
    {"destructured", R"(
      action j {
        [$k, $n] <- pairs
        $y <- b where EQ($y['k'], $k)
        [$k, $n, $y] -> out
      }
    )"},
    {"same_queue", R"(
      action j { $x <- a  $y <- a where EQ($x['k'], $y['k'])  [$x, $y] -> out }
      action k { $x <- a  $y <- b where EQ($x['n'], $y['n'])  [$x, $y] -> out }
    )"},
    {"variable", R"(
      Any $wanted = 1
      queue Integer limit { latched => true, entries => 4 }
      action j {
        $l <- limit
        $x <- a where EQ($x['k'], $wanted) and $x['n'] <= $l
        $y <- b where EQ($y['n'], $x['n'])
        $wanted = $y['k']
        $y['n'] + 1 -> limit
        [$x, $y] -> out
      }
      action turn { $z <- c  $wanted = $z['k']  $z -> out }
    )"},
    {"room", R"(
      queue Any narrow { capacity => 2 }
      action j { $x <- a  $y <- b where EQ($x['k'], $y['k'])  [$x, $y] -> narrow }
      action drain { $o <- narrow  $z <- c  [$o, $z] -> out }
    )"},
};

std::string plan_text(const Course& course, bool looked_up) {
  std::string text = "plan t {\n queue Any a\n queue Any b\n queue Any c\n queue Any pairs\n queue Any out\n";
  text += course.plan;
  for (std::size_t at = text.find("EQ("); at != std::string::npos; at = text.find("EQ(", at)) {
    const std::size_t comma = text.find(", ", at);
    const std::size_t close = text.find(')', comma);
    const std::string left = text.substr(at + 3, comma - at - 3), right = text.substr(comma + 2, close - comma - 2);
    text.replace(at, close + 1 - at, looked_up ? left + " == " + right : "!(" + left + " != " + right + ")");
  }
  return text + "}\n";
}

// Keys that `==` takes for equal in many ways, and some that have no key of an index.
std::string random_token(std::mt19937& random) {
  static constexpr const char* kKeys[] = {"1", "2", "3", "1.0", "2.5", "\"a\"", "\"A\"", "\"b\"", "\"\\u00e4\"", "\"\\u00c4\"",
                                          "\"K\"", "\"\\u212a\"", "null", "true", "[1]", "[1.0]", "{\"z\": 1}", "\"1\""};
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const std::string number = std::to_string(below(9));
  if (below(20) == 0) return "{\"n\": " + number + "}";
  return std::string("{\"k\": ") + kKeys[below(std::size(kKeys))] + ", \"n\": " + number + "}";
}

std::string state_of(Actor& actor) {
  boost::json::value snapshot = actor.engine().snapshot();
  snapshot.as_object().erase("digest");
  return boost::json::serialize(snapshot);
}

class Matching : public testing::TestWithParam<Course> {};

TEST_P(Matching, FindsWhatTryingEverythingFinds) {
  std::size_t fired = 0;
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    std::mt19937 random(seed);
    Actor looks_up(plan_text(GetParam(), true)), remembers(plan_text(GetParam(), false)), forgets(plan_text(GetParam(), false));
    for (int i = 0; i < 120; ++i) {
      static constexpr const char* kQueues[] = {"a", "b", "c", "pairs"};
      const std::string queue = kQueues[std::uniform_int_distribution<std::size_t>(0, 3)(random)];
      std::string token = random_token(random);
      if (queue == "pairs") token = "[" + std::to_string(random() % 4) + ", " + token + "]";
      for (Actor* actor : {&looks_up, &remembers, &forgets}) actor->send(queue, token);
      forgets.reload();
      ASSERT_EQ(state_of(remembers), state_of(forgets)) << "seed " << seed << ", step " << i;
      ASSERT_EQ(state_of(looks_up), state_of(remembers)) << "seed " << seed << ", step " << i;
    }
    fired += looks_up.queue("out").size() > 2 ? 1 : 0;
  }
  EXPECT_EQ(fired, 8U);
}

INSTANTIATE_TEST_SUITE_P(Courses, Matching, testing::ValuesIn(kCourses),
                         [](const testing::TestParamInfo<Course>& course) { return std::string(course.param.name); });

// Two tokens that are equal by `==` find each other through an index, whatever kind their keys are of.
TEST(Joins, KeysOfEveryKindFindWhatIsEqual) {
  Actor actor(R"(plan t {
    input Any left
    input Any right
    queue Any pairs
    action join {
      $a <- left
      $b <- right where $a[0] == $b[1]
      [$a[2], $b[0]] -> pairs }
  })");
  actor.start();
  const std::vector<std::string> keys = {"1", "2.5", "true", "false", "null", R"("Text")", R"("éTé")", R"([1, 2])", R"({"a": 1})", "0"};
  for (std::size_t i = 0; i < keys.size(); ++i) actor.send("left", "[" + keys[i] + ", 0, " + std::to_string(i) + "]");
  for (int i = 0; i < 10; ++i) actor.send("left", "[\"nobody's " + std::to_string(i) + "\"]");      // enough for an index to be worth it
  for (const std::string_view key : {R"("none")", "1.0", "2.5", "true", "false", "null", R"("tEXT")", R"("été")", "[1.0, 2]", R"({"a": 1})", "-0.0"}) {
    actor.send("right", R"(["r", )" + std::string(key) + "]");
  }
  actor.send("right", R"("no array")");
  actor.send("left", R"({"0": "a hash"})");
  EXPECT_EQ(actor.queue("pairs"), R"([[0,"r"],[1,"r"],[2,"r"],[3,"r"],[4,"r"],[5,"r"],[6,"r"],[7,"r"],[8,"r"],[9,"r"]])");
  EXPECT_EQ(actor.queue("right"), R"([["r","none"],"no array"])");
}

// Many tokens come and go: the index forgets what is gone.
TEST(Joins, AnIndexFollowsItsQueue) {
  Actor actor(R"(plan t {
    input Integer left { capacity => 100000 }
    input Integer right
    Integer $sum = 0
    action join {
      $a <- left
      $b <- right where $a == $b
      $sum = $sum + $a }
  })");
  actor.start();
  std::int64_t sum = 0;
  for (int i = 0; i < 2000; ++i) {
    actor.send("left", std::to_string(i % 40));
    if (i % 50 < 20) continue;
    actor.send("right", std::to_string((i * 7) % 40));
    actor.send("right", std::to_string((i * 11) % 40));
    sum = std::stoll(actor.variable("sum"));
  }
  const boost::json::array left = boost::json::parse(actor.queue("left")).as_array();
  const boost::json::array right = boost::json::parse(actor.queue("right")).as_array();
  std::int64_t sent = 0;
  for (int i = 0; i < 2000; ++i) sent += i % 40;
  for (const auto& token : left) {
    sent -= token.as_int64();
    EXPECT_EQ(std::find(right.begin(), right.end(), token), right.end()) << "left lying beside its like";
  }
  EXPECT_EQ(sum, sent);
}

}  // namespace
}  // namespace plan::engine::test
