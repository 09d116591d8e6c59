#include "planctl/orchestrator.h"

#include <ctime>
#include <functional>
#include <iostream>
#include <memory>

#include <boost/json/serialize.hpp>

#include "planctl/api.h"
#include "planctl/sources.h"
#include "planctl/table.h"
#include "protocol/path.h"
#include "values/json.h"

namespace plan::planctl {

namespace {

using boost::json::value;
using Row = std::vector<std::string>;

constexpr std::chrono::milliseconds kWatch{60'000};

struct Options {
  Access access;
  bool json = false;
  std::string cluster;
  std::uint64_t id = 0;
  std::uint64_t changes = 0;   // 0: without end
  std::string input, value;    // of send
  bool dry_run = false;
};

// What is not there, or null, is "-".
std::string cell(const value& object, std::string_view name) {
  const auto* found = object.as_object().if_contains(name);
  if (found == nullptr || found->is_null()) return "-";
  if (found->is_string()) return found->get_string().empty() ? "-" : std::string(found->get_string());
  return boost::json::serialize(*found);
}

// Of milliseconds since 1970, in UTC.
std::string time_cell(const value& object, std::string_view name) {
  const auto* found = object.as_object().if_contains(name);
  if (found == nullptr || !found->is_int64()) return "-";
  const std::time_t seconds = found->get_int64() / 1000;
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return "-";
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::string waiting_cell(const value& cluster) {
  std::string text;
  for (const auto& one : cluster.at("waiting").as_array()) text += (text.empty() ? "" : "; ") + cell(one, "text");
  if (!cluster.at("ended").is_null()) text = "ended: " + cell(cluster.at("ended"), "message");
  return text.empty() ? "-" : text;
}

std::string process_cell(const value& identity) { return cell(identity, "certname") + " " + cell(identity, "resource"); }

std::string path_of(const Options& options, const std::string& part = {}) {
  return "/plan/v1/clusters/" + protocol::encode_segment(options.cluster) + part;
}

// ------------------------------------------------------------------------------------------------ tables

void show_clusters(const value& answer) {
  std::vector<Row> rows{{"CLUSTER", "PLAN", "MEMBERS", "WAITS FOR"}};
  for (const auto& one : answer.at("clusters").as_array()) {
    rows.push_back({cell(one, "title"), cell(one, "plan"), cell(one, "members"), waiting_cell(one)});
  }
  print_table(std::cout, rows);
}

void show_members(const value& answer) {
  std::vector<Row> rows{{"MEMBER", "RESOURCE", "PLAN", "LAST EXCHANGE", "UNDELIVERED", "INCARNATION"}};
  for (const auto& one : answer.at("members").as_array()) {
    rows.push_back({cell(one, "certname"), cell(one, "resource"), cell(one, "plan"), time_cell(one, "last_exchange_ms"),
                    cell(one, "undelivered"), cell(one, "incarnation").substr(0, 8)});
  }
  print_table(std::cout, rows);
}

void show_messages(const value& answer) {
  std::vector<Row> rows{{"TO", "SEQUENCE", "KIND", "NAME", "FROM"}};
  for (const auto& one : answer.at("messages").as_array()) {
    rows.push_back({process_cell(one.at("to")), cell(one, "sequence"), cell(one, "kind"), cell(one, "name"),
                    process_cell(one.at("from"))});
  }
  print_table(std::cout, rows);
}

void show_dead_letters(const value& answer) {
  std::vector<Row> rows{{"ID", "TIME", "STATE", "ACTION", "WHAT WENT WRONG"}};
  for (const auto& one : answer.at("dead_letters").as_array()) {
    const std::string reason = cell(one, "reason");
    rows.push_back({cell(one, "id"), time_cell(one, "at_ms"), cell(one, "state"), cell(one, "action"),
                    cell(one, "message") + (reason == "-" ? "" : " (" + reason + ")")});
  }
  print_table(std::cout, rows);
}

void show_retried(const value& answer) { std::cout << "dead letter " << cell(answer, "id") << " is retried\n"; }

std::string listed(const value& list) {
  std::string text;
  for (const auto& one : list.as_array()) {
    const std::string item = one.is_string() ? std::string(one.get_string()) : cell(one, "text");
    text += (text.empty() ? "" : "; ") + item;
  }
  return text.empty() ? "-" : text;
}

// A row for each thing that is another one afterwards.
std::vector<Row> changes(const value& before, const value& after) {
  std::vector<Row> rows;
  const auto differ = [&](const std::string& what, const std::string& old, const std::string& fresh) {
    if (old != fresh) rows.push_back({what, old, fresh});
  };
  differ("state", listed(before.at("states")), listed(after.at("states")));
  for (const auto& [part, sigil] : {std::pair{"variables", "$"}, std::pair{"queues", ""}}) {
    for (const auto& [name, _] : after.at(part).as_object()) {
      rows.push_back({sigil + std::string(name), cell(before.at(part), name), cell(after.at(part), name)});
    }
  }
  differ("waits for", listed(before.at("waiting")), listed(after.at("waiting")));
  differ("ended", cell(before, "ended"), cell(after, "ended"));
  return rows;
}

void show_taken(const value& answer) {
  for (const auto& text : answer.at("answers").as_array()) std::cout << printable(std::string(text.as_string())) << '\n';
  std::vector<Row> rows = changes(answer.at("before"), answer.at("after"));
  if (!rows.empty()) {
    rows.insert(rows.begin(), {"WHAT CHANGES", "BEFORE", "AFTER"});
    print_table(std::cout, rows);
  }
  for (const auto& one : answer.at("messages").as_array()) {
    std::cout << printable(cell(one, "kind") + " " + cell(one, "name") + " to " + process_cell(one.at("to"))) << '\n';
  }
  for (const auto& one : answer.at("dead_letters").as_array()) {
    std::cout << printable("dead letter of " + cell(one, "process") + ", action " + cell(one, "action") + ": " + cell(one, "message")) << '\n';
  }
  std::cout << (answer.at("dry_run").as_bool() ? "a dry run: nothing has happened" : "taken, as the word of " + printable(cell(answer, "by"))) << '\n';
}

void show_change(const value& cluster) {
  std::cout << printable(cell(cluster, "title")) << "  revision " << cell(cluster, "revision") << "  members "
            << cluster.at("members").as_array().size() << "  waits for " << printable(waiting_cell(cluster)) << std::endl;
}

// ------------------------------------------------------------------------------------------------ commands

using Ask = std::function<Result<value>(Api& api, const Options& options)>;
using Show = void (*)(const value& answer);

int exit_code(const Error& error) {
  complain(error);
  if (error.code == "api.refused") return kMistakes;
  return error.code.starts_with("planctl.") ? kUsage : kFailed;
}

void tell(const value& answer, bool json, Show show) {
  if (json) std::cout << boost::json::serialize(answer) << std::endl;
  else show(answer);
}

Result<Api> open(const Options& options) {
  auto access = complete(options.access);
  if (!access) return access.error();
  return Api::open(*access);
}

int ask_once(const Options& options, const Ask& ask, Show show) {
  auto api = open(options);
  if (!api) return exit_code(api.error());
  const auto answer = ask(*api, options);
  if (!answer) return exit_code(answer.error());
  tell(*answer, options.json, show);
  return kFine;
}

int watch(const Options& options) {
  auto api = open(options);
  if (!api) return exit_code(api.error());
  std::string since;
  for (std::uint64_t seen = 0; options.changes == 0 || seen < options.changes;) {
    const std::string query = since.empty() ? "" : "?since=" + since + "&wait_ms=" + std::to_string(kWatch.count());
    const auto answer = api->get(path_of(options, query), kWatch);
    if (!answer) return exit_code(answer.error());
    const std::string revision = cell(*answer, "revision");
    if (revision == since) continue;   // nothing changed for that long
    since = revision;
    ++seen;
    tell(*answer, options.json, show_change);
  }
  return kFine;
}

Ask get(const std::string& part) {
  return [part](Api& api, const Options& options) { return api.get(path_of(options, part)); };
}

// A value that is no JSON is wrong usage: nobody is asked.
Result<value> send(Api& api, const Options& given) {
  auto said = values::parse_json(given.value);
  if (!said) {
    return Error{"planctl.json", "VALUE " + given.value + ": " + said.error().message,
                 "it is JSON: a string is written in double quotes, '\"text\"'"};
  }
  const boost::json::object body{{"value", std::move(*said)}, {"dry_run", given.dry_run}};
  return api.post(path_of(given, "/inputs/" + protocol::encode_segment(given.input)), boost::json::serialize(body));
}

constexpr std::string_view kHelp =
    "Asks over the daemon's control socket where there is one, else by HTTPS with this node's certificate.\n"
    "Exit codes: 0 fine, 1 the orchestrator refuses it, 2 wrong usage or no certificate, 3 it cannot be reached.";

void add_access(CLI::App& command, Options& options) {
  command.add_option("--socket", options.access.socket, "The daemon's control socket")->type_name("FILE");
  command.add_option("--url", options.access.url, "The orchestrator (default: https://puppet:8146)")->type_name("URL");
  command.add_option("--cert", options.access.tls.certificate, "Certificate (default: this node's of Puppet)")->type_name("FILE");
  command.add_option("--key", options.access.tls.private_key, "Private key")->type_name("FILE");
  command.add_option("--ca", options.access.tls.ca, "Certificates of the CA")->type_name("FILE");
  command.add_option("--crl", options.access.tls.crl, "Revocation list")->type_name("FILE");
  command.add_flag("--json", options.json, "The orchestrator's answer instead of a table");
}

}  // namespace

void add_orchestrator(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  CLI::App* group = app.add_subcommand("orchestrator", "Look at the clusters of an orchestrator, retry dead letters, and speak to a cluster as an operator");
  group->require_subcommand(1);
  group->fallthrough();
  group->footer(std::string(kHelp));
  add_access(*group, *options);
  const auto add = [&](const std::string& name, const std::string& about, const Ask& ask, Show show) {
    CLI::App* command = group->add_subcommand(name, about);
    command->fallthrough();
    command->footer(std::string(kHelp));
    command->callback([options, ask, show, &code] { code = ask_once(*options, ask, show); });
    return command;
  };
  const auto of_cluster = [&](CLI::App* command) { command->add_option("CLUSTER", options->cluster, "Its title")->required(); };
  add("clusters", "All clusters, and what they wait for",
      [](Api& api, const Options&) { return api.get("/plan/v1/clusters"); }, show_clusters);
  of_cluster(add("members", "The members of a cluster", get("/members"), show_members));
  of_cluster(add("messages", "Messages that members have not received yet", get("/messages"), show_messages));
  of_cluster(add("dead-letters", "What was given up", get("/dead-letters"), show_dead_letters));
  CLI::App* retry = add("retry", "Put the tokens of a dead letter back, or send its message",
                        [](Api& api, const Options& given) {
                          return api.post(path_of(given, "/dead-letters/" + std::to_string(given.id) + "/retry"));
                        },
                        show_retried);
  of_cluster(retry);
  retry->add_option("ID", options->id, "Of the dead letter")->required();
  CLI::App* say = add("send", "Say something to a cluster that its plan leaves to an operator", send, show_taken);
  of_cluster(say);
  say->add_option("INPUT", options->input, "Of the plan: a wrong one is answered with those that there are")->required();
  say->add_option("VALUE", options->value, "JSON; what it lacks is written in Puppet's rich data form")->required();
  say->add_flag("--dry-run", options->dry_run, "Show what it would come to, and change nothing");
  CLI::App* watching = group->add_subcommand("watch", "A line whenever something changes in a cluster");
  watching->fallthrough();
  watching->footer(std::string(kHelp));
  of_cluster(watching);
  watching->add_option("--changes", options->changes, "End after so many lines")->type_name("NUMBER");
  watching->callback([options, &code] { code = watch(*options); });
}

}  // namespace plan::planctl
