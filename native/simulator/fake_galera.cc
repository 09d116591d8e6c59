#include "simulator/fake_galera.h"

#include <algorithm>

#include "base/assert.h"

namespace plan::simulator {
namespace {

using values::HashBuilder;
using values::Value;

constexpr milliseconds kLook{100};
constexpr milliseconds kWrite{700};                  // from one row to the next
constexpr seconds kJoinPatience{30};
constexpr seconds kWatch{60};

std::vector<std::string> peers_of(const std::string& config) {
  constexpr std::string_view kKey = "gcomm://";
  std::vector<std::string> peers;
  const auto begin = config.find(kKey);
  if (begin == std::string::npos) return peers;
  std::string list = config.substr(begin + kKey.size());
  list = list.substr(0, list.find('\n'));
  while (!list.empty()) {
    const auto comma = list.find(',');
    peers.push_back(list.substr(0, comma));
    list = comma == std::string::npos ? "" : list.substr(comma + 1);
  }
  return peers;
}

std::string installation_name(std::size_t i, std::uint64_t number) {
  return "installation-" + std::to_string(i + 1) + "-" + std::to_string(number);
}

Value optional_text(const std::optional<std::string>& text) { return text ? Value::string(*text) : Value::undef(); }

}  // namespace

FakeGalera::FakeGalera(World& world, std::size_t members) : world_(world), nodes_(members) { write_rows(); }

// One member of the component acknowledges a row; each of the others has it at once, or only with the next.
void FakeGalera::write_rows() {
  world_.after(kWrite, [this] { write_rows(); });
  const auto there = component();
  if (there.empty()) return;
  ++acknowledged_;
  auto writer = there.begin();
  std::advance(writer, static_cast<std::ptrdiff_t>(world_.below(there.size())));
  for (const auto i : there) nodes_[i].seqno = i == *writer || world_.chance(70) ? acknowledged_ : acknowledged_ - 1;
}

std::string FakeGalera::boot_id(std::size_t i) const {
  return "boot-" + std::to_string(i + 1) + "-" + std::to_string(nodes_[i].boots);
}

void FakeGalera::install(std::size_t i) {
  nodes_[i].installed = true;
  note(i, "installed");
}

bool FakeGalera::configure(std::size_t i, const std::string& text) {
  if (nodes_[i].config == text) return false;
  nodes_[i].config = text;
  nodes_[i].peers = peers_of(text);
  note(i, "configured");
  return true;
}

void FakeGalera::stop(std::size_t i) {
  if (nodes_[i].phase == Phase::stopped) return;
  const bool primary = synced(i);
  nodes_[i].phase = Phase::stopped;
  if (nodes_[i].seqno >= 0 && primary) nodes_[i].seqno = acknowledged_;
  nodes_[i].knows_view = nodes_[i].waits_for_view = false;
  if (primary) view_.erase(i);                       // one that goes in order costs no majority
  note(i, "stopped");
}

bool FakeGalera::hold(std::size_t i) {
  if (synced(i)) return false;
  const bool changes = nodes_[i].released || running(i);
  stop(i);
  nodes_[i].released = false;
  if (changes) note(i, "held");
  return changes;
}

std::set<std::size_t> FakeGalera::component() const {
  std::set<std::size_t> there;
  for (const auto i : view_) {
    if (nodes_[i].phase == Phase::running) there.insert(i);
  }
  const bool whole = there.size() == view_.size();
  return whole || there.size() * 2 > view_.size() ? there : std::set<std::size_t>();
}

bool FakeGalera::answers(std::size_t i) const {
  return nodes_[i].phase == Phase::running || nodes_[i].phase == Phase::disconnected;
}

bool FakeGalera::synced(std::size_t i) const { return component().contains(i); }

Value FakeGalera::observe(std::size_t i, const std::string& run) {
  Node& node = nodes_[i];
  const bool primary = synced(i);
  if (primary) node.synced_as = node.installation;
  const bool running = node.phase != Phase::stopped;
  HashBuilder data;
  data.set("running", Value::boolean(running));
  data.set("unit_state", Value::string(answers(i) ? "active" : running ? "activating" : "inactive"));
  data.set("sql", Value::string(answers(i) ? "ok" : "none"));
  data.set("cluster_status", primary                              ? Value::string("Primary")
                             : node.phase == Phase::running      ? Value::string("non-Primary")
                             : node.phase == Phase::disconnected ? Value::string("Disconnected")
                                                                 : Value::undef());
  data.set("local_state", primary                         ? Value::string("Synced")
                          : answers(i) ? Value::string("Initialized")
                                       : Value::undef());
  data.set("cluster_size",
           primary ? Value::integer(static_cast<std::int64_t>(component().size())) : Value::undef());
  data.set("replication", answers(i) ? Value::string("tls") : Value::undef());
  data.set("state_uuid", optional_text(node.uuid));
  data.set("seqno", Value::integer(node.seqno));
  data.set("safe_to_bootstrap", Value::boolean(false));
  data.set("user_data", Value::boolean(node.installed));
  data.set("snapshot", node.installed ? Value::string("sha256-of-the-snapshot") : Value::undef());
  data.set("transfer_interrupted", Value::boolean(false));
  data.set("held", Value::boolean(!node.released));
  data.set("boot_id", Value::string(boot_id(i)));
  data.set("run", Value::string(run));
  data.set("knows_view", Value::boolean(node.knows_view));
  data.set("incarnation", Value::string(installation_name(i, node.installation)));
  data.set("data_incarnation", node.synced_as == 0 ? Value::undef() : Value::string(installation_name(i, node.synced_as)));
  data.set("installed", Value::boolean(node.installed));
  return data.build();
}

void FakeGalera::bootstrap(std::size_t i, const Grant& given, Done done) {
  Node& node = nodes_[i];
  const std::string& grant = given.id;
  std::string refusal;
  if (given.boot_id != boot_id(i)) refusal = "the grant is for another boot";
  if (!given.for_this_run) refusal = "the grant is for another run";
  if (node.phase != Phase::stopped) refusal = "mariadbd runs";
  if (anybody(i, given.silent)) refusal = "somebody runs";
  if (node.used_grants.contains(grant)) refusal = "the grant was used";
  if (!refusal.empty()) {
    note(i, "does not use grant " + grant + ": " + refusal);
    const bool started = node.used_grants.contains(grant) && (node.bootstraps || node.uuid);
    done(HashBuilder().set("grant", Value::string(grant)).set("started", Value::boolean(started))
             .set("reason", Value::string(refusal)).build(), false);
    return;
  }
  node.used_grants.insert(grant);
  node.released = true;
  node.bootstraps = true;
  note(i, "uses grant " + grant);
  const auto boots = node.boots;
  world_.after(world_.between(milliseconds(300), milliseconds(1100)), [this, i, boots, grant, done, anew = given.new_history] {
    if (nodes_[i].boots != boots) return;
    be_born(i, anew);
    watch(i, boots, world_.now() + kWatch, grant, done);
  });
}

// --wsrep-new-cluster: a new cluster where there is no data of one, else that one again, as far as this member has it; as
// a new history, over the same data, where its state UUID was given up.
void FakeGalera::be_born(std::size_t i, bool new_history) {
  Node& node = nodes_[i];
  if (!component().empty()) world_.wrong("mariadbd", "a second cluster is started beside one that runs");
  node.bootstraps = false;
  node.was_started = true;
  ++node.starts;
  if (!node.uuid) {
    node.uuid = "uuid-" + std::to_string(++births_);
    acknowledged_ = node.seqno = 0;
    note(i, "bootstraps a new cluster " + *node.uuid);
  } else {
    ++restarts_;
    note(i, "bootstraps at " + std::to_string(node.seqno));
    if (node.seqno < acknowledged_) {
      world_.wrong("mariadbd", "rows from " + std::to_string(node.seqno) + " to " + std::to_string(acknowledged_) + " are lost");
    }
    acknowledged_ = node.seqno;
    if (new_history) {
      node.uuid = "uuid-" + std::to_string(births_) + "." + std::to_string(restarts_);
      note(i, "begins the history " + *node.uuid);
    }
  }
  enter(i, {i});
}

// pc.recovery: the last view is whole again.
void FakeGalera::heal() {
  const auto there = [this](std::size_t i) { return nodes_[i].phase == Phase::running || nodes_[i].waits_for_view; };
  if (view_.empty() || !std::all_of(view_.begin(), view_.end(), there)) return;
  for (const auto i : view_) {
    nodes_[i].phase = Phase::running;
    nodes_[i].waits_for_view = false;
  }
}

// It is in the Primary component, with these.
void FakeGalera::enter(std::size_t i, std::set<std::size_t> view) {
  view_ = std::move(view);
  nodes_[i].phase = Phase::running;
  nodes_[i].waits_for_view = false;
  for (const auto member : view_) nodes_[member].knows_view = true;
}

bool FakeGalera::anybody(std::size_t i, const std::vector<std::string>& at) const {
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (other != i && running(other) && std::find(at.begin(), at.end(), address(other)) != at.end()) return true;
  }
  return false;
}

void FakeGalera::join(std::size_t i, bool restart, Done done) {
  if (restart && synced(i)) {
    const auto there = component().size();
    if (there <= nodes_[i].peers.size()) {
      done(outcome(i, "", false), false);
      return;
    }
    if (there < view_.size()) world_.wrong("mariadbd", "a member is restarted while another is away");
    stop(i);
  }
  if (nodes_[i].phase == Phase::stopped && !anybody(i, nodes_[i].peers)) {
    nodes_[i].reason = "there is nobody to join";
    done(outcome(i, "", false), false);
    return;
  }
  nodes_[i].released = true;
  nodes_[i].reason.clear();
  const bool started = nodes_[i].phase == Phase::stopped || nodes_[i].phase == Phase::disconnected;
  if (started) begin(i);
  watch(i, nodes_[i].boots, world_.now() + kWatch, "",
        [done, started](Value data, bool) { done(std::move(data), started); });
}

// mariadbd is started without --wsrep-new-cluster.
void FakeGalera::begin(std::size_t i) {
  Node& node = nodes_[i];
  node.phase = Phase::joining;
  node.was_started = true;
  ++node.starts;
  note(i, "starts");
  try_to_join(i, node.boots, world_.now() + kJoinPatience);
}

bool FakeGalera::reaches(std::size_t i) const {
  const auto primary = component();
  return std::any_of(primary.begin(), primary.end(), [&](std::size_t other) {
    const auto& peers = nodes_[i].peers;
    return std::find(peers.begin(), peers.end(), address(other)) != peers.end();
  });
}

void FakeGalera::try_to_join(std::size_t i, std::uint64_t boots, Instant until) {
  world_.after(world_.between(milliseconds(500), milliseconds(3000)), [this, i, boots, until] {
    Node& node = nodes_[i];
    if (node.boots != boots || node.phase != Phase::joining) return;
    node.waits_for_view = view_.contains(i) && node.knows_view;
    heal();
    if (node.phase == Phase::running) {
      note(i, "is back and Synced");
    } else if (reaches(i) && !node.lost_once && world_.chance(10)) {
      node.phase = Phase::disconnected;
      node.lost_once = true;
      note(i, "loses the others and runs on, in no component");
    } else if (reaches(i) && beyond_the_others(i)) {
      node.phase = Phase::stopped;
      node.reason = "its state is newer than that of the group";
      note(i, "fails: " + node.reason);
    } else if (reaches(i)) {
      const auto& history = nodes_[*component().begin()].uuid;
      if (node.uuid && node.uuid != history && !given_up_.contains(*node.uuid)) {
        world_.wrong("mariadbd", "data of another history is replaced");
      }
      node.uuid = history;
      node.synced_as = 0;
      node.seqno = acknowledged_;
      auto view = component();
      view.insert(i);
      enter(i, std::move(view));
      note(i, "joined, Synced, size " + std::to_string(view_.size()));
    } else if (world_.now() >= until) {
      node.phase = Phase::stopped;
      node.waits_for_view = false;
      node.reason = "no primary component was reached";
      note(i, "fails: " + node.reason);
    } else {
      try_to_join(i, boots, until);
    }
  });
}

void FakeGalera::watch(std::size_t i, std::uint64_t boots, Instant until, std::string grant, Done done) {
  if (nodes_[i].boots != boots) return;
  if (synced(i) || nodes_[i].phase == Phase::stopped || world_.now() >= until) {
    done(outcome(i, grant), true);
    return;
  }
  world_.after(kLook, [this, i, boots, until, grant, done] { watch(i, boots, until, grant, done); });
}

Value FakeGalera::outcome(std::size_t i, const std::string& grant, bool started) {
  const Node& node = nodes_[i];
  const auto seen = observe(i, "");
  HashBuilder data;
  if (!grant.empty()) data.set("grant", Value::string(grant));
  data.set("started", Value::boolean(started));
  data.set("synced", Value::boolean(synced(i)));
  data.set("failed", Value::boolean(node.phase == Phase::stopped));
  data.set("reason", node.reason.empty() ? Value::undef() : Value::string(node.reason));
  for (const char* name : {"cluster_status", "local_state", "cluster_size", "state_uuid"}) {
    data.set(name, *seen.as_hash().find(name));
  }
  return data.build();
}

void FakeGalera::crash(std::size_t i) {
  Node& node = nodes_[i];
  node.phase = Phase::stopped;
  node.bootstraps = node.waits_for_view = false;
  node.up = false;
  ++node.boots;
  if (auto rest = component(); !rest.empty()) view_ = std::move(rest);   // a majority goes on without it
  note(i, "power lost");
}

void FakeGalera::lose_disk(std::size_t i) {
  Node& node = nodes_[i];
  Node empty;
  empty.installation = node.installation + 1;
  empty.boots = node.boots;
  empty.up = node.up;
  empty.starts = node.starts;
  node = empty;
  if (component().empty()) acknowledged_ = std::min(acknowledged_, newest_but(i));
  note(i, "its disk is lost");
}

void FakeGalera::make_empty(std::size_t i) {
  Node& node = nodes_[i];
  PLAN_ASSERT(node.phase == Phase::stopped);
  node.uuid.reset();
  node.seqno = -1;
  node.synced_as = 0;
  node.knows_view = false;
  note(i, "its data is moved away");
}

std::int64_t FakeGalera::newest_but(std::size_t i) const {
  std::int64_t newest = 0;
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (other != i) newest = std::max(newest, nodes_[other].seqno);
  }
  return newest;
}

std::size_t FakeGalera::newest() const {
  const auto found = std::max_element(nodes_.begin(), nodes_.end(), [](const Node& a, const Node& b) {
    return (a.up ? a.seqno : -2) < (b.up ? b.seqno : -2);
  });
  return static_cast<std::size_t>(found - nodes_.begin());
}

void FakeGalera::give_up(std::size_t i) {
  if (component().empty()) acknowledged_ = std::min(acknowledged_, newest_but(i));
}

void FakeGalera::accept_loss_for(std::size_t i) {
  if (nodes_[i].uuid) given_up_.insert(*nodes_[i].uuid);
  acknowledged_ = nodes_[i].seqno;
}

bool FakeGalera::beyond_the_others(std::size_t i) const {
  const auto there = component();
  if (there.empty() || !nodes_[i].uuid) return false;
  const Node& one = nodes_[*there.begin()];
  return nodes_[i].uuid == one.uuid && nodes_[i].seqno > acknowledged_;
}

void FakeGalera::boot(std::size_t i) {
  Node& node = nodes_[i];
  node.up = true;
  if (node.installed && node.released) begin(i);     // the unit is enabled, and nothing holds it
}

}  // namespace plan::simulator
