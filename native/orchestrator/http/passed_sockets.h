// Listening sockets that systemd made and handed to the daemon: they outlive it, so that a restart refuses nobody.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace plan::orchestrator::http {

// Each belongs to whoever takes it; the rest are closed.
class PassedSockets {
 public:
  explicit PassedSockets(const std::vector<int>& descriptors);
  ~PassedSockets();
  PassedSockets(const PassedSockets&) = delete;
  PassedSockets& operator=(const PassedSockets&) = delete;

  // The one that listens there; nothing when there is none.
  [[nodiscard]] std::optional<int> take(const boost::asio::ip::tcp::endpoint& endpoint);
  [[nodiscard]] std::optional<int> take(const std::string& path);
  // What nobody took: "0.0.0.0:8146", a path, or what it is instead of a socket that listens.
  [[nodiscard]] std::vector<std::string> rest() const;

 private:
  struct Socket {
    int descriptor;
    std::string address;
  };
  std::optional<int> take_at(const std::string& address);
  std::vector<Socket> sockets_;
};

}  // namespace plan::orchestrator::http
