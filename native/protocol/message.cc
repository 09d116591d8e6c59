// A message as JSON, and the outbox that holds messages until they are durable on the other side.
#include "engine/engine.h"
#include "protocol/exchange.h"
#include "protocol/fields.h"
#include "protocol/message_fields.h"

namespace plan::protocol {

namespace {

boost::json::object write_identity(const values::ProcessIdentity& identity) {
  return {{"certname", identity.certname}, {"resource", identity.resource}};
}

engine::MessageKind read_kind(Fields& fields) {
  const std::string text = fields.text("kind");
  if (const auto kind = engine::message_kind(text)) return *kind;
  fields.fail("kind", "'" + text + "' is no kind of message");
  return engine::MessageKind::send;
}

values::Value read_value(Fields& fields, const values::NameResolver* resolver) {
  const auto* json = fields.find("value");
  if (json == nullptr) return values::Value::undef();
  auto value = values::from_json(*json, resolver);
  if (value) return std::move(value).value();
  fields.fail("value", value.error().message);
  return values::Value::undef();
}

}  // namespace

boost::json::value write_message(const SequencedMessage& sequenced) {
  const engine::Message& message = sequenced.message;
  boost::json::object json{{"sequence", sequenced.sequence},
                           {"kind", engine::to_string(message.kind)},
                           {"from", write_identity(message.from)},
                           {"to", write_identity(message.to)}};
  if (!message.name.empty()) json["name"] = message.name;
  if (!message.value.is_undef()) json["value"] = values::to_json(message.value);
  if (message.version != 0) json["version"] = message.version;
  if (!message.plan.empty()) json["plan"] = message.plan;
  return json;
}

SequencedMessage read_message_fields(Fields& fields, const values::NameResolver* resolver) {
  SequencedMessage result;
  result.sequence = fields.number("sequence");
  if (result.sequence == 0) fields.fail("sequence", "counts from 1");
  engine::Message& message = result.message;
  message.kind = read_kind(fields);
  message.from = fields.identity("from");
  message.to = fields.identity("to");
  message.name = fields.optional_text("name");
  message.plan = fields.optional_text("plan");
  message.version = fields.optional_number("version");
  if (!fields.error()) message.value = read_value(fields, resolver);
  return result;
}

Result<SequencedMessage> read_message(const boost::json::value& json, const values::NameResolver* resolver) {
  Fields fields(json, "message");
  SequencedMessage message = read_message_fields(fields, resolver);
  if (fields.error()) return *fields.error();
  return message;
}

std::uint64_t Outbox::push(engine::Message message) {
  pending_.push_back({++last_, std::move(message)});
  return last_;
}

void Outbox::acknowledge(std::uint64_t sequence) {
  while (!pending_.empty() && pending_.front().sequence <= sequence) pending_.pop_front();
}

boost::json::value Outbox::snapshot() const {
  boost::json::array pending;
  for (const auto& message : pending_) pending.push_back(write_message(message));
  return boost::json::object{{"last", last_}, {"pending", std::move(pending)}};
}

Result<Outbox> Outbox::restore(const boost::json::value& json, const values::NameResolver* resolver) {
  Fields fields(json, "outbox");
  Outbox outbox;
  outbox.last_ = fields.number("last");
  const auto* pending = fields.list("pending", std::numeric_limits<std::size_t>::max());
  if (fields.error()) return *fields.error();
  for (const auto& item : *pending) {
    auto message = read_message(item, resolver);
    if (!message) return message.error();
    const std::uint64_t expected = outbox.last_ - (pending->size() - outbox.pending_.size()) + 1;
    if (message->sequence != expected) {
      fields.fail("pending", "expected sequence " + std::to_string(expected) + ", found " +
                                 std::to_string(message->sequence));
      return *fields.error();
    }
    outbox.pending_.push_back(std::move(message).value());
  }
  return outbox;
}

}  // namespace plan::protocol
