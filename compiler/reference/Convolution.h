// What a convolution computes, plainly. No MLIR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_CONVOLUTION_H
#define HEDDLE_COMPILER_REFERENCE_CONVOLUTION_H

#include "compiler/reference/Tensor.h"
#include "compiler/shape/Infer.h"

namespace heddle::reference {

/// x [B, groups * C, L...] under weight [O, C, K...], one or two axes in the
/// place of the dots, plus `bias` [O] unless null; a tensor of `shape`.
template <typename Scalar>
Tensor<Scalar>
convolution(const Tensor<Scalar> &x, const Tensor<Scalar> &weight,
            const Tensor<Scalar> *bias, const shape::Windows &windows,
            const std::vector<int64_t> &shape);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_CONVOLUTION_H
