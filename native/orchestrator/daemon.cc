#include "orchestrator/daemon.h"

#include <chrono>
#include <random>
#include <set>

#include "orchestrator/access/signed_admissions.h"
#include "orchestrator/config.h"
#include "orchestrator/declarations.h"
#include "orchestrator/http/server.h"
#include "orchestrator/http/tls.h"
#include "orchestrator/notify.h"
#include "orchestrator/store/memory.h"
#include "orchestrator/store/files.h"
#include "orchestrator/store/sqlite.h"
#include "orchestrator/version.h"
#include "orchestrator/witness.h"

namespace plan::orchestrator {

namespace {

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::string random_id() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device source;
  std::string id;
  for (int i = 0; i < 32; ++i) id += kDigits[source() % 16];
  return id;
}

Birth birth() { return {random_id(), static_cast<std::uint64_t>(now().time_since_epoch().count())}; }

std::string counted_clusters(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " cluster" : " clusters");
}

http::TlsFiles tls_files(const Config& config) {
  return {config.certificate, config.private_key, config.ca, config.crl};
}

// Fills in what has a default that must be looked up.
Result<Config> load_config(const std::string& file) {
  auto config = read_config(file);
  if (!config) return config;
  auto own = http::certname_of_file(config->certificate);
  if (!own) return own.error();
  config->own_certname = std::move(own).value();
  if (config->certname.empty()) config->certname = config->own_certname;
  if (config->compilers.empty()) config->compilers = {config->own_certname};
  return config;
}

ServiceOptions service_options(const Config& config, const LogSink& log, Witness* witness,
                               const Admissions* admissions) {
  ServiceOptions options;
  options.certname = config.certname;
  options.log = log;
  options.witness = witness;
  options.admissions = admissions;
  return options;
}

http::ServerOptions server_options(const Config& config, const LogSink& log) {
  http::ServerOptions options;
  options.listen = config.listen;
  options.status_listen = config.status_listen;
  options.control = config.control;
  options.tls = tls_files(config);
  options.rules = Rules(config.own_certname, config.authorization);
  options.limits = config.limits;
  options.log = log;
  options.signals = true;
  options.passed = passed_sockets();
  if (const auto time = watchdog_time(); time.count() > 0) {
    options.beat = time / 3;
    options.on_beat = notify_alive;
  }
  return options;
}

class Daemon {
 public:
  Daemon(std::string config_file, LogSink log) : config_file_(std::move(config_file)), log_(std::move(log)) {}

  Status start();
  Status run();

 private:
  void say(LogLevel level, const std::string& text) const { log_({.level = level, .message = text}); }
  Status load_clusters();
  void reload();
  void reload_all();
  void warn_of_restart(const Config& wanted) const;
  std::string summary() const;

  std::string config_file_;
  LogSink log_;
  Config config_;
  std::optional<StoreLock> lock_;
  std::optional<FileWitness> witness_;
  SignedAdmissions admissions_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<http::Server> server_;
  std::vector<Declaration> declared_;
};

std::string Daemon::summary() const {
  return counted_clusters(service_->titles().size()) + ", port " + std::to_string(server_->port());
}

Status Daemon::start() {
  auto config = load_config(config_file_);
  if (!config) return config.error();
  config_ = std::move(config).value();
  admissions_.set_compilers(config_.compilers);
  auto lock = StoreLock::take(config_.store);
  if (!lock) return lock.error();
  lock_ = std::move(lock).value();
  auto witness = FileWitness::open(config_.witness);
  if (!witness) return witness.error();
  witness_ = std::move(witness).value();
  auto store = open_sqlite(config_.store, birth());
  if (!store) return store.error();
  store_ = std::move(store).value();
  auto service = Service::open(*store_, service_options(config_, log_, &*witness_, &admissions_));
  if (!service) return service.error();
  service_ = std::move(service).value();
  if (auto done = load_clusters(); !done) return done;
  if (auto done = service_->commit(); !done && !service_->full()) return done.error();
  auto options = server_options(config_, log_);
  options.on_hangup = [this] { reload(); };
  options.on_authorities = [this](X509_STORE* authorities) { admissions_.trust(authorities); };
  auto server = http::Server::open(*service_, std::move(options));
  if (!server) return server.error();
  server_ = std::move(server).value();
  return Done{};
}

Status Daemon::run() {
  say(LogLevel::info, "plan-orchestrator " + std::string(kVersion) + " as " + config_.certname + ": " + summary());
  notify_ready(summary());
  auto done = server_->run();
  notify_stopping();
  // Without room it stays at the epoch it has.
  if (done && !service_->full()) {
    auto left = service_->leave();
    if (!left && !service_->full()) done = left;
  }
  say(LogLevel::info, done ? "stopped" : "stopped by a failure");
  return done;
}

Status Daemon::load_clusters() {
  auto found = read_declarations(config_.clusters);
  if (!found) return found.error();
  for (const auto& refusal : found->unreadable) {
    say(LogLevel::error, refusal.origin + ": refused: " + text_of(refusal.error));
    for (const auto& before : declared_) {   // what this file said when it could be read
      if (before.origin == refusal.origin) found->read.push_back(before);
    }
  }
  declared_ = std::move(found->read);
  for (const auto& refusal : service_->configure(declared_, now())) {
    if (!refusal.error.help.empty()) say(LogLevel::error, refusal.title + ": " + refusal.error.help);
  }
  return Done{};
}

void Daemon::warn_of_restart(const Config& wanted) const {
  const bool fixed = wanted.listen == config_.listen && wanted.status_listen == config_.status_listen &&
                     wanted.control == config_.control &&
                     wanted.store == config_.store && wanted.witness == config_.witness &&
                     wanted.certname == config_.certname && wanted.limits == config_.limits;
  if (fixed) return;
  say(LogLevel::warning, config_file_ + ": listen, status_listen, control, store, witness, certname and limits are read"
                                        " only when the daemon starts: restart it for what changed");
}

void Daemon::reload_all() {
  auto wanted = load_config(config_file_);
  if (!wanted) {
    say(LogLevel::error, "the configuration stays as it was: " + text_of(wanted.error()));
  } else {
    warn_of_restart(*wanted);
    config_.clusters = wanted->clusters;
    admissions_.set_compilers(wanted->compilers);
    server_->set_rules(Rules(wanted->own_certname, wanted->authorization));
    if (auto done = server_->reload_tls(tls_files(*wanted)); !done) {
      say(LogLevel::error, "the certificates stay as they were: " + text_of(done.error()));
    }
  }
  if (auto done = load_clusters(); !done) {
    say(LogLevel::error, "the clusters stay as they were: " + text_of(done.error()));
  }
  server_->commit();
}

void Daemon::reload() {
  notify_reloading();
  reload_all();
  say(LogLevel::info, "reloaded: " + summary());
  notify_ready(summary());
}

}  // namespace

std::string text_of(const Error& error) {
  if (error.help.empty()) return error.message;
  return error.message + (error.message.ends_with('\n') ? "" : ". ") + error.help;
}

Status run_daemon(const std::string& config_file, const LogSink& log) {
  Daemon daemon(config_file, log);
  if (auto done = daemon.start(); !done) return done;
  return daemon.run();
}

namespace {

// Each mistake once, in the order they are found.
class Findings {
 public:
  explicit Findings(const LogSink& log) : log_(log) {}
  void add(const std::string& text) {
    if (said_.insert(text).second) log_({.level = LogLevel::error, .message = text});
  }
  [[nodiscard]] bool none() const { return said_.empty(); }

 private:
  const LogSink& log_;
  std::set<std::string> said_;
};

void check_clusters(const Config& config, std::vector<Declaration> declarations, Findings& findings) {
  MemoryStore store(birth());
  auto service = Service::open(store, service_options(config, {}, nullptr, nullptr));
  PLAN_ASSERT(service.ok());   // an empty store in memory
  for (const auto& refusal : (*service)->configure(std::move(declarations), now())) {
    findings.add(refusal.origin + ": " + text_of(refusal.error));
  }
}

}  // namespace

bool check_config(const std::string& config_file, const LogSink& log) {
  Findings findings(log);
  const auto config = read_config(config_file);
  if (!config) {
    findings.add(text_of(config.error()));
    return false;
  }
  if (auto made = http::make_context(tls_files(*config)); !made) findings.add(text_of(made.error()));
  const auto complete = load_config(config_file);
  if (!complete) findings.add(text_of(complete.error()));
  auto found = read_declarations(config->clusters);
  if (!found) {
    findings.add(text_of(found.error()));
    return false;
  }
  for (const auto& refusal : found->unreadable) findings.add(refusal.origin + ": " + text_of(refusal.error));
  const std::size_t declared = found->read.size();
  check_clusters(complete ? *complete : *config, std::move(found->read), findings);
  if (findings.none()) log({.message = config_file + " is well: " + counted_clusters(declared) + " declared"});
  return findings.none();
}

}  // namespace plan::orchestrator
