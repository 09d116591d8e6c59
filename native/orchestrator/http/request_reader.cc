#include "orchestrator/http/request_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace plan::orchestrator::http {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kBodyReserve = 64 * 1024;   // more is got when it comes, not when it is promised

Error malformed(std::string what) { return {"malformed", "this is no HTTP request: " + std::move(what)}; }

bool is_token_character(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kOthers.find(c) != std::string_view::npos;
}
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}
bool is_visible(char c) { return c > 0x20 && c < 0x7f; }
bool is_field_character(char c) { return is_visible(c) || c == ' ' || c == '\t' || static_cast<unsigned char>(c) >= 0x80; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// METHOD SP target SP HTTP/1.1, and nothing else.
std::optional<Error> read_request_line(std::string_view line, const RequestLimits& limits, RequestHead& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return malformed("its first line is not METHOD target HTTP/1.1");
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(method)) return malformed("its method is no word");
  if (version != "HTTP/1.1") {
    if (version.starts_with("HTTP/")) return Error{"unsupported_version", "only HTTP/1.1 is spoken here"};
    return malformed("its version is not HTTP/1.1");
  }
  if (target.size() > limits.target_bytes) {
    return Error{"target_too_long", "the target is longer than " + std::to_string(limits.target_bytes) + " bytes"};
  }
  const bool plain = target.starts_with('/') && std::all_of(target.begin(), target.end(), is_visible) &&
                     target.find_first_of("#\\") == std::string_view::npos;
  if (!plain) return malformed("its target is no path");
  head.method = method;
  head.target = target;
  return std::nullopt;
}

// Digits alone: "+5", "5, 5" and "0x5" are read in more than one way out there.
std::optional<Error> read_content_length(std::string_view value, const RequestLimits& limits, RequestHead& head) {
  std::uint64_t length = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), length);
  const bool digits = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return malformed("its Content-Length is no number");
  if (failed != std::errc() || end != value.data() + value.size() || length > limits.body_bytes) {
    return Error{"too_large", "the body is larger than " + std::to_string(limits.body_bytes) + " bytes"};
  }
  head.content_length = static_cast<std::size_t>(length);
  return std::nullopt;
}

void read_connection(std::string_view value, RequestHead& head) {
  while (!value.empty()) {
    const auto comma = value.find(',');
    if (same_word(trimmed(value.substr(0, comma)), "close")) head.keep_alive = false;
    value = comma == std::string_view::npos ? std::string_view() : value.substr(comma + 1);
  }
}

bool is_host(std::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return is_visible(c) && std::string_view("/\\@,#?\"<>").find(c) == std::string_view::npos;
  });
}

// What may stand there once, and whether it did.
struct Seen {
  bool host = false, content_length = false, expect = false;
};

std::optional<Error> read_field(std::string_view line, const RequestLimits& limits, Seen& seen, RequestHead& head) {
  const auto colon = line.find(':');
  // A name that is no word: a space before the colon, or the second line of a folded field.
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return malformed("a field has no proper name");
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), is_field_character)) return malformed("a field has a control character");
  if (same_word(name, "Transfer-Encoding")) return malformed("Transfer-Encoding is not spoken here");
  if (same_word(name, "Host")) {
    if (std::exchange(seen.host, true)) return malformed("it has two Hosts");
    return is_host(value) ? std::nullopt : std::optional(malformed("its Host is no host"));
  }
  if (same_word(name, "Content-Length")) {
    if (std::exchange(seen.content_length, true)) return malformed("it has two Content-Lengths");
    return read_content_length(value, limits, head);
  }
  if (same_word(name, "Expect")) {
    if (std::exchange(seen.expect, true)) return malformed("it has two Expects");
    if (!same_word(value, "100-continue")) return Error{"unsupported_expectation", "only 100-continue may be expected"};
    head.expects_continue = true;
  }
  if (same_word(name, "Connection")) read_connection(value, head);
  return std::nullopt;
}

// Where the head ends (behind its empty line), from `from` on; nothing when it does not. A line that ends otherwise than
// by CR LF is found before the end: who waits for it would wait for ever.
struct HeadEnd {
  std::optional<std::size_t> at;
  bool bare = false;   // a CR or LF that stands alone
};
HeadEnd find_head_end(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i) {
    const bool after_cr = i > 0 && text[i - 1] == '\r';
    if ((text[i] == '\n') != after_cr) return {std::nullopt, true};
    if (text[i] == '\n' && (i == 1 || (i >= 3 && text[i - 2] == '\n'))) return {i + 1, false};
  }
  return {};
}

}  // namespace

Result<RequestHead> read_head(std::string_view text, const RequestLimits& limits) {
  RequestHead head;
  Seen seen;
  std::size_t lines = 0;
  while (!text.starts_with(kLineEnd)) {
    const auto end = text.find(kLineEnd);
    if (end == std::string_view::npos) return malformed("it has no end");
    const auto line = text.substr(0, end);
    text.remove_prefix(end + kLineEnd.size());
    if (lines > limits.header_fields) return Error{"header_too_large", "the header has too many fields"};
    auto wrong = lines == 0 ? read_request_line(line, limits, head) : read_field(line, limits, seen, head);
    if (wrong) return std::move(*wrong);
    ++lines;
  }
  if (lines == 0) return malformed("it begins with an empty line");
  if (!seen.host) return malformed("it has no Host");
  return head;
}

RequestReader::State RequestReader::feed(std::string_view bytes) {
  PLAN_ASSERT(state_ != State::complete && state_ != State::refused);
  bytes_.append(bytes);
  if (state_ == State::body) return state_ = feed_body();
  return bytes_.empty() ? State::empty : feed_head();
}

RequestReader::State RequestReader::feed_head() {
  state_ = State::head;
  const auto end = find_head_end(bytes_, looked_at_);
  // A limit that depends on how the bytes were cut into pieces would be none.
  if (end.at.value_or(bytes_.size()) > limits_->header_bytes) {
    return refuse({"header_too_large", "the header is larger than " + std::to_string(limits_->header_bytes) + " bytes"});
  }
  if (end.bare) return refuse(malformed("a line does not end with CR LF"));
  if (!end.at) {
    looked_at_ = bytes_.size();
    return state_;
  }
  auto head = read_head(std::string_view(bytes_).substr(0, *end.at), *limits_);
  if (!head) return refuse(head.error());
  head_ = std::move(head).value();
  std::string body;
  body.reserve(std::min(head_.content_length, kBodyReserve));
  body.append(bytes_, *end.at);
  bytes_ = std::move(body);
  return state_ = feed_body();
}

RequestReader::State RequestReader::feed_body() {
  if (bytes_.size() > head_.content_length) return refuse(malformed("there is something behind it before it was answered"));
  return bytes_.size() == head_.content_length ? State::complete : State::body;
}

RequestReader::State RequestReader::refuse(Error error) {
  refusal_ = std::move(error);
  bytes_ = {};
  return state_ = State::refused;
}

}  // namespace plan::orchestrator::http
