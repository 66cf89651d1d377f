// Translates the ops of a score region, one step each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/BuildScore.h"

#include "dialects/graph/Graph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;
using namespace heddle::reference;

/// The step of an op whose operands and result say the rest; nothing for
/// constants, comparisons, selects, casts of indices and element reads.
static std::optional<StepKind> plainOp(StringRef name) {
  return llvm::StringSwitch<std::optional<StepKind>>(name)
      .Case("arith.addf", StepKind::AddF)
      .Case("arith.subf", StepKind::SubF)
      .Case("arith.mulf", StepKind::MulF)
      .Case("arith.divf", StepKind::DivF)
      .Case("arith.negf", StepKind::NegF)
      .Case("arith.maximumf", StepKind::MaximumF)
      .Case("arith.minimumf", StepKind::MinimumF)
      .Case("arith.maxnumf", StepKind::MaxNumF)
      .Case("arith.minnumf", StepKind::MinNumF)
      .Case("math.exp", StepKind::ExpF)
      .Case("math.exp2", StepKind::Exp2F)
      .Case("math.tanh", StepKind::TanhF)
      .Case("math.absf", StepKind::AbsF)
      .Case("math.sqrt", StepKind::SqrtF)
      .Case("math.log", StepKind::LogF)
      .Case("arith.addi", StepKind::AddI)
      .Case("arith.subi", StepKind::SubI)
      .Case("arith.muli", StepKind::MulI)
      .Case("arith.minsi", StepKind::MinI)
      .Case("arith.maxsi", StepKind::MaxI)
      .Case("arith.floordivsi", StepKind::FloorDivI)
      .Case("arith.remsi", StepKind::RemI)
      .Case("arith.andi", StepKind::AndI)
      .Case("arith.ori", StepKind::OrI)
      .Case("arith.xori", StepKind::XorI)
      .Case("arith.sitofp", StepKind::IntToFloat)
      .Case("arith.fptosi", StepKind::FloatToInt)
      .Default(std::nullopt);
}

static Comparison comparisonOf(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return Comparison::Equal;
  case arith::CmpIPredicate::ne:
    return Comparison::NotEqual;
  case arith::CmpIPredicate::slt:
    return Comparison::Less;
  case arith::CmpIPredicate::sle:
    return Comparison::LessEqual;
  case arith::CmpIPredicate::sgt:
    return Comparison::Greater;
  case arith::CmpIPredicate::sge:
    return Comparison::GreaterEqual;
  default:
    llvm_unreachable("an unsigned comparison does not pass the verifier");
  }
}

/// The comparison of two numbers and the answer where one is NaN.
static std::pair<Comparison, bool>
comparisonOf(arith::CmpFPredicate predicate) {
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::OEQ:
    return {Comparison::Equal, false};
  case P::UEQ:
    return {Comparison::Equal, true};
  case P::ONE:
    return {Comparison::NotEqual, false};
  case P::UNE:
    return {Comparison::NotEqual, true};
  case P::OLT:
    return {Comparison::Less, false};
  case P::ULT:
    return {Comparison::Less, true};
  case P::OLE:
    return {Comparison::LessEqual, false};
  case P::ULE:
    return {Comparison::LessEqual, true};
  case P::OGT:
    return {Comparison::Greater, false};
  case P::UGT:
    return {Comparison::Greater, true};
  case P::OGE:
    return {Comparison::GreaterEqual, false};
  case P::UGE:
    return {Comparison::GreaterEqual, true};
  case P::ORD:
    return {Comparison::Always, false};
  case P::UNO:
    return {Comparison::Never, true};
  case P::AlwaysTrue:
    return {Comparison::Always, true};
  case P::AlwaysFalse:
    return {Comparison::Never, false};
  }
  llvm_unreachable("a comparison of arith");
}

/// Bits that an integer result keeps.
static int bitsOf(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}

namespace {

template <typename Scalar> class ScoreBuilder {
public:
  using TensorOf = llvm::function_ref<const Tensor<Scalar> *(Value)>;

  ScoreBuilder(AttentionOp attention, TensorOf tensorOf)
      : attention(attention), tensorOf(tensorOf) {}

  FailureOr<ScoreProgram<Scalar>> build() {
    Block &body = attention.getScore().front();
    for (BlockArgument argument : body.getArguments())
      registers[argument] = argument.getArgNumber();
    for (Operation &op : body.without_terminator())
      if (failed(add(&op)))
        return failure();
    graph::ScoreOp end = attention.scoreOp();
    program.score = registers[end.getScore()];
    if (end.getLive())
      program.live = registers[end.getLive()];
    return std::move(program);
  }

private:
  LogicalResult add(Operation *op) {
    if (isa<arith::IndexCastOp>(op) && op->getResult(0).getType().isIndex()) {
      registers[op->getResult(0)] = registers[op->getOperand(0)];
      return success();
    }
    ScoreStep step;
    Type type = op->getResult(0).getType();
    bool isFloat = type.isF32();
    if (!isFloat)
      step.bits = bitsOf(type);
    for (Value operand : op->getOperands())
      if (!isa<RankedTensorType>(operand.getType()))
        step.operands.push_back(registers[operand]);
    if (failed(describe(op, isFloat, step)))
      return failure();
    step.result = static_cast<int>(program.isFloat.size());
    program.isFloat.push_back(isFloat);
    registers[op->getResult(0)] = step.result;
    program.steps.push_back(std::move(step));
    return success();
  }

  /// Fills what an op does.
  LogicalResult describe(Operation *op, bool isFloat, ScoreStep &step) {
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      step.op = isFloat ? StepKind::ConstantF : StepKind::ConstantI;
      if (auto number = dyn_cast<FloatAttr>(constant.getValue()))
        step.number = number.getValueAsDouble();
      else
        step.integer =
            cast<IntegerAttr>(constant.getValue()).getValue().getSExtValue();
    } else if (auto compare = dyn_cast<arith::CmpFOp>(op)) {
      step.op = StepKind::CompareF;
      std::tie(step.comparison, step.trueOnNan) =
          comparisonOf(compare.getPredicate());
    } else if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
      step.op = StepKind::CompareI;
      step.comparison = comparisonOf(compare.getPredicate());
    } else if (isa<arith::SelectOp>(op)) {
      step.op = isFloat ? StepKind::SelectF : StepKind::SelectI;
    } else if (isa<arith::IndexCastOp>(op)) { // index to i32: wraps
      step.op = StepKind::MaxI;
      step.operands.push_back(step.operands.front());
    } else if (auto at = dyn_cast<AtOp>(op)) {
      step.op = isFloat ? StepKind::AtF : StepKind::AtI;
      step.tensor = static_cast<int>(program.tensors.size());
      program.tensors.push_back(tensorOf(at.getTensor()));
    } else if (auto plain = plainOp(op->getName().getStringRef())) {
      step.op = *plain;
    } else {
      return op->emitError("the reference evaluator does not know this op");
    }
    return success();
  }

  AttentionOp attention;
  TensorOf tensorOf;
  ScoreProgram<Scalar> program;
  llvm::DenseMap<Value, int> registers;
};

} // namespace

namespace heddle::reference {

template <typename Scalar>
FailureOr<ScoreProgram<Scalar>>
buildScore(AttentionOp attention,
           llvm::function_ref<const Tensor<Scalar> *(Value)> tensorOf) {
  return ScoreBuilder<Scalar>(attention, tensorOf).build();
}

template FailureOr<ScoreProgram<double>>
    buildScore(AttentionOp, llvm::function_ref<const Tensor<double> *(Value)>);
template FailureOr<ScoreProgram<float>>
    buildScore(AttentionOp, llvm::function_ref<const Tensor<float> *(Value)>);

} // namespace heddle::reference
