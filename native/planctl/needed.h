// Which files a plan needs: names in its text lead to them, and those in theirs.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "diagnostics/diagnostic.h"
#include "diagnostics/sources.h"
#include "engine/bundle.h"

namespace plan::planctl {

// Of the files of a bundle, which must outlive this, by their places in it.
class NameIndex {
 public:
  explicit NameIndex(const engine::Bundle& all);

  // That declares the plan or type alias, in any case.
  [[nodiscard]] std::optional<std::size_t> file_of(std::string_view name) const;
  // `files`, and all to which names in them lead.
  [[nodiscard]] std::set<std::size_t> needed_by(std::set<std::size_t> files) const;

 private:
  [[nodiscard]] std::set<std::size_t> files_mentioned(std::size_t file) const;

  const engine::Bundle& all_;
  std::map<std::string, std::size_t> files_;
};

}  // namespace plan::planctl
