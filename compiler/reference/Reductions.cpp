// Adds up reduction lengths along the paths of an entry.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Reductions.h"

#include "dialects/graph/Graph.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

static int64_t valueOf(const shape::Dim &dim, const shape::DimValues &dims) {
  return dim.evaluate(dims).value_or(1);
}

/// Terms that one op sums.
static int64_t lengthOf(Operation *op, const shape::DimValues &dims) {
  auto last = [&](Value x) {
    shape::Shape shape = shapeOf(x);
    return shape.empty() ? 1 : valueOf(shape.back(), dims);
  };
  if (auto linear = dyn_cast<LinearOp>(op))
    return last(linear.getX());
  if (auto norm = dyn_cast<LayerNormOp>(op)) // mean, then variance
    return 2 * last(norm.getX());
  if (auto normalize = dyn_cast<L2NormalizeOp>(op))
    return last(normalize.getX());
  if (auto softmax = dyn_cast<SoftmaxOp>(op))
    return valueOf(shapeOf(softmax.getX())[softmax.getAxis()], dims);
  if (auto mean = dyn_cast<MeanOp>(op))
    return valueOf(shapeOf(mean.getX())[mean.getAxis()], dims);
  if (auto attention = dyn_cast<AttentionOp>(op)) // scores, sum, products
    return last(attention.getQ()) +
           2 * valueOf(shapeOf(attention.getK())[2], dims);
  return 1;
}

std::map<int64_t, int64_t>
reference::reductionLengths(FunctionOpInterface function,
                            const shape::DimValues &dims) {
  llvm::DenseMap<Value, int64_t> lengths;
  std::map<int64_t, int64_t> byId;
  int64_t &largest = byId[-1];
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto yield = dyn_cast<YieldOp>(op))
      for (auto [inner, outer] :
           llvm::zip(yield.getValues(), yield->getParentOp()->getResults()))
        lengths[outer] = lengths.lookup(inner);
    if (!computesTensor(op))
      return;
    int64_t before = 0;
    for (Value operand : op->getOperands())
      before = std::max(before, lengths.lookup(operand));
    int64_t length = before + lengthOf(op, dims);
    lengths[op->getResult(0)] = length;
    largest = std::max(largest, length);
    if (std::optional<int64_t> id = valueId(op))
      byId[*id] = length;
  });
  return byId;
}
