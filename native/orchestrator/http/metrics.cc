#include "orchestrator/http/metrics.h"

#include <cstdio>

namespace plan::orchestrator::http {

namespace {

std::string text_of(double value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.9g", value);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string escaped(std::string_view value) {
  std::string result;
  for (const char c : value) {
    if (c == '\n') result += "\\n";
    else if (c == '\\' || c == '"') result += std::string("\\") + c;
    else result += c;
  }
  return result;
}

class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = "plan_orchestrator_" + std::string(name);
    text_ += "# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " " + std::string(type) + "\n";
  }
  // `label` and `value` are both empty, or name what of the family it is.
  void sample(const std::string& number, std::string_view label = {}, std::string_view value = {},
              std::string_view suffix = {}) {
    text_ += name_ + std::string(suffix);
    if (!label.empty()) text_ += "{" + std::string(label) + "=\"" + escaped(value) + "\"}";
    text_ += " " + number + "\n";
  }
  void single(std::string_view name, std::string_view type, std::string_view help, std::uint64_t number) {
    family(name, type, help);
    sample(std::to_string(number));
  }
  void histogram(std::string_view name, std::string_view help, const Histogram& histogram) {
    family(name, "histogram", help);
    std::uint64_t up_to = 0;
    for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
      up_to += histogram.counts().at(i);
      sample(std::to_string(up_to), "le", text_of(Histogram::kBounds.at(i)), "_bucket");
    }
    sample(std::to_string(histogram.count()), "le", "+Inf", "_bucket");
    sample(text_of(histogram.sum()), {}, {}, "_sum");
    sample(std::to_string(histogram.count()), {}, {}, "_count");
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_, text_;
};

void add_traffic(Page& page, const Service::Counters& counters, const Gauges& gauges) {
  page.single("exchanges_total", "counter", "Exchange calls, refused ones too.", counters.exchanges);
  page.single("messages_received_total", "counter", "Messages of members, each counted once.", counters.messages_received);
  page.single("messages_sent_total", "counter", "Messages to members, each counted once.", counters.messages_sent);
  page.single("duplicates_total", "counter", "Messages that came again and had no effect.", counters.duplicates);
  page.single("undeliverable_total", "counter", "Messages to nobody who could take them.", counters.undeliverable);
  page.single("dead_letters_total", "counter", "Messages and tokens that were given up.", counters.dead_letters);
  page.family("refused_total", "counter", "Requests that were answered with an error, by its code.");
  for (const auto& [code, count] : gauges.refusals) page.sample(std::to_string(count), "code", code);
  page.single("connections", "gauge", "Open connections.", gauges.connections);
  page.single("connections_waiting", "gauge", "Calls that are held until there is something to receive.", gauges.waiting);
  page.single("watches", "gauge", "Calls of operators that are held until something changes.", gauges.watches);
  page.single("connections_refused_total", "counter", "Connections beyond the limit.", gauges.refused_connections);
}

using Count = std::uint64_t Service::ClusterCounts::*;
void add_by_cluster(Page& page, const std::vector<Service::ClusterCounts>& clusters) {
  const auto add = [&](std::string_view name, std::string_view type, std::string_view help, Count count) {
    page.family(name, type, help);
    for (const auto& one : clusters) page.sample(std::to_string(one.*count), "cluster", one.title);
  };
  using Counts = Service::ClusterCounts;
  add("members", "gauge", "Members that ever spoke.", &Counts::members);
  add("undelivered_messages", "gauge", "Messages that members have not acknowledged.", &Counts::undelivered);
  add("tokens", "gauge", "Tokens in the queues of the plan.", &Counts::tokens);
  add("blocked", "gauge", "Reasons why the cluster does not go on; 0: it is not blocked.", &Counts::waiting);
  add("firings_total", "counter", "Firings of the plan's actions since the cluster was declared.", &Counts::firings);
}

}  // namespace

void Histogram::observe(std::chrono::duration<double> time) {
  ++count_;
  sum_ += time.count();
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    if (time.count() > kBounds.at(i)) continue;
    ++counts_.at(i);
    return;
  }
}

std::string metrics_text(const Service& service, const Gauges& gauges) {
  Page page;
  add_traffic(page, service.counters(), gauges);
  page.histogram("commit_seconds", "How long a transaction of the store took.", gauges.commit_seconds);
  page.single("store_full", "gauge", "1 while the store finds no room.", service.full() ? 1 : 0);
  page.single("epoch", "gauge", "The store's epoch.", service.epoch());
  const auto clusters = service.cluster_counts();
  page.single("clusters", "gauge", "Clusters that are served.", clusters.size());
  add_by_cluster(page, clusters);
  return page.take();
}

}  // namespace plan::orchestrator::http
