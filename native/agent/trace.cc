#include "agent/trace.h"

#include <algorithm>
#include <utility>

namespace plan::agent {
namespace {

constexpr std::size_t kLinesKept = 4000;
constexpr std::size_t kLongestLine = 1000;
constexpr std::size_t kNamesTold = 20;

// The names in order, each once, with how often it was there.
std::string list(const std::vector<std::string>& names) {
  std::vector<std::pair<std::string, std::size_t>> counted;
  for (const std::string& name : names) {
    const auto known = std::find_if(counted.begin(), counted.end(), [&](const auto& one) { return one.first == name; });
    if (known == counted.end()) counted.emplace_back(name, 1);
    else ++known->second;
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(counted.size(), kNamesTold); ++i) {
    text += (i == 0 ? "" : ", ") + counted[i].first;
    if (counted[i].second > 1) text += " (" + std::to_string(counted[i].second) + ")";
  }
  return counted.size() > kNamesTold ? text + " and " + std::to_string(counted.size() - kNamesTold) + " more" : text;
}

template <class Items, class Name>
std::string named(const char* what, const Items& items, const Name& name) {
  if (items.empty()) return {};
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(name(item));
  return what + list(names);
}

std::string queues(const char* what, const std::vector<engine::QueuedValue>& tokens) {
  return named(what, tokens, [](const engine::QueuedValue& token) { return token.queue; });
}

std::string identity(const values::ProcessIdentity& process) {
  return process.certname.empty() ? process.resource : process.resource + " on " + process.certname;
}

// What a message is: its kind, and the queue, state or value that it is for.
std::string subject(const engine::Message& message) {
  std::string text(engine::to_string(message.kind));
  return message.name.empty() ? text : text + " '" + message.name + "'";
}

std::string numbers(std::uint64_t first, std::size_t count) {
  if (count == 0) return "no message";
  return count == 1 ? "message " + std::to_string(first)
                    : "messages " + std::to_string(first) + " to " + std::to_string(first + count - 1);
}

}  // namespace

void Trace::event(const engine::EventPosted& event) { add("event '" + event.message + "' of " + event.resource); }

void Trace::catalog_done(const engine::CatalogDone& done) {
  add("the catalog is done: " + std::to_string(done.changed.size()) + " changed, " + std::to_string(done.failed.size()) +
      " failed, " + std::to_string(done.skipped.size()) + " skipped");
}

void Trace::fired(const engine::Firing& firing) {
  add("firing " + std::to_string(firing.number) + " of " + firing.process + ": " + firing.action +
      queues("; took ", firing.received) + queues("; sent to ", firing.sent) +
      named("; set ", firing.assigned, [](const auto& one) { return "$" + one.first; }) +
      (firing.error.empty() ? "" : "; it failed, and is undone"));
}

void Trace::wanted(std::uint64_t batch, const std::vector<values::Value>& resources) {
  add("batch " + std::to_string(batch) + " is wanted" + named(": ", resources, [](const values::Value& value) {
        return value.as_resource().type + "[" + value.as_resource().title + "]";
      }));
}

void Trace::synced(std::uint64_t batch, const std::vector<engine::ResourceResult>& results) {
  add("batch " + std::to_string(batch) + " is applied" + named(": ", results, [](const engine::ResourceResult& result) {
        return result.reference + (result.failed ? " failed" : result.skipped ? " skipped" : result.changed ? " changed" : " as it was");
      }));
}

void Trace::refused(const engine::DeadLetter& letter) {
  add("refused at " + letter.process + (letter.action.empty() ? "" : ", action " + letter.action) +
      (letter.place.file.empty() ? "" : ", " + letter.place.text()));
}

void Trace::queued(std::uint64_t sequence, const engine::Message& message) {
  add("message " + std::to_string(sequence) + " from " + message.from.resource + " to " + identity(message.to) + ": " +
      subject(message) + ", to be sent");
}

void Trace::received(std::uint64_t sequence, const engine::Message& message) {
  add("message " + std::to_string(sequence) + " from " + identity(message.from) + " to " + message.to.resource + ": " +
      subject(message) + ", received");
}

void Trace::called(const Exchange& exchange) {
  add("call " + std::to_string(exchange.id) + (exchange.wait.count() > 0 ? " waits for messages" : "") + ": sends " +
      numbers(exchange.first_message, exchange.messages) + ", acknowledges up to " + std::to_string(exchange.acknowledged));
}

void Trace::answered(std::uint64_t exchange, int status, std::uint64_t acknowledged) {
  add("call " + std::to_string(exchange) + " is answered with HTTP status " + std::to_string(status) +
      ": acknowledged up to " + std::to_string(acknowledged));
}

void Trace::failed(std::uint64_t exchange, const Error& error) {
  add("call " + std::to_string(exchange) + " failed: " + error.code + ": " + error.message);
}

void Trace::add(std::string line) {
  if (line.size() > kLongestLine) line = line.substr(0, kLongestLine) + "…";
  if (lines_.size() == kLinesKept) {
    lines_.pop_front();
    ++dropped_;
  }
  lines_.push_back(std::move(line));
}

std::vector<std::string> Trace::take() {
  std::vector<std::string> taken;
  if (dropped_ > 0) taken.push_back("(" + std::to_string(dropped_) + " lines were not kept)");
  taken.insert(taken.end(), std::make_move_iterator(lines_.begin()), std::make_move_iterator(lines_.end()));
  lines_.clear();
  dropped_ = 0;
  return taken;
}

}  // namespace plan::agent
