// Wraps the groups of KernelGroups.h into hgraph.kernel ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/passes/KernelGroups.h"
#include "compiler/passes/Passes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace heddle::graph;

namespace heddle::passes {
#define GEN_PASS_DEF_GROUPKERNELS
#include "compiler/passes/Passes.h.inc"

namespace {

/// Ops whose results nothing uses, from the last one up.
void dropUnused(EntryOp entry) {
  Operation *op = entry.getBody().front().getTerminator()->getPrevNode();
  while (op) {
    Operation *before = op->getPrevNode();
    if (op->use_empty())
      op->erase();
    op = before;
  }
}

/// Dropouts are nothing at inference; an output must still be computed.
void dropDropouts(EntryOp entry) {
  for (DropoutOp dropout :
       llvm::make_early_inc_range(entry.getBody().getOps<DropoutOp>())) {
    Operation *source = dropout.getX().getDefiningOp();
    bool isOutput = llvm::is_contained(entry.returned(), dropout.getOutput());
    if (isOutput && (!source || !computesTensor(source)))
      continue;
    dropout.getOutput().replaceAllUsesWith(dropout.getX());
    dropout.erase();
  }
}

/// A reshaped constant is a constant.
void reshapeConstants(EntryOp entry) {
  for (ReshapeOp reshape :
       llvm::make_early_inc_range(entry.getBody().getOps<ReshapeOp>())) {
    auto constant = reshape.getX().getDefiningOp<ConstantOp>();
    if (!constant)
      continue;
    OpBuilder builder(reshape);
    auto value = cast<DenseElementsAttr>(constant.getValue());
    reshape.getOutput().replaceAllUsesWith(
        ConstantOp::create(builder, reshape.getLoc(), reshape.getType(),
                           value.reshape(cast<ShapedType>(reshape.getType()))));
    reshape.erase();
  }
}

/// What a chain of reshapes views.
Value viewed(Value value) {
  while (auto view = value.getDefiningOp<ReshapeOp>())
    value = view.getX();
  return value;
}

/// An output that nothing computes, or whose buffer an earlier output sees
/// under other extents, becomes a copy. Reshapes are left to isView.
void copyOutputs(EntryOp entry) {
  Operation *end = entry.getBody().front().getTerminator();
  OpBuilder builder(end);
  llvm::DenseMap<Value, Type> seen; ///< by what the output views
  for (OpOperand &output : end->getOpOperands()) {
    Value value = output.get(), source = viewed(value);
    bool isFirst = seen.try_emplace(source, value.getType()).first->second ==
                   value.getType();
    Operation *op = source.getDefiningOp();
    bool isBuffer = op && computesTensor(op) && isFirst;
    if (!isBuffer && !value.getDefiningOp<ReshapeOp>())
      output.set(BroadcastToOp::create(builder, value.getLoc(), value,
                                       shapeOf(value)));
  }
}

/// Puts each view right behind what it views, which kernels have moved.
void placeViews(EntryOp entry) {
  SmallVector<ReshapeOp> views(entry.getBody().getOps<ReshapeOp>());
  for (ReshapeOp view : views) {
    if (Operation *source = view.getX().getDefiningOp())
      view->moveAfter(source);
    else
      view->moveBefore(&entry.getBody().front(),
                       entry.getBody().front().begin());
  }
}

/// Each kernel has its own copy of a constant, so that a lowering sees it, and
/// of what widens an input.
void copyInto(KernelOp kernel) {
  llvm::SetVector<Operation *> copied;
  kernel.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (Operation *made = operand.getDefiningOp();
          made && made->getParentOp() != kernel && isCopied(made))
        copied.insert(made);
  });
  OpBuilder builder = OpBuilder::atBlockBegin(&kernel.getBody().front());
  for (Operation *made : copied) {
    Operation *copy = builder.clone(*made);
    made->getResult(0).replaceUsesWithIf(
        copy->getResult(0), [&](OpOperand &use) {
          return kernel->isProperAncestor(use.getOwner());
        });
  }
}

/// Moves a group into a kernel before the entry's end, after all kernels made
/// so far.
KernelOp wrap(EntryOp entry, const KernelGroup &group) {
  Operation *end = entry.getBody().front().getTerminator();
  llvm::SmallPtrSet<Operation *, 8> inside(group.ops.begin(), group.ops.end());
  auto isOutside = [&](Operation *user) {
    // A read in a score region belongs to the op around the region.
    while (user->getParentOp() != entry && !inside.contains(user))
      user = user->getParentOp();
    return !inside.contains(user);
  };
  SmallVector<Value> results;
  for (Operation *op : group.ops)
    if (llvm::any_of(op->getUsers(), isOutside))
      results.push_back(op->getResult(0));
  OpBuilder builder(end);
  Location loc = group.anchor->getLoc();
  auto kernel = KernelOp::create(builder, loc, ValueRange(results).getTypes(),
                                 builder.getStringAttr(group.family));
  Block *body = &kernel.getBody().emplaceBlock();
  for (auto [inner, outer] : llvm::zip(results, kernel.getOutputs()))
    inner.replaceUsesWithIf(
        outer, [&](OpOperand &use) { return isOutside(use.getOwner()); });
  for (Operation *op : group.ops)
    op->moveBefore(body, body->end());
  builder.setInsertionPointToEnd(body);
  YieldOp::create(builder, loc, results);
  copyInto(kernel);
  return kernel;
}

struct GroupKernels : impl::GroupKernelsBase<GroupKernels> {
  using GroupKernelsBase::GroupKernelsBase;

  LogicalResult groupEntry(EntryOp entry) {
    if (!entry.getOps<KernelOp>().empty())
      return entry.emitOpError("holds kernels already");
    dropDropouts(entry);
    reshapeConstants(entry);
    copyOutputs(entry);
    dropUnused(entry);
    std::vector<FusionChoice> choices;
    std::vector<KernelGroup> groups =
        groupOps(entry,
                 {fuse.getValue(), maxRow.getValue(), onDevice.getValue(),
                  kernelTime.getValue()},
                 choices);
    for (const FusionChoice &choice : choices)
      if (explain)
        emitRemark(choice.at) << choice.text;
    for (const KernelGroup &group : groups) {
      KernelOp kernel = wrap(entry, group);
      if (explain)
        kernel.emitRemark()
            << group.family << " kernel of " << group.ops.size() << " ops"
            << (group.end.empty() ? "" : ": " + group.end);
    }
    placeViews(entry);
    dropUnused(entry); // what every reader has a copy of
    return success();
  }

  void runOnOperation() override {
    for (ModelOp model : getOperation().getOps<ModelOp>()) {
      if (!model.getOps<StateOp>().empty()) {
        StateOp state = *model.getOps<StateOp>().begin();
        state.emitOpError() << "declares the state " << state.getNameAttr()
                            << ", which kernels cannot keep yet; a model with "
                               "states goes as far as phase 'graph'";
        return signalPassFailure();
      }
      for (EntryOp entry : model.getOps<EntryOp>())
        if (failed(groupEntry(entry)))
          return signalPassFailure();
    }
  }
};

} // namespace
} // namespace heddle::passes
