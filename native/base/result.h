// Operational failures as values. A user's mistake in a plan is a diagnostic (diagnostics/), a bug is PLAN_ASSERT.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace plan {

// What went wrong, for people (message: what and where; help: what to do next) and for programs (code: a stable
// dotted word, e.g. "store.full"; the one switch that maps codes to HTTP or Ruby lives in that shell).
struct Error {
  std::string code;
  std::string message;
  std::string help = {};
};

struct Done {};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}          // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}      // NOLINT: implicit on purpose

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { PLAN_ASSERT(ok()); return std::get<0>(state_); }
  const T& value() const& { PLAN_ASSERT(ok()); return std::get<0>(state_); }
  T&& value() && { PLAN_ASSERT(ok()); return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const { PLAN_ASSERT(!ok()); return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<Done>;

}  // namespace plan
