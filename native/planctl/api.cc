#include "planctl/api.h"

#include <unistd.h>

#include <array>
#include <filesystem>

#include "values/json.h"

namespace plan::planctl {

namespace {

constexpr const char* kControl = "/run/plan-orchestrator/control.sock";
constexpr const char* kServer = "https://puppet:8146";
constexpr std::array<const char*, 2> kSslDirectories = {"/etc/puppetlabs/puppet/ssl", "/var/lib/puppet/ssl"};
constexpr std::chrono::milliseconds kPatience{30'000};
constexpr std::size_t kMaxAnswer = 256 * 1024 * 1024;
constexpr int kMaxDepth = 8 * values::kMaxJsonDepth;

Error unclear(const std::string& what) {
  return Error{"planctl.certificate", what, "give --cert, --key and --ca, or as root on the orchestrator's host nothing"};
}

// The certificate of this node is the one whose key it has.
Status find_certificate(transport::TlsSettings& tls) {
  for (const char* directory : kSslDirectories) {
    const std::filesystem::path ssl(directory);
    std::vector<std::filesystem::path> keys;
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(ssl / "private_keys", ignored)) {
      if (file.path().extension() == ".pem") keys.push_back(file.path());
    }
    if (keys.empty()) continue;
    if (keys.size() > 1) return unclear("there are several keys in " + (ssl / "private_keys").string());
    if (tls.private_key.empty()) tls.private_key = keys.front().string();
    if (tls.certificate.empty()) tls.certificate = (ssl / "certs" / keys.front().filename()).string();
    if (tls.ca.empty()) tls.ca = (ssl / "certs" / "ca.pem").string();
    if (tls.crl.empty()) tls.crl = (ssl / "crl.pem").string();
    return Done{};
  }
  return unclear("no certificate of Puppet's can be read");
}

std::string text_at(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr || !value->is_string() ? "" : std::string(value->get_string());
}

Error refused(const transport::Response& response, const Result<boost::json::value>& body) {
  Error error{"api.refused", "the orchestrator answers " + std::to_string(response.status), {}};
  if (!body || !body->is_object()) return error;
  const auto* told = body->get_object().if_contains("error");
  if (told == nullptr || !told->is_object()) return error;
  return Error{"api.refused", text_at(told->get_object(), "message"), text_at(told->get_object(), "help")};
}

}  // namespace

Result<Access> complete(Access access) {
  if (access.socket.empty() && access.url.empty() && ::access(kControl, R_OK | W_OK) == 0) access.socket = kControl;
  if (!access.socket.empty()) return access;
  if (access.url.empty()) access.url = kServer;
  const bool given = !access.tls.certificate.empty() && !access.tls.private_key.empty() && !access.tls.ca.empty();
  if (given) return access;
  if (auto found = find_certificate(access.tls); !found) return found.error();
  return access;
}

Result<Api> Api::open(const Access& access) {
  auto client = transport::Client::create(
      {.base_url = access.url, .tls = access.tls, .unix_socket = access.socket, .max_response_bytes = kMaxAnswer});
  if (!client) return client.error();
  return Api(std::move(client).value());
}

Result<boost::json::value> Api::call(transport::Request request) {
  client_->start(std::move(request));
  std::vector<transport::Completion> done;
  while (done.empty()) done = client_->perform(std::chrono::seconds(1));
  const auto& response = done.front().result;
  if (!response) return response.error();
  auto body = values::parse_json(response->body, kMaxAnswer, kMaxDepth);
  if (response->status == 200 && body) return body;
  return refused(*response, body);
}

Result<boost::json::value> Api::get(const std::string& path, std::chrono::milliseconds wait) {
  return call({.path = path, .timeout = kPatience + wait, .method = transport::Method::get});
}

Result<boost::json::value> Api::post(const std::string& path, std::string body) {
  return call({.path = path, .body = std::move(body), .timeout = kPatience});
}

}  // namespace plan::planctl
