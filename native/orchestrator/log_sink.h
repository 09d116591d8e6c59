// Where the daemon's records go: the journal with their fields, when standard error is the journal; else a line of text
// for each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/log.h"

namespace plan::orchestrator {

[[nodiscard]] LogSink standard_error_sink();

// Its parts. `journal_stream` is the value of JOURNAL_STREAM: device and inode of the stream that is the journal.
[[nodiscard]] bool is_journal(std::string_view journal_stream, int descriptor);
[[nodiscard]] std::vector<std::string> journal_fields(const LogRecord& record);   // NAME=value
[[nodiscard]] std::string text_line(const LogRecord& record);                     // with its end of line

}  // namespace plan::orchestrator
