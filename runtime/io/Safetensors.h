// Reads and writes safetensors files. The reader trusts nothing in the file.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_IO_SAFETENSORS_H
#define HEDDLE_RUNTIME_IO_SAFETENSORS_H

#include "runtime/io/File.h"
#include "runtime/io/Result.h"
#include "runtime/io/Types.h"

#include <map>

namespace heddle::io {

/// A tensor inside a mapped file. `bytes` need not be aligned to its elements.
struct SafetensorsTensor {
  std::string name;
  DType dtype = DType::F32;
  std::vector<int64_t> shape;     ///< extents, outermost first
  const uint8_t *bytes = nullptr; ///< little endian, C order
  size_t size = 0;                ///< of `bytes`, in bytes
};

/// A checked safetensors file. Copies share the mapping, and `bytes` of its
/// tensors stay valid as long as one copy lives.
class SafetensorsFile {
public:
  /// Maps `path` and checks its whole header: lengths, ranges against the
  /// file, against each other (no overlap, no gap) and against shape and
  /// element type, doubled names. An error starts with the path.
  static Result<SafetensorsFile> open(const std::string &path);

  /// The same for bytes that the caller keeps alive; `name` starts errors.
  static Result<SafetensorsFile> parse(const uint8_t *data, size_t size,
                                       const std::string &name);

  /// In the order of their bytes in the file.
  const std::vector<SafetensorsTensor> &tensors() const { return list; }
  /// NULL when the file has no tensor of that name.
  const SafetensorsTensor *find(std::string_view name) const;
  /// The file's free `__metadata__`.
  const std::map<std::string, std::string> &metadata() const { return notes; }
  /// As given to open or parse.
  const std::string &path() const { return name; }

private:
  std::string name;
  std::shared_ptr<MappedFile> file;
  std::vector<SafetensorsTensor> list;
  std::map<std::string, size_t, std::less<>> index;
  std::map<std::string, std::string> notes;
};

/// Writes tensors in the given order; `-` is standard output.
Status writeSafetensors(const std::string &path,
                        const std::vector<NamedTensor> &tensors);

} // namespace heddle::io

#endif // HEDDLE_RUNTIME_IO_SAFETENSORS_H
