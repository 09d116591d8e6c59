// The real daemon as a child process.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"

namespace plan::orchestrator {

// What it writes to standard error is read line by line.
class Child {
 public:
  Child(const std::vector<std::string>& arguments, const std::string& notify_socket) {
    int pipe_ends[2];
    PLAN_ASSERT(::pipe2(pipe_ends, O_CLOEXEC) == 0);
    // All is made ready before the fork: between fork and exec other threads' locks may be held for ever.
    std::vector<char*> words{const_cast<char*>(PLAN_ORCHESTRATOR)};
    for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    std::string notify = "NOTIFY_SOCKET=" + notify_socket;
    std::vector<char*> environment;
    for (char** variable = environ; *variable != nullptr; ++variable) {
      const std::string_view text(*variable);
      if (!text.starts_with("JOURNAL_STREAM=") && !text.starts_with("NOTIFY_SOCKET=")) environment.push_back(*variable);
    }
    if (!notify_socket.empty()) environment.push_back(notify.data());
    environment.push_back(nullptr);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(pipe_ends[1], STDERR_FILENO);
      ::dup2(pipe_ends[1], STDOUT_FILENO);
      ::execve(PLAN_ORCHESTRATOR, words.data(), environment.data());
      ::_exit(127);
    }
    ::close(pipe_ends[1]);
    output_ = ::fdopen(pipe_ends[0], "r");
  }
  ~Child() {
    if (process_ > 0) static_cast<void>(end(SIGKILL));
    std::fclose(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Reads on until a line holds `text`; "" when the output ended before.
  std::string line_with(const std::string& text) {
    char* buffer = nullptr;
    std::size_t size = 0;
    std::string found;
    while (found.empty() && ::getline(&buffer, &size, output_) > 0) {
      all_ += buffer;
      if (std::string_view(buffer).find(text) != std::string_view::npos) found = buffer;
    }
    std::free(buffer);
    return found;
  }
  std::string rest() {
    static_cast<void>(line_with("\x01"));
    return all_;
  }
  void signal(int number) const { ::kill(process_, number); }
  // The exit code, or 128 + the signal it died of.
  int end(int number) {
    if (number != 0) signal(number);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t process_ = -1;
  FILE* output_ = nullptr;
  std::string all_;
};

}  // namespace plan::orchestrator
