// Plans made at random from the grammar: what is printed of each reads back as the same tree. Seeded: a failure is found
// again by its number.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>

#include "support.h"

namespace plan::syntax::test {
namespace {

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  std::string plan() {
    std::string text = "plan " + name() + (below(3) == 0 ? " inherits m::base[Integer]" : "") + " {\n";
    for (std::size_t i = 2 + below(6); i > 0; --i) text += "  " + member() + "\n";
    return text + "}\n";
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  template <std::size_t N>
  std::string any(const char* const (&choices)[N]) { return choices[below(N)]; }

  std::string name() { return any({"alpha", "b2", "gamma_x", "where", "state_of", "queue_1"}); }
  std::string type(int depth) {
    if (depth == 0 || below(2) == 0) return any({"Integer", "String[1]", "M::Host", "Enum[a, 'b c']", "Integer[0, $n - 1]"});
    switch (below(3)) {
      case 0: return "Hash[" + type(depth - 1) + ", " + type(depth - 1) + "]";
      case 1: return "Struct[{ a => " + type(depth - 1) + ", 'b' => " + type(depth - 1) + " }]";
      default: return "Optional[" + type(depth - 1) + "]";
    }
  }

  std::string expression(int depth) {
    if (depth == 0) {
      return any({"1", "-2", "0x1f", "1.5e3", "'it\\'s'", "\"a${x}b\\n\"", "$x", "$m::y", "self", "undef", "true", "word", "Integer",
                  "/a\\/b/", "$", "default_word", "[]", "{}"});
    }
    const auto part = [&] { return expression(depth - 1); };
    switch (below(14)) {
      case 0: return "(" + part() + ") " + any({"+", "-", "*", "/", "%", "<<", ">>", "==", "!=", "<", ">=", "=~", "!~", "in", "and", "or"}) + " (" + part() + ")";
      case 1: return "!(" + part() + ")";
      case 2: return "-(" + part() + ")";
      case 3: return "[" + part() + ", *" + part() + "]";
      case 4: return "{ " + name() + " => " + part() + ", (" + part() + ") => " + part() + " }";
      case 5: return "$x[" + part() + ", " + part() + "]";
      case 6: return name() + "(" + part() + ")";
      case 7: return "(" + part() + ").map |Integer $i = 1, *$r| { " + part() + " }";
      case 8: return "(" + part() + ")." + name();
      case 9: return "($x ? { " + part() + " => " + part() + ", default => " + part() + " })";
      case 10: return "if " + part() + " { " + part() + " } elsif $y { } else { " + part() + " }";
      case 11: return "case " + part() + " { " + part() + ", 2: { " + part() + " } default: { } }";
      case 12: return "(M::Host.new { title => " + part() + ", require => File['x'] })";
      default: return "\"x${(" + part() + ")}y\"";
    }
  }

  std::string statement() {
    switch (below(5)) {
      case 0: return "$v" + std::to_string(below(9)) + " = " + expression(2);
      case 1: return "(" + expression(2) + ") -> " + any({"drain", "state", "$ref.inbox"});
      case 2: return "(" + expression(1) + ") -> * " + any({"$queues", "$hosts.map |$_, $h| { $h.inbox }"});
      case 3: return "[$a, [$b, $c]] = " + expression(1);
      default: return "(" + expression(3) + ")";
    }
  }

  std::string arc() {
    std::string text;
    switch (below(3)) {
      case 0: text = any({"$x", "_", "[$a, [_, $b]]", "$x from $who"}); text += " <- "; break;
      case 1: text = any({"$x", "_", "[$a, $b]"}); text += " <-> "; break;
      default: text = any({"! $x <- ", "! <- "}); break;
    }
    text += any({"inbox", "inbox[3]", "inbox[1, $n]", "inbox[all]", "main::catalog_done", "$size", "$ref.outbox", "state", "state idle, busy"});
    if (below(2) == 0) text += " where " + expression(2);
    if (below(4) == 0) text += " after 5s";
    if (below(4) == 0) text += " awaiting " + expression(1);
    return text;
  }

  std::string member() {
    switch (below(7)) {
      case 0: return any({"public ", "private ", ""}) + type(2) + " $" + name() + " = " + expression(2);
      case 1: return any({"queue ", "public input ", "output "}) + type(2) + " first, second { entries => *" + expression(1) + ", ttl => 90s, capacity => 3 }";
      case 2: return any({"state ", "input state ", "output state "}) + "idle, busy";
      case 3: return "function " + name() + "(" + type(1) + " $a, $b = " + expression(1) + ", *$rest) >> " + type(1) + " {\n" + expression(3) + "\n}";
      case 4: return "type Alias = " + type(3);
      default: {
        std::string text = "action " + name() + " {\n";
        for (std::size_t i = 1 + below(5); i > 0; --i) text += "    " + (below(2) == 0 ? arc() : statement()) + "\n";
        return text + "  }";
      }
    }
  }

  std::mt19937 random_;
};

TEST(Generated, PlansPrintAsWhatTheyAre) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    round_trip(Generator(seed).plan());
    if (HasFailure()) return;
  }
}

TEST(Generated, TheShippedPlansPrintAsWhatTheyAre) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(PLAN_MODULE_ROOT "/plans")) {
    if (entry.path().extension() != ".plan") continue;
    SCOPED_TRACE(entry.path());
    round_trip(test_file("../../../../" + entry.path().lexically_relative(PLAN_MODULE_ROOT).generic_string()));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace plan::syntax::test
