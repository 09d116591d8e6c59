#include "orchestrator/http/control_client.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "orchestrator/store/files.h"

namespace plan::orchestrator::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

Error failed_to(const std::string& socket, const std::string& doing, const std::string& why) {
  return Error{"control.failed", "the daemon at " + socket + ": " + doing + ": " + why, "Does it run, and may this user open its socket?"};
}

}  // namespace

Status download(const std::string& socket, const std::string& target, int file) {
  error_code failed;
  asio::io_context io;
  asio::local::stream_protocol::socket stream(io);
  stream.connect(asio::local::stream_protocol::endpoint(socket), failed);
  if (failed) return failed_to(socket, "connecting", failed.message());
  beast::http::request<beast::http::empty_body> request(beast::http::verb::get, target, 11);
  request.set(beast::http::field::host, "localhost");
  request.set(beast::http::field::connection, "close");
  beast::http::write(stream, request, failed);
  if (failed) return failed_to(socket, "asking", failed.message());
  beast::flat_buffer buffer;
  beast::http::response_parser<beast::http::buffer_body> parser;
  parser.body_limit(boost::none);
  beast::http::read_header(stream, buffer, parser, failed);
  if (failed) return failed_to(socket, "reading", failed.message());
  std::array<char, 64 * 1024> piece{};
  std::string refusal;
  const bool good = parser.get().result() == beast::http::status::ok;
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    beast::http::read(stream, buffer, parser, failed);
    if (failed == beast::http::error::need_buffer) failed = {};
    if (failed) return failed_to(socket, "reading", failed.message());
    const std::string_view bytes(piece.data(), piece.size() - parser.get().body().size);
    if (!good) refusal += bytes;
    else if (!write_all(file, bytes)) return Error{"control.write", std::string("writing: ") + std::strerror(errno)};
  }
  if (!good) return failed_to(socket, "it refuses", refusal);
  return Done{};
}

}  // namespace plan::orchestrator::http
