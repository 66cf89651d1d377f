// Element types and a plain owning tensor, shared by the file formats.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_IO_TYPES_H
#define HEDDLE_RUNTIME_IO_TYPES_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::io {

/// Element types of files. The first ten have heddle_dtype's values; the rest
/// can be read and described but are no type of an artefact.
enum class DType : uint32_t {
  F32 = 1,
  F64 = 2,
  F16 = 3,
  BF16 = 4,
  I8 = 5,
  U8 = 6,
  I16 = 7,
  I32 = 8,
  I64 = 9,
  Bool = 10,
  U16 = 101,
  U32 = 102,
  U64 = 103,
  F8E4M3 = 104,
  F8E5M2 = 105,
};

/// Bytes of one element.
size_t dtypeBytes(DType dtype);

/// heddle's spelling: f32, i64, bool.
const char *dtypeName(DType dtype);

/// Reads heddle's spelling; false when `text` names no element type.
bool parseDType(std::string_view text, DType &dtype);

/// Multiplies `shape` out; false where the product exceeds 2^62 - 1.
bool countElements(const std::vector<int64_t> &shape, uint64_t &count);

/// "[2, 16]".
std::string shapeText(const std::vector<int64_t> &shape);

/// A dense tensor in C order that owns its bytes.
struct Tensor {
  DType dtype = DType::F32;
  std::vector<int64_t> shape; ///< extents, outermost first
  std::vector<uint8_t> bytes; ///< little endian
};

/// A tensor and the name it has in its file.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

} // namespace heddle::io

#endif // HEDDLE_RUNTIME_IO_TYPES_H
