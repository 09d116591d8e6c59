#include "orchestrator/http/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <list>
#include <map>
#include <random>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/system_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "orchestrator/http/routes.h"
#include "orchestrator/version.h"

namespace plan::orchestrator::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using local = asio::local::stream_protocol;
using boost::system::error_code;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

// Errors come as values: nothing is thrown through a coroutine but bugs, which end the process.
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

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

// When a file was last replaced; nothing when it is not there.
using FileStamp = std::tuple<ino_t, off_t, time_t, long>;
std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat status {};
  if (path.empty() || ::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

using TlsStamps = std::array<std::optional<FileStamp>, 4>;
TlsStamps stamps_of(const TlsFiles& files) {
  return {stamp_of(files.certificate), stamp_of(files.private_key), stamp_of(files.ca), stamp_of(files.crl)};
}

struct Connection {
  Listener listener;
  std::string address;       // for the audit
  std::function<void()> close;
  std::optional<Peer> peer = {};
  bool idle = true;          // between requests: may be closed at once
};

// One exchange that is held until there is something to receive.
struct Waiter {
  asio::steady_timer timer;
  bool replaced = false;     // a newer call of the same conversation took its place
};

// One exchange that is held until it is stored.
struct CommitWaiter {
  asio::steady_timer timer;
  bool stored = false;
};

constexpr std::chrono::milliseconds kRoomProbe{1'000};   // how often a full store is tried again

}  // namespace

struct Server::State {
  State(Service& the_service, ServerOptions the_options)
      : service(the_service), options(std::move(the_options)), acceptor(io), status_acceptor(io), control_acceptor(io),
        wake_timer(io), watch_timer(io), stop_timer(io), signals(io) {}

  Service& service;
  ServerOptions options;
  asio::io_context io{1};
  std::shared_ptr<asio::ssl::context> tls;
  TlsStamps tls_stamps;
  tcp::acceptor acceptor, status_acceptor;
  local::acceptor control_acceptor;
  asio::system_timer wake_timer;
  asio::steady_timer watch_timer, stop_timer;
  asio::signal_set signals;

  std::list<Connection> connections;
  std::map<ConversationKey, Waiter*> waiters;
  std::vector<CommitWaiter*> commit_waiters;
  std::list<asio::steady_timer*> watchers;         // operators' calls that are held until something changes
  bool commit_posted = false;
  bool stopping = false;
  std::optional<Error> failure;
  std::uint64_t refused_connections = 0;
  Histogram commit_seconds;
  std::map<std::string, std::uint64_t> refusals;   // by code
  std::minstd_rand random{std::random_device{}()};   // only to spread retries

  void log(const LogRecord& record) const {
    if (options.log) options.log(record);
  }
  void log(LogLevel level, const std::string& text) const { log({.level = level, .message = text}); }
  [[nodiscard]] Gauges gauges() const {
    return {connections.size(), waiters.size(), watchers.size(), refused_connections, commit_seconds, refusals, stopping};
  }

  Status listen(tcp::acceptor& on, const tcp::endpoint& endpoint, std::string_view key);
  Status listen_on_control(const std::string& path);
  void close_listeners();
  void start();
  void begin_stop();
  void commit_now();
  void schedule_commit();
  void wake_watchers();
  void arm_wake_timer();
  void close_tls_connections();
  Status reload_tls(const TlsFiles& files);

  template <class Acceptor, class Spawn>
  asio::awaitable<void> accept(Acceptor& from, Spawn spawn);
  asio::awaitable<void> serve_tls(tcp::socket socket);
  template <class Protocol>
  asio::awaitable<void> serve_plain(asio::basic_stream_socket<Protocol> socket, Listener listener);
  template <class Stream>
  asio::awaitable<void> serve(Stream& stream, Connection& connection, bool overloaded);
  template <class Stream>
  asio::awaitable<bool> write(Stream& stream, const Response& response, unsigned version, bool keep_alive);
  template <class Stream, class Message>
  asio::awaitable<bool> write_message(Stream& stream, Message& message);
  template <class Stream>
  asio::awaitable<void> drain(Stream& stream);
  asio::awaitable<Response> answer_request(Request request, const Connection& connection);
  asio::awaitable<Response> answer_operator(const Request& request);
  asio::awaitable<Response> exchange(Request request, const Connection& connection);
  void audit_refusal(const Connection& connection, const std::string& asked, const Error& error) const;
  asio::awaitable<bool> committed();
  asio::awaitable<Response> poll(Staged staged);
  asio::awaitable<void> watch_tls();
  asio::awaitable<void> handle_signals();
  Response refusal(const Error& error);
  Response overloaded_response();
};

// ------------------------------------------------------------------------------------------------ commits and waiting

void Server::State::schedule_commit() {
  if (commit_posted || service.full()) return;
  commit_posted = true;
  // Behind what is ready to run already: those exchanges go into the same transaction.
  asio::post(io, [this] { commit_now(); });
}

void Server::State::commit_now() {
  commit_posted = false;
  const auto begun = std::chrono::steady_clock::now();
  const auto done = service.commit();
  if (done && done->stored) commit_seconds.observe(std::chrono::steady_clock::now() - begun);
  if (!done && !service.full()) {
    failure = done.error();
    // Nothing is answered any more: what is on disk is unknown.
    close_listeners();
    for (auto& connection : connections) connection.close();
    io.stop();
    return;
  }
  for (auto* waiter : std::exchange(commit_waiters, {})) {
    waiter->stored = done.ok();
    waiter->timer.cancel();
  }
  if (done) {
    for (const auto& key : done->receivable) {
      const auto waiter = waiters.find(key);
      if (waiter != waiters.end()) waiter->second->timer.cancel();
    }
  }
  if (!done || done->changed) wake_watchers();
  arm_wake_timer();
}

void Server::State::wake_watchers() {
  for (auto* watcher : watchers) watcher->cancel();
}

// False: the store was full, and nothing of it is there.
asio::awaitable<bool> Server::State::committed() {
  CommitWaiter waiter{asio::steady_timer(io, asio::steady_timer::time_point::max())};
  commit_waiters.push_back(&waiter);
  schedule_commit();
  co_await waiter.timer.async_wait(kAwait);
  co_return waiter.stored;
}

void Server::State::arm_wake_timer() {
  if (service.full() && !stopping) {
    wake_timer.expires_after(kRoomProbe);
    wake_timer.async_wait([this](error_code failed) {
      if (!failed) commit_now();
    });
    return;
  }
  const auto next = service.next_wakeup();
  if (!next || stopping) {
    wake_timer.cancel();
    return;
  }
  wake_timer.expires_at(std::max(*next, now() + std::chrono::milliseconds(1)));
  wake_timer.async_wait([this](error_code failed) {
    if (failed) return;
    service.tick(now());
    schedule_commit();
  });
}

asio::awaitable<Response> Server::State::poll(Staged staged) {
  Waiter waiter{asio::steady_timer(io)};
  waiter.timer.expires_after(staged.wait);
  const auto deadline = waiter.timer.expiry();
  for (;;) {
    const auto reply = service.reply(staged.key, staged.incarnation);
    if (!reply) co_return error_response(service, reply.error());
    const bool over = waiter.replaced || stopping || std::chrono::steady_clock::now() >= deadline;
    if (over || !reply->messages.empty()) co_return Response{200, protocol::write(*reply)};
    auto& current = waiters[staged.key];
    if (current != nullptr && current != &waiter) {
      current->replaced = true;
      current->timer.cancel();
    }
    current = &waiter;
    waiter.timer.expires_at(deadline);
    co_await waiter.timer.async_wait(kAwait);
    const auto found = waiters.find(staged.key);
    if (found != waiters.end() && found->second == &waiter) waiters.erase(found);
  }
}

// What the service refuses it tells itself.
void Server::State::audit_refusal(const Connection& connection, const std::string& asked, const Error& error) const {
  const std::string certname = connection.peer ? connection.peer->certname : "";
  log({.level = LogLevel::warning,
       .message = (certname.empty() ? connection.address : certname) + ": refused: " + asked + error.code + ": " + error.message,
       .event = "refused", .certname = certname, .code = error.code, .address = connection.address});
}

asio::awaitable<Response> Server::State::exchange(Request request, const Connection& connection) {
  const auto refuse = [&](const Error& error) {
    audit_refusal(connection, request.method + " " + request.target + ": ", error);
    return error_response(service, error);
  };
  if (request.method != "POST") {
    Response response = refuse(Error{"method_not_allowed", "only POST is answered here"});
    response.allow = "POST";
    co_return response;
  }
  if (!request.peer) {
    co_return refuse(Error{"forbidden", "an exchange needs a client certificate",
                                                "This listener is for the host, not for members."});
  }
  const auto member = protocol::read_exchange_path(request.target);
  if (!member) co_return refuse(member.error());
  const auto staged = service.receive(request.peer->certname, *member, request.body, now(), connection.address);
  if (!staged) co_return refusal(staged.error());
  request.body = {};          // not held while waiting
  if (!co_await committed()) co_return refusal(store_full());
  co_return co_await poll(*staged);
}

// What operators see is stored, as what members see. An answer that has no news yet is held until it has, or its time
// is over.
asio::awaitable<Response> Server::State::answer_operator(const Request& request) {
  asio::steady_timer timer(io);
  std::optional<asio::steady_timer::time_point> deadline;
  for (;;) {
    if (service.staged() && !service.full()) co_await committed();
    const bool over = stopping || (deadline && std::chrono::steady_clock::now() >= *deadline);
    Response response = answer(request, service, now(), gauges(), options.rules, !over);
    if (!response.hold) {
      if (service.staged() && !service.full() && !co_await committed()) co_return refusal(store_full());
      co_return response;
    }
    if (!deadline) deadline = std::chrono::steady_clock::now() + *response.hold;
    timer.expires_at(*deadline);
    const auto watcher = watchers.insert(watchers.end(), &timer);
    co_await timer.async_wait(kAwait);
    watchers.erase(watcher);
  }
}

asio::awaitable<Response> Server::State::answer_request(Request request, const Connection& connection) {
  if (is_exchange(request.target)) co_return co_await exchange(std::move(request), connection);
  Response response = co_await answer_operator(request);
  if (response.error) audit_refusal(connection, request.method + " " + request.target + ": ", *response.error);
  co_return response;
}

Response Server::State::refusal(const Error& error) {
  Response response = error_response(service, error);
  if (response.status == 503) response.retry_after_s = 1 + static_cast<unsigned>(random() % 10);
  return response;
}

Response Server::State::overloaded_response() {
  ++refused_connections;
  return refusal(Error{"overloaded", "too many connections; try again later"});
}

// ------------------------------------------------------------------------------------------------ one connection

namespace {

template <class Message>
void fill_header(Message& message, const Response& response, bool keep_alive) {
  message.set(beast::http::field::server, "plan-orchestrator/" + std::string(kVersion));
  message.set(beast::http::field::content_type, response.content_type);
  if (!response.allow.empty()) message.set(beast::http::field::allow, response.allow);
  if (response.retry_after_s) message.set(beast::http::field::retry_after, std::to_string(*response.retry_after_s));
  message.keep_alive(keep_alive);
  message.prepare_payload();
}

}  // namespace

template <class Stream, class Message>
asio::awaitable<bool> Server::State::write_message(Stream& stream, Message& message) {
  beast::get_lowest_layer(stream).expires_after(options.limits.write);
  const auto [failed, size] = co_await beast::http::async_write(stream, message, kAwait);
  co_return !failed;
}

template <class Stream>
asio::awaitable<bool> Server::State::write(Stream& stream, const Response& response, unsigned version,
                                           bool keep_alive) {
  if (response.error) ++refusals[response.error->code];
  const auto status = static_cast<beast::http::status>(response.status);
  if (response.file.empty()) {
    beast::http::response<beast::http::string_body> message(status, version, response.body);
    fill_header(message, response, keep_alive);
    co_return co_await write_message(stream, message);
  }
  beast::http::response<beast::http::file_body> message(status, version);
  error_code failed;
  message.body().open(response.file.c_str(), beast::file_mode::scan, failed);
  ::unlink(response.file.c_str());   // open, it stays until it is sent, whatever becomes of this process
  if (failed) {
    log(LogLevel::error, response.file + ": cannot be read: " + failed.message());
    co_return co_await write(stream, error_response(service, Error{"internal", "a file cannot be read"}), version, false);
  }
  fill_header(message, response, keep_alive);
  co_return co_await write_message(stream, message);
}

// Reads on for a while after an answer that came before the request's end: closing at once would reset the connection,
// and the client would never see the answer.
template <class Stream>
asio::awaitable<void> Server::State::drain(Stream& stream) {
  beast::get_lowest_layer(stream).expires_after(options.limits.close);
  std::array<char, 4096> nowhere{};
  for (;;) {
    const auto [failed, size] = co_await stream.async_read_some(asio::buffer(nowhere), kAwait);
    if (failed) co_return;
  }
}

namespace {

// What is answered to a request that could not be read; nothing when there is nobody to answer.
std::optional<Error> read_problem(error_code failed) {
  namespace http = beast::http;
  if (failed == http::error::end_of_stream || failed == beast::error::timeout) return std::nullopt;
  if (failed == http::error::body_limit) {
    return Error{"too_large", "the body is larger than " + std::to_string(protocol::kMaxBodyBytes) + " bytes"};
  }
  if (failed == http::error::header_limit) return Error{"header_too_large", "the header is too large"};
  if (failed == http::error::partial_message) return std::nullopt;
  if (failed.category() == http::make_error_code(http::error::bad_method).category()) {
    return Error{"malformed", "this is no HTTP: " + failed.message()};
  }
  return std::nullopt;
}

template <class Parser>
bool expects_continue(const Parser& parser) {
  return beast::iequals(parser.get()[beast::http::field::expect], "100-continue");
}

}  // namespace

template <class Stream>
asio::awaitable<void> Server::State::serve(Stream& stream, Connection& connection, bool overloaded) {
  namespace http = beast::http;
  auto& lowest = beast::get_lowest_layer(stream);
  beast::flat_buffer buffer(options.limits.header_bytes + 64 * 1024);
  for (bool first = true; !stopping; first = false) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(options.limits.header_bytes));
    parser.body_limit(protocol::kMaxBodyBytes);
    connection.idle = true;
    lowest.expires_after(first ? options.limits.header : options.limits.idle);
    auto [failed, size] = co_await http::async_read_header(stream, buffer, parser, kAwait);
    connection.idle = false;
    if (!failed && !overloaded && expects_continue(parser)) {
      http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
      lowest.expires_after(options.limits.write);
      std::tie(failed, size) = co_await http::async_write(stream, go_on, kAwait);
    }
    if (!failed && !overloaded) {
      lowest.expires_after(options.limits.body);
      std::tie(failed, size) = co_await http::async_read(stream, buffer, parser, kAwait);
    }
    if (failed || overloaded) {
      const auto problem = failed ? read_problem(failed) : std::nullopt;
      if (failed && !problem) co_return;
      const Response response = problem ? error_response(service, *problem) : overloaded_response();
      if (problem) audit_refusal(connection, "", *problem);
      if (co_await write(stream, response, 11, false)) co_await drain(stream);
      co_return;
    }
    auto message = parser.release();
    const bool keep_alive = message.keep_alive();
    Request request{std::string(message.method_string()), std::string(message.target()), std::move(message.body()),
                    connection.listener, connection.peer};
    lowest.expires_never();
    const Response response = co_await answer_request(std::move(request), connection);
    const bool stay = keep_alive && !stopping;
    if (!co_await write(stream, response, message.version(), stay) || !stay) co_return;
  }
}

asio::awaitable<void> Server::State::serve_tls(tcp::socket socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  const std::string address = socket.remote_endpoint(ignored).address().to_string();
  const auto context = tls;   // held as long as the connection: a reload makes another
  TlsStream stream(beast::tcp_stream(std::move(socket)), *context);
  auto& lowest = beast::get_lowest_layer(stream);
  const bool overloaded = connections.size() >= options.limits.connections;
  const auto connection =
      connections.insert(connections.end(), Connection{Listener::members, address, [&lowest] { lowest.close(); }});
  lowest.expires_after(options.limits.handshake);
  const auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
  if (failed) {
    const long verdict = SSL_get_verify_result(stream.native_handle());
    const std::string why = verdict == X509_V_OK ? "" : std::string(": ") + X509_verify_cert_error_string(verdict);
    log({.level = LogLevel::warning, .message = address + ": TLS refused: " + failed.message() + why,
         .event = "refused", .code = "tls", .address = address});
  } else if ((connection->peer = verified_peer(stream.native_handle()))) {
    co_await serve(stream, *connection, overloaded);
    // Our farewell is sent at once; a peer that does not look at its connection just now would never answer it.
    lowest.expires_after(options.limits.farewell);
    co_await stream.async_shutdown(kAwait);
  } else {
    log({.level = LogLevel::warning, .message = address + ": TLS refused: the certificate has no single common name",
         .event = "refused", .code = "tls", .address = address});
  }
  lowest.close();
  connections.erase(connection);
}

template <class Protocol>
asio::awaitable<void> Server::State::serve_plain(asio::basic_stream_socket<Protocol> socket, Listener listener) {
  beast::basic_stream<Protocol> stream(std::move(socket));
  const auto connection = connections.insert(connections.end(), Connection{listener, listener == Listener::control ? "the control socket" : "loopback",
                                                       [&stream] { stream.close(); }});
  co_await serve(stream, *connection, connections.size() > options.limits.connections);
  stream.close();
  connections.erase(connection);
}

// ------------------------------------------------------------------------------------------------ the listener

template <class Acceptor, class Spawn>
asio::awaitable<void> Server::State::accept(Acceptor& from, Spawn spawn) {
  while (from.is_open()) {
    auto [failed, socket] = co_await from.async_accept(kAwait);
    if (failed == asio::error::operation_aborted) co_return;
    if (failed) {   // most of all: no file descriptor is free
      log(LogLevel::error, "a connection cannot be accepted: " + failed.message());
      asio::steady_timer pause(io, std::chrono::milliseconds(100));
      co_await pause.async_wait(kAwait);
      continue;
    }
    // Somewhat above the limit a client is still told to come later; far above it there is no room even for that.
    if (connections.size() >= options.limits.connections + options.limits.connections / 8 + 8) {
      ++refused_connections;
      continue;
    }
    asio::co_spawn(io, spawn(std::move(socket)), asio::detached);
  }
}

Status Server::State::listen(tcp::acceptor& on, const tcp::endpoint& endpoint, std::string_view key) {
  error_code failed;
  const auto check = [&](std::string_view doing) -> Status {
    if (!failed) return Done{};
    return Error{"listen.failed", std::string(key) + ": " + std::string(doing) + " " + endpoint.address().to_string() +
                                      " port " + std::to_string(endpoint.port()) + ": " + failed.message()};
  };
  on.open(endpoint.protocol(), failed);
  if (auto done = check("cannot open a socket for"); !done) return done;
  on.set_option(tcp::acceptor::reuse_address(true), failed);
  if (auto done = check("cannot set an option for"); !done) return done;
  on.bind(endpoint, failed);
  if (auto done = check("cannot bind to"); !done) return done;
  on.listen(asio::socket_base::max_listen_connections, failed);
  return check("cannot listen on");
}

Status Server::State::listen_on_control(const std::string& path) {
  error_code failed;
  const auto check = [&](std::string_view doing) -> Status {
    if (!failed) return Done{};
    return Error{"listen.failed", "control: " + std::string(doing) + " " + path + ": " + failed.message()};
  };
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Error{"listen.address", "control: '" + path + "' is too long for the path of a socket"};
  }
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) ::unlink(path.c_str());   // of a daemon that was killed
  control_acceptor.open(local(), failed);
  if (auto done = check("cannot open a socket for"); !done) return done;
  // Before there is a name: nobody else may open it, not even for a moment.
  if (::fchmod(control_acceptor.native_handle(), S_IRUSR | S_IWUSR) != 0) {
    failed.assign(errno, boost::system::system_category());
    if (auto done = check("cannot set the mode of"); !done) return done;
  }
  control_acceptor.bind(path, failed);
  if (auto done = check("cannot bind to"); !done) return done;
  control_acceptor.listen(asio::socket_base::max_listen_connections, failed);
  return check("cannot listen on");
}

void Server::State::close_listeners() {
  error_code ignored;
  acceptor.close(ignored);
  status_acceptor.close(ignored);
  if (!control_acceptor.is_open()) return;
  control_acceptor.close(ignored);
  ::unlink(options.control.c_str());
}

void Server::State::close_tls_connections() {
  for (auto& connection : connections) {
    if (connection.listener == Listener::members) connection.close();
  }
  for (auto& [key, waiter] : waiters) waiter->timer.cancel();
  wake_watchers();
}

Status Server::State::reload_tls(const TlsFiles& files) {
  const TlsStamps stamps = stamps_of(files);
  if (tls != nullptr && files == options.tls && stamps == tls_stamps) return Done{};
  if (files == options.tls) tls_stamps = stamps;   // also when they are wrong: said once, not at every look
  auto made = make_context(files);
  if (!made) return made.error();
  tls_stamps = stamps;
  const bool first = tls == nullptr;
  tls = std::move(made).value();
  options.tls = files;
  if (options.on_authorities) options.on_authorities(SSL_CTX_get_cert_store(tls->native_handle()));
  if (!first) log(LogLevel::info, "certificates or revocation list changed: every connection is made anew");
  close_tls_connections();
  return Done{};
}

asio::awaitable<void> Server::State::watch_tls() {
  while (!stopping) {
    watch_timer.expires_after(options.limits.watch);
    co_await watch_timer.async_wait(kAwait);
    if (stopping) continue;
    if (const auto done = reload_tls(options.tls); !done) {
      log(LogLevel::error, "certificates or revocation list changed, the old ones stay: " + done.error().message);
    }
  }
}

asio::awaitable<void> Server::State::handle_signals() {
  while (!stopping) {
    const auto [failed, signal] = co_await signals.async_wait(kAwait);
    if (failed) co_return;
    if (signal != SIGHUP) begin_stop();
    else if (options.on_hangup) options.on_hangup();
  }
}

void Server::State::begin_stop() {
  if (stopping) return;
  stopping = true;
  close_listeners();
  error_code ignored;
  signals.cancel(ignored);
  wake_timer.cancel();
  watch_timer.cancel();
  for (auto& [key, waiter] : waiters) waiter->timer.cancel();
  wake_watchers();
  for (auto& connection : connections) {
    if (connection.idle) connection.close();
  }
  // Whoever is at work gets a while, and not more.
  stop_timer.expires_after(options.limits.stop);
  stop_timer.async_wait([this](error_code failed) {
    if (!failed) io.stop();
  });
  asio::co_spawn(io, [this]() -> asio::awaitable<void> {
    asio::steady_timer look(io);
    while (!connections.empty()) {
      look.expires_after(std::chrono::milliseconds(10));
      co_await look.async_wait(kAwait);
    }
    stop_timer.cancel();
  }, asio::detached);
}

void Server::State::start() {
  asio::co_spawn(io, accept(acceptor, [this](tcp::socket socket) { return serve_tls(std::move(socket)); }),
                 asio::detached);
  const auto plain = [this](Listener listener) {
    return [this, listener](auto socket) { return serve_plain(std::move(socket), listener); };
  };
  if (status_acceptor.is_open()) asio::co_spawn(io, accept(status_acceptor, plain(Listener::status)), asio::detached);
  if (control_acceptor.is_open()) asio::co_spawn(io, accept(control_acceptor, plain(Listener::control)), asio::detached);
  asio::co_spawn(io, watch_tls(), asio::detached);
  if (options.signals) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals.add(signal);   // now: whoever is told "ready" may send one
    asio::co_spawn(io, handle_signals(), asio::detached);
  }
  arm_wake_timer();
}

Server::Server() = default;
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::open(Service& service, ServerOptions options) {
  std::unique_ptr<Server> server(new Server);
  server->state_ = std::make_unique<State>(service, std::move(options));
  State& state = *server->state_;
  if (auto done = state.reload_tls(state.options.tls); !done) return done.error();
  const auto endpoint = read_endpoint(state.options.listen, "listen");
  if (!endpoint) return endpoint.error();
  if (auto done = state.listen(state.acceptor, *endpoint, "listen"); !done) return done.error();
  if (!state.options.status_listen.empty()) {
    const auto status = read_endpoint(state.options.status_listen, "status_listen");
    if (!status) return status.error();
    if (!status->address().is_loopback()) {
      return Error{"listen.address", "status_listen: '" + state.options.status_listen + "' is not on loopback",
                   "Anybody could read it without a certificate. Write 127.0.0.1:8147 or [::1]:8147."};
    }
    if (auto done = state.listen(state.status_acceptor, *status, "status_listen"); !done) return done.error();
  }
  if (!state.options.control.empty()) {
    if (auto done = state.listen_on_control(state.options.control); !done) return done.error();
  }
  state.start();
  return server;
}

Status Server::run() {
  state_->io.run();
  if (state_->failure) return *state_->failure;
  return Done{};
}

void Server::stop() {
  asio::post(state_->io, [state = state_.get()] { state->begin_stop(); });
}

void Server::post(std::function<void()> work) { asio::post(state_->io, std::move(work)); }

Status Server::reload_tls(const TlsFiles& files) { return state_->reload_tls(files); }

void Server::set_rules(Rules rules) { state_->options.rules = std::move(rules); }

void Server::commit() { state_->schedule_commit(); }

std::uint16_t Server::port() const { return state_->acceptor.local_endpoint().port(); }

std::uint16_t Server::status_port() const {
  return state_->status_acceptor.is_open() ? state_->status_acceptor.local_endpoint().port() : std::uint16_t{0};
}

}  // namespace plan::orchestrator::http
