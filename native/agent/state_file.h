// The state file: written so that after any crash there is either the old text or the new one, whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plan::agent {

class StateFile {
 public:
  explicit StateFile(std::string path);
  [[nodiscard]] const std::string& path() const { return path_; }

  // Nothing when there is no file. Error "agent.file" when it is there and cannot be read: not the same as none.
  [[nodiscard]] Result<std::optional<std::string>> read() const;
  // Durable when it returns: mode 0600, file and directory fsynced. Makes the directory (0700) when it is missing.
  [[nodiscard]] Status write(std::string_view text) const;
  // Renames what is there to PATH.SUFFIX-TIME; the name it has now, or nothing when there was no file.
  [[nodiscard]] Result<std::optional<std::string>> set_aside(std::string_view suffix) const;
  [[nodiscard]] Status remove() const;

 private:
  [[nodiscard]] Status sync_directory() const;
  std::string path_;
  std::string directory_;
};

}  // namespace plan::agent
