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

bool is_longer(std::string_view line, std::size_t columns) {
  std::size_t count = 0;
  for (const char byte : line) {
    if (!continues_code_point(byte) && ++count > columns) return true;
  }
  return false;
}

// Where the column that is `columns` before the one at `at` begins.
std::size_t back(std::string_view line, std::size_t at, std::size_t columns) {
  while (at > 0 && columns > 0) {
    if (!continues_code_point(line[--at])) --columns;
  }
  return at;
}

// So many columns; control characters and tabs become one blank, so that the caret stays below.
void append_columns(std::string& out, std::string_view text, std::size_t columns) {
  for (const char byte : text) {
    if (!continues_code_point(byte) && columns-- == 0) return;
    out += static_cast<unsigned char>(byte) < 0x20 ? ' ' : byte;
  }
}

bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

// What can be underlined: at least one character, within one line. What has none itself (the end of the text or of a
// line) is shown at the last character before it.
Span visible(Span span, const Sources& sources) {
  const std::string_view text = sources.text(span.source);
  const auto size = static_cast<std::uint32_t>(text.size());
  std::uint32_t begin = std::min(span.begin, size);
  std::uint32_t end = std::min(std::max(span.end, begin), size);
  if (begin == size || text[begin] == '\n' || text[begin] == '\r') {
    while (begin > 0 && (begin == size || is_blank(text[begin]))) --begin;
    while (begin > 0 && continues_code_point(text[begin])) --begin;
    end = begin;
  }
  if (end == begin && begin < size) ++end;
  while (end < size && continues_code_point(text[end])) ++end;
  const std::size_t line_end = text.substr(begin, end - begin).find_first_of("\r\n");
  if (line_end != std::string_view::npos && line_end > 0) end = begin + static_cast<std::uint32_t>(line_end);
  return {span.source, begin, end};
}

void append_excerpt(std::string& out, Span span, const Sources& sources) {
  const Position begin = sources.position(span.source, span.begin);
  const Position end = sources.position(span.source, span.end);
  const std::string_view line = sources.line(span.source, begin.line);
  const std::size_t caret = span.begin - static_cast<std::size_t>(line.data() - sources.text(span.source).data());
  const std::size_t first_caret = begin.column - 1;
  const std::size_t last_caret = std::max<std::size_t>(end.column - 1, first_caret + 1);
  const bool is_cut = first_caret > kMaxShownLine / 2 && is_longer(line, kMaxShownLine);
  const std::size_t from = is_cut ? first_caret - kMaxShownLine / 2 : 0;
  out += "  ";
  append_columns(out, line.substr(is_cut ? back(line, std::min(caret, line.size()), kMaxShownLine / 2) : 0), kMaxShownLine);
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
  const Span span = visible(found.span, sources);
  const Position begin = sources.position(span.source, span.begin);
  const Position end = sources.position(span.source, span.end);
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
    const Span span = visible(found.span, sources);
    out += sources.describe(span);
    out += ": ";
    out += word(severity(found.code));
    out += "[";
    out += id(found.code);
    out += "]: " + found.message + "\n";
    append_excerpt(out, span, sources);
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
