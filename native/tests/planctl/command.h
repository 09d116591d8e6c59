// Runs planctl as a user does.
#pragma once

#include <string>
#include <vector>

namespace plan::planctl::test {

struct Outcome {
  int code = -1;                  // -1: ended by a signal
  std::string out, err;
};

// In the module's root unless another folder is given; standard input is empty and standard output no terminal.
[[nodiscard]] Outcome planctl(const std::vector<std::string>& arguments, const std::string& folder = PLAN_MODULE_ROOT);
// A file with this text that is there until the test ends; its path.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text, const std::string& suffix = ".plan");
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The words of a command line, with '…' and "…" around what belongs together.
[[nodiscard]] std::vector<std::string> words_of(const std::string& line);
[[nodiscard]] std::string text_of_file(const std::string& path);

}  // namespace plan::planctl::test
