// What a schedule may know of a kernel: funcs with roles and extents, never
// their names by accident, and the target it is for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_KERNELVIEW_H
#define HEDDLE_SCHEDULES_KERNELVIEW_H

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heddle::schedule {

/// The shape of a kernel's work.
enum class Family {
  Gemm,      ///< products of rows with packed panels, with an epilogue
  Gemv,      ///< the same of a few rows
  Attention, ///< chunked softmax(Q K^T) V
  Decode,    ///< the same of a few queries, whose heads share their keys
  Matmul,    ///< products of two computed tensors, with an epilogue
  // All others are computed one row (innermost axis) at a time.
  Norm,       ///< rows scaled by their moments or their length
  Softmax,    ///< rows of exponentials that sum to 1
  Reduction,  ///< an axis summed up
  Gather,     ///< rows of a table
  Elementwise ///< any other kernel
};

/// "gemm", "gemv", ...
const char *name(Family family);
/// The family of that name; elementwise for any other.
Family familyOf(const std::string &name);

/// What a func is to its kernel.
enum class Role {
  Output,      ///< stored to a result
  Accumulator, ///< a sum of products, kept in registers
  Narrow,      ///< the left operand rounded to what products read
  Wide,        ///< an operand, or a part, in the type that sums have
  RangeLanes,  ///< per-lane largest magnitude of a left operand's row
  Range,       ///< one value a row that rounding goes by
  Row,         ///< a whole row that later funcs of the row read again
  Panel,       ///< a panel and block of rows that the output reads again
  RowSum,      ///< a row accumulated over another axis (one update)
  Lanes,       ///< per-lane partial reduction of a row (one update)
  Scalar,      ///< one value a row, reduced from Lanes (one update)
  Serial,      ///< one value a row, reduced in order (one update)
  Before,      ///< a whole tensor that every row needs (one update)
  Pack,        ///< columns of a right operand, as dense as a panel
  QueryTurn,   ///< squares of queries on their way to be transposed
  QueryPack,   ///< queries transposed, scaled
  QueryData,   ///< what a mask or bias reads of the queries
  KeyRows,     ///< keys rounded or widened as they lie, a panel of them
  KeyPack,     ///< keys rounded, in panels, whole before all queries
  ValuePack,   ///< values likewise
  KeyData,     ///< what a mask or bias reads of the keys, likewise
  TileLive,    ///< whether a query of a block sees a key of a chunk
  ScoreLanes,  ///< products of queries and keys, summed by lane
  ScoreSum,    ///< accumulator of scores
  Scores,      ///< masked scores of one chunk
  MaxLanes,    ///< largest score of a chunk, by lane of keys
  ChunkMax,    ///< largest score of a chunk, by query
  ChunkLive,   ///< a chunk's maximum or sum; what stands for a dead one's
  Weights,     ///< exponentials of a chunk
  WideWeights, ///< rounded ones in the type that sums have
  SumLanes,    ///< their sum, by lane of keys
  ChunkSum,    ///< their sum, by query
  ValueSum,    ///< accumulator of weights * values
  ChunkValue,  ///< the finished tile of it
  Part,        ///< [values | max | sum] of every chunk
  MergeMax,    ///< largest of the chunks' maxima
  MergeWeight, ///< weight of a chunk in the merge
  MergeSum,    ///< merged denominator
  Merged       ///< merged numerator
};

/// One func: its dims innermost first, its extents where constant.
struct FuncView {
  std::string name;
  Role role = Role::Output;
  std::vector<std::string> dims;
  std::vector<std::optional<int64_t>> extents;
  std::vector<std::string> reductionDims; ///< of its update, innermost first
  bool hasUpdate = false;
  std::vector<std::string> updateDims = {}; ///< pure loops of its update
  /// Arguments, by position, that its update reads: `panels` along its
  /// innermost dim, `rows` along its reduction alone. Without an update: `rows`
  /// is the one that the definition reads.
  std::optional<int> panels = std::nullopt, rows = std::nullopt;
};

/// A kernel as its schedule sees it, funcs in the order of definition.
struct KernelView {
  Family family = Family::Elementwise;
  std::vector<FuncView> funcs;
  int64_t vector = 0; ///< widest vector that reads rows densely; 0: any
  std::string
      narrow; ///< what products are of, where not of f32: "bf16", "int8"

  /// The first or last func of a role; null where there is none.
  const FuncView *find(Role role) const;
  const FuncView *findLast(Role role) const;
};

/// A CPU feature set that kernels are compiled for.
struct CpuTarget {
  std::string name;   ///< "avx512"
  std::string halide; ///< the code generator's target string
  int64_t lanes = 8;  ///< f32 lanes of a vector register
  int64_t registers = 16;
  std::vector<std::string> features; ///< what the CPU must have
  /// Numbers whose products it has an instruction for: "bf16", "int8".
  std::vector<std::string> dots = {};
  /// The variant whose kernels serve where this one gains nothing: kernels
  /// without such products. Empty: it has all kernels itself.
  std::string base = {};
  /// Whether they multiply tiles of 16 rows by 16 columns in registers apart.
  bool hasTiles = false;

  bool hasDots(const std::string &type) const {
    return std::find(dots.begin(), dots.end(), type) != dots.end();
  }
};

/// The variants a CPU artefact carries, best first.
const std::vector<CpuTarget> &cpuTargets();

/// True for products of more rows than a tile is wasted on, in whole tiles,
/// where the target has them.
bool usesTiles(const KernelView &view, const CpuTarget &target);

/// True for a kernel with products that the target has an instruction for,
/// which is tiles where it has them.
bool gainsFrom(const KernelView &view, const CpuTarget &target);

/// The variants that `target` is based on, the nearest first.
std::vector<std::string> basesOf(const CpuTarget &target);

/// A device that kernels are compiled for; the host around them is any x86-64.
struct GpuTarget {
  std::string name;        ///< "opencl"
  std::string halide;      ///< the code generator's target string
  int64_t threads = 256;   ///< most threads of a block
  int64_t sharedBytes = 0; ///< memory that the threads of a block share
  bool runs = true;        ///< whether the runtime has such devices
};

/// The devices; the first is what a device artefact is compiled for.
const std::vector<GpuTarget> &gpuTargets();

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_KERNELVIEW_H
