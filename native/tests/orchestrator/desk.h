// A small plan for the tests of the orchestrator, and a member that speaks as an agent's session would: a desk gives
// each member that joins a ticket, and another for each word that is asked. What is shouted goes to the first member as
// a note; what is delayed comes back as one after ten seconds.
#pragma once

#include <string>
#include <vector>

#include "orchestrator/service.h"

namespace plan::orchestrator {

// The plan texts; `step` is what a later version of the plan adds to each number.
[[nodiscard]] boost::json::value desk_bundle(const std::string& extra = "");
[[nodiscard]] Declaration desk_declaration(const std::string& title = "desk_1", std::int64_t step = 1,
                                           const std::string& extra = "");
[[nodiscard]] std::string incarnation(char digit);

inline const std::string kDesk = "Desk::Counter[desk_1]";

class Member {
 public:
  explicit Member(std::string certname, char digit = 'a', std::string cluster = "desk_1");

  void join();
  void leave();
  void send(const std::string& queue, values::Value value);
  void ask(const std::string& word) { send("asks", values::Value::string(word)); }
  void shout(const std::string& word) { send("shouts", values::Value::string(word)); }
  void begin_anew(char digit);                        // a new incarnation: everything from 1

  // What would be sent now, all that is not acknowledged yet.
  [[nodiscard]] protocol::ExchangeRequest request() const;
  void take(const protocol::ExchangeReply& reply);    // asserts sequences without gaps
  // One exchange with a service; empty when it went well, else the code of the error.
  std::string exchange(Service& service, Instant now = {});

  [[nodiscard]] std::string process() const { return "Desk::Counter[" + cluster + "]"; }
  [[nodiscard]] const values::ProcessIdentity& identity() const { return identity_; }
  [[nodiscard]] ConversationKey key() const { return {process(), identity_.certname, identity_.resource}; }
  [[nodiscard]] const std::vector<std::int64_t>& tickets() const { return tickets_; }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
  [[nodiscard]] bool accepted() const { return accepted_; }
  [[nodiscard]] std::size_t dead_letters() const { return dead_letters_; }

  std::string incarnation_text;
  std::string cluster;
  std::string admission;                              // shown in every request
  std::uint64_t epoch = 0;
  std::chrono::milliseconds wait{0};
  protocol::Outbox outbox;
  std::uint64_t received = 0;

 private:
  values::ProcessIdentity identity_;
  std::vector<std::int64_t> tickets_;
  std::vector<std::string> notes_;
  bool accepted_ = false;
  std::size_t dead_letters_ = 0;
};

}  // namespace plan::orchestrator
