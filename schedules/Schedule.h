// A recorder of schedule directives. Schedules say here what makes a kernel
// fast; compiler/lower turns the record into directive ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_SCHEDULE_H
#define HEDDLE_SCHEDULES_SCHEDULE_H

#include <cstdint>
#include <string>
#include <vector>

namespace heddle::schedule {

/// What a directive does; the names are Halide's.
enum class Kind {
  Split,     ///< dims {old, outer, inner}, factor, tail
  Fuse,      ///< dims {inner, outer, fused}
  Reorder,   ///< dims innermost first
  Vectorize, ///< dims {dim}, factor (0: the whole dim)
  Unroll,    ///< dims {dim}, factor (0: the whole dim)
  Parallel,  ///< dims {dim}
  ComputeRoot,
  ComputeAt,    ///< at consumer `other`, dims {loop}
  HoistStorage, ///< at consumer `other`, dims {loop}
  StoreStack,   ///< storage on the stack: the extent must be constant
  StoreTiles,   ///< sums of products in tile registers
  Bound,        ///< dims {dim}, min, factor = extent
  BoundExtent,  ///< dims {dim}, factor = extent
  Atomic,
  Stream,     ///< `buffer` at dims {loop}, min elements ahead, factor lines an
              ///< iteration; with dims {., loop} over `other`'s loop
  GpuBlocks,  ///< one to three dims, innermost first
  GpuThreads, ///< likewise
  GpuSingleThread ///< a stage without loops that could be either
};

/// How a split treats an extent that the factor does not divide. GuardEvenly
/// makes as few blocks as the factor says, all but the last of one height.
enum class Tail {
  Auto,
  GuardWithIf,
  GuardEvenly,
  RoundUp,
  ShiftInwards,
  PredicateStores
};

/// One recorded directive on one func. Stage 0 is the pure definition, n the
/// n-th update.
struct Directive {
  Kind kind = Kind::Split;
  std::string func = {};
  int stage = 0;
  std::vector<std::string> dims = {};
  int64_t factor = 0;
  int64_t min = 0;
  Tail tail = Tail::Auto;
  std::string other = {};
  int buffer = -1; ///< an argument of the pipeline, by position
};

/// One stage of one func; the calls record directives and return the stage,
/// so that they chain in the order in which they apply.
class Stage {
public:
  Stage(std::vector<Directive> &record, std::string func, int stage)
      : record(record), func(std::move(func)), stage(stage) {}

  Stage &split(std::string old, std::string outer, std::string inner,
               int64_t factor, Tail tail = Tail::Auto);
  Stage &fuse(std::string inner, std::string outer, std::string fused);
  Stage &reorder(std::vector<std::string> innermostFirst);
  Stage &vectorize(std::string dim, int64_t factor = 0);
  Stage &unroll(std::string dim, int64_t factor = 0);
  Stage &parallel(std::string dim);
  Stage &atomic();
  Stage &computeRoot();
  Stage &computeAt(std::string consumer, std::string loop);
  Stage &hoistStorage(std::string consumer, std::string loop);
  Stage &storeStack();
  Stage &storeTiles();
  Stage &bound(std::string dim, int64_t min, int64_t extent);
  Stage &boundExtent(std::string dim, int64_t extent);
  Stage &stream(int buffer, std::string loop, int64_t ahead, int64_t lines);
  Stage &streamOver(int buffer, std::string loop, std::string outer,
                    std::string over, int64_t ahead, int64_t lines);
  Stage &gpuBlocks(std::vector<std::string> innermostFirst);
  Stage &gpuThreads(std::vector<std::string> innermostFirst);
  Stage &gpuSingleThread();

private:
  Stage &add(Directive directive);

  std::vector<Directive> &record;
  std::string func;
  int stage;
};

/// The schedule of one kernel for one target.
class Schedule {
public:
  /// The pure definition of a func.
  Stage func(std::string name) { return Stage(record, std::move(name), 0); }
  /// The n-th update of a func, counted from 1.
  Stage update(std::string name, int n = 1) {
    return Stage(record, std::move(name), n);
  }
  const std::vector<Directive> &directives() const { return record; }

private:
  std::vector<Directive> record;
};

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_SCHEDULE_H
