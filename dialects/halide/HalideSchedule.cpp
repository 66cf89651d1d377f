// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The verifier of a schedule: its directives in order, over the loops they
// make, and then the places in loops that funcs are put at.

#include "dialects/halide/Loops.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace heddle::halide {

namespace {
/// Loops that exist only in a specialisation, by func and stage.
using SpecialLoops =
    llvm::DenseMap<std::pair<Value, uint64_t>, llvm::StringSet<>>;
} // namespace

/// C8: what a directive in a specialisation may be.
static LogicalResult verifyNested(SpecializeOp outer, Operation &op) {
  Value func;
  uint64_t stage = outer.getStage();
  llvm::TypeSwitch<Operation *>(&op)
      .Case<SplitOp, FuseOp, RenameOp, ReorderOp, TileOp, VectorizeOp, UnrollOp,
            ParallelOp, SerialOp, PartitionOp, AtomicOp, GpuBlocksOp,
            GpuThreadsOp, GpuLanesOp, GpuTileOp, GpuSingleThreadOp,
            SpecializeOp, SpecializeFailOp>([&](auto directive) {
        func = directive.getFunc();
        stage = directive.getStage();
      });
  if (func == outer.getFunc() && stage == outer.getStage())
    return success();
  return op.emitOpError("(C8) of schedule: is not about the loops of the "
                        "specialisation's stage");
}

static LogicalResult verifyBlock(Block &block, LoopTable &table,
                                 SpecialLoops &special);

/// A specialisation starts from the loops so far and leaves them unchanged.
static LogicalResult verifySpecialize(SpecializeOp op, LoopTable &table,
                                      SpecialLoops &special) {
  for (Operation &nested : op.getBody().front())
    if (failed(verifyNested(op, nested)))
      return failure();
  LoopList &loops = *table.find(op.getFunc(), op.getStage());
  LoopList before = loops;
  if (failed(verifyBlock(op.getBody().front(), table, special)))
    return failure();
  for (const Loop &loop : loops)
    special[{op.getFunc(), op.getStage()}].insert(loop.name);
  loops = before;
  return success();
}

static LogicalResult verifyBlock(Block &block, LoopTable &table,
                                 SpecialLoops &special) {
  for (Operation &op : block) {
    if (failed(table.apply(&op)))
      return failure();
    auto specialize = dyn_cast<SpecializeOp>(op);
    if (specialize && failed(verifySpecialize(specialize, table, special)))
      return failure();
  }
  return success();
}

LogicalResult ScheduleOp::verifyRegions() {
  auto pipeline = dyn_cast<PipelineOp>((*this)->getParentOp());
  if (!pipeline)
    return failure();
  LoopTable table(pipeline);
  SpecialLoops special;
  if (failed(verifyBlock(getBody().front(), table, special)))
    return failure();

  // Places are names of loops as they are in the end.
  auto require = [&](Operation *op, Value func, uint64_t stage,
                     StringRef name) -> LogicalResult {
    auto it = special.find({func, stage});
    if (it != special.end() && it->second.contains(name))
      return success();
    return table.requireLoop(op, func, stage, name);
  };
  for (Operation &op : getBody().front()) {
    auto result =
        llvm::TypeSwitch<Operation *, LogicalResult>(&op)
            .Case<ComputeAtOp, StoreAtOp, HoistStorageOp>([&](auto at) {
              return require(at, at.getUser(), at.getUserStage(), at.getDim());
            })
            .Case([&](ComputeWithOp with) {
              return require(with, with.getOther(), with.getOtherStage(),
                             with.getDim());
            })
            .Case([&](PrefetchOp fetch) -> LogicalResult {
              if (failed(require(fetch, fetch.getUser(), fetch.getUserStage(),
                                 fetch.getAt())))
                return failure();
              return require(fetch, fetch.getUser(), fetch.getUserStage(),
                             fetch.getFrom());
            })
            .Case([&](StreamOp stream) -> LogicalResult {
              if (failed(require(stream, stream.getUser(),
                                 stream.getUserStage(), stream.getAt())))
                return failure();
              if (!stream.getOuter())
                return success();
              return require(stream, stream.getOuter(), 0, *stream.getOver());
            })
            .Default([](Operation *) { return success(); });
    if (failed(result))
      return failure();
  }
  return success();
}

} // namespace heddle::halide
