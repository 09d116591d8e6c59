// The pages of docs/diagnostics, embedded when this is built.
#pragma once

#include <string_view>

namespace plan::planctl {

// The text of the page of that code, or nothing.
[[nodiscard]] std::string_view page_of(std::string_view id);

}  // namespace plan::planctl
