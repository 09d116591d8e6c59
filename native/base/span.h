// Where something stands in a source text: a file and a half-open range of byte offsets. Lines and columns are
// computed only when a position is shown (diagnostics/sources.h).
#pragma once

#include <cstdint>

namespace plan {

using SourceId = std::uint32_t;

struct Span {
  SourceId source = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] Span to(Span last) const { return {source, begin, last.end}; }
  friend bool operator==(const Span&, const Span&) = default;
};

}  // namespace plan
