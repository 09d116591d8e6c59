// What a person gets wrong, a slip at a time, in a plan that is fine otherwise, and what is told of it.
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "check/check.h"
#include "support.h"

namespace plan::check::test {
namespace {

struct Slip {
  const char* name;
  const char* right;      // where it stands first
  const char* wrong;
};

constexpr Slip kSlips[] = {
    {"queue_typo", "$c -> waiting\n  }", "$c -> waitng\n  }"},
    {"queue_typo_take", "$c <- waiting", "$c <- watiing"},
    {"missing_arrow", "    $c -> waiting\n", "    $c waiting\n"},
    {"single_dash_arrow", "    $c -> waiting\n", "    $c - > waiting\n"},
    {"fat_arrow", "    $c -> waiting\n", "    $c => waiting\n"},
    {"receive_wrong_way", "    $c <- waiting\n", "    waiting -> $c\n"},
    {"eq_assign_guard", "where $n.items == 0", "where $n.items = 0"},
    {"eq_assign_if", "if $sum > 100", "if $sum = 100"},
    {"unknown_member", "where $c.items > 0", "where $c.item > 0"},
    {"type_mismatch_msg", "\"${c.name}: ${sum}\" -> receipts", "$sum -> receipts"},
    {"struct_wrong_member_type", "    $c -> waiting\n", "    { name => $c.name, items => 'two' } -> waiting\n"},
    {"struct_missing_member", "    $c -> waiting\n", "    { name => $c.name } -> waiting\n"},
    {"struct_extra_member", "    $c -> waiting\n", "    { name => $c.name, items => 1, price => 3 } -> waiting\n"},
    {"unknown_attribute", "capacity => 10", "capasity => 10"},
    {"attr_wrong_type", "capacity => 10", "capacity => 'ten'"},
    {"attr_colon", "capacity => 10", "capacity: 10"},
    {"state_never_reached", "state open, busy, closed", "state open, busy, closed, lost"},
    {"state_typo", "closed -> state", "closd -> state"},
    {"state_typo_arc", "_ <- state closed", "_ <- state close"},
    {"become_unknown", "closed -> state", "become(Shop::Closed)"},
    {"become_unrelated", "closed -> state", "become(Orchestrator)"},
    {"arg_count", "total($c.items)", "total()"},
    {"arg_count_many", "total($c.items)", "total($c.items, 2, 3)"},
    {"arg_type", "total($c.items)", "total($c.name)"},
    {"fn_typo", "total($c.items)", "totl($c.items)"},
    {"unused_local", "    $c -> waiting\n", "    $d = 4\n    $c -> waiting\n"},
    {"unused_bound", "  action report {\n    _ <-", "  action report {\n    $s <-"},
    {"dup_action", "  action report", "  action close"},
    {"dup_queue", "output String receipts", "output String waiting"},
    {"dup_var", "Integer $served = 0", "Integer $served = 0\n  Integer $served = 1"},
    {"dup_state", "state open, busy, closed", "state open, busy, open, closed"},
    {"missing_brace_action", "    $n.map |$one| { $one.name }.join(', ') -> drain\n  }\n", "    $n.map |$one| { $one.name }.join(', ') -> drain\n"},
    {"missing_brace_plan", "-> end\n  }\n}\n", "-> end\n  }\n"},
    {"extra_brace", "    closed -> state\n", "    closed -> state }\n"},
    {"kw_typo_action", "  action serve", "  acton serve"},
    {"kw_typo_queue", "  queue Struct", "  queu Struct"},
    {"kw_typo_state", "  state open", "  sate open"},
    {"kw_typo_function", "  function total", "  funtion total"},
    {"kw_typo_where", "$c <- customers where", "$c <- customers were"},
    {"kw_typo_plan", "plan shop", "paln shop"},
    {"kw_typo_public", "public Integer[1] $tills", "pubic Integer[1] $tills"},
    {"unknown_var", "$items * $price", "$items * $prise"},
    {"unknown_var_body", "$served = $served + 1", "$served = $serve + 1"},
    {"missing_dollar", "$items * $price", "$items * price"},
    {"missing_dollar_guard", "where $c.items", "where c.items"},
    {"type_case", "Integer $served", "integer $served"},
    {"type_case2", "output String", "output string"},
    {"type_unknown", "output String", "output Strng"},
    {"missing_comma_struct", "name => String, items => Integer}] customers", "name => String items => Integer}] customers"},
    {"missing_comma_states", "state open, busy, closed", "state open busy, closed"},
    {"missing_comma_args", "Integer $items, Integer $price", "Integer $items Integer $price"},
    {"unclosed_string", "\"${c.name}: ${sum}\" -> receipts", "\"${c.name}: ${sum} -> receipts"},
    {"unclosed_squote", ".join(', ')", ".join(', )"},
    {"unclosed_interp", "\"${c.name}: ${sum}\" -> receipts", "\"${c.name: ${sum}\" -> receipts"},
    {"unclosed_bracket", "name => String, items => Integer}] customers", "name => String, items => Integer} customers"},
    {"unclosed_heredoc", "\"${c.name}: ${sum}\" -> receipts", "@(\"END\") -> receipts\n      ${c.name}"},
    {"unclosed_paren", "total($c.items)", "total($c.items"},
    {"unclosed_comment", "# A shop", "/* A shop"},
    {"amp", "$c.items > 0", "$c.items > 0 && $c.items < 9"},
    {"not_operator", "$c.items > 0", "not $c.items > 0"},
    {"three_eq", "$n.items == 0", "$n.items === 0"},
    {"set_param", "$served = $served + 1", "$tills = $tills + 1"},
    {"set_twice", "    $sum = total($c.items)\n", "    $sum = total($c.items)\n    $sum = $sum + 1\n"},
    {"assign_type", "$served = $served + 1", "$served = 'many'"},
    {"plusplus", "$served = $served + 1", "$served += 1"},
    {"default_type", "$tills = 2", "$tills = 0"},
    {"receive_from_output", "$c <- waiting", "$c <- receipts"},
    {"send_state_wrong", "closed -> state", "\"closed!\" -> state"},
    {"guard_effect", "where $c.items > 0", "where next_state()"},
    {"never_enabled", "where $c.items > 0", "where false"},
    {"param_shadow", "$c <- waiting", "$served <- waiting"},
    {"lambda_no_block", "$n.map |$one| { $one.name }.join", "$n.map { $one.name }.join"},
    {"lambda_dollar", "|$one| { $one.name }", "|one| { $one.name }"},
    {"else_if", "else { open -> state }", "else if $sum > 50 { open -> state }"},
    {"return_type", ">> Integer { $items * $price }", ">> String { $items * $price }"},
    {"inherits_unknown", "plan shop {", "plan shop inherits shopp {"},
    {"new_unknown_plan", "closed -> state", "$x = Shop::Till.new { }\n    $x -> drain"},
    {"new_missing_param", "closed -> state", "$x = Shop.new { till => 2 }\n    $x -> drain"},
    {"colon_type", "Integer $items,", "$items: Integer,"},
    {"count_paren", "customers[all]", "customers(all)"},
    {"inhibit_dollar", "! <- waiting", "!waiting"},
    {"percent_fmt", "\"${c.name}: ${sum}\" -> receipts", "sprintf(\"%s\", 1, $c.nam) -> receipts"},
    {"len_int", "total($c.items)", "length($c.items)"},
    {"arrow_state_missing", "closed -> state", "closed state"},
    {"state_quoted_missing", "_ <- state open, busy", "_ <- open, busy"},
    {"empty_body", "    $c -> waiting\n", ""},
    {"dead_output_queue", "output String receipts", "queue String receipts"},
    {"double_arrow", "_ <- state closed", "_ <= state closed"},
    {"wrong_both", "_ <- state closed", "_ <> state closed"},
};

const std::string kFolder = std::string(PLAN_TEST_DATA) + "/check/";

std::string told_of(const std::string& text) {
  const Findings findings = check_texts({{"shop.plan", text}});
  return render_text(findings.diagnostics, *findings.sources);
}

TEST(Slips, WithoutOneNothingIsTold) { EXPECT_EQ(told_of(read_file(kFolder + "shop.plan")), ""); }

// PLAN_ACCEPT=1 in the environment writes what is expected anew.
TEST(Slips, AreToldAsExpected) {
  std::string told;
  for (const Slip& slip : kSlips) {
    std::string text = read_file(kFolder + "shop.plan");
    const std::size_t at = text.find(slip.right);
    ASSERT_NE(at, std::string::npos) << slip.name;
    text.replace(at, std::string_view(slip.right).size(), slip.wrong);
    const std::string one = told_of(text);
    EXPECT_NE(one, "") << slip.name;
    told += "== " + std::string(slip.name) + "\n" + one;
  }
  const std::string path = kFolder + "slips.expected";
  if (std::getenv("PLAN_ACCEPT") != nullptr) std::ofstream(path, std::ios::binary) << told;
  EXPECT_EQ(read_file(path), told);
}

}  // namespace
}  // namespace plan::check::test
