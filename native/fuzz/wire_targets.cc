// What comes over the wire: JSON, the body of an exchange, and its answer.
#include <string>

#include <boost/json/serialize.hpp>

#include "base/assert.h"
#include "fuzz/targets.h"
#include "protocol/exchange.h"
#include "values/json.h"

namespace plan::fuzz {

namespace {

const values::ProcessIdentity kMember{"db1.example.com", "Galera::Host[cluster_member]"};
constexpr std::size_t kMaxBytes = 1024 * 1024;

// Read back, what is written is written the same again.
template <class Read>
void expect_written_again(const std::string& text, Read read) {
  const auto again = read(text);
  PLAN_ASSERT(again.ok());
  PLAN_ASSERT(protocol::write(*again) == text);
}

}  // namespace

// Nothing is nested deeper than it says, and nothing changes when it is written.
void fuzz_json(std::string_view input) {
  const auto json = values::parse_json(input, kMaxBytes, values::kMaxJsonDepth);
  if (!json) return;
  const std::string text = boost::json::serialize(*json);
  const auto again = values::parse_json(text, 8 * kMaxBytes, values::kMaxJsonDepth);
  PLAN_ASSERT(again.ok());
  PLAN_ASSERT(boost::json::serialize(*again) == text);
  if (const auto value = values::from_json(*json)) static_cast<void>(values::to_json(*value));
}

// A request that is read speaks for the member alone, and its messages have no gap.
void fuzz_exchange(std::string_view input) {
  const auto request = protocol::read_request(input, kMember);
  if (!request) {
    PLAN_ASSERT(!request.error().code.empty() && !request.error().message.empty());
    return;
  }
  PLAN_ASSERT(request->wait <= protocol::kMaxWait && request->messages.size() <= protocol::kMaxMessagesPerExchange);
  std::uint64_t expected = request->messages.empty() ? 0 : request->messages.front().sequence;
  for (const auto& message : request->messages) {
    PLAN_ASSERT(message.sequence == expected++ && message.message.from.certname == kMember.certname);
  }
  expect_written_again(protocol::write(*request), [](const auto& text) { return protocol::read_request(text, kMember); });
}

void fuzz_reply(std::string_view input) {
  if (const auto reply = protocol::read_reply(input, kMember)) {
    expect_written_again(protocol::write(*reply), [](const auto& text) { return protocol::read_reply(text, kMember); });
  }
  if (const auto error = protocol::read_error(input)) static_cast<void>(protocol::write(*error));
}

}  // namespace plan::fuzz
