// The cache keeps, checks, forgets the oldest, and never fails.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/link/KernelCache.h"
#include "tests/compiler/link/Support.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <thread>

using namespace heddle;
using namespace heddle::test;
using link::KernelCache;

TEST(KernelCache, GivesBackWhatWasPut) {
  Folder folder;
  std::string key = KernelCache::key({"text", "avx2", "22.1.8"});
  {
    KernelCache cache(folder / "kernels");
    EXPECT_FALSE(cache.get(key));
    EXPECT_TRUE(cache.put(key, "object\0bytes", "{\"scratch\": 64}"));
  }
  KernelCache cache(folder / "kernels");
  std::optional<KernelCache::Entry> entry = cache.get(key);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->object, "object\0bytes");
  EXPECT_EQ(entry->sidecar, "{\"scratch\": 64}");
}

TEST(KernelCache, KeysTellTheirPartsApart) {
  EXPECT_NE(KernelCache::key({"ab", "c"}), KernelCache::key({"a", "bc"}));
  EXPECT_NE(KernelCache::key({"a"}), KernelCache::key({"a", ""}));
  EXPECT_EQ(KernelCache::key({"a", "b"}), KernelCache::key({"a", "b"}));
}

TEST(KernelCache, DropsADamagedEntry) {
  Folder folder;
  std::string key = KernelCache::key({"k"});
  KernelCache cache(folder.path);
  cache.put(key, std::string(1000, 'o'), "{}");
  std::string path = folder / folder.files().at(0);
  std::string whole = readText(path);
  for (size_t at :
       {size_t(0), size_t(9), size_t(30), size_t(500), whole.size() - 1}) {
    std::string damaged = whole;
    damaged[at] ^= 4;
    writeText(path, damaged);
    EXPECT_FALSE(cache.get(key)) << "byte " << at;
    EXPECT_TRUE(folder.files().empty());
  }
  for (size_t size : {size_t(0), size_t(20), whole.size() - 1}) {
    writeText(path, whole.substr(0, size));
    EXPECT_FALSE(cache.get(key)) << size << " bytes";
  }
  writeText(path, whole);
  EXPECT_TRUE(cache.get(key));
}

TEST(KernelCache, RefusesAnEntryUnderAnotherKey) {
  Folder folder;
  KernelCache cache(folder.path);
  std::string one = KernelCache::key({"1"}), two = KernelCache::key({"2"});
  cache.put(one, "object", "{}");
  std::string bytes = readText(folder / folder.files().at(0));
  writeText(folder / (two + ".kernel"), bytes);
  EXPECT_FALSE(cache.get(two));
}

TEST(KernelCache, ForgetsTheLeastRecentlyUsed) {
  Folder folder;
  std::string object(1000, 'o');
  std::vector<std::string> keys;
  {
    KernelCache cache(folder.path, 3500);
    for (const char *name : {"0", "1", "2", "3", "4"}) {
      keys.push_back(KernelCache::key({name}));
      cache.put(keys.back(), object, "{}");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_TRUE(cache.get(keys[0])); // used again: it stays
  }
  KernelCache cache(folder.path);
  std::string kept;
  for (const std::string &key : keys)
    kept += cache.get(key) ? '1' : '0';
  EXPECT_EQ(kept, "10011");
}

TEST(KernelCache, WithoutAFolderKeepsNothing) {
  KernelCache none("");
  EXPECT_FALSE(none.put("00", "object", "{}"));
  EXPECT_FALSE(none.get("00"));
  KernelCache unwritable("/proc/heddle");
  EXPECT_FALSE(unwritable.put("00", "object", "{}"));
}

TEST(KernelCache, SeveralWritersLeaveWholeEntries) {
  Folder folder;
  std::string key = KernelCache::key({"shared"});
  std::vector<std::thread> writers;
  for (char letter : {'a', 'b', 'c'})
    writers.emplace_back([&, letter] {
      KernelCache cache(folder.path, 100000);
      for (int i = 0; i < 50; ++i) {
        cache.put(key, std::string(20000, letter), "{}");
        std::optional<KernelCache::Entry> entry = cache.get(key);
        ASSERT_TRUE(entry);
        ASSERT_EQ(entry->object, std::string(20000, entry->object[0]));
      }
    });
  for (std::thread &writer : writers)
    writer.join();
  EXPECT_EQ(folder.files().size(), 1u);
}

TEST(KernelCache, TakesItsFolderFromTheEnvironment) {
  auto keep = [](const char *name) {
    const char *value = std::getenv(name);
    return std::optional<std::string>(value ? std::optional<std::string>(value)
                                            : std::nullopt);
  };
  std::optional<std::string> own = keep("HEDDLE_CACHE_DIR"),
                             base = keep("XDG_CACHE_HOME");
  setenv("HEDDLE_CACHE_DIR", "/own", 1);
  setenv("XDG_CACHE_HOME", "/base", 1);
  EXPECT_EQ(KernelCache::defaultFolder(), "/own");
  unsetenv("HEDDLE_CACHE_DIR");
  EXPECT_EQ(KernelCache::defaultFolder(), "/base/heddle");
  unsetenv("XDG_CACHE_HOME");
  EXPECT_NE(KernelCache::defaultFolder().find("/.cache/heddle"),
            std::string::npos);
  if (own)
    setenv("HEDDLE_CACHE_DIR", own->c_str(), 1);
  if (base)
    setenv("XDG_CACHE_HOME", base->c_str(), 1);
}
