// One .npy file: a magic, a Python dictionary as text, the elements.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/io/Npy.h"

#include <algorithm>
#include <cstring>

namespace heddle::io {
namespace {

struct Descr {
  const char *text;
  DType dtype;
};

constexpr Descr descrs[] = {
    {"<f4", DType::F32},
    {"<f8", DType::F64},
    {"<f2", DType::F16},
    {"|i1", DType::I8},
    {"|u1", DType::U8},
    {"<i2", DType::I16},
    {"<i4", DType::I32},
    {"<i8", DType::I64},
    {"|b1", DType::Bool},
    {"<u2", DType::U16},
    {"<u4", DType::U32},
    {"<u8", DType::U64},
    // numpy has no bf16; what ml_dtypes adds is saved as two raw bytes.
    {"<V2", DType::BF16},
    {"|V2", DType::BF16},
};

constexpr char magic[] = "\x93NUMPY";
constexpr size_t magicBytes = 6;

/// Reads {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
class HeaderReader {
public:
  explicit HeaderReader(std::string_view text) : text(text) {}

  /// False when the text is not such a dictionary.
  bool read() {
    if (!take("{"))
      return false;
    while (!take("}")) {
      std::string key;
      if (!readString(key) || !take(":") || !readValue(key))
        return false;
      if (!take(",") && !peek("}"))
        return false;
    }
    skipSpace();
    return text.empty() && hasDescr && hasOrder && hasShape;
  }

  std::string descr;
  bool isFortran = false;
  std::vector<int64_t> shape;

private:
  void skipSpace() {
    size_t start = text.find_first_not_of(" \t\n\r");
    text.remove_prefix(std::min(start, text.size()));
  }
  bool peek(std::string_view token) {
    skipSpace();
    return text.substr(0, token.size()) == token;
  }
  bool take(std::string_view token) {
    if (!peek(token))
      return false;
    text.remove_prefix(token.size());
    return true;
  }
  bool readString(std::string &value) {
    skipSpace();
    if (text.empty() || (text[0] != '\'' && text[0] != '"'))
      return false;
    size_t end = text.find(text[0], 1);
    if (end == std::string_view::npos)
      return false;
    value = std::string(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    return true;
  }
  bool readValue(const std::string &key) {
    if (key == "descr")
      return hasDescr = readString(descr);
    if (key == "fortran_order") {
      isFortran = take("True");
      return hasOrder = isFortran || take("False");
    }
    return key == "shape" && (hasShape = readShape());
  }
  bool readShape() {
    if (!take("("))
      return false;
    while (!take(")")) {
      skipSpace();
      int64_t extent = 0;
      size_t digits = 0;
      for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9';
           ++digits)
        if (__builtin_mul_overflow(extent, 10, &extent) ||
            __builtin_add_overflow(extent, text[digits] - '0', &extent))
          return false;
      if (digits == 0 || shape.size() == 32)
        return false;
      text.remove_prefix(digits);
      shape.push_back(extent);
      if (!take(",") && !peek(")"))
        return false;
    }
    return true;
  }

  std::string_view text;
  bool hasDescr = false, hasOrder = false, hasShape = false;
};

/// Finds the header's text and the data after it; false when cut short.
bool splitNpy(const uint8_t *data, size_t size, std::string_view &header,
              size_t &start) {
  if (size < 10)
    return false;
  size_t lengthBytes = data[6] == 1 ? 2 : 4;
  if (size < 8 + lengthBytes)
    return false;
  uint32_t length = 0;
  std::memcpy(&length, data + 8, lengthBytes);
  start = 8 + lengthBytes;
  if (length > size - start)
    return false;
  header = {reinterpret_cast<const char *>(data) + start, length};
  start += length;
  return true;
}

} // namespace

Result<Tensor> parseNpy(const uint8_t *data, size_t size,
                        const std::string &name) {
  auto fail = [&](const std::string &text) {
    return Error{name + ": " + text};
  };
  if (size < magicBytes || std::memcmp(data, magic, magicBytes) != 0)
    return fail("is no .npy file");
  if (size > magicBytes && (data[6] < 1 || data[6] > 3))
    return fail("is of .npy version " + std::to_string(data[6]) +
                "; versions 1 to 3 are read");
  std::string_view text;
  size_t start = 0;
  if (!splitNpy(data, size, text, start))
    return fail("is cut short");
  HeaderReader header(text);
  if (!header.read())
    return fail("has a damaged .npy header");
  if (header.isFortran)
    return fail("is in Fortran order; save numpy.ascontiguousarray of it");
  const Descr *descr = nullptr;
  for (const Descr &candidate : descrs)
    if (header.descr == candidate.text)
      descr = &candidate;
  if (!descr)
    return fail("has the element type '" + header.descr +
                "'; little-endian f, i, u, bool and V2 (bf16) are read");
  uint64_t count = 0, bytes = 0;
  if (!countElements(header.shape, count) ||
      __builtin_mul_overflow(count, dtypeBytes(descr->dtype), &bytes))
    return fail("has the shape " + shapeText(header.shape) +
                ", which is too large");
  if (bytes != size - start)
    return fail("of " + shapeText(header.shape) + " " +
                dtypeName(descr->dtype) + " needs " + std::to_string(bytes) +
                " bytes of elements but has " + std::to_string(size - start));
  return Tensor{descr->dtype, header.shape,
                std::vector<uint8_t>(data + start, data + size)};
}

Result<std::vector<uint8_t>> formatNpy(const Tensor &tensor) {
  const Descr *descr = nullptr;
  for (const Descr &candidate : descrs)
    if (tensor.dtype == candidate.dtype)
      descr = &candidate;
  if (!descr)
    return Error{std::string("a .npy file cannot hold ") +
                 dtypeName(tensor.dtype) + "; write .safetensors"};
  std::string text = std::string("{'descr': '") + descr->text +
                     "', 'fortran_order': False, 'shape': (";
  for (int64_t extent : tensor.shape)
    text += std::to_string(extent) + ", ";
  text += "), }";
  // The elements start at a multiple of 64 bytes; the header ends in '\n'.
  size_t start = (magicBytes + 4 + text.size() + 1 + 63) / 64 * 64;
  text.resize(start - magicBytes - 4 - 1, ' ');
  text += '\n';
  std::vector<uint8_t> file(start + tensor.bytes.size());
  std::memcpy(file.data(), magic, magicBytes);
  file[magicBytes] = 1; // the version: 1.0
  file[magicBytes + 2] = uint8_t(text.size());
  file[magicBytes + 3] = uint8_t(text.size() >> 8);
  std::copy(text.begin(), text.end(), file.begin() + magicBytes + 4);
  std::copy(tensor.bytes.begin(), tensor.bytes.end(),
            file.begin() + long(start));
  return file;
}

} // namespace heddle::io
