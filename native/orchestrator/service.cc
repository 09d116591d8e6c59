#include "orchestrator/service.h"

#include <algorithm>

#include "orchestrator/access/admission.h"
#include "orchestrator/memory_loss.h"
#include "orchestrator/service_state.h"
#include "values/json.h"

namespace plan::orchestrator {

namespace {

constexpr std::size_t kMaxLetterBytes = 64 * 1024 * 1024;   // our own text: a limit only against nonsense
// Whole numbers up to here survive every JSON implementation; nothing counts as far.
constexpr std::uint64_t kMaxEpoch = std::uint64_t{1} << 53U;

std::string name_of(const values::ProcessIdentity& identity) { return identity.certname + " " + identity.resource; }
std::string name_of(const ConversationKey& key) { return key.certname + " " + key.resource; }

std::string join(const std::vector<std::string>& words) {
  std::string result;
  for (const auto& word : words) result += (result.empty() ? "" : ", ") + word;
  return result;
}

Error wrong_certname(std::string_view peer, const values::ProcessIdentity& member) {
  return Error{"wrong_certname",
               "the path speaks for '" + member.certname + "', the certificate for '" + std::string(peer) + "'",
               "A node speaks only for itself."};
}

}  // namespace

Error store_full() {
  return Error{"store_full", "the orchestrator's file system is full; nothing was taken",
               "Make room for its store; it goes on by itself."};
}

Service::Service() = default;
Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::open(Store& store, ServiceOptions options) {
  auto contents = store.load();
  if (!contents) return contents.error();
  std::unique_ptr<Service> service(new Service);
  service->state_ = std::make_unique<State>(store, std::move(options));
  if (auto done = service->state_->take(std::move(contents).value()); !done) return done.error();
  return service;
}

Status Service::State::take(Contents contents) {
  // Each start takes the store over. So nobody knows this epoch who has seen what a store that was set back has lost.
  epoch = contents.epoch;
  new_epoch = since = epoch + 1;
  urgent = true;
  for (auto& row : contents.declarations) {
    Process& process = processes[row.resource];
    process.declaration = std::move(row);
  }
  for (auto& row : contents.processes) {
    const auto process = processes.find(row.resource);
    if (process == processes.end()) {
      return Error{"store.damaged", "the store has a state of " + row.resource + ", but not what it was declared with"};
    }
    process->second.snapshot = std::move(row.snapshot);
  }
  const std::uint64_t witnessed = options.witness == nullptr ? 0 : options.witness->epoch();
  if (witnessed > epoch) {
    lose_memory(witnessed, latest);
    since = *new_epoch;
    log(LogLevel::warning, "the store is at epoch " + std::to_string(epoch) + ", but one of epoch " +
                               std::to_string(witnessed) + " was served from: it was set back; every process is told");
  }
  last_conversation = 0;
  std::map<ConversationId, Dormant*> numbered;
  for (auto& row : contents.conversations) {
    last_conversation = std::max(last_conversation, row.id);
    Dormant& conversation = dormant[row.key];
    numbered[row.id] = &conversation;
    conversation.row = std::move(row);
  }
  const auto damaged = [](ConversationId id) {
    return Error{"store.damaged", "the store has rows of conversation " + std::to_string(id) + ", but not the conversation"};
  };
  for (auto& row : contents.receipts) {
    if (!numbered.contains(row.conversation)) return damaged(row.conversation);
    numbered[row.conversation]->receipts.push_back(row);
  }
  for (auto& row : contents.messages) {
    if (!numbered.contains(row.conversation)) return damaged(row.conversation);
    numbered[row.conversation]->messages.push_back(std::move(row));
  }
  for (auto& row : contents.dead_letters) {
    auto json = values::parse_json(row.text, kMaxLetterBytes, 8 * values::kMaxJsonDepth);
    if (!json || !json->is_object()) {
      return Error{"store.damaged", "dead letter " + std::to_string(row.id) + " of " + row.process + " cannot be read"};
    }
    const auto process = processes.find(row.process);
    if (process != processes.end()) process->second.dead_letters.push_back({row.id, std::move(json->get_object()), true});
  }
  return Done{};
}

// ------------------------------------------------------------------------------------------------ the engine's side

Process* Service::State::served(std::string_view title) const {
  const auto found = titles.find(title);
  return found == titles.end() ? nullptr : found->second;
}

void Service::State::set_wakeup(Process& process, std::optional<Instant> wakeup) {
  if (process.wakeup == wakeup) return;
  if (process.wakeup) wakeups.erase({*process.wakeup, process.declaration.resource});
  process.wakeup = wakeup;
  if (wakeup) wakeups.emplace(*wakeup, process.declaration.resource);
}

void Service::State::step(Process& process, const engine::Input& input, Instant now, std::uint64_t max_firings) {
  apply(process, process.engine->step(input, now, max_firings), now);
}

void Service::State::apply(Process& process, engine::Effects effects, Instant now) {
  set_wakeup(process, process.engine->next_wakeup());
  if (effects.changed) {
    mark_changed(process);
    revise(process);
  }
  for (auto& message : effects.messages) deliver(process, std::move(message), now);
  for (const auto& letter : effects.dead_letters) dead_letter(process, letter, now);
  for (const auto& batch : effects.batches) {
    log(LogLevel::error, process.declaration.title + ": the plan wants " + std::to_string(batch.resources.size()) +
                             " resources applied, but the orchestrator applies none");
  }
}

Conversation* Service::State::find_receiver(const Process& process, const values::ProcessIdentity& member) {
  const std::string& own = process.declaration.resource;
  const auto exact = conversations.find({own, member.certname, member.resource});
  if (exact != conversations.end()) return &exact->second;
  // A process that the member's process made: reached through its maker, when that is the only one it can be.
  Conversation* only = nullptr;
  for (auto at = conversations.lower_bound({own, member.certname, ""}); at != conversations.end(); ++at) {
    if (at->first.process != own || at->first.certname != member.certname) break;
    if (only != nullptr) return nullptr;
    only = &at->second;
  }
  return only;
}

void Service::State::deliver(Process& process, engine::Message message, Instant now) {
  const std::string what = std::string(engine::to_string(message.kind)) +
                           (message.name.empty() ? "" : " " + message.name) + " for " + name_of(message.to);
  Conversation* conversation = find_receiver(process, message.to);
  std::string problem;
  if (conversation == nullptr) {
    problem = "nobody of that name ever spoke with this process";
  } else if (!conversation->send(message)) {
    problem = "too many messages are undelivered";
  }
  if (problem.empty()) {
    touch(*conversation);
    revise(process);
    ++counters.messages_sent;
    log({.message = process.declaration.title + ": sends " + what, .event = "sent", .certname = message.to.certname,
         .resource = message.to.resource, .cluster = process.declaration.title, .code = "ok"});
    return;
  }
  ++counters.undeliverable;
  engine::DeadLetter letter;
  letter.process = process.declaration.resource;
  letter.message = what + ": " + problem;
  letter.tokens = values::Value::array({message.value});
  dead_letter(process, letter, now, {{"undelivered", protocol::write_message({1, std::move(message)})}});
}

// ------------------------------------------------------------------------------------------------ exchanges

Error Service::State::refuse(const values::ProcessIdentity& peer, const std::string& cluster,
                             std::string_view address, const Error& error) {
  ++counters.refused;
  log({.level = LogLevel::warning, .message = name_of(peer) + ": refused: " + error.code + ": " + error.message,
       .event = "refused", .certname = peer.certname, .resource = peer.resource, .cluster = cluster,
       .code = error.code, .address = std::string(address)});
  return error;
}

Result<std::uint64_t> Service::State::read_admission(const values::ProcessIdentity& member,
                                                     const protocol::ExchangeRequest& request) const {
  if (options.admissions == nullptr || request.admission.empty()) return std::uint64_t{0};
  const auto admission = options.admissions->verify(request.admission);
  if (!admission) return admission.error();
  const auto differs = [&](std::string_view what, const std::string& wanted, const std::string& found) -> std::optional<Error> {
    if (wanted == found) return std::nullopt;
    return Error{"admission_refused", "the admission is for the " + std::string(what) + " '" + found + "', not for '" + wanted + "'",
                 "A node shows the admission of its own catalog, and of that resource."};
  };
  if (auto error = differs("node", member.certname, admission->certname)) return *error;
  if (auto error = differs("resource", member.resource, admission->resource)) return *error;
  if (auto error = differs("cluster", request.cluster, admission->cluster)) return *error;
  return admission->compiled_us;
}

Result<Staged> Service::receive(std::string_view peer, const values::ProcessIdentity& member, std::string_view body,
                                Instant now, std::string_view address) {
  std::string title;
  const auto refuse = [&](const Error& error) {
    return state_->refuse({std::string(peer), member.resource}, title, address, error);
  };
  if (peer != member.certname) return refuse(wrong_certname(peer, member));
  auto json = protocol::read_body(body);
  if (!json) return refuse(json.error());
  auto cluster = protocol::read_cluster(*json);
  if (!cluster) return refuse(cluster.error());
  title = *cluster;
  const Process* process = state_->served(title);
  auto request = protocol::read_parsed_request(*json, member, process == nullptr ? nullptr : process->program.get());
  if (!request) return refuse(request.error());
  return receive(peer, member, *request, now, address);
}

Result<Staged> Service::receive(std::string_view peer, const values::ProcessIdentity& member,
                                const protocol::ExchangeRequest& request, Instant now, std::string_view address) {
  State& state = *state_;
  if (state.failure) return *state.failure;
  ++state.counters.exchanges;
  const auto refuse = [&](const Error& error) {
    return state.refuse({std::string(peer), member.resource}, request.cluster, address, error);
  };
  if (peer != member.certname) return refuse(wrong_certname(peer, member));
  const auto compiled_us = state.read_admission(member, request);
  if (!compiled_us) return refuse(compiled_us.error());
  if (state.full) return refuse(store_full());
  Process* process = state.served(request.cluster);
  if (process == nullptr) {
    // Which clusters there are is for who was admitted to one.
    if (state.options.admissions != nullptr && *compiled_us == 0) return refuse(not_admitted(member.certname, request.cluster));
    const std::string known = join(titles());
    return refuse(Error{"unknown_cluster", "there is no cluster '" + request.cluster + "' here",
                        known.empty() ? "No cluster is declared on this orchestrator."
                                      : "Declared on this orchestrator: " + known + "."});
  }
  if (request.epoch > kMaxEpoch) return refuse(Error{"malformed", "epoch: is too large"});
  const ConversationKey key{process->declaration.resource, member.certname, member.resource};
  const auto known_here = state.conversations.find(key);
  std::optional<Conversation> unknown;
  if (known_here == state.conversations.end()) unknown.emplace(state.last_conversation + 1, key, state.conversation_limits());
  const Conversation& here = unknown ? *unknown : known_here->second;
  if (state.options.admissions != nullptr) {
    if (auto refusal = here.refusal(request, *compiled_us)) return refuse(*refusal);
  }
  const auto standing = here.check(request, state.since);
  now = state.advance(now);
  const std::uint64_t epoch = std::max(state.epoch, state.new_epoch.value_or(0));
  // Whoever knows a later epoch, or more of this conversation than the store does, has seen what it lost. Who has not
  // heard yet of a loss that is known proves no other.
  const bool gap = !standing && standing.error().code == "sequence_gap" && request.epoch >= memory_lost_at(process->declaration);
  if (gap || request.epoch > epoch) {
    state.lose_memory(std::max(epoch, request.epoch), now);
    state.log(LogLevel::warning, name_of(member) + ": knows " +
                                     (gap ? "messages that are not in this store" : "epoch " + std::to_string(request.epoch)) +
                                     ": the store is an older or a new one; going on at epoch " +
                                     std::to_string(*state.new_epoch) + ", and every process is told");
  }
  if (!standing) return refuse(standing.error());
  if (unknown) ++state.last_conversation;
  Conversation& conversation =
      unknown ? state.conversations.emplace(key, std::move(*unknown)).first->second : known_here->second;
  conversation.note = {request.plan, request.bundle, now};
  conversation.admitted(request, *compiled_us);
  if (standing->begins) {
    state.give_up(*process, conversation, now);
    conversation.begin(request.incarnation);
    state.log(LogLevel::info, name_of(member) + ": begins a conversation with " + request.cluster + ", incarnation " +
                                  request.incarnation);
  }
  const bool delivered = conversation.acknowledged(request.acknowledged);
  if (standing->begins || standing->fresh > 0 || delivered) state.revise(*process);
  const std::size_t known = request.messages.size() - standing->fresh;
  state.counters.duplicates += known;
  for (std::size_t i = known; i < request.messages.size(); ++i) {
    const auto& sequenced = request.messages[i];
    conversation.received(sequenced);
    if (sequenced.message.kind == engine::MessageKind::leave) conversation.released();
    ++state.counters.messages_received;
    engine::Message message = sequenced.message;
    state.log({.message = name_of(member) + ": " + std::string(engine::to_string(message.kind)) +
                          (message.name.empty() ? "" : " " + message.name) + " to " + request.cluster,
               .event = "received", .certname = member.certname, .resource = member.resource,
               .cluster = request.cluster, .code = "ok"});
    // Who is spoken to is decided by the conversation: a member that is not accepted yet knows only the title, and a
    // certname may be an old one.
    if (message.to.certname.empty()) message.to.resource = process->declaration.resource;
    message.to.certname = state.options.certname;
    state.step(*process, engine::Received{std::move(message)}, now);
  }
  state.touch(conversation);
  return Staged{key, request.incarnation, request.wait};
}

Result<protocol::ExchangeReply> Service::reply(const ConversationKey& key, std::string_view incarnation) const {
  const State& state = *state_;
  if (state.failure) return *state.failure;
  const auto process = state.processes.find(key.process);
  if (process == state.processes.end() || !process->second.served()) {
    return Error{"unknown_cluster", key.process + " is not declared here any more"};
  }
  const auto found = state.conversations.find(key);
  PLAN_ASSERT(found != state.conversations.end());
  if (found->second.committed_incarnation() != incarnation) {
    return Error{"stale_incarnation", "another incarnation of " + name_of(key) + " took over this conversation"};
  }
  return protocol::ExchangeReply{state.epoch, found->second.committed_received(),
                                 found->second.deliverable(state.options.reply_bytes)};
}

bool Service::staged() const {
  const State& state = *state_;
  return state.urgent || !state.touched.empty();
}

bool Service::receivable(const ConversationKey& key) const {
  const auto found = state_->conversations.find(key);
  return found != state_->conversations.end() && found->second.receivable();
}

Result<protocol::ExchangeReply> Service::exchange(std::string_view peer, const values::ProcessIdentity& member,
                                                  const protocol::ExchangeRequest& request, Instant now) {
  auto staged = receive(peer, member, request, now);
  if (!staged && !must_commit()) return staged.error();
  if (auto done = commit(); !done) return done.error();
  if (!staged) return staged.error();
  return reply(staged->key, staged->incarnation);
}

// ------------------------------------------------------------------------------------------------ time

std::optional<Instant> Service::next_wakeup() const {
  if (state_->full || state_->wakeups.empty()) return std::nullopt;
  return state_->wakeups.begin()->first;
}

void Service::tick(Instant now) {
  State& state = *state_;
  if (state.failure || state.full) return;
  now = state.advance(now);
  std::vector<std::string> due;   // each is stepped once: it may be due again
  for (const auto& [wakeup, resource] : state.wakeups) {
    if (wakeup > now) break;
    due.push_back(resource);
  }
  for (const auto& resource : due) state.step(state.processes.at(resource), engine::Tick{}, now);
}

std::vector<std::string> Service::titles() const {
  std::vector<std::string> result;
  for (const auto& [title, process] : state_->titles) result.push_back(title);
  return result;
}

bool Service::must_commit() const { return !state_->full && state_->urgent; }

bool Service::full() const { return state_->full; }

const std::string& Service::certname() const { return state_->options.certname; }

std::uint64_t Service::epoch() const { return state_->epoch; }

protocol::ErrorReply Service::error_reply(const Error& error) const {
  protocol::ErrorReply reply{error.code, error.message, error.help, {}};
  if (error.code == "unknown_cluster") reply.clusters = titles();
  return reply;
}

const Service::Counters& Service::counters() const { return state_->counters; }

}  // namespace plan::orchestrator
