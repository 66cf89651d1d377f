// Chooses the format by content when reading and by suffix when writing.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/io/TensorFile.h"

#include "runtime/io/Npy.h"
#include "runtime/io/Safetensors.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace heddle::io {
namespace {

bool endsWith(const std::string &text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

/// Fills larger than this are a slip of the finger.
constexpr uint64_t maxFillBytes = uint64_t(1) << 34;

/// The bits of `value` rounded to f16, to nearest even.
uint16_t toHalf(double value) {
  float single = float(value);
  uint32_t bits = 0;
  std::memcpy(&bits, &single, 4);
  uint32_t sign = bits >> 16 & 0x8000;
  float magnitude = std::fabs(single);
  if (std::isnan(single))
    return uint16_t(sign | 0x7e00);
  if (magnitude >= 65520)
    return uint16_t(sign | 0x7c00);
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  // One unit in the last place: 11 bits of precision, 2^-24 at least.
  int unit = std::max(exponent - 11, -24);
  uint32_t scaled = uint32_t(std::nearbyint(std::ldexp(magnitude, -unit)));
  // A mantissa that rounds up carries into the exponent by itself.
  return uint16_t(sign | (scaled + (uint32_t(unit + 24) << 10)));
}

uint16_t toBfloat(double value) {
  float single = float(value);
  uint32_t bits = 0;
  std::memcpy(&bits, &single, 4);
  if (std::isnan(single))
    return uint16_t(bits >> 16 | 0x40);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

template <typename T> void store(std::vector<uint8_t> &bytes, T value) {
  for (size_t at = 0; at < bytes.size(); at += sizeof(T))
    std::memcpy(bytes.data() + at, &value, sizeof(T));
}

template <typename T>
bool storeInteger(std::vector<uint8_t> &bytes, std::string_view text) {
  T value = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return false;
  store(bytes, value);
  return true;
}

bool storeFloat(std::vector<uint8_t> &bytes, DType dtype,
                std::string_view text) {
  double value = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return false;
  if (dtype == DType::F32)
    store(bytes, float(value));
  else if (dtype == DType::F64)
    store(bytes, value);
  else if (dtype == DType::F16)
    store(bytes, toHalf(value));
  else
    store(bytes, toBfloat(value));
  return true;
}

/// Sets every element to the value `text` names; false when it names none.
bool fillWith(Tensor &tensor, std::string_view text) {
  switch (tensor.dtype) {
  case DType::F32:
  case DType::F64:
  case DType::F16:
  case DType::BF16:
    return storeFloat(tensor.bytes, tensor.dtype, text);
  case DType::I8:
    return storeInteger<int8_t>(tensor.bytes, text);
  case DType::U8:
    return storeInteger<uint8_t>(tensor.bytes, text);
  case DType::I16:
    return storeInteger<int16_t>(tensor.bytes, text);
  case DType::I32:
    return storeInteger<int32_t>(tensor.bytes, text);
  case DType::I64:
    return storeInteger<int64_t>(tensor.bytes, text);
  case DType::U16:
    return storeInteger<uint16_t>(tensor.bytes, text);
  case DType::U32:
    return storeInteger<uint32_t>(tensor.bytes, text);
  case DType::U64:
    return storeInteger<uint64_t>(tensor.bytes, text);
  case DType::Bool:
    return (text == "0" || text == "1") &&
           storeInteger<uint8_t>(tensor.bytes, text);
  default:
    return false;
  }
}

/// Splits "2x16xi32" into shape and type.
bool parseType(std::string_view text, Tensor &tensor) {
  for (;;) {
    size_t cross = text.find('x');
    if (cross == std::string_view::npos)
      return parseDType(text, tensor.dtype);
    int64_t extent = 0;
    auto [end, error] =
        std::from_chars(text.data(), text.data() + cross, extent);
    if (error != std::errc() || end != text.data() + cross || extent < 0)
      return false;
    tensor.shape.push_back(extent);
    text.remove_prefix(cross + 1);
  }
}

} // namespace

bool isFill(std::string_view text) {
  Tensor tensor;
  size_t equals = text.find('=');
  return equals != std::string_view::npos &&
         parseType(text.substr(0, equals), tensor);
}

Result<Tensor> parseFill(const std::string &text) {
  Tensor tensor;
  size_t equals = text.find('=');
  if (equals == std::string::npos ||
      !parseType(std::string_view(text).substr(0, equals), tensor))
    return Error{"'" + text + "' is no fill such as 2x16xi32=0"};
  uint64_t count = 0, bytes = 0;
  if (!countElements(tensor.shape, count) ||
      __builtin_mul_overflow(count, dtypeBytes(tensor.dtype), &bytes) ||
      bytes > maxFillBytes)
    return Error{"the fill '" + text + "' is too large"};
  tensor.bytes.resize(size_t(bytes));
  if (!fillWith(tensor, std::string_view(text).substr(equals + 1)))
    return Error{"'" + text.substr(equals + 1) + "' is no value of " +
                 dtypeName(tensor.dtype)};
  return tensor;
}

Result<std::vector<NamedTensor>> readTensors(const std::string &path) {
  Result<std::vector<uint8_t>> bytes = readFile(path);
  if (!bytes)
    return Error{bytes.error()};
  const std::vector<uint8_t> &data = *bytes;
  std::string name = path == "-" ? "standard input" : path;
  if (data.size() >= 2 && data[0] == 'P' && data[1] == 'K')
    return parseNpz(data.data(), data.size(), name);
  if (!data.empty() && data[0] == 0x93) {
    Result<Tensor> tensor = parseNpy(data.data(), data.size(), name);
    if (!tensor)
      return Error{tensor.error()};
    return std::vector<NamedTensor>{{"", std::move(*tensor)}};
  }
  Result<SafetensorsFile> file =
      SafetensorsFile::parse(data.data(), data.size(), name);
  if (!file)
    return Error{name +
                 ": is no .npy, .npz or .safetensors file (as the last: " +
                 file.error().substr(name.size() + 2) + ")"};
  std::vector<NamedTensor> tensors;
  for (const SafetensorsTensor &tensor : file->tensors())
    tensors.push_back(
        {tensor.name,
         {tensor.dtype, tensor.shape,
          std::vector<uint8_t>(tensor.bytes, tensor.bytes + tensor.size)}});
  return tensors;
}

Status writeTensors(const std::string &path,
                    const std::vector<NamedTensor> &tensors) {
  if (endsWith(path, ".safetensors"))
    return writeSafetensors(path, tensors);
  bool isNpz = endsWith(path, ".npz");
  if (!isNpz && tensors.size() != 1)
    return Error{path + ": a .npy file holds one tensor, not " +
                 std::to_string(tensors.size()) +
                 "; write .npz or .safetensors"};
  Result<std::vector<uint8_t>> bytes =
      isNpz ? formatNpz(tensors) : formatNpy(tensors[0].tensor);
  if (!bytes)
    return Error{path + ": " + bytes.error()};
  return writeFile(path, bytes->data(), bytes->size());
}

} // namespace heddle::io
