#include "orchestrator/store/schema.h"

namespace plan::orchestrator {

namespace {

// The columns of ConversationKey are in its order, so that ORDER BY them is the order of the structs.
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

// Receipts and messages are by far the most rows that are written, and named their conversation by three texts each.
constexpr const char* kConversationIds = R"sql(
  CREATE TABLE numbered (
    id INTEGER PRIMARY KEY, process TEXT NOT NULL, certname TEXT NOT NULL, resource TEXT NOT NULL,
    incarnation TEXT NOT NULL, received INTEGER NOT NULL, sent INTEGER NOT NULL, dropped INTEGER NOT NULL,
    former TEXT NOT NULL, admitted_us INTEGER NOT NULL, released_us INTEGER NOT NULL,
    UNIQUE (process, certname, resource));
  INSERT INTO numbered (process, certname, resource, incarnation, received, sent, dropped, former, admitted_us, released_us)
    SELECT process, certname, resource, incarnation, received, sent, dropped, former, admitted_us, released_us
    FROM conversations ORDER BY process, certname, resource;
  CREATE TABLE numbered_receipts (
    conversation INTEGER NOT NULL, sequence INTEGER NOT NULL, digest INTEGER NOT NULL,
    PRIMARY KEY (conversation, sequence)) WITHOUT ROWID;
  INSERT INTO numbered_receipts
    SELECT id, sequence, digest FROM receipts JOIN numbered USING (process, certname, resource) ORDER BY id, sequence;
  CREATE TABLE numbered_messages (
    conversation INTEGER NOT NULL, sequence INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (conversation, sequence)) WITHOUT ROWID;
  INSERT INTO numbered_messages
    SELECT id, sequence, text FROM messages JOIN numbered USING (process, certname, resource) ORDER BY id, sequence;
  DROP TABLE conversations;
  DROP TABLE receipts;
  DROP TABLE messages;
  ALTER TABLE numbered RENAME TO conversations;
  ALTER TABLE numbered_receipts RENAME TO receipts;
  ALTER TABLE numbered_messages RENAME TO messages;
)sql";

}  // namespace

const std::array<const char*, kSchemaVersion> kMigrations = {kFirst, kAdmissions, kDeadLetters, kConversationIds};

}  // namespace plan::orchestrator
