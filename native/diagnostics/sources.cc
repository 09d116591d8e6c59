#include "diagnostics/sources.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace plan::diagnostics {
namespace {

bool continues_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::vector<std::uint32_t> find_line_starts(std::string_view text) {
  std::vector<std::uint32_t> starts{0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts.push_back(static_cast<std::uint32_t>(i + 1));
  }
  return starts;
}

}  // namespace

SourceId Sources::add(std::string path, std::string text) {
  std::vector<std::uint32_t> line_starts = find_line_starts(text);
  std::vector<std::uint32_t> characters = count_characters(text);
  files_.push_back({std::move(path), std::move(text), std::move(line_starts), std::move(characters)});
  return static_cast<SourceId>(files_.size() - 1);
}

std::string_view Sources::path(SourceId id) const {
  PLAN_ASSERT(id < files_.size());
  return files_[id].path;
}

std::string_view Sources::text(SourceId id) const {
  PLAN_ASSERT(id < files_.size());
  return files_[id].text;
}

Position Sources::position(SourceId id, std::uint32_t offset) const {
  PLAN_ASSERT(id < files_.size());
  const File& file = files_[id];
  const auto next = std::upper_bound(file.line_starts.begin(), file.line_starts.end(), offset);
  const auto line = static_cast<std::uint32_t>(next - file.line_starts.begin());
  const std::uint32_t start = file.line_starts[line - 1];
  const std::size_t end = std::min<std::size_t>(offset, file.text.size());
  return {line, 1 + characters_before(file, end) - characters_before(file, start)};
}

std::vector<std::uint32_t> Sources::count_characters(std::string_view text) {
  std::vector<std::uint32_t> counts;
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % kBlock == 0) counts.push_back(count);
    if (!continues_code_point(text[i])) ++count;
  }
  counts.push_back(count);      // so that the end of the text has a block, too
  return counts;
}

std::uint32_t Sources::characters_before(const File& file, std::size_t offset) {
  if (offset == file.text.size()) return file.characters.back();
  std::uint32_t count = file.characters[offset / kBlock];
  for (std::size_t i = offset - offset % kBlock; i < offset; ++i) {
    if (!continues_code_point(file.text[i])) ++count;
  }
  return count;
}

std::string_view Sources::line(SourceId id, std::uint32_t line) const {
  PLAN_ASSERT(id < files_.size());
  const File& file = files_[id];
  PLAN_ASSERT(line >= 1 && line <= file.line_starts.size());
  const std::size_t start = file.line_starts[line - 1];
  std::string_view rest = std::string_view(file.text).substr(start);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

std::string Sources::comment_over(Span span) const {
  std::vector<std::string_view> lines;
  for (std::uint32_t at = position(span.source, span.begin).line - 1; at >= 1; --at) {
    std::string_view text = line(span.source, at);
    const std::size_t hash = text.find_first_not_of(" \t");
    if (hash == std::string_view::npos || text[hash] != '#') break;
    text.remove_prefix(hash + 1);
    const std::size_t first = text.find_first_not_of(" \t");
    if (first != std::string_view::npos) lines.push_back(text.substr(first, text.find_last_not_of(" \t") + 1 - first));
  }
  std::string comment;
  for (auto text = lines.rbegin(); text != lines.rend(); ++text) {
    if (!comment.empty()) comment += ' ';
    comment += *text;
  }
  return comment;
}

std::string Sources::describe(Span span) const {
  const Position at = position(span.source, span.begin);
  return std::string(path(span.source)) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

}  // namespace plan::diagnostics
