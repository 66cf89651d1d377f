// What fusing costs beside computing apart: a model of kernels' times, for the
// decisions of heddle-group-kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PASSES_FUSIONCOSTS_H
#define HEDDLE_COMPILER_PASSES_FUSIONCOSTS_H

#include "dialects/graph/Graph.h"

#include <string>
#include <vector>

namespace heddle::passes {

/// What a core does in a nanosecond. FusionCosts.cpp says where each figure was
/// measured; their ratios decide.
struct Machine {
  double flops;        ///< of products, 2 a multiply-add
  double bf16Flops;    ///< of products of bf16, in tiles
  double int8Flops;    ///< the same of int8
  double weightBytes;  ///< of weights, which come from far away
  double nearBytes;    ///< of tensors that stay in the second-level cache
  double farBytes;     ///< of larger ones
  double nearLimit;    ///< bytes up to which a tensor stays there
  double blockBytes;   ///< of a block of rows that waits for its norm
  double firstBytes;   ///< of one that stays in the first-level cache
  double firstLimit;   ///< bytes up to which it does
  double normElements; ///< results of a norm
  double turnElements; ///< results of a rope
  double turnedSums;   ///< the same of sums that wait in the next cache
  double productRows;  ///< rows of a block that shares a pass over weights
  double finishedRows; ///< the same where the block is finished by a norm
  double panel;        ///< columns of a product that are computed together
};
const Machine &machine();

/// Work of some kernels at given extents.
struct Work {
  int64_t kernels = 0;
  double flops = 0, weightBytes = 0;
  double normElements = 0, turnElements = 0, turnedSums = 0;
  double tensorTime = 0; ///< nanoseconds of reading and writing

  /// Reads or writes `bytes`, by and by in a memory of `footprint` bytes.
  void move(double bytes, double footprint);
};

/// Which of two ways is taken, and both times in words: "1.2 us against 1.6
/// (batch=1, seq=1), 20 ms against 21 (batch=4, seq=512)".
struct Verdict {
  bool fuse = false;
  std::string costs; ///< the way taken first
};

/// Decides for models of these dims, at the smallest and the largest extents:
/// where they disagree, for the way whose worse ratio is the better one.
class FusionCosts {
public:
  /// `kernelTime`: nanoseconds that a kernel takes besides its work.
  FusionCosts(std::vector<shape::DimRange> ranges, double kernelTime)
      : ranges(std::move(ranges)), kernelTime(kernelTime) {}

  /// Products and the reading of weights overlap, all else adds up.
  double nanoseconds(const Work &work) const;

  /// Rows of `linear` finished by a norm in its kernel, which gives what the
  /// norm reads as well if it `keeps` that; or by a kernel of its own.
  Verdict norm(graph::LinearOp linear, bool keeps) const;
  /// Two linears of one input and shape whose results meet, in one kernel; or
  /// one after the other, through memory.
  Verdict pair(graph::LinearOp linear) const;

  /// The pairs of a linear's result turned as they are stored, or by a kernel
  /// of their own.
  Verdict turn(graph::LinearOp linear) const;

private:
  struct Product {
    double rows, inner, columns;
    graph::Precision precision;
    double result() const; ///< bytes
  };
  using WorkOf = llvm::function_ref<Work(const Product &)>;
  static Work workOf(const Product &product, double blockRows);
  static Work workOfBoth(const Product &product);
  Verdict decide(graph::LinearOp linear, WorkOf fused, WorkOf apart) const;

  std::vector<shape::DimRange> ranges;
  double kernelTime;
};

} // namespace heddle::passes

#endif // HEDDLE_COMPILER_PASSES_FUSIONCOSTS_H
