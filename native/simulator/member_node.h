// A member's host: agent runs with the real session, a disk that keeps what was written before a crash, and the
// catalog of the example: package, snapshot, service stopped, event install_complete.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/session.h"
#include "simulator/fake_galera.h"
#include "simulator/network.h"
#include "simulator/world.h"

namespace plan::simulator {

class MemberNode {
 public:
  MemberNode(World& world, Network& network, FakeGalera& galera, std::shared_ptr<const engine::Program> program, std::size_t index,
             bool refreshes);

  void run_agent();                      // nothing while a run is under way or the power is off
  void crash(std::optional<milliseconds> off = {});   // for so long, or as long as it happens to be
  void reboot();                         // in order: mariadbd is stopped first
  void lose_disk();                      // while it is off: what boots next is a new installation
  [[nodiscard]] bool in_run() const { return session_ != nullptr; }
  [[nodiscard]] bool up() const { return up_; }
  // Of the last run that came to its end.
  [[nodiscard]] bool settled() const { return settled_; }
  [[nodiscard]] std::size_t changes() const { return changes_; }
  [[nodiscard]] std::size_t runs() const { return runs_; }
  [[nodiscard]] std::string certname() const { return name_ + ".example.com"; }
  // For a look at what goes wrong.
  [[nodiscard]] std::string waiting() const { return waiting_; }

 private:
  // Makes a callback that does nothing when the run that made it is over, or the power went.
  template <class F>
  auto of_this_run(F&& body);
  [[nodiscard]] agent::SessionSetup setup();
  void pump();                           // what the runner's thread does
  void persist();
  void call(const agent::Exchange& exchange);
  void set_timer();
  void install();
  void install_done();
  void wait();
  void apply(const agent::Batch& batch, std::size_t next, std::vector<engine::ResourceResult> results);
  void apply_one(const values::ResourceObject& resource, FakeGalera::Done done);
  void end_run(const std::string& why);
  [[nodiscard]] std::string run_name() const { return "run-" + std::to_string(run_); }
  void note(std::string_view what) { world_.note(name_, what); }

  World& world_;
  Network& network_;
  FakeGalera& galera_;
  std::shared_ptr<const engine::Program> program_;
  std::size_t index_;
  std::string name_;
  bool refreshes_;                       // a catalog may refresh the service

  std::optional<std::string> disk_;      // the state file, as it is after a crash
  bool acted_ = false;                   // the plan took the service over (a file of Ruby's side)
  bool up_ = true;
  std::uint64_t run_ = 0;                // counts runs and crashes
  std::unique_ptr<agent::Session> session_;
  std::optional<std::string> writing_;   // on its way to the disk
  bool waiting_phase_ = false;
  bool applying_ = false;
  Instant deadline_ = {};
  std::optional<Instant> timer_;

  bool settled_ = false;
  std::size_t changes_ = 0;
  std::size_t changes_of_run_ = 0;
  std::size_t runs_ = 0;
  std::string waiting_;
};

}  // namespace plan::simulator
