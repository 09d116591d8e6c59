#include "bench/load/soak_member.h"

namespace plan::load {

void SoakMember::send(engine::MessageKind kind, const std::string& queue, values::Value value) {
  engine::Message message;
  message.kind = kind;
  message.from = identity_;
  message.to = {"", cluster_};
  if (kind == engine::MessageKind::join) message.plan = "load::member";
  message.name = queue;
  message.value = std::move(value);
  conversation_.send(std::move(message));
}

void SoakMember::join() {
  values::HashBuilder published;
  published.set("cluster", values::Value::string(cluster_));
  send(engine::MessageKind::join, "", published.build());
  stage_ = Stage::joining;
}

void SoakMember::speak(Word kind, const std::string& text) {
  constexpr std::array<const char*, 3> kQueues{"asks", "relays", "withdrawals"};
  send(engine::MessageKind::send, kQueues.at(static_cast<std::size_t>(kind)), values::Value::string(text));
}

void SoakMember::retire(bool begins_anew) {
  stage_ = Stage::retiring;
  begins_anew_ = begins_anew;
  confirmed_ = false;
}

SoakMember::Line* SoakMember::free_line() {
  if (!lines_[0].busy) return lines_.data();
  return talks_ && !lines_[1].busy ? &lines_[1] : nullptr;
}

void SoakMember::advance(Ledger& ledger, Instant now) {
  if (stage_ == Stage::retiring && free_line() != nullptr) {
    stage_ = Stage::withdrawing;
    speak(Word::withdrawal, ledger.send(Word::withdrawal, number_, Ledger::Clock::now()));
  } else if (stage_ == Stage::withdrawing && confirmed_ && conversation_.all_acknowledged()) {
    stage_ = Stage::withdrawn;
    conversation_.want_sync();   // so that the orchestrator knows that nothing is on its way any more
  } else if (stage_ == Stage::withdrawn && conversation_.in_sync() && begins_anew_) {
    for (auto& line : lines_) {
      if (line.client != nullptr) line.client->drop("the member began anew");
    }
    conversation_.begin_anew(now);
    join();
  } else if (stage_ == Stage::withdrawn && conversation_.in_sync()) {
    stage_ = Stage::leaving;
    send(engine::MessageKind::leave, "", {});
  } else if (stage_ == Stage::leaving && conversation_.all_acknowledged()) {
    stage_ = Stage::gone;
    for (auto& line : lines_) {
      if (line.client != nullptr) line.client->disconnect();
    }
  }
}

SoakMember::News SoakMember::answered(const Line& line, int status, const std::string& body, Instant now) {
  News result;
  if (status == 0) {
    conversation_.failed(line.call, Error{"load", "the connection failed"}, now);
    return result;
  }
  if (status != 200) {
    const auto error = protocol::read_error(body);
    result.refusal = std::to_string(status) + " " + (error ? error->code : "");
  }
  auto news = conversation_.answered(line.call, {status, body, line.client->retry_after()}, now);
  if (news.broken) {
    result.broken = true;
    conversation_.begin_anew(now);
    join();
  }
  for (const auto& message : news.messages) {
    if (message.kind == engine::MessageKind::accepted && stage_ == Stage::joining) stage_ = Stage::working;
    if (message.kind == engine::MessageKind::dead_letter) ++result.dead_letters;
    if (message.kind != engine::MessageKind::send) continue;
    result.words.emplace_back(message.value.as_string());
    if (result.words.back().starts_with("withdrawal")) confirmed_ = true;
  }
  return result;
}

}  // namespace plan::load
