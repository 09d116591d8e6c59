// One member of a soak: the agent's conversation, over the connections that it has.
#pragma once

#include <array>

#include "agent/conversation.h"
#include "bench/load/clients.h"
#include "bench/load/ledger.h"

namespace plan::load {

using engine::Instant;

class SoakMember {
 public:
  // Where it stands. Who leaves or begins anew takes no more words first, so that none is given up.
  enum class Stage : std::uint8_t { joining, working, retiring, withdrawing, withdrawn, leaving, gone };
  // What an answer meant for whoever counts.
  struct News {
    std::string refusal;                  // status and code, when it was one
    bool broken = false;                  // orchestrator and member do not fit together: words are lost
    std::size_t dead_letters = 0;
    std::vector<std::string> words;
  };

  SoakMember(std::uint32_t number, agent::Conversation::Setup setup, bool talks)
      : number_(number), talks_(talks), identity_(setup.member), cluster_(setup.cluster), conversation_(std::move(setup)) {}

  [[nodiscard]] std::uint32_t number() const { return number_; }
  // Has a second connection, so that it can say something while its poll is held.
  [[nodiscard]] bool talks() const { return talks_; }
  [[nodiscard]] Stage stage() const { return stage_; }
  [[nodiscard]] bool may_speak() const { return stage_ == Stage::working && (talks_ || !lines_[0].busy); }

  void join();
  void speak(Word kind, const std::string& text);
  void retire(bool begins_anew);
  // What follows from what has come: the next stage.
  void advance(Ledger& ledger, Instant now);

  struct Line {
    Client* client = nullptr;
    bool busy = false;
    bool polls = false;
    std::uint64_t call = 0;
    Instant until = {};                   // the agent's patience with an answer
  };
  [[nodiscard]] std::array<Line, 2>& lines() { return lines_; }
  [[nodiscard]] Line* free_line();
  [[nodiscard]] agent::Conversation& conversation() { return conversation_; }
  News answered(const Line& line, int status, const std::string& body, Instant now);

 private:
  void send(engine::MessageKind kind, const std::string& queue, values::Value value);

  std::uint32_t number_;
  bool talks_;
  values::ProcessIdentity identity_;
  std::string cluster_;
  agent::Conversation conversation_;
  Stage stage_ = Stage::joining;
  bool begins_anew_ = false;
  bool confirmed_ = false;                // the withdrawal
  std::array<Line, 2> lines_;
};

}  // namespace plan::load
