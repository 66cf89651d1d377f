// An output is whole or absent, whatever happens while it is written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/link/Support.h"

#include "heddle/artifact.h"
#include <chrono>
#include <csignal>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char **environ;

using namespace heddle;
using namespace heddle::test;

const char *const test::writerJob = "--heddle-test-writer";

namespace {
/// Enough weights for a write to take a while.
constexpr uint64_t largeWeights = 4 << 20;

struct Code {
  Tiny tiny = makeTiny();
  static const Tiny &get() {
    static Code code;
    return code.tiny;
  }
};
} // namespace

/// Writes an artefact whose weights are all `value`.
static llvm::Expected<link::ArtifactInfo>
writeLarge(const std::string &path, const std::string &code,
           const std::string &metadata, uint32_t value) {
  auto weights = [&](link::WeightsSink &sink) {
    for (uint64_t i = 0; i < largeWeights / sizeof(value); ++i)
      sink.append(&value, sizeof(value));
    return llvm::Error::success();
  };
  link::ArtifactParts parts;
  parts.code = code;
  parts.metadata = metadata;
  parts.weightsSize = largeWeights;
  parts.writeWeights = weights;
  return link::writeArtifact(path, parts);
}

/// `FOLDER` holds code and metadata; writes FOLDER/out.so until it is killed.
std::optional<int> test::runWriterJob(int argc, char **argv) {
  if (argc != 3 || std::strcmp(argv[1], writerJob) != 0)
    return std::nullopt;
  std::string folder = argv[2];
  std::string code = readText(folder + "/code");
  std::string metadata = readText(folder + "/metadata");
  for (uint32_t value = 2;; ++value) {
    llvm::Expected<link::ArtifactInfo> info =
        writeLarge(folder + "/out.so", code, metadata, value);
    if (!info) {
      llvm::consumeError(info.takeError());
      return 1;
    }
  }
}

/// True when all sizes and hashes of the footer hold.
static bool isWhole(const std::string &file) {
  heddle_footer footer;
  if (file.size() < sizeof(footer))
    return false;
  std::memcpy(&footer, file.data() + file.size() - sizeof(footer),
              sizeof(footer));
  auto hashOf = [&](uint64_t offset, uint64_t size) {
    return heddle_hash(HEDDLE_HASH_SEED, file.data() + offset, size);
  };
  return footer.magic == HEDDLE_FOOTER_MAGIC &&
         footer.file_size == file.size() &&
         footer.footer_hash ==
             heddle_hash(HEDDLE_HASH_SEED, &footer,
                         offsetof(heddle_footer, footer_hash)) &&
         footer.code_hash == hashOf(0, footer.code_size) &&
         footer.metadata_hash ==
             hashOf(footer.metadata_offset, footer.metadata_size) &&
         footer.weights_hash ==
             hashOf(footer.weights_offset, footer.weights_size);
}

static std::string messageOf(llvm::Expected<link::ArtifactInfo> info) {
  return info ? "no error" : llvm::toString(info.takeError());
}

TEST(Writer, EqualPartsGiveEqualFiles) {
  Folder folder;
  for (const char *name : {"a.so", "b.so", "c.so"})
    cantFail(writeTiny(Code::get(), folder / name, *name == 'c' ? 2.0f : 1.0f));
  EXPECT_EQ(readText(folder / "a.so"), readText(folder / "b.so"));
  EXPECT_NE(readText(folder / "a.so"), readText(folder / "c.so"));
  EXPECT_TRUE(isWhole(readText(folder / "a.so")));
  EXPECT_EQ(folder.files().size(), 3u);
}

TEST(Writer, BuildIdFollowsTheWeights) {
  Folder folder;
  uint64_t one =
      cantFail(writeTiny(Code::get(), folder / "a.so", 1.0f)).buildId;
  uint64_t two =
      cantFail(writeTiny(Code::get(), folder / "a.so", 2.0f)).buildId;
  EXPECT_NE(one, two);
}

TEST(Writer, SaysWhereItCannotWrite) {
  Folder folder;
  EXPECT_EQ(messageOf(writeTiny(Code::get(), folder / "no/x.so", 1)),
            "cannot write '" + (folder / "no/x.so") +
                "': No such file or directory");
  mkdir((folder / "dir").c_str(), 0700);
  EXPECT_EQ(messageOf(writeTiny(Code::get(), folder / "dir", 1)),
            "cannot write '" + (folder / "dir") + "': not a regular file");
  EXPECT_EQ(messageOf(writeTiny(Code::get(), "/dev/null", 1)),
            "cannot write '/dev/null': not a regular file");
}

TEST(Writer, ReplacesWhatALinkPointsAt) {
  Folder folder;
  writeText(folder / "real.so", "old");
  ASSERT_EQ(symlink("real.so", (folder / "link.so").c_str()), 0);
  cantFail(writeTiny(Code::get(), folder / "link.so", 1));
  EXPECT_TRUE(isWhole(readText(folder / "real.so")));
}

TEST(Writer, KeepsTheOldFileWhenTheWeightsFail) {
  Folder folder;
  writeText(folder / "x.so", "old");
  auto weights = [](link::WeightsSink &) -> llvm::Error {
    return llvm::createStringError("tensor 'w' is missing");
  };
  link::ArtifactParts parts;
  parts.code = Code::get().code;
  parts.metadata = Code::get().metadata;
  parts.weightsSize = 96;
  parts.writeWeights = weights;
  EXPECT_EQ(messageOf(link::writeArtifact(folder / "x.so", parts)),
            "tensor 'w' is missing");
  EXPECT_EQ(readText(folder / "x.so"), "old");
  EXPECT_EQ(folder.files().size(), 1u);
}

TEST(Writer, RefusesWeightsPastTheirSection) {
  Folder folder;
  Tiny tiny = Code::get();
  tiny.weightsSize = 64; // the weights take 96
  EXPECT_EQ(messageOf(writeTiny(tiny, folder / "x.so", 1)),
            "the weights take more than their section's 64 bytes");
  EXPECT_TRUE(folder.files().empty());
}

TEST(Writer, ReportsTheFailedWriteNotWhatFollowsFromIt) {
  Folder folder;
  auto weights = [](link::WeightsSink &sink) -> llvm::Error {
    if (sink.padTo(128))
      return llvm::Error::success();
    return llvm::createStringError("weight 'w' could not be written");
  };
  link::ArtifactParts parts{Code::get().code, Code::get().metadata, 64,
                            weights};
  EXPECT_EQ(messageOf(link::writeArtifact(folder / "x.so", parts)),
            "the weights take more than their section's 64 bytes");
}

TEST(Writer, FailsInWordsOverTheFileSizeLimit) {
  Folder folder;
  writeText(folder / "x.so", "old");
  rlimit old{}, small{1 << 20, 0};
  getrlimit(RLIMIT_FSIZE, &old);
  small.rlim_max = old.rlim_max;
  auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  std::string message = messageOf(
      writeLarge(folder / "x.so", Code::get().code, Code::get().metadata, 1));
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, ignored);
  EXPECT_NE(message.find("File too large"), std::string::npos) << message;
  EXPECT_EQ(readText(folder / "x.so"), "old");
  EXPECT_EQ(folder.files().size(), 1u);
}

TEST(Writer, FailsInWordsOnAFullDisk) {
  Folder folder;
  if (mount("tmpfs", folder.path.c_str(), "tmpfs", 0, "size=1m") != 0)
    GTEST_SKIP() << "no small file system: mount says " << strerror(errno);
  std::string message = messageOf(
      writeLarge(folder / "x.so", Code::get().code, Code::get().metadata, 1));
  std::vector<std::string> left = folder.files();
  umount(folder.path.c_str());
  EXPECT_NE(message.find("No space left on device"), std::string::npos)
      << message;
  EXPECT_TRUE(left.empty());
}

TEST(Writer, KilledLeavesTheOldFileOrTheNewOne) {
  Folder folder;
  writeText(folder / "code", Code::get().code);
  writeText(folder / "metadata", Code::get().metadata);
  cantFail(
      writeLarge(folder / "out.so", Code::get().code, Code::get().metadata, 1));
  constexpr unsigned seed = 20261122;
  std::mt19937 random(seed);
  int changed = 0;
  std::string before = readText(folder / "out.so");
  for (int i = 0; i < 15; ++i) {
    std::string path = folder.path, program = "/proc/self/exe";
    std::string job = writerJob;
    char *argv[] = {program.data(), job.data(), path.data(), nullptr};
    pid_t child = -1;
    ASSERT_EQ(
        posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, argv, environ),
        0);
    // The child needs some 50 ms to start and a few for each file.
    std::this_thread::sleep_for(
        std::chrono::microseconds(50000 + random() % 100000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
    std::string after = readText(folder / "out.so");
    ASSERT_TRUE(isWhole(after)) << "seed " << seed << ", round " << i;
    changed += after != before;
    before = after;
  }
  EXPECT_GT(changed, 0) << "no child lived long enough to write";
}
