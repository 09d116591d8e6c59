// Colours, where somebody sees them: on a terminal, unless NO_COLOR is set (no-color.org).
#pragma once

#include <string>
#include <string_view>

namespace plan::planctl {

enum class Colour : unsigned char { plain, bold, dim, red, green, yellow, blue, cyan };

class Paint {
 public:
  explicit Paint(int descriptor);        // 1: standard output, 2: standard error
  [[nodiscard]] std::string operator()(Colour colour, std::string_view text) const;

 private:
  bool on_;
};

}  // namespace plan::planctl
