#include "orchestrator/store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <variant>

#include "orchestrator/store/files.h"
#include "orchestrator/store/schema.h"

namespace plan::orchestrator {

namespace {

Error map_error(sqlite3* database, int code, const std::string& path, std::string_view doing) {
  const std::string what = "the store " + path + ": " + std::string(doing) + ": " +
                           (database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code));
  const bool over_quota = code == SQLITE_IOERR_WRITE && database != nullptr && sqlite3_system_errno(database) == EDQUOT;
  switch (over_quota ? SQLITE_FULL : code & 0xff) {
    case SQLITE_FULL: return {"store.full", what, "Make room on the file system."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {"store.busy", what, "Another process has the store open; only one may."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {"store.damaged", what, "Restore it from a backup, or move it away to begin anew."};
    case SQLITE_READONLY:
    case SQLITE_PERM: return {"store.read_only", what, "The daemon's user must own the store and its directory."};
    case SQLITE_CANTOPEN: return {"store.open", what, "Is the directory there, and may the daemon's user write to it?"};
    default: return {"store.io", what, "Look into the system's log for errors of the disk."};
  }
}

// Sequences and epochs are unsigned, SQLite's integers are signed: both keep all 64 bits.
std::int64_t to_column(std::uint64_t value) { return std::bit_cast<std::int64_t>(value); }
std::uint64_t from_column(std::int64_t value) { return std::bit_cast<std::uint64_t>(value); }

using Column = std::variant<std::string_view, std::uint64_t>;

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(std::string path) : path_(std::move(path)) {}
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  Status open(const Birth& birth);
  Result<Contents> load() override;
  Status commit(const Transaction& transaction) override;
  Result<std::string> backup() override;
  std::uint64_t commits() const override { return commits_; }
  Result<Inspection> inspect();

 private:
  enum Statement : std::size_t {
    begin, commit_, rollback, read_epoch, set_meta, put_declaration, put_process, put_conversation, forget_receipts,
    forget_messages, put_receipt, put_message, put_dead_letter, bury, statement_count,
  };

  Status execute(const char* sql, std::string_view doing);
  Result<std::int64_t> pragma(const char* sql);
  Status prepare_file();
  Status lock();
  Result<int> schema_version();
  Status choose_journal();
  Status migrate(int version, const Birth& birth);
  Status prepare_statements();
  Status run(Statement statement, std::initializer_list<Column> columns);
  Status check_epoch(std::uint64_t epoch);
  Status write(const Transaction& transaction);
  Status checkpoint();
  template <class Row>
  Status read(const char* sql, Row row);
  Error error(int code, std::string_view doing) const { return map_error(database_, code, path_, doing); }

  std::string path_;
  sqlite3* database_ = nullptr;
  std::array<sqlite3_stmt*, statement_count> statements_{};
  std::optional<Error> failure_;
  std::uint64_t commits_ = 0;
  int log_pages_ = 0;           // after the last commit
};

constexpr std::array<const char*, 14> kStatements = {
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "SELECT value FROM meta WHERE name = 'epoch'",
    "INSERT OR REPLACE INTO meta VALUES (?1, ?2)",
    "INSERT OR REPLACE INTO declarations VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    "INSERT INTO processes VALUES (?1, ?2) ON CONFLICT DO UPDATE SET snapshot = excluded.snapshot",
    "INSERT INTO conversations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (id) DO UPDATE SET "
    "incarnation = excluded.incarnation, received = excluded.received, sent = excluded.sent, "
    "dropped = excluded.dropped, former = excluded.former, admitted_us = excluded.admitted_us, "
    "released_us = excluded.released_us",
    "DELETE FROM receipts WHERE conversation = ?1 AND sequence <= ?2",
    "DELETE FROM messages WHERE conversation = ?1 AND sequence <= ?2",
    "INSERT OR REPLACE INTO receipts VALUES (?1, ?2, ?3)",
    "INSERT OR REPLACE INTO messages VALUES (?1, ?2, ?3)",
    "INSERT OR REPLACE INTO dead_letters VALUES (?1, ?2, ?3)",
    "DELETE FROM dead_letters WHERE process = ?1 AND id <= ?2",
};

SqliteStore::~SqliteStore() {
  for (auto* statement : statements_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

Status SqliteStore::execute(const char* sql, std::string_view doing) {
  const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code, doing);
  return Done{};
}

Result<std::int64_t> SqliteStore::pragma(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr);
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  const std::int64_t value = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  Result<std::int64_t> result = value;
  if (code != SQLITE_ROW && code != SQLITE_DONE) result = error(code, sql);
  sqlite3_finalize(statement);
  return result;
}

// The file holds what members sent, secrets among it: made with mode 0600 before SQLite sees it (which would take the
// umask).
Status SqliteStore::prepare_file() {
  const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return Error{"store.open", "the store " + path_ + " cannot be opened: " + std::strerror(errno),
                 "Is the directory there, and may the daemon's user write to it?"};
  }
  ::close(file);
  return Done{};
}

// One connection for as long as the daemon lives; EXCLUSIVE keeps a second process out (before WAL is chosen, so that no
// shared memory is needed either).
Status SqliteStore::lock() {
  if (auto done = execute("PRAGMA locking_mode = EXCLUSIVE", "locking it"); !done) return done;
  return execute("BEGIN IMMEDIATE; COMMIT", "taking the lock");
}

// 0: a new file.
Result<int> SqliteStore::schema_version() {
  auto tables = pragma("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables == 0) return 0;
  auto application = pragma("PRAGMA application_id");
  if (!application) return application.error();
  if (*application != kApplicationId) {
    return Error{"store.damaged", "the store " + path_ + " is the database of another program",
                 "Give another path as 'store'."};
  }
  auto version = pragma("PRAGMA user_version");
  if (!version) return version.error();
  if (*version > kSchemaVersion) {
    return Error{"store.newer",
                 "the store " + path_ + " was written by a newer version (schema " + std::to_string(*version) +
                     ", this one knows " + std::to_string(kSchemaVersion) + ")",
                 "Install that version again; a store is never taken back to an older one."};
  }
  return static_cast<int>(*version);
}

Status SqliteStore::choose_journal() {
  if (auto done = execute("PRAGMA journal_mode = WAL", "choosing the write-ahead log"); !done) return done;
  const auto note_pages = [](void* store, sqlite3*, const char*, int pages) {
    static_cast<SqliteStore*>(store)->log_pages_ = pages;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(database_, note_pages, this);   // in the place of SQLite's own, which makes checkpoints
  if (auto done = execute("PRAGMA synchronous = FULL", "choosing synchronous"); !done) return done;
  if (auto done = execute("BEGIN IMMEDIATE; COMMIT", "opening the write-ahead log"); !done) return done;
  // SQLite would sync the directory, too, but keep a failure of it to itself.
  if (sync_directory_of(path_)) return Done{};
  return Error{"store.io", "the directory of the store " + path_ + ": " + std::strerror(errno)};
}

// Each step is one transaction, so that one that is cut leaves the version before whole. No copy is kept of that: it
// would be stale with the first commit, and whoever put it back would roll the store back. Whoever wants a way back
// makes a backup before the new version is installed; restoring that is a rollback that members are told of.
Status SqliteStore::migrate(int version, const Birth& birth) {
  for (; version < kSchemaVersion; ++version) {
    std::string sql = "BEGIN IMMEDIATE;";
    sql += kMigrations.at(static_cast<std::size_t>(version));
    if (version == 0) {
      sql += "INSERT INTO meta VALUES ('store_id', '" + birth.store_id + "'), ('epoch', '" +
             std::to_string(birth.epoch) + "'); PRAGMA application_id = " + std::to_string(kApplicationId) + ";";
    }
    sql += "PRAGMA user_version = " + std::to_string(version + 1) + "; COMMIT";
    const std::string doing = version == 0 ? "making its tables" : "bringing it to schema " + std::to_string(version + 1);
    if (auto done = execute(sql.c_str(), doing); !done) return done;
  }
  return Done{};
}

Status SqliteStore::prepare_statements() {
  static_assert(kStatements.size() == statement_count);
  for (std::size_t i = 0; i < kStatements.size(); ++i) {
    const int code = sqlite3_prepare_v3(database_, kStatements.at(i), -1, SQLITE_PREPARE_PERSISTENT, &statements_.at(i),
                                        nullptr);
    if (code != SQLITE_OK) return error(code, kStatements.at(i));
  }
  return Done{};
}

constexpr std::string_view kCopyEnding = ".unfinished-copy-XXXXXX";   // as mkstemp() wants it

// Copies of a process that died before it handed them on.
Status remove_unfinished_copies(const std::string& path) {
  const std::filesystem::path store = std::filesystem::absolute(path);
  const std::string name = store.filename().string() + std::string(kCopyEnding);
  const std::string_view known = std::string_view(name).substr(0, name.size() - 6);
  std::error_code failed;
  for (std::filesystem::directory_iterator at(store.parent_path(), failed), end; !failed && at != end; at.increment(failed)) {
    const std::string found = at->path().filename().string();
    if (found.size() == name.size() && found.starts_with(known)) std::filesystem::remove(at->path(), failed);
    if (failed) break;
  }
  if (failed) return Error{"store.io", "the directory of the store " + path + ": " + failed.message()};
  return Done{};
}

Status SqliteStore::open(const Birth& birth) {
  if (auto done = prepare_file(); !done) return done;
  const int code = sqlite3_open_v2(path_.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return error(code, "opening it");
  sqlite3_extended_result_codes(database_, 1);
  if (auto done = lock(); !done) return done;
  if (auto done = remove_unfinished_copies(path_); !done) return done;
  const auto version = schema_version();
  if (!version) return version.error();
  if (auto done = choose_journal(); !done) return done;
  if (auto done = migrate(*version, birth); !done) return done;
  return prepare_statements();
}

// ------------------------------------------------------------------------------------------------ reading

std::string text_at(sqlite3_stmt* statement, int column) {
  const auto* text = sqlite3_column_text(statement, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text), size);
}

std::uint64_t number_at(sqlite3_stmt* statement, int column) {
  return from_column(sqlite3_column_int64(statement, column));
}

// Incarnations are hexadecimal digits, so that a space can separate them.
std::string join(const std::vector<std::string>& words) {
  std::string result;
  for (const auto& word : words) result += (result.empty() ? "" : " ") + word;
  return result;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  std::size_t start = 0;
  while (start < text.size()) {
    const auto end = std::min(text.find(' ', start), text.size());
    words.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

template <class Row>
Status SqliteStore::read(const char* sql, Row row) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr);
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW) row(statement);
  }
  Status status = Done{};
  if (code != SQLITE_DONE) status = error(code, "reading it");
  sqlite3_finalize(statement);
  return status;
}

Result<Contents> SqliteStore::load() {
  Contents contents;
  std::string epoch;
  auto done = read("SELECT (SELECT value FROM meta WHERE name = 'store_id'),"
                   "       (SELECT value FROM meta WHERE name = 'epoch')",
                   [&](sqlite3_stmt* row) { contents.store_id = text_at(row, 0); epoch = text_at(row, 1); });
  if (!done) return done.error();
  contents.epoch = std::strtoull(epoch.c_str(), nullptr, 10);
  done = read("SELECT * FROM declarations ORDER BY resource", [&](sqlite3_stmt* row) {
    contents.declarations.push_back({text_at(row, 0), text_at(row, 1), text_at(row, 2), text_at(row, 3),
                                     text_at(row, 4), text_at(row, 5)});
  });
  if (!done) return done.error();
  done = read("SELECT * FROM processes ORDER BY resource", [&](sqlite3_stmt* row) {
    contents.processes.push_back({text_at(row, 0), text_at(row, 1)});
  });
  if (!done) return done.error();
  done = read("SELECT * FROM conversations ORDER BY process, certname, resource", [&](sqlite3_stmt* row) {
    contents.conversations.push_back({number_at(row, 0), {text_at(row, 1), text_at(row, 2), text_at(row, 3)},
                                      text_at(row, 4), number_at(row, 5), number_at(row, 6), number_at(row, 7),
                                      split(text_at(row, 8)), number_at(row, 9), number_at(row, 10)});
  });
  if (!done) return done.error();
  done = read("SELECT * FROM receipts ORDER BY conversation, sequence", [&](sqlite3_stmt* row) {
    contents.receipts.push_back({number_at(row, 0), number_at(row, 1), number_at(row, 2)});
  });
  if (!done) return done.error();
  done = read("SELECT * FROM messages ORDER BY conversation, sequence", [&](sqlite3_stmt* row) {
    contents.messages.push_back({number_at(row, 0), number_at(row, 1), text_at(row, 2)});
  });
  if (!done) return done.error();
  done = read("SELECT * FROM dead_letters ORDER BY process, id", [&](sqlite3_stmt* row) {
    contents.dead_letters.push_back({text_at(row, 0), number_at(row, 1), text_at(row, 2)});
  });
  if (!done) return done.error();
  return contents;
}

// ------------------------------------------------------------------------------------------------ writing

Status SqliteStore::run(Statement which, std::initializer_list<Column> columns) {
  sqlite3_stmt* statement = statements_.at(which);
  int code = SQLITE_OK;
  int index = 0;
  for (const auto& column : columns) {
    ++index;
    if (const auto* text = std::get_if<std::string_view>(&column)) {
      const char* data = text->data() == nullptr ? "" : text->data();
      code = sqlite3_bind_text64(statement, index, data, text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else {
      code = sqlite3_bind_int64(statement, index, to_column(std::get<std::uint64_t>(column)));
    }
    if (code != SQLITE_OK) break;
  }
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  Status status = Done{};
  if (code != SQLITE_DONE && code != SQLITE_ROW) status = error(code, kStatements.at(which));
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return status;
}

Status SqliteStore::check_epoch(std::uint64_t epoch) {
  sqlite3_stmt* statement = statements_.at(read_epoch);
  const int code = sqlite3_step(statement);
  Status status = Done{};
  if (code != SQLITE_ROW) {
    status = error(code, "reading the epoch");
  } else if (const std::string found = text_at(statement, 0); found != std::to_string(epoch)) {
    status = Error{"store.epoch", "the store " + path_ + " is at epoch " + found + ", this daemon at " +
                                      std::to_string(epoch),
                   "Another daemon took it over, or it was replaced. Only one may use it."};
  }
  sqlite3_reset(statement);
  return status;
}

Status SqliteStore::write(const Transaction& transaction) {
  constexpr std::uint64_t kEverything = std::uint64_t{1} << 62U;   // sequences count from 1 and stay below
  if (auto done = check_epoch(transaction.epoch); !done) return done;
  if (transaction.new_epoch) {
    const std::string epoch = std::to_string(*transaction.new_epoch);
    if (auto done = run(set_meta, {"epoch", epoch}); !done) return done;
  }
  for (const auto& row : transaction.declarations) {
    auto done = run(put_declaration, {row.resource, row.title, row.plan, row.parameters, row.bundle, row.facts});
    if (!done) return done;
  }
  for (const auto& row : transaction.processes) {
    if (auto done = run(put_process, {row.resource, row.snapshot}); !done) return done;
  }
  for (const auto conversation : transaction.restarted) {
    if (auto done = run(forget_receipts, {conversation, kEverything}); !done) return done;
    if (auto done = run(forget_messages, {conversation, kEverything}); !done) return done;
  }
  for (const auto& row : transaction.conversations) {
    const std::string former = join(row.former);
    auto done = run(put_conversation, {row.id, row.key.process, row.key.certname, row.key.resource, row.incarnation,
                                       row.received, row.sent, row.dropped, former, row.admitted_us,
                                       row.released_us});
    if (!done) return done;
  }
  for (const auto& [conversation, sequence] : transaction.delivered) {
    if (auto done = run(forget_messages, {conversation, sequence}); !done) return done;
  }
  for (const auto& [conversation, sequence] : transaction.forgotten) {
    if (auto done = run(forget_receipts, {conversation, sequence}); !done) return done;
  }
  for (const auto& row : transaction.receipts) {
    if (auto done = run(put_receipt, {row.conversation, row.sequence, row.digest}); !done) return done;
  }
  for (const auto& row : transaction.messages) {
    if (auto done = run(put_message, {row.conversation, row.sequence, row.text}); !done) return done;
  }
  for (const auto& row : transaction.dead_letters) {
    if (auto done = run(put_dead_letter, {row.process, row.id, row.text}); !done) return done;
  }
  for (const auto& [process, id] : transaction.buried) {
    if (auto done = run(bury, {process, id}); !done) return done;
  }
  return Done{};
}

Status SqliteStore::commit(const Transaction& transaction) {
  if (failure_) return *failure_;
  Status status = run(begin, {});
  if (status) status = write(transaction);
  if (status) status = run(commit_, {});
  if (!status) {
    const bool undone = sqlite3_get_autocommit(database_) != 0 || run(rollback, {}).ok();
    if (!undone || status.error().code != "store.full") failure_ = status.error();
    if (!undone) failure_->code = "store.io";
    return failure_ ? *failure_ : status;
  }
  ++commits_;
  return checkpoint();
}

// Moves the log into the database when it has grown long. Not left to SQLite, which keeps a failure of it to itself.
// The transaction is durable either way; without room in the database the log just grows on.
Status SqliteStore::checkpoint() {
  constexpr int kLongLog = 1000;
  if (log_pages_ < kLongLog) return Done{};
  const int code = sqlite3_wal_checkpoint_v2(database_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK) return Done{};
  const Error problem = error(code, "moving its log into it");
  if (problem.code == "store.full") return Done{};
  failure_ = problem;
  return problem;
}

// ------------------------------------------------------------------------------------------------ copies

Result<std::string> SqliteStore::backup() {
  std::string copy = path_ + std::string(kCopyEnding);
  const int file = ::mkstemp(copy.data());   // 0600; an empty file may be written to
  if (file < 0) return Error{"store.open", "a copy of the store " + path_ + ": " + std::strerror(errno)};
  ::close(file);
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(database_, "VACUUM INTO ?1", -1, &statement, nullptr);
  if (code == SQLITE_OK) code = sqlite3_bind_text(statement, 1, copy.c_str(), -1, SQLITE_STATIC);
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  Result<std::string> result = copy;
  if (code != SQLITE_DONE) {
    result = error(code, "copying it");
    ::unlink(copy.c_str());
  }
  sqlite3_finalize(statement);
  return result;
}

Result<Inspection> SqliteStore::inspect() {
  const int code = sqlite3_open_v2(path_.c_str(), &database_, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return error(code, "opening it");
  const auto version = schema_version();
  if (!version) return version.error();
  if (*version == 0) return Error{"store.damaged", "there is no store in " + path_};
  Inspection found{*version};
  std::string verdict, epoch;
  auto done = read("PRAGMA integrity_check(1)", [&](sqlite3_stmt* row) { verdict = text_at(row, 0); });
  if (done) done = read("SELECT value FROM meta WHERE name = 'epoch'", [&](sqlite3_stmt* row) { epoch = text_at(row, 0); });
  if (done) done = read("SELECT count(*) FROM declarations", [&](sqlite3_stmt* row) { found.clusters = number_at(row, 0); });
  if (!done) return done.error();
  if (verdict != "ok") return Error{"store.damaged", path_ + ": " + verdict};
  found.epoch = std::strtoull(epoch.c_str(), nullptr, 10);
  return found;
}

}  // namespace

Result<Inspection> inspect_sqlite(const std::string& path) { return SqliteStore(path).inspect(); }

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, const Birth& birth) {
  auto store = std::make_unique<SqliteStore>(path);
  if (auto done = store->open(birth); !done) return done.error();
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace plan::orchestrator
