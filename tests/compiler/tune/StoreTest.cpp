// What is kept comes back; what is no database is refused in words.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Store.h"
#include "compiler/tune/Tuned.h"
#include "tests/compiler/tune/Support.h"
#include <fstream>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace heddle::tune;
using heddle::pipeline::KnobRecord;

namespace {

/// Runs SQL on a file, as any other program might.
void tamper(const std::string &path, const std::string &sql) {
  sqlite3 *database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

class Stores : public testing::Test {
protected:
  /// A database with one trial and one choice.
  std::string written() {
    std::string path = folder.file("a.db");
    Store store;
    EXPECT_EQ(store.open(path, Store::Access::Write), "");
    EXPECT_EQ(store.add(smallKey(), trial), "");
    EXPECT_EQ(store.choose(smallKey(), {trial.knobs, trial.figures, 5, true}),
              "");
    return path;
  }
  std::string opened(const std::string &path,
                     Store::Access access = Store::Access::Read) {
    Store store;
    return store.open(path, access, 50);
  }

  Folder folder;
  Trial trial{
      {{"rows", 4}, {"columns", 2}}, Status::Measured, "", figuresOf(4.0 / 3)};
};

TEST_F(Stores, GiveBackWhatWasKept) {
  Store store;
  ASSERT_EQ(store.open(written(), Store::Access::Read), "");
  std::vector<Trial> trials;
  ASSERT_EQ(store.trials(smallKey(), trials), "");
  ASSERT_EQ(trials.size(), 1u);
  EXPECT_EQ(trials[0].knobs, trial.knobs);
  EXPECT_EQ(trials[0].status, Status::Measured);
  EXPECT_EQ(trials[0].figures.ratio.median, 4.0 / 3); // to the last bit
  std::optional<Choice> choice;
  ASSERT_EQ(store.choice(smallKey(), choice), "");
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->knobs, trial.knobs);
  EXPECT_EQ(choice->trials, 5u);
  EXPECT_TRUE(choice->isFinal);
}

TEST_F(Stores, KeepWrongCandidatesWithTheirWords) {
  Store store;
  ASSERT_EQ(store.open(written(), Store::Access::Write), "");
  Trial bad{{{"rows", 1}}, Status::Wrong, "it's off by one", {}};
  ASSERT_EQ(store.add(smallKey(), bad), "");
  std::vector<Trial> trials;
  ASSERT_EQ(store.trials(smallKey(), trials), "");
  ASSERT_EQ(trials.size(), 2u);
  EXPECT_EQ(trials[1].status, Status::Wrong);
  EXPECT_EQ(trials[1].words, "it's off by one");
}

TEST_F(Stores, EveryPartOfAKeyCounts) {
  Store store;
  ASSERT_EQ(store.open(written(), Store::Access::Write), "");
  for (std::string Key::*part :
       {&Key::kernel, &Key::family, &Key::bucket, &Key::dtype, &Key::mask,
        &Key::target, &Key::processor, &Key::versions}) {
    Key other = smallKey();
    other.*part = "another";
    std::vector<Trial> trials;
    ASSERT_EQ(store.trials(other, trials), "");
    EXPECT_TRUE(trials.empty());
  }
  Key threads = smallKey();
  threads.threads = 2;
  std::vector<Trial> trials;
  ASSERT_EQ(store.trials(threads, trials), "");
  EXPECT_TRUE(trials.empty());
}

TEST_F(Stores, TwoWritersDoNotLoseAnything) {
  std::string path = folder.file("two.db");
  auto write = [&](int64_t rows) {
    Store store;
    std::string wrong = store.open(path, Store::Access::Write);
    for (int64_t columns = 0; wrong.empty() && columns < 20; ++columns)
      wrong = store.add(smallKey(), {{{"rows", rows}, {"columns", columns}},
                                     Status::Measured,
                                     "",
                                     figuresOf(1)});
    EXPECT_EQ(wrong, "");
  };
  std::thread one(write, 1), other(write, 2);
  one.join();
  other.join();
  Store store;
  ASSERT_EQ(store.open(path, Store::Access::Read), "");
  std::vector<Trial> trials;
  ASSERT_EQ(store.trials(smallKey(), trials), "");
  EXPECT_EQ(trials.size(), 40u);
}

TEST_F(Stores, AMissingFileIsRefusedAndNotMade) {
  std::string path = folder.file("missing.db");
  EXPECT_EQ(opened(path), "cannot open tuning database '" + path +
                              "': No such file or directory");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Stores, AFileThatIsNoDatabaseIsRefusedAndLeft) {
  std::string path = folder.file("text.db");
  std::ofstream(path) << std::string(200, 'x');
  for (Store::Access access : {Store::Access::Read, Store::Access::Write})
    EXPECT_EQ(opened(path, access),
              "'" + path + "' is no tuning database: it is no SQLite file");
  EXPECT_EQ(std::filesystem::file_size(path), 200u);
}

TEST_F(Stores, AnEmptyFileBecomesADatabaseOnlyForATuner) {
  std::string path = folder.file("empty.db");
  std::ofstream(path).flush();
  EXPECT_EQ(opened(path), "'" + path +
                              "' is no tuning database, but some "
                              "other SQLite file");
  EXPECT_EQ(opened(path, Store::Access::Write), "");
  EXPECT_EQ(opened(path), "");
}

TEST_F(Stores, ADatabaseOfSomethingElseIsRefused) {
  std::string path = folder.file("other.db");
  tamper(path, "CREATE TABLE trial (x)");
  EXPECT_EQ(opened(path, Store::Access::Write),
            "'" + path + "' is no tuning database, but some other SQLite file");
}

TEST_F(Stores, AnotherFormatIsRefused) {
  std::string path = written();
  tamper(path, "PRAGMA user_version = 9");
  EXPECT_EQ(opened(path, Store::Access::Write),
            "tuning database '" + path + "' has format 9, expected 1");
}

TEST_F(Stores, ALockedDatabaseIsWaitedForAndThenRefused) {
  std::string path = written();
  sqlite3 *holder = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &holder), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(holder, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr),
            SQLITE_OK);
  EXPECT_EQ(opened(path, Store::Access::Write),
            "tuning database '" + path + "' is held by another process");
  sqlite3_close(holder);
  EXPECT_EQ(opened(path, Store::Access::Write), "");
}

TEST_F(Stores, AFolderIsRefused) {
  EXPECT_EQ(opened(folder.path, Store::Access::Write).substr(0, 20),
            "cannot open tuning d");
}

TEST_F(Stores, AFileThatCannotBeWrittenIsRefusedToATunerOnly) {
  std::string path = written();
  ASSERT_EQ(::chmod(path.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder.path.c_str(), 0555), 0);
  constexpr uid_t nobody = 65534; // who administers may write anyway
  bool wasRoot = ::geteuid() == 0 && ::seteuid(nobody) == 0;
  std::string read = opened(path), write = opened(path, Store::Access::Write);
  if (wasRoot && ::seteuid(0) != 0)
    FAIL() << "root does not come back";
  ::chmod(folder.path.c_str(), 0755);
  EXPECT_EQ(read, "");
  EXPECT_EQ(write, "tuning database '" + path + "' cannot be written");
}

TEST_F(Stores, DamageIsSaid) {
  std::string path = written();
  // The first page's table of contents stays; the others become rubbish.
  auto size = std::filesystem::file_size(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  for (uintmax_t at = 4096; at < size; ++at)
    file.put('\x5a');
  file.close();
  Store store;
  std::string wrong = store.open(path, Store::Access::Read);
  std::vector<ChoiceRecord> choices;
  if (wrong.empty())
    wrong = store.choices(choices);
  EXPECT_EQ(wrong, "tuning database '" + path + "' is damaged");
}

TEST_F(Stores, UnreadableKnobsAreSaid) {
  std::string path = written();
  tamper(path, "UPDATE choice SET knobs = 'rows=many'");
  heddle::pipeline::KnobSource source;
  EXPECT_EQ(readKnobs(path, source), "tuning database '" + path +
                                         "' has a choice that cannot be read: "
                                         "'rows=many'");
}

TEST(Knobs, ReadBackFromText) {
  heddle::pipeline::Knobs knobs = {{"rows", 4}, {"columns", -2}};
  EXPECT_EQ(parseKnobs(heddle::pipeline::knobsText(knobs)), knobs);
  EXPECT_EQ(parseKnobs(""), heddle::pipeline::Knobs());
  for (const char *text : {"rows", "=4", "rows=", "rows=4x", "rows=4 5"})
    EXPECT_EQ(parseKnobs(text), std::nullopt) << text;
}

TEST(KnobSource, TakesTheNewestOfThisMachineAndCountsTheOthers) {
  Key key = smallKey(), foreign = smallKey(), later = smallKey();
  foreign.processor = "Another";
  later.versions = "heddle 2";
  auto source = knobSource("a.db",
                           {{foreign, {{{"rows", 1}}, {}, 1, true}},
                            {key, {{{"rows", 2}}, {}, 1, true}},
                            {key, {{{"rows", 4}}, {}, 1, true}},
                            {later, {{{"rows", 8}}, {}, 1, true}}},
                           key.processor, key.versions);
  EXPECT_EQ(source.name, "a.db");
  KnobRecord found = source.find(key.kernel, key.target);
  EXPECT_EQ(found.knobs, (heddle::pipeline::Knobs{{"rows", 2}}));
  EXPECT_EQ(found.unusable, 2u);
  EXPECT_FALSE(source.find(key.kernel, "avx512").knobs);
  EXPECT_FALSE(source.find("another", key.target).knobs);
}

} // namespace
