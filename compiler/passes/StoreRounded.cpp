// Keeps in bf16 what only products of bf16 read of another product or of an
// attention.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/passes/AttentionPrecision.h"
#include "compiler/passes/Passes.h"

using namespace mlir;

namespace heddle::passes {
#define GEN_PASS_DEF_STOREROUNDED
#include "compiler/passes/Passes.h.inc"

using namespace graph;

namespace {

/// True for the keys or values of an attention that rounds them, however many
/// queries there are.
bool isRoundedKey(OpOperand &use) {
  if (auto split = dyn_cast<SplitHeadsOp>(use.getOwner()))
    return llvm::all_of(split->getUses(), isRoundedKey);
  auto attention = dyn_cast<AttentionOp>(use.getOwner());
  return attention && use.getOperandNumber() > 0 &&
         attention.precision() == Precision::BF16 &&
         computedInF32(attention).empty();
}

/// True for what is rounded before it enters a product.
bool isRounded(OpOperand &use) {
  auto linear = dyn_cast<LinearOp>(use.getOwner());
  if (!linear)
    return isRoundedKey(use);
  return use.getOperandNumber() == 0 && linear.precision() == Precision::BF16 &&
         linear.inFeatures().isConstant() &&
         linear.getWeight().getDefiningOp<WeightOp>();
}

/// True for a linear, or what a kernel computes from its result element by
/// element before it is stored.
bool followsLinear(Operation *op) {
  if (isa<LinearOp>(op))
    return true;
  if (!isElementwise(op) || isa<CastOp>(op))
    return false;
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    Operation *producer = operand.getDefiningOp();
    return producer && operand.hasOneUse() &&
           operand.getType() == op->getResult(0).getType() &&
           followsLinear(producer);
  });
}

/// True for an attention, or what puts its heads into rows.
bool isOfAttention(Operation *op) {
  if (auto merge = dyn_cast<MergeHeadsOp>(op))
    return merge.getX().hasOneUse() &&
           merge.getX().getDefiningOp<AttentionOp>();
  return isa<AttentionOp>(op);
}

struct StoreRounded : impl::StoreRoundedBase<StoreRounded> {
  void runOnOperation() override {
    for (ModelOp model : getOperation().getOps<ModelOp>())
      for (EntryOp entry : model.getBody().getOps<EntryOp>())
        for (Operation &op :
             llvm::make_early_inc_range(entry.getBody().front()))
          if (op.getNumResults() == 1 &&
              (followsLinear(&op) || isOfAttention(&op)))
            round(op.getResult(0));
  }

  static void round(Value value) {
    if (value.use_empty() || !llvm::all_of(value.getUses(), isRounded))
      return;
    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfter(value.getDefiningOp());
    Location loc = value.getLoc();
    auto narrow = CastOp::create(builder, loc, value, builder.getBF16Type());
    auto wide = CastOp::create(builder, loc, narrow, builder.getF32Type());
    value.replaceAllUsesExcept(wide, narrow);
  }
};

} // namespace
} // namespace heddle::passes
