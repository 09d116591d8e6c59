// `planctl check`: tells every mistake of a bundle, or of files and folders of plans.
#pragma once

#include <string>
#include <vector>

namespace plan::planctl {

struct CheckOptions {
  std::vector<std::string> paths;   // files, or folders in which *.plan and types/*.pp are looked for
  std::string bundle;               // a bundle's file, "-" for standard input; empty: `paths` are checked
  bool json = false;
};

// 0: no mistake; 1: mistakes; 2: something could not be read. Mistakes go to standard output.
[[nodiscard]] int check(const CheckOptions& options);

}  // namespace plan::planctl
