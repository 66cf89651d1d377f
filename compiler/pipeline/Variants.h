// The variants that a scheduled module carries.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PIPELINE_VARIANTS_H
#define HEDDLE_COMPILER_PIPELINE_VARIANTS_H

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace heddle::pipeline {

struct Variant {
  std::string name;                  ///< avx512
  std::string target;                ///< the code generator's target string
  std::vector<std::string> features; ///< what the CPU must have
};

/// The variants every kernel has a schedule for, best first. Fails, with a
/// diagnostic on the kernel, where one lacks a variant that another has, where
/// a variant is unknown, and where there is none.
mlir::FailureOr<std::vector<Variant>> variantsOf(mlir::ModuleOp module);

} // namespace heddle::pipeline

#endif // HEDDLE_COMPILER_PIPELINE_VARIANTS_H
