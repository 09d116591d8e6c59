#include "tests/orchestrator/https_client.h"

#include <algorithm>
#include <cctype>

#include <curl/curl.h>

#include "base/assert.h"
#include "protocol/exchange.h"

namespace plan::orchestrator {

struct HttpsClient::Handle {
  CURL* curl = curl_easy_init();
  curl_slist* targets = nullptr;
  curl_slist* headers = nullptr;
  ~Handle() {
    curl_easy_cleanup(curl);
    curl_slist_free_all(targets);
    curl_slist_free_all(headers);
  }
};

namespace {

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* answer) {
  static_cast<HttpAnswer*>(answer)->body.append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* answer) {
  const std::string line(data, size * count);
  const auto colon = line.find(':');
  if (colon == std::string::npos) return size * count;
  std::string name = line.substr(0, colon);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto begin = line.find_first_not_of(' ', colon + 1);
  const auto end = line.find_last_not_of("\r\n");
  static_cast<HttpAnswer*>(answer)->headers[name] = begin > end ? "" : line.substr(begin, end - begin + 1);
  return size * count;
}

}  // namespace

std::string HttpAnswer::error_code() const {
  const auto error = protocol::read_error(body);
  return error.ok() ? error->code : "no error reply: " + body;
}

HttpsClient::HttpsClient(std::uint16_t port, std::string ca, const test::KeyPair* pair)
    : handle_(std::make_unique<Handle>()) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_ALL);
  PLAN_ASSERT(global == CURLE_OK);
  CURL* curl = handle_->curl;
  const std::string number = std::to_string(port);
  base_ = (ca.empty() ? "http://localhost:" : "https://localhost:") + number;
  handle_->targets = curl_slist_append(nullptr, ("localhost:" + number + ":127.0.0.1:" + number).c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECT_TO, handle_->targets);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  if (!ca.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, ca.c_str());
  if (pair != nullptr) {
    curl_easy_setopt(curl, CURLOPT_SSLCERT, pair->certificate.c_str());
    curl_easy_setopt(curl, CURLOPT_SSLKEY, pair->private_key.c_str());
  }
}

HttpsClient::~HttpsClient() = default;

HttpAnswer HttpsClient::perform(const std::string& path) {
  HttpAnswer answer;
  CURL* curl = handle_->curl;
  curl_easy_setopt(curl, CURLOPT_URL, (base_ + path).c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
  const CURLcode code = curl_easy_perform(curl);
  answer.connected = code == CURLE_OK;
  answer.problem = curl_easy_strerror(code);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  long made = 0;
  curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &made);
  connections_ += made;
  return answer;
}

HttpAnswer HttpsClient::get(const std::string& path) {
  curl_easy_setopt(handle_->curl, CURLOPT_HTTPGET, 1L);
  return perform(path);
}

HttpAnswer HttpsClient::post(const std::string& path, const std::string& body, const std::string& header) {
  CURL* curl = handle_->curl;
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_slist_free_all(handle_->headers);
  handle_->headers = header.empty() ? nullptr : curl_slist_append(nullptr, header.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, handle_->headers);
  return perform(path);
}

}  // namespace plan::orchestrator
