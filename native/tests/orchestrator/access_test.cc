// Who may do what, on the real daemon: every route × every kind of caller, and a line of the audit for each refusal.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/orchestrator/daemon_child.h"
#include "tests/orchestrator/desk.h"
#include "tests/orchestrator/https_client.h"
#include "tests/orchestrator/sign_admission.h"
#include "tests/orchestrator/temporary_directory.h"

namespace plan::orchestrator {
namespace {

using ::testing::HasSubstr;
using Extensions = std::map<std::string, std::string>;

const Extensions kOperator = {{"1.3.6.1.4.1.34380.1.3.39", "true"}};      // pp_cli_auth
const Extensions kMonitoring = {{"1.3.6.1.4.1.34380.1.1.13", "monitoring"}};   // pp_role

// "" is a refused handshake: there is nobody to answer.
struct Row {
  std::string_view caller;
  std::string_view exchange, state, figures, clusters, unknown;
};

constexpr std::string_view kTls = "";
constexpr std::string_view kYes = "200";
constexpr std::string_view kNo = "403 forbidden";
constexpr std::string_view kNowhere = "404 not_found";

constexpr auto kTable = std::to_array<Row>({
    // caller              exchange                 state  figures clusters unknown
    {"no certificate",     kTls,                    kTls, kTls, kTls, kTls},
    {"another CA",         kTls,                    kTls, kTls, kTls, kTls},
    {"expired",            kTls,                    kTls, kTls, kTls, kTls},
    {"not yet valid",      kTls,                    kTls, kTls, kTls, kTls},
    {"revoked",            kTls,                    kTls, kTls, kTls, kTls},
    {"no admission",       "403 not_admitted",      kYes, kNo,  kNo,  kNowhere},
    {"own signature",      "403 admission_refused", kYes, kNo,  kNo,  kNowhere},
    {"another node's",     "403 admission_refused", kYes, kNo,  kNo,  kNowhere},
    {"another cluster's",  "403 admission_refused", kYes, kNo,  kNo,  kNowhere},
    {"another resource's", "403 admission_refused", kYes, kNo,  kNo,  kNowhere},
    {"released",           "403 released",          kYes, kNo,  kNo,  kNowhere},
    {"wrong in path",      "403 wrong_certname",    kYes, kNo,  kNo,  kNowhere},
    {"wrong in body",      "403 wrong_certname",    kYes, kNo,  kNo,  kNowhere},
    {"member",             kYes,                    kYes, kNo,  kNo,  kNowhere},
    {"operator",           "403 not_admitted",      kYes, kYes, kYes, kNowhere},
    {"denied operator",    "403 not_admitted",      kYes, kNo,  kNo,  kNowhere},
    {"monitoring",         "403 not_admitted",      kYes, kYes, kNo,  kNowhere},
    {"the orchestrator",   "403 not_admitted",      kYes, kYes, kYes, kNowhere},
});

// All that the daemon serves, each with its column of the table; `good` is the answer to whom the table says "200".
struct Route {
  std::string_view method, path;
  std::string_view Row::*column;
  std::string_view good = kYes;
};

constexpr auto kRoutes = std::to_array<Route>({
    {"POST", "", &Row::exchange},   // the caller's own path
    {"GET", "/status/v1/simple", &Row::state},
    {"GET", "/status/v1/simple/plan-orchestrator", &Row::state},
    {"GET", "/status/v1/services", &Row::figures},
    {"GET", "/status/v1/services/plan-orchestrator", &Row::figures},
    {"GET", "/metrics", &Row::figures},
    {"GET", "/plan/v1/backup", &Row::clusters},
    {"GET", "/plan/v1/clusters", &Row::clusters},
    {"GET", "/plan/v1/clusters/desk_1", &Row::clusters},
    {"GET", "/plan/v1/clusters/desk_1?since=1&wait_ms=1", &Row::clusters},
    {"GET", "/plan/v1/clusters/desk_1/members", &Row::clusters},
    {"GET", "/plan/v1/clusters/desk_1/messages", &Row::clusters},
    {"GET", "/plan/v1/clusters/desk_1/dead-letters", &Row::clusters},
    {"POST", "/plan/v1/clusters/desk_1/dead-letters/99/retry", &Row::clusters, "404 not_found"},
    {"POST", "/plan/v1/clusters/desk_1/inputs/closings", &Row::clusters, "400 malformed"},   // an exchange is no word of an operator
    {"GET", "/plan/v1/nothing", &Row::unknown},
});

std::string_view expected(const Row& row, const Route& route) {
  const std::string_view cell = row.*route.column;
  return cell == kYes ? route.good : cell;
}

constexpr const char* kRules = R"(crl: crl.pem
authorization:
  - name: monitoring
    routes: [/metrics, /status/*]
    allow: [{extensions: {pp_role: monitoring}}]
  - name: former colleagues
    routes: '*'
    deny: /former-.+/
)";

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() {
    std::filesystem::create_directory(directory_.file("clusters"));
    const Declaration declaration = desk_declaration();
    std::ofstream(directory_.file("clusters/desk_1.json"))
        << boost::json::serialize(boost::json::object{{"resource", declaration.resource}, {"title", declaration.title},
                                                      {"plan", declaration.plan}, {"parameters", declaration.parameters},
                                                      {"bundle", declaration.bundle}});
    std::filesystem::copy_file(ca_.revoke(revoked_), directory_.file("crl.pem"));
    std::ofstream(directory_.file("orchestrator.yaml"))
        << "listen: 127.0.0.1:0\nstatus_listen: ''\ncertificate: " << own_.certificate << "\nprivate_key: " << own_.private_key
        << "\nca: " << ca_.certificate() << "\nstore: store.sqlite\nclusters: clusters\n" << kRules;
    child_ = std::make_unique<Child>(std::vector<std::string>{"--config", directory_.file("orchestrator.yaml")}, "");
    const std::string line = child_->line_with(", port ");
    port_ = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind("port ") + 5)));
  }

  std::string admission(const std::string& certname, std::uint64_t compiled_us = 10, const std::string& cluster = "desk_1",
                        const std::string& resource = "Desk::Member[m]") {
    return sign_admission({certname, cluster, resource, compiled_us, ""}, own_);
  }

  // Who calls: the key pair, and what the caller would exchange.
  struct Caller {
    std::optional<test::KeyPair> pair;
    Member member{"db1"};
    std::string path_certname = "db1";
  };
  Caller with(std::optional<test::KeyPair> pair, std::string shown = "") {
    Caller caller{std::move(pair), Member("db1"), "db1"};
    caller.member.join();
    caller.member.admission = std::move(shown);
    return caller;
  }
  Caller named(const std::string& certname, const Extensions& extensions = {}) {
    Caller caller = with(ca_.issue(certname, extensions));
    caller.member = Member(certname);
    caller.member.join();
    caller.path_certname = certname;
    return caller;
  }
  Caller released();
  Caller caller(std::string_view kind);

  std::string call(const Caller& caller, std::string_view method, const std::string& path) {
    HttpsClient client(port_, ca_.certificate(), caller.pair ? &*caller.pair : nullptr);
    const auto answer = method == "POST" ? client.post(path, protocol::write(caller.member.request())) : client.get(path);
    if (!answer.connected) return "";
    return std::to_string(answer.status) + (answer.status == 200 ? "" : " " + answer.error_code());
  }
  std::string exchange(const Caller& caller) {
    return call(caller, "POST", protocol::exchange_path({caller.path_certname, "Desk::Member[m]"}));
  }

  TemporaryDirectory directory_;
  test::Authority ca_{"CA"}, other_ca_{"CA"};
  test::KeyPair own_ = ca_.issue("localhost");
  test::KeyPair revoked_ = ca_.issue("db1");
  std::unique_ptr<Child> child_;
  std::uint16_t port_ = 0;
};

// One that joined, left, and comes again with what it has.
AccessTest::Caller AccessTest::released() {
  Caller caller = named("db3");
  caller.member.admission = admission("db3");
  caller.member.leave();
  EXPECT_EQ(exchange(caller), "200");
  caller.member.begin_anew('b');
  caller.member.join();
  return caller;
}

AccessTest::Caller AccessTest::caller(std::string_view kind) {
  if (kind == "no certificate") return with(std::nullopt);
  if (kind == "another CA") return with(other_ca_.issue("db1"));
  if (kind == "expired") return with(ca_.issue("db1", {}, {-7200, -3600}));
  if (kind == "not yet valid") return with(ca_.issue("db1", {}, {3600, 7200}));
  if (kind == "revoked") return with(revoked_, admission("db1"));
  if (kind == "no admission") return with(ca_.issue("db1"));
  if (kind == "own signature") {
    const auto pair = ca_.issue("db1");
    return with(pair, sign_admission({"db1", "desk_1", "Desk::Member[m]", 10, ""}, pair));
  }
  if (kind == "another node's") return with(ca_.issue("db1"), admission("db2"));
  if (kind == "another cluster's") return with(ca_.issue("db1"), admission("db1", 10, "desk_2"));
  if (kind == "another resource's") return with(ca_.issue("db1"), admission("db1", 10, "desk_1", "Desk::Member[n]"));
  if (kind == "released") return released();
  if (kind == "wrong in path") {
    Caller caller = with(ca_.issue("db1"), admission("db1"));
    caller.member = Member("db2");
    caller.member.join();
    caller.path_certname = "db2";
    return caller;
  }
  if (kind == "wrong in body") {
    Caller caller = with(ca_.issue("db1"), admission("db1"));
    const std::string shown = caller.member.admission;
    caller.member = Member("db2");   // who speaks in the messages
    caller.member.admission = shown;
    caller.member.join();
    return caller;
  }
  if (kind == "member") return with(ca_.issue("db1"), admission("db1"));
  if (kind == "operator") return named("admin", kOperator);
  if (kind == "denied operator") return named("former-admin", kOperator);
  if (kind == "monitoring") return named("prometheus", kMonitoring);
  if (kind == "the orchestrator") {
    Caller caller = with(own_);
    caller.member = Member("localhost");
    caller.member.join();
    caller.path_certname = "localhost";
    return caller;
  }
  PLAN_ASSERT(false);
  return {};
}

TEST_F(AccessTest, S16_EveryRouteForEveryCaller) {
  std::size_t refusals = 0, handshakes = 0;
  for (const auto& row : kTable) {
    const Caller one = caller(row.caller);
    for (const auto& route : kRoutes) {
      const std::string seen = route.path.empty() ? exchange(one) : call(one, route.method, std::string(route.path));
      EXPECT_EQ(seen, expected(row, route)) << row.caller << ": " << route.method << " " << route.path;
      refusals += expected(row, route).starts_with("40") ? 1U : 0U;
      handshakes += expected(row, route).empty() ? 1U : 0U;
    }
  }
  child_->signal(SIGTERM);
  const std::string log = child_->rest();
  const auto count = [&](std::string_view text) {
    std::size_t found = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count(": refused: "), refusals) << log;
  EXPECT_EQ(count(": TLS refused: "), handshakes) << log;
  EXPECT_THAT(log, HasSubstr("db1: refused: GET /metrics: forbidden: 'db1' may not call /metrics: no rule allows it, of "));
  EXPECT_THAT(log, HasSubstr("former-admin: refused: GET /metrics: forbidden: 'former-admin' may not call /metrics: rule 'former colleagues' denies it"));
  EXPECT_THAT(log, HasSubstr("db1 Desk::Member[m]: refused: wrong_certname: the path speaks for 'db2', the certificate for 'db1'"));
}

TEST_F(AccessTest, ARuleSeesThroughPercentEncoding) {
  std::ofstream(directory_.file("orchestrator.yaml"), std::ios::app)
      << "  - {name: secret, routes: /plan/v1/clusters/desk_1, deny: '*'}\n";
  child_->signal(SIGHUP);
  EXPECT_NE(child_->line_with("reloaded: "), "");
  const Caller admin = named("admin", kOperator);
  EXPECT_EQ(call(admin, "GET", "/plan/v1/clusters"), "200");
  EXPECT_EQ(call(admin, "GET", "/plan/v1/clusters/desk_1"), kNo);
  EXPECT_EQ(call(admin, "GET", "/plan/v1/clusters/%64esk_1"), kNo);
}

// A catalog that was compiled after the release brings the member back; that of the release itself does not.
TEST_F(AccessTest, WhoLeftComesBackByANewerCatalogOnly) {
  Caller caller = released();
  EXPECT_EQ(exchange(caller), "403 released");
  caller.member.admission = "";
  EXPECT_EQ(exchange(caller), "403 released");
  caller.member.admission = admission("db3", 9);
  EXPECT_EQ(exchange(caller), "403 released");
  caller.member.admission = admission("db3", 11);
  EXPECT_EQ(exchange(caller), "200");
  // It need not show it again.
  caller.member.admission = "";
  EXPECT_EQ(exchange(caller), "200");
}

}  // namespace
}  // namespace plan::orchestrator
