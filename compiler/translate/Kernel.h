// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Halide's objects for one pipeline, and the steps that make them. Private to
// this folder.

#ifndef HEDDLE_COMPILER_TRANSLATE_KERNEL_H
#define HEDDLE_COMPILER_TRANSLATE_KERNEL_H

#include "compiler/translate/Guard.h"
#include "compiler/translate/Translate.h"
#include "dialects/halide/Halide.h"

#include "Halide.h"
#include "llvm/ADT/DenseMap.h"

#include <string>
#include <vector>

namespace heddle::translate {

/// A `halide.stream`, by the names that the lowered statement has.
struct Stream {
  std::string buffer;
  std::string user;        ///< of the loop, with its stage: "acc.s1."
  std::string at;          ///< the loop's own name: ".k"
  std::string outer, over; ///< likewise; empty where there is no such loop
  int64_t ahead = 0;       ///< in elements; 0: as much as the loop reads
  int lines = 1;
  /// With `ahead`: runs of `width` elements follow each other `pitch` apart.
  int64_t width = 1, pitch = 1;
  bool isSpread = false; ///< `lines` at most, as few as all of `over` need
  bool isNear = false;   ///< the buffer stays in the second-level cache
  bool isSoon = false;   ///< the loop reads what is fetched at once
};

/// The stride, of the one line that it fetches, of a prefetch of what is read
/// soon.
constexpr int soonStride = 0;

/// What each value of the pipeline is in Halide.
struct Kernel {
  llvm::DenseMap<mlir::Value, Halide::Func> funcs;
  llvm::DenseMap<mlir::Value, Halide::ImageParam> buffers;
  /// Scalars and, while a region is translated, its indices and results.
  llvm::DenseMap<mlir::Value, Halide::Expr> values;
  /// Of the C function, outputs not among them.
  std::vector<Halide::Argument> arguments;
  std::vector<Halide::Func> outputs;
  std::vector<Stream> streams;
  std::vector<std::string> tiled; ///< funcs in amx_tile

  /// A value as most uses want it: integers signed (or bool). `values` holds
  /// what was unsigned in memory as it is, so that widening it stays one cast.
  Halide::Expr value(mlir::Value value) const;
};

/// The type in Halide; signless integers are signed, i1 is a bool.
Halide::Type halideType(mlir::Type type);

/// True for the types of scalars and expressions.
bool hasHalideType(mlir::Type type);

/// Translates one op of arithmetic into `kernel.values`. Throws what Halide
/// throws; fails with a diagnostic on an op that has no translation.
mlir::LogicalResult translateExpr(mlir::Operation *op, Kernel &kernel);

/// Funcs, updates and outputs of the pipeline, nothing scheduled.
mlir::LogicalResult buildAlgorithm(halide::PipelineOp pipeline, Kernel &kernel,
                                   Guard &guard);

/// Applies the directives in order.
mlir::LogicalResult applySchedule(halide::ScheduleOp schedule, Kernel &kernel,
                                  Guard &guard);

/// Has tiles whose last rows are guarded copied for fewer rows when the
/// pipeline is lowered.
void addTails(Halide::Pipeline &pipeline);

/// Has stores that choose by one value from memory branch on it when the
/// pipeline is lowered.
void addBranches(Halide::Pipeline &pipeline);

/// Has the streams carried out when the pipeline is lowered; in these funcs in
/// tiles, spread over all iterations of `over`, and what is near fetched once.
void addStreams(const std::vector<Stream> &streams,
                const std::vector<std::string> &tiled,
                Halide::Pipeline &pipeline);

/// Has the rows that these funcs in tiles read, and that are copied for them
/// as they are, read where they lie when the pipeline is lowered.
void addInPlaceRows(const std::vector<std::string> &funcs,
                    Halide::Pipeline &pipeline);

/// Operands of tile products that pass by: each next tile reads others, while
/// those of the other operand are read again.
struct PassingOperands {
  bool left = false, right = false;
  size_t loops = 0; ///< around these products: others in fewer do not count
  /// One of them, in all products.
  bool isOne() const { return left != right; }
};

/// Has sums of products computed in tile registers when the pipeline is
/// lowered: those of these funcs, which stay in memory themselves. `passing`,
/// which must outlive the lowering, is told what they read.
void addTileProducts(const std::vector<std::string> &funcs,
                     PassingOperands &passing, Halide::Pipeline &pipeline);

/// Has f32 rounded to bf16 by the instruction of AVX512-BF16, or by the bits.
void addRounding(bool hasInstruction, Halide::Pipeline &pipeline);

/// Has neighbours of 16 bits loaded in pairs where rows are transposed.
void addPairedLoads(Halide::Pipeline &pipeline);

/// Has vectors of floats reduced to one number by halves.
void addReductions(Halide::Pipeline &pipeline);

/// Has prefetches fetch into the second-level cache, those of soonStride into
/// the first.
void addPrefetches(Halide::Pipeline &pipeline);

/// Makes the loads of tiles in an x86 object say of which operand they are not
/// read again soon, which changes nothing of what is computed.
llvm::Error hintTileLoads(llvm::StringRef path, const PassingOperands &passing);

/// The target that the options and the schedule ask for. Throws on a bad one.
Halide::Target makeTarget(llvm::StringRef text, const Options &options);

/// Throws where code for a device leaves work to the host: its buffers have no
/// memory there.
void checkOnDevice(const Halide::Module &module);

/// Writes the code that is embedded for the device.
void writeDeviceCode(const Halide::Module &module, const std::string &path);

/// Bounds what the functions of a lowered module allocate on the heap.
Scratch boundScratch(const Halide::Module &module, halide::PipelineOp pipeline,
                     const Kernel &kernel);

} // namespace heddle::translate

#endif // HEDDLE_COMPILER_TRANSLATE_KERNEL_H
