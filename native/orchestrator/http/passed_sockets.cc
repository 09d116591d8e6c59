#include "orchestrator/http/passed_sockets.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <sstream>

namespace plan::orchestrator::http {

namespace {

using boost::asio::ip::tcp;

std::string text_of(const tcp::endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

bool listens(int descriptor) {
  int answer = 0;
  socklen_t size = sizeof answer;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &answer, &size) == 0 && answer != 0;
}

// Where a socket listens; for one that does not, words that are no address.
std::string address_of(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!listens(descriptor) || ::getsockname(descriptor, generic, &size) != 0) return "no socket that listens";
  if (address.ss_family == AF_UNIX) {
    const auto* path = reinterpret_cast<const sockaddr_un*>(&address)->sun_path;
    return {path, ::strnlen(path, sizeof(sockaddr_un::sun_path))};
  }
  if (address.ss_family != AF_INET && address.ss_family != AF_INET6) return "a socket of another family";
  tcp::endpoint endpoint;
  endpoint.resize(size);
  std::memcpy(endpoint.data(), &address, size);
  return text_of(endpoint);
}

}  // namespace

PassedSockets::PassedSockets(const std::vector<int>& descriptors) {
  for (const int descriptor : descriptors) sockets_.push_back({descriptor, address_of(descriptor)});
}

PassedSockets::~PassedSockets() {
  for (const auto& socket : sockets_) ::close(socket.descriptor);
}

std::optional<int> PassedSockets::take_at(const std::string& address) {
  const auto found =
      std::find_if(sockets_.begin(), sockets_.end(), [&](const Socket& one) { return one.address == address; });
  if (found == sockets_.end()) return std::nullopt;
  const int descriptor = found->descriptor;
  sockets_.erase(found);
  return descriptor;
}

std::optional<int> PassedSockets::take(const tcp::endpoint& endpoint) { return take_at(text_of(endpoint)); }

std::optional<int> PassedSockets::take(const std::string& path) { return take_at(path); }

std::vector<std::string> PassedSockets::rest() const {
  std::vector<std::string> addresses;
  for (const auto& socket : sockets_) addresses.push_back(socket.address);
  return addresses;
}

}  // namespace plan::orchestrator::http
