// `planctl tokens`, `ast` and `bundle`: what each phase makes of a text.
#pragma once

#include <string>

#include <CLI/App.hpp>

#include "engine/bundle.h"

namespace plan::planctl {

void add_tokens(CLI::App& app, int& code);
void add_ast(CLI::App& app, int& code);
void add_bundle(CLI::App& app, int& code);

// The files of `all` that the plan needs: its own, and what names in their texts lead to, as far as it goes. Error:
// "planctl.plan" when no file declares it.
[[nodiscard]] Result<engine::Bundle> bundle_of(const engine::Bundle& all, const std::string& plan);

}  // namespace plan::planctl
