// The check of a heredoc's text by the syntax its tag names, `@(END:json)`, as Puppet makes it: json, base64 and pp.
#pragma once

#include <optional>

#include "diagnostics/sources.h"
#include "syntax/parser.h"
#include "syntax/validate.h"

namespace plan::engine {

// The first heredoc without interpolation whose text is not what its tag says.
[[nodiscard]] std::optional<syntax::Issue> find_heredoc_issue(const syntax::ParsedProgram& program, const diagnostics::Sources& sources);

}  // namespace plan::engine
