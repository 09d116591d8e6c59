// fuzz_bounds PLANCTL CORPUS COUNT: throws texts at `planctl check`, `run` and `eval` and tells the longest time and the
// most memory that each took. The texts are hostile ones made here (deep, long, doubling), and COUNT mutations of the
// corpus, the same ones each time. Exits 1 when one crashed, took more than 2 s of the processor or more than 512 MiB.
//
// `run` may go on for long as long as it fires: here it may fire so often only, and so many steps each time.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/serialize.hpp>

#include "base/assert.h"
#include "fuzz/mutation.h"

namespace plan::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr double kMostSeconds = 2;
constexpr double kMostMiB = 512;
constexpr rlim_t kKilledAfterSeconds = 5;

struct Text {
  std::string name;
  std::string text;
};

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

struct Shape {
  std::string_view name, open, inside, close;
};

constexpr Shape kNested[] = {
    {"parentheses", "(", "1", ")"}, {"arrays", "[", "1", "]"}, {"hashes", "{a=>", "1", "}"}, {"not", "!", "true", ""},
    {"minus", "- ", "1", ""}, {"strings", "\"${", "1", "}\""}, {"lambdas", "with(1)|$x|{", "1", "}"}, {"if", "if 1 {", "1", "}"},
    {"else", "if 1 {} else {", "1", "}"}, {"elsif", "if 1 {1}", "", "elsif 1 {1}"}, {"types", "Array[", "Integer", "]"},
    {"keys", "$a[", "1", "]"}, {"access", "", "$a", "[0]"}, {"calls", "f(", "1", ")"}, {"methods", "", "1", ".f"},
    {"selectors", "1 ? { 1 => ", "1", "}"}, {"cases", "case 1 { 1: {", "1", "}}"}, {"sum", "1 + ", "1", ""}, {"and", "true and ", "true", ""},
    {"assignments", "$a = ", "1", ""}, {"splats", "*", "[1]", ""}, {"sends", "1 -> ", "q", ""}, {"comments", "/*", "", "*/"},
    {"heredocs", "@(E)\n", "", "E\n"}, {"quotes", "\"", "", ""}, {"brackets", "[", "", ""}, {"mistakes", "* )", "", ""},
    {"unknown", "$x -> y\n", "", ""}, {"statements", "1\n", "", ""}, {"bytes", "\xff", "", ""}, {"zeros", {"\0", 1}, "", ""},
};

constexpr std::string_view kDoubling[] = {
    "\"${a}${a}\"", "$a + $a", "[$a, $a]", "{x => $a, y => $a}", "Tuple[$a, $a]", "Variant[Array[$a], Tuple[$a, $a]]",
};

constexpr std::string_view kAlone[] = {
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' =~ /^(a+)+$/", "'x' =~ /((a{1000}){1000}){1000}/",
    "Integer[1, 1000].each |$x| { 'aaaaaaaaaaaaaaaaaaaa' =~ /(a|aa)+[bc]$/ }", "sprintf('%999999999d', 1)", "String(1.5, '%.999999999f')",
    "Integer[0, 1000000000].each |$x| { $x }", "Array(Integer[0, 1000000000])", "[*Integer[0, 1000000000]]",
    "Integer[0, 1000000].reduce([]) |$m, $x| { $m + $x }", "Integer[0, 100000].reduce(1) |$m, $x| { [$m] }",
    "Integer[0, 100000].reduce(Integer) |$m, $x| { Array[$m] }", "Integer[0, 3000].reduce(Integer) |$m, $x| { Variant[$m, Enum[\"a${x}\"]] }",
    "type(Integer[1, 20000].map |$x| { \"a${x}\" })", "Hash([[Array(Integer[1, 100000]), 1]], 'hash_tree')",
    "Integer[1, 100000].map |$x| { 0 - $x }.sort |$x, $y| { 1 }", "strftime(Timestamp(0), '%999999999N')",
};

std::vector<Text> hostile_texts() {
  std::vector<Text> texts;
  for (const Shape& shape : kNested) {
    for (const std::size_t size : {60UL, 1'000UL, 1'000'000UL}) {
      const std::size_t count = std::min(size, 1'000'000 / (shape.open.size() + shape.close.size()));
      texts.push_back({std::string(shape.name) + " " + std::to_string(count),
                       repeated(shape.open, count) + std::string(shape.inside) + repeated(shape.close, count)});
    }
  }
  for (const std::string_view step : kDoubling) {
    std::string text = step.starts_with("\"") ? "$r = 'x'\n" : step[0] == 'T' || step[0] == 'V' ? "$r = Integer\n" : "$r = [1]\n";
    text += "Integer[1, 60].reduce($r) |$a, $_| { " + std::string(step) + " }\n";
    for (const std::string_view use : {"", ".then |$a| { \"${a}\" }", ".then |$a| { $a == [$a] }", ".then |$a| { type($a) }"}) {
      texts.push_back({"doubling " + std::string(step) + std::string(use), text.substr(0, text.size() - 1) + std::string(use)});
    }
  }
  for (const std::string_view text : kAlone) texts.push_back({std::string(text), std::string(text)});
  return texts;
}

struct Usage {
  int status = 0;
  double seconds = 0, mebibytes = 0;
  [[nodiscard]] bool breaks() const {
    return !WIFEXITED(status) || WEXITSTATUS(status) > 3 || seconds > kMostSeconds || mebibytes > kMostMiB;
  }
};

// Runs the command with its input from a file; what it says is thrown away.
Usage use_of(const std::vector<std::string>& command, const fs::path& input) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  PLAN_ASSERT(child >= 0);
  if (child == 0) {
    const rlimit seconds{kKilledAfterSeconds, kKilledAfterSeconds};
    const int in = open(input.c_str(), O_RDONLY | O_CLOEXEC);
    const int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const bool ready = setrlimit(RLIMIT_CPU, &seconds) == 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0;
    if (ready) execv(arguments[0], arguments.data());
    _exit(127);
  }
  Usage usage;
  rusage used{};
  PLAN_ASSERT(wait4(child, &usage.status, 0, &used) == child);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  usage.seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  usage.mebibytes = static_cast<double>(used.ru_maxrss) / 1024;
  return usage;
}

class Bounds {
 public:
  Bounds(std::string planctl, fs::path folder) : planctl_(std::move(planctl)), folder_(std::move(folder)) {}

  // An expression: alone, and as what an action does.
  void expression(const Text& text) {
    write("line.json", boost::json::serialize(boost::json::value(text.text)) + "\n");
    measure(eval_, text.name, {planctl_, "eval", "--batch", "-"}, folder_ / "line.json");
    plan({text.name, "plan p {\n  action a { _ <- start\n" + text.text + "\n  }\n}\n"});
  }

  void plan(const Text& text) {
    const fs::path file = write("p.plan", text.text);
    measure(check_, text.name, {planctl_, "check", file}, file);
    measure(run_, text.name, {planctl_, "run", file, "--plan", "p", "--for", "1h", "--limit", "firings=100", "--limit", "steps=100000"}, file);
  }

  int tell() const {
    for (const Worst* one : {&check_, &run_, &eval_}) {
      std::cout << one->command << ": " << one->count << " texts, at most " << one->seconds << " s (" << one->slowest << "), " << one->mebibytes
                << " MiB (" << one->largest << ")\n";
    }
    return broken_ ? 1 : 0;
  }

 private:
  struct Worst {
    std::string_view command;
    std::size_t count = 0;
    double seconds = 0, mebibytes = 0;
    std::string slowest = {}, largest = {};
  };

  fs::path write(const char* name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  void measure(Worst& worst, const std::string& name, const std::vector<std::string>& command, const fs::path& input) {
    const Usage usage = use_of(command, input);
    ++worst.count;
    if (usage.seconds > worst.seconds) worst.slowest = name;
    if (usage.mebibytes > worst.mebibytes) worst.largest = name;
    worst.seconds = std::max(worst.seconds, usage.seconds);
    worst.mebibytes = std::max(worst.mebibytes, usage.mebibytes);
    if (!usage.breaks()) return;
    broken_ = true;
    std::cout << "broken by " << worst.command << " of " << name << ": status " << usage.status << ", " << usage.seconds << " s, "
              << usage.mebibytes << " MiB\n" << std::flush;
  }

  std::string planctl_;
  fs::path folder_;
  Worst check_{"check"}, run_{"run"}, eval_{"eval"};
  bool broken_ = false;
};

int measure_all(const std::string& planctl, const fs::path& folder, std::uint32_t count) {
  std::string scratch = fs::temp_directory_path() / "fuzz_bounds.XXXXXX";
  PLAN_ASSERT(mkdtemp(scratch.data()) != nullptr);
  Bounds bounds(fs::absolute(planctl), scratch);
  for (const Text& text : hostile_texts()) bounds.expression(text);
  const std::vector<std::string> plans = read_corpus(folder / "text");
  const std::vector<std::string> expressions = read_corpus(folder / "expressions");
  for (std::uint32_t seed = 0; seed < count; ++seed) {
    bounds.plan({"plan " + std::to_string(seed), Mutation(plans, seed).text()});
    bounds.expression({"expression " + std::to_string(seed), Mutation(expressions, seed).text()});
  }
  fs::remove_all(scratch);
  return bounds.tell();
}

}  // namespace
}  // namespace plan::fuzz

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: fuzz_bounds PLANCTL CORPUS COUNT\n";
    return 2;
  }
  return plan::fuzz::measure_all(argv[1], argv[2], static_cast<std::uint32_t>(std::stoul(argv[3])));
}
