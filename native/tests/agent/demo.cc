#include "tests/agent/demo.h"

#include "base/assert.h"

namespace plan::test {
namespace {

constexpr const char* kMember = R"PLAN(
plan demo::member {
  public String $cluster
  public String $file = '/tmp/demo'
  input String wanted
  input String word
  Integer $applied = 0
  Optional[String] $last_word

  action initialize {
    orchestrate(self)
  }

  action apply {
    $content <- wanted
    File.new { title => $file, content => $content } -> resources_to_sync
  }

  action tell_applied {
    $result <- synced
    $applied = $applied + 1
    "applied ${applied}" -> $orchestrator.reports
  }

  action tell_installed {
    $event <- events where $event.message == 'installed'
    'installed' -> $orchestrator.reports
  }

  action finish {
    _     <- main::catalog_done where $last_word == undef
    $word <- word awaiting { for => 'the cluster', next => 'run the others' }
    $last_word = $word
  }
@EXTRA@
}
)PLAN";

constexpr const char* kCluster = R"PLAN(
plan demo::cluster inherits orchestrator[Demo::Member] {
  public Integer $cluster_size = 3
  queue Integer slots { entries => *Integer[0, $cluster_size - 1] }
  public input String reports
  Array[String] $heard = []

  action admit {
    $request <- requests where $request.kind == 'add'
    $slot    <- slots
    "slot ${slot}" -> $request.value.wanted
  }

  action hear {
    $text from $who <- reports
    $heard = $heard + [$text]
    if $text == 'installed' {
      'done' -> $who.word
    }
  }
}
)PLAN";

}  // namespace

engine::Bundle demo_bundle(const std::string& plan, const std::string& extra_member) {
  std::string member = kMember;
  constexpr std::string_view kHole = "@EXTRA@";
  member.replace(member.find(kHole), kHole.size(), extra_member);
  return {plan, "digest-of-demo", {{"demo/plans/member.plan", member}, {"demo/plans/cluster.plan", kCluster}}};
}

std::shared_ptr<const engine::Program> demo_program(const std::string& plan, const std::string& extra_member) {
  auto compilation = engine::compile(demo_bundle(plan, extra_member));
  if (compilation.program == nullptr) {
    throw Bug(diagnostics::render_text(compilation.diagnostics.sorted(), *compilation.sources));
  }
  return compilation.program;
}

}  // namespace plan::test
