// Whole files: mapped for reading, read from a stream, written at once.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_IO_FILE_H
#define HEDDLE_RUNTIME_IO_FILE_H

#include "runtime/io/Result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace heddle::io {

/// A regular file mapped read-only. Whoever truncates it while it is mapped
/// ends this process (SIGBUS), as with every mapping.
class MappedFile {
public:
  /// Fails, in words with the path, on a missing, unreadable or special file.
  static Result<std::shared_ptr<MappedFile>> open(const std::string &path);
  ~MappedFile();
  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;

  /// NULL when the file is empty.
  const uint8_t *data() const { return bytes; }
  size_t size() const { return length; }

private:
  MappedFile(const uint8_t *bytes, size_t length)
      : bytes(bytes), length(length) {}
  const uint8_t *bytes;
  size_t length;
};

/// Reads a whole file; `-` is standard input.
Result<std::vector<uint8_t>> readFile(const std::string &path);

/// Writes a whole file; `-` is standard output. A failed write leaves no new
/// file where there was none.
Status writeFile(const std::string &path, const void *data, size_t size);

} // namespace heddle::io

#endif // HEDDLE_RUNTIME_IO_FILE_H
