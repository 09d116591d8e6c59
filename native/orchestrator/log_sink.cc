#include "orchestrator/log_sink.h"

#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include <systemd/sd-journal.h>

#include "base/assert.h"

namespace plan::orchestrator {

namespace {

int priority(LogLevel level) {
  switch (level) {
    case LogLevel::info: return LOG_INFO;
    case LogLevel::warning: return LOG_WARNING;
    case LogLevel::error: return LOG_ERR;
  }
  PLAN_ASSERT(false);
  return LOG_ERR;
}

std::string_view prefix(LogLevel level) {
  switch (level) {
    case LogLevel::info: return "";
    case LogLevel::warning: return "warning: ";
    case LogLevel::error: return "error: ";
  }
  PLAN_ASSERT(false);
  return "";
}

std::string_view trimmed(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

bool send_to_journal(const LogRecord& record) {
  std::vector<std::string> fields = journal_fields(record);
  std::vector<iovec> vectors;
  for (auto& field : fields) vectors.push_back({field.data(), field.size()});
  return sd_journal_sendv(vectors.data(), static_cast<int>(vectors.size())) == 0;
}

}  // namespace

bool is_journal(std::string_view journal_stream, int descriptor) {
  struct stat status {};
  if (journal_stream.empty() || ::fstat(descriptor, &status) != 0) return false;
  return journal_stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

std::vector<std::string> journal_fields(const LogRecord& record) {
  std::vector<std::string> fields{"PRIORITY=" + std::to_string(priority(record.level)),
                                  "MESSAGE=" + std::string(trimmed(record.message)),
                                  "SYSLOG_IDENTIFIER=plan-orchestrator"};
  const auto add = [&fields](std::string_view name, const std::string& value) {
    if (!value.empty()) fields.push_back(std::string(name) + "=" + value);
  };
  add("PLAN_EVENT", record.event);
  add("PLAN_CERTNAME", record.certname);
  add("PLAN_RESOURCE", record.resource);
  add("PLAN_CLUSTER", record.cluster);
  add("PLAN_CODE", record.code);
  add("PLAN_ADDRESS", record.address);
  add("PLAN_OPERATOR", record.by);
  add("PLAN_INPUT", record.input);
  return fields;
}

// What others sent cannot begin a line of its own: continuation lines are indented, other control characters replaced.
std::string text_line(const LogRecord& record) {
  std::string line(prefix(record.level));
  for (const char c : trimmed(record.message)) {
    if (c == '\n') line += "\n  ";
    else line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return line + '\n';
}

LogSink standard_error_sink() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  const bool journal = stream != nullptr && is_journal(stream, STDERR_FILENO);
  return [journal](const LogRecord& record) {
    if (journal && send_to_journal(record)) return;
    std::cerr << text_line(record) << std::flush;
  };
}

}  // namespace plan::orchestrator
