// Who may call the operators' routes: rules of the configuration, as Puppet Server's auth.conf has them. A rule is for
// the routes it names. A `deny` of any of them wins; else an `allow`; else nobody may.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "orchestrator/access/peer.h"

namespace plan::orchestrator {

// Some peers: "db1.example.com" by name, "*.example.com" by glob, "/mon\d+\.example\.com/" by regular expression (of the
// whole name), or by what extensions of the certificate are, all of them: {"pp_cli_auth": "true"}.
class Pattern {
 public:
  // Error config.invalid: the regular expression cannot be read, or the text is empty.
  static Result<Pattern> of_name(const std::string& text);
  static Pattern of_extensions(std::map<std::string, std::string> extensions);
  // `in_doubt`: the answer when a regular expression cannot tell within bounds.
  [[nodiscard]] bool matches(const Peer& peer, bool in_doubt) const;

 private:
  struct State;
  explicit Pattern(State state);
  std::shared_ptr<const State> state_;
};

struct Rule {
  std::string name;
  std::vector<std::string> routes;   // "/metrics", "/plan/v1/clusters/*": globs of a request's path
  std::vector<Pattern> allow, deny;
  [[nodiscard]] bool is_for(std::string_view path) const;
};

// `*` is any text, also of no length.
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view text);

class Rules {
 public:
  // Before the configuration's: the orchestrator's own certificate, and who has pp_cli_auth, may call everything that is
  // for operators. A deny of the configuration wins over these, too.
  explicit Rules(const std::string& own_certname, std::vector<Rule> configured = {});
  Rules() = default;   // nobody may anything

  // Nothing when the peer may; else error `forbidden`, which names the rule, or those that were looked at.
  [[nodiscard]] std::optional<Error> refusal(std::string_view path, const Peer& peer) const;

 private:
  std::vector<Rule> rules_;
};

}  // namespace plan::orchestrator
