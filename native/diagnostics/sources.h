// The texts that positions point into.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"

namespace plan::diagnostics {

struct Position {  // both 1-based; a column counts Unicode code points
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

class Sources {
 public:
  SourceId add(std::string path, std::string text);
  [[nodiscard]] std::string_view path(SourceId id) const;
  [[nodiscard]] std::string_view text(SourceId id) const;
  [[nodiscard]] Position position(SourceId id, std::uint32_t offset) const;
  [[nodiscard]] std::string_view line(SourceId id, std::uint32_t line) const;  // without its newline
  // The text of the comment that ends on the line above the one where `span` begins, its lines joined by spaces.
  [[nodiscard]] std::string comment_over(Span span) const;
  [[nodiscard]] std::size_t size() const { return files_.size(); }
  // "path:line:column"
  [[nodiscard]] std::string describe(Span span) const;

 private:
  struct File {
    std::string path;
    std::string text;
    std::vector<std::uint32_t> line_starts;
    std::vector<std::uint32_t> characters;     // before each block of kBlock bytes: lines may be long
  };
  static constexpr std::size_t kBlock = 1024;
  [[nodiscard]] static std::vector<std::uint32_t> count_characters(std::string_view text);
  [[nodiscard]] static std::uint32_t characters_before(const File& file, std::size_t offset);

  std::vector<File> files_;
};

}  // namespace plan::diagnostics
