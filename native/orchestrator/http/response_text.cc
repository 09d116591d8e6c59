#include "orchestrator/http/response_text.h"

#include <boost/beast/http/status.hpp>

#include "orchestrator/version.h"

namespace plan::orchestrator::http {

std::string response_head(const Response& response, std::size_t length, bool keep_alive) {
  namespace beast_http = boost::beast::http;
  const std::string reason(beast_http::obsolete_reason(beast_http::int_to_status(response.status)));
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " + reason + "\r\n";
  const auto add = [&text](std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
  };
  add("Server", "plan-orchestrator/" + std::string(kVersion));
  add("Content-Type", response.content_type);
  add("Content-Length", std::to_string(length));
  if (!response.allow.empty()) add("Allow", response.allow);
  if (response.retry_after_s) add("Retry-After", std::to_string(*response.retry_after_s));
  if (!keep_alive) add("Connection", "close");
  return text + "\r\n";
}

}  // namespace plan::orchestrator::http
