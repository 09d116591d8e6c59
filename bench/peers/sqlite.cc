// Raw SQLite: a queue of rows of 200 bytes, of which one goes and one comes, so many pairs in a transaction, with the
// settings of the orchestrator's store. And fdatasync alone, which is below everything that is durable.
//
//   sqlite DIRECTORY batch PAIRS SECONDS
//   sqlite DIRECTORY fdatasync SECONDS
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kRows = 1000;
constexpr std::size_t kRowBytes = 200;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

void require(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "sqlite: %s\n", what);
  std::exit(1);
}

class Queue {
 public:
  explicit Queue(const std::string& path) {
    require(sqlite3_open(path.c_str(), &database_) == SQLITE_OK, "cannot open");
    execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE queue (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
    begin_ = prepare("BEGIN IMMEDIATE");
    commit_ = prepare("COMMIT");
    take_ = prepare("DELETE FROM queue WHERE id = ?1");
    put_ = prepare("INSERT INTO queue VALUES (?1, ?2)");
    step(begin_);
    for (std::int64_t row = 1; row <= kRows; ++row) put();
    step(commit_);
  }
  ~Queue() {
    for (auto* statement : {begin_, commit_, take_, put_}) sqlite3_finalize(statement);
    sqlite3_close(database_);
  }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  void transact(long pairs) {
    step(begin_);
    for (long i = 0; i < pairs; ++i) {
      sqlite3_bind_int64(take_, 1, ++taken_);
      step(take_);
      put();
    }
    step(commit_);
  }

 private:
  void execute(const char* sql) { require(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql); }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    require(sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) == SQLITE_OK, sql);
    return statement;
  }
  void step(sqlite3_stmt* statement) {
    require(sqlite3_step(statement) == SQLITE_DONE, sqlite3_errmsg(database_));
    sqlite3_reset(statement);
  }
  void put() {
    sqlite3_bind_int64(put_, 1, ++last_);
    sqlite3_bind_text(put_, 2, text_.data(), static_cast<int>(text_.size()), SQLITE_STATIC);
    step(put_);
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt *begin_ = nullptr, *commit_ = nullptr, *take_ = nullptr, *put_ = nullptr;
  std::int64_t taken_ = 0, last_ = 0;
  const std::string text_ = std::string(kRowBytes, 'x');
};

void measure_pairs(const std::string& directory, long pairs, double seconds) {
  Queue queue(directory + "/raw.sqlite");
  long transactions = 0;
  const auto begin = Clock::now();
  for (; seconds_since(begin) < seconds; ++transactions) queue.transact(pairs);
  std::printf("{\"per_second\": %.1f}\n", static_cast<double>(transactions * pairs) / seconds_since(begin));
}

// Of a file that is written page by page and has its length already, as a log that is used again.
void measure_fdatasync(const std::string& directory, double seconds) {
  constexpr off_t kPage = 4096, kPages = 1000;
  const int file = ::open((directory + "/pages").c_str(), O_RDWR | O_CREAT, 0600);
  const std::string page(kPage, 'x');
  for (off_t i = 0; i < kPages; ++i) require(::pwrite(file, page.data(), page.size(), i * kPage) == kPage, "cannot write");
  require(::fsync(file) == 0, "cannot sync");
  std::vector<double> times_us;
  const auto begin = Clock::now();
  for (off_t i = 0; seconds_since(begin) < seconds; ++i) {
    const auto written = Clock::now();
    require(::pwrite(file, page.data(), page.size(), i % kPages * kPage) == kPage, "cannot write");
    require(::fdatasync(file) == 0, "cannot sync");
    times_us.push_back(seconds_since(written) * 1e6);
  }
  ::close(file);
  std::sort(times_us.begin(), times_us.end());
  std::printf("{\"p50_us\": %.1f}\n", times_us[times_us.size() / 2]);
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> given(words + 1, words + count);
  if (given.size() == 4 && given[1] == "batch") {
    measure_pairs(given[0], std::stol(given[2]), std::stod(given[3]));
  } else if (given.size() == 3 && given[1] == "fdatasync") {
    measure_fdatasync(given[0], std::stod(given[2]));
  } else {
    std::fprintf(stderr, "usage: sqlite DIRECTORY batch PAIRS SECONDS | sqlite DIRECTORY fdatasync SECONDS\n");
    return 2;
  }
  return 0;
}
