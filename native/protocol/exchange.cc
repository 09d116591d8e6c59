#include "protocol/exchange.h"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "protocol/fields.h"
#include "protocol/message_fields.h"
#include "values/json.h"

namespace plan::protocol {

namespace {

// The envelope around a value that is itself within values::kMaxJsonDepth.
constexpr int kMaxBodyDepth = values::kMaxJsonDepth + 8;
constexpr std::string_view kProtocolHelp = "Install the same release of the module on both sides.";

void check_protocol(Fields& fields) {
  const std::uint64_t protocol = fields.number("protocol");
  if (fields.error() || protocol == kProtocolVersion) return;
  fields.fail(Error{"unsupported_protocol",
                    "protocol: version " + std::to_string(protocol) + " is not spoken here, only " +
                        std::to_string(kProtocolVersion),
                    std::string(kProtocolHelp)});
}

std::string read_incarnation(Fields& fields) {
  std::string text = fields.text("incarnation");
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() != 32 || !std::all_of(text.begin(), text.end(), is_hex)) {
    fields.fail("incarnation", "expected 32 lower-case hexadecimal digits");
  }
  return text;
}

// `own` is the identity whose certname must be the member's: `from` of what a member sends, `to` of what it gets.
using Own = values::ProcessIdentity engine::Message::*;

std::vector<SequencedMessage> read_messages(Fields& fields, Own own, std::string_view own_name,
                                            const values::ProcessIdentity& member,
                                            const values::NameResolver* resolver) {
  std::vector<SequencedMessage> messages;
  const auto* list = fields.list("messages", kMaxMessagesPerExchange);
  if (list == nullptr) return messages;
  messages.reserve(list->size());
  for (const auto& item : *list) {
    Fields one(item, "messages[" + std::to_string(messages.size()) + "]");
    SequencedMessage message = read_message_fields(one, resolver);
    if (!messages.empty() && message.sequence != messages.back().sequence + 1) {
      one.fail("sequence", "expected " + std::to_string(messages.back().sequence + 1) + ", found " +
                               std::to_string(message.sequence));
    }
    if ((message.message.*own).certname != member.certname) {
      one.fail(Error{"wrong_certname", one.place(own_name) + ": expected certname '" + member.certname + "', found '" +
                                           (message.message.*own).certname + "'",
                     "A node speaks only for itself."});
    }
    if (one.error()) {
      fields.fail(*one.error());
      return {};
    }
    messages.push_back(std::move(message));
  }
  return messages;
}

boost::json::array write_messages(const std::vector<SequencedMessage>& messages) {
  boost::json::array list;
  list.reserve(messages.size());
  for (const auto& message : messages) list.push_back(write_message(message));
  return list;
}

}  // namespace

std::string write(const ExchangeRequest& request) {
  boost::json::object json{{"protocol", kProtocolVersion},
                           {"incarnation", request.incarnation},
                           {"epoch", request.epoch},
                           {"cluster", request.cluster},
                           {"plan", request.plan},
                           {"bundle", request.bundle},
                           {"messages", write_messages(request.messages)},
                           {"delivered", request.delivered},
                           {"acknowledged", request.acknowledged},
                           {"wait_ms", request.wait.count()}};
  if (!request.admission.empty()) json["admission"] = request.admission;
  return boost::json::serialize(json);
}

std::string write(const ExchangeReply& reply) {
  const boost::json::object json{{"protocol", kProtocolVersion},
                                 {"epoch", reply.epoch},
                                 {"acknowledged", reply.acknowledged},
                                 {"messages", write_messages(reply.messages)}};
  return boost::json::serialize(json);
}

std::string write(const ErrorReply& reply) {
  boost::json::object error{{"code", reply.code}, {"message", reply.message}};
  if (!reply.help.empty()) error["help"] = reply.help;
  if (reply.code == "unknown_cluster") {
    error["clusters"] = boost::json::array(reply.clusters.begin(), reply.clusters.end());
  }
  return boost::json::serialize(boost::json::object{{"error", std::move(error)}});
}

Result<boost::json::value> read_body(std::string_view body) {
  if (body.size() > kMaxBodyBytes) {
    return Error{"too_large", "the body has " + std::to_string(body.size()) + " bytes, at most " +
                                  std::to_string(kMaxBodyBytes) + " are allowed"};
  }
  auto json = values::parse_json(body, kMaxBodyBytes, kMaxBodyDepth);
  if (!json) return Error{"malformed", "the body is no JSON that is accepted: " + json.error().message};
  return json;
}

Result<std::string> read_cluster(const boost::json::value& request) {
  Fields fields(request, "");
  check_protocol(fields);
  std::string cluster = fields.text("cluster");
  if (fields.error()) return *fields.error();
  return cluster;
}

Result<ExchangeRequest> read_parsed_request(const boost::json::value& json, const values::ProcessIdentity& member,
                                            const values::NameResolver* resolver) {
  Fields fields(json, "");
  check_protocol(fields);
  ExchangeRequest request;
  request.incarnation = read_incarnation(fields);
  request.epoch = fields.number("epoch");
  request.cluster = fields.text("cluster");
  request.plan = fields.text("plan");
  request.bundle = fields.text("bundle");
  request.admission = fields.optional_text("admission", kMaxAdmissionBytes);
  request.delivered = fields.optional_number("delivered");
  request.acknowledged = fields.number("acknowledged");
  const std::uint64_t wait = fields.number("wait_ms");
  request.wait = std::chrono::milliseconds(std::min<std::uint64_t>(wait, kMaxWait.count()));
  request.messages = read_messages(fields, &engine::Message::from, "from", member, resolver);
  if (fields.error()) return *fields.error();
  return request;
}

Result<ExchangeRequest> read_request(std::string_view body, const values::ProcessIdentity& member,
                                     const values::NameResolver* resolver) {
  auto json = read_body(body);
  if (!json) return json.error();
  return read_parsed_request(*json, member, resolver);
}

Result<ExchangeReply> read_reply(std::string_view body, const values::ProcessIdentity& member,
                                 const values::NameResolver* resolver) {
  auto json = read_body(body);
  if (!json) return json.error();
  Fields fields(*json, "");
  check_protocol(fields);
  ExchangeReply reply;
  reply.epoch = fields.number("epoch");
  reply.acknowledged = fields.number("acknowledged");
  reply.messages = read_messages(fields, &engine::Message::to, "to", member, resolver);
  if (fields.error()) return *fields.error();
  return reply;
}

Result<ErrorReply> read_error(std::string_view body) {
  auto json = read_body(body);
  if (!json) return json.error();
  Fields outer(*json, "");
  const auto* error = outer.object("error");
  if (error == nullptr) return *outer.error();
  Fields fields(*outer.find("error"), "error");
  ErrorReply reply;
  reply.code = fields.text("code");
  reply.message = fields.optional_text("message", kMaxBodyBytes);
  reply.help = fields.optional_text("help", kMaxBodyBytes);
  if (fields.find("clusters") != nullptr) {
    const auto* clusters = fields.list("clusters", kMaxBodyBytes);
    for (const auto& cluster : clusters == nullptr ? boost::json::array{} : *clusters) {
      if (!cluster.is_string()) {
        fields.fail("clusters", "expected strings, found " + std::string(kind_of(cluster)));
        break;
      }
      reply.clusters.emplace_back(cluster.get_string());
    }
  }
  if (fields.error()) return *fields.error();
  return reply;
}

}  // namespace plan::protocol
