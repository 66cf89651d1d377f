// Grows a graph step by step from a pool of values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/support/RandomGraph.h"

#include "dialects/graph/Graph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

namespace {

class Grower {
public:
  Grower(MLIRContext &context, uint64_t seed)
      : random(seed), b(UnknownLoc::get(&context), &context) {}

  OwningOpRef<ModuleOp> grow(int steps);

private:
  int64_t below(int64_t count) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(count));
  }
  bool chance(int64_t oneIn) { return below(oneIn) == 0; }
  template <typename T> T oneOf(std::initializer_list<T> choices) {
    return *(choices.begin() + below(static_cast<int64_t>(choices.size())));
  }

  Value weight(const shape::Shape &shape, const char *kind);
  Value constant(double value);
  int64_t widthOf(Value x) { return *shapeOf(x).back().constant(); }
  size_t rankOf(Value x) { return shapeOf(x).size(); }
  /// A value of three axes [batch, seq, width], often a recent one.
  Value sequence();
  Value linear(Value x, int64_t width);
  Value norm(Value x);
  Value binary(Value x);
  Value attention(Value x);
  void scoreRegion(OpBuilder &builder, Location loc, ValueRange args);
  Value lookUp();
  void step();
  EntryOp makeEntry(int64_t width);
  void finish(EntryOp entry);

  std::mt19937_64 random;
  ImplicitLocOpBuilder b;
  int weights = 0;
  shape::Dim batch = shape::Dim::symbol("batch");
  shape::Dim seq = shape::Dim::symbol("seq");
  Value tokens, mask;
  SmallVector<Value> pool;
};

/// A ".weight" vector is near 1, another vector near 0; see RandomWeights.
Value Grower::weight(const shape::Shape &shape, const char *kind) {
  std::string path = "w" + std::to_string(weights++) + kind;
  return WeightOp::create(b, tensorType(b.getContext(), shape, b.getF32Type()),
                          path);
}

Value Grower::constant(double value) {
  auto type = RankedTensorType::get({}, b.getF32Type());
  return ConstantOp::create(
      b, type, DenseElementsAttr::get(type, static_cast<float>(value)));
}

Value Grower::sequence() {
  SmallVector<Value> candidates;
  for (Value value : pool)
    if (rankOf(value) == 3)
      candidates.push_back(value);
  int64_t count = static_cast<int64_t>(candidates.size());
  int64_t recent = std::min<int64_t>(count, 3);
  return candidates[chance(3) ? below(count) : count - 1 - below(recent)];
}

Value Grower::linear(Value x, int64_t width) {
  bool outIn = chance(2);
  shape::Dim in = widthOf(x), out = width;
  Value matrix =
      weight(outIn ? shape::Shape{out, in} : shape::Shape{in, out}, "");
  Value bias = chance(3) ? Value() : weight({out}, ".bias");
  return LinearOp::create(b, x, matrix, bias,
                          outIn ? Layout::OutIn : Layout::InOut);
}

/// A large eps keeps rows of equal numbers from blowing up roundings.
Value Grower::norm(Value x) {
  shape::Dim width = widthOf(x);
  Value bias = chance(3) ? Value() : weight({width}, ".bias");
  return LayerNormOp::create(b, x, weight({width}, ".weight"), bias,
                             oneOf({0.01, 0.1}));
}

Value Grower::binary(Value x) {
  SmallVector<Value> fitting; // residuals
  for (Value value : pool)
    if (value != x && shapeOf(value) == shapeOf(x))
      fitting.push_back(value);
  if (!fitting.empty() && !chance(4)) {
    Value other = fitting[below(static_cast<int64_t>(fitting.size()))];
    if (chance(4))
      return SubOp::create(b, other, x);
    return chance(2) ? AddOp::create(b, x, other).getResult()
                     : AddOp::create(b, other, x).getResult();
  }
  shape::Dim width = widthOf(x);
  switch (below(5)) {
  case 0:
    return AddOp::create(b, x, weight({width}, ".bias"));
  case 1:
    return MulOp::create(b, x, weight({width}, ".weight"));
  case 2:
    return DivOp::create(b, x, weight({width}, ".weight"));
  case 3:
    return MulOp::create(b, x, constant(oneOf({0.5, -0.75, 1.25})));
  default:
    return SubOp::create(b, constant(0.25), x);
  }
}

void Grower::scoreRegion(OpBuilder &builder, Location loc, ValueRange args) {
  auto integer = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  auto compare = [&](arith::CmpIPredicate kind, Value a, Value b) -> Value {
    return arith::CmpIOp::create(builder, loc, kind, a, b);
  };
  Value live;
  auto also = [&](Value condition) {
    live =
        live ? arith::AndIOp::create(builder, loc, live, condition) : condition;
  };
  if (chance(2)) { // padding
    Value m = AtOp::create(builder, loc, mask, ValueRange{args[1], args[4]});
    Value zero = arith::ConstantIntOp::create(builder, loc, 0, 32);
    also(compare(arith::CmpIPredicate::ne, m, zero));
  }
  if (chance(3)) // causal
    also(compare(arith::CmpIPredicate::sle, args[4], args[3]));
  if (chance(4)) { // a window
    Value age = arith::SubIOp::create(builder, loc, args[3], args[4]);
    also(compare(arith::CmpIPredicate::slt, age, integer(1 + below(8))));
  }
  ScoreOp::create(builder, loc, args[0], live);
}

Value Grower::attention(Value x) {
  int64_t heads = 1 + below(4), width = oneOf<int64_t>({1, 4, 5, 8, 16});
  int64_t kvHeads = chance(3) ? 1 : heads;
  auto project = [&](int64_t count, int64_t features) -> Value {
    return SplitHeadsOp::create(b, linear(x, count * features), count);
  };
  Value q = project(heads, width);
  Value k = project(kvHeads, width);
  Value v = project(kvHeads, chance(4) ? width + 3 : width);
  Value out = AttentionOp::create(
      b, q, k, v, 1 / std::sqrt(static_cast<double>(width)),
      [&](OpBuilder &builder, Location loc, ValueRange args) {
        scoreRegion(builder, loc, args);
      });
  return MergeHeadsOp::create(b, out);
}

/// Rows of tables, added up as embeddings are.
Value Grower::lookUp() {
  shape::Dim width = oneOf<int64_t>({3, 8, 16, 33});
  Value x = EmbedOp::create(b, tokens, weight({50, width}, ""));
  if (!chance(3))
    x = AddOp::create(b, x,
                      PositionsOp::create(b, weight({64, width}, ""), seq));
  if (chance(2))
    x = AddOp::create(b, x, RowOp::create(b, weight({2, width}, ""), below(2)));
  return x;
}

void Grower::step() {
  Value x = sequence();
  switch (below(12)) {
  case 0:
  case 1:
  case 2:
    pool.push_back(linear(x, oneOf<int64_t>({1, 7, 8, 16, 17, 48, 50})));
    break;
  case 3:
    pool.push_back(attention(x));
    break;
  case 4:
    pool.push_back(norm(x));
    break;
  case 5:
  case 6:
    pool.push_back(binary(x));
    break;
  case 7:
    pool.push_back(ReluOp::create(b, x));
    break;
  case 8:
    pool.push_back(
        GeluOp::create(b, x, oneOf({GeluForm::None, GeluForm::Tanh})));
    break;
  case 9:
    pool.push_back(SoftmaxOp::create(b, x, chance(3) ? 1 : 2));
    break;
  case 10: {
    Value pooled = MeanOp::create(b, x, chance(3) ? Value() : mask, 1);
    pool.push_back(chance(2)
                       ? L2NormalizeOp::create(b, pooled, 0.01).getResult()
                       : pooled);
    break;
  }
  default:
    pool.push_back(lookUp());
  }
}

EntryOp Grower::makeEntry(int64_t width) {
  MLIRContext *context = b.getContext();
  auto dim = [&](const char *name, int64_t max) {
    return DimAttr::get(context, StringAttr::get(context, name), 1, max);
  };
  auto model = ModelOp::create(
      b, "Random", ArrayRef<DimAttr>{dim("batch", 4), dim("seq", 40)});
  b.setInsertionPointToEnd(&model.getBody().front());
  Type ids = tensorType(context, {batch, seq}, b.getI32Type());
  Type x = tensorType(context, {batch, seq, width}, b.getF32Type());
  auto entry = EntryOp::create(b, "main", b.getFunctionType({ids, ids, x}, {}),
                               ArrayRef<StringRef>{"tokens", "mask", "x"}, {});
  b.setInsertionPointToEnd(&entry.getBody().front());
  tokens = entry.getBody().getArgument(0);
  mask = entry.getBody().getArgument(1);
  pool.push_back(entry.getBody().getArgument(2));
  return entry;
}

/// Returns up to four of the values that nothing reads, the last first.
void Grower::finish(EntryOp entry) {
  SmallVector<Value> outputs;
  for (Value value : llvm::reverse(pool))
    if (value.use_empty() && value.getDefiningOp() && outputs.size() < 4)
      outputs.push_back(value);
  ReturnOp::create(b, outputs);
  auto type = b.getFunctionType(entry.getArgumentTypes(),
                                ValueRange(outputs).getTypes());
  entry.setFunctionType(type);
  SmallVector<Attribute> names;
  for (size_t i = 0; i < outputs.size(); ++i)
    names.push_back(b.getDictionaryAttr(
        b.getNamedAttr(nameAttr, b.getStringAttr("y" + std::to_string(i)))));
  entry.setResAttrsAttr(b.getArrayAttr(names));
}

OwningOpRef<ModuleOp> Grower::grow(int steps) {
  OwningOpRef<ModuleOp> module(ModuleOp::create(b.getLoc()));
  b.setInsertionPointToEnd(module->getBody());
  EntryOp entry = makeEntry(oneOf<int64_t>({1, 5, 16, 24}));
  if (chance(2))
    pool.push_back(lookUp());
  for (int i = 0; i < steps; ++i)
    step();
  finish(entry);
  return module;
}

} // namespace

OwningOpRef<ModuleOp> test::randomGraph(MLIRContext &context, uint64_t seed,
                                        int steps) {
  return Grower(context, seed).grow(steps);
}
