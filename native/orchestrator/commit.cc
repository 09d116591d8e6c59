// What is staged becomes durable, or is undone.
#include <boost/json/serialize.hpp>

#include "orchestrator/service_state.h"

namespace plan::orchestrator {

void Service::State::mark_changed(Process& process) {
  urgent = true;
  if (!std::exchange(process.changed, true)) changed.push_back(&process);
}

void Service::State::touch(Conversation& conversation) {
  urgent = urgent || conversation.urgent();
  if (conversation.touch()) touched.push_back(&conversation);
}

Transaction Service::State::stage() {
  Transaction transaction;
  transaction.epoch = epoch;
  transaction.new_epoch = new_epoch;
  for (auto* process : changed) {
    const std::string& resource = process->declaration.resource;
    if (process->declared_anew) transaction.declarations.push_back(process->declaration);
    transaction.processes.push_back({resource, process->state_text()});
    for (const auto& kept : process->dead_letters) {
      if (!kept.stored) transaction.dead_letters.push_back({resource, kept.id, boost::json::serialize(kept.letter)});
    }
    if (process->buried > 0) transaction.buried.emplace_back(resource, process->buried);
  }
  for (auto* conversation : touched) conversation->stage(transaction);
  return transaction;
}

void Service::State::committed(Committed& result) {
  if (new_epoch) epoch = *new_epoch;
  new_epoch.reset();
  for (auto* process : changed) {
    process->changed = process->declared_anew = false;
    process->buried = 0;
    for (auto& kept : process->dead_letters) kept.stored = true;
  }
  for (auto* conversation : touched) {
    if (conversation->committed()) result.receivable.push_back(conversation->row().key);
  }
  changed.clear();
  touched.clear();
  urgent = false;
}

// After the store knows a process and before anything of it is seen: a witness that knows more than the store would
// make a new process look like one that was lost.
Status Service::State::bear_witness() {
  if (options.witness == nullptr) return Done{};
  if (options.witness->epoch() < epoch) {
    if (auto done = options.witness->remember_epoch(epoch); !done) return done;
  }
  while (!unwitnessed.empty()) {
    if (auto done = options.witness->remember(*unwitnessed.begin()); !done) return done;
    unwitnessed.erase(unwitnessed.begin());
  }
  return Done{};
}

// Goes back to what the store holds, with what is declared now.
Status Service::State::reload() {
  auto contents = store.load();
  if (!contents) return contents.error();
  titles.clear();
  wakeups.clear();
  changed.clear();
  touched.clear();
  urgent = false;
  processes.clear();
  conversations.clear();
  dormant.clear();
  unwitnessed.clear();
  if (auto done = take(std::move(contents).value()); !done) return done;
  configure(latest);
  return Done{};
}

Error Service::State::fail(Error error) {
  if (error.code == "store.full") {
    if (std::exchange(full, true)) return error;
    log(LogLevel::error, error.message + ": what is sent is refused until there is room again");
    auto done = reload();
    if (done) return error;
    error = done.error();
  }
  failure = error;
  log(LogLevel::error, "nothing more is acknowledged: " + error.code + ": " + error.message);
  return error;
}

Result<std::string> Service::backup() const { return state_->store.backup(); }

Status Service::leave() {
  State& state = *state_;
  if (!state.new_epoch) state.new_epoch = state.epoch + 1;
  state.urgent = true;
  const auto done = commit();
  if (!done) return done.error();
  return Done{};
}

Result<Committed> Service::commit() {
  State& state = *state_;
  if (state.failure) return *state.failure;
  Committed result;
  result.changed = std::exchange(state.revised, false);
  if (state.full || state.urgent) {
    Transaction transaction = state.stage();
    if (state.full && !transaction.new_epoch) transaction.new_epoch = state.epoch;   // writes, whatever is staged
    if (auto done = state.store.commit(transaction); !done) return state.fail(done.error());
    state.committed(result);
    result.stored = true;
  }
  if (auto done = state.bear_witness(); !done) return state.fail(done.error());
  if (std::exchange(state.full, false)) state.log(LogLevel::info, "the store has room again");
  result.receivable.insert(result.receivable.end(), state.gone.begin(), state.gone.end());
  state.gone.clear();
  return result;
}

}  // namespace plan::orchestrator
