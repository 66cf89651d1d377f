// Lengths of sums along the longest path: see PathLength.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/PathLength.h"

#include "mlir/IR/Location.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace heddle::reference {

namespace {

int64_t extent(Value value, int64_t axis, const shape::DimValues &dims) {
  shape::Shape shape = graph::shapeOf(value);
  size_t index = axis < 0 ? shape.size() + axis : size_t(axis);
  return shape[index].evaluate(dims).value_or(1);
}

/// Terms that the op itself adds up.
int64_t ownLength(Operation *op, const shape::DimValues &dims) {
  return llvm::TypeSwitch<Operation *, int64_t>(op)
      .Case<graph::LinearOp>([&](graph::LinearOp linear) {
        return extent(linear.getX(), -1, dims);
      })
      .Case<graph::MatmulOp>([&](graph::MatmulOp product) {
        return extent(product.getA(), product.getTransposeA() ? -2 : -1, dims);
      })
      .Case<graph::ConvOp>([](graph::ConvOp conv) { return conv.terms(); })
      .Case<graph::AttentionOp>([&](graph::AttentionOp attention) {
        return extent(attention.getQ(), 3, dims) +
               extent(attention.getK(), 2, dims);
      })
      .Default([&](Operation *other) {
        auto axis = graph::axisOf(other);
        return axis ? extent(axis->first, axis->second, dims) : 1;
      });
}

/// What the op itself adds up and rounds.
Path ownPath(Operation *op, const shape::DimValues &dims) {
  Path path{ownLength(op, dims)};
  if (auto linear = dyn_cast<graph::LinearOp>(op)) {
    path.bf16 = linear.precision() == graph::Precision::BF16;
    path.int8 = linear.precision() == graph::Precision::Int8;
  }
  if (auto cast = dyn_cast<graph::CastOp>(op))
    path.bf16 = cast.getType().getElementType().isBF16();
  constexpr int products = 2; // scores, and values by their weights
  if (auto attention = dyn_cast<graph::AttentionOp>(op))
    path.bf16 = attention.precision() == graph::Precision::BF16 ? products : 0;
  return path;
}

/// The text's place inside a location of any make.
std::string placeOf(Location location) {
  std::string place;
  location->walk([&](Location inner) {
    if (auto file = dyn_cast<FileLineColLoc>(inner); file && place.empty())
      place = (file.getFilename().getValue() + ":" + Twine(file.getLine()) +
               ":" + Twine(file.getColumn()))
                  .str();
    return WalkResult::advance();
  });
  return place;
}

} // namespace

Path PathLengths::withinKernel(int64_t id) const {
  auto found = inKernel.find(id);
  return found == inKernel.end() ? Path{1} : found->second;
}

std::string PathLengths::describe(int64_t id) const {
  auto found = names.find(id);
  return found == names.end() ? "value " + std::to_string(id) : found->second;
}

PathLengths pathLengths(graph::EntryOp entry, const shape::DimValues &dims,
                        const std::set<int64_t> &boundaries) {
  PathLengths lengths;
  llvm::DenseMap<Value, Path> whole, inside;
  entry.walk<WalkOrder::PreOrder>([&](Operation *walked) {
    Operation &op = *walked;
    if (auto yield = dyn_cast<graph::YieldOp>(op))
      for (auto [inner, outer] :
           llvm::zip(yield.getValues(), op.getParentOp()->getResults())) {
        whole[outer] = whole.lookup(inner);
        inside[outer] = inside.lookup(inner);
      }
    if (!graph::computesTensor(&op))
      return;
    Path before, beforeInside;
    for (Value operand : op.getOperands()) {
      before = longest(before, whole.lookup(operand));
      beforeInside = longest(beforeInside, inside.lookup(operand));
    }
    Path own = ownPath(&op, dims);
    Value result = op.getResult(0);
    whole[result] = before + own;
    inside[result] = beforeInside + own;
    std::optional<int64_t> id = graph::valueId(&op);
    if (!id || !boundaries.count(*id))
      return;
    lengths.inKernel[*id] = inside[result];
    inside[result] = {};
    std::string place = placeOf(op.getLoc());
    lengths.names[*id] = op.getName().stripDialect().str() +
                         (place.empty() ? "" : " at " + place);
  });
  for (Value output : entry.returned())
    lengths.outputs.push_back(longest({1}, whole.lookup(output)));
  return lengths;
}

} // namespace heddle::reference
