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
  Value toIndex(Value value) const {
    return arith::IndexCastOp::create(b, loc, b.getIndexType(), value);
  }
  Value broadcast(Value tensor, ValueRange args) const;
  Value bucketed(Value table, Value h, Value q, Value k) const;
};

/// What a node is, by its kind.
constexpr const char *conditionNames[] = {"causal",
                                          "causal with an offset",
                                          "padding by counts",
                                          "padding by truth values",
                                          "dense mask",
                                          "window of two sides",
                                          "prefix",
                                          "blocks of keys",
                                          "keys by head",
                                          "distance in i32",
                                          "prefix of a tensor",
                                          "documents",
                                          "window of one side"};
constexpr const char *changeNames[] = {"number a head",
                                       "dense bias",
                                       "alibi",
                                       "soft cap",
                                       "factor",
                                       "maximum",
                                       "minimum",
                                       "maximum of numbers",
                                       "absolute value",
                                       "root",
                                       "logarithm",
                                       "exponential",
                                       "power of two",
                                       "far keys half",
                                       "negative scores half",
                                       "relative bias",
                                       "weighted difference"};
constexpr const char *joinNames[] = {"and", "or", "and", "not"};
constexpr int conditionKinds = std::size(conditionNames);
constexpr int changeKinds = std::size(changeNames);

/// Buckets of a relative bias: exact distances, one for the rest, a direction.
constexpr int64_t exactBuckets = 4, farDistance = 9;
constexpr int64_t directionBuckets = exactBuckets + 2;

/// An element of a tensor that broadcasts over (b, h, q, k).
Value Scalars::broadcast(Value tensor, ValueRange args) const {
  SmallVector<Value> indices;
  shape::Shape shape = graph::shapeOf(tensor);
  for (auto [i, dim] : llvm::enumerate(shape))
    indices.push_back(dim == shape::Dim(1) ? index(0)
                                           : args[5 - shape.size() + i]);
  return at(tensor, indices);
}

/// table[bucket of k - q, h]: near distances have one each, those of a
/// direction stand together.
Value Scalars::bucketed(Value table, Value h, Value q, Value k) const {
  using P = arith::CmpIPredicate;
  Value ahead = make<arith::SubIOp>(k, q), behind = make<arith::SubIOp>(q, k);
  Value distance = make<arith::MaxSIOp>(ahead, behind);
  Value bucket = make<arith::MinSIOp>(distance, index(exactBuckets));
  auto addWhere = [&](Value condition, int64_t buckets) {
    Value more = make<arith::SelectOp>(condition, index(buckets), index(0));
    bucket = make<arith::AddIOp>(bucket, more);
  };
  addWhere(compare(P::sle, index(farDistance), distance), 1);
  addWhere(compare(P::slt, index(0), ahead), directionBuckets);
  return at(table, {bucket, h});
}

/// Extents that broadcast over those of a score: any rank, some of them 1.
shape::Shape broadcastable(Random &random, const ScoreContext &context) {
  shape::Shape shape = {context.batch, context.heads, context.queries,
                        context.keys};
  shape.erase(shape.begin(), shape.begin() + random.below(4));
  for (shape::Dim &dim : shape)
    if (random.chance(25))
      dim = 1;
  return shape;
}

} // namespace

ScorePlan::ScorePlan(Random &random, const ScoreContext &context) {
  Type i1 = IntegerType::get(context.mlir, 1);
  Type i32 = IntegerType::get(context.mlir, 32);
  Type f32 = Float32Type::get(context.mlir);
  int64_t masks = random.pick<int64_t>({0, 1, 1, 1, 2, 3});
  for (int64_t i = 0; i < masks; ++i) {
    Node node{int(random.below(conditionKinds)), 1 + random.below(40), {}};
    if (node.kind == 11 && context.queries != context.keys)
      node.kind = 12; // documents are of queries and keys alike
    if (node.kind == 2 || node.kind == 3 || node.kind == 11)
      node.tensor = context.tensor({context.batch, context.keys},
                                   node.kind == 3 ? i1 : i32);
    else if (node.kind == 4)
      node.tensor = context.tensor(broadcastable(random, context),
                                   random.chance(50) ? i1 : i32);
    else if (node.kind == 10)
      node.tensor = context.tensor({context.batch}, i32);
    conditions.push_back(node);
    joins.push_back(int(random.below(4)));
  }
  int64_t changes = random.pick<int64_t>({0, 0, 0, 1, 1, 2});
  for (int64_t i = 0; i < changes; ++i) {
    Node node{int(random.below(changeKinds)), 1 + random.below(20), {}};
    if (node.kind == 0)
      node.tensor = context.tensor({context.heads}, f32);
    else if (node.kind == 1)
      node.tensor = context.tensor(broadcastable(random, context), f32);
    else if (node.kind == 15)
      node.tensor = context.tensor({2 * directionBuckets, context.heads}, f32);
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
  case 4: { // any mask
    Value element = s.broadcast(node.tensor, args);
    return element.getType().isInteger(1) ? element
                                          : s.compare(P::ne, element, s.i32(0));
  }
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
  case 10:
    return s.compare(P::slt, k, s.toIndex(s.at(node.tensor, {b})));
  case 11:
    return s.compare(P::eq, s.at(node.tensor, {b, q}),
                     s.at(node.tensor, {b, k}));
  case 12:
    return s.compare(P::sle,
                     s.make<arith::AddIOp>(q, s.index(node.number - 20)), k);
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
    return s.make<arith::AddFOp>(score, s.broadcast(node.tensor, args));
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
  case 14: { // negative scores count half
    Value isLow =
        s.make<arith::CmpFOp>(arith::CmpFPredicate::OLT, score, s.real(0.0));
    return s.make<arith::SelectOp>(
        isLow, s.make<arith::MulFOp>(score, s.real(0.5)), score);
  }
  case 15:
    return s.make<arith::AddFOp>(score, s.bucketed(node.tensor, h, q, k));
  case 16: { // a number of the place, taken off
    Value twice = s.make<arith::MulIOp>(k, s.index(2));
    Value place = s.toReal(s.toI32(s.make<arith::SubIOp>(twice, q)));
    return s.make<arith::SubFOp>(
        score, s.make<arith::MulFOp>(place, s.real(0.015625)));
  }
  default: { // far keys count half
    Value half = s.make<arith::MulFOp>(s.toReal(s.toI32(q)), s.real(0.5));
    Value middle = s.make<arith::FPToSIOp>(builder.getI32Type(), half);
    Value near = s.compare(arith::CmpIPredicate::sge, s.toI32(k), middle);
    return s.make<arith::SelectOp>(near, score,
                                   s.make<arith::MulFOp>(score, s.real(0.5)));
  }
  }
}

void ScorePlan::addNames(std::set<std::string> &names) const {
  for (const Node &step : steps)
    names.insert(changeNames[step.kind]);
  for (const Node &condition : conditions)
    names.insert(conditionNames[condition.kind]);
  for (size_t i = 0; i < joins.size(); ++i)
    if (i > 0 || joins[i] == 3)
      names.insert(joinNames[joins[i]]);
}

std::set<std::string> ScorePlan::allNames() {
  std::set<std::string> names(std::begin(conditionNames),
                              std::end(conditionNames));
  names.insert(std::begin(changeNames), std::end(changeNames));
  names.insert(std::begin(joinNames), std::end(joinNames));
  return names;
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
