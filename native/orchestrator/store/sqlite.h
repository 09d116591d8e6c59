// The store of the daemon: one SQLite file in WAL mode with synchronous=FULL, one connection, one transaction per
// commit(). The schema carries its version in user_version: an older store is migrated when it is opened, a newer one
// refused.
#pragma once

#include "orchestrator/store/store.h"

namespace plan::orchestrator {

// Makes the file (mode 0600) when it is not there, with `birth`. Holds the file locked while it is open: a second
// process gets store.busy.
[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, const Birth& birth);

// What is in a file that holds a copy of a store; it is only read. Errors: as of open_sqlite().
struct Inspection {
  int schema = 0;
  std::uint64_t epoch = 0;
  std::uint64_t clusters = 0;
};
[[nodiscard]] Result<Inspection> inspect_sqlite(const std::string& path);

}  // namespace plan::orchestrator
