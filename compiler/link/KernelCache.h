// A cache of compiled kernels, addressed by what they were compiled from.
// Several compilers may use one folder at the same time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LINK_KERNELCACHE_H
#define HEDDLE_COMPILER_LINK_KERNELCACHE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

namespace heddle::link {

/// A folder of entries. It never fails: what cannot be read is absent, what
/// cannot be written is not kept.
class KernelCache {
public:
  struct Entry {
    std::string object;  ///< the bytes of the object file
    std::string sidecar; ///< what else the compilation gave, as JSON
  };
  /// Bytes that the folder may hold when a cache has closed.
  static constexpr uint64_t defaultLimit = uint64_t(1) << 30;

  /// $HEDDLE_CACHE_DIR, else $XDG_CACHE_HOME/heddle, else ~/.cache/heddle;
  /// empty (a cache that keeps nothing) when none of them is set.
  static std::string defaultFolder();

  /// The folder is made when something is put into it.
  explicit KernelCache(std::string folder = defaultFolder(),
                       uint64_t limit = defaultLimit);
  /// Removes the least recently used entries above the limit, if anything was
  /// put in.
  ~KernelCache();
  KernelCache(const KernelCache &) = delete;
  KernelCache &operator=(const KernelCache &) = delete;

  /// The address of what was compiled from `parts` (text, variant, options,
  /// versions): a BLAKE3 hash in hexadecimal. ("ab", "c") is not ("a", "bc").
  static std::string key(llvm::ArrayRef<llvm::StringRef> parts);

  /// The entry, checked by its hash and marked as used. A damaged one is
  /// removed. Nothing when there is none.
  std::optional<Entry> get(llvm::StringRef key);
  /// True when the entry was kept. Threads may call get and put.
  bool put(llvm::StringRef key, llvm::StringRef object,
           llvm::StringRef sidecar);

private:
  std::string pathOf(llvm::StringRef key) const;
  void trim();

  std::string folder;
  uint64_t limit;
  bool grown = false; ///< only ever set; see put
};

} // namespace heddle::link

#endif // HEDDLE_COMPILER_LINK_KERNELCACHE_H
