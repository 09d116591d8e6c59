// What the daemon says: a message for people, and for an audit the same as fields (docs/orchestrator.md, "Logs").
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace plan::orchestrator {

enum class LogLevel : std::uint8_t { info, warning, error };

// Never a message's value; of what an operator says it is in the text. What is empty is left out.
struct LogRecord {
  LogLevel level = LogLevel::info;
  std::string message = {};
  std::string event = {};      // received, sent, refused, dead_letter, operator: one record for each
  std::string certname = {};   // the member's
  std::string resource = {};   // the member's process
  std::string cluster = {};    // the title that the member names
  std::string code = {};       // "ok", or why not
  std::string address = {};    // of the connection
  std::string by = {};         // which operator
  std::string input = {};      // to which queue
};

using LogSink = std::function<void(const LogRecord&)>;

}  // namespace plan::orchestrator
