#include "transport/client.h"

#include <array>
#include <map>
#include <mutex>

#include <curl/curl.h>
#include <unistd.h>

#include "base/assert.h"
#include "transport/errors.h"

namespace plan::transport {
namespace {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// libcurl reads from and writes to this; it stays where it is while the request is under way.
struct Transfer {
  std::unique_ptr<CURL, EasyDeleter> easy;
  std::string url;
  std::string request_body;
  Response response;
  std::size_t max_response_bytes = 0;
  std::array<char, CURL_ERROR_SIZE> error{};
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const std::size_t bytes = size * count;
  if (transfer.response.body.size() + bytes > transfer.max_response_bytes) return 0;   // CURLE_WRITE_ERROR
  transfer.response.body.append(data, bytes);
  return bytes;
}

void require(CURLcode code) { PLAN_ASSERT(code == CURLE_OK); }
void require(CURLMcode code) { PLAN_ASSERT(code == CURLM_OK); }

void initialize_library() {
  static std::once_flag once;
  std::call_once(once, [] { require(curl_global_init(CURL_GLOBAL_DEFAULT)); });
}

Status readable(const std::string& path, const char* what) {
  if (access(path.c_str(), R_OK) == 0) return Done{};
  return Error{"transport.certificate", std::string("cannot read the ") + what + " '" + path + "'",
               "check Puppet's settings hostcert, hostprivkey, localcacert and hostcrl"};
}

}  // namespace

struct Client::State {
  Settings settings;
  std::unique_ptr<CURLM, MultiDeleter> multi;
  std::unique_ptr<curl_slist, ListDeleter> headers;
  std::map<std::uint64_t, std::unique_ptr<Transfer>> transfers;

  void set_connection(CURL* easy) const;
  void set_tls(CURL* easy) const;
  static void set_body(Transfer& transfer, Method method);
  void forget(std::map<std::uint64_t, std::unique_ptr<Transfer>>::iterator transfer);
  std::vector<Completion> collect();
};

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}

Client::~Client() {
  while (!state_->transfers.empty()) state_->forget(state_->transfers.begin());
}

namespace {

Status check_tls(const Client::Settings& settings) {
  if (!settings.base_url.starts_with("https://")) {
    return Error{"transport.url", "the orchestrator's URL '" + settings.base_url + "' does not begin with https://",
                 "write it as https://puppet.example.com:8146"};
  }
  const std::array<std::pair<const std::string*, const char*>, 3> files{{
      {&settings.tls.certificate, "certificate"}, {&settings.tls.private_key, "private key"}, {&settings.tls.ca, "CA"}}};
  for (const auto& [path, what] : files) {
    if (auto status = readable(*path, what); !status) return status.error();
  }
  return Done{};
}

}  // namespace

Result<std::unique_ptr<Client>> Client::create(Settings settings) {
  if (!settings.unix_socket.empty()) settings.base_url = "http://localhost";   // for the header; nobody is asked for it
  else if (auto status = check_tls(settings); !status) return status.error();
  while (settings.base_url.ends_with('/')) settings.base_url.pop_back();
  initialize_library();
  auto state = std::make_unique<State>();
  state->settings = std::move(settings);
  state->multi.reset(curl_multi_init());
  PLAN_ASSERT(state->multi != nullptr);
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Accept: application/json");
  state->headers.reset(curl_slist_append(headers, "Expect:"));   // no round trip for "100 Continue"
  return std::unique_ptr<Client>(new Client(std::move(state)));
}

void Client::State::set_connection(CURL* easy) const {
  require(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
  // A name that is being resolved is left to its thread: nobody waits for a name server that does not answer.
  require(curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L));
  require(curl_easy_setopt(easy, CURLOPT_PROXY, ""));   // an agent's http_proxy is for the world outside
  require(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, settings.unix_socket.empty() ? "https" : "http"));
  if (!settings.unix_socket.empty()) {
    require(curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, settings.unix_socket.c_str()));
  }
  require(curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L));
  require(curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)));
  require(curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L));
  require(curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count())));
  require(curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get()));
  require(curl_easy_setopt(easy, CURLOPT_USERAGENT, "plan-agent"));
}

void Client::State::set_tls(CURL* easy) const {
  require(curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)));
  require(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L));
  require(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L));
  require(curl_easy_setopt(easy, CURLOPT_SSLCERT, settings.tls.certificate.c_str()));
  require(curl_easy_setopt(easy, CURLOPT_SSLKEY, settings.tls.private_key.c_str()));
  require(curl_easy_setopt(easy, CURLOPT_CAINFO, settings.tls.ca.c_str()));
  require(curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr));
  if (!settings.tls.crl.empty() && access(settings.tls.crl.c_str(), R_OK) == 0) {
    require(curl_easy_setopt(easy, CURLOPT_CRLFILE, settings.tls.crl.c_str()));
  }
}

void Client::State::set_body(Transfer& transfer, Method method) {
  CURL* easy = transfer.easy.get();
  if (method == Method::post) {
    require(curl_easy_setopt(easy, CURLOPT_POST, 1L));
    require(curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer.request_body.data()));
    require(curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.request_body.size())));
  }
  require(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body));
  require(curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer));
  require(curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error.data()));
}

void Client::start(Request request) {
  PLAN_ASSERT(!state_->transfers.contains(request.id));
  auto transfer = std::make_unique<Transfer>();
  transfer->easy.reset(curl_easy_init());
  PLAN_ASSERT(transfer->easy != nullptr);
  transfer->url = state_->settings.base_url + request.path;
  transfer->request_body = std::move(request.body);
  transfer->max_response_bytes = state_->settings.max_response_bytes;
  CURL* easy = transfer->easy.get();
  require(curl_easy_setopt(easy, CURLOPT_URL, transfer->url.c_str()));
  require(curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count())));
  require(curl_easy_setopt(easy, CURLOPT_PRIVATE, reinterpret_cast<char*>(static_cast<std::uintptr_t>(request.id))));
  state_->set_connection(easy);
  if (state_->settings.unix_socket.empty()) state_->set_tls(easy);
  State::set_body(*transfer, request.method);
  require(curl_multi_add_handle(state_->multi.get(), easy));
  state_->transfers.emplace(request.id, std::move(transfer));
}

std::vector<Completion> Client::perform(std::chrono::milliseconds timeout) {
  int running = 0;
  require(curl_multi_perform(state_->multi.get(), &running));
  auto done = state_->collect();
  if (!done.empty()) return done;
  require(curl_multi_poll(state_->multi.get(), nullptr, 0, static_cast<int>(timeout.count()), nullptr));
  require(curl_multi_perform(state_->multi.get(), &running));
  return state_->collect();
}

std::vector<Completion> Client::State::collect() {
  std::vector<Completion> done;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    char* id = nullptr;
    require(curl_easy_getinfo(easy, CURLINFO_PRIVATE, &id));
    auto found = transfers.find(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(id)));
    PLAN_ASSERT(found != transfers.end());
    Transfer& transfer = *found->second;
    if (code == CURLE_OK) {
      long status = 0;
      curl_off_t seconds = 0;
      require(curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status));
      require(curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds));
      transfer.response.status = static_cast<int>(status);
      if (seconds > 0) transfer.response.retry_after = std::chrono::seconds(seconds);
      done.push_back({found->first, std::move(transfer.response)});
    } else {
      done.push_back({found->first, describe(code, settings.unix_socket.empty() ? settings.base_url : settings.unix_socket, transfer.error.data())});
    }
    forget(found);
  }
  return done;
}

void Client::State::forget(std::map<std::uint64_t, std::unique_ptr<Transfer>>::iterator transfer) {
  require(curl_multi_remove_handle(multi.get(), transfer->second->easy.get()));
  transfers.erase(transfer);
}

void Client::wakeup() { require(curl_multi_wakeup(state_->multi.get())); }

void Client::cancel(std::uint64_t id) {
  if (auto found = state_->transfers.find(id); found != state_->transfers.end()) state_->forget(found);
}

}  // namespace plan::transport
