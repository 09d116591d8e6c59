#include "planctl/needed.h"

#include <deque>

#include "check/model.h"
#include "syntax/lexer.h"
#include "syntax/parser.h"

namespace plan::planctl {

namespace {

std::string canonical(std::string_view name) { return check::lower_case(name.starts_with("::") ? name.substr(2) : name); }

}  // namespace

NameIndex::NameIndex(const engine::Bundle& all) : all_(all) {
  diagnostics::Sources sources;
  diagnostics::Diagnostics ignored;      // mistakes are told where the files are compiled
  for (std::size_t i = 0; i < all.files.size(); ++i) {
    const SourceId id = sources.add(all.files[i].path, all.files[i].text);
    const syntax::ParsedFile file = syntax::parse_file(id, sources, ignored);
    for (const syntax::PlanDecl* plan : file.plans) files_.emplace(canonical(plan->name.text), i);
    for (const syntax::TypeAlias* alias : file.aliases) files_.emplace(canonical(alias->name.text), i);
  }
}

std::optional<std::size_t> NameIndex::file_of(std::string_view name) const {
  const auto found = files_.find(canonical(name));
  return found == files_.end() ? std::nullopt : std::optional(found->second);
}

std::set<std::size_t> NameIndex::needed_by(std::set<std::size_t> files) const {
  std::deque<std::size_t> open(files.begin(), files.end());
  for (; !open.empty(); open.pop_front()) {
    for (const std::size_t file : files_mentioned(open.front())) {
      if (files.insert(file).second) open.push_back(file);
    }
  }
  return files;
}

// By a name, or by what it stands in: `galera::cluster::requests` is a queue of the plan galera::cluster.
std::set<std::size_t> NameIndex::files_mentioned(std::size_t file) const {
  std::set<std::size_t> result;
  Arena arena;
  diagnostics::Diagnostics ignored;
  for (const syntax::Token& token : syntax::Lexer(static_cast<SourceId>(file), all_.files[file].text, arena, ignored).run()) {
    if (token.kind != syntax::TokenKind::name && token.kind != syntax::TokenKind::class_ref) continue;
    std::string_view name = token.text;
    for (;;) {
      if (const auto found = file_of(name)) result.insert(*found);
      const std::size_t colons = name.rfind("::");
      if (colons == std::string_view::npos || colons == 0) break;
      name = name.substr(0, colons);
    }
  }
  return result;
}

}  // namespace plan::planctl
