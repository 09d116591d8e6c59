#include "agent/conversation.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/serialize.hpp>

#include "base/assert.h"
#include "values/json.h"

namespace plan::agent {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPollWait{25'000};
// Most catalogs are done before it. The call that is made then finds the connection free: no second TLS handshake.
constexpr milliseconds kFirstPoll{1'000};
constexpr milliseconds kFirstRetry{250};
constexpr milliseconds kLongestRetry{10'000};
constexpr std::uint64_t kFailuresOfUnreachable = 3;
// A poll that is answered at once with nothing is no poll: something between us and the orchestrator does not hold it.
constexpr milliseconds kHeld{500};
constexpr unsigned kEmptyPollsAllowed = 3;
// A body stays well under protocol::kMaxBodyBytes: it ends after the message that goes over this.
constexpr std::size_t kBodyBytes = 1024 * 1024;

std::string make_incarnation(const Random& random) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint64_t half : {random(), random()}) {
    for (unsigned shift = 0; shift < 64; shift += 4) text += kDigits[(half >> shift) & 15U];
  }
  return text;
}

// From half of `delay` to all of it, so that members that lost one orchestrator do not come back as one.
milliseconds jittered(milliseconds delay, const Random& random) {
  const auto half = static_cast<std::uint64_t>(delay.count() / 2);
  return milliseconds(static_cast<std::int64_t>(half + random() % (half + 1)));
}

// The orchestrator's word that this incarnation cannot go on.
bool ends_incarnation(std::string_view code) {
  constexpr std::array<std::string_view, 3> kCodes{"stale_incarnation", "sequence_gap", "conflict"};
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

Result<std::uint64_t> read_number(const boost::json::object& object, std::string_view name) {
  const auto* field = object.if_contains(name);
  if (field == nullptr) return Error{"agent.state", "'" + std::string(name) + "' is missing"};
  boost::json::error_code failure;
  const auto number = field->to_number<std::uint64_t>(failure);
  if (failure) return Error{"agent.state", "'" + std::string(name) + "' is no number"};
  return number;
}

}  // namespace

Conversation::Conversation(Setup setup)
    : setup_(std::move(setup)), admitted_to_(setup_.cluster), incarnation_(make_incarnation(setup_.random)) {}

Result<Conversation> Conversation::restore(Setup setup, const boost::json::value& snapshot) {
  const auto* object = snapshot.if_object();
  if (object == nullptr) return Error{"agent.state", "the conversation is no object"};
  auto epoch = read_number(*object, "epoch");
  if (!epoch) return epoch.error();
  auto received = read_number(*object, "received");
  if (!received) return received.error();
  const auto* incarnation = object->if_contains("incarnation");
  const auto* cluster = object->if_contains("cluster");
  const auto* outbox = object->if_contains("outbox");
  if (incarnation == nullptr || !incarnation->is_string() || incarnation->as_string().size() != 32 ||
      cluster == nullptr || !cluster->is_string() || outbox == nullptr) {
    return Error{"agent.state", "the conversation lacks its incarnation, cluster or outbox"};
  }
  auto restored = protocol::Outbox::restore(*outbox, setup.resolver);
  if (!restored) return restored.error();
  Conversation conversation(std::move(setup));
  conversation.incarnation_ = incarnation->as_string().c_str();
  conversation.setup_.cluster = cluster->as_string().c_str();
  conversation.epoch_ = *epoch;
  conversation.received_ = *received;
  conversation.outbox_ = std::move(*restored);
  return conversation;
}

boost::json::value Conversation::snapshot() const {
  return boost::json::object{{"incarnation", incarnation_},
                             {"cluster", setup_.cluster},
                             {"epoch", epoch_},
                             {"received", received_},
                             {"outbox", outbox_.snapshot()}};
}

void Conversation::begin_anew(Instant now) {
  incarnation_ = make_incarnation(setup_.random);
  received_ = 0;
  outbox_ = {};
  calls_.clear();
  sync_wanted_ = true;
  admitted_ = false;
  // Not at once: should the orchestrator refuse this incarnation too, we must not ask it in a loop.
  retry_at_ = now + jittered(kFirstRetry, setup_.random);
}

void Conversation::address(std::string cluster) { setup_.cluster = std::move(cluster); }

void Conversation::send(engine::Message message) { outbox_.push(std::move(message)); }

void Conversation::want_sync() {
  sync_wanted_ = true;
  holds_first_poll_ = false;
  first_poll_at_.reset();
  for (auto& call : calls_) call.syncs = false;
}

const Conversation::Call* Conversation::under_way(bool poll) const {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.poll == poll; });
  return found == calls_.end() ? nullptr : &*found;
}

std::optional<Conversation::Call> Conversation::take(std::uint64_t id) {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.id == id; });
  if (found == calls_.end()) return std::nullopt;
  const Call call = *found;
  calls_.erase(found);
  return call;
}

std::optional<Exchange> Conversation::next(bool listening, Instant now) {
  if (first_poll_at_ && now >= *first_poll_at_) first_poll_at_.reset();
  if (!listening && all_acknowledged()) return std::nullopt;
  if (retry_at_ && now < *retry_at_) return std::nullopt;
  retry_at_.reset();
  if (under_way(false) != nullptr) return std::nullopt;   // its answer comes at once
  if (sync_wanted_ || !all_acknowledged()) return begin(false, now);
  if (under_way(true) != nullptr || first_poll_at_) return std::nullopt;
  return begin(true, now);
}

Exchange Conversation::begin(bool poll, Instant now) {
  const auto body = request(poll);
  calls_.push_back({++last_call_, poll, true, outbox_.last(), now});
  return {last_call_,        protocol::exchange_path(setup_.member), protocol::write(body), body.wait, acknowledged() + 1,
          body.messages.size(), body.acknowledged};
}

protocol::ExchangeRequest Conversation::request(bool poll) const {
  protocol::ExchangeRequest request;
  request.incarnation = incarnation_;
  request.epoch = epoch_;
  request.cluster = setup_.cluster;
  request.plan = setup_.plan;
  request.bundle = setup_.bundle;
  if (!admitted_ && setup_.cluster == admitted_to_) request.admission = setup_.admission;
  request.delivered = acknowledged();
  request.acknowledged = received_;
  request.wait = poll ? kPollWait : milliseconds(0);
  std::size_t bytes = 0;
  for (const auto& message : outbox_.pending()) {
    if (request.messages.size() == protocol::kMaxMessagesPerExchange || bytes > kBodyBytes) break;
    bytes += boost::json::serialize(protocol::write_message(message)).size();
    request.messages.push_back(message);
  }
  return request;
}

std::optional<Instant> Conversation::next_attempt() const {
  if (retry_at_ && first_poll_at_) return std::min(*retry_at_, *first_poll_at_);
  return retry_at_ ? retry_at_ : first_poll_at_;
}

Conversation::News Conversation::answered(std::uint64_t id, const Answer& answer, Instant now) {
  const auto call = take(id);
  if (!call) return {};
  if (answer.status != 200) return read_refusal(answer, now);
  auto reply = protocol::read_reply(answer.body, setup_.member, setup_.resolver);
  if (!reply) {
    note_failure({Connection::State::failed, reply.error(), {}}, answer.retry_after, now);
    return {};
  }
  return accept(*call, *reply, now);
}

Conversation::News Conversation::accept(const Call& call, const protocol::ExchangeReply& reply, Instant now) {
  if (reply.epoch < epoch_) {
    Error error{"agent.epoch",
                "the orchestrator's store is older than what this member has seen (epoch " +
                    std::to_string(reply.epoch) + ", here " + std::to_string(epoch_) + ")",
                "it goes on by itself once the orchestrator has heard from this member"};
    note_failure({Connection::State::failed, std::move(error), {}}, std::nullopt, now);
    return {};
  }
  News news;
  if (reply.acknowledged > outbox_.last()) {
    news.broken = Error{"agent.restored", "the orchestrator has more from this member than the member's own state knows",
                        "was the machine, or its state directory, put back from an older copy?"};
    return news;
  }
  const bool progress = !all_acknowledged() && outbox_.pending().front().sequence <= reply.acknowledged;
  news.changed = progress || reply.epoch != epoch_;
  epoch_ = reply.epoch;
  outbox_.acknowledge(reply.acknowledged);
  for (const auto& message : reply.messages) {
    if (message.sequence <= received_) continue;
    if (message.sequence != received_ + 1) {
      news.broken = Error{"agent.gap", "the orchestrator sends message " + std::to_string(message.sequence) +
                                           " to a member that has received " + std::to_string(received_),
                          "was the machine, or its state directory, put back from an older copy?"};
      return news;
    }
    ++received_;
    news.messages.push_back(message.message);
    news.changed = true;
  }
  if (!call.poll && !progress && call.last_sequence > reply.acknowledged) {
    Error error{"agent.unacknowledged", "the orchestrator answers and does not take what this member sends",
                "look at plan-orchestrator's log"};
    note_failure({Connection::State::failed, std::move(error), {}}, std::nullopt, now);
    return news;
  }
  connection_ = {Connection::State::ok, {}, {}};
  admitted_ = true;
  failures_ = 0;
  if (call.syncs) sync_wanted_ = false;
  if (std::exchange(holds_first_poll_, false)) first_poll_at_ = now + kFirstPoll;
  pace_polls(call, !news.messages.empty(), now);
  return news;
}

void Conversation::pace_polls(const Call& call, bool brought_something, Instant now) {
  const bool empty = call.poll && !brought_something && now - call.begun < kHeld;
  empty_polls_ = empty ? empty_polls_ + 1 : 0;
  if (empty_polls_ > kEmptyPollsAllowed) retry_at_ = now + jittered(kHeld, setup_.random);
}

Conversation::News Conversation::read_refusal(const Answer& answer, Instant now) {
  News news;
  const auto error = protocol::read_error(answer.body);
  if (!error) {
    note_failure({Connection::State::failed,
                  {"agent.http", "the orchestrator answered with HTTP status " + std::to_string(answer.status),
                   "check that the URL is an orchestrator's"},
                  {}},
                 answer.retry_after, now);
    return news;
  }
  Error told{error->code, error->message, error->help};
  if (ends_incarnation(error->code)) {
    news.broken = std::move(told);
    return news;
  }
  note_failure({Connection::State::failed, std::move(told), error->clusters}, answer.retry_after, now);
  return news;
}

void Conversation::failed(std::uint64_t id, const Error& error, Instant now) {
  if (!take(id)) return;
  note_failure({Connection::State::failed, error, {}}, std::nullopt, now);
}

void Conversation::refused(const Error& error, Instant now) {
  note_failure({Connection::State::failed, error, {}}, std::nullopt, now);
}

void Conversation::note_failure(Connection connection, std::optional<milliseconds> retry_after, Instant now) {
  connection_ = std::move(connection);
  sync_wanted_ = true;   // the first good answer shall come at once and not be a poll
  admitted_ = false;     // by now it may be another orchestrator, or another store
  if (failures_++ == 0) failing_since_ = now;
  const std::uint64_t doublings = std::min<std::uint64_t>(failures_ - 1, 10);
  const milliseconds delay = std::min<milliseconds>(kLongestRetry, kFirstRetry * (1L << doublings));
  // What the server asks for is the least, and the jitter comes on top of it.
  retry_at_ = now + jittered(delay, setup_.random) + retry_after.value_or(milliseconds(0));
}

std::optional<Instant> Conversation::unreachable_since() const {
  if (failures_ < kFailuresOfUnreachable) return std::nullopt;
  return failing_since_;
}

}  // namespace plan::agent
