#include "orchestrator/access/account.h"

#include <pwd.h>
#include <sys/socket.h>

#include <array>

namespace plan::orchestrator {

std::string account_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return "unknown";
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16 * 1024> texts{};
  if (::getpwuid_r(credentials.uid, &entry, texts.data(), texts.size(), &found) != 0 || found == nullptr) {
    return std::to_string(credentials.uid);
  }
  return entry.pw_name;
}

}  // namespace plan::orchestrator
