// The texts that cross the border to Ruby, and nothing else. Values are rich data (values/json.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/runner.h"

namespace plan::agent {

// {"process": {"certname", "resource", "title", "plan"}, "bundle": {…}, "parameters": {…}, "facts": {…}, "trusted": {…},
//  "server_facts": {…}, "cluster": "cluster_1", "orchestrator": "https://puppet:8146", "state_file": "/…",
//  "tls": {"certificate", "private_key", "ca", "crl"}, "noop": false, "trace": false}
// Errors "agent.config" name the field.
[[nodiscard]] Result<RunnerSettings> read_settings(std::string_view text);
// {"changed": [reference, …], "failed": […], "skipped": […]}
[[nodiscard]] Result<engine::CatalogDone> read_catalog_done(std::string_view text);
// [{"reference": "File[/x]", "changed": true, "failed", "skipped", "noop", "messages": […], "data": …}, …]
[[nodiscard]] Result<std::vector<engine::ResourceResult>> read_results(std::string_view text,
                                                                       const values::NameResolver& resolver);
// One value; no text at all is undef.
[[nodiscard]] Result<values::Value> read_value(std::string_view text, const values::NameResolver& resolver);

// {"kind": "batch", "id": 3, "resources": [{"type", "title", "parameters"}]} | {"kind": "settled"} | {"kind": "timeout"}
// | {"kind": "interrupted"} | {"kind": "ended", "failed": true, "message": "…"}
[[nodiscard]] std::string write(const Happening& happening);
// {"settled", "orchestrated", "accepted", "waiting": [{"process", "action", "text", "for", "risk", "next", "since", "since_ms"}],
//  "connection": {"ok", "state": "none"|"ok"|"failed", "code", "error", "help", "clusters"},
//  "dead_letters": [{"process", "action", "message", "place", "stack"}], "warnings": [text], "desired": [resource],
//  "ended": null | {"failed", "message"}}
// `since`: "2026-01-31T12:00:05Z", when the process began to wait at this place of its plan. Runs before count, as long
// as each came to wait there: their state has it. `since_ms`: how long ago that is.
[[nodiscard]] std::string write(const Report& report);
[[nodiscard]] std::string write(const std::vector<std::string>& lines);

}  // namespace plan::agent
