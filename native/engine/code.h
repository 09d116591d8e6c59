// A plan after compilation: names resolved to slots, declared members flattened over the chain of inheritance.
// Built once by the compiler (compile_*.cc), then only read.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"
#include "check/check.h"
#include "check/model.h"
#include "engine/engine.h"
#include "engine/evaluate.h"
#include "engine/joins.h"
#include "syntax/parser.h"
#include "types/type.h"
#include "values/value.h"

namespace plan::engine {

inline constexpr std::uint32_t kNone = UINT32_MAX;

// Variables and places that every plan has, in the same slots.
enum BuiltinVariable : std::uint32_t { kTitle, kFacts, kTrusted, kServerFacts, kOrchestrator, kBuiltinVariables };
enum BuiltinPlace : std::uint32_t {
  kStart, kEnd, kFail, kDrain, kEvents, kResourcesToSync, kSynced, kLeaving, kCatalogDone, kBuiltinPlaces
};

struct VariableCode {
  std::string name;
  TypeCode type;
  NodePtr initial;              // null: required (parameter) or undef
  std::uint32_t slots = 0;      // of the frame that type and initial value are computed in
  bool parameter = false;       // public
  Span span;
};

// What attributes of queues and `after` mean; raise EvaluationError.
[[nodiscard]] std::size_t to_capacity(const values::Value& value, std::string_view queue);
[[nodiscard]] std::chrono::milliseconds to_duration(const values::Value& value);

struct PlaceCode {
  std::string name;
  TypeCode type;
  syntax::Direction direction = syntax::Direction::internal;
  bool is_public = false;
  bool latched = false;
  bool operators = false;       // its tokens are an operator's words, and of nobody else
  bool splat_entries = false;
  NodePtr entries, capacity, ttl;   // null when not given
  std::optional<std::size_t> fixed_capacity = {};             // as far as they are known when compiled
  std::optional<std::chrono::milliseconds> fixed_ttl = {};
  std::uint32_t slots = 0;      // of the frame that type and attributes are computed in
  Span span;
};

// States of one region: the plan's own (internal or output), or those others set (input).
struct RegionCode {
  std::vector<std::string> states;
  bool is_public = false;
  bool output = false;          // of the own region: seen through a reference
  [[nodiscard]] std::uint32_t find(std::string_view name) const;
};
enum Region : std::uint32_t { kOwnRegion, kInputRegion, kRegions };

struct FunctionCode {
  std::string name;
  std::vector<ParameterCode> parameters;   // in the first slots of its frame
  TypeCode return_type;
  NodePtr body;
  std::uint32_t slots = 0;                 // of its frame
  Span span;
};

struct PatternCode {
  syntax::PatternKind kind = syntax::PatternKind::wildcard;
  std::uint32_t slot = kNone;
  values::Value key;             // the variable's name, by which a hash is taken apart
  std::vector<PatternCode> items;
};

// What the enabling of an action depends on; a change of any of it makes the action worth another look.
struct Dependencies {
  std::set<std::uint32_t> variables;
  std::set<std::uint32_t> arrivals, departures;     // of tokens, by place
  std::set<std::uint32_t> room;                     // in a place that was full
  bool all_variables = false;
  bool own_region = false, input_region = false;
  bool references = false;      // other processes' values
};

struct ArcCode {
  syntax::ArcKind kind = syntax::ArcKind::receive;
  syntax::SourceKind source = syntax::SourceKind::queue;
  bool has_pattern = false;
  PatternCode pattern;
  std::uint32_t from_slot = kNone;
  std::uint32_t place = kNone;             // queue
  std::uint32_t variable = kNone;          // parameter
  std::uint32_t region = kNone;            // state
  std::vector<std::uint32_t> states;       // state: empty means whichever is current
  NodePtr reference;                       // reference
  std::string name;                        // reference: of its queue; else the source's own name
  syntax::CountKind count = syntax::CountKind::one;
  NodePtr minimum, maximum;
  NodePtr where, after, awaiting;          // null when not given; several `where` are joined
  std::vector<Join> joins;                 // of `where`
  std::vector<NodePtr> premises;           // the parts of `where` that are the same for all tokens
  bool takes_tokens = false;               // or reads them: of a queue that is not latched
  bool alternatives = false;               // of many tokens: another choice of them may make the rest match
  std::string mark;                        // under what the action remembers versions it has used
  Span span;
};

struct TargetReference {                   // of `… -> $reference.queue`
  NodePtr reference;
  std::string queue;
};

// What the body of an action may do, as far as its text tells.
struct Consequences {
  std::set<std::uint32_t> variables;       // that it sets
  std::set<std::uint32_t> places;          // of its own process that it sends to
  std::set<std::string, std::less<>> names;// of queues that it sends to through references; "state": a move
  bool moves = false;                      // its own state
  bool to_any_queue = false;               // through a value
  bool joins = false;                      // orchestrate()
  bool leaves = false;                     // release()
  bool makes_processes = false;            // or becomes another plan
};

struct TokenArc {
  std::uint32_t arc, place;
};

struct ActionCode {
  std::string name;
  std::string owner;                       // the plan that declares it
  std::vector<ArcCode> arcs;
  std::vector<NodePtr> statements;
  std::uint32_t slots = 0;
  std::vector<std::uint32_t> unconditional_targets;   // local places that need room
  std::vector<TargetReference> unconditional_references;   // the same, of other processes
  Dependencies dependencies;
  Consequences consequences;
  bool has_awaiting = false;
  // A search may leave out what an earlier one tried in vain: nothing but a token that arrives, or what `look_at` is
  // told of, changes its outcome.
  bool incremental = false;
  std::vector<TokenArc> token_arcs;        // those that take tokens, in order
  Span span;
};

struct PlanCode {
  std::string name;
  types::PlanLineagePtr lineage;
  std::vector<VariableCode> variables;
  std::vector<PlaceCode> places;
  RegionCode regions[kRegions];
  std::vector<FunctionCode> functions;
  std::vector<ActionCode> actions;
  // Who depends on what: action indexes by variable and place slot. Most actions need not know that a token left.
  std::vector<std::vector<std::uint32_t>> variable_readers, arrival_readers, departure_readers, room_readers;
  std::vector<std::vector<std::uint32_t>> narrowed_by;      // by variable: places whose type follows it
  std::vector<std::uint32_t> region_readers[kRegions], reference_readers, every_variable_readers;

  [[nodiscard]] std::uint32_t variable(std::string_view name) const;
  [[nodiscard]] std::uint32_t place(std::string_view name) const;
  [[nodiscard]] std::uint32_t function(std::string_view name) const;
  [[nodiscard]] std::uint32_t action(std::string_view name) const;
};

struct Program::Data {
  types::Aliases alias_owner;                                  // first, and so gone last: types are made with its aliases
  std::string digest;
  std::shared_ptr<diagnostics::Sources> sources;
  std::deque<syntax::ParsedFile> files;                        // arenas of the trees
  std::unique_ptr<const check::Model> model;                   // what the plans declare
  check::Members members;                                      // how `.name` is read in them
  std::vector<std::unique_ptr<PlanCode>> plans;
};

[[nodiscard]] std::string resource_name(std::string_view plan, std::string_view title);   // Galera::Host[title]

}  // namespace plan::engine
