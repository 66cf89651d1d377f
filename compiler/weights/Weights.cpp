// Opens weights files as one set of names and reads their values as f32.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/weights/Weights.h"

#include "compiler/weights/RandomWeights.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

using namespace heddle;
using namespace heddle::weights;

static constexpr std::string_view randomPrefix = "random:";

static bool isFloat(io::DType dtype) {
  return dtype == io::DType::F32 || dtype == io::DType::F16 ||
         dtype == io::DType::BF16;
}

static std::optional<uint64_t> parseSeed(std::string_view text) {
  uint64_t value = 0;
  const char *end = text.data() + text.size();
  std::from_chars_result read = std::from_chars(text.data(), end, value);
  if (text.empty() || read.ec != std::errc() || read.ptr != end)
    return std::nullopt;
  return value;
}

io::Result<WeightSource>
WeightSource::open(const std::vector<std::string> &specs) {
  WeightSource source;
  for (const std::string &spec : specs) {
    if (spec.starts_with(randomPrefix)) {
      source.seed = parseSeed(spec.substr(randomPrefix.size()));
      if (!source.seed)
        return io::Error{"'" + spec + "' has no seed, expected random:SEED " +
                         "with a whole number"};
      if (specs.size() != 1)
        return io::Error{"'" + spec + "' stands beside other weights, " +
                         "expected it alone"};
      return source;
    }
    io::Result<io::SafetensorsFile> file = io::SafetensorsFile::open(spec);
    if (!file)
      return io::Error{file.error()};
    source.files.push_back(*file);
  }
  for (const io::SafetensorsFile &file : source.files)
    for (const io::SafetensorsTensor &tensor : file.tensors()) {
      TensorInfo info{tensor.dtype, tensor.shape, file.path()};
      auto [other, fresh] = source.infos.try_emplace(tensor.name, info);
      if (!fresh)
        return io::Error{file.path() + ": tensor '" + tensor.name +
                         "' is also in " + other->second.file};
      source.data[tensor.name] = &tensor;
    }
  return source;
}

void WeightSource::declare(const std::string &name,
                           const std::vector<int64_t> &shape) {
  if (seed)
    infos[name] = {io::DType::F32, shape,
                   std::string(randomPrefix) + std::to_string(*seed)};
}

const TensorInfo *WeightSource::find(std::string_view name) const {
  auto found = infos.find(name);
  return found == infos.end() ? nullptr : &found->second;
}

/// Levenshtein's distance, in one row.
static size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replace = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
    }
  }
  return row.back();
}

std::optional<std::string> WeightSource::nearest(std::string_view name) const {
  std::optional<std::string> best;
  // A third of the letters wrong is another word, not a slip.
  size_t limit = name.size() / 3 + 1;
  for (const auto &[candidate, info] : infos) {
    size_t distance = editDistance(name, candidate);
    if (distance < limit) {
      limit = distance;
      best = candidate;
    }
  }
  return best;
}

std::string WeightSource::missingMessage(std::string_view name) const {
  std::string text = "no weights file has tensor '" + std::string(name) + "'";
  if (std::optional<std::string> guess = nearest(name))
    text += "; did you mean '" + *guess + "'?";
  return text;
}

static std::string dtypeMessage(std::string_view name, const TensorInfo &info) {
  return info.file + ": tensor '" + std::string(name) +
         "' has elements of type " + io::dtypeName(info.dtype) +
         ", expected f32, f16 or bf16";
}

io::Status WeightSource::check(std::string_view name,
                               const std::vector<int64_t> &shape) const {
  const TensorInfo *info = find(name);
  if (!info)
    return io::Error{missingMessage(name)};
  if (!isFloat(info->dtype))
    return io::Error{dtypeMessage(name, *info)};
  if (info->shape != shape)
    return io::Error{info->file + ": tensor '" + std::string(name) +
                     "' has shape " + io::shapeText(info->shape) +
                     ", expected " + io::shapeText(shape)};
  return io::Done();
}

/// IEEE half to float, all values exact.
static float fromHalf(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000) << 16;
  uint32_t exponent = bits >> 10 & 0x1f, mantissa = bits & 0x3ff;
  if (exponent == 0) { // zero or subnormal: mantissa * 2^-24
    float value = float(mantissa) * 0x1p-24f;
    return sign ? -value : value;
  }
  uint32_t wide = exponent == 31 ? 0xff : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}

void WeightSource::read(std::string_view name, size_t first, size_t count,
                        float *values) const {
  if (seed) {
    const TensorInfo *info = find(name);
    fillRandomWeight(*seed, name, info->shape, first, count, values);
    return;
  }
  const io::SafetensorsTensor *tensor = data.find(name)->second;
  const uint8_t *bytes = tensor->bytes + first * io::dtypeBytes(tensor->dtype);
  if (tensor->dtype == io::DType::F32) {
    if (count)
      std::memcpy(values, bytes, count * sizeof(float));
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    uint16_t bits = uint16_t(bytes[2 * i] | bytes[2 * i + 1] << 8);
    values[i] = tensor->dtype == io::DType::F16
                    ? fromHalf(bits)
                    : std::bit_cast<float>(uint32_t(bits) << 16);
  }
}

io::Result<std::vector<float>>
WeightSource::readAll(std::string_view name) const {
  const TensorInfo *info = find(name);
  if (!info)
    return io::Error{missingMessage(name)};
  if (!isFloat(info->dtype))
    return io::Error{dtypeMessage(name, *info)};
  uint64_t count = 0;
  if (!io::countElements(info->shape, count))
    return io::Error{info->file + ": tensor '" + std::string(name) +
                     "' is too large"};
  std::vector<float> values(count);
  read(name, 0, count, values.data());
  return values;
}

std::vector<std::string>
WeightSource::unused(const std::set<std::string> &used) const {
  std::vector<std::string> names;
  for (const auto &[name, info] : infos)
    if (!used.count(name))
      names.push_back(name);
  return names;
}
