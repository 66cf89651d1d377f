// The C calls on shapes and costs.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Session.h"
#include "runtime/src/Tensor.h"

#include <algorithm>

namespace heddle::runtime {
namespace {

Outcome checkEntry(const heddle_module *module, uint32_t entry) {
  if (!module)
    return failure(HEDDLE_INVALID_ARGUMENT, "module is NULL");
  uint32_t count = module->metadata().entries().count;
  if (entry >= count)
    return failure(HEDDLE_INVALID_ARGUMENT, "entry " + std::to_string(entry) +
                                                " of " + std::to_string(count));
  return success();
}

Outcome fillShapes(const Module &module, heddle_meta_span list,
                   const int64_t *dims, heddle_tensor *tensors, size_t count,
                   const char *what) {
  if (!tensors && count == 0)
    return success();
  if (!tensors || count != list.count)
    return failure(HEDDLE_INVALID_ARGUMENT,
                   "the entry has " + std::to_string(list.count) + " " + what +
                       ", not " + std::to_string(count));
  for (size_t i = 0; i < count; ++i) {
    uint32_t index = module.metadata().span<uint32_t>(list)[uint32_t(i)];
    Outcome outcome =
        shapeOf(module, module.metadata().buffers()[index], dims, tensors[i]);
    if (!outcome)
      return outcome;
  }
  return success();
}

Outcome shapes(const Module &module, uint32_t entry, const int64_t *dims,
               heddle_tensor *inputs, size_t numInputs, heddle_tensor *outputs,
               size_t numOutputs) {
  const heddle_meta_entry &meta = module.entry(entry);
  Outcome outcome =
      fillShapes(module, meta.inputs, dims, inputs, numInputs, "inputs");
  return outcome ? fillShapes(module, meta.outputs, dims, outputs, numOutputs,
                              "outputs")
                 : std::move(outcome);
}

Outcome flopsOf(const Module &module, const heddle_meta_dispatch &dispatch,
                const int64_t *dims, uint64_t &flops) {
  int64_t value = 0;
  if (!evaluate(module.metadata().formula(dispatch.flops), dims, value) ||
      value < 0)
    return failure(HEDDLE_BAD_ARTIFACT,
                   "a dispatch has no valid cost at these dims");
  flops += uint64_t(value);
  return success();
}

/// Adds up the bytes of different buffers; false where one has no valid size.
/// `isLookedUp` is set where one of them is an input of indices.
bool addBytes(const Module &module, Span<uint32_t> list, const int64_t *dims,
              uint64_t &bytes, bool &isLookedUp) {
  const Metadata &metadata = module.metadata();
  for (uint32_t i = 0; i < list.count; ++i) {
    const heddle_meta_buffer &buffer = metadata.buffers()[list[i]];
    isLookedUp |= buffer.has_range != 0;
    if (std::find(list.begin(), list.begin() + i, list[i]) != list.begin() + i)
      continue;
    int64_t value = 0;
    if (!evaluate(metadata.formula(buffer.bytes), dims, value) || value < 0)
      return false;
    bytes += uint64_t(value);
  }
  return true;
}

} // namespace
} // namespace heddle::runtime

using namespace heddle::runtime;

heddle_status heddle_module_infer_dims(const heddle_module *module,
                                       uint32_t entry,
                                       const heddle_tensor *inputs,
                                       size_t num_inputs, int64_t *dims,
                                       size_t num_dims, heddle_error *error) {
  return guarded(error, [&]() -> Outcome {
    Outcome outcome = checkEntry(module, entry);
    if (!outcome)
      return outcome;
    size_t count = module->metadata().dims().count;
    if (num_dims != count || (count > 0 && !dims))
      return failure(HEDDLE_INVALID_ARGUMENT,
                     "the module has " + std::to_string(count) + " dims, not " +
                         std::to_string(num_dims));
    return inferDims(*module, entry, {inputs, num_inputs}, dims);
  });
}

heddle_status heddle_module_shapes(const heddle_module *module, uint32_t entry,
                                   const int64_t *dims, size_t num_dims,
                                   heddle_tensor *inputs, size_t num_inputs,
                                   heddle_tensor *outputs, size_t num_outputs,
                                   heddle_error *error) {
  return guarded(error, [&]() -> Outcome {
    Outcome outcome = checkEntry(module, entry);
    if (outcome)
      outcome = checkDims(*module, dims, num_dims);
    return outcome ? shapes(*module, entry, dims, inputs, num_inputs, outputs,
                            num_outputs)
                   : std::move(outcome);
  });
}

heddle_status
heddle_module_output_shapes(const heddle_module *module, uint32_t entry,
                            const heddle_tensor *inputs, size_t num_inputs,
                            heddle_tensor *outputs, size_t num_outputs,
                            heddle_error *error) {
  return guarded(error, [&]() -> Outcome {
    Outcome outcome = checkEntry(module, entry);
    if (!outcome)
      return outcome;
    std::vector<int64_t> dims(module->metadata().dims().count);
    outcome = inferDims(*module, entry, {inputs, num_inputs}, dims.data());
    return outcome ? shapes(*module, entry, dims.data(), nullptr, 0, outputs,
                            num_outputs)
                   : std::move(outcome);
  });
}

heddle_status heddle_module_costs(const heddle_module *module, uint32_t entry,
                                  const int64_t *dims, size_t num_dims,
                                  uint64_t *arena_bytes,
                                  uint64_t *scratch_bytes, uint64_t *flops,
                                  heddle_error *error) {
  return guarded(error, [&]() -> Outcome {
    Needs needs;
    Outcome outcome = checkEntry(module, entry);
    if (outcome)
      outcome = checkDims(*module, dims, num_dims);
    if (outcome)
      outcome = needsOf(*module, entry, dims, needs);
    if (!outcome)
      return outcome;
    uint64_t total = 0;
    for (const heddle_meta_dispatch &dispatch :
         module->metadata().span<heddle_meta_dispatch>(
             module->entry(entry).dispatches)) {
      outcome = flopsOf(*module, dispatch, dims, total);
      if (!outcome)
        return outcome;
    }
    if (arena_bytes)
      *arena_bytes = needs.arena;
    if (scratch_bytes)
      *scratch_bytes = needs.scratch;
    if (flops)
      *flops = total;
    return success();
  });
}

/// Calls `use` with the metadata of a dispatch when all arguments are right.
template <typename Use>
static heddle_status withDispatch(const heddle_module *module, uint32_t entry,
                                  uint32_t dispatch, const int64_t *dims,
                                  size_t numDims, const void *result,
                                  heddle_error *error, const Use &use) {
  return guarded(error, [&]() -> Outcome {
    Outcome outcome = checkEntry(module, entry);
    if (outcome)
      outcome = checkDims(*module, dims, numDims);
    if (!outcome)
      return outcome;
    heddle_meta_span list = module->entry(entry).dispatches;
    if (dispatch >= list.count || !result)
      return failure(HEDDLE_INVALID_ARGUMENT,
                     "dispatch " + std::to_string(dispatch) + " of " +
                         std::to_string(list.count));
    return use(module->metadata().span<heddle_meta_dispatch>(list)[dispatch]);
  });
}

heddle_status heddle_module_dispatch_flops(const heddle_module *module,
                                           uint32_t entry, uint32_t dispatch,
                                           const int64_t *dims, size_t num_dims,
                                           uint64_t *flops,
                                           heddle_error *error) {
  return withDispatch(module, entry, dispatch, dims, num_dims, flops, error,
                      [&](const heddle_meta_dispatch &meta) {
                        *flops = 0;
                        return flopsOf(*module, meta, dims, *flops);
                      });
}

heddle_status heddle_module_dispatch_bytes(const heddle_module *module,
                                           uint32_t entry, uint32_t dispatch,
                                           const int64_t *dims, size_t num_dims,
                                           uint64_t *read, uint64_t *written,
                                           heddle_error *error) {
  return withDispatch(
      module, entry, dispatch, dims, num_dims, module, error,
      [&](const heddle_meta_dispatch &meta) -> Outcome {
        const Metadata &metadata = module->metadata();
        uint64_t in = 0, out = 0;
        bool isLookedUp = false, isIndex = false;
        if (!addBytes(*module, metadata.span<uint32_t>(meta.inputs), dims, in,
                      isLookedUp) ||
            !addBytes(*module, metadata.span<uint32_t>(meta.outputs), dims, out,
                      isIndex))
          return failure(HEDDLE_BAD_ARTIFACT,
                         "a buffer has no valid size at these dims");
        if (read)
          *read = isLookedUp ? 0 : in;
        if (written)
          *written = out;
        return success();
      });
}

heddle_status heddle_module_dispatch_kernel(const heddle_module *module,
                                            uint32_t entry, uint32_t dispatch,
                                            const int64_t *dims,
                                            size_t num_dims, uint32_t *kernel,
                                            heddle_error *error) {
  return withDispatch(module, entry, dispatch, dims, num_dims, kernel, error,
                      [&](const heddle_meta_dispatch &meta) -> Outcome {
                        if (!module->metadata().kernelAt(meta, dims, *kernel))
                          return failure(HEDDLE_BAD_ARTIFACT,
                                         "a dispatch has no valid choice of "
                                         "kernels at these dims");
                        return success();
                      });
}
