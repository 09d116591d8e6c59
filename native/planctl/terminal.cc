#include "planctl/terminal.h"

#include <unistd.h>

#include <cstdlib>

#include "base/assert.h"

namespace plan::planctl {

namespace {

std::string_view code(Colour colour) {
  switch (colour) {
    case Colour::plain: return "";
    case Colour::bold: return "1";
    case Colour::dim: return "2";
    case Colour::red: return "31";
    case Colour::green: return "32";
    case Colour::yellow: return "33";
    case Colour::blue: return "34";
    case Colour::cyan: return "36";
  }
  PLAN_ASSERT(false);
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

}  // namespace

Paint::Paint(int descriptor) {
  const char* terminal = std::getenv("TERM");
  on_ = isatty(descriptor) == 1 && !is_set("NO_COLOR") && !(terminal && std::string_view(terminal) == "dumb");
}

std::string Paint::operator()(Colour colour, std::string_view text) const {
  if (!on_ || colour == Colour::plain || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code(colour)) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace plan::planctl
