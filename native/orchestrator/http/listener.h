// Sockets that listen, from what the configuration says of them; one that was passed is taken instead of made. Errors: listen.address, listen.failed, with the key.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "base/result.h"
#include "orchestrator/http/passed_sockets.h"

namespace plan::orchestrator::http {

// "0.0.0.0:8146", "[::]:8146".
[[nodiscard]] Result<boost::asio::ip::tcp::endpoint> read_endpoint(const std::string& text, std::string_view key);

[[nodiscard]] Status listen_on(boost::asio::ip::tcp::acceptor& on, const boost::asio::ip::tcp::endpoint& endpoint,
                               std::string_view key, PassedSockets& passed);
// A Unix socket that its owner alone may open. One that a daemon left behind is replaced, another file is not. Whether it
// was made, and its file is to be removed in the end.
[[nodiscard]] Result<bool> listen_on(boost::asio::local::stream_protocol::acceptor& on, const std::string& path,
                                     std::string_view key, PassedSockets& passed);

}  // namespace plan::orchestrator::http
