// Argument checks. Nothing here writes to a caller's data.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Tensor.h"

#include <algorithm>

namespace heddle::runtime {
namespace {

constexpr int64_t unknown = -1;

/// "input 1 "mask"" for messages.
std::string nameTensor(const Module &module, uint32_t buffer, uint32_t place) {
  const heddle_buffer_info &info = module.description().buffers[buffer];
  return (info.kind == HEDDLE_BUFFER_OUTPUT ? "output " : "input ") +
         std::to_string(place) + " " + quoted(info.name);
}

Outcome checkCount(const Module &module, uint32_t entry, const char *what,
                   TensorList list, uint32_t expected) {
  if (list.count != expected)
    return failure(HEDDLE_INVALID_ARGUMENT,
                   "entry " + quoted(module.entryInfo(entry).name) + " has " +
                       std::to_string(expected) + " " + what + ", not " +
                       std::to_string(list.count));
  if (list.count > 0 && !list.data)
    return failure(HEDDLE_INVALID_ARGUMENT, std::string(what) + " is NULL");
  return success();
}

/// Rank, element type, space, extents' signs and strides: all that does not
/// need the dims. `who` is called for the tensor's name only on failure.
template <typename Who>
Outcome checkForm(const heddle_meta_buffer &buffer, const heddle_tensor &tensor,
                  Who &&who) {
  if (tensor.dtype != buffer.dtype)
    return failure(HEDDLE_SHAPE_MISMATCH, who() + " has element type " +
                                              heddle_dtype_name(tensor.dtype) +
                                              ", not " +
                                              heddle_dtype_name(buffer.dtype));
  if (tensor.rank != buffer.extents.count)
    return failure(HEDDLE_SHAPE_MISMATCH,
                   who() + " has rank " + std::to_string(tensor.rank) +
                       ", not " + std::to_string(buffer.extents.count));
  if (tensor.space != HEDDLE_SPACE_HOST)
    return failure(HEDDLE_INVALID_ARGUMENT,
                   who() + " is in memory space " +
                       std::to_string(tensor.space) + ", not " +
                       std::to_string(HEDDLE_SPACE_HOST));
  const int64_t *strides = tensor.strides;
  bool hasStrides = std::any_of(strides, strides + tensor.rank,
                                [](int64_t stride) { return stride != 0; });
  int64_t dense = 1;
  for (uint32_t axis = tensor.rank; axis-- > 0;) {
    int64_t extent = tensor.extents[axis];
    if (extent < 0)
      return failure(HEDDLE_SHAPE_MISMATCH,
                     who() + " has extent " + std::to_string(extent) +
                         " at axis " + std::to_string(axis));
    // The stride of an axis of one element is never used.
    if (hasStrides && extent > 1 && strides[axis] != dense)
      return failure(HEDDLE_SHAPE_MISMATCH,
                     who() + " has stride " + std::to_string(strides[axis]) +
                         " at axis " + std::to_string(axis) + ", not " +
                         std::to_string(dense) +
                         ": tensors must be dense and row-major");
    if (__builtin_mul_overflow(dense, std::max<int64_t>(extent, 1), &dense) ||
        dense > INT64_MAX / 8) // so that the size in bytes fits too
      return failure(HEDDLE_SHAPE_MISMATCH, who() + " is too large");
  }
  return success();
}

std::string rangeText(const heddle_dim_info &dim) {
  return std::to_string(dim.min) + ".." + std::to_string(dim.max);
}

/// "axis 1 of input 0 "tokens"".
std::string nameAxis(const Module &module, uint32_t buffer, uint32_t place,
                     uint32_t axis) {
  return "axis " + std::to_string(axis) + " of " +
         nameTensor(module, buffer, place);
}

/// Takes the values of dims that are the only one in an extent. What makes a
/// dim's value impossible is told; what contradicts an earlier input is left
/// to checkExtents.
Outcome learnDims(const Module &module, uint32_t buffer, uint32_t place,
                  const heddle_tensor &tensor, int64_t *dims) {
  const Metadata &metadata = module.metadata();
  const heddle_buffer_info &tensorInfo = module.description().buffers[buffer];
  Span<heddle_meta_formula> extents =
      metadata.extents(metadata.buffers()[buffer]);
  for (uint32_t axis = 0; axis < extents.count; ++axis) {
    Formula formula = metadata.formula(extents[axis]);
    int64_t dim = onlyDim(formula);
    if (dim < 0 || dims[dim] != unknown)
      continue;
    const heddle_dim_info &info = module.description().dims[size_t(dim)];
    int64_t value = tensor.extents[axis];
    if (formula.count > 1) {
      if (!solveFor(formula, dim, info.min, info.max, value, dims))
        return failure(HEDDLE_OUT_OF_RANGE,
                       nameAxis(module, buffer, place, axis) + " has extent " +
                           std::to_string(value) + ", which is " +
                           tensorInfo.extents[axis] + " for no " + info.name +
                           " in " + rangeText(info));
      continue;
    }
    if (value < info.min || value > info.max)
      return failure(HEDDLE_OUT_OF_RANGE,
                     std::string(info.name) + " is " + std::to_string(value) +
                         ", outside " + rangeText(info) + ", by " +
                         nameAxis(module, buffer, place, axis));
    dims[dim] = value;
  }
  return success();
}

/// "batch is 2, seq is 16" for the dims of a formula; empty for a constant.
std::string dimsOf(const Module &module, Formula formula, const int64_t *dims) {
  std::string text;
  std::vector<int64_t> told;
  for (const heddle_meta_op &op : formula) {
    if (op.code != HEDDLE_OP_DIM ||
        std::find(told.begin(), told.end(), op.value) != told.end())
      continue;
    told.push_back(op.value);
    text += (text.empty() ? ": " : ", ") +
            std::string(module.description().dims[size_t(op.value)].name) +
            " is " + std::to_string(dims[op.value]);
  }
  return text;
}

Outcome checkExtents(const Module &module, uint32_t buffer, uint32_t place,
                     const heddle_tensor &tensor, const int64_t *dims) {
  const Metadata &metadata = module.metadata();
  Span<heddle_meta_formula> extents =
      metadata.extents(metadata.buffers()[buffer]);
  for (uint32_t axis = 0; axis < extents.count; ++axis) {
    Formula formula = metadata.formula(extents[axis]);
    int64_t expected = 0;
    if (!evaluate(formula, dims, expected))
      return failure(HEDDLE_SHAPE_MISMATCH,
                     nameTensor(module, buffer, place) + " is too large");
    if (tensor.extents[axis] != expected)
      return failure(HEDDLE_SHAPE_MISMATCH,
                     nameTensor(module, buffer, place) + " has extent " +
                         std::to_string(tensor.extents[axis]) + " at axis " +
                         std::to_string(axis) + ", not " +
                         std::to_string(expected) +
                         dimsOf(module, formula, dims));
  }
  return success();
}

Outcome checkData(const Module &module, uint32_t buffer, uint32_t place,
                  const heddle_tensor &tensor) {
  size_t bytes = tensorBytes(tensor);
  if (bytes > 0 && !tensor.data)
    return failure(HEDDLE_INVALID_ARGUMENT,
                   nameTensor(module, buffer, place) + " has no data (NULL)");
  size_t unit = heddle_dtype_bytes(tensor.dtype);
  if (bytes > 0 && reinterpret_cast<uintptr_t>(tensor.data) % unit != 0)
    return failure(HEDDLE_INVALID_ARGUMENT,
                   nameTensor(module, buffer, place) +
                       " has data that is not aligned to its " +
                       std::to_string(unit) + "-byte elements");
  return success();
}

/// The first element outside [low, high]; `count` where there is none.
template <typename T>
size_t findOutside(const void *data, size_t count, int64_t low, int64_t high) {
  const T *elements = static_cast<const T *>(data);
  // Whole blocks first, without a branch an element.
  constexpr size_t block = 64;
  size_t i = 0;
  for (; i + block <= count; i += block) {
    bool isOutside = false;
    for (size_t j = i; j < i + block; ++j)
      isOutside |= elements[j] < low || elements[j] > high;
    if (isOutside)
      break;
  }
  while (i < count && elements[i] >= low && elements[i] <= high)
    ++i;
  return i;
}

template <typename T>
Outcome checkRangeOf(const Module &module, uint32_t buffer, uint32_t place,
                     const heddle_tensor &tensor) {
  const heddle_buffer_info &info = module.description().buffers[buffer];
  size_t count = tensorBytes(tensor) / sizeof(T);
  size_t found = findOutside<T>(tensor.data, count, info.low, info.high);
  if (found == count)
    return success();
  std::string where;
  size_t rest = found;
  for (uint32_t axis = tensor.rank; axis-- > 0;) {
    size_t extent = size_t(tensor.extents[axis]);
    where = std::to_string(rest % extent) + (where.empty() ? "" : ", ") + where;
    rest /= extent;
  }
  return failure(
      HEDDLE_OUT_OF_RANGE,
      nameTensor(module, buffer, place) + " holds " +
          std::to_string(static_cast<const T *>(tensor.data)[found]) + " at [" +
          where + "], outside " + std::to_string(info.low) + ".." +
          std::to_string(info.high));
}

Outcome checkRange(const Module &module, uint32_t buffer, uint32_t place,
                   const heddle_tensor &tensor) {
  switch (tensor.dtype) {
  case HEDDLE_I8:
    return checkRangeOf<int8_t>(module, buffer, place, tensor);
  case HEDDLE_U8:
  case HEDDLE_BOOL:
    return checkRangeOf<uint8_t>(module, buffer, place, tensor);
  case HEDDLE_I16:
    return checkRangeOf<int16_t>(module, buffer, place, tensor);
  case HEDDLE_I32:
    return checkRangeOf<int32_t>(module, buffer, place, tensor);
  case HEDDLE_I64:
    return checkRangeOf<int64_t>(module, buffer, place, tensor);
  default: // floats have no range
    return success();
  }
}

bool overlap(const heddle_tensor &a, const heddle_tensor &b) {
  uintptr_t aBegin = reinterpret_cast<uintptr_t>(a.data);
  uintptr_t bBegin = reinterpret_cast<uintptr_t>(b.data);
  return aBegin < bBegin + tensorBytes(b) && bBegin < aBegin + tensorBytes(a);
}

} // namespace

size_t tensorBytes(const heddle_tensor &tensor) {
  size_t bytes = heddle_dtype_bytes(tensor.dtype);
  for (uint32_t axis = 0; axis < tensor.rank; ++axis)
    bytes *= size_t(tensor.extents[axis]);
  return bytes;
}

Outcome inferDims(const Module &module, uint32_t entry, TensorList inputs,
                  int64_t *dims) {
  const Metadata &metadata = module.metadata();
  Span<uint32_t> signature =
      metadata.span<uint32_t>(module.entry(entry).inputs);
  Outcome outcome =
      checkCount(module, entry, "inputs", inputs, signature.count);
  if (!outcome)
    return outcome;
  std::fill(dims, dims + metadata.dims().count, unknown);
  for (uint32_t i = 0; i < signature.count; ++i) {
    outcome = checkForm(metadata.buffers()[signature[i]], inputs.data[i],
                        [&] { return nameTensor(module, signature[i], i); });
    if (outcome)
      outcome = learnDims(module, signature[i], i, inputs.data[i], dims);
    if (!outcome)
      return outcome;
  }
  for (uint32_t i = 0; i < metadata.dims().count; ++i)
    if (dims[i] == unknown)
      dims[i] = metadata.dims()[i].min;
  for (uint32_t i = 0; i < signature.count; ++i) {
    outcome = checkExtents(module, signature[i], i, inputs.data[i], dims);
    if (!outcome)
      return outcome;
  }
  return success();
}

Outcome checkDims(const Module &module, const int64_t *dims, size_t count) {
  const std::vector<heddle_dim_info> &known = module.description().dims;
  if (count != known.size())
    return failure(HEDDLE_INVALID_ARGUMENT,
                   "the module has " + std::to_string(known.size()) +
                       " dims, not " + std::to_string(count));
  if (count > 0 && !dims)
    return failure(HEDDLE_INVALID_ARGUMENT, "dims is NULL");
  for (size_t i = 0; i < count; ++i)
    if (dims[i] < known[i].min || dims[i] > known[i].max)
      return failure(HEDDLE_OUT_OF_RANGE, std::string(known[i].name) + " is " +
                                              std::to_string(dims[i]) +
                                              ", outside " +
                                              rangeText(known[i]));
  return success();
}

Outcome shapeOf(const Module &module, const heddle_meta_buffer &buffer,
                const int64_t *dims, heddle_tensor &tensor) {
  const Metadata &metadata = module.metadata();
  Span<heddle_meta_formula> extents = metadata.extents(buffer);
  tensor.dtype = buffer.dtype;
  tensor.space = HEDDLE_SPACE_HOST; // callers' tensors always are
  tensor.rank = extents.count;
  // The product is bounded so that no later size in bytes overflows.
  int64_t bytes = int64_t(heddle_dtype_bytes(buffer.dtype));
  for (uint32_t axis = extents.count; axis-- > 0;) {
    int64_t extent = 0;
    tensor.strides[axis] = bytes / int64_t(heddle_dtype_bytes(buffer.dtype));
    if (!evaluate(metadata.formula(extents[axis]), dims, extent) ||
        extent < 0 ||
        __builtin_mul_overflow(bytes, std::max<int64_t>(extent, 1), &bytes))
      return failure(HEDDLE_BAD_ARTIFACT,
                     "buffer " + quoted(metadata.text(buffer.name)) +
                         " has no valid shape at these dims");
    tensor.extents[axis] = extent;
  }
  return success();
}

Outcome checkOutputs(const Module &module, uint32_t entry, TensorList outputs,
                     const int64_t *dims) {
  const Metadata &metadata = module.metadata();
  Span<uint32_t> signature =
      metadata.span<uint32_t>(module.entry(entry).outputs);
  Outcome outcome =
      checkCount(module, entry, "outputs", outputs, signature.count);
  for (uint32_t i = 0; outcome && i < signature.count; ++i) {
    const heddle_tensor &tensor = outputs.data[i];
    outcome = checkForm(metadata.buffers()[signature[i]], tensor,
                        [&] { return nameTensor(module, signature[i], i); });
    if (outcome)
      outcome = checkExtents(module, signature[i], i, tensor, dims);
    if (outcome)
      outcome = checkData(module, signature[i], i, tensor);
  }
  return outcome;
}

Outcome checkInputData(const Module &module, uint32_t entry,
                       TensorList inputs) {
  const Metadata &metadata = module.metadata();
  Span<uint32_t> signature =
      metadata.span<uint32_t>(module.entry(entry).inputs);
  for (uint32_t i = 0; i < signature.count; ++i) {
    Outcome outcome = checkData(module, signature[i], i, inputs.data[i]);
    if (outcome && metadata.buffers()[signature[i]].has_range)
      outcome = checkRange(module, signature[i], i, inputs.data[i]);
    if (!outcome)
      return outcome;
  }
  return success();
}

Outcome checkOverlap(const Module &module, uint32_t entry, TensorList inputs,
                     TensorList outputs) {
  const heddle_meta_entry &meta = module.entry(entry);
  Span<uint32_t> ins = module.metadata().span<uint32_t>(meta.inputs);
  Span<uint32_t> outs = module.metadata().span<uint32_t>(meta.outputs);
  for (uint32_t i = 0; i < outs.count; ++i) {
    for (uint32_t j = 0; j < ins.count; ++j)
      if (overlap(outputs.data[i], inputs.data[j]))
        return failure(HEDDLE_INVALID_ARGUMENT,
                       nameTensor(module, outs[i], i) + " overlaps " +
                           nameTensor(module, ins[j], j));
    for (uint32_t j = 0; j < i; ++j)
      if (overlap(outputs.data[i], outputs.data[j]))
        return failure(HEDDLE_INVALID_ARGUMENT,
                       nameTensor(module, outs[i], i) + " overlaps " +
                           nameTensor(module, outs[j], j));
  }
  return success();
}

} // namespace heddle::runtime
