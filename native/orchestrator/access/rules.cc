#include "orchestrator/access/rules.h"

#include <algorithm>

#include "types/regex.h"

namespace plan::orchestrator {

// One of the two: a text that is a name or a glob, or a regular expression; or extensions.
struct Pattern::State {
  std::string glob;
  std::unique_ptr<types::Regex> regex;
  std::map<std::string, std::string> extensions;
};

Pattern::Pattern(State state) : state_(std::make_shared<const State>(std::move(state))) {}

Result<Pattern> Pattern::of_name(const std::string& text) {
  if (text.empty()) return Error{"config.invalid", "a name must not be empty"};
  const bool is_regex = text.size() > 2 && text.front() == '/' && text.back() == '/';
  if (!is_regex) return Pattern({text, nullptr, {}});
  try {   // the regular expression's way of saying that it cannot be read
    return Pattern({{}, std::make_unique<types::Regex>("\\A(?:" + text.substr(1, text.size() - 2) + ")\\z"), {}});
  } catch (const types::RegexError& wrong) {
    return Error{"config.invalid", "the regular expression " + text + ": " + wrong.what()};
  }
}

Pattern Pattern::of_extensions(std::map<std::string, std::string> extensions) {
  return Pattern({{}, nullptr, std::move(extensions)});
}

bool Pattern::matches(const Peer& peer, bool in_doubt) const {
  if (!state_->glob.empty()) return glob_matches(state_->glob, peer.certname);
  if (state_->regex != nullptr) {
    try {
      return state_->regex->matches(peer.certname);
    } catch (const types::RegexError&) {   // it would take too long
      return in_doubt;
    }
  }
  return std::all_of(state_->extensions.begin(), state_->extensions.end(), [&](const auto& wanted) {
    const auto found = peer.extensions.find(wanted.first);
    return found != peer.extensions.end() && found->second == wanted.second;
  });
}

bool glob_matches(std::string_view glob, std::string_view text) {
  // Where the last star stood, and how much of the text it has taken so far: all there is to go back to.
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  std::size_t at = 0;
  std::size_t in = 0;
  while (in < text.size()) {
    if (at < glob.size() && glob[at] == '*') {
      star = at++;
      taken = in;
    } else if (at < glob.size() && glob[at] == text[in]) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++taken;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', at) == std::string_view::npos;
}

bool Rule::is_for(std::string_view path) const {
  return std::any_of(routes.begin(), routes.end(), [&](const auto& route) { return glob_matches(route, path); });
}

Rules::Rules(const std::string& own_certname, std::vector<Rule> configured) {
  Rule own{"the orchestrator's own certificate", {"*"}, {}, {}};
  own.allow.push_back(*Pattern::of_name(own_certname));
  Rule operators{"pp_cli_auth", {"*"}, {}, {}};
  operators.allow.push_back(Pattern::of_extensions({{"pp_cli_auth", "true"}}));
  rules_.push_back(std::move(own));
  rules_.push_back(std::move(operators));
  std::move(configured.begin(), configured.end(), std::back_inserter(rules_));
}

std::optional<Error> Rules::refusal(std::string_view path, const Peer& peer) const {
  const auto matches = [&](const auto& patterns, bool in_doubt) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& one) { return one.matches(peer, in_doubt); });
  };
  std::string looked_at;
  bool allowed = false;
  for (const auto& rule : rules_) {
    if (!rule.is_for(path)) continue;
    if (matches(rule.deny, true)) {
      return Error{"forbidden", "'" + peer.certname + "' may not call " + std::string(path) + ": rule '" + rule.name + "' denies it"};
    }
    allowed = allowed || matches(rule.allow, false);
    looked_at += (looked_at.empty() ? "'" : ", '") + rule.name + "'";
  }
  if (allowed) return std::nullopt;
  return Error{"forbidden", "'" + peer.certname + "' may not call " + std::string(path) + ": no rule allows it, of " + looked_at,
               "It is for operators: a certificate with pp_cli_auth, or a rule under 'authorization' in the orchestrator's configuration."};
}

}  // namespace plan::orchestrator
