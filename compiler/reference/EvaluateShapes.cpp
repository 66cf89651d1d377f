// Reads the attributes of moves and rotations and calls their plain kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/EvaluateShapes.h"

#include "compiler/reference/Convolution.h"
#include "compiler/reference/Shapes.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

namespace heddle::reference {

template <typename Scalar>
static Tensor<Scalar> tableOf(AngleTableOp op,
                              const std::vector<int64_t> &shape) {
  Frequencies frequencies;
  frequencies.base = op.getBase().convertToDouble();
  if (op.getLinear())
    frequencies.linear = op.getLinear()->convertToDouble();
  if (op.getLlama3()) {
    ArrayRef<double> numbers = *op.getLlama3();
    frequencies.llama3 = {numbers[0], numbers[1], numbers[2], numbers[3]};
  }
  return angleTable<Scalar>(shape[0], shape[1], frequencies,
                            op.getForm() == Angles::Rotary);
}

/// The index of the same element under another shape.
static Index reshaped(const Index &index, const std::vector<int64_t> &from,
                      const std::vector<int64_t> &to) {
  int64_t flat = 0;
  for (size_t i = 0; i < from.size(); ++i)
    flat = flat * from[i] + index[i];
  Index result(to.size());
  for (size_t i = to.size(); i-- > 0; flat /= to[i])
    result[i] = flat % to[i];
  return result;
}

template <typename Scalar>
static Tensor<Scalar> moved(const Tensor<Scalar> &x, int64_t axis,
                            int64_t shift, const std::vector<int64_t> &shape,
                            double value) {
  auto from = [&](Index index) -> std::optional<Index> {
    index[axis] += shift;
    if (index[axis] < 0 || index[axis] >= x.shape[axis])
      return std::nullopt;
    return index;
  };
  return gather<Scalar>(x, shape, from, value);
}

template <typename Scalar>
FailureOr<Tensor<Scalar>>
evaluateShapes(Operation *op, const std::vector<int64_t> &shape,
               const shape::DimValues &dims, const ReadValue<Scalar> &get) {
  using Result = FailureOr<Tensor<Scalar>>;
  auto from = [&](const std::function<Index(const Index &)> &source) {
    return gather<Scalar>(get(op->getOperand(0)), shape, source);
  };
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](AngleTableOp op) { return tableOf<Scalar>(op, shape); })
      .Case([&](RopeOp op) -> Result {
        const Tensor<Scalar> *positions =
            op.getPositions() ? &get(op.getPositions()) : nullptr;
        return rope(get(op.getX()), get(op.getTable()), positions,
                    *op.firstPosition().evaluate(dims),
                    op.getPairs() == Pairs::Adjacent);
      })
      .Case([&](DropoutOp op) { return get(op.getX()); })
      .Case([&](ReshapeOp op) {
        return from([&](const Index &index) {
          return reshaped(index, shape, get(op.getX()).shape);
        });
      })
      .Case([&](TransposeOp op) {
        return from([&](const Index &index) {
          Index source(index.size());
          for (auto [i, axis] : llvm::enumerate(op.getOrder()))
            source[axis] = index[i];
          return source;
        });
      })
      .Case([&](ConcatOp op) {
        std::vector<const Tensor<Scalar> *> parts;
        for (Value part : op.getParts())
          parts.push_back(&get(part));
        return concat(parts, op.getAxis());
      })
      .Case([&](SliceOp op) {
        return moved(get(op.getX()), op.getAxis(), *op.first().evaluate(dims),
                     shape, 0);
      })
      .Case([&](PadOp op) {
        return moved(get(op.getX()), op.getAxis(),
                     -*op.beforeDim().evaluate(dims), shape, op.valueNumber());
      })
      .Case([&](BroadcastToOp op) {
        const std::vector<int64_t> &own = get(op.getX()).shape;
        return from([&](const Index &index) {
          Index source(index.end() - own.size(), index.end());
          for (size_t i = 0; i < own.size(); ++i)
            if (own[i] == 1)
              source[i] = 0;
          return source;
        });
      })
      .Case([&](MatmulOp op) {
        return batchedMatmul(get(op.getA()), get(op.getB()), op.getTransposeA(),
                             op.getTransposeB());
      })
      .Case([&](ConvOp op) {
        return convolution(get(op.getX()), get(op.getWeight()),
                           op.getBias() ? &get(op.getBias()) : nullptr,
                           op.windows(), shape);
      })
      .Default([](Operation *op) -> Result {
        return op->emitError("the reference evaluator does not know this op");
      });
}

template FailureOr<Tensor<double>> evaluateShapes(Operation *,
                                                  const std::vector<int64_t> &,
                                                  const shape::DimValues &,
                                                  const ReadValue<double> &);
template FailureOr<Tensor<float>> evaluateShapes(Operation *,
                                                 const std::vector<int64_t> &,
                                                 const shape::DimValues &,
                                                 const ReadValue<float> &);

} // namespace heddle::reference
