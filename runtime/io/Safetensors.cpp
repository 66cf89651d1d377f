// Checks a safetensors file against its own header; writes one.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/io/Safetensors.h"

#include "runtime/io/SafetensorsHeader.h"

#include <algorithm>
#include <cstring>

namespace heddle::io {
namespace {

struct FormatName {
  const char *name;
  DType dtype;
};

constexpr FormatName formatNames[] = {
    {"F32", DType::F32},        {"F64", DType::F64},
    {"F16", DType::F16},        {"BF16", DType::BF16},
    {"I8", DType::I8},          {"U8", DType::U8},
    {"I16", DType::I16},        {"I32", DType::I32},
    {"I64", DType::I64},        {"BOOL", DType::Bool},
    {"U16", DType::U16},        {"U32", DType::U32},
    {"U64", DType::U64},        {"F8_E4M3", DType::F8E4M3},
    {"F8_E5M2", DType::F8E5M2},
};

/// The format's own limit; keeps a lying length from being read.
constexpr uint64_t maxHeaderBytes = 100'000'000;

std::string rangeText(uint64_t begin, uint64_t end) {
  return "[" + std::to_string(begin) + ", " + std::to_string(end) + ")";
}

/// Checks one entry alone; returns an error's text or fills `tensor`.
std::string readEntry(const SafetensorsEntry &entry, const uint8_t *data,
                      uint64_t dataSize, SafetensorsTensor &tensor) {
  std::string who = "tensor " + jsonQuote(entry.name);
  const FormatName *format = nullptr;
  for (const FormatName &candidate : formatNames)
    if (entry.dtype == candidate.name)
      format = &candidate;
  if (!format)
    return who + " has the unknown dtype " + jsonQuote(entry.dtype);
  if (entry.offsets.size() != 2)
    return who + " has " + std::to_string(entry.offsets.size()) +
           " data_offsets, not 2";
  uint64_t begin = entry.offsets[0], end = entry.offsets[1];
  if (begin > end || end > dataSize)
    return who + " lies at bytes " + rangeText(begin, end) + " of " +
           std::to_string(dataSize);

  for (uint64_t extent : entry.shape) {
    if (extent > uint64_t(INT64_MAX))
      return who + " has the extent " + std::to_string(extent);
    tensor.shape.push_back(int64_t(extent));
  }
  uint64_t count = 0, bytes = 0;
  if (!countElements(tensor.shape, count) ||
      __builtin_mul_overflow(count, dtypeBytes(format->dtype), &bytes))
    return who + " has the shape " + shapeText(tensor.shape) +
           ", which is too large";
  if (bytes != end - begin)
    return who + " of " + shapeText(tensor.shape) + " " + entry.dtype +
           " needs " + std::to_string(bytes) + " bytes but has " +
           std::to_string(end - begin);
  tensor.name = entry.name;
  tensor.dtype = format->dtype;
  tensor.bytes = data + begin;
  tensor.size = size_t(bytes);
  return {};
}

/// Checks that the sorted tensors cover the data without overlap or gap.
std::string checkCover(const std::vector<SafetensorsTensor> &list,
                       const uint8_t *data, uint64_t dataSize) {
  uint64_t covered = 0;
  const SafetensorsTensor *last = nullptr;
  for (const SafetensorsTensor &tensor : list) {
    uint64_t begin = uint64_t(tensor.bytes - data);
    if (begin < covered)
      return "tensors " + jsonQuote(last->name) + " and " +
             jsonQuote(tensor.name) + " overlap at byte " +
             std::to_string(begin);
    if (begin > covered)
      return "bytes " + rangeText(covered, begin) + " belong to no tensor";
    covered = begin + tensor.size;
    last = &tensor;
  }
  if (covered != dataSize)
    return "bytes " + rangeText(covered, dataSize) + " belong to no tensor";
  return {};
}

} // namespace

Result<SafetensorsFile> SafetensorsFile::open(const std::string &path) {
  Result<std::shared_ptr<MappedFile>> file = MappedFile::open(path);
  if (!file)
    return Error{file.error()};
  Result<SafetensorsFile> result =
      parse((*file)->data(), (*file)->size(), path);
  if (result)
    result->file = *file;
  return result;
}

Result<SafetensorsFile> SafetensorsFile::parse(const uint8_t *data, size_t size,
                                               const std::string &name) {
  auto fail = [&](const std::string &text) {
    return Error{name + ": " + text};
  };
  if (size < 8)
    return fail("is no safetensors file: has " + std::to_string(size) +
                " bytes, and its header's length alone needs 8");
  uint64_t headerBytes = 0;
  std::memcpy(&headerBytes, data, 8);
  if (headerBytes > maxHeaderBytes || headerBytes > size - 8)
    return fail("is no safetensors file or is cut short: names a header of " +
                std::to_string(headerBytes) + " bytes in a file of " +
                std::to_string(size));
  std::string_view text(reinterpret_cast<const char *>(data) + 8,
                        size_t(headerBytes));
  SafetensorsHeader header;
  std::string error = parseSafetensorsHeader(text, header);
  if (!error.empty())
    return fail(error);

  SafetensorsFile result;
  result.name = name;
  result.notes = std::move(header.notes);
  const uint8_t *tensorData = data + 8 + headerBytes;
  uint64_t dataSize = size - 8 - headerBytes;
  for (const SafetensorsEntry &entry : header.entries) {
    SafetensorsTensor tensor;
    error = readEntry(entry, tensorData, dataSize, tensor);
    if (!error.empty())
      return fail(error);
    result.list.push_back(std::move(tensor));
  }
  // An empty tensor sorts before the one that starts where it lies.
  std::sort(result.list.begin(), result.list.end(),
            [](const SafetensorsTensor &a, const SafetensorsTensor &b) {
              return std::tie(a.bytes, a.size, a.name) <
                     std::tie(b.bytes, b.size, b.name);
            });
  error = checkCover(result.list, tensorData, dataSize);
  if (!error.empty())
    return fail(error);
  for (size_t i = 0; i < result.list.size(); ++i)
    result.index[result.list[i].name] = i;
  return result;
}

const SafetensorsTensor *SafetensorsFile::find(std::string_view tensor) const {
  auto found = index.find(tensor);
  return found == index.end() ? nullptr : &list[found->second];
}

Status writeSafetensors(const std::string &path,
                        const std::vector<NamedTensor> &tensors) {
  std::string text = "{";
  uint64_t offset = 0;
  for (const NamedTensor &named : tensors) {
    const char *format = "";
    for (const FormatName &candidate : formatNames)
      if (named.tensor.dtype == candidate.dtype)
        format = candidate.name;
    uint64_t end = offset + named.tensor.bytes.size();
    text += (offset || text.size() > 1 ? "," : "") + jsonQuote(named.name) +
            ":{\"dtype\":\"" + format +
            "\",\"shape\":" + shapeText(named.tensor.shape) +
            ",\"data_offsets\":[" + std::to_string(offset) + "," +
            std::to_string(end) + "]}";
    offset = end;
  }
  text += "}";
  text.resize((text.size() + 7) / 8 * 8, ' '); // tensors start 8-byte aligned
  std::vector<uint8_t> file(8 + text.size());
  uint64_t headerBytes = text.size();
  std::memcpy(file.data(), &headerBytes, 8);
  std::memcpy(file.data() + 8, text.data(), text.size());
  for (const NamedTensor &named : tensors)
    file.insert(file.end(), named.tensor.bytes.begin(),
                named.tensor.bytes.end());
  return writeFile(path, file.data(), file.size());
}

} // namespace heddle::io
