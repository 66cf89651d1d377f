// A file that appears under its name only when it is complete.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LINK_REPLACEFILE_H
#define HEDDLE_COMPILER_LINK_REPLACEFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace heddle::link {

/// Starts nameless (or, where the file system knows no such files, under a
/// temporary name) beside its target. Without `commit` it vanishes.
class ReplaceFile {
public:
  /// Fails, in words with the path, where no file can be made, and on a target
  /// that exists and is not a regular file. Links are followed.
  static llvm::Expected<ReplaceFile> create(llvm::StringRef path);
  ReplaceFile(ReplaceFile &&other) noexcept;
  ReplaceFile &operator=(ReplaceFile &&) = delete;
  ~ReplaceFile();

  /// Takes the disk space of the first `size` bytes, which become zeros.
  llvm::Error reserve(uint64_t size);
  llvm::Error write(uint64_t offset, const void *bytes, size_t size);
  /// Puts the bytes on disk, if `durable`, then the file under its name.
  llvm::Error commit(bool durable);

private:
  explicit ReplaceFile(std::string target) : target(std::move(target)) {}
  llvm::Error problem(const char *what) const;

  std::string target;
  std::string temporary; ///< empty while the file is nameless
  int fd = -1;
};

} // namespace heddle::link

#endif // HEDDLE_COMPILER_LINK_REPLACEFILE_H
