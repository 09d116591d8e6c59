// Columns of text for people.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace plan::planctl {

// The first row is the heading. As wide as their widest cell; control characters, which are from elsewhere, are shown
// as '?'.
void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows);
[[nodiscard]] std::string printable(const std::string& text);

}  // namespace plan::planctl
