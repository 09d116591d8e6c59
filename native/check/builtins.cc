#include "check/builtins.h"

namespace plan::check {

using types::TypeKind;
using types::TypePtr;

namespace {

TypePtr event_type() {
  return types::struct_({{"message", types::string(), false},
                         {"data", types::make(TypeKind::any), true},
                         {"resource", types::string(), false},
                         {"time", types::make(TypeKind::timestamp), false}});
}

TypePtr synced_type() {
  const TypePtr boolean = types::make(TypeKind::boolean);
  return types::struct_({{"ref", types::string(), false},
                         {"changed", boolean, false},
                         {"failed", boolean, false},
                         {"skipped", boolean, false},
                         {"noop", boolean, false},
                         {"messages", types::array(types::string()), false},
                         {"data", types::make(TypeKind::any), true}});
}

TypePtr catalog_done_type() {
  const TypePtr references = types::array(types::string());
  return types::struct_({{"changed", references, false},
                         {"failed", references, false},
                         {"skipped", references, false},
                         {"run", types::string(), false}});
}

}  // namespace

const std::vector<BuiltinQueue>& builtin_queues() {
  static const std::vector<BuiltinQueue> queues = [] {
    const TypePtr any = types::make(TypeKind::any);
    return std::vector<BuiltinQueue>{
        {"start", any, false},       {"end", any, false},    {"fail", any, false},
        {"drain", any, false},       {"events", event_type(), false}, {"resources_to_sync", any, false},
        {"synced", synced_type(), false}, {"leaving", any, true},  {"main::catalog_done", catalog_done_type(), true}};
  }();
  return queues;
}

}  // namespace plan::check
