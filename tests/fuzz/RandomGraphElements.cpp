// Random element-wise ops and ops along an axis: see RandomGraph.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/fuzz/RandomGraph.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

namespace heddle::fuzz {

namespace {

using Shape = shape::Shape;

/// One random op with what it needs around it.
class ElementGenerator {
public:
  ElementGenerator(const ElementContext &context)
      : context(context), random(context.random), builder(context.builder) {}

  void addFunction();
  void addChoice();
  void addWhole();
  void addReduction();
  void addTopK();
  void addNorm();

private:
  template <typename Op, typename... Arguments>
  Value make(Arguments... arguments) {
    return Op::create(builder, builder.getUnknownLoc(), arguments...);
  }
  Value number(double value);
  Value number(int32_t value);
  /// At least a half, and at most 2 where `x` is bounded.
  Value positive(Value x) { return make<AddOp>(make<ReluOp>(x), number(0.5)); }
  /// In (-1.5, 1.5): what follows grows errors no more than a few times.
  Value bounded(Value x) { return make<MulOp>(make<TanhOp>(x), number(1.5)); }
  Value function(Value x);
  Value truth(const Shape &shape);
  Value mask(const Shape &x, int64_t axis);
  /// Exact, with few different elements.
  Value coarse(const Shape &shape);
  /// As f32 for others to read, and as it is.
  void keepDiscrete(Value value) {
    context.keep(value);
    context.add(make<CastOp>(value, builder.getF32Type()));
  }

  const ElementContext &context;
  Random &random;
  OpBuilder &builder;
};

Value ElementGenerator::number(double value) {
  auto type = RankedTensorType::get({}, builder.getF32Type());
  return make<ConstantOp>(type, DenseElementsAttr::get(type, float(value)));
}

Value ElementGenerator::number(int32_t value) {
  auto type = RankedTensorType::get({}, builder.getI32Type());
  return make<ConstantOp>(type, DenseElementsAttr::get(type, value));
}

Value ElementGenerator::coarse(const Shape &shape) {
  Value scaled = make<MulOp>(context.exact(shape), number(4.0));
  Value whole = make<CastOp>(scaled, builder.getI32Type());
  return make<CastOp>(whole, builder.getF32Type());
}

/// A function of x, on arguments where it is well conditioned.
Value ElementGenerator::function(Value x) {
  switch (random.below(14)) {
  case 0:
    return make<NegOp>(x);
  case 1:
    return make<AbsOp>(x);
  case 2:
    return make<TanhOp>(x);
  case 3:
    return make<SigmoidOp>(x);
  case 4:
    return make<SiluOp>(x);
  case 5:
    return make<SinOp>(make<MulOp>(bounded(x), number(3.0)));
  case 6:
    return make<CosOp>(bounded(x));
  case 7:
    return make<ExpOp>(bounded(x));
  case 8:
    return make<LogOp>(positive(x));
  case 9:
    return make<SqrtOp>(positive(x));
  case 10:
    return make<PowOp>(x, number(random.pick({1.0, 2.0, 3.0})));
  case 11:
    return make<PowOp>(positive(bounded(x)),
                       number(random.pick({0.5, 0.7, -1.3, -2.0, 17.0})));
  case 12:
    return make<PowOp>(positive(bounded(x)),
                       bounded(context.value(shapeOf(x))));
  default:
    return make<PowOp>(number(random.pick({2.0, 0.7})), bounded(x));
  }
}

void ElementGenerator::addFunction() { context.add(function(context.any())); }

/// Comparisons are of what nothing has rounded: they jump.
Value ElementGenerator::truth(const Shape &shape) {
  Type boolean = builder.getI1Type();
  if (random.chance(25))
    return context.integers(shape, boolean);
  Shape other = shape;
  if (random.chance(40))
    for (shape::Dim &dim : other)
      if (random.chance(50))
        dim = 1;
  auto sign = CompareSign(random.below(6));
  Value found;
  if (random.chance(30))
    found = make<CompareOp>(context.integers(shape, builder.getI32Type()),
                            number(int32_t(random.below(3))), sign);
  else if (random.chance(50))
    found = make<CompareOp>(coarse(shape), coarse(other), sign);
  else
    found = make<CompareOp>(context.exact(shape), context.exact(other), sign);
  switch (random.below(4)) {
  case 0:
    return make<AndOp>(found, context.integers(shape, boolean));
  case 1:
    return make<OrOp>(found, context.integers(shape, boolean));
  case 2:
    return make<NotOp>(found);
  default:
    return found;
  }
}

void ElementGenerator::addChoice() {
  Value x = context.any();
  Value found = truth(shapeOf(x));
  if (random.chance(30))
    return keepDiscrete(found);
  Value other = random.chance(30) ? number(-0.25) : context.value(shapeOf(x));
  if (random.chance(50))
    std::swap(x, other);
  context.add(make<SelectOp>(found, x, other));
}

/// Arithmetic of i32.
void ElementGenerator::addWhole() {
  Shape shape = shapeOf(context.any());
  Value x = context.integers(shape, builder.getI32Type());
  for (int64_t count = 1 + random.below(4); count > 0; --count) {
    Value other = random.chance(50)
                      ? number(int32_t(random.below(9) - 4))
                      : context.integers(shape, builder.getI32Type());
    switch (random.below(7)) {
    case 0:
      x = make<AddOp>(x, other);
      break;
    case 1:
      x = make<SubOp>(other, x);
      break;
    case 2:
      x = make<MulOp>(x, other);
      break;
    case 3:
      x = make<MinOp>(x, other);
      break;
    case 4:
      x = make<MaxOp>(other, x);
      break;
    case 5:
      x = random.chance(50) ? make<NegOp>(x) : make<AbsOp>(x);
      break;
    default:
      x = make<SelectOp>(truth(shape), x, other);
    }
  }
  keepDiscrete(random.chance(20) ? make<CastOp>(x, builder.getI1Type()) : x);
}

/// None, one of x's first axes, or of more.
Value ElementGenerator::mask(const Shape &x, int64_t axis) {
  if (random.chance(40))
    return {};
  int64_t rank = axis + 1 + random.below(int64_t(x.size()) - axis);
  Shape shape(x.begin(), x.begin() + rank);
  return random.chance(50) ? truth(shape)
                           : context.integers(shape, builder.getI32Type());
}

void ElementGenerator::addReduction() {
  Value x = context.any();
  Shape shape = shapeOf(x);
  if (shape.empty())
    return context.add(make<NegOp>(x));
  int64_t axis = random.below(int64_t(shape.size()));
  Value where = mask(shape, axis);
  bool keep = random.chance(30);
  switch (random.below(6)) {
  case 0:
    return context.add(make<SumOp>(x, where, axis, keep));
  case 1:
    return context.add(make<MeanOp>(x, where, axis, keep));
  case 2:
    return context.add(make<VarOp>(x, where, axis, keep));
  case 3: // where nothing is chosen it is infinite: not for others to read
    return where ? context.keep(make<LargestOp>(x, where, axis, keep))
                 : context.add(make<LargestOp>(x, where, axis, keep));
  case 4:
    return where ? context.keep(make<SmallestOp>(x, where, axis, keep))
                 : context.add(make<SmallestOp>(x, where, axis, keep));
  default:
    x = random.chance(50) ? coarse(shape) : context.exact(shape);
    return keepDiscrete(make<ArgmaxOp>(x, where, axis, keep));
  }
}

void ElementGenerator::addTopK() {
  Shape shape = shapeOf(context.any());
  if (shape.empty())
    return addFunction();
  int64_t most = shape.back().constant().value_or(1);
  Value x = random.chance(50) ? coarse(shape) : context.exact(shape);
  Value places = make<TopKOp>(x, 1 + random.below(std::min<int64_t>(most, 5)));
  Value from = random.chance(70) ? x : context.value(shape);
  context.add(make<TakeOp>(from, places));
  if (random.chance(50))
    keepDiscrete(places);
}

void ElementGenerator::addNorm() {
  Value x = context.any();
  Shape shape = shapeOf(x);
  if (shape.empty())
    return addFunction();
  if (random.chance(30))
    return context.add(
        make<LogSoftmaxOp>(x, random.below(int64_t(shape.size()))));
  Value weight = context.value({shape.back()});
  context.add(make<RmsNormOp>(x, weight, random.pick({1e-6, 1e-5, 0.1})));
}

} // namespace

void addElementOp(const ElementContext &context) {
  ElementGenerator generator(context);
  switch (context.random.below(8)) {
  case 0:
  case 1:
    return generator.addFunction();
  case 2:
    return generator.addChoice();
  case 3:
    return generator.addWhole();
  case 4:
  case 5:
    return generator.addReduction();
  case 6:
    return generator.addTopK();
  default:
    return generator.addNorm();
  }
}

} // namespace heddle::fuzz
