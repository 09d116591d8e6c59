// What the members of a formation said, in the order in which it first arrived: to be said again to the real daemon.
#pragma once

#include <map>
#include <string>

#include <boost/json/value.hpp>

#include "orchestrator/service.h"
#include "values/value.h"

namespace plan::simulator {

class Recorder {
 public:
  // A request that the orchestrator took. What it has said before is left out.
  void arrived(const values::ProcessIdentity& member, const std::string& body);

  // {"declaration": …, "exchanges": [{"certname", "resource", "plan", "bundle", "messages": [without sequence]}]}
  [[nodiscard]] boost::json::value json(const orchestrator::Declaration& declaration) const;

 private:
  boost::json::array exchanges_;
  std::map<std::string, std::uint64_t> last_;   // sequence, by certname, resource and incarnation
};

}  // namespace plan::simulator
