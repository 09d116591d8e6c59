// graph, tokens, ast, bundle, completion, and what the man page says of all of them.
#include <cstdlib>
#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command.h"

namespace plan::planctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
namespace json = boost::json;

const std::string kPlan = R"(plan base_ {
  queue Integer q { capacity => 3, entries => *[1] }
  state idle, busy
  action take { $x <- q where $x > 1 after 2s
    _ <- state idle
    if $x == 2 { $x -> done }
    busy -> state }
  output Integer done { latched => true }
}
plan t inherits base_ {
  public Integer $size = 1
  Integer $n = 0
  input Integer asked
  action look { $l <-> q
    !$y <- asked
    $s <- $size
    $n = $s
    next_state() }
})";

Outcome on(const std::string& text, std::vector<std::string> before, const std::vector<std::string>& after = {}) {
  const TemporaryFile file(text);
  before.push_back(file.path());
  before.insert(before.end(), after.begin(), after.end());
  return planctl(before);
}

TEST(Graph, ShowsQueuesActionsArcsGuardsAndStates) {
  const Outcome outcome = on(kPlan, {"graph"}, {"--plan", "t"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  for (const char* part : {
           R"("queue q" -> "action take" [label="$x"];)",
           R"("queue q" -> "action look" [style=dashed, arrowhead=none, arrowtail=none, label="$l"];)",
           R"("queue asked" -> "action look" [arrowhead=odot, color="#dc2626", label="$y"];)",
           R"("action take" -> "queue done" [color="#16a34a", style=dashed];)",
           R"("action take" -> "state busy" [color="#16a34a"];)",
           R"("state idle" -> "action take" [style=dashed)",
           R"("of look $size" -> "action look" [label="$s"];)",
           "where $x &gt; 1", "after 2s", "capacity 3", "latched", "of base_", "sets $n", "next_state()", "input Integer"}) {
    EXPECT_THAT(outcome.out, HasSubstr(part));
  }
}

TEST(Graph, IsDrawnByGraphviz) {
  const Outcome outcome = on(kPlan, {"graph"}, {"--plan", "t", "--format", "svg"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("</svg>"));
}

TEST(Graph, SaysWhatIsMissingWithoutGraphviz) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  const Outcome outcome = on(kPlan, {"graph"}, {"--plan", "t", "--format", "svg"});
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("apt install graphviz"));
}

TEST(Graph, OfEveryExampleAndShippedPlanCanBeDrawn) {
  for (const auto& [files, plan] : {std::pair{"examples", "elevator"}, {"examples", "worker_pool"}, {"examples", "three_tier"}}) {
    EXPECT_EQ(planctl({"graph", files, "--plan", plan, "--format", "svg"}).code, 0) << plan;
  }
  for (const char* plan : {"galera::host", "galera::cluster", "galera::leader", "galera::follower"}) {
    EXPECT_EQ(planctl({"graph", "plans", "types", "--plan", plan, "--format", "svg"}).code, 0) << plan;
  }
}

TEST(Tokens, AreAKindAPlaceAndATextEach) {
  const json::value all = json::parse(on("plan t {\n queue Integer q }", {"tokens", "--json"}).out);
  EXPECT_EQ(all.as_array().size(), 8U);
  EXPECT_EQ(all.at(3).at("kind"), "name");
  EXPECT_EQ(all.at(3).at("text"), "queue");
  EXPECT_EQ(all.at(3).at("line"), 2);
  EXPECT_EQ(all.at(3).at("column"), 2);
  EXPECT_EQ(all.at(3).at("end_column"), 7);
  const Outcome text = on("plan t { }", {"tokens"});
  EXPECT_THAT(text.out, HasSubstr(".plan:1:6"));
  EXPECT_EQ(on("plan t { 'open }", {"tokens"}).code, 1);
  EXPECT_EQ(planctl({"tokens", "/nonexistent"}).code, 2);
}

TEST(Ast, IsInTheNotationOfPuppetsOwnDumps) {
  const std::string plan = "plan t { Integer $n = 1 + 2\n public input String q }";
  EXPECT_THAT(on(plan, {"ast"}).out, HasSubstr("(+ 1 2)"));
  const json::value all = json::parse(on(plan, {"ast", "--json"}).out);
  const std::string tree = json::serialize(all.at(0).at("tree"));
  EXPECT_THAT(tree, HasSubstr(R"({"^":["+",1,2]})"));
  EXPECT_THAT(tree, HasSubstr(R"("public","input","queue",{"^":["qr","String"]},["q"])"));
  EXPECT_EQ(on("plan t {", {"ast"}).code, 1);
}

TEST(Ast, ATextMayHoldWhateverTheNotationIsMadeOf) {
  const json::value all = json::parse(on(R"(plan t { String $s = "a\"(b\\ ]\n" })", {"ast", "--json"}).out);
  EXPECT_THAT(json::serialize(all), HasSubstr(R"("a\"(b\\ ]\n")"));
}

TEST(BundleCommand, HoldsWhatThePlanNeedsAndNothingElse) {
  const Outcome outcome = planctl({"bundle", "plans", "types", "--plan", "galera::cluster", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const json::value bundle = json::parse(outcome.out);
  EXPECT_EQ(bundle.at("plan"), "galera::cluster");
  EXPECT_EQ(bundle.at("format"), 1);
  EXPECT_EQ(bundle.at("digest").as_string().size(), 64U);
  std::set<std::string> files;
  for (const json::value& file : bundle.at("files").as_array()) files.emplace(file.at("path").as_string());
  EXPECT_TRUE(files.contains("plans/cluster.plan"));
  EXPECT_TRUE(files.contains("plans/cluster/members.plan"));
  EXPECT_TRUE(files.contains("plans/host.plan"));
  EXPECT_TRUE(files.contains("types/member_map.pp"));
  EXPECT_FALSE(files.contains("types/orchestrator_url.pp"));
  EXPECT_EQ(planctl({"bundle", "plans", "types", "--plan", "galera::custer"}).code, 2);
}

TEST(BundleCommand, ItsDigestIsSha256OfPathsAndTexts) {
  const TemporaryFile file("plan t { }");
  const std::string sum = "printf '%s\\0plan t { }\\0' " + file.path() + " | sha256sum";
  std::FILE* pipe = popen(sum.c_str(), "r");
  char expected[65] = {};
  ASSERT_EQ(std::fread(expected, 1, 64, pipe), 64U);
  pclose(pipe);
  EXPECT_EQ(json::parse(planctl({"bundle", file.path(), "--plan", "t", "--json"}).out).at("digest"), expected);
}

// Every command, and the options that its help shows.
std::vector<std::pair<std::string, std::set<std::string>>> commands() {
  std::vector<std::pair<std::string, std::set<std::string>>> all;
  const std::string help = planctl({"--help"}).out;
  for (std::size_t at = help.find("\n  ", help.find("Subcommands:")); at != std::string::npos; at = help.find("\n  ", at + 1)) {
    if (help[at + 3] == ' ') continue;
    const std::string name = help.substr(at + 3, help.find(' ', at + 3) - at - 3);
    const std::string about = planctl({name, "--help"}).out;
    std::set<std::string> options;
    const std::string list = about.substr(0, about.find("Example"));
    for (std::size_t from = list.find("--"); from != std::string::npos; from = list.find("--", from + 2)) {
      const std::string option = list.substr(from, list.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", from) - from);
      const bool begins_a_line = from >= 3 && (list.compare(from - 3, 3, "\n  ") == 0 || list[from - 1] == ',');
      if (begins_a_line) options.insert(option);
    }
    all.emplace_back(name, std::move(options));
  }
  return all;
}

TEST(Completion, KnowsEveryCommandAndOption) {
  const auto all = commands();
  ASSERT_GE(all.size(), 7U);
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = planctl({"completion", shell}).out;
    for (const auto& [command, options] : all) {
      EXPECT_THAT(script, HasSubstr(command)) << shell;
      for (const std::string& option : options) {
        EXPECT_THAT(script, HasSubstr(std::string(shell) == "fish" ? "-l " + option.substr(2) : option)) << shell << ' ' << command;
      }
    }
  }
}

// Plans of other modules are there where names lead to them, and only those are read.
TEST(ModulePath, IsTheSameForEveryCommand) {
  namespace fs = std::filesystem;
  const TemporaryFile place("");
  const fs::path modules = place.path() + ".modules";
  fs::create_directories(modules / "shop" / "plans");
  fs::create_directories(modules / "other" / "plans");
  std::ofstream(modules / "shop" / "plans" / "base.plan") << "plan shop::base { input Integer n\n action a { $x <- n\n $x -> drain } }";
  std::ofstream(modules / "other" / "plans" / "broken.plan") << "plan other::broken { queue Nothing q }";
  const TemporaryFile file("plan t inherits shop::base { action b { 1 -> n } }");
  const std::string path = modules.string();
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"check"}, {"run", "--plan", "t"}, {"graph", "--plan", "t"}, {"bundle", "--plan", "t"}}) {
    std::vector<std::string> words = command;
    words.push_back(file.path());
    EXPECT_EQ(planctl(words).code, 1) << command[0];
    words.insert(words.end(), {"--modulepath", path});
    const Outcome outcome = planctl(words);
    EXPECT_EQ(outcome.code, 0) << command[0] << outcome.err;
    EXPECT_THAT(outcome.out, Not(HasSubstr("broken"))) << command[0];
  }
  fs::remove_all(modules);
}

// What bash offers after these words.
std::string offered(const std::string& words) {
  const std::string script = "eval \"$(" PLANCTL " completion bash)\"; COMP_WORDS=(" + words +
                             "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _planctl; echo ${COMPREPLY[*]}";
  const TemporaryFile file(script, ".sh");
  std::FILE* pipe = popen(("bash " + file.path()).c_str(), "r");
  std::string text;
  char buffer[256];
  while (std::fgets(buffer, sizeof buffer, pipe)) text += buffer;
  pclose(pipe);
  return text;
}

TEST(Completion, WorksInBash) {
  EXPECT_EQ(offered("planctl gr"), "graph\n");
  EXPECT_EQ(offered("planctl run --st"), "--state\n");
  EXPECT_EQ(offered("planctl run --trace ''"), "text json\n");
  EXPECT_EQ(offered("planctl run exa"), "\n");      // a file: bash's own completion
}

TEST(ManPage, TellsOfEveryCommandAndOption) {
  const std::string page = text_of_file(std::string(PLAN_MODULE_ROOT) + "/docs/man/planctl.1");
  for (const auto& [command, options] : commands()) {
    EXPECT_THAT(page, HasSubstr(".SS " + command));
    for (std::string option : options) {
      if (option == "--help") continue;
      option.replace(0, 2, "\\-\\-");
      EXPECT_THAT(page, HasSubstr(option)) << command;
    }
  }
}

TEST(Colours, AreOnlyForATerminal) {
  const Outcome outcome = planctl({"run", "examples/elevator.plan", "--plan", "elevator", "--send", "calls=2", "--trace", "text", "--state"});
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b[")));
  const auto on_a_terminal = [](const std::string& environment) {
    const std::string command = environment + " script -qec '" PLANCTL " run examples/elevator.plan --plan elevator --send calls=2 --trace text' /dev/null";
    std::FILE* pipe = popen(("cd " PLAN_MODULE_ROOT " && " + command).c_str(), "r");
    std::string text;
    char buffer[4096];
    while (std::fgets(buffer, sizeof buffer, pipe)) text += buffer;
    pclose(pipe);
    return text;
  };
  EXPECT_THAT(on_a_terminal("TERM=xterm NO_COLOR="), HasSubstr("\x1b["));
  EXPECT_THAT(on_a_terminal("TERM=xterm NO_COLOR=1"), Not(HasSubstr("\x1b[")));
  EXPECT_THAT(on_a_terminal("TERM=dumb NO_COLOR="), Not(HasSubstr("\x1b[")));
}

}  // namespace
}  // namespace plan::planctl::test
