#include "protocol/exchange.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plan::protocol {
namespace {

using engine::MessageKind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using values::Value;

const values::ProcessIdentity kMember{"db1.example.com", "Galera::Host[m]"};
const values::ProcessIdentity kCluster{"puppet", "Galera::Cluster[cluster_1]"};

engine::Message message(MessageKind kind, std::string name, Value value) {
  engine::Message result;
  result.kind = kind;
  result.from = kMember;
  result.to = kCluster;
  result.name = std::move(name);
  result.value = std::move(value);
  return result;
}

ExchangeRequest request() {
  ExchangeRequest result;
  result.incarnation = "0123456789abcdef0123456789abcdef";
  result.epoch = 3;
  result.cluster = "cluster_1";
  result.plan = "galera::host";
  result.bundle = "abc";
  result.acknowledged = 17;
  result.wait = std::chrono::milliseconds(20'000);
  result.messages.push_back({4, message(MessageKind::send, "reports", Value::string("hello"))});
  result.messages.push_back({5, message(MessageKind::state, "running", Value::undef())});
  return result;
}

TEST(ExchangeRequest, IsReadAsItWasWritten) {
  const auto read = read_request(write(request()), kMember);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->incarnation, request().incarnation);
  EXPECT_EQ(read->epoch, 3U);
  EXPECT_EQ(read->cluster, "cluster_1");
  EXPECT_EQ(read->plan, "galera::host");
  EXPECT_EQ(read->bundle, "abc");
  EXPECT_EQ(read->acknowledged, 17U);
  EXPECT_EQ(read->wait, std::chrono::milliseconds(20'000));
  ASSERT_THAT(read->messages, SizeIs(2));
  EXPECT_EQ(read->messages[0].sequence, 4U);
  EXPECT_EQ(read->messages[0].message.kind, MessageKind::send);
  EXPECT_EQ(read->messages[0].message.from, kMember);
  EXPECT_EQ(read->messages[0].message.to, kCluster);
  EXPECT_EQ(read->messages[0].message.name, "reports");
  EXPECT_EQ(read->messages[0].message.value.as_string(), "hello");
  EXPECT_TRUE(read->messages[1].message.value.is_undef());
}

TEST(ExchangeRequest, AJoinKeepsPlanAndValuesAndAPublishItsVersion) {
  ExchangeRequest original = request();
  values::HashBuilder published;
  published.set("address", Value::string("10.0.0.1"));
  original.messages[0].message = message(MessageKind::join, "", published.build());
  original.messages[0].message.plan = "galera::leader";
  original.messages[1].message = message(MessageKind::publish, "address", Value::integer(5));
  original.messages[1].message.version = 9;
  const auto read = read_request(write(original), kMember);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->messages[0].message.plan, "galera::leader");
  EXPECT_EQ(read->messages[0].message.value.as_hash().find("address")->as_string(), "10.0.0.1");
  EXPECT_EQ(read->messages[1].message.version, 9U);
}

TEST(ExchangeRequest, UnknownFieldsAreIgnored) {
  boost::json::value json = boost::json::parse(write(request()));
  json.as_object()["later"] = true;
  json.as_object()["messages"].as_array()[0].as_object()["later"] = 1;
  EXPECT_TRUE(read_request(boost::json::serialize(json), kMember).ok());
}

TEST(ExchangeRequest, ALongerWaitIsCut) {
  ExchangeRequest original = request();
  original.wait = std::chrono::hours(5);
  EXPECT_EQ(read_request(write(original), kMember)->wait, kMaxWait);
}

// A mistake: what to change in a good request, and what the error must say.
struct Mistake {
  const char* name;
  std::function<void(boost::json::object&)> make;
  const char* said;
  const char* code = "malformed";
};

boost::json::object& first_message(boost::json::object& body) { return body["messages"].as_array()[0].as_object(); }

const std::vector<Mistake>& mistakes() {
  static const std::vector<Mistake> all = {
      {"NoProtocol", [](auto& body) { body.erase("protocol"); }, "protocol: expected a whole number"},
      {"OtherProtocol", [](auto& body) { body["protocol"] = 2; }, "protocol: version 2", "unsupported_protocol"},
      {"NoIncarnation", [](auto& body) { body.erase("incarnation"); }, "incarnation: expected a string, but"},
      {"ShortIncarnation", [](auto& body) { body["incarnation"] = "abc"; }, "incarnation: expected 32"},
      {"UpperIncarnation", [](auto& body) { body["incarnation"] = std::string(32, 'A'); }, "incarnation: expected 32"},
      {"NegativeEpoch", [](auto& body) { body["epoch"] = -1; }, "epoch: expected a whole number from 0, found a negative"},
      {"FractionalEpoch", [](auto& body) { body["epoch"] = 1.5; }, "epoch: expected a whole number from 0, found a number"},
      {"EmptyCluster", [](auto& body) { body["cluster"] = ""; }, "cluster: must not be empty"},
      {"ClusterOfAnotherKind", [](auto& body) { body["cluster"] = 7; }, "cluster: expected a string, found a number"},
      {"LongCluster", [](auto& body) { body["cluster"] = std::string(2000, 'x'); }, "cluster: is longer than"},
      {"NoPlan", [](auto& body) { body.erase("plan"); }, "plan: expected a string"},
      {"NoBundle", [](auto& body) { body["bundle"] = nullptr; }, "bundle: expected a string, found null"},
      {"AcknowledgedText", [](auto& body) { body["acknowledged"] = "1"; }, "acknowledged: expected a whole number"},
      {"NoWait", [](auto& body) { body.erase("wait_ms"); }, "wait_ms: expected a whole number"},
      {"MessagesNoArray", [](auto& body) { body["messages"] = boost::json::object(); }, "messages: expected an array"},
      {"MessageNoObject", [](auto& body) { body["messages"].as_array()[1] = 5; }, "messages[1]: expected an object"},
      {"SequenceZero", [](auto& body) { first_message(body)["sequence"] = 0; }, "messages[0].sequence: counts from 1"},
      {"SequenceGap", [](auto& body) { first_message(body)["sequence"] = 3; }, "messages[1].sequence: expected 4, found 5"},
      {"UnknownKind", [](auto& body) { first_message(body)["kind"] = "shout"; }, "messages[0].kind: 'shout' is no kind"},
      {"ForeignSender", [](auto& body) { first_message(body)["from"].as_object()["certname"] = "db2"; },
       "messages[0].from: expected certname 'db1.example.com', found 'db2'", "wrong_certname"},
      {"NoReceiver", [](auto& body) { first_message(body).erase("to"); }, "messages[0].to: expected an object"},
      {"ReceiverWithoutResource", [](auto& body) { first_message(body)["to"].as_object().erase("resource"); },
       "messages[0].to.resource: expected a string"},
      {"BadValue", [](auto& body) { first_message(body)["value"] = boost::json::object{{"__ptype", "Nonsense"}}; },
       "messages[0].value: "},
  };
  return all;
}

class ExchangeMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(ExchangeMistake, IsAnErrorThatNamesTheField) {
  boost::json::value json = boost::json::parse(write(request()));
  GetParam().make(json.as_object());
  const auto read = read_request(boost::json::serialize(json), kMember);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, GetParam().code);
  EXPECT_THAT(read.error().message, HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(All, ExchangeMistake, ::testing::ValuesIn(mistakes()),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(ExchangeRequest, NoJsonAndTooMuchJsonAreToldApart) {
  EXPECT_EQ(read_request("{\"protocol\": 1,", kMember).error().code, "malformed");
  EXPECT_EQ(read_request("[]", kMember).error().code, "malformed");
  EXPECT_EQ(read_request(std::string(kMaxBodyBytes + 1, ' '), kMember).error().code, "too_large");
  std::string deep(1000, '[');
  EXPECT_EQ(read_request(deep + std::string(1000, ']'), kMember).error().code, "malformed");
}

TEST(ExchangeRequest, TooManyMessagesAreRefused) {
  ExchangeRequest original = request();
  original.messages.clear();
  for (std::uint64_t i = 1; i <= kMaxMessagesPerExchange + 1; ++i) {
    original.messages.push_back({i, message(MessageKind::send, "q", Value::undef())});
  }
  EXPECT_THAT(read_request(write(original), kMember).error().message, HasSubstr("messages: has 1001 items"));
}

TEST(ExchangeReply, IsReadAsItWasWritten) {
  engine::Message answer;
  answer.kind = MessageKind::accepted;
  answer.from = kCluster;
  answer.to = kMember;
  const auto read = read_reply(write(ExchangeReply{7, 5, {{18, answer}}}), kMember);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->epoch, 7U);
  EXPECT_EQ(read->acknowledged, 5U);
  ASSERT_THAT(read->messages, SizeIs(1));
  EXPECT_EQ(read->messages[0].sequence, 18U);
  EXPECT_EQ(read->messages[0].message.from, kCluster);
}

TEST(ExchangeReply, ForSomebodyElseIsRefused) {
  engine::Message answer;
  answer.from = kCluster;
  answer.to = {"db2", "Galera::Host[m]"};
  EXPECT_THAT(read_reply(write(ExchangeReply{7, 5, {{18, answer}}}), kMember).error().message,
              HasSubstr("messages[0].to: expected certname 'db1.example.com'"));
}

TEST(ErrorReply, IsReadAsItWasWritten) {
  const auto read = read_error(write(ErrorReply{"unknown_cluster", "there is none", "see there", {"a", "b"}}));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->code, "unknown_cluster");
  EXPECT_EQ(read->message, "there is none");
  EXPECT_EQ(read->help, "see there");
  EXPECT_THAT(read->clusters, ::testing::ElementsAre("a", "b"));
  EXPECT_THAT(read_error(write(ErrorReply{"conflict", "m", "", {}}))->clusters, IsEmpty());
  EXPECT_FALSE(read_error("<html>").ok());
}

}  // namespace
}  // namespace plan::protocol
