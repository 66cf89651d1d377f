// What every lowering of an attention needs: its operands, however their heads
// lie in memory, and the funcs of a pipeline.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_ATTENTIONKERNEL_H
#define HEDDLE_COMPILER_LOWER_KERNELS_ATTENTIONKERNEL_H

#include "compiler/lower/kernels/Kernel.h"
#include "mlir/IR/BuiltinOps.h"

namespace heddle::lower {

/// An operand of attention: [B, H, T, D] itself, or [B, T, H * D] when the
/// head split is in the kernel.
struct HeadOperand {
  mlir::Value source; ///< the kernel's argument, of f32 or bf16
  bool split = false; ///< heads lie inside the rows
  shape::Shape shape; ///< [B, H, T, D]

  /// Innermost first.
  shape::Shape view() const {
    if (split)
      return {shape[3], shape[1], shape[2], shape[0]};
    return {shape[3], shape[2], shape[1], shape[0]};
  }
  Point at(Expr d, Expr h, Expr t, Expr b) const {
    return split ? Point{d, h, t, b} : Point{d, t, h, b};
  }
  unsigned tokenDim() const { return split ? 2 : 1; }
  /// Bytes of an element as it lies in memory.
  int64_t bytes() const;
  /// Which argument of the pipeline it is; -1 where it is none.
  int64_t argument() const;
};

/// The operand that a value of an outlined kernel is.
HeadOperand headOperand(mlir::Value value);

/// The attention of an outlined kernel; null, with a diagnostic, where another
/// op stands beside it that has no lowering there.
graph::AttentionOp attentionOf(graph::OutlinedOp kernel);

/// What the chunks of keys have left to be merged.
struct ChunkMerge {
  std::vector<std::string> dims; ///< of a row of queries, innermost first
  Expr chunks;                   ///< how many there are
  /// Of chunk c, for a row: value j, behind them the largest score m_c and the
  /// sum l_c of the weights.
  std::function<Expr(Expr j, const Point &row, Expr c)> part;
  /// Whether a chunk counts; null, or without a value, where each does.
  std::function<Expr(const Point &row, Expr c)> where;
  /// The row of a query, which is 'dims' of values.
  std::function<Point(Expr query, Expr head, Expr b)> row;
  /// Which value is column d of the result; null where it is d.
  std::function<Expr(Expr d)> place = {};
};

/// The same where queries go by blocks and keys by chunks: tiles (c, qb, h, b),
/// rows of queries (query of its block, c, qb, h, b).
struct BlockChunks {
  int64_t queryBlock = 0, chunk = 0;
  std::function<Expr(const Point &)> values; ///< at [d, row of queries]
  Func most, sum;                            ///< m_c and l_c of a row
  /// Whether a tile is computed; null where all are.
  std::function<Expr(const Point &tile)> isLive;
  /// Whether it counts; without a value where all do.
  std::function<Expr(const Point &tile)> isVisited;
};

/// A lowering derives from this, plans, starts and builds.
class AttentionKernel {
public:
  AttentionKernel(mlir::ModuleOp module, graph::OutlinedOp kernel,
                  graph::AttentionOp attention, const KernelForm &form)
      : module(module), kernel(kernel), op(attention), form(form),
        q(headOperand(attention.getQ())), k(headOperand(attention.getK())),
        v(headOperand(attention.getV())) {}

  /// How the operands lie, and the work; a diagnostic on sizes that vary.
  mlir::LogicalResult plan();
  KernelPlan result() { return std::move(kernelPlan); }

protected:
  /// Scores are in units of log2, so that 2^x serves as e^x.
  static constexpr double log2e = 1.4426950408889634;
  /// Added to a score that is masked; far below any score, far above -inf.
  static constexpr double masked = -1e30;

  /// An empty pipeline; `limit` is what its form takes at most.
  void start(const std::optional<KernelSize> &limit);
  /// An element as f32, or as the buffer has it, which may be of bf16.
  Expr load(const HeadOperand &operand, Expr d, Expr h, Expr t, Expr b);
  Expr loadStored(const HeadOperand &operand, Expr d, Expr h, Expr t, Expr b);
  static bool isBf16(Expr element) { return element.value.getType().isBF16(); }
  Func define(const std::string &name, schedule::Role role,
              const std::vector<std::string> &dims,
              const std::function<Expr(const Point &)> &body) {
    return builder->func(
        {name, role, dims, std::vector<int64_t>(dims.size(), -1)}, body);
  }
  Func zeroed(const std::string &name, schedule::Role role,
              const std::vector<std::string> &dims, double start = 0.0) {
    return define(name, role, dims,
                  [&](const Point &) { return builder->real(start); });
  }
  /// The kernel's result: for each row of queries m = max m_c, then
  /// sum w_c O_c / sum w_c l_c with w_c = 2^(m_c - m).
  void finish(const ChunkMerge &merge);
  void finish(const BlockChunks &chunks);

  mlir::ModuleOp module;
  graph::OutlinedOp kernel;
  graph::AttentionOp op;
  const KernelForm &form;
  HeadOperand q, k, v;
  KernelPlan kernelPlan;
  std::optional<KernelBuilder> builder;
  int64_t depth = 0, width = 0, group = 1;
  bool merged = false; ///< the output is [B, T, H * D]
  Expr queries, keys;

private:
  /// The largest score, the sum of the weights and, with a column before its
  /// row, the sum of the weighed values.
  struct MergedRow {
    Func most, sum, values;
  };
  MergedRow mergeChunks(const ChunkMerge &merge);
  Expr tokens(const HeadOperand &operand);
};

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_ATTENTIONKERNEL_H
