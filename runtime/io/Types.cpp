// Names and sizes of element types; shape arithmetic that cannot overflow.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/io/Types.h"

namespace heddle::io {
namespace {

struct DTypeInfo {
  DType dtype;
  uint8_t bytes;
  const char *name;
};

constexpr DTypeInfo dtypes[] = {
    {DType::F32, 4, "f32"},       {DType::F64, 8, "f64"},
    {DType::F16, 2, "f16"},       {DType::BF16, 2, "bf16"},
    {DType::I8, 1, "i8"},         {DType::U8, 1, "u8"},
    {DType::I16, 2, "i16"},       {DType::I32, 4, "i32"},
    {DType::I64, 8, "i64"},       {DType::Bool, 1, "bool"},
    {DType::U16, 2, "u16"},       {DType::U32, 4, "u32"},
    {DType::U64, 8, "u64"},       {DType::F8E4M3, 1, "f8e4m3"},
    {DType::F8E5M2, 1, "f8e5m2"},
};

} // namespace

size_t dtypeBytes(DType dtype) {
  for (const DTypeInfo &info : dtypes)
    if (info.dtype == dtype)
      return info.bytes;
  return 0;
}

const char *dtypeName(DType dtype) {
  for (const DTypeInfo &info : dtypes)
    if (info.dtype == dtype)
      return info.name;
  return "?";
}

bool parseDType(std::string_view text, DType &dtype) {
  for (const DTypeInfo &info : dtypes) {
    if (text == info.name) {
      dtype = info.dtype;
      return true;
    }
  }
  return false;
}

bool countElements(const std::vector<int64_t> &shape, uint64_t &count) {
  constexpr uint64_t limit = (uint64_t(1) << 62) - 1;
  count = 1;
  // A zero extent makes the product zero, however large its neighbours are.
  for (int64_t extent : shape)
    if (extent == 0)
      count = 0;
  for (int64_t extent : shape) {
    if (extent < 0)
      return false;
    if (__builtin_mul_overflow(count, uint64_t(extent), &count) ||
        count > limit)
      return false;
  }
  return true;
}

std::string shapeText(const std::vector<int64_t> &shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

} // namespace heddle::io
