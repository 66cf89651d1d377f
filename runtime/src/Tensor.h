// Checks what a caller gives against an entry's signature.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_TENSOR_H
#define HEDDLE_RUNTIME_SRC_TENSOR_H

#include "runtime/src/Module.h"

namespace heddle::runtime {

/// Infers the dims from the inputs and checks the inputs against them; see
/// heddle_module_infer_dims. `dims` has one place for each dim.
Outcome inferDims(const Module &module, uint32_t entry, TensorList inputs,
                  int64_t *dims);

/// Checks given dims against their ranges.
Outcome checkDims(const Module &module, const int64_t *dims, size_t count);

/// Fills everything but `data` of the tensor that `buffer` is at `dims`.
Outcome shapeOf(const Module &module, const heddle_meta_buffer &buffer,
                const int64_t *dims, heddle_tensor &tensor);

/// Checks the outputs' type, shape and data against the dims.
Outcome checkOutputs(const Module &module, uint32_t entry, TensorList outputs,
                     const int64_t *dims);

/// Checks the inputs' data: not NULL, aligned, elements within their ranges.
Outcome checkInputData(const Module &module, uint32_t entry, TensorList inputs);

/// Checks that no output overlaps an input or another output.
Outcome checkOverlap(const Module &module, uint32_t entry, TensorList inputs,
                     TensorList outputs);

/// Bytes of a tensor whose extents have been checked.
size_t tensorBytes(const heddle_tensor &tensor);

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_TENSOR_H
