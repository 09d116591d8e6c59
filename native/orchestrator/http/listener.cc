#include "orchestrator/http/listener.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

namespace plan::orchestrator::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using local = asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr std::string_view kPassed = "cannot use the passed socket at";

// Done, or the error of what was being done.
Status checked(error_code failed, std::string_view key, std::string_view doing, const std::string& where) {
  if (!failed) return Done{};
  return Error{"listen.failed", std::string(key) + ": " + std::string(doing) + " " + where + ": " + failed.message()};
}

error_code restrict_to_owner(int socket) {
  if (::fchmod(socket, S_IRUSR | S_IWUSR) == 0) return {};
  return {errno, boost::system::system_category()};
}

}  // namespace

Result<tcp::endpoint> read_endpoint(const std::string& text, std::string_view key) {
  const Error wrong{"listen.address", std::string(key) + ": '" + text + "' is no address and port",
                    "Write it as 0.0.0.0:8146 or [::]:8146."};
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size() || text.size() - colon > 6) return wrong;
  unsigned port = 0;
  for (const char c : text.substr(colon + 1)) {
    if (c < '0' || c > '9') return wrong;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  error_code failed;
  const auto address = asio::ip::make_address(host, failed);
  if (failed || port > 65535) return wrong;
  return tcp::endpoint(address, static_cast<std::uint16_t>(port));
}

Status listen_on(tcp::acceptor& on, const tcp::endpoint& endpoint, std::string_view key, PassedSockets& passed) {
  const std::string where = endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
  error_code failed;
  if (const auto socket = passed.take(endpoint)) {
    on.assign(endpoint.protocol(), *socket, failed);
    return checked(failed, key, kPassed, where);
  }
  on.open(endpoint.protocol(), failed);
  if (auto done = checked(failed, key, "cannot open a socket for", where); !done) return done;
  on.set_option(tcp::acceptor::reuse_address(true), failed);
  if (auto done = checked(failed, key, "cannot set an option for", where); !done) return done;
  on.bind(endpoint, failed);
  if (auto done = checked(failed, key, "cannot bind to", where); !done) return done;
  on.listen(asio::socket_base::max_listen_connections, failed);
  return checked(failed, key, "cannot listen on", where);
}

namespace {

Status make(local::acceptor& on, const std::string& path, std::string_view key) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Error{"listen.address", std::string(key) + ": '" + path + "' is too long for the path of a socket"};
  }
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) ::unlink(path.c_str());
  error_code failed;
  on.open(local(), failed);
  if (auto done = checked(failed, key, "cannot open a socket for", path); !done) return done;
  // Before there is a name: nobody else may open it, not even for a moment.
  if (auto done = checked(restrict_to_owner(on.native_handle()), key, "cannot set the mode of", path); !done) return done;
  on.bind(path, failed);
  if (auto done = checked(failed, key, "cannot bind to", path); !done) return done;
  on.listen(asio::socket_base::max_listen_connections, failed);
  return checked(failed, key, "cannot listen on", path);
}

}  // namespace

Result<bool> listen_on(local::acceptor& on, const std::string& path, std::string_view key, PassedSockets& passed) {
  if (const auto socket = passed.take(path)) {
    error_code failed;
    on.assign(local(), *socket, failed);
    if (auto done = checked(failed, key, kPassed, path); !done) return done.error();
    return false;
  }
  if (auto done = make(on, path, key); !done) return done.error();
  return true;
}

}  // namespace plan::orchestrator::http
