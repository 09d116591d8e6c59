// The bytes of a connection, as the listener reads them.
#include <algorithm>
#include <string>

#include "base/assert.h"
#include "fuzz/targets.h"
#include "orchestrator/http/request_reader.h"

namespace plan::fuzz {

namespace {

using orchestrator::http::RequestLimits;
using orchestrator::http::RequestReader;

constexpr RequestLimits kLimits{.header_bytes = 1024, .header_fields = 16, .target_bytes = 256, .body_bytes = 512};

bool ended(const RequestReader& reader) {
  return reader.state() == RequestReader::State::complete || reader.state() == RequestReader::State::refused;
}

// What was accepted keeps every limit, and holds nothing that another reader could understand in another way.
void expect_strict(RequestReader& reader) {
  const auto& head = reader.head();
  PLAN_ASSERT(head.content_length <= kLimits.body_bytes && reader.body().size() == head.content_length);
  PLAN_ASSERT(!head.method.empty() && head.target.starts_with('/') && head.target.size() <= kLimits.target_bytes);
  for (const char c : head.method + head.target) PLAN_ASSERT(c > 0x20 && c < 0x7f);
}

}  // namespace

// However the bytes are cut into pieces, the first request is the same; what stands behind it makes it none.
void fuzz_http(std::string_view input) {
  RequestReader whole(kLimits);
  if (!input.empty()) whole.feed(input);
  RequestReader pieces(kLimits);
  std::size_t at = 0;
  for (; at < input.size() && !ended(pieces); ++at) pieces.feed(input.substr(at, 1));
  if (pieces.state() == RequestReader::State::complete) {
    expect_strict(pieces);
    const bool more = at < input.size();
    PLAN_ASSERT(whole.state() == (more ? RequestReader::State::refused : RequestReader::State::complete));
    if (!more) {
      expect_strict(whole);
      PLAN_ASSERT(whole.head().target == pieces.head().target && whole.body() == pieces.body());
    }
  } else {
    PLAN_ASSERT(whole.state() == pieces.state());
  }
  if (pieces.state() == RequestReader::State::refused) PLAN_ASSERT(!pieces.refusal().code.empty());
}

}  // namespace plan::fuzz
