#include "orchestrator/store/schema.h"

namespace plan::orchestrator {

namespace {

// Text columns of a key come first and in the order of ConversationKey, so that ORDER BY the primary key is the order
// of the structs.
constexpr const char* kFirst = R"sql(
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE declarations (
    resource TEXT PRIMARY KEY, title TEXT NOT NULL, plan TEXT NOT NULL, parameters TEXT NOT NULL, bundle TEXT NOT NULL,
    facts TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE processes (resource TEXT PRIMARY KEY, snapshot TEXT NOT NULL);
  CREATE TABLE conversations (
    process TEXT NOT NULL, certname TEXT NOT NULL, resource TEXT NOT NULL, incarnation TEXT NOT NULL,
    received INTEGER NOT NULL, sent INTEGER NOT NULL, dropped INTEGER NOT NULL, former TEXT NOT NULL,
    PRIMARY KEY (process, certname, resource)) WITHOUT ROWID;
  CREATE TABLE receipts (
    process TEXT NOT NULL, certname TEXT NOT NULL, resource TEXT NOT NULL, sequence INTEGER NOT NULL,
    digest INTEGER NOT NULL,
    PRIMARY KEY (process, certname, resource, sequence)) WITHOUT ROWID;
  CREATE TABLE messages (
    process TEXT NOT NULL, certname TEXT NOT NULL, resource TEXT NOT NULL, sequence INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (process, certname, resource, sequence)) WITHOUT ROWID;
)sql";

constexpr const char* kAdmissions = R"sql(
  ALTER TABLE conversations ADD COLUMN admitted_us INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE conversations ADD COLUMN released_us INTEGER NOT NULL DEFAULT 0;
)sql";

constexpr const char* kDeadLetters = R"sql(
  CREATE TABLE dead_letters (
    process TEXT NOT NULL, id INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (process, id)) WITHOUT ROWID;
)sql";

}  // namespace

const std::array<const char*, kSchemaVersion> kMigrations = {kFirst, kAdmissions, kDeadLetters};

}  // namespace plan::orchestrator
