// The variants that a scheduled module carries.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PIPELINE_VARIANTS_H
#define HEDDLE_COMPILER_PIPELINE_VARIANTS_H

#include "dialects/halide/Halide.h"
#include "mlir/IR/BuiltinOps.h"

#include <optional>
#include <string>
#include <vector>

namespace heddle::pipeline {

struct Variant {
  std::string name;                  ///< avx512
  std::string target;                ///< the code generator's target string
  std::vector<std::string> features; ///< what the CPU must have
  std::vector<std::string> bases;    ///< whose kernels serve for missing ones
  bool onDevice = false;             ///< a device runs its kernels
  bool runs = true;                  ///< the runtime can run it
};

/// The variants every kernel has a schedule for, itself or in the variant's
/// base, best first: of the CPU, or of
/// devices where the host program's slots are on one. Fails, with a diagnostic
/// on the kernel, where one lacks a variant that another has, where a variant
/// is unknown or of the other kind, and where there is none.
mlir::FailureOr<std::vector<Variant>> variantsOf(mlir::ModuleOp module);

/// The variant whose schedule a kernel of `variant` is compiled by: itself, a
/// base where the kernel has no schedule of its own, or nothing.
std::optional<std::string> servingVariant(halide::PipelineOp pipeline,
                                          const Variant &variant);

/// True when the host program of a lowered module keeps its slots on a device.
bool isOnDevice(mlir::ModuleOp module);

} // namespace heddle::pipeline

#endif // HEDDLE_COMPILER_PIPELINE_VARIANTS_H
