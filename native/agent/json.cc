#include "agent/json.h"

#include <array>
#include <ctime>

#include <boost/json/serialize.hpp>

#include "values/json.h"

namespace plan::agent {
namespace {

namespace json = boost::json;

// Facts and a bundle: large, but not without bound.
constexpr std::size_t kMaxConfigBytes = 64 * 1024 * 1024;

// Reads an object's fields and keeps the first mistake.
class Reader {
 public:
  Reader(const json::value& value, std::string where) : object_(value.if_object()), where_(std::move(where)) {
    if (object_ == nullptr) fail("", "an object");
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  const json::value* field(std::string_view name) const {
    const auto* found = object_ == nullptr ? nullptr : object_->if_contains(name);
    return found == nullptr || found->is_null() ? nullptr : found;
  }
  std::string text(std::string_view name, bool required) {
    const auto* found = field(name);
    if (found != nullptr && found->is_string()) return std::string(found->as_string());
    if (found != nullptr || required) fail(name, "a string");
    return {};
  }
  bool flag(std::string_view name) {
    const auto* found = field(name);
    if (found != nullptr && !found->is_bool()) fail(name, "true or false");
    return found != nullptr && found->is_bool() && found->as_bool();
  }
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> all;
    const auto* found = field(name);
    if (found == nullptr) return all;
    const auto* array = found->if_array();
    if (array == nullptr) {
      fail(name, "an array of strings");
      return all;
    }
    for (const auto& item : *array) {
      if (item.is_string()) {
        all.emplace_back(item.as_string());
      } else {
        fail(name, "an array of strings");
      }
    }
    return all;
  }
  values::Value value(std::string_view name, const values::NameResolver* resolver = nullptr) {
    const auto* found = field(name);
    if (found == nullptr) return {};
    auto read = values::from_json(*found, resolver);
    if (read) return *std::move(read);
    take(Error{"agent.config", "'" + where_ + std::string(name) + "': " + read.error().message});
    return {};
  }
  Reader object(std::string_view name) {
    static const json::value kNone;
    const auto* found = field(name);
    return Reader(found == nullptr ? kNone : *found, where_ + std::string(name) + ".");
  }
  void take(const std::optional<Error>& other) {
    if (!error_) error_ = other;
  }

 private:
  void fail(std::string_view name, const char* wanted) {
    if (error_) return;
    std::string path = where_ + std::string(name);
    if (path.ends_with('.')) path.pop_back();
    error_ = Error{"agent.config", "'" + path + "': expected " + wanted};
  }

  const json::object* object_;
  std::string where_;
  std::optional<Error> error_;
};

json::value resource_json(const values::Value& value) {
  const auto& resource = value.as_resource();
  return json::object{{"type", resource.type}, {"title", resource.title}, {"parameters", values::to_json(resource.parameters)}};
}

json::array resources_json(const std::vector<values::Value>& resources) {
  json::array all;
  for (const auto& resource : resources) all.push_back(resource_json(resource));
  return all;
}

json::object ended_json(const engine::Ended& ended) {
  return {{"failed", ended.failed}, {"message", values::to_string(ended.value)}};
}

json::value reason_part(const values::Value& reason, std::string_view name) {
  if (!reason.is(values::Kind::hash)) return nullptr;
  const auto* part = reason.as_hash().find(name);
  return part == nullptr || part->is_undef() ? json::value(nullptr) : json::value(values::to_string(*part));
}

std::string iso_time(engine::Instant at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

json::array waiting_json(const Report& report) {
  json::array all;
  for (const auto& waiting : report.waiting) {
    all.push_back(json::object{{"process", waiting.process},
                               {"action", waiting.action},
                               {"text", waiting.text()},
                               {"for", reason_part(waiting.reason, "for")},
                               {"risk", reason_part(waiting.reason, "risk")},
                               {"next", reason_part(waiting.reason, "next")},
                               {"since", iso_time(waiting.since)},
                               {"since_ms", (report.now - waiting.since).count()}});
  }
  return all;
}

std::string_view name_of(Connection::State state) {
  switch (state) {
    case Connection::State::none: return "none";
    case Connection::State::ok: return "ok";
    case Connection::State::failed: return "failed";
  }
  return "none";
}

json::object connection_json(const Connection& connection) {
  const bool failed = connection.state == Connection::State::failed;
  const auto text = [&](const std::string& part) {
    return failed && !part.empty() ? json::value(part) : json::value(nullptr);
  };
  return {{"ok", connection.state == Connection::State::ok},
          {"state", name_of(connection.state)},
          {"code", text(connection.error.code)},
          {"error", text(connection.error.message)},
          {"help", text(connection.error.help)},
          {"clusters", json::array(connection.clusters.begin(), connection.clusters.end())}};
}

json::array dead_letters_json(const std::vector<engine::DeadLetter>& letters) {
  json::array all;
  for (const auto& letter : letters) {
    all.push_back(json::object{{"process", letter.process},
                               {"action", letter.action},
                               {"message", letter.message},
                               {"place", letter.place.text()},
                               {"stack", letter.stack}});
  }
  return all;
}

struct HappeningWriter {
  json::object operator()(const Batch& batch) const {
    return {{"kind", "batch"}, {"id", batch.id}, {"resources", resources_json(batch.resources)}};
  }
  json::object operator()(const Settled&) const { return {{"kind", "settled"}}; }
  json::object operator()(const TimedOut&) const { return {{"kind", "timeout"}}; }
  json::object operator()(const Interrupted&) const { return {{"kind", "interrupted"}}; }
  json::object operator()(const engine::Ended& ended) const {
    json::object object = ended_json(ended);
    object["kind"] = "ended";
    return object;
  }
};

Result<json::value> parse(std::string_view text) {
  auto parsed = values::parse_json(text, kMaxConfigBytes);
  if (!parsed) return Error{"agent.config", parsed.error().message};
  return parsed;
}

}  // namespace

Result<RunnerSettings> read_settings(std::string_view text) {
  auto parsed = parse(text);
  if (!parsed) return parsed.error();
  Reader reader(*parsed, "");
  RunnerSettings settings;
  Reader process = reader.object("process");
  settings.process.identity = {process.text("certname", true), process.text("resource", true)};
  settings.process.title = process.text("title", true);
  settings.process.plan = process.text("plan", true);
  settings.process.parameters = reader.value("parameters");
  if (settings.process.parameters.is_undef()) settings.process.parameters = values::HashBuilder().build();
  settings.process.facts = reader.value("facts");
  settings.process.trusted = reader.value("trusted");
  settings.process.server_facts = reader.value("server_facts");
  settings.cluster = reader.text("cluster", false);
  settings.admission = reader.text("admission", false);
  settings.noop = reader.flag("noop");
  settings.trace = reader.flag("trace");
  settings.state_file = reader.text("state_file", true);
  settings.orchestrator = reader.text("orchestrator", !settings.noop);
  if (reader.field("tls") != nullptr) {
    Reader tls = reader.object("tls");
    settings.tls = {tls.text("certificate", true), tls.text("private_key", true), tls.text("ca", true),
                    tls.text("crl", false)};
    reader.take(tls.error());
  }
  reader.take(process.error());
  if (reader.error()) return *reader.error();
  const auto* bundle_json = reader.field("bundle");
  if (bundle_json == nullptr) return Error{"agent.config", "'bundle': expected an object"};
  auto bundle = engine::read_bundle(*bundle_json);
  if (!bundle) return bundle.error();
  settings.bundle = *std::move(bundle);
  return settings;
}

Result<engine::CatalogDone> read_catalog_done(std::string_view text) {
  auto parsed = parse(text);
  if (!parsed) return parsed.error();
  Reader reader(*parsed, "");
  engine::CatalogDone done{reader.texts("changed"), reader.texts("failed"), reader.texts("skipped"),
                            reader.text("run", false)};
  if (reader.error()) return *reader.error();
  return done;
}

Result<std::vector<engine::ResourceResult>> read_results(std::string_view text, const values::NameResolver& resolver) {
  auto parsed = parse(text);
  if (!parsed) return parsed.error();
  const auto* array = parsed->if_array();
  if (array == nullptr) return Error{"agent.config", "the results are no array"};
  std::vector<engine::ResourceResult> results;
  for (const auto& item : *array) {
    Reader reader(item, "[" + std::to_string(results.size()) + "].");
    results.push_back({.reference = reader.text("reference", true),
                       .changed = reader.flag("changed"),
                       .failed = reader.flag("failed"),
                       .skipped = reader.flag("skipped"),
                       .noop = reader.flag("noop"),
                       .messages = reader.texts("messages"),
                       .data = reader.value("data", &resolver)});
    if (reader.error()) return *reader.error();
  }
  return results;
}

Result<values::Value> read_value(std::string_view text, const values::NameResolver& resolver) {
  if (text.empty()) return values::Value();
  auto parsed = parse(text);
  if (!parsed) return parsed.error();
  return values::from_json(*parsed, &resolver);
}

std::string write(const Happening& happening) { return json::serialize(std::visit(HappeningWriter{}, happening)); }

std::string write(const Report& report) {
  const json::object object{{"settled", report.settled},
                            {"orchestrated", report.orchestrated},
                            {"accepted", report.accepted},
                            {"waiting", waiting_json(report)},
                            {"connection", connection_json(report.connection)},
                            {"dead_letters", dead_letters_json(report.dead_letters)},
                            {"warnings", json::array(report.warnings.begin(), report.warnings.end())},
                            {"desired", resources_json(report.desired)},
                            {"ended", report.ended ? json::value(ended_json(*report.ended)) : json::value(nullptr)}};
  return json::serialize(object);
}

std::string write(const std::vector<std::string>& lines) { return json::serialize(json::array(lines.begin(), lines.end())); }

}  // namespace plan::agent
