// Each node of a score region becomes one op, two where an i32 element is
// used as an index.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/DslToGraphScore.h"

#include "dialects/graph/Graph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace heddle::lower {

namespace {

using Kind = dsl::ScoreNode::Kind;

class ScoreWriter {
public:
  ScoreWriter(OpBuilder &builder, Location loc, ValueRange args,
              ArrayRef<Value> values)
      : builder(builder), loc(loc), args(args), values(values) {}

  Value write(const dsl::ScoreNode &node, ArrayRef<Value> operands);

private:
  Value leaf(const dsl::ScoreNode &node);
  Value ofIndices(Kind kind, Value a, Value b);
  Value ofNumbers(Kind kind, ArrayRef<Value> operands);
  Value ofTruths(Kind kind, ArrayRef<Value> operands);
  Value isNotZero(Value integer);
  Value compare(arith::CmpIPredicate predicate, Value a, Value b) {
    return arith::CmpIOp::create(builder, loc, predicate, a, b);
  }
  Value compare(arith::CmpFPredicate predicate, Value a, Value b) {
    return arith::CmpFOp::create(builder, loc, predicate, a, b);
  }
  /// An i32 element as an index; any other value as it is.
  Value asIndex(Value value) {
    if (!value.getType().isInteger(32))
      return value;
    return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                      value);
  }

  OpBuilder &builder;
  Location loc;
  ValueRange args;
  ArrayRef<Value> values;
};

Value ScoreWriter::leaf(const dsl::ScoreNode &node) {
  switch (node.kind) {
  case Kind::Score:
    return args[0];
  case Kind::Batch:
    return args[1];
  case Kind::Head:
    return args[2];
  case Kind::Query:
    return args[3];
  case Kind::Key:
    return args[4];
  case Kind::Integer:
    return arith::ConstantIndexOp::create(builder, loc, node.integer);
  case Kind::Number:
    return arith::ConstantFloatOp::create(
        builder, loc, builder.getF32Type(),
        APFloat(static_cast<float>(node.number)));
  case Kind::Truth:
    return arith::ConstantIntOp::create(builder, loc, node.integer, 1);
  default:
    return {};
  }
}

Value ScoreWriter::ofIndices(Kind kind, Value a, Value b) {
  switch (kind) {
  case Kind::Add:
    return arith::AddIOp::create(builder, loc, a, b);
  case Kind::Sub:
    return arith::SubIOp::create(builder, loc, a, b);
  case Kind::Mul:
    return arith::MulIOp::create(builder, loc, a, b);
  case Kind::FloorDiv:
    return arith::FloorDivSIOp::create(builder, loc, a, b);
  case Kind::Mod: { // a - floor(a / b) * b, never negative
    Value quotient = arith::FloorDivSIOp::create(builder, loc, a, b);
    Value whole = arith::MulIOp::create(builder, loc, quotient, b);
    return arith::SubIOp::create(builder, loc, a, whole);
  }
  case Kind::Min:
    return arith::MinSIOp::create(builder, loc, a, b);
  case Kind::Max:
    return arith::MaxSIOp::create(builder, loc, a, b);
  case Kind::Less:
    return compare(arith::CmpIPredicate::slt, a, b);
  case Kind::LessEqual:
    return compare(arith::CmpIPredicate::sle, a, b);
  case Kind::Same:
    return compare(arith::CmpIPredicate::eq, a, b);
  default:
    return {};
  }
}

Value ScoreWriter::ofNumbers(Kind kind, ArrayRef<Value> operands) {
  Value a = operands[0];
  switch (kind) {
  case Kind::AddF:
    return arith::AddFOp::create(builder, loc, a, operands[1]);
  case Kind::SubF:
    return arith::SubFOp::create(builder, loc, a, operands[1]);
  case Kind::MulF:
    return arith::MulFOp::create(builder, loc, a, operands[1]);
  case Kind::DivF:
    return arith::DivFOp::create(builder, loc, a, operands[1]);
  case Kind::MinF:
    return arith::MinimumFOp::create(builder, loc, a, operands[1]);
  case Kind::MaxF:
    return arith::MaximumFOp::create(builder, loc, a, operands[1]);
  case Kind::LessF:
    return compare(arith::CmpFPredicate::OLT, a, operands[1]);
  case Kind::LessEqualF:
    return compare(arith::CmpFPredicate::OLE, a, operands[1]);
  case Kind::SameF:
    return compare(arith::CmpFPredicate::OEQ, a, operands[1]);
  case Kind::Abs:
    return math::AbsFOp::create(builder, loc, a);
  case Kind::Sqrt:
    return math::SqrtOp::create(builder, loc, a);
  case Kind::Exp:
    return math::ExpOp::create(builder, loc, a);
  case Kind::Log:
    return math::LogOp::create(builder, loc, a);
  case Kind::Tanh:
    return math::TanhOp::create(builder, loc, a);
  default:
    return {};
  }
}

Value ScoreWriter::isNotZero(Value integer) {
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getIntegerAttr(integer.getType(), 0));
  return compare(arith::CmpIPredicate::ne, integer, zero);
}

Value ScoreWriter::ofTruths(Kind kind, ArrayRef<Value> operands) {
  switch (kind) {
  case Kind::And:
    return arith::AndIOp::create(builder, loc, operands[0], operands[1]);
  case Kind::Or:
    return arith::OrIOp::create(builder, loc, operands[0], operands[1]);
  case Kind::Not: {
    Value truth = arith::ConstantIntOp::create(builder, loc, 1, 1);
    return arith::XOrIOp::create(builder, loc, operands[0], truth);
  }
  default:
    return {};
  }
}

Value ScoreWriter::write(const dsl::ScoreNode &node, ArrayRef<Value> given) {
  if (node.kind == Kind::NotZero)
    return isNotZero(given[0]);
  if (Value value = leaf(node))
    return value;
  SmallVector<Value> operands;
  for (Value operand : given)
    operands.push_back(asIndex(operand));
  switch (node.kind) {
  case Kind::Element:
    return graph::AtOp::create(builder, loc, values[node.tensor], operands);
  case Kind::ToFloat: {
    Value integer = arith::IndexCastOp::create(
        builder, loc, builder.getI32Type(), operands[0]);
    return arith::SIToFPOp::create(builder, loc, builder.getF32Type(), integer);
  }
  case Kind::Select:
    return arith::SelectOp::create(builder, loc, operands[0], operands[1],
                                   operands[2]);
  default:
    break;
  }
  if (Value value = ofTruths(node.kind, operands))
    return value;
  if (operands.size() == 2)
    if (Value value = ofIndices(node.kind, operands[0], operands[1]))
      return value;
  return ofNumbers(node.kind, operands);
}

} // namespace

void writeScoreRegion(const dsl::ScoreRegion &score, OpBuilder &builder,
                      Location loc, ValueRange args, ArrayRef<Value> values) {
  ScoreWriter writer(builder, loc, args, values);
  SmallVector<Value> nodes;
  for (const dsl::ScoreNode &node : score.nodes) {
    SmallVector<Value> operands;
    for (uint32_t operand : node.operands)
      operands.push_back(nodes[operand]);
    nodes.push_back(writer.write(node, operands));
  }
  graph::ScoreOp::create(builder, loc,
                         score.score ? nodes[*score.score] : args[0],
                         score.live ? nodes[*score.live] : Value());
}

} // namespace heddle::lower
