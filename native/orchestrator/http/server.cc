#include "orchestrator/http/server.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <optional>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "orchestrator/http/calls.h"
#include "orchestrator/http/connection.h"
#include "orchestrator/http/listener.h"

namespace plan::orchestrator::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using local = asio::local::stream_protocol;
using boost::system::error_code;

// Errors come as values: nothing is thrown through a coroutine but bugs, which end the process.
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kVerifiedAtOnce = 16;   // peers: some milliseconds
constexpr int kAcceptedAtOnce = 256;
constexpr std::size_t kHostRoom = 64;         // connections of the host's own listeners that members cannot take

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

// OpenSSL writes to sockets without saying that a peer which has gone is no reason to end the process.
void ignore_broken_pipes() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

struct Server::State {
  State(Service& the_service, ServerOptions the_options)
      : options(std::move(the_options)), acceptor(io), status_acceptor(io), control_acceptor(io), watch_timer(io),
        sweep_timer(io), stop_timer(io), beat_timer(io), signals(io), passed(options.passed),
        calls(io, the_service, options.rules, {[this](const Error& error) { fail(error); }, [this] { return gauges(); }}),
        common(new Common{the_service, options.limits, options.log, calls, Turns(options.limits.handshakes)}) {}
  ~State() { common->over = true; }

  ServerOptions options;
  asio::io_context io{1};
  tcp::acceptor acceptor, status_acceptor;
  local::acceptor control_acceptor;
  asio::steady_timer watch_timer, sweep_timer, stop_timer, beat_timer;
  asio::signal_set signals;
  PassedSockets passed;
  bool control_is_ours = false;                      // its file goes with us
  Calls calls;
  std::shared_ptr<Common> common;

  TlsContext tls;
  TlsStamps tls_stamps;
  std::deque<std::weak_ptr<Connection>> to_verify;   // open connections that the new context has not seen yet
  std::optional<Error> failure;

  void log(LogLevel level, const std::string& text) const {
    if (options.log) options.log({.level = level, .message = text});
  }

  [[nodiscard]] Gauges gauges() const;
  Status open();
  void start();
  void begin_stop();
  void fail(const Error& error);
  void close_listeners();

  template <class Acceptor>
  asio::awaitable<void> accept(Acceptor& from, Listener listener);
  template <class Acceptor>
  error_code accept_some(Acceptor& from, Listener listener);   // what failed
  [[nodiscard]] bool has_room(Listener listener) const;
  asio::awaitable<void> sweep();
  asio::awaitable<void> beat();
  asio::awaitable<void> handle_signals();

  Status reload_tls(const TlsFiles& files);
  asio::awaitable<void> watch_tls();
  void cut_revoked();
  void cut_expired();
  void verify_all_anew();
  void verify_some();
};

// ------------------------------------------------------------------------------------------------ the life of the server

Gauges Server::State::gauges() const {
  return {common->connections.size(), calls.waiting(), calls.watches(), common->refused_connections,
          calls.commit_seconds(), common->refusals, common->stopping};
}

Status Server::State::open() {
  if (auto done = reload_tls(options.tls); !done) return done;
  const auto endpoint = read_endpoint(options.listen, "listen");
  if (!endpoint) return endpoint.error();
  if (auto done = listen_on(acceptor, *endpoint, "listen", passed); !done) return done;
  if (!options.status_listen.empty()) {
    const auto status = read_endpoint(options.status_listen, "status_listen");
    if (!status) return status.error();
    if (!status->address().is_loopback()) {
      return Error{"listen.address", "status_listen: '" + options.status_listen + "' is not on loopback",
                   "Anybody could read it without a certificate. Write 127.0.0.1:8147 or [::1]:8147."};
    }
    if (auto done = listen_on(status_acceptor, *status, "status_listen", passed); !done) return done;
  }
  if (!options.control.empty()) {
    const auto made = listen_on(control_acceptor, options.control, "control", passed);
    if (!made) return made.error();
    control_is_ours = *made;
  }
  for (const auto& address : passed.rest()) {
    log(LogLevel::warning, "a socket was passed at " + address + ", where the configuration has none: not used");
  }
  return Done{};
}

void Server::State::start() {
  asio::co_spawn(io, accept(acceptor, Listener::members), asio::detached);
  if (status_acceptor.is_open()) asio::co_spawn(io, accept(status_acceptor, Listener::status), asio::detached);
  if (control_acceptor.is_open()) asio::co_spawn(io, accept(control_acceptor, Listener::control), asio::detached);
  asio::co_spawn(io, watch_tls(), asio::detached);
  asio::co_spawn(io, sweep(), asio::detached);
  if (options.on_beat) asio::co_spawn(io, beat(), asio::detached);
  if (options.signals) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals.add(signal);   // now: whoever is told "ready" may send one
    asio::co_spawn(io, handle_signals(), asio::detached);
  }
  calls.arm_wake_timer();
}

void Server::State::close_listeners() {
  error_code ignored;
  acceptor.close(ignored);
  status_acceptor.close(ignored);
  if (!control_acceptor.is_open()) return;
  control_acceptor.close(ignored);
  if (control_is_ours) ::unlink(options.control.c_str());
}

// The store failed. Nothing is answered any more: what is on disk is unknown.
void Server::State::fail(const Error& error) {
  failure = error;
  close_listeners();
  for (auto* connection : common->connections) connection->cut();
  io.stop();
}

void Server::State::begin_stop() {
  if (common->stopping) return;
  common->stopping = true;
  close_listeners();
  error_code ignored;
  signals.cancel(ignored);
  watch_timer.cancel();
  sweep_timer.cancel();
  beat_timer.cancel();
  calls.stop();
  for (auto* connection : common->connections) {
    if (connection->idle()) connection->cut();
  }
  // Whoever is at work gets a while, and not more.
  stop_timer.expires_after(options.limits.stop);
  stop_timer.async_wait([this](error_code failed) {
    if (!failed) io.stop();
  });
  asio::co_spawn(io, [this]() -> asio::awaitable<void> {
    asio::steady_timer look(io);
    while (!common->connections.empty()) {
      look.expires_after(std::chrono::milliseconds(10));
      co_await look.async_wait(kAwait);
    }
    stop_timer.cancel();
  }, asio::detached);
}

asio::awaitable<void> Server::State::beat() {
  while (!common->stopping) {
    options.on_beat();
    beat_timer.expires_after(options.beat);
    co_await beat_timer.async_wait(kAwait);
  }
}

asio::awaitable<void> Server::State::handle_signals() {
  while (!common->stopping) {
    const auto [failed, signal] = co_await signals.async_wait(kAwait);
    if (failed) co_return;
    if (signal != SIGHUP) begin_stop();
    else if (options.on_hangup) options.on_hangup();
  }
}

// ------------------------------------------------------------------------------------------------ connections

namespace {

// A Unix socket's peer has no address.
std::string address_of(const local::socket& /*socket*/, Listener /*listener*/) { return "the control socket"; }
std::string address_of(tcp::socket& socket, Listener listener) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (listener == Listener::status) return "loopback";
  return socket.remote_endpoint(ignored).address().to_string();
}

}  // namespace

// Somewhat above the limit a client is still told to come later; far above it there is no room even for that.
bool Server::State::has_room(Listener listener) const {
  const std::size_t limit = options.limits.connections + options.limits.connections / 8 + 8;
  return common->connections.size() < limit + (listener == Listener::members ? 0 : kHostRoom);
}

template <class Acceptor>
asio::awaitable<void> Server::State::accept(Acceptor& from, Listener listener) {
  from.non_blocking(true);
  while (from.is_open()) {
    const auto [gone] = co_await from.async_wait(Acceptor::wait_read, kAwait);
    if (gone) co_return;
    const error_code failed = accept_some(from, listener);
    if (!failed) continue;
    log(LogLevel::error, "a connection cannot be accepted: " + failed.message());   // most of all: no file descriptor is free
    asio::steady_timer pause(io, std::chrono::milliseconds(100));
    co_await pause.async_wait(kAwait);
  }
}

// All that wait, not one in each turn of the loop: when turns are long, clients would lose patience before theirs comes,
// and what is accepted then are the dead.
template <class Acceptor>
error_code Server::State::accept_some(Acceptor& from, Listener listener) {
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    error_code failed;
    auto socket = from.accept(failed);
    if (failed == asio::error::would_block) break;
    if (failed) return failed;
    if (!has_room(listener)) {
      ++common->refused_connections;
      continue;
    }
    const std::string address = address_of(socket, listener);
    SSL_CTX* context = listener == Listener::members ? tls.get() : nullptr;
    auto connection = std::make_shared<Connection>(common, std::move(socket), address, listener, context);
    asio::co_spawn(io, Connection::run(std::move(connection)), asio::detached);
  }
  return {};
}

asio::awaitable<void> Server::State::sweep() {
  while (!common->stopping) {
    sweep_timer.expires_after(options.limits.sweep);
    co_await sweep_timer.async_wait(kAwait);
    const auto now = std::chrono::steady_clock::now();
    for (auto* connection : common->connections) connection->look_at_deadline(now);
  }
}

// ------------------------------------------------------------------------------------------------ certificates

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
  if (options.on_authorities) options.on_authorities(SSL_CTX_get_cert_store(tls.get()));
  if (first) return Done{};
  log(LogLevel::info, "certificates or revocation list changed: every open connection's peer is verified anew");
  cut_revoked();
  verify_all_anew();
  return Done{};
}

asio::awaitable<void> Server::State::watch_tls() {
  while (!common->stopping) {
    watch_timer.expires_after(options.limits.watch);
    co_await watch_timer.async_wait(kAwait);
    if (common->stopping) continue;
    if (const auto done = reload_tls(options.tls); !done) {
      log(LogLevel::error, "certificates or revocation list changed, the old ones stay: " + done.error().message);
    }
    cut_expired();
  }
}

// At once, before all that takes its time.
void Server::State::cut_revoked() {
  for (auto* connection : common->connections) {
    const SSL* peer = connection->verified();
    if (peer != nullptr && is_revoked(tls.get(), peer)) connection->cut("certificate revoked", "tls");
  }
}

void Server::State::cut_expired() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (good_until(tls.get()) <= now && to_verify.empty()) verify_all_anew();
  for (auto* connection : common->connections) {
    if (connection->verified() != nullptr && connection->good_until() <= now) {
      connection->cut("certificate has expired", "tls");
    }
  }
}

void Server::State::verify_all_anew() {
  const bool at_it = !to_verify.empty();
  to_verify.clear();
  for (auto* connection : common->connections) {
    if (connection->verified() != nullptr) to_verify.push_back(connection->weak_from_this());
  }
  if (!at_it && !to_verify.empty()) asio::post(io, [this] { verify_some(); });
}

// A few at a time: the others go on meanwhile.
void Server::State::verify_some() {
  for (std::size_t i = 0; i < kVerifiedAtOnce && !to_verify.empty(); ++i) {
    const auto connection = to_verify.front().lock();
    to_verify.pop_front();
    if (connection == nullptr) continue;
    const std::string why = distrust(tls.get(), connection->verified());
    if (!why.empty()) connection->cut(why, "tls");
  }
  if (!to_verify.empty()) asio::post(io, [this] { verify_some(); });
}

// ------------------------------------------------------------------------------------------------ from outside

Server::Server() = default;
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::open(Service& service, ServerOptions options) {
  std::unique_ptr<Server> server(new Server);
  server->state_ = std::make_unique<State>(service, std::move(options));
  if (auto done = server->state_->open(); !done) return done.error();
  server->state_->start();
  return server;
}

Status Server::run() {
  ignore_broken_pipes();
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

void Server::commit() { state_->calls.schedule_commit(); }

std::uint16_t Server::port() const { return state_->acceptor.local_endpoint().port(); }

std::uint16_t Server::status_port() const {
  return state_->status_acceptor.is_open() ? state_->status_acceptor.local_endpoint().port() : std::uint16_t{0};
}

}  // namespace plan::orchestrator::http
