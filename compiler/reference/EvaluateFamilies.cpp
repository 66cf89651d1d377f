// Calls the plain kernel of each op that belongs to a family.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/EvaluateFamilies.h"

#include "compiler/reference/Axes.h"
#include "compiler/reference/Elementwise.h"
#include "compiler/reference/Kernels.h"
#include "dialects/graph/Graph.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace heddle::graph;

namespace heddle::reference {
namespace {

std::optional<Binary> binaryOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<Binary>>(op)
      .Case([](AddOp) { return Binary::Add; })
      .Case([](SubOp) { return Binary::Sub; })
      .Case([](MulOp) { return Binary::Mul; })
      .Case([](DivOp) { return Binary::Div; })
      .Case([](PowOp) { return Binary::Pow; })
      .Case([](MinOp) { return Binary::Min; })
      .Case([](MaxOp) { return Binary::Max; })
      .Case([](AndOp) { return Binary::And; })
      .Case([](OrOp) { return Binary::Or; })
      .Default([](Operation *) { return std::nullopt; });
}

std::optional<Unary> unaryOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<Unary>>(op)
      .Case([](ReluOp) { return Unary::Relu; })
      .Case([](GeluOp gelu) {
        bool isTanh = gelu.getApproximate() == GeluForm::Tanh;
        return isTanh ? Unary::GeluTanh : Unary::GeluErf;
      })
      .Case([](NegOp) { return Unary::Neg; })
      .Case([](AbsOp) { return Unary::Abs; })
      .Case([](SqrtOp) { return Unary::Sqrt; })
      .Case([](ExpOp) { return Unary::Exp; })
      .Case([](LogOp) { return Unary::Log; })
      .Case([](SinOp) { return Unary::Sin; })
      .Case([](CosOp) { return Unary::Cos; })
      .Case([](TanhOp) { return Unary::Tanh; })
      .Case([](SigmoidOp) { return Unary::Sigmoid; })
      .Case([](SiluOp) { return Unary::Silu; })
      .Case([](NotOp) { return Unary::Not; })
      .Default([](Operation *) { return std::nullopt; });
}

Reduce reduceOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, Reduce>(op)
      .Case([](SumOp) { return Reduce::Sum; })
      .Case([](MeanOp) { return Reduce::Mean; })
      .Case([](VarOp) { return Reduce::Var; })
      .Case([](LargestOp) { return Reduce::Largest; })
      .Case([](SmallestOp) { return Reduce::Smallest; })
      .Case([](ArgmaxOp) { return Reduce::Argmax; });
}

} // namespace

Element elementOf(Type tensor) {
  Type element = getElementTypeOrSelf(tensor);
  if (element.isInteger(1))
    return Element::Bool;
  return element.isInteger(32) ? Element::Int32 : Element::Float;
}

template <typename Scalar>
std::optional<Tensor<Scalar>>
evaluateFamily(Operation *op, ArrayRef<const Tensor<Scalar> *> operands) {
  using Result = std::optional<Tensor<Scalar>>;
  if (std::optional<Binary> kind = binaryOf(op))
    return binary(*kind, *operands[0], *operands[1]);
  if (std::optional<Unary> kind = unaryOf(op))
    return unary(*kind, *operands[0]);
  if (std::optional<ReductionView> view = reductionOf(op))
    return reduce(reduceOf(op), *operands[0], view->axis,
                  view->mask ? operands[1] : nullptr, view->keep);
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](CompareOp compare) {
        return reference::compare(Sign(int(compare.getSign())), *operands[0],
                                  *operands[1]);
      })
      .Case([&](SelectOp) {
        return select(*operands[0], *operands[1], *operands[2]);
      })
      .Case([&](CastOp cast) {
        Tensor<Scalar> out =
            reference::cast(*operands[0], elementOf(cast.getType()));
        // As an operand of a product: double is exact, float rounds.
        if (std::is_same_v<Scalar, float> &&
            cast.getType().getElementType().isBF16())
          for (Scalar &element : out.floats)
            element = roundToBf16(float(element));
        return out;
      })
      .Case([&](SoftmaxOp op) { return softmax(*operands[0], op.getAxis()); })
      .Case([&](LogSoftmaxOp op) {
        return logSoftmax(*operands[0], op.getAxis());
      })
      .Case([&](LayerNormOp op) {
        return layerNorm(*operands[0], *operands[1],
                         op.getBias() ? operands[2] : nullptr, op.epsilon());
      })
      .Case([&](RmsNormOp op) {
        return rmsNorm(*operands[0], *operands[1], op.epsilon());
      })
      .Case([&](L2NormalizeOp op) {
        return l2Normalize(*operands[0], op.epsilon());
      })
      .Case([&](TopKOp op) { return topK(*operands[0], op.getK()); })
      .Case([&](TakeOp) { return take(*operands[0], *operands[1]); })
      .Default([](Operation *) { return std::nullopt; });
}

template std::optional<Tensor<double>>
evaluateFamily(Operation *, ArrayRef<const Tensor<double> *>);
template std::optional<Tensor<float>>
evaluateFamily(Operation *, ArrayRef<const Tensor<float> *>);

} // namespace heddle::reference
