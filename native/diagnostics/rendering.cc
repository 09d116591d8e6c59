// Diagnostics as text for people and as JSON for programs.
#include <algorithm>
#include <cstdio>

#include "diagnostics/diagnostic.h"

namespace plan::diagnostics {
namespace {

constexpr std::size_t kMaxShownLine = 160;  // columns; a longer source line is cut around the caret

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
  }
  return {};
}

bool continues_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::size_t count_columns(std::string_view line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char byte) { return !continues_code_point(byte); }));
}

// The columns [from, until) of a line; control characters and tabs become one blank, so that the caret stays below.
void append_columns(std::string& out, std::string_view line, std::size_t from, std::size_t until) {
  std::size_t column = 0;
  for (const char byte : line) {
    if (!continues_code_point(byte)) ++column;
    if (column > until) return;
    if (column > from) out += static_cast<unsigned char>(byte) < 0x20 ? ' ' : byte;
  }
}

void append_excerpt(std::string& out, Span span, const Sources& sources) {
  const Position begin = sources.position(span.source, span.begin);
  const Position end = sources.position(span.source, std::max(span.begin, span.end));
  const std::string_view line = sources.line(span.source, begin.line);
  const std::size_t columns = count_columns(line);
  const std::size_t first_caret = begin.column - 1;
  const std::size_t last_caret = end.line == begin.line ? std::max<std::size_t>(end.column - 1, first_caret + 1)
                                                        : std::max(columns, first_caret + 1);
  const bool is_cut = first_caret > kMaxShownLine / 2 && columns > kMaxShownLine;
  const std::size_t from = is_cut ? first_caret - kMaxShownLine / 2 : 0;
  out += "  ";
  append_columns(out, line, from, from + kMaxShownLine);
  out += "\n  ";
  out.append(first_caret - from, ' ');
  out.append(std::max<std::size_t>(1, std::min(last_caret, from + kMaxShownLine) - first_caret), '^');
  out += '\n';
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
          out += escape;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_json(std::string& out, const Diagnostic& found, const Sources& sources) {
  const auto text = [&out](std::string_view key, std::string_view value) {
    append_json_string(out, key);
    out += ": ";
    append_json_string(out, value);
  };
  const auto number = [&out](std::string_view key, std::uint32_t value) {
    append_json_string(out, key);
    out += ": " + std::to_string(value) + ", ";
  };
  const Position begin = sources.position(found.span.source, found.span.begin);
  const Position end = sources.position(found.span.source, std::max(found.span.begin, found.span.end));
  out += "{";
  text("file", sources.path(found.span.source));
  out += ", ";
  number("line", begin.line);
  number("column", begin.column);
  number("end_line", end.line);
  number("end_column", end.column);
  text("severity", word(severity(found.code)));
  out += ", ";
  text("code", id(found.code));
  out += ", ";
  text("message", found.message);
  out += ", ";
  text("help", found.help);
  out += "}";
}

}  // namespace

std::string render_text(const std::vector<Diagnostic>& diagnostics, const Sources& sources) {
  std::string out;
  for (const Diagnostic& found : diagnostics) {
    out += sources.describe(found.span);
    out += ": ";
    out += word(severity(found.code));
    out += "[";
    out += id(found.code);
    out += "]: " + found.message + "\n";
    append_excerpt(out, found.span, sources);
    if (!found.help.empty()) out += "  help: " + found.help + "\n";
  }
  return out;
}

std::string render_excerpt(Span span, const Sources& sources) {
  std::string out;
  append_excerpt(out, span, sources);
  return out;
}

std::string render_json(const std::vector<Diagnostic>& diagnostics, const Sources& sources) {
  std::string out = "[";
  for (std::size_t i = 0; i < diagnostics.size(); ++i) {
    out += i == 0 ? "\n  " : ",\n  ";
    append_json(out, diagnostics[i], sources);
  }
  out += diagnostics.empty() ? "]\n" : "\n]\n";
  return out;
}

}  // namespace plan::diagnostics
