#include "orchestrator/http/connection.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orchestrator/access/account.h"
#include "orchestrator/http/response_text.h"

namespace plan::orchestrator::http {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kFileChunk = 64 * 1024;
constexpr std::size_t kFileBytesInTime = 1024 * 1024;   // for which there is one deadline

// These have names because g++ 12 destroys an aggregate twice that is made in the arguments of what is awaited.
const Error kOverloaded{"overloaded", "there is too much to do here; try again later"};
const Error kImpatient{"malformed", "another request came before this one was answered"};
const Error kUnreadable{"internal", "a file cannot be read"};

// What a request's body takes of what all may take together.
class BodyRoom {
 public:
  BodyRoom(Common& common, std::size_t bytes) : common_(common), bytes_(bytes) { common_.bodies_bytes += bytes_; }
  ~BodyRoom() { common_.bodies_bytes -= bytes_; }
  BodyRoom(const BodyRoom&) = delete;
  BodyRoom& operator=(const BodyRoom&) = delete;

 private:
  Common& common_;
  std::size_t bytes_;
};

class File {
 public:
  explicit File(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] std::optional<std::size_t> size() const {
    struct stat status {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) return std::nullopt;
    return static_cast<std::size_t>(status.st_size);
  }
  // At most as much as fits; nothing at the end, or when it cannot be read.
  std::string_view read(std::string& buffer) const {
    const ssize_t size = ::read(descriptor_, buffer.data(), buffer.size());
    return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }

 private:
  int descriptor_;
};

}  // namespace

Connection::Connection(std::shared_ptr<Common> common, Stream::Socket socket, std::string address, Listener listener,
                       SSL_CTX* tls)
    : common_(std::move(common)), stream_(std::move(socket), tls), address_(std::move(address)), listener_(listener),
      hold_([this] { watch_peer(); }) {
  place_ = common_->connections.insert(common_->connections.end(), this);
}

Connection::~Connection() {
  if (common_->over) return;
  common_->connections.erase(place_);
  give_turn_back();
  if (!peer_) return;
  const auto count = common_->per_certname.find(peer_->certname);
  if (--count->second == 0) common_->per_certname.erase(count);
}

// ------------------------------------------------------------------------------------------------ deadlines

std::chrono::milliseconds Connection::limit_of(Phase phase) const {
  const auto& limits = common_->limits;
  switch (phase) {
    case Phase::waiting_for_turn:
    case Phase::handshake: return limits.handshake;
    case Phase::idle: return served_ ? limits.idle : limits.header;
    case Phase::header: return limits.header;
    case Phase::body: return limits.body;
    case Phase::work: return std::chrono::milliseconds::max();
    case Phase::write: return limits.write;
    case Phase::close: return limits.close;
  }
  PLAN_ASSERT(false);
  return {};
}

void Connection::enter(Phase phase) {
  phase_ = phase;
  deadline_ = phase == Phase::work ? Clock::time_point::max() : Clock::now() + limit_of(phase);
}

void Connection::look_at_deadline(Clock::time_point now) {
  if (has_turn_ && now >= turn_until_) give_turn_back();
  if (now < deadline_) return;
  switch (phase_) {
    case Phase::header: return cut("its request's header took too long", "timeout");
    case Phase::body: return cut("its request's body took too long", "timeout");
    case Phase::write: return cut("it took too long to take its answer", "timeout");
    case Phase::waiting_for_turn:
    case Phase::handshake:      // said where the handshake is
    case Phase::idle:
    case Phase::work:
    case Phase::close: return cut();
  }
}

void Connection::cut() {
  stream_.cut();
  hold_.give_up();
}

void Connection::cut(const std::string& why, const std::string& code) {
  audit_refusal("", Error{code, why});
  cut();
}

void Connection::audit(const std::string& message, const std::string& code) const {
  if (!common_->log) return;
  common_->log({.level = LogLevel::warning, .message = message, .event = "refused",
                .certname = peer_ ? peer_->certname : "", .code = code, .address = address_});
}

void Connection::audit_refusal(const std::string& asked, const Error& error) const {
  audit((peer_ ? peer_->certname : address_) + ": refused: " + asked + error.code + ": " + error.message, error.code);
}

// ------------------------------------------------------------------------------------------------ the way of a connection

asio::awaitable<void> Connection::run(std::shared_ptr<Connection> self) {
  bool open = self->listener_ != Listener::members;
  if (!open) open = co_await self->handshake();
  while (open && !self->common_->stopping) {
    open = co_await self->serve_one();
    self->served_ = true;
  }
  self->stream_.farewell();
}

asio::awaitable<bool> Connection::handshake() {
  enter(Phase::waiting_for_turn);
  co_await stream_.readable();   // who says nothing takes nobody's turn
  if (!co_await common_->turns.take(hold_)) {
    audit(address_ + ": TLS refused: there was no turn in time", "tls");
    co_return false;
  }
  has_turn_ = true;
  turn_until_ = Clock::now() + common_->limits.handshake_turn;
  if (stream_.abandoned()) co_return false;
  enter(Phase::handshake);
  const std::string problem = co_await stream_.handshake();
  give_turn_back();
  if (!problem.empty()) audit(address_ + ": TLS refused: " + problem, "tls");
  co_return problem.empty() && accept_peer();
}

void Connection::give_turn_back() {
  if (std::exchange(has_turn_, false)) common_->turns.give_back();
}

bool Connection::accept_peer() {
  auto peer = verified_peer(stream_.ssl());
  if (!peer) {
    audit(address_ + ": TLS refused: the certificate has no single common name that is a certname", "tls");
    return false;
  }
  share_chain(stream_.ssl());
  good_until_ = http::good_until(stream_.ssl());
  const std::size_t count = ++common_->per_certname[peer->certname];
  peer_ = std::move(peer);
  const auto& limits = common_->limits;
  overloaded_ = common_->connections.size() > limits.connections || count > limits.connections_per_certname;
  return true;
}

asio::awaitable<bool> Connection::serve_one() {
  RequestReader reader(common_->limits.request);
  enter(Phase::idle);
  if (!co_await read_head(reader)) co_return false;
  if (reader.state() != RequestReader::State::refused) {
    const std::size_t length = reader.head().content_length;
    if (overloaded_ || common_->bodies_bytes + length > common_->limits.bodies_bytes) {
      co_return co_await refuse(kOverloaded);
    }
    const BodyRoom room(*common_, length);
    if (!co_await read_body(reader)) co_return false;
  }
  if (reader.state() == RequestReader::State::refused) co_return co_await refuse(reader.refusal());
  auto& head = reader.head();
  Request request{std::move(head.method), std::move(head.target), std::move(reader.body()), listener_, peer_, {}, address_};
  if (listener_ == Listener::control) request.account = account_of(stream_.descriptor());
  co_return co_await answer(std::move(request), head.keep_alive);
}

asio::awaitable<bool> Connection::feed(RequestReader& reader) {
  auto& scratch = common_->scratch;
  const std::size_t size = co_await stream_.read(scratch);
  if (size > 0) reader.feed({scratch.data(), size});
  co_return size > 0;
}

// In a loop a co_await never stands in a condition: g++ 12 lays out the coroutine's frame wrongly then.
asio::awaitable<bool> Connection::read_head(RequestReader& reader) {
  while (reader.state() == RequestReader::State::empty || reader.state() == RequestReader::State::head) {
    const bool came = co_await feed(reader);
    if (!came) co_return false;
    if (phase_ == Phase::idle) enter(Phase::header);
  }
  co_return true;
}

asio::awaitable<bool> Connection::read_body(RequestReader& reader) {
  if (reader.state() != RequestReader::State::body) co_return true;
  enter(Phase::body);
  if (reader.head().expects_continue && reader.body().empty()) {
    if (!co_await stream_.write("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
  }
  while (reader.state() == RequestReader::State::body) {
    const bool came = co_await feed(reader);
    if (!came) co_return false;
  }
  co_return true;
}

// ------------------------------------------------------------------------------------------------ answers

asio::awaitable<bool> Connection::answer(Request request, bool keep_alive) {
  enter(Phase::work);
  const std::string asked = request.method + " " + request.target + ": ";
  auto answering = common_->calls.answer(request, hold_);
  request = {};   // not held while it waits
  Response response = co_await std::move(answering);
  if (std::exchange(watched_, false)) stream_.forget();
  if (impatient_) co_return co_await refuse(kImpatient);
  if (hold_.given_up()) co_return false;
  if (response.error && !response.told) audit_refusal(asked, *response.error);
  keep_alive = keep_alive && !common_->stopping;
  const bool written = co_await write(std::move(response), keep_alive);
  co_return written && keep_alive;
}

// While a call is held nobody else notices that its client went away.
void Connection::watch_peer() {
  if (phase_ != Phase::work || watched_) return;
  watched_ = true;
  look_at_peer();
}

void Connection::look_at_peer() {
  if (!watched_) return;
  switch (stream_.peek()) {
    case Stream::Peek::quiet:
      stream_.watch([self = shared_from_this()] { self->look_at_peer(); });
      return;
    case Stream::Peek::data: impatient_ = true; break;
    case Stream::Peek::gone: break;
  }
  hold_.give_up();
}

asio::awaitable<bool> Connection::write(Response response, bool keep_alive) {
  enter(Phase::write);
  if (response.error) ++common_->refusals[response.error->code];
  if (!response.file.empty()) co_return co_await write_file(std::move(response), keep_alive);
  std::string text = response_head(response, response.body.size(), keep_alive);
  text += response.body;
  response = {};
  co_return co_await stream_.write(text);
}

asio::awaitable<bool> Connection::write_file(Response response, bool keep_alive) {
  const File file(response.file);
  ::unlink(response.file.c_str());   // open, it stays until it is sent, whatever becomes of this process
  const auto size = file.size();
  if (!size) co_return co_await refuse(kUnreadable);
  if (!co_await stream_.write(response_head(response, *size, keep_alive))) co_return false;
  std::string buffer(kFileChunk, '\0');
  for (std::size_t sent = 0; sent < *size;) {
    if (sent % kFileBytesInTime == 0) enter(Phase::write);
    const auto chunk = file.read(buffer);
    if (chunk.empty()) co_return false;
    const bool written = co_await stream_.write(chunk);
    if (!written) co_return false;
    sent += chunk.size();
  }
  co_return true;
}

// The connection ends, since nobody knows where a next request would begin. It is read on for a while: closing at once
// would reset it, and the client would never see the answer.
asio::awaitable<bool> Connection::refuse(const Error& error) {
  audit_refusal("", error);
  if (error.code == "overloaded") ++common_->refused_connections;
  Response response = common_->calls.refusal(error);
  if (!co_await write(std::move(response), false)) co_return false;
  stream_.farewell();
  enter(Phase::close);
  for (std::size_t size = 1; size > 0;) size = co_await stream_.read(common_->scratch);
  co_return false;
}

}  // namespace plan::orchestrator::http
