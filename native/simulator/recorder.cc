#include "simulator/recorder.h"

#include "base/assert.h"
#include "protocol/exchange.h"

namespace plan::simulator {

void Recorder::arrived(const values::ProcessIdentity& member, const std::string& body) {
  const auto request = protocol::read_body(body);
  PLAN_ASSERT(request.ok());
  const auto& object = request->as_object();
  const std::string incarnation(object.at("incarnation").as_string());
  std::uint64_t& last = last_[member.certname + " " + member.resource + " " + incarnation];
  boost::json::array messages;
  for (const auto& item : object.at("messages").as_array()) {
    boost::json::object message = item.as_object();
    const auto sequence = message.at("sequence").to_number<std::uint64_t>();
    if (sequence <= last) continue;
    last = sequence;
    message.erase("sequence");
    messages.push_back(std::move(message));
  }
  if (messages.empty()) return;
  exchanges_.push_back(boost::json::object{{"certname", member.certname}, {"resource", member.resource},
                                           {"plan", object.at("plan")},   {"bundle", object.at("bundle")},
                                           {"messages", std::move(messages)}});
}

boost::json::value Recorder::json(const orchestrator::Declaration& declaration) const {
  const boost::json::object declared{{"resource", declaration.resource}, {"title", declaration.title},
                                     {"plan", declaration.plan},         {"parameters", declaration.parameters},
                                     {"bundle", declaration.bundle}};
  return boost::json::object{{"declaration", declared}, {"exchanges", exchanges_}};
}

}  // namespace plan::simulator
