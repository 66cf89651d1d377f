// Every pass that stays inside a dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PASSES_PASSES_TD
#define HEDDLE_COMPILER_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

def NumberValues : Pass<"heddle-number-values", "::mlir::ModuleOp"> {
  let summary = "Number the values of every model";
  let description = [{
    Requires: hgraph.model ops directly in the module; a nested module is left
    alone. Leaves: the same ops, each that computes a tensor with `hgraph.id`, its
    place in the order of the text, counted through all entries of all models.
    Ids that are there already are replaced.
  }];
  let dependentDialects = ["::heddle::graph::HGraphDialect"];
}

def SetPrecision : Pass<"heddle-set-precision", "::mlir::ModuleOp"> {
  let summary = "Say what products are computed of where the model does not";
  let description = [{
    Requires: hgraph.model ops directly in the module; a nested module is left
    alone. Leaves: the same ops, each linear with `compute`: its own, or else
    `dtype`. An unknown dtype is an error.
  }];
  let options = [
    Option<"dtype", "dtype", "std::string", "\"f32\"", "f32, bf16 or int8">
  ];
  let dependentDialects = ["::heddle::graph::HGraphDialect"];
}

def StoreRounded : Pass<"heddle-store-rounded", "::mlir::ModuleOp"> {
  let summary = "Store in bf16 what products of bf16 alone read";
  let description = [{
    Requires: hgraph.model ops directly in the module; a nested module is left
    alone. Leaves: the same ops, and behind a linear or the element by element
    ops that follow it, and behind an attention or its merge_heads, where what
    rounds it to bf16 anyhow alone reads the result, a cast to bf16 and one
    back, which kernels write and read in half of the bytes: no number changes.
    It is linears of bf16 that round their input, and attentions of bf16 their
    keys and values, through a split_heads or not, where value heads are whole
    panels and there are never so few queries that they are computed in f32.
  }];
  let dependentDialects = ["::heddle::graph::HGraphDialect"];
}

def TurnRows : Pass<"heddle-turn-rows", "::mlir::ModuleOp"> {
  let summary = "Put the turned heads of a linear into its rows";
  let description = [{
    Requires: hgraph.model ops directly in the module, no hgraph.kernel in them; a
    nested module is left alone. Leaves: the same ops, and where one attention reads
    rope(split_heads(linear(x))) that a kernel of the linear can compute, FusionCosts
    has it cheaper and the attention reads heads in rows as fast as heads side by side, a
    merge_heads and a split_heads before the attention: the rows between the two are
    the kernel's result.
  }];
  let options = [
    Option<"kernelTime", "kernel-time", "double", "50",
           "nanoseconds that a kernel takes besides its work">
  ];
  let dependentDialects = ["::heddle::graph::HGraphDialect"];
}

def GroupKernels : Pass<"heddle-group-kernels", "::mlir::ModuleOp"> {
  let summary = "Wrap the ops of every entry into kernels";
  let description = [{
    Requires: hgraph.model ops directly in the module, no hgraph.kernel in them; a
    nested module is left alone. Leaves: every op that computes a tensor, but for views,
    in exactly one hgraph.kernel with a family, the kernels in an order that can run, ids and
    locations as they were. Weights stay outside; constants are copied into the
    kernels that read them; ops that nothing uses are gone.

    A kernel is, by family:
    * gemm: a linear, then, while one op alone reads the result: element by element
      ops of the same shape (bias, activation, residual) on tensors of that shape, one
      row of it or single values; one layer_norm or rms_norm of at most `max-row`
      features, also where others read what it reads: the kernel has both results then.
      Where the result is split into heads that a rope turns and a merge_heads puts back
      into rows, these, and element by element ops behind them.
      Two linears of one input, shape and precision whose results meet in such an op
      (silu(gate) * up) are one kernel.
    * attention: an attention, the split_heads that only it reads, the merge_heads
      after it and what rounds the result to bf16. Heads are strides of rows there, so the linears around it keep theirs.
    * norm: a layer_norm or rms_norm and the element by element ops that lead to it;
      gather when rows of tables lead to it as well. A softmax or log_softmax alone.
    * reduce: a mean and the l2_normalize after it; any other reduction or top_k alone.
    * gather: rows of tables and the element by element ops on them.
    * elementwise: a chain of element by element ops of one shape; any other op.
    * matmul: a matmul, what only moves its right operand (transpose, slice, ...), and
      the element by element ops of its shape behind it.
    * conv: a conv and the element by element ops of its shape behind it, on tensors
      of that shape, a number for each of its outputs or single values.
    * move: a transpose, concat, slice, pad or broadcast_to and the moves before it.
    A move that one op alone reads is read in its place where that op reads each
    element about once, so that it needs no kernel. A reshape moves nothing: it stays
    outside of kernels as a view of a buffer, unless it is an output that has to be
    copied; so is any output that nothing computes, or that shares a buffer under
    other extents. A dropout is gone.
    Where ops could be one kernel or several, the cheaper way by FusionCosts is taken.
    With `explain` a remark says for each such choice what was taken, with both times,
    one on each kernel why it ends where it ends, and one on an attention of bf16 where
    and why it is computed in f32.
  }];
  let options = [
    Option<"fuse", "fuse", "bool", "true", "false gives each op its own kernel">,
    Option<"maxRow", "max-row", "int64_t", "4096",
           "most features, in elements, of a norm inside a gemm">,
    // An addition or a norm of one row takes 50 ns on one thread; a second
    // thread, which has to be woken for it, makes it 1000.
    Option<"kernelTime", "kernel-time", "double", "50",
           "nanoseconds that a kernel takes besides its work">,
    Option<"onDevice", "on-device", "bool", "false",
           "only what kernels of a device can do">,
    Option<"explain", "explain", "bool", "false", "emit remarks">
  ];
  let dependentDialects = ["::heddle::graph::HGraphDialect"];
}

def VerifyKernels : Pass<"heddle-verify-kernels", "::mlir::ModuleOp"> {
  let summary = "Check that every op is inside exactly one kernel";
  let description = [{
    Requires: the state after heddle-group-kernels. Leaves: the same module, or an
    error at each op outside a kernel.
  }];
}

#endif // HEDDLE_COMPILER_PASSES_PASSES_TD
