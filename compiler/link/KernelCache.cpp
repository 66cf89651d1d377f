// One file an entry, written beside its place and renamed, checked on reading.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/link/KernelCache.h"

#include "compiler/link/ReplaceFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <vector>

using namespace heddle;
using namespace heddle::link;

namespace {
using Hash = llvm::BLAKE3Result<>;

/// The start of an entry's file; the object and the sidecar follow.
struct Header {
  char magic[8];
  uint64_t objectSize;
  uint64_t sidecarSize;
  uint8_t hash[sizeof(Hash)]; ///< of key, object and sidecar
};
constexpr char magic[] = {'H', 'D', 'D', 'K', 'E', 'R', 'N', '1'};
constexpr llvm::StringLiteral suffix = ".kernel";

Hash hashParts(llvm::ArrayRef<llvm::StringRef> parts) {
  llvm::BLAKE3 hasher;
  for (llvm::StringRef part : parts) {
    uint64_t size = part.size(); // keeps neighbours apart
    hasher.update(
        llvm::StringRef(reinterpret_cast<char *>(&size), sizeof(size)));
    hasher.update(part);
  }
  return hasher.final();
}

std::string environment(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

/// One entry's file, as trimming sees it.
struct Kept {
  std::string path;
  uint64_t size;
  struct timespec used;
};
} // namespace

std::string KernelCache::defaultFolder() {
  if (std::string own = environment("HEDDLE_CACHE_DIR"); !own.empty())
    return own;
  if (std::string base = environment("XDG_CACHE_HOME"); !base.empty())
    return base + "/heddle";
  if (std::string home = environment("HOME"); !home.empty())
    return home + "/.cache/heddle";
  return "";
}

KernelCache::KernelCache(std::string folder, uint64_t limit)
    : folder(std::move(folder)), limit(limit) {}

KernelCache::~KernelCache() {
  if (__atomic_load_n(&grown, __ATOMIC_RELAXED))
    trim();
}

std::string KernelCache::key(llvm::ArrayRef<llvm::StringRef> parts) {
  Hash hash = hashParts(parts);
  return llvm::toHex(hash, /*LowerCase=*/true);
}

std::string KernelCache::pathOf(llvm::StringRef key) const {
  llvm::SmallString<128> path(folder);
  llvm::sys::path::append(path, key + suffix);
  return path.str().str();
}

/// The entry in `bytes`, if they are what `put` wrote.
static std::optional<KernelCache::Entry> readEntry(llvm::StringRef key,
                                                   llvm::StringRef bytes) {
  Header header;
  if (bytes.size() < sizeof(header))
    return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof(header));
  bytes = bytes.drop_front(sizeof(header));
  if (std::memcmp(header.magic, magic, sizeof(magic)) != 0 ||
      header.objectSize > bytes.size() ||
      header.sidecarSize != bytes.size() - header.objectSize)
    return std::nullopt;
  llvm::StringRef object = bytes.take_front(header.objectSize);
  llvm::StringRef sidecar = bytes.drop_front(header.objectSize);
  Hash hash = hashParts({key, object, sidecar});
  if (std::memcmp(hash.data(), header.hash, sizeof(header.hash)) != 0)
    return std::nullopt;
  return KernelCache::Entry{object.str(), sidecar.str()};
}

std::optional<KernelCache::Entry> KernelCache::get(llvm::StringRef key) {
  if (folder.empty())
    return std::nullopt;
  std::string path = pathOf(key);
  // Read, not mapped: another process may trim the file meanwhile.
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false,
                                          /*IsVolatile=*/true);
  if (!file)
    return std::nullopt;
  std::optional<Entry> entry = readEntry(key, (*file)->getBuffer());
  if (entry)
    utimensat(AT_FDCWD, path.c_str(), nullptr, 0); // used now
  else
    llvm::sys::fs::remove(path);
  return entry;
}

bool KernelCache::put(llvm::StringRef key, llvm::StringRef object,
                      llvm::StringRef sidecar) {
  if (folder.empty() ||
      llvm::sys::fs::create_directories(folder, /*IgnoreExisting=*/true,
                                        llvm::sys::fs::owner_all))
    return false;
  Header header{};
  std::memcpy(header.magic, magic, sizeof(magic));
  header.objectSize = object.size();
  header.sidecarSize = sidecar.size();
  Hash hash = hashParts({key, object, sidecar});
  std::memcpy(header.hash, hash.data(), sizeof(header.hash));
  std::string bytes(reinterpret_cast<const char *>(&header), sizeof(header));
  bytes += object;
  bytes += sidecar;

  auto write = [&]() -> llvm::Error {
    llvm::Expected<ReplaceFile> file = ReplaceFile::create(pathOf(key));
    if (!file)
      return file.takeError();
    if (llvm::Error error = file->write(0, bytes.data(), bytes.size()))
      return error;
    // Not durable: an entry that a power cut damages is found by its hash.
    return file->commit(/*durable=*/false);
  };
  if (llvm::Error error = write()) {
    llvm::consumeError(std::move(error));
    return false;
  }
  __atomic_store_n(&grown, true, __ATOMIC_RELAXED);
  return true;
}

/// Least recently used first; files that are no entries are left alone.
void KernelCache::trim() {
  std::vector<Kept> entries;
  uint64_t total = 0;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator at(folder, error), end;
       at != end && !error; at.increment(error)) {
    struct stat info;
    if (!llvm::StringRef(at->path()).ends_with(suffix) ||
        stat(at->path().c_str(), &info) != 0)
      continue;
    entries.push_back({at->path(), uint64_t(info.st_size), info.st_mtim});
    total += entries.back().size;
  }
  std::sort(entries.begin(), entries.end(), [](const Kept &a, const Kept &b) {
    return std::pair(a.used.tv_sec, a.used.tv_nsec) <
           std::pair(b.used.tv_sec, b.used.tv_nsec);
  });
  for (const Kept &entry : entries) {
    if (total <= limit)
      return;
    llvm::sys::fs::remove(entry.path); // gone already is as good
    total -= entry.size;
  }
}
