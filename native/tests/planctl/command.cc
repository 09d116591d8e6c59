#include "command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

extern char** environ;

namespace plan::planctl::test {

namespace {

void require(int result, const char* what) {
  if (result != 0) throw std::runtime_error(std::string(what) + " failed");
}

std::string rest_of(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, count);
  std::fclose(file);
  return text;
}

}  // namespace

Outcome planctl(const std::vector<std::string>& arguments, const std::string& folder) {
  std::FILE* out = std::tmpfile();
  std::FILE* err = std::tmpfile();
  if (!out || !err) throw std::runtime_error("no temporary file");
  std::vector<std::string> words{PLANCTL};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  require(posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
  require(posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0), "addopen");
  require(posix_spawn_file_actions_adddup2(&actions, fileno(out), 1), "adddup2");
  require(posix_spawn_file_actions_adddup2(&actions, fileno(err), 2), "adddup2");
  require(posix_spawn_file_actions_addchdir_np(&actions, folder.c_str()), "addchdir");
  pid_t pid = 0;
  require(posix_spawn(&pid, PLANCTL, &actions, nullptr, argv.data(), environ), "posix_spawn");
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) throw std::runtime_error("waitpid failed");
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, rest_of(out), rest_of(err)};
}

TemporaryFile::TemporaryFile(const std::string& text, const std::string& suffix) {
  const char* folder = std::getenv("TMPDIR");
  path_ = std::string(folder ? folder : "/tmp") + "/planctl-test-XXXXXX" + suffix;
  const int descriptor = mkstemps(path_.data(), static_cast<int>(suffix.size()));
  if (descriptor < 0) throw std::runtime_error("no temporary file");
  close(descriptor);
  std::ofstream(path_) << text;
}

TemporaryFile::~TemporaryFile() { unlink(path_.c_str()); }

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool begun = false;
  for (const char c : line) {
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      begun = true;
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && c == ' ') {
      if (begun) words.push_back(std::exchange(word, {}));
      begun = false;
    } else {
      word += c;
      begun = true;
    }
  }
  if (begun) words.push_back(word);
  return words;
}

std::string text_of_file(const std::string& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace plan::planctl::test
