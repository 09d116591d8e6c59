// The listeners: HTTPS for members, plain HTTP on loopback for status, and a Unix socket for the host. Everything runs on the one thread that is in
// run(), the service too; one commit carries the exchanges that arrived together.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "orchestrator/access/rules.h"
#include "orchestrator/http/limits.h"
#include "orchestrator/http/tls.h"
#include "orchestrator/service.h"

namespace plan::orchestrator::http {

struct ServerOptions {
  std::string listen;                             // "0.0.0.0:8146", "[::]:8146"; port 0: any free one
  std::string status_listen;                      // loopback only; empty: none
  std::string control;                            // path of a Unix socket that its owner alone may open; empty: none
  TlsFiles tls;
  Rules rules;                                    // who may call the operators' routes
  // Whenever other authorities and revocation lists count from now on; before the first connection, too.
  std::function<void(X509_STORE*)> on_authorities = {};
  ServerLimits limits = {};
  LogSink log = {};
  bool signals = false;                           // SIGTERM and SIGINT stop, SIGHUP calls on_hangup
  std::function<void()> on_hangup = {};           // on the server's thread
  std::vector<int> passed = {};                   // sockets that listen already (http/passed_sockets.h); they are taken over
  std::chrono::microseconds beat{0};              // how often on_beat is called; 0: never
  std::function<void()> on_beat = {};             // on the server's thread: when it comes, the thread is not stuck
};

class Server {
 public:
  // Listens when it returns. The service must outlive the server. Errors: listen.*, tls.*.
  [[nodiscard]] static Result<std::unique_ptr<Server>> open(Service& service, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Until stop() or a signal. An error is that of the store: the process must end.
  [[nodiscard]] Status run();

  // From any thread: a clean stop (calls that wait are answered), and work for the server's thread.
  void stop();
  void post(std::function<void()> work);

  // On the server's thread. reload_tls() does nothing when neither names nor files changed; else new connections get the
  // new certificates, and open ones whose peer is no longer good are cut; an error leaves all as it was. commit() is for
  // what was staged outside of an exchange: configure().
  [[nodiscard]] Status reload_tls(const TlsFiles& files);
  void set_rules(Rules rules);
  void commit();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t status_port() const;   // 0: none

 private:
  Server();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plan::orchestrator::http
