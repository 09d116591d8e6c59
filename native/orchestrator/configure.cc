// Which processes are served: made, taken on from the store, changed, given up.
#include "engine/program.h"
#include "orchestrator/memory_loss.h"
#include "orchestrator/service_state.h"
#include "values/json.h"

namespace plan::orchestrator {

namespace {

constexpr std::size_t kMaxStateBytes = 1024 * 1024 * 1024;   // our own text: a limit only against nonsense

Refusal refusal(const Declaration& declaration, Error error) {
  return {declaration.title, declaration.origin, std::move(error)};
}

}  // namespace

// A process that the store has never seen.
std::optional<Error> Service::State::begin(Process& process, StoredDeclaration wanted, Instant now) {
  auto program = foundry.compile(wanted);
  if (!program) return program.error();
  Witness* witness = options.witness;
  const bool known_before = witness != nullptr && witness->knows(wanted.resource);
  if (known_before) wanted.facts = facts_of_loss(new_epoch.value_or(epoch));
  auto engine = foundry.create(wanted, *program, now);
  if (!engine) return engine.error();
  if (known_before) {
    log(LogLevel::warning, wanted.title + ": was declared before, but this store does not know it");
  }
  process.declaration = std::move(wanted);
  process.program = std::move(program).value();
  process.engine = std::move(engine).value();
  process.declared_anew = true;
  mark_changed(process);
  if (witness != nullptr && !known_before) unwitnessed.insert(process.declaration.resource);
  revise(process);
  log(LogLevel::info, process.declaration.title + ": made, plan " + process.declaration.plan);
  step(process, engine::Tick{}, now);
  return std::nullopt;
}

// A process that the store knows, as it was declared when it was last served.
std::optional<Error> Service::State::wake(Process& process, Instant now) {
  auto program = foundry.compile(process.declaration);
  if (!program) return program.error();
  auto snapshot = values::parse_json(process.snapshot, kMaxStateBytes, 8 * values::kMaxJsonDepth);
  if (!snapshot) return Error{"declaration.state", "the stored state cannot be read: " + snapshot.error().message};
  auto engine = foundry.restore(process.declaration, *program, *snapshot, now);
  if (!engine) return engine.error();
  process.program = std::move(program).value();
  if (auto error = wake_conversations(process)) {
    process.program.reset();
    return error;
  }
  process.engine = std::move(engine).value();
  const std::string& resource = process.declaration.resource;
  if (options.witness != nullptr && !options.witness->knows(resource)) unwitnessed.insert(resource);
  process.count_firings(*snapshot);
  revise(process);
  log(LogLevel::info, process.declaration.title + ": goes on, plan " + process.declaration.plan);
  step(process, engine::Tick{}, now);
  return std::nullopt;
}

std::optional<Error> Service::State::wake_conversations(const Process& process) {
  std::map<ConversationKey, Conversation> awake;
  const auto first = dormant.lower_bound({process.declaration.resource, "", ""});
  auto last = first;
  for (; last != dormant.end() && last->first.process == process.declaration.resource; ++last) {
    auto conversation = Conversation::restore(last->second.row, last->second.receipts, last->second.messages,
                                              conversation_limits(), process.program.get());
    if (!conversation) return conversation.error();
    awake.emplace(last->first, std::move(conversation).value());
  }
  conversations.merge(awake);
  dormant.erase(first, last);
  return std::nullopt;
}

// A served process gets other parameters or another version of its plan: all of it works, or nothing is changed.
std::optional<Error> Service::State::change(Process& process, StoredDeclaration wanted, Instant now) {
  const bool other_parameters = wanted.parameters != process.declaration.parameters;
  const bool other_program = wanted.bundle != process.declaration.bundle || wanted.plan != process.declaration.plan ||
                             wanted.title != process.declaration.title;
  auto program = other_program ? foundry.compile(wanted)
                               : Result<std::shared_ptr<const engine::Program>>(process.program);
  if (!program) return program.error();
  // Whether the parameters are right is known only to a process made with them.
  auto trial = foundry.create(wanted, *program, now);
  if (!trial) return trial.error();
  if (other_program) {
    auto engine = foundry.restore(wanted, *program, process.engine->snapshot(), now);
    if (!engine) return engine.error();
    process.engine = std::move(engine).value();
    process.program = std::move(program).value();
  }
  process.declaration = std::move(wanted);
  process.declared_anew = true;
  mark_changed(process);
  revise(process);
  log(LogLevel::info, process.declaration.title + ":" + (other_program ? " goes on with another version of its plan" : "") +
                          (other_program && other_parameters ? " and" : "") +
                          (other_parameters ? " gets other parameters" : ""));
  if (!other_parameters) {
    step(process, engine::Tick{}, now);
    return std::nullopt;
  }
  tell_setup(process, now);
  return std::nullopt;
}

// Parameters and facts as they are declared now.
void Service::State::tell_setup(Process& process, Instant now) {
  auto setup = foundry.setup(process.declaration, *process.program);
  PLAN_ASSERT(setup.ok());   // whoever changed the declaration has read it
  engine::RunStarted input;
  input.parameters = std::move(setup->parameters);
  input.server_facts = std::move(setup->server_facts);
  step(process, input, now);
}

void Service::State::lose_memory(std::uint64_t known_epoch, Instant now) {
  new_epoch = known_epoch + 1;
  urgent = true;
  for (auto& [resource, process] : processes) {
    process.declaration.facts = facts_of_loss(*new_epoch);
    process.declared_anew = true;
    mark_changed(process);
    if (process.served()) tell_setup(process, now);
  }
}

std::optional<Error> Service::State::adopt(const Declaration& declaration, Instant now) {
  StoredDeclaration wanted = to_stored(declaration);
  const auto found = processes.find(declaration.resource);
  if (found == processes.end()) {
    auto error = begin(processes[declaration.resource], std::move(wanted), now);
    if (error) processes.erase(declaration.resource);
    return error;
  }
  Process& process = found->second;
  wanted.facts = process.declaration.facts;
  if (!process.served()) {
    if (auto error = wake(process, now)) {
      // What it was declared with before does not work any more (another release of this daemon, say): perhaps the new
      // does.
      StoredDeclaration before = std::exchange(process.declaration, wanted);
      if (before == wanted) return error;
      if (auto again = wake(process, now)) {
        process.declaration = std::move(before);
        return again;
      }
      process.declared_anew = true;
      mark_changed(process);
      return std::nullopt;
    }
  }
  if (process.declaration == wanted) return std::nullopt;
  return change(process, std::move(wanted), now);
}

void Service::State::retire(Process& process) {
  set_wakeup(process, std::nullopt);
  process.stop_serving();
  revise(process);
  log(LogLevel::info, process.declaration.title + ": is not declared any more; its state is kept");
  for (auto at = conversations.lower_bound({process.declaration.resource, "", ""});
       at != conversations.end() && at->first.process == process.declaration.resource; ++at) {
    gone.insert(at->first);
  }
}

std::vector<Refusal> Service::configure(std::vector<Declaration> declarations, Instant now) {
  state_->declarations = std::move(declarations);
  return state_->configure(state_->advance(now));
}

std::vector<Refusal> Service::State::configure(Instant now) {
  std::vector<Refusal> refusals;
  std::map<std::string, std::string> origins_of_titles;
  std::set<std::string> resources;
  for (const auto& declaration : declarations) {
    const auto [first, is_new] = origins_of_titles.try_emplace(declaration.title, declaration.origin);
    const bool is_new_resource = resources.insert(declaration.resource).second;
    if (!is_new || !is_new_resource) {
      refusals.push_back(refusal(declaration, Error{"declaration.duplicate", "'" + declaration.title +
                                                        "' is declared a second time, first in " + first->second}));
      continue;
    }
    if (auto error = adopt(declaration, now)) refusals.push_back(refusal(declaration, std::move(*error)));
  }
  for (auto& [resource, process] : processes) {
    if (process.served() && !resources.contains(resource)) retire(process);
  }
  titles.clear();
  for (auto& [resource, process] : processes) {
    if (process.served()) titles.emplace(process.declaration.title, &process);
  }
  for (const auto& one : refusals) {
    log(LogLevel::error, one.title + ": refused: " + one.origin + ": " + one.error.message);
  }
  return refusals;
}

}  // namespace plan::orchestrator
