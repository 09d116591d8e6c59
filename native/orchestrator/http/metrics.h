// What is counted, and the text in which Prometheus reads it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "orchestrator/service.h"

namespace plan::orchestrator::http {

// How long something took: how often at most each of the bounds.
class Histogram {
 public:
  static constexpr std::array<double, 12> kBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                     0.05,   0.1,   0.25,   0.5,   1,    2.5};
  void observe(std::chrono::duration<double> time);
  [[nodiscard]] const std::array<std::uint64_t, kBounds.size()>& counts() const { return counts_; }   // not cumulative
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double sum() const { return sum_; }

 private:
  std::array<std::uint64_t, kBounds.size()> counts_{};
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

// Of the listener; what the service counts it gives itself.
struct Gauges {
  std::size_t connections = 0, waiting = 0, watches = 0;
  std::uint64_t refused_connections = 0;
  Histogram commit_seconds = {};
  std::map<std::string, std::uint64_t> refusals = {};   // by code
  bool stopping = false;
};

inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
[[nodiscard]] std::string metrics_text(const Service& service, const Gauges& gauges);

}  // namespace plan::orchestrator::http
