// NumPy's .npy and .npz files.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_IO_NPY_H
#define HEDDLE_RUNTIME_IO_NPY_H

#include "runtime/io/Result.h"
#include "runtime/io/Types.h"

namespace heddle::io {

/// Reads a .npy file's bytes: versions 1 to 3, little endian, C order, any
/// numeric type that DType has. Errors start with `name`.
Result<Tensor> parseNpy(const uint8_t *data, size_t size,
                        const std::string &name);

/// A .npy file's bytes, version 1. Fails for types NumPy does not have.
Result<std::vector<uint8_t>> formatNpy(const Tensor &tensor);

/// Reads a .npz file's bytes: a zip of .npy files, stored or deflated.
/// Names lose their ".npy". Errors start with `name`.
Result<std::vector<NamedTensor>> parseNpz(const uint8_t *data, size_t size,
                                          const std::string &name);

/// A .npz file's bytes, stored.
Result<std::vector<uint8_t>> formatNpz(const std::vector<NamedTensor> &tensors);

} // namespace heddle::io

#endif // HEDDLE_RUNTIME_IO_NPY_H
