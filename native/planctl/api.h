// One call after the other to an orchestrator: over its control socket, or by HTTPS with a certificate.
#pragma once

#include <memory>
#include <string>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "transport/client.h"

namespace plan::planctl {

struct Access {
  std::string socket, url;
  transport::TlsSettings tls;
};

// What was not given: the control socket of this host if its daemon has one, else the server `puppet` with the files that
// Puppet keeps for this node. Error planctl.certificate: which they are cannot be told.
[[nodiscard]] Result<Access> complete(Access given);

class Api {
 public:
  [[nodiscard]] static Result<Api> open(const Access& access);

  // The answer. Errors: transport.*; api.refused: the orchestrator's own words.
  [[nodiscard]] Result<boost::json::value> get(const std::string& path, std::chrono::milliseconds wait = {});
  [[nodiscard]] Result<boost::json::value> post(const std::string& path, std::string body = {});

 private:
  explicit Api(std::unique_ptr<transport::Client> client) : client_(std::move(client)) {}
  Result<boost::json::value> call(transport::Request request);
  std::unique_ptr<transport::Client> client_;
};

}  // namespace plan::planctl
