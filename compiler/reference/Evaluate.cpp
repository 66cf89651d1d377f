// Walks an entry's ops and calls the plain kernel of each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Evaluate.h"

#include "compiler/reference/BuildScore.h"
#include "compiler/reference/EvaluateFamilies.h"
#include "compiler/reference/EvaluateShapes.h"
#include "compiler/reference/Kernels.h"
#include "dialects/graph/Graph.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/TypeSwitch.h"
#include <algorithm>
#include <memory>

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;
using namespace heddle::reference;

static std::string textOf(const std::vector<int64_t> &shape) {
  return shape::str(shape::Shape(shape.begin(), shape.end()));
}

namespace {

template <typename Scalar> class Evaluator {
public:
  using Value = Tensor<Scalar>;

  Evaluator(const shape::DimValues &dims,
            const Surroundings<Scalar> &surroundings)
      : dims(dims), surroundings(surroundings) {}

  FailureOr<std::vector<Value>> run(FunctionOpInterface function,
                                    std::vector<Value> inputs);

private:
  LogicalResult bindInputs(FunctionOpInterface function,
                           std::vector<Value> inputs);
  LogicalResult runBlock(Block &block);
  LogicalResult runKernel(KernelOp kernel);
  FailureOr<Value> compute(Operation *op);
  FailureOr<Value> weight(WeightOp op);
  FailureOr<Value> constant(ConstantOp op);
  FailureOr<Value> readState(ReadStateOp op);
  FailureOr<Value> embed(EmbedOp op);
  FailureOr<Value> positions(PositionsOp op);
  FailureOr<Value> attention(AttentionOp op);

  FailureOr<std::vector<int64_t>> extentsOf(Location loc, Type type);
  const Value &get(mlir::Value value) { return *values.find(value)->second; }
  const Value *getOrNull(mlir::Value value) {
    return value ? &get(value) : nullptr;
  }
  /// An operand as a product reads it: double is exact, float computes of the
  /// op's numbers, as plain code of its precision would.
  template <typename Product> Value factor(Product op, mlir::Value operand) {
    Value value = get(operand);
    if (isRounded(op))
      for (Scalar &element : value.floats)
        element = roundToBf16(float(element));
    return value;
  }
  template <typename Product> static bool isRounded(Product op) {
    return std::is_same_v<Scalar, float> && op.precision() == Precision::BF16;
  }
  Value factorOf(LinearOp op, mlir::Value operand) {
    Value value = factor(op, operand);
    if (!std::is_same_v<Scalar, float>)
      return value;
    bool isColumns =
        operand == op.getWeight() && op.getLayout() == Layout::InOut;
    if (op.precision() == Precision::Int8)
      roundToInt8(value, isColumns);
    return value;
  }
  void define(mlir::Value key, std::shared_ptr<const Value> value);
  void define(mlir::Value key, Value value) {
    define(key, std::make_shared<const Value>(std::move(value)));
  }
  void release(mlir::Value value);

  const shape::DimValues &dims;
  const Surroundings<Scalar> &surroundings;
  llvm::DenseMap<mlir::Value, std::shared_ptr<const Value>> values;
  llvm::DenseMap<mlir::Value, int64_t> usesLeft;
  std::map<std::string, Value> written; ///< States after the call.
};

} // namespace

//===----------------------------------------------------------------------===//
// Values: kept until their last use
//===----------------------------------------------------------------------===//

template <typename Scalar>
void Evaluator<Scalar>::define(mlir::Value key,
                               std::shared_ptr<const Value> value) {
  if (key.use_empty())
    return;
  values[key] = std::move(value);
  usesLeft[key] = std::distance(key.use_begin(), key.use_end());
}

template <typename Scalar> void Evaluator<Scalar>::release(mlir::Value value) {
  auto left = usesLeft.find(value);
  if (left != usesLeft.end() && --left->second == 0)
    values.erase(value);
}

template <typename Scalar>
FailureOr<std::vector<int64_t>> Evaluator<Scalar>::extentsOf(Location loc,
                                                             Type type) {
  std::vector<int64_t> extents;
  for (const shape::Dim &dim : shapeOf(cast<RankedTensorType>(type))) {
    std::optional<int64_t> extent = dim.evaluate(dims);
    if (!extent || *extent < 0)
      return emitError(loc) << "the extent \"" << dim.str()
                            << "\" has no value under the dims given";
    extents.push_back(*extent);
  }
  return extents;
}

template <typename Scalar>
LogicalResult Evaluator<Scalar>::bindInputs(FunctionOpInterface function,
                                            std::vector<Value> inputs) {
  if (inputs.size() != function.getNumArguments())
    return function->emitError()
           << "evaluated on " << inputs.size() << " inputs, expected "
           << function.getNumArguments();
  for (auto [argument, input] : llvm::zip(function.getArguments(), inputs)) {
    auto type = cast<RankedTensorType>(argument.getType());
    FailureOr<std::vector<int64_t>> expected =
        extentsOf(argument.getLoc(), type);
    if (failed(expected))
      return failure();
    if (input.shape != *expected || input.element != elementOf(type))
      return emitError(argument.getLoc())
             << "input " << argument.getArgNumber() << " has the shape "
             << textOf(input.shape) << ", expected " << textOf(*expected)
             << " of " << type.getElementType();
    define(argument, std::move(input));
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

template <typename Scalar>
FailureOr<Tensor<Scalar>> Evaluator<Scalar>::weight(WeightOp op) {
  FailureOr<std::vector<int64_t>> shape = extentsOf(op.getLoc(), op.getType());
  if (failed(shape))
    return failure();
  if (!surroundings.weights)
    return op.emitError("no weights are given");
  std::vector<float> data;
  std::string problem = surroundings.weights(op.getPath().str(), *shape, data);
  if (!problem.empty())
    return op.emitError() << problem;
  if (static_cast<int64_t>(data.size()) != countOf(*shape))
    return op.emitError() << "the weight has " << data.size()
                          << " elements, expected " << countOf(*shape);
  return Value::ofFloats(*shape, {data.begin(), data.end()});
}

template <typename Scalar>
FailureOr<Tensor<Scalar>> Evaluator<Scalar>::constant(ConstantOp op) {
  auto dense = cast<DenseElementsAttr>(op.getValue());
  Value out;
  out.element = elementOf(op.getOutput().getType());
  out.shape.assign(dense.getType().getShape().begin(),
                   dense.getType().getShape().end());
  if (out.element == Element::Float)
    for (const APFloat &value : dense.template getValues<APFloat>())
      out.floats.push_back(static_cast<Scalar>(value.convertToDouble()));
  else
    for (const APInt &value : dense.template getValues<APInt>())
      out.ints.push_back(out.element == Element::Bool
                             ? value.getBoolValue()
                             : static_cast<int32_t>(value.getSExtValue()));
  return out;
}

template <typename Scalar>
FailureOr<Tensor<Scalar>> Evaluator<Scalar>::readState(ReadStateOp op) {
  FailureOr<std::vector<int64_t>> shape = extentsOf(op.getLoc(), op.getType());
  if (failed(shape))
    return failure();
  Value zeros;
  zeros.element = elementOf(op.getType());
  zeros.shape = *shape;
  (zeros.element == Element::Float ? zeros.floats.resize(countOf(*shape))
                                   : zeros.ints.resize(countOf(*shape)));
  if (!surroundings.states)
    return zeros;
  auto held = surroundings.states->find(op.getName().str());
  return held == surroundings.states->end() ? zeros : held->second;
}

template <typename Scalar>
FailureOr<Tensor<Scalar>> Evaluator<Scalar>::embed(EmbedOp op) {
  int32_t badToken = 0;
  Value tokens = get(op.getTokens());
  const Value &table = get(op.getTable());
  if (op.getTokens().getDefiningOp()) // computed: clamped
    for (int32_t &token : tokens.ints)
      token = std::clamp<int32_t>(token, 0, table.extent(0) - 1);
  std::optional<Value> out = reference::embed(tokens, table, badToken);
  if (!out)
    return op.emitError() << "token " << badToken << " is not in the table of "
                          << table.extent(0) << " rows";
  return *out;
}

template <typename Scalar>
FailureOr<Tensor<Scalar>> Evaluator<Scalar>::positions(PositionsOp op) {
  FailureOr<std::vector<int64_t>> shape =
      extentsOf(op.getLoc(), op.getOutput().getType());
  if (failed(shape))
    return failure();
  const Value &table = get(op.getTable());
  if (shape->front() > table.extent(0))
    return op.emitError() << shape->front()
                          << " positions are asked of a table of "
                          << table.extent(0) << " rows";
  return rows(table, 0, shape->front());
}

template <typename Scalar>
FailureOr<Tensor<Scalar>> Evaluator<Scalar>::attention(AttentionOp op) {
  FailureOr<ScoreProgram<Scalar>> program =
      buildScore<Scalar>(op, [&](mlir::Value tensor) { return &get(tensor); });
  if (failed(program))
    return failure();
  Value out = reference::attention(factor(op, op.getQ()), factor(op, op.getK()),
                                   factor(op, op.getV()), op.scaleValue(),
                                   *program, isRounded(op));
  for (AtOp at : op.getScore().getOps<AtOp>())
    release(at.getTensor());
  return out;
}

template <typename Scalar>
FailureOr<Tensor<Scalar>> Evaluator<Scalar>::compute(Operation *op) {
  using Result = FailureOr<Value>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](WeightOp op) { return weight(op); })
      .Case([&](ConstantOp op) { return constant(op); })
      .Case([&](ReadStateOp op) { return readState(op); })
      .Case([&](EmbedOp op) { return embed(op); })
      .Case([&](PositionsOp op) { return positions(op); })
      .Case([&](RowOp op) -> Result {
        Value row = rows(get(op.getTable()), op.getIndex(), 1);
        row.shape.erase(row.shape.begin());
        return row;
      })
      .Case([&](LinearOp op) -> Result {
        return linear(factorOf(op, op.getX()), factorOf(op, op.getWeight()),
                      getOrNull(op.getBias()), op.getLayout() == Layout::OutIn);
      })
      .Case([&](SplitHeadsOp op) -> Result {
        return splitHeads(get(op.getX()), op.getHeads());
      })
      .Case(
          [&](MergeHeadsOp op) -> Result { return mergeHeads(get(op.getX())); })
      .Case([&](AttentionOp op) { return attention(op); })
      .Default([&](Operation *op) -> Result {
        SmallVector<const Value *> operands;
        for (mlir::Value operand : op->getOperands())
          operands.push_back(&get(operand));
        if (std::optional<Value> out = evaluateFamily<Scalar>(op, operands))
          return std::move(*out);
        FailureOr<std::vector<int64_t>> shape =
            extentsOf(op->getLoc(), op->getResult(0).getType());
        if (failed(shape))
          return failure();
        ReadValue<Scalar> read = [&](mlir::Value value) -> const Value & {
          return get(value);
        };
        return evaluateShapes<Scalar>(op, *shape, dims, read);
      });
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

template <typename Scalar>
LogicalResult Evaluator<Scalar>::runKernel(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  if (failed(runBlock(body)))
    return failure();
  for (auto [result, inner] : llvm::zip(kernel.getOutputs(), kernel.yielded()))
    define(result, std::shared_ptr<const Value>(values.find(inner)->second));
  for (mlir::Value inner : kernel.yielded())
    release(inner);
  return success();
}

template <typename Scalar>
LogicalResult Evaluator<Scalar>::runBlock(Block &block) {
  for (Operation &op : block.without_terminator()) {
    if (auto kernel = dyn_cast<KernelOp>(op)) {
      if (failed(runKernel(kernel)))
        return failure();
      continue;
    }
    if (auto write = dyn_cast<WriteStateOp>(op)) {
      written.insert_or_assign(write.getName().str(), get(write.getValue()));
      release(write.getValue());
      continue;
    }
    FailureOr<Value> result = compute(&op);
    if (failed(result))
      return failure();
    if (std::optional<int64_t> id = valueId(&op); id && surroundings.observe)
      surroundings.observe(*id, *result);
    define(op.getResult(0), std::move(*result));
    for (mlir::Value operand : op.getOperands())
      release(operand);
  }
  return success();
}

template <typename Scalar>
FailureOr<std::vector<Tensor<Scalar>>>
Evaluator<Scalar>::run(FunctionOpInterface function,
                       std::vector<Value> inputs) {
  if (failed(bindInputs(function, std::move(inputs))))
    return failure();
  Block &body = function.getFunctionBody().front();
  if (failed(runBlock(body)))
    return failure();
  std::vector<Value> outputs;
  for (mlir::Value output : body.getTerminator()->getOperands())
    outputs.push_back(get(output));
  if (surroundings.states)
    for (auto &[name, value] : written)
      surroundings.states->insert_or_assign(name, std::move(value));
  return outputs;
}

namespace heddle::reference {

template <typename Scalar>
FailureOr<std::vector<Tensor<Scalar>>>
evaluate(FunctionOpInterface function, std::vector<Tensor<Scalar>> inputs,
         const shape::DimValues &dims,
         const Surroundings<Scalar> &surroundings) {
  return Evaluator<Scalar>(dims, surroundings).run(function, std::move(inputs));
}

template FailureOr<std::vector<Tensor<double>>>
evaluate(FunctionOpInterface, std::vector<Tensor<double>>,
         const shape::DimValues &, const Surroundings<double> &);
template FailureOr<std::vector<Tensor<float>>>
evaluate(FunctionOpInterface, std::vector<Tensor<float>>,
         const shape::DimValues &, const Surroundings<float> &);

} // namespace heddle::reference
