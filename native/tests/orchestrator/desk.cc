#include "tests/orchestrator/desk.h"

#include "engine/bundle.h"

namespace plan::orchestrator {

namespace {

constexpr const char* kMemberPlan = R"PLAN(
plan desk::member {
  public String $cluster
  input Integer ticket
  input String note
}
)PLAN";

constexpr const char* kCounterPlan = R"PLAN(
plan desk::counter inherits orchestrator[Desk::Member] {
  public Integer $step = 1
  public input String asks
  public input String delayed
  public input String shouts
  Integer $last = 0
  Optional[Desk::Member] $first

  action admit {
    $request <- requests where $request['kind'] == 'add'
    $last = $last + $step
    if $first == undef {
      $first = $request['value']
    }
    $last -> $request['value'].ticket
  }

  action answer {
    $word from $who <- asks
    $last = $last + $step
    $last -> $who.ticket
  }

  action shout {
    $word from $who <- shouts
    $word -> $first.note
  }

  action answer_late {
    $word from $who <- delayed after 10s
    $word -> $who.note
  }
@EXTRA@
}
)PLAN";

}  // namespace

boost::json::value desk_bundle(const std::string& extra) {
  std::string counter = kCounterPlan;
  constexpr std::string_view kHole = "@EXTRA@";
  counter.replace(counter.find(kHole), kHole.size(), extra);
  return engine::write_bundle({"desk::counter",
                               "digest" + std::to_string(extra.size()),
                               {{"desk/plans/member.plan", kMemberPlan}, {"desk/plans/counter.plan", counter}}});
}

Declaration desk_declaration(const std::string& title, std::int64_t step, const std::string& extra) {
  return {"Desk::Counter[" + title + "]",          title, "desk::counter", boost::json::object{{"step", step}},
          desk_bundle(extra), title + ".json"};
}

std::string incarnation(char digit) { return std::string(32, digit); }

Member::Member(std::string certname, char digit, std::string the_cluster)
    : incarnation_text(incarnation(digit)), cluster(std::move(the_cluster)),
      identity_{std::move(certname), "Desk::Member[m]"} {}

void Member::join() {
  values::HashBuilder published;
  published.set("cluster", values::Value::string(cluster));
  engine::Message message;
  message.kind = engine::MessageKind::join;
  message.from = identity_;
  message.to = {"", cluster};
  message.plan = "desk::member";
  message.value = published.build();
  outbox.push(std::move(message));
}

void Member::leave() {
  engine::Message message;
  message.kind = engine::MessageKind::leave;
  message.from = identity_;
  message.to = {"orchestrator", process()};
  outbox.push(std::move(message));
}

void Member::send(const std::string& queue, values::Value value) {
  engine::Message message;
  message.kind = engine::MessageKind::send;
  message.from = identity_;
  message.to = {"orchestrator", process()};
  message.name = queue;
  message.value = std::move(value);
  outbox.push(std::move(message));
}

void Member::begin_anew(char digit) {
  incarnation_text = incarnation(digit);
  outbox = {};
  received = 0;
  accepted_ = false;
}

protocol::ExchangeRequest Member::request() const {
  protocol::ExchangeRequest request;
  request.incarnation = incarnation_text;
  request.epoch = epoch;
  request.cluster = cluster;
  request.plan = "desk::member";
  request.bundle = "digest";
  request.admission = admission;
  request.messages.assign(outbox.pending().begin(), outbox.pending().end());
  request.delivered = outbox.last() - outbox.pending().size();
  request.acknowledged = received;
  request.wait = wait;
  return request;
}

void Member::take(const protocol::ExchangeReply& reply) {
  PLAN_ASSERT(reply.acknowledged <= outbox.last());
  outbox.acknowledge(reply.acknowledged);
  epoch = std::max(epoch, reply.epoch);
  for (const auto& [sequence, message] : reply.messages) {
    if (sequence <= received) continue;
    PLAN_ASSERT(sequence == received + 1);
    received = sequence;
    if (message.kind == engine::MessageKind::accepted) accepted_ = true;
    if (message.kind == engine::MessageKind::dead_letter) ++dead_letters_;
    if (message.name == "ticket") tickets_.push_back(message.value.as_integer());
    if (message.name == "note") notes_.emplace_back(message.value.as_string());
  }
}

std::string Member::exchange(Service& service, Instant now) {
  const auto reply = service.exchange(identity_.certname, identity_, request(), now);
  if (!reply) return reply.error().code;
  take(*reply);
  return {};
}

}  // namespace plan::orchestrator
