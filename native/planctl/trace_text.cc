// Firings as a table and the state as an outline, for people.
#include <algorithm>
#include <cstdio>

#include "planctl/trace.h"
#include "planctl/trace_forms.h"
#include "values/json.h"

namespace plan::planctl {

namespace {

constexpr std::size_t kValueWidth = 60;       // of one value in a line of the trace
constexpr std::size_t kTokensShown = 20;      // of one queue in the state

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t length = characters(text);
  if (length < width) text.append(width - length, ' ');
  return text;
}

std::string shortened(std::string text, std::size_t width) {
  for (char& c : text) {
    if (c == '\n' || c == '\t' || c == '\r') c = ' ';
  }
  if (characters(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size(); ++end) {
    if ((text[end] & 0xC0) != 0x80 && ++count == width) break;
  }
  return text.substr(0, end) + "…";
}

// A unit token says nothing but that it is there.
std::string token_text(const engine::QueuedValue& token) {
  return token.value.is_undef() ? token.queue : token.queue + " " + short_text(token.value, kValueWidth);
}

std::string tokens_text(const std::vector<engine::QueuedValue>& tokens) {
  std::string text;
  for (const engine::QueuedValue& token : tokens) text += (text.empty() ? "" : ", ") + token_text(token);
  return text;
}

std::string json_text(const boost::json::value& json, std::size_t width) {
  const Result<values::Value> value = values::from_json(json);
  return value ? short_text(value.value(), width) : std::string("?");
}

std::string text_of(const boost::json::value& json) { return std::string(json.as_string()); }

engine::Instant instant(const boost::json::value& milliseconds) {
  return engine::Instant(std::chrono::milliseconds(milliseconds.as_int64()));
}

std::string end_text(const boost::json::object& ended) {
  const auto& [how, value] = *ended.begin();
  if (how == "maker") return "ended with its maker " + text_of(value);
  const std::string token = value.is_null() ? std::string() : ": " + json_text(value, kValueWidth);
  return (how == "fail" ? "failed" : "ended") + token;
}

std::string queue_text(const boost::json::array& tokens) {
  std::string text;
  for (std::size_t i = 0; i < tokens.size() && i < kTokensShown; ++i) text += (i == 0 ? "" : ", ") + json_text(tokens[i], kValueWidth);
  if (tokens.size() > kTokensShown) text += ", … (" + std::to_string(tokens.size()) + " tokens)";
  return text;
}

}  // namespace

std::string short_text(const values::Value& value, std::size_t width) {
  constexpr std::string_view kHere = "@localhost";      // where all processes of a run live
  std::string text = values::inspect(value);
  for (std::size_t at = text.find(kHere); at != std::string::npos; at = text.find(kHere, at)) text.erase(at, kHere.size());
  return shortened(std::move(text), width);
}

std::string clock_text(engine::Instant at) {
  const std::int64_t ms = at.time_since_epoch().count();
  const auto days = static_cast<long long>(ms / 86'400'000), hours = static_cast<long long>(ms / 3'600'000 % 24),
             minutes = static_cast<long long>(ms / 60'000 % 60), seconds = static_cast<long long>(ms / 1000 % 60),
             rest = static_cast<long long>(ms % 1000);
  char text[64];
  if (days > 0) std::snprintf(text, sizeof text, "%lldd %02lld:%02lld:%02lld.%03lld", days, hours, minutes, seconds, rest);
  else if (hours > 0) std::snprintf(text, sizeof text, "%lld:%02lld:%02lld.%03lld", hours, minutes, seconds, rest);
  else if (minutes > 0) std::snprintf(text, sizeof text, "%lld:%02lld.%03lld", minutes, seconds, rest);
  else std::snprintf(text, sizeof text, "%lld.%03lld", seconds, rest);
  return text;
}

void TextTrace::effects(const engine::Effects& effects, engine::Instant) {
  for (const engine::Firing& one : effects.firings) firing(one);
  for (const engine::DeadLetter& dead : effects.dead_letters) letter(dead);
}

void TextTrace::firing(const engine::Firing& firing) {
  constexpr std::size_t kTimeWidth = 9;
  const std::string time = clock_text(firing.at);
  name_width_ = std::max(name_width_, characters(firing.process) + 1 + characters(firing.action));
  const std::string name = paint_(Colour::cyan, firing.process) + " " + paint_(Colour::bold, firing.action);
  const std::size_t length = characters(firing.process) + 1 + characters(firing.action);
  out_ << paint_(Colour::dim, std::string(time.size() < kTimeWidth ? kTimeWidth - time.size() : 0, ' ') + time) << "  " << name;
  std::string what = tokens_text(firing.received);
  if (!firing.sent.empty()) what += (what.empty() ? "" : " ") + paint_(Colour::green, "→") + " " + tokens_text(firing.sent);
  for (const auto& [variable, value] : firing.assigned) {
    what += (what.empty() ? "" : "  ") + paint_(Colour::yellow, "$" + variable) + " = " + short_text(value, kValueWidth);
  }
  if (!firing.error.empty()) what += (what.empty() ? "" : " ") + paint_(Colour::red, "✗ failed");
  if (!what.empty()) out_ << std::string(name_width_ - length + 2, ' ') << what;
  out_ << '\n';
}

void TextTrace::letter(const engine::DeadLetter& letter) {
  out_ << paint_(Colour::red, "  dead letter") << " of " << letter.process << (letter.action.empty() ? "" : ", action " + letter.action)
       << ": " << letter.message;
  if (!letter.place.file.empty()) out_ << "\n    at " << letter.place.text();
  for (std::size_t begin = 0; begin < letter.stack.size();) {
    const std::size_t end = std::min(letter.stack.find('\n', begin), letter.stack.size());
    out_ << "\n    in " << letter.stack.substr(begin, end - begin);
    begin = end + 1;
  }
  out_ << '\n';
}

void TextTrace::over(const std::string& why) { out_ << paint_(Colour::dim, why) << '\n'; }

void TextTrace::state(const engine::Engine& engine) {
  const boost::json::value all = engine.describe();
  for (const auto& [name, about] : all.at("processes").as_object()) process(name, about.as_object());
}

void TextTrace::process(std::string_view name, const boost::json::object& about) {
  const std::string plan = text_of(about.at("plan"));
  out_ << '\n' << paint_(Colour::cyan, name);
  if (!name.starts_with(plan + "[")) out_ << " is now " << plan;
  if (!about.at("ended").is_null()) out_ << ", " << end_text(about.at("ended").as_object());
  out_ << '\n';
  std::size_t width = std::string_view("dead letters").size();
  for (const auto& [variable, _] : about.at("variables").as_object()) width = std::max(width, variable.size() + 1);
  for (const auto& [queue, _] : about.at("queues").as_object()) width = std::max(width, queue.size());
  const auto row = [&](Colour colour, const std::string& what, const std::string& text) {
    out_ << "  " << paint_(colour, padded(what, width)) << "  " << text << '\n';
  };
  std::string states;
  for (const boost::json::value& state : about.at("states").as_array()) states += (states.empty() ? "" : ", ") + text_of(state);
  if (!states.empty()) row(Colour::bold, "state", states);
  for (const auto& [variable, value] : about.at("variables").as_object()) {
    row(Colour::yellow, "$" + std::string(variable), json_text(value, kValueWidth));
  }
  for (const auto& [queue, tokens] : about.at("queues").as_object()) {
    row(Colour::green, std::string(queue), tokens.as_array().empty() ? paint_(Colour::dim, "empty") : queue_text(tokens.as_array()));
  }
  for (const boost::json::value& waiting : about.at("waiting").as_array()) {
    row(Colour::blue, "waits", text_of(waiting.at("action")) + " for " + json_text(waiting.at("reason"), kValueWidth) + ", since " +
                                   clock_text(instant(waiting.at("since_ms"))));
  }
  for (const boost::json::value& letter : about.at("dead_letters").as_array()) {
    const std::string action = text_of(letter.at("action"));
    row(Colour::red, "dead letter", (action.empty() ? "" : action + ": ") + text_of(letter.at("message")));
  }
}

std::unique_ptr<Trace> make_trace(TraceForm form, std::ostream& out) {
  switch (form) {
    case TraceForm::text: return std::make_unique<TextTrace>(out);
    case TraceForm::json: return std::make_unique<JsonTrace>(out, true);
    case TraceForm::none: return std::make_unique<JsonTrace>(out, false);
  }
  PLAN_ASSERT(false);
}

}  // namespace plan::planctl
