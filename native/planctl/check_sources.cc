#include "planctl/check_sources.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

#include "values/json.h"

namespace plan::planctl {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxBundleBytes = 64 * 1024 * 1024;

Error unreadable(const std::string& what, const std::string& why) { return Error{"planctl.read", what + ": " + why, {}}; }

// A text over the limit is not read further than needed to say so.
Result<std::string> read_text(std::istream& stream, const std::string& name, std::size_t limit) {
  std::string text;
  char block[64 * 1024];
  while (text.size() <= limit && (stream.read(block, sizeof block), stream.gcount() > 0)) {
    text.append(block, static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) return unreadable(name, "it cannot be read");
  return text;
}

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  std::error_code problem;
  if (fs::is_directory(path, problem)) return unreadable(path.string(), "it is a folder");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return unreadable(path.string(), fs::exists(path, problem) ? "it cannot be opened" : "there is no such file or folder");
  return read_text(stream, path.string(), limit);
}

bool is_below(const fs::path& path, std::string_view folder) {
  return std::any_of(path.begin(), path.end(), [&](const fs::path& part) { return part == folder; });
}

bool is_source(const fs::path& path) {
  return path.extension() == ".plan" || (path.extension() == ".pp" && is_below(path.parent_path(), "types"));
}

class Collection {
 public:
  Status judge(const fs::path& path) {
    std::error_code problem;
    if (!fs::is_directory(path, problem)) return add(path, true);
    const std::size_t before = texts_.size();
    if (Status found = add_folder(path, true); !found) return found;
    if (texts_.size() == before) return unreadable(path.string(), "it holds no *.plan and no types/*.pp");
    return Done{};
  }

  // What the modules of the judged files hold besides.
  Status add_modules() {
    std::set<fs::path> roots;
    for (const check::Text& text : texts_) {
      std::error_code problem;
      const fs::path path = fs::weakly_canonical(text.path, problem);
      for (fs::path at = path.parent_path(); at.has_relative_path(); at = at.parent_path()) {
        if (at.filename() != "plans" && at.filename() != "types") continue;
        roots.insert(at.parent_path());
        break;
      }
    }
    for (const fs::path& root : roots) {
      if (Status found = add_module(root); !found) return found;
    }
    return Done{};
  }

  Status add_modulepath(const fs::path& folder) {
    std::error_code problem;
    std::vector<fs::path> modules;
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
      modules.push_back(at->path());
    }
    if (problem) return unreadable(folder.string(), problem.message());
    std::sort(modules.begin(), modules.end());
    for (const fs::path& module : modules) {
      if (Status found = add_module(module); !found) return found;
    }
    return Done{};
  }

  std::vector<check::Text> texts() && { return std::move(texts_); }

 private:
  Status add_module(const fs::path& root) {
    for (const char* folder : {"plans", "types"}) {
      std::error_code problem;
      if (!fs::is_directory(root / folder, problem)) continue;
      if (Status found = add_folder(root / folder, false); !found) return found;
    }
    return Done{};
  }

  Status add_folder(const fs::path& folder, bool judged) {
    std::error_code problem;
    std::vector<fs::path> files;
    fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, problem);
    for (const fs::recursive_directory_iterator end; !problem && at != end; at.increment(problem)) {
      std::error_code unknown;
      const fs::path absolute = fs::weakly_canonical(at->path(), unknown);
      if (at->is_regular_file(unknown) && is_source(absolute)) files.push_back(at->path());
    }
    if (problem) return unreadable(folder.string(), problem.message());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      if (Status added = add(file, judged); !added) return added;
    }
    return Done{};
  }

  Status add(const fs::path& path, bool judged) {
    std::error_code problem;
    if (!seen_.insert(fs::weakly_canonical(path, problem)).second) return Done{};
    Result<std::string> text = read_file(path, syntax::kMaxSourceBytes);
    if (!text) return text.error();
    texts_.push_back({path.string(), std::move(*text), judged});
    return Done{};
  }

  std::vector<check::Text> texts_;
  std::set<fs::path> seen_;
};

}  // namespace

Result<std::vector<check::Text>> read_for_check(const std::vector<std::string>& paths, const std::vector<std::string>& modulepath) {
  Collection collection;
  for (const std::string& path : paths) {
    if (Status found = collection.judge(path); !found) return found.error();
  }
  if (Status found = collection.add_modules(); !found) return found.error();
  for (const std::string& folder : modulepath) {
    if (Status found = collection.add_modulepath(folder); !found) return found.error();
  }
  return std::move(collection).texts();
}

Result<engine::Bundle> read_bundle_for_check(const std::string& name) {
  Result<std::string> text = name == "-" ? read_text(std::cin, "standard input", kMaxBundleBytes) : read_file(name, kMaxBundleBytes);
  if (!text) return text.error();
  Result<boost::json::value> json = values::parse_json(*text, kMaxBundleBytes);
  if (!json) return json.error();
  return engine::read_bundle(*json);
}

}  // namespace plan::planctl
