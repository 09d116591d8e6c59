// What a session does, line by line, for a debug log: ids, numbers and names. Never a value: those may be secret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "agent/conversation.h"
#include "engine/engine.h"

namespace plan::agent {

class Trace {
 public:
  void event(const engine::EventPosted& event);
  void catalog_done(const engine::CatalogDone& done);
  void fired(const engine::Firing& firing);
  void wanted(std::uint64_t batch, const std::vector<values::Value>& resources);
  void synced(std::uint64_t batch, const std::vector<engine::ResourceResult>& results);
  void refused(const engine::DeadLetter& letter);
  void queued(std::uint64_t sequence, const engine::Message& message);
  void received(std::uint64_t sequence, const engine::Message& message);
  void called(const Exchange& exchange);
  void answered(std::uint64_t exchange, int status, std::uint64_t acknowledged);
  void failed(std::uint64_t exchange, const Error& error);

  // Those since the last call, oldest first. When there were too many to keep, the first says how many are missing.
  [[nodiscard]] std::vector<std::string> take();

 private:
  void add(std::string line);
  std::deque<std::string> lines_;
  std::size_t dropped_ = 0;
};

}  // namespace plan::agent
