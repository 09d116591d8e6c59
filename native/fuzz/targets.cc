#include "fuzz/targets.h"

#include <algorithm>
#include <array>

namespace plan::fuzz {

std::span<const Target> targets() {
  static constexpr std::array kTargets = {
      Target{"lexer", fuzz_lexer},
      Target{"parser", fuzz_parser},
      Target{"checker", fuzz_checker},
      Target{"evaluator", fuzz_evaluator},
      Target{"bundle", fuzz_bundle},
      Target{"config", fuzz_config},
      Target{"state", fuzz_state},
      Target{"json", fuzz_json},
      Target{"exchange", fuzz_exchange},
      Target{"reply", fuzz_reply},
      Target{"admission", fuzz_admission},
      Target{"http", fuzz_http},
      Target{"crl", fuzz_crl},
  };
  return kTargets;
}

const Target* find_target(std::string_view name) {
  const auto all = targets();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Target& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace plan::fuzz
