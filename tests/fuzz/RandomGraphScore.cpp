// Random score regions: masks, positions and changes of the score.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/fuzz/RandomGraph.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace heddle::fuzz {

namespace {

/// Shorthands for one region.
struct Scalars {
  OpBuilder &b;
  Location loc;

  template <typename Op, typename... Args> Value make(Args... args) const {
    return Op::create(b, loc, args...);
  }
  Value real(double value) const {
    return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(float(value)));
  }
  Value index(int64_t value) const {
    return arith::ConstantIndexOp::create(b, loc, value);
  }
  Value i32(int64_t value) const {
    return arith::ConstantIntOp::create(b, loc, value, 32);
  }
  Value toI32(Value value) const {
    return arith::IndexCastOp::create(b, loc, b.getI32Type(), value);
  }
  Value toReal(Value value) const {
    return arith::SIToFPOp::create(b, loc, b.getF32Type(), value);
  }
  Value at(Value tensor, ArrayRef<Value> indices) const {
    return graph::AtOp::create(b, loc, tensor, indices);
  }
  Value compare(arith::CmpIPredicate how, Value x, Value y) const {
    return arith::CmpIOp::create(b, loc, how, x, y);
  }
};

constexpr int conditionKinds = 10, changeKinds = 14;

} // namespace

ScorePlan::ScorePlan(Random &random, const ScoreContext &context) {
  Type i1 = IntegerType::get(context.mlir, 1);
  Type i32 = IntegerType::get(context.mlir, 32);
  Type f32 = Float32Type::get(context.mlir);
  int64_t masks = random.pick<int64_t>({0, 1, 1, 1, 2, 3});
  for (int64_t i = 0; i < masks; ++i) {
    Node node{int(random.below(conditionKinds)), 1 + random.below(40), {}};
    if (node.kind == 2 || node.kind == 3)
      node.tensor = context.tensor({context.batch, context.keys},
                                   node.kind == 2 ? i32 : i1);
    else if (node.kind == 4)
      node.tensor = context.tensor({context.queries, context.keys}, i1);
    conditions.push_back(node);
    joins.push_back(int(random.below(4)));
  }
  int64_t changes = random.pick<int64_t>({0, 0, 0, 1, 1, 2});
  for (int64_t i = 0; i < changes; ++i) {
    Node node{int(random.below(changeKinds)), 1 + random.below(20), {}};
    if (node.kind == 0)
      node.tensor = context.tensor({context.heads}, f32);
    else if (node.kind == 1)
      node.tensor = context.tensor({context.queries, context.keys}, f32);
    steps.push_back(node);
  }
}

Value ScorePlan::condition(OpBuilder &builder, Location loc, ValueRange args,
                           const Node &node) const {
  using P = arith::CmpIPredicate;
  Scalars s{builder, loc};
  Value b = args[1], h = args[2], q = args[3], k = args[4];
  switch (node.kind) {
  case 0: // causal
    return s.compare(P::sle, k, q);
  case 1: // causal with an offset
    return s.compare(P::sle, k,
                     s.make<arith::AddIOp>(q, s.index(node.number - 20)));
  case 2: // padding by counts
    return s.compare(P::ne, s.at(node.tensor, {b, k}), s.i32(0));
  case 3: // padding by booleans
    return s.at(node.tensor, {b, k});
  case 4: // any mask
    return s.at(node.tensor, {q, k});
  case 5: { // window
    Value n = s.index(node.number);
    Value above = s.compare(P::slt, q, s.make<arith::AddIOp>(k, n));
    Value below = s.compare(P::slt, k, s.make<arith::AddIOp>(q, n));
    return s.make<arith::AndIOp>(above, below);
  }
  case 6: // prefix
    return s.compare(P::slt, k, s.index(node.number));
  case 7: // blocks of keys
    return s.compare(P::sle,
                     s.make<arith::FloorDivSIOp>(k, s.index(node.number)),
                     s.make<arith::FloorDivSIOp>(q, s.index(node.number)));
  case 8: // every third key, by head
    return s.compare(
        P::ne, s.make<arith::RemSIOp>(s.make<arith::AddIOp>(k, h), s.index(3)),
        s.index(0));
  default: { // distance, on i32
    Value difference = s.make<arith::SubIOp>(s.toI32(q), s.toI32(k));
    Value negative = s.make<arith::SubIOp>(s.i32(0), difference);
    return s.compare(P::slt, s.make<arith::MaxSIOp>(difference, negative),
                     s.i32(node.number));
  }
  }
}

/// Every change is smooth or at least continuous: small errors stay small.
Value ScorePlan::change(OpBuilder &builder, Location loc, ValueRange args,
                        Value score, const Node &node) const {
  Scalars s{builder, loc};
  Value h = args[2], q = args[3], k = args[4];
  Value bound = s.real(double(node.number));
  switch (node.kind) {
  case 0: // a number a head
    return s.make<arith::AddFOp>(score, s.at(node.tensor, {h}));
  case 1: // a bias
    return s.make<arith::AddFOp>(score, s.at(node.tensor, {q, k}));
  case 2: // alibi
    return s.make<arith::AddFOp>(
        score,
        s.make<arith::MulFOp>(s.toReal(s.toI32(s.make<arith::SubIOp>(k, q))),
                              s.real(0.03125)));
  case 3: { // soft cap
    Value inner = s.make<arith::DivFOp>(score, bound);
    return s.make<arith::MulFOp>(s.make<math::TanhOp>(inner), bound);
  }
  case 4:
    return s.make<arith::MulFOp>(score, s.real(-0.5));
  case 5:
    return s.make<arith::MaximumFOp>(score, s.real(-0.25));
  case 6:
    return s.make<arith::MinimumFOp>(score, bound);
  case 7:
    return s.make<arith::MaxNumFOp>(s.make<arith::NegFOp>(score), score);
  case 8:
    return s.make<math::AbsFOp>(score);
  case 9:
    return s.make<math::SqrtOp>(s.make<arith::AddFOp>(
        s.make<arith::MulFOp>(score, score), s.real(1.0)));
  case 10:
    return s.make<math::LogOp>(
        s.make<arith::AddFOp>(s.make<math::AbsFOp>(score), s.real(1.0)));
  case 11:
    return s.make<math::ExpOp>(s.make<arith::MinNumFOp>(score, s.real(1.0)));
  case 12:
    return s.make<math::Exp2Op>(s.make<arith::MinimumFOp>(score, s.real(2.0)));
  default: { // far keys count half
    Value half = s.make<arith::MulFOp>(s.toReal(s.toI32(q)), s.real(0.5));
    Value middle = s.make<arith::FPToSIOp>(builder.getI32Type(), half);
    Value near = s.compare(arith::CmpIPredicate::sge, s.toI32(k), middle);
    return s.make<arith::SelectOp>(near, score,
                                   s.make<arith::MulFOp>(score, s.real(0.5)));
  }
  }
}

void ScorePlan::build(OpBuilder &builder, Location loc, ValueRange args) const {
  Scalars s{builder, loc};
  Value score = args[0], live;
  for (const Node &step : steps)
    score = change(builder, loc, args, score, step);
  for (auto [node, join] : llvm::zip(conditions, joins)) {
    Value next = condition(builder, loc, args, node);
    if (join == 3)
      next = s.make<arith::XOrIOp>(
          next, Value(arith::ConstantIntOp::create(builder, loc, 1, 1)));
    if (!live)
      live = next;
    else if (join == 1)
      live = s.make<arith::OrIOp>(live, next);
    else
      live = s.make<arith::AndIOp>(live, next);
  }
  graph::ScoreOp::create(builder, loc, score, live);
}

} // namespace heddle::fuzz
