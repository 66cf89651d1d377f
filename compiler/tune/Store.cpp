// SQLite behind a few sentences: see Store.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Store.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <sqlite3.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace heddle::tune {

namespace {

constexpr int schemaVersion = 1;
constexpr int applicationId = 0x4844544e; // "HDTN"

constexpr const char *schema = R"(
CREATE TABLE context (
  id INTEGER PRIMARY KEY,
  kernel TEXT NOT NULL, family TEXT NOT NULL, bucket TEXT NOT NULL,
  dtype TEXT NOT NULL, mask TEXT NOT NULL, target TEXT NOT NULL,
  processor TEXT NOT NULL, versions TEXT NOT NULL, threads INTEGER NOT NULL,
  UNIQUE (kernel, family, bucket, dtype, mask, target, processor, versions,
          threads));
CREATE TABLE trial (
  id INTEGER PRIMARY KEY,
  context INTEGER NOT NULL REFERENCES context, knobs TEXT NOT NULL,
  status TEXT NOT NULL, words TEXT NOT NULL, figures TEXT NOT NULL,
  UNIQUE (context, knobs));
CREATE TABLE choice (
  id INTEGER PRIMARY KEY,
  context INTEGER NOT NULL UNIQUE REFERENCES context, knobs TEXT NOT NULL,
  figures TEXT NOT NULL, trials INTEGER NOT NULL, final INTEGER NOT NULL);
)";

constexpr const char *contextColumns =
    "kernel, family, bucket, dtype, mask, target, processor, versions, threads";

/// The numbers of a comparison, each as it reads back to the last bit.
std::string figuresText(const Comparison &c) {
  std::string text;
  for (double value : {c.base.low, c.base.median, c.base.high, c.candidate.low,
                       c.candidate.median, c.candidate.high, c.ratio.low,
                       c.ratio.median, c.ratio.high, c.atLeast}) {
    char digits[32];
    auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
    text += (text.empty() ? "" : " ") + std::string(digits, end);
  }
  return text;
}

Comparison parseFigures(const std::string &text) {
  Comparison c;
  std::istringstream stream(text);
  for (double *value :
       {&c.base.low, &c.base.median, &c.base.high, &c.candidate.low,
        &c.candidate.median, &c.candidate.high, &c.ratio.low, &c.ratio.median,
        &c.ratio.high, &c.atLeast})
    stream >> *value;
  return c;
}

/// Knobs for a column; the defaults are the empty text.
std::string columnText(const pipeline::Knobs &knobs) {
  return knobs.empty() ? "" : pipeline::knobsText(knobs);
}

} // namespace

std::optional<pipeline::Knobs> parseKnobs(const std::string &text) {
  pipeline::Knobs knobs;
  std::istringstream stream(text);
  for (std::string item; stream >> item;) {
    size_t equals = item.find('=');
    if (equals == 0 || equals == std::string::npos)
      return std::nullopt;
    const char *end = item.data() + item.size();
    int64_t value = 0;
    auto read = std::from_chars(item.data() + equals + 1, end, value);
    if (read.ec != std::errc() || read.ptr != end)
      return std::nullopt;
    knobs[item.substr(0, equals)] = value;
  }
  return knobs;
}

/// A statement that finalizes itself.
class Store::Statement {
public:
  Statement(sqlite3 *database, const std::string &sql) {
    code = sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr);
  }
  ~Statement() { sqlite3_finalize(statement); }
  Statement(const Statement &) = delete;
  Statement &operator=(const Statement &) = delete;

  void bind(const std::string &text) {
    sqlite3_bind_text(statement, ++bound, text.data(), int(text.size()),
                      SQLITE_TRANSIENT);
  }
  void bind(int64_t value) { sqlite3_bind_int64(statement, ++bound, value); }
  void bind(const Key &key) {
    for (const std::string *text :
         {&key.kernel, &key.family, &key.bucket, &key.dtype, &key.mask,
          &key.target, &key.processor, &key.versions})
      bind(*text);
    bind(int64_t(key.threads));
  }

  /// True when there is a row; at the end and on an error false.
  bool step() {
    if (code == SQLITE_OK || code == SQLITE_ROW)
      code = sqlite3_step(statement);
    return code == SQLITE_ROW;
  }
  bool isGood() const {
    return code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE;
  }
  std::string text(int column) const {
    auto bytes =
        reinterpret_cast<const char *>(sqlite3_column_text(statement, column));
    return bytes ? bytes : "";
  }
  int64_t integer(int column) const {
    return sqlite3_column_int64(statement, column);
  }

private:
  sqlite3_stmt *statement = nullptr;
  int code = SQLITE_OK, bound = 0;
};

Store::Store() = default;
Store::~Store() { sqlite3_close(database); }

std::string Store::problem() const {
  int code = sqlite3_errcode(database) & 0xff; // without the extension
  std::string file = "tuning database '" + path + "'";
  if (code == SQLITE_NOTADB)
    return "'" + path + "' is no tuning database: it is no SQLite file";
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    return file + " is held by another process";
  if (code == SQLITE_READONLY)
    return file + " cannot be written";
  if (code == SQLITE_CORRUPT)
    return file + " is damaged";
  if (code == SQLITE_CANTOPEN)
    return "cannot open " + file + ": " +
           std::strerror(sqlite3_system_errno(database));
  return file + ": " + sqlite3_errmsg(database);
}

std::string Store::execute(const char *sql) {
  return sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK
             ? std::string()
             : problem();
}

std::string Store::open(const std::string &file, Access access,
                        int milliseconds) {
  path = file;
  struct stat info {};
  if (access == Access::Read && ::stat(path.c_str(), &info) != 0)
    return "cannot open tuning database '" + path +
           "': " + std::strerror(errno);
  // Also for reading: what a killed tuner left half-written is rolled back.
  int flags = SQLITE_OPEN_READWRITE;
  if (access == Access::Write)
    flags |= SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2(path.c_str(), &database, flags, nullptr) != SQLITE_OK)
    return problem();
  sqlite3_busy_timeout(database, milliseconds);
  return prepareFile(access);
}

std::string Store::prepareFile(Access access) {
  if (access == Access::Read)
    return checkFormat();
  if (sqlite3_db_readonly(database, "main") == 1)
    return "tuning database '" + path + "' cannot be written";
  std::string wrong = execute("BEGIN IMMEDIATE");
  if (!wrong.empty())
    return wrong;
  bool isEmpty = false;
  {
    Statement tables(database, "SELECT count(*) FROM sqlite_master");
    isEmpty = tables.step() && tables.integer(0) == 0;
    if (!tables.isGood())
      wrong = problem();
  }
  if (wrong.empty() && isEmpty) {
    std::string numbers =
        "PRAGMA application_id = " + std::to_string(applicationId) +
        "; PRAGMA user_version = " + std::to_string(schemaVersion);
    wrong = execute(schema);
    if (wrong.empty())
      wrong = execute(numbers.c_str());
  }
  if (wrong.empty())
    wrong = checkFormat();
  std::string end = execute(wrong.empty() ? "COMMIT" : "ROLLBACK");
  return wrong.empty() ? end : wrong;
}

std::string Store::checkFormat() {
  int64_t found[2] = {0, 0};
  const char *const pragmas[] = {"PRAGMA application_id",
                                 "PRAGMA user_version"};
  for (int i : {0, 1}) {
    Statement statement(database, pragmas[i]);
    if (statement.step())
      found[i] = statement.integer(0);
    if (!statement.isGood())
      return problem();
  }
  if (found[0] != applicationId)
    return "'" + path + "' is no tuning database, but some other SQLite file";
  if (found[1] != schemaVersion)
    return "tuning database '" + path + "' has format " +
           std::to_string(found[1]) + ", expected " +
           std::to_string(schemaVersion);
  return {};
}

/// The row of the key; 0 where there is none.
std::string Store::contextOf(const Key &key, int64_t &id) {
  Statement find(database, std::string("SELECT id FROM context WHERE (") +
                               contextColumns +
                               ") = (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  find.bind(key);
  id = find.step() ? find.integer(0) : 0;
  return find.isGood() ? std::string() : problem();
}

std::string Store::trials(const Key &key, std::vector<Trial> &result) {
  int64_t context = 0;
  if (std::string wrong = contextOf(key, context); !wrong.empty())
    return wrong;
  Statement rows(database, "SELECT knobs, status, words, figures FROM trial "
                           "WHERE context = ? ORDER BY id");
  rows.bind(context);
  while (rows.step()) {
    std::optional<pipeline::Knobs> knobs = parseKnobs(rows.text(0));
    std::optional<Status> status = statusFromName(rows.text(1));
    if (knobs && status) // others cannot be of this format's making
      result.push_back(
          {*knobs, *status, rows.text(2), parseFigures(rows.text(3))});
  }
  return rows.isGood() ? std::string() : problem();
}

/// One transaction: the key's row where it is missing, then `sql` with the
/// key's number first and `values` after it.
std::string Store::write(const Key &key, const char *sql,
                         const std::vector<std::string> &values) {
  std::string wrong = execute("BEGIN IMMEDIATE");
  if (!wrong.empty())
    return wrong;
  auto run = [&](Statement &statement) {
    statement.step();
    return statement.isGood() ? std::string() : problem();
  };
  {
    Statement insert(database, std::string("INSERT OR IGNORE INTO context (") +
                                   contextColumns +
                                   ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(key);
    wrong = run(insert);
  }
  int64_t context = 0;
  if (wrong.empty())
    wrong = contextOf(key, context);
  if (wrong.empty()) {
    Statement statement(database, sql);
    statement.bind(context);
    for (const std::string &value : values)
      statement.bind(value);
    wrong = run(statement);
  }
  std::string end = execute(wrong.empty() ? "COMMIT" : "ROLLBACK");
  return wrong.empty() ? end : wrong;
}

std::string Store::add(const Key &key, const Trial &trial) {
  return write(key,
               "INSERT OR REPLACE INTO trial (context, knobs, status, words, "
               "figures) VALUES (?, ?, ?, ?, ?)",
               {columnText(trial.knobs), name(trial.status), trial.words,
                figuresText(trial.figures)});
}

std::string Store::choose(const Key &key, const Choice &choice) {
  return write(key,
               "INSERT OR REPLACE INTO choice (context, knobs, figures, "
               "trials, final) VALUES (?, ?, ?, ?, ?)",
               {columnText(choice.knobs), figuresText(choice.figures),
                std::to_string(choice.trials), choice.isFinal ? "1" : "0"});
}

std::string Store::choice(const Key &key, std::optional<Choice> &result) {
  std::vector<ChoiceRecord> all;
  std::string wrong = choices(all);
  for (const ChoiceRecord &record : all)
    if (record.key == key)
      result = record.choice;
  return wrong;
}

std::string Store::choices(std::vector<ChoiceRecord> &result) {
  Statement rows(database,
                 std::string("SELECT ") + contextColumns +
                     ", knobs, figures, trials, final FROM choice JOIN "
                     "context ON context.id = choice.context ORDER BY "
                     "choice.id DESC");
  while (rows.step()) {
    ChoiceRecord record;
    Key &key = record.key;
    int column = 0;
    for (std::string *text :
         {&key.kernel, &key.family, &key.bucket, &key.dtype, &key.mask,
          &key.target, &key.processor, &key.versions})
      *text = rows.text(column++);
    key.threads = uint32_t(rows.integer(column++));
    std::string knobs = rows.text(column++);
    std::optional<pipeline::Knobs> parsed = parseKnobs(knobs);
    if (!parsed)
      return "tuning database '" + path + "' has a choice that cannot be " +
             "read: '" + knobs + "'";
    record.choice.knobs = *parsed;
    record.choice.figures = parseFigures(rows.text(column++));
    record.choice.trials = uint32_t(rows.integer(column++));
    record.choice.isFinal = rows.integer(column) != 0;
    result.push_back(std::move(record));
  }
  return rows.isGood() ? std::string() : problem();
}

} // namespace heddle::tune
