// A walk over an entry's ops: see SliceDim.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/SliceDim.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace heddle::lower {

namespace {

/// Asks of one dim whether ops may be cut along it.
class Cutter {
public:
  explicit Cutter(const std::string &name)
      : name(name), dim(shape::Dim::symbol(name)) {}

  bool cuts(graph::EntryOp entry) const;

private:
  bool mentions(const shape::Dim &extent) const {
    return llvm::is_contained(extent.symbols(), name);
  }
  bool mentions(StringRef extent) const {
    std::optional<shape::Dim> read = shape::Dim::parse(extent.str());
    return !read || mentions(*read);
  }
  /// The tensor has it as its outermost extent and nowhere else.
  bool isCut(Value value) const;
  /// The tensor has it nowhere.
  bool isWhole(Value value) const;
  bool isCutOrWhole(Value value) const {
    return isWhole(value) || isCut(value);
  }
  bool allCut(ValueRange values) const {
    return llvm::all_of(values, [&](Value value) { return isCut(value); });
  }
  bool allWhole(ValueRange values) const {
    return llvm::all_of(values, [&](Value value) { return isWhole(value); });
  }
  bool cutsScore(graph::AttentionOp attention) const;
  bool cutsMatmul(graph::MatmulOp matmul) const;
  bool cutsAlong(Value x, uint64_t axis) const { return isCut(x) && axis > 0; }
  bool cutsRows(Operation *op) const;
  bool cutsMove(Operation *op) const;
  bool cuts(Operation *op) const;

  std::string name;
  shape::Dim dim;
};

bool Cutter::isWhole(Value value) const {
  if (!isa<RankedTensorType>(value.getType()))
    return true;
  return llvm::none_of(graph::shapeOf(value), [&](const shape::Dim &extent) {
    return mentions(extent);
  });
}

bool Cutter::isCut(Value value) const {
  if (!isa<RankedTensorType>(value.getType()))
    return false;
  shape::Shape shape = graph::shapeOf(value);
  return !shape.empty() && shape.front() == dim &&
         llvm::none_of(llvm::drop_begin(shape), [&](const shape::Dim &extent) {
           return mentions(extent);
         });
}

/// The batch index chooses rows of tensors that are cut, and nothing else.
bool Cutter::cutsScore(graph::AttentionOp attention) const {
  if (!allCut(attention->getOperands()))
    return false;
  Value batch = attention.getScore().getArgument(1);
  for (OpOperand &use : batch.getUses()) {
    auto at = dyn_cast<graph::AtOp>(use.getOwner());
    if (!at || use.getOperandNumber() != 1 || !isCut(at.getTensor()))
      return false;
  }
  return llvm::all_of(attention.captures(), [&](Value tensor) {
    if (isWhole(tensor))
      return true;
    return isCut(tensor) && llvm::all_of(tensor.getUsers(), [&](Operation *op) {
             auto at = dyn_cast<graph::AtOp>(op);
             return !at || at.getIndices().front() == batch ||
                    at->getParentOp() != attention;
           });
  });
}

/// Batches only: a product's own axes are the last two.
bool Cutter::cutsMatmul(graph::MatmulOp matmul) const {
  size_t rank = graph::shapeOf(matmul.getOutput()).size();
  constexpr size_t matrix = 2;
  return rank > matrix && isCut(matmul.getOutput()) &&
         llvm::all_of(matmul->getOperands(), [&](Value operand) {
           return isWhole(operand) ||
                  (isCut(operand) && graph::shapeOf(operand).size() == rank);
         });
}

/// Ops that work on the last axis of x, with weights beside it.
bool Cutter::cutsRows(Operation *op) const {
  Value x = op->getOperand(0);
  return isCut(x) && graph::shapeOf(x).size() > 1 &&
         allWhole(op->getOperands().drop_front());
}

bool Cutter::cutsMove(Operation *op) const {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](graph::ReshapeOp reshape) { return isCut(reshape.getX()); })
      .Case([&](graph::TransposeOp transpose) {
        return isCut(transpose.getX()) && transpose.getOrder().front() == 0;
      })
      .Case([&](graph::ConcatOp concat) {
        return allCut(concat.getParts()) && concat.getAxis() > 0;
      })
      .Case([&](graph::SliceOp slice) {
        return cutsAlong(slice.getX(), slice.getAxis()) &&
               !mentions(slice.getFrom());
      })
      .Case([&](graph::PadOp pad) {
        return cutsAlong(pad.getX(), pad.getAxis()) &&
               !mentions(pad.getBefore()) && !mentions(pad.getAfter());
      })
      .Case([&](graph::BroadcastToOp broadcast) {
        // A tensor of fewer axes has its outermost one further in.
        Value x = broadcast.getX();
        return isWhole(x) || graph::shapeOf(x).size() ==
                                 graph::shapeOf(broadcast.getOutput()).size();
      })
      .Default(false);
}

bool Cutter::cuts(Operation *op) const {
  bool isOutside = allWhole(op->getOperands()) && allWhole(op->getResults());
  if (isOutside || isa<graph::KernelOp, graph::YieldOp, graph::ReturnOp,
                       graph::AtOp, graph::ScoreOp>(op))
    return true;
  if (!llvm::all_of(op->getOperands(),
                    [&](Value v) { return isCutOrWhole(v); }))
    return false;
  if (!allCut(op->getResults()))
    return false;
  if (auto along = graph::axisOf(op))
    return cutsAlong(along->first, along->second);
  if (graph::isElementwise(op))
    return llvm::all_of(op->getOperands(), [&](Value operand) {
      return isWhole(operand) || graph::shapeOf(operand).size() ==
                                     graph::shapeOf(op->getResult(0)).size();
    });
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<graph::LinearOp, graph::TopKOp>(
          [&](Operation *row) { return cutsRows(row); })
      .Case<graph::SplitHeadsOp, graph::MergeHeadsOp, graph::DropoutOp,
            graph::ConvOp>([&](Operation *x) {
        return isCut(x->getOperand(0)) &&
               allWhole(x->getOperands().drop_front());
      })
      .Case([&](graph::EmbedOp embed) {
        return isCut(embed.getTokens()) && isWhole(embed.getTable());
      })
      .Case([&](graph::TakeOp take) {
        return allCut(take->getOperands()) &&
               graph::shapeOf(take.getX()).size() > 1;
      })
      .Case([&](graph::RopeOp rope) {
        std::optional<StringRef> offset = rope.getOffset();
        return isCut(rope.getX()) && isWhole(rope.getTable()) &&
               (!offset || !mentions(*offset));
      })
      .Case([&](graph::AttentionOp attention) { return cutsScore(attention); })
      .Case([&](graph::MatmulOp matmul) { return cutsMatmul(matmul); })
      .Default([&](Operation *other) { return cutsMove(other); });
}

bool Cutter::cuts(graph::EntryOp entry) const {
  auto arguments = entry.getBody().getArguments();
  if (!llvm::all_of(arguments, [&](Value v) { return isCutOrWhole(v); }) ||
      llvm::none_of(arguments, [&](Value v) { return isCut(v); }) ||
      !allCut(entry.returned()))
    return false;
  WalkResult result = entry.getBody().walk([&](Operation *op) {
    return cuts(op) ? WalkResult::advance() : WalkResult::interrupt();
  });
  return !result.wasInterrupted();
}

} // namespace

std::optional<std::string>
sliceDim(graph::EntryOp entry, const std::vector<shape::DimRange> &ranges) {
  for (const shape::DimRange &range : ranges)
    if (range.min <= 1 && Cutter(range.name).cuts(entry))
      return range.name;
  return std::nullopt;
}

} // namespace heddle::lower
