// A bundle: a plan with all it needs, as texts. What a catalog carries, so that a process runs exactly the version of
// its plan that the catalog was compiled with.
//
//   {"format": 1, "plan": "galera::host", "digest": "<sha256 of the files, hex>",
//    "files": [{"path": "galera/plans/host.plan", "text": "…"}, {"path": "galera/types/member_map.pp", "text": "…"}]}
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.h"

namespace plan::engine {

inline constexpr int kBundleFormat = 1;

struct SourceFile {
  std::string path;
  std::string text;
};

struct Bundle {
  std::string plan;
  std::string digest;
  std::vector<SourceFile> files;
};

[[nodiscard]] Result<Bundle> read_bundle(const boost::json::value& json);
[[nodiscard]] boost::json::value write_bundle(const Bundle& bundle);

}  // namespace plan::engine
