// Fills inputs by what they are used for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/RandomInputs.h"

#include "dialects/graph/Graph.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;
using namespace heddle::reference;

/// A number below `count`. The distributions of <random> differ between
/// libraries; the generator does not.
static int64_t below(std::mt19937_64 &random, int64_t count) {
  return static_cast<int64_t>(random() % static_cast<uint64_t>(count));
}

std::optional<std::pair<int64_t, int64_t>>
reference::tokenRange(BlockArgument input) {
  std::optional<std::pair<int64_t, int64_t>> range;
  if (auto entry = dyn_cast<EntryOp>(input.getOwner()->getParentOp()))
    range = entry.inputRange(input.getArgNumber());
  for (Operation *user : input.getUsers()) {
    auto rope = dyn_cast<RopeOp>(user);
    if (rope && !range) // positions may leave the table: they are clamped
      range = {-1, rope.getTable().getType().getDimSize(0)};
    auto embed = dyn_cast<EmbedOp>(user);
    if (!embed || embed.getTokens() != input)
      continue;
    int64_t last = embed.getTable().getType().getDimSize(0) - 1;
    range = range ? std::pair(std::max<int64_t>(range->first, 0),
                              std::min(range->second, last))
                  : std::pair<int64_t, int64_t>(0, last);
  }
  return range;
}

static void fillMask(Tensor<double> &mask, std::mt19937_64 &random) {
  int64_t width = mask.shape.empty() ? 1 : mask.extent(-1);
  mask.ints.assign(mask.count(), 0);
  for (int64_t first = 0; first < mask.count(); first += width) {
    bool isEmpty = below(random, 8) == 0;
    int64_t live = isEmpty ? 0 : 1 + below(random, width);
    std::fill_n(mask.ints.begin() + first, live, 1);
  }
}

static Tensor<double> randomInput(BlockArgument argument,
                                  const shape::DimValues &dims,
                                  std::mt19937_64 &random) {
  auto type = cast<RankedTensorType>(argument.getType());
  Tensor<double> tensor;
  for (const shape::Dim &dim : shapeOf(type))
    tensor.shape.push_back(dim.evaluate(dims).value_or(1));
  if (isa<FloatType>(type.getElementType())) {
    // 24 or 8 bits: exact.
    int bits = type.getElementType().isBF16() ? 8 : 24;
    for (int64_t i = 0; i < tensor.count(); ++i)
      tensor.floats.push_back(
          std::ldexp(double(below(random, 1 << bits)), 1 - bits) - 1);
    return tensor;
  }
  tensor.element =
      type.getElementType().isInteger(1) ? Element::Bool : Element::Int32;
  std::optional<std::pair<int64_t, int64_t>> range = tokenRange(argument);
  if (!range) {
    fillMask(tensor, random);
    return tensor;
  }
  for (int64_t i = 0; i < tensor.count(); ++i)
    tensor.ints.push_back(static_cast<int32_t>(
        range->first +
        below(random, std::max<int64_t>(1, range->second - range->first + 1))));
  return tensor;
}

std::vector<Tensor<double>>
reference::randomInputs(FunctionOpInterface function,
                        const shape::DimValues &dims, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Tensor<double>> inputs;
  for (BlockArgument argument : function.getArguments())
    inputs.push_back(randomInput(argument, dims, random));
  return inputs;
}

shape::DimValues
reference::randomDims(const std::vector<shape::DimRange> &ranges, int64_t most,
                      uint64_t seed) {
  std::mt19937_64 random(seed);
  shape::DimValues values;
  for (const shape::DimRange &range : ranges) {
    int64_t last = std::max(range.min, std::min(range.max, most));
    values[range.name] = range.min + below(random, last - range.min + 1);
  }
  return values;
}
