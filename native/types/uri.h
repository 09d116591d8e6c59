// Uniform resource identifiers (RFC 3986), with the parts Puppet's URI has.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "types/type.h"

namespace plan::types {

struct Uri {
  std::string scheme;        // lower case; empty: none
  std::string userinfo;
  std::optional<std::string> host;
  std::optional<std::int64_t> port;
  std::string path;
  std::optional<std::string> query;
  std::optional<std::string> fragment;
  std::string opaque;        // what follows `mailto:`; then there is no host and no path

  static constexpr std::array<std::string_view, 8> kParts = {"scheme", "userinfo", "host", "port", "path", "query", "fragment", "opaque"};

  [[nodiscard]] static bool has_part(std::string_view name);
  [[nodiscard]] static std::optional<Uri> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;      // without a port that the scheme implies
  // A part's type as a literal, the port an Integer; Undef where it is missing.
  [[nodiscard]] TypePtr part(std::string_view name) const;
  // `reference` as seen from here (section 5.2 of the RFC).
  [[nodiscard]] Uri resolve(const Uri& reference) const;
  // The same resource: letter case of scheme and host, and a path of nothing but the root, do not count.
  [[nodiscard]] bool same_as(const Uri& other) const;
};

// URI['http://…']: what Puppet infers of a URI, parts in lower case where case does not count, the port as text.
[[nodiscard]] TypePtr uri_type(const Uri& uri);

}  // namespace plan::types
