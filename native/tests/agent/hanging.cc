#include "tests/agent/hanging.h"

#include <condition_variable>
#include <cstring>
#include <mutex>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"

namespace plan::test {
namespace {

struct Questions {
  std::mutex mutex;
  std::condition_variable changed;
  bool hangs = false;
  int asked = 0;
};

Questions& questions() {
  static auto* all = new Questions;      // never gone: a thread that asks may outlive main()
  return *all;
}

void hang() {
  Questions& all = questions();
  std::unique_lock lock(all.mutex);
  ++all.asked;
  all.changed.notify_all();
  all.changed.wait(lock, [&] { return !all.hangs; });
}

sockaddr_in address_of(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  PLAN_ASSERT(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return address;
}

// Whether a connection is there at once; its socket either way.
bool connects(const sockaddr_in& address, std::vector<int>& sockets) {
  sockets.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  PLAN_ASSERT(sockets.back() >= 0);
  static_cast<void>(connect(sockets.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
  pollfd writable{sockets.back(), POLLOUT, 0};
  return poll(&writable, 1, 200) == 1;
}

}  // namespace

HangingNameServer::HangingNameServer() {
  const std::lock_guard lock(questions().mutex);
  questions().hangs = true;
  questions().asked = 0;
}

HangingNameServer::~HangingNameServer() {
  const std::lock_guard lock(questions().mutex);
  questions().hangs = false;
  questions().changed.notify_all();
}

void HangingNameServer::wait_for_question() {
  std::unique_lock lock(questions().mutex);
  questions().changed.wait(lock, [] { return questions().asked > 0; });
}

HangingPort::HangingPort(bool full) : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  PLAN_ASSERT(listener_ >= 0 && bind(listener_, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
  PLAN_ASSERT(listen(listener_, full ? 0 : 8) == 0);
  if (!full) return;
  constexpr std::size_t kMost = 16;
  while (connects(address_of(listener_), fillers_)) PLAN_ASSERT(fillers_.size() < kMost);
}

HangingPort::~HangingPort() {
  for (const int socket : fillers_) close(socket);
  close(listener_);
}

std::string HangingPort::url() const { return "https://127.0.0.1:" + std::to_string(ntohs(address_of(listener_).sin_port)); }

void HangingPort::wait_for_connection() const {
  pollfd readable{listener_, POLLIN, 0};
  PLAN_ASSERT(poll(&readable, 1, 20'000) == 1);
}

}  // namespace plan::test

// Instead of the C library's, which it calls for all other names.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  if (node != nullptr && std::strcmp(node, plan::test::kHangingHost) == 0) {
    plan::test::hang();
    return EAI_AGAIN;
  }
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(node, service, hints, result);
}
