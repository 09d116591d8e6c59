// What one client, and all of them together, may take of the daemon. Times are for a phase as a whole, not for a read.
#pragma once

#include <chrono>
#include <cstddef>

#include "protocol/exchange.h"

namespace plan::orchestrator::http {

struct RequestLimits {
  std::size_t header_bytes = 8 * 1024;            // request line and fields; beyond it: 431
  std::size_t header_fields = 64;                 // 431
  std::size_t target_bytes = 2 * 1024;            // 414
  std::size_t body_bytes = protocol::kMaxBodyBytes;   // 413
  friend bool operator==(const RequestLimits&, const RequestLimits&) = default;
};

struct ServerLimits {
  RequestLimits request = {};
  std::size_t connections = 10'000;               // beyond it: 503 with Retry-After
  std::size_t connections_per_certname = 32;      // likewise; an agent has one for each process and a few for retries
  std::size_t bodies_bytes = 256 * 1024 * 1024;   // of all requests that are being read; beyond it: 503
  std::size_t handshakes = 32;                    // at work at once; of those that wait, the last comes first
  std::chrono::milliseconds handshake_turn{500};  // then a slow client's handshake goes on without keeping others waiting
  std::chrono::milliseconds handshake{10'000};    // to wait for a turn, and again for the handshake itself
  std::chrono::milliseconds header{10'000};       // of a request that has begun, or the first of a connection
  std::chrono::milliseconds idle{90'000};         // between requests
  std::chrono::milliseconds body{30'000};
  std::chrono::milliseconds write{30'000};        // an answer; of a file, each megabyte
  std::chrono::milliseconds close{2'000};         // for the client to read a refusal
  std::chrono::milliseconds stop{5'000};          // for requests at work when the daemon stops
  std::chrono::milliseconds sweep{500};           // how often the deadlines of connections are looked at
  std::chrono::milliseconds watch{2'000};         // likewise the files of certificates and revocation list
  friend bool operator==(const ServerLimits&, const ServerLimits&) = default;
};

}  // namespace plan::orchestrator::http
