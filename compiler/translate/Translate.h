// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The halide dialect to machine code. The only door to Halide: nothing else in
// the compiler calls it, and no type of Halide is in this header.

#ifndef HEDDLE_COMPILER_TRANSLATE_TRANSLATE_H
#define HEDDLE_COMPILER_TRANSLATE_TRANSLATE_H

#include "mlir/Support/LLVM.h"

#include <cstdint>
#include <string>

namespace heddle::halide {
class PipelineOp;
} // namespace heddle::halide

namespace heddle::translate {

/// What is written.
enum class Emit {
  Object,   ///< a relocatable object
  Assembly, ///< the same as text
  Stmt,     ///< Halide's statement after lowering, as text
  Device,   ///< the device's code as text: OpenCL C or PTX; empty without one
};

struct Options {
  /// The `halide.schedule` to apply; its target is compiled for.
  std::string variant;
  /// C symbol of the kernel:
  /// int symbol(void *user_context, buffers..., scalars..., outputs...).
  std::string symbol;
  /// The file written; there is none after a failure.
  std::string path;
  Emit emit = Emit::Object;
  /// With Halide's assertions and bounds queries.
  bool checks = false;
  /// Only the target of the schedule is used: funcs with updates are computed
  /// whole, all others inline.
  bool stripSchedule = false;
  /// Instead of the schedule's target, where it is not empty.
  std::string target;
};

/// Memory that one thread asks of halide_malloc during a call.
struct Scratch {
  /// Upper bound at the largest extents, each allocation rounded up to
  /// `scratchAlignment`; 0 when there is none or it is not known.
  int64_t bytes = 0;
  /// False when there is neither a bound nor a formula: a remark says of which
  /// allocation.
  bool bounded = true;
  /// The same at any extents, in postfix order: numbers, x1.0 for extent 0 of
  /// buffer 1 (inputs, then outputs), s2 for scalar 2, and + * / (rounding
  /// down) < (smaller) > (larger) ^ (rounded up to a multiple). A number where
  /// no formula was found.
  std::string formula = "0";
};

/// What an allocation's size is rounded up to, and its address a multiple of.
inline constexpr int64_t scratchAlignment = 128;

/// Compiles one variant of a pipeline in this process. Names that Halide makes
/// depend on what it compiled before: for equal files from equal pipelines run
/// it in a fresh process (Jobs.h).
mlir::LogicalResult translatePipeline(halide::PipelineOp pipeline,
                                      const Options &options, Scratch &scratch);

} // namespace heddle::translate

#endif // HEDDLE_COMPILER_TRANSLATE_TRANSLATE_H
