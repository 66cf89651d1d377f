// Tensors as a command line gives them: a file of any format, or a fill.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_IO_TENSORFILE_H
#define HEDDLE_RUNTIME_IO_TENSORFILE_H

#include "runtime/io/Result.h"
#include "runtime/io/Types.h"

namespace heddle::io {

/// Reads all tensors of a .npy, .npz or .safetensors file, told apart by
/// their first bytes; `-` is standard input. A .npy file's tensor has the
/// name "".
Result<std::vector<NamedTensor>> readTensors(const std::string &path);

/// Writes tensors by the path's suffix: .npz, .safetensors, else .npy, which
/// holds exactly one; `-` is a .npy on standard output.
Status writeTensors(const std::string &path,
                    const std::vector<NamedTensor> &tensors);

/// True when `text` looks like a fill: "2x16xi32=0", "f32=1.5".
bool isFill(std::string_view text);

/// The tensor a fill describes: extents, element type, one value for all.
Result<Tensor> parseFill(const std::string &text);

} // namespace heddle::io

#endif // HEDDLE_RUNTIME_IO_TENSORFILE_H
