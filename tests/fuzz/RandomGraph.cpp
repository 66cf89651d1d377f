// Grows a random entry op by op: see RandomGraph.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/fuzz/RandomGraph.h"

#include "compiler/shape/Infer.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

namespace heddle::fuzz {

namespace {

/// No tensor is larger, at the largest dims: the reference is slow.
constexpr int64_t mostElements = 200000;

class Generator {
public:
  Generator(MLIRContext &context, uint64_t seed,
            std::set<std::string> *constructs)
      : constructs(constructs), random(seed), precisions(seed),
        builder(&context), loc(builder.getUnknownLoc()) {}

  OwningOpRef<ModuleOp> run();

private:
  using Shape = shape::Shape;
  using Dim = shape::Dim;

  void chooseDims();
  Dim anyDim();
  Dim anyFeature();
  Shape anyShape();
  bool isSmall(const Shape &shape);
  /// True when a constant may have the shape.
  bool isWritable(const Shape &shape) {
    return *shape::elementCount(shape).constant() <= 200;
  }

  Value addInput(const Shape &shape, Type element);
  Value weight(const Shape &shape, StringRef role);
  Value splat(const Shape &shape, double value);
  Value sinusoids(int64_t rows, Dim &width);
  Value literal(const Shape &shape);
  Value anyValue();
  Value valueOf(const Shape &shape, bool fresh = false);
  Value exactOf(const Shape &shape);
  Value integersOf(const Shape &shape, Type element);
  Value positive(Value value);
  void add(Value value) { values.push_back(value); }

  void addOp();
  void addBinary();
  void addLinear();
  Value gated(LinearOp up, Random &choices);
  Value turnedRows(Value heads, Random &choices);
  void addNorm();
  void addMean();
  void addGather();
  void addElement();
  void addHeads();
  void addAttention();
  void addMove();
  Value headsOf(const Dim &batch, int64_t heads, const Dim &length,
                int64_t width);
  void finish(EntryOp entry);

  std::set<std::string> *constructs;
  Random random;
  Random precisions; ///< of its own: a seed keeps its shapes and ops
  OpBuilder builder;
  Location loc;
  std::vector<shape::DimRange> ranges;
  Block *body = nullptr;
  std::vector<Value> values;  ///< f32 tensors that ops may read
  std::vector<Value> weights; ///< for reuse
  std::vector<Value> integers;
  std::vector<Value> others; ///< may be outputs, nothing else reads them
  int weightCount = 0;
};

void Generator::chooseDims() {
  ranges.push_back({"batch", 1, random.pick<int64_t>({1, 2, 3, 5})});
  int64_t longest = random.pick<int64_t>({7, 17, 33, 50, 67, 131, 400});
  ranges.push_back({"seq", 1, longest});
  if (random.chance(50))
    ranges.push_back({"keys", 1, random.pick<int64_t>({9, 48, 65, 100})});
}

shape::Dim Generator::anyDim() {
  if (random.chance(75))
    return Dim::symbol(random.pickFrom(ranges).name);
  return random.pick<int64_t>({1, 2, 3, 5, 8, 17});
}

/// Extents around the widths of vectors, tiles and panels.
shape::Dim Generator::anyFeature() {
  return random.pick<int64_t>({1,  2,  3,  5,  7,  8,  9,   12,  15,  16, 17,
                               20, 24, 31, 32, 33, 40, 47,  48,  49,  63, 64,
                               65, 72, 80, 95, 96, 97, 112, 128, 130, 144});
}

shape::Shape Generator::anyShape() {
  Shape shape;
  for (int64_t rank = random.pick<int64_t>({1, 2, 3, 3, 3, 4}); rank > 1;
       --rank)
    shape.push_back(anyDim());
  shape.push_back(random.chance(85) ? anyFeature() : anyDim());
  if (isSmall(shape))
    return shape;
  return {Dim::symbol("seq"), anyFeature()};
}

bool Generator::isSmall(const Shape &shape) {
  std::optional<int64_t> most =
      shape::maximum(shape::elementCount(shape), ranges);
  return most && *most <= mostElements;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value Generator::addInput(const Shape &shape, Type element) {
  return body->addArgument(tensorType(builder.getContext(), shape, element),
                           loc);
}

/// A new weight, or one of the shape that is there already.
Value Generator::weight(const Shape &shape, StringRef role) {
  for (Value known : weights)
    if (shapeOf(known) == shape && random.chance(30))
      return known;
  std::string path = ("w" + Twine(weightCount++) + "." + role).str();
  auto type = tensorType(builder.getContext(), shape, builder.getF32Type());
  weights.push_back(WeightOp::create(builder, loc, type, path));
  return weights.back();
}

/// A constant of several values; small, since kernels choose among them.
Value Generator::literal(const Shape &shape) {
  auto type = tensorType(builder.getContext(), shape, builder.getF32Type());
  SmallVector<float> numbers;
  for (int64_t i = *shape::elementCount(shape).constant(); i > 0; --i)
    numbers.push_back(float(random.below(9)) * 0.25f - 1.0f);
  return ConstantOp::create(builder, loc, type,
                            DenseElementsAttr::get(type, ArrayRef(numbers)));
}

Value Generator::splat(const Shape &shape, double value) {
  auto type = tensorType(builder.getContext(), shape, builder.getF32Type());
  return ConstantOp::create(builder, loc, type,
                            DenseElementsAttr::get(type, float(value)));
}

/// Recent values more often, so that graphs get deep.
Value Generator::anyValue() {
  if (values.empty() || random.chance(5))
    add(valueOf(anyShape(), true));
  size_t back = size_t(random.below(random.chance(50) ? 2 : values.size()));
  return values[values.size() - 1 - std::min(back, values.size() - 1)];
}

/// A value of the shape: a known one, a weight, or a new input.
Value Generator::valueOf(const Shape &shape, bool fresh) {
  std::vector<Value> fitting;
  for (Value value : values)
    if (shapeOf(value) == shape)
      fitting.push_back(value);
  if (!fitting.empty() && !fresh && random.chance(80))
    return random.pickFrom(fitting);
  bool isConstant =
      llvm::all_of(shape, [](const Dim &dim) { return dim.isConstant(); });
  if (isConstant && random.chance(fresh ? 20 : 70))
    return shape.empty() || (random.chance(20) && isWritable(shape))
               ? literal(shape)
               : weight(shape, "bias");
  bool isStored = precisions.chance(20);
  Value input = addInput(shape, isStored ? Type(builder.getBF16Type())
                                         : builder.getF32Type());
  if (isStored)
    input = CastOp::create(builder, loc, input, builder.getF32Type());
  add(input);
  return input;
}

Value Generator::integersOf(const Shape &shape, Type element) {
  auto type = tensorType(builder.getContext(), shape, element);
  for (Value known : integers)
    if (known.getType() == type && random.chance(70))
      return known;
  integers.push_back(addInput(shape, element));
  return integers.back();
}

/// An input or a weight: nothing has rounded it.
Value Generator::exactOf(const Shape &shape) {
  for (Value value : values)
    if (isa<BlockArgument>(value) && shapeOf(value) == shape &&
        random.chance(40))
      return value;
  bool isConstant =
      llvm::all_of(shape, [](const Dim &dim) { return dim.isConstant(); });
  if (isConstant && !shape.empty() && random.chance(50))
    return weight(shape, "bias");
  add(addInput(shape, builder.getF32Type()));
  return values.back();
}

/// At least a half, so that a division by it is harmless.
Value Generator::positive(Value value) {
  Value relu = ReluOp::create(builder, loc, value);
  return AddOp::create(builder, loc, relu, splat({}, 0.5));
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// Any way of broadcasting: an operand of the same shape, a row, a column, a
/// single value, more axes or fewer.
void Generator::addBinary() {
  Value a = anyValue();
  Shape other = shapeOf(a);
  switch (random.below(6)) {
  case 0:
  case 1:
    break;
  case 2:
    other = other.empty() ? Shape{} : Shape{other.back()};
    break;
  case 3:
    for (Dim &dim : other)
      if (random.chance(50))
        dim = 1;
    break;
  case 4:
    other.erase(other.begin(),
                other.begin() + random.below(int64_t(other.size()) + 1));
    break;
  case 5:
    other.insert(other.begin(), other.size() < 4 ? anyDim() : Dim(1));
    for (size_t i = 1; i < other.size(); ++i)
      if (other[i] == Dim(1) && random.chance(50))
        other[i] = anyDim();
    break;
  }
  if (other.size() > 4 || !isSmall(other))
    other = shapeOf(a);
  Value b = valueOf(other);
  bool divide = random.chance(20);
  if (!divide && random.chance(30))
    std::swap(a, b);
  if (divide) {
    add(DivOp::create(builder, loc, a, positive(b)));
    return;
  }
  switch (random.below(5)) {
  case 0:
    return add(AddOp::create(builder, loc, a, b));
  case 1:
    return add(SubOp::create(builder, loc, a, b));
  case 2:
    return add(MulOp::create(builder, loc, a, b));
  case 3:
    return add(MinOp::create(builder, loc, a, b));
  default:
    return add(MaxOp::create(builder, loc, a, b));
  }
}

void Generator::addElement() {
  addElementOp(
      {random, builder, [&] { return anyValue(); },
       [&](const Shape &shape) { return valueOf(shape); },
       [&](const Shape &shape) { return exactOf(shape); },
       [&](const Shape &shape, Type type) { return integersOf(shape, type); },
       [&](Value value) { add(value); },
       [&](Value value) { others.push_back(value); }});
}

void Generator::addLinear() {
  Value x = anyValue();
  Shape shape = shapeOf(x);
  if (shape.empty() || !shape.back().isConstant()) {
    shape = {Dim::symbol("batch"), Dim::symbol("seq"), anyFeature()};
    x = valueOf(shape);
  }
  Dim out = random.chance(25) ? shape.back() : anyFeature();
  Shape result = shape;
  result.back() = out;
  if (!isSmall(result))
    out = 3;
  bool outIn = random.chance(50);
  Value w = weight(outIn ? Shape{out, shape.back()} : Shape{shape.back(), out},
                   "weight");
  Value bias;
  if (random.chance(70))
    bias = random.chance(85) ? weight({out}, "bias") : valueOf({out});
  auto linear = LinearOp::create(builder, loc, x, w, bias,
                                 outIn ? Layout::OutIn : Layout::InOut);
  if (precisions.chance(30))
    linear.setCompute(
        precisions.pick({Precision::F32, Precision::BF16, Precision::Int8}));
  Value y = linear;
  if (precisions.chance(25)) // gate and up, of one input
    y = gated(linear, precisions);
  // What is fused behind it, often.
  if (random.chance(30))
    y = GeluOp::create(builder, loc, y,
                       random.chance(50) ? GeluForm::None : GeluForm::Tanh);
  if (random.chance(30))
    y = AddOp::create(builder, loc, y, valueOf(shapeOf(y)));
  if (random.chance(20))
    y = AddOp::create(
        builder, loc, x,
        LinearOp::create(builder, loc, x,
                         weight({shape.back(), shape.back()}, "weight"),
                         Value(), Layout::OutIn));
  add(y);
  if (random.chance(30))
    addNorm();
}

/// `up` times, or plus, an activation of another product of its input, mostly
/// of its precision.
Value Generator::gated(LinearOp up, Random &choices) {
  std::string path = ("w" + Twine(weightCount++) + ".weight").str();
  Value w = WeightOp::create(builder, loc, up.getWeight().getType(), path);
  auto product = LinearOp::create(builder, loc, up.getX(), w,
                                  choices.chance(50) ? up.getBias() : Value(),
                                  up.getLayout());
  if (up.getCompute() && choices.chance(80))
    product.setCompute(up.precision());
  Value gate = product;
  if (choices.chance(40))
    gate = SiluOp::create(builder, loc, gate);
  else if (choices.chance(60))
    gate = GeluOp::create(builder, loc, gate, GeluForm::Tanh);
  Value first = up, second = gate;
  if (choices.chance(50))
    std::swap(first, second);
  if (choices.chance(70))
    return MulOp::create(builder, loc, first, second);
  return AddOp::create(builder, loc, first, second);
}

void Generator::addNorm() {
  Value x = random.chance(60) && !values.empty() ? values.back() : anyValue();
  Shape shape = shapeOf(x);
  if (shape.empty())
    return add(ReluOp::create(builder, loc, x));
  if (random.chance(25)) {
    add(L2NormalizeOp::create(builder, loc, x, 1e-12));
    return;
  }
  if (random.chance(25)) {
    add(SoftmaxOp::create(builder, loc, x,
                          random.below(int64_t(shape.size()))));
    return;
  }
  // Short rows are often nearly constant: a larger eps keeps the condition.
  bool isLong = shape.back().constant().value_or(1) >= 16;
  double eps = isLong ? random.pick({1e-12, 1e-5}) : 0.1;
  bool isConstant = shape.back().isConstant();
  Value factor = isConstant && random.chance(90)
                     ? weight({shape.back()}, "weight")
                     : valueOf({shape.back()});
  Value bias;
  if (random.chance(70))
    bias =
        isConstant ? weight({shape.back()}, "bias") : valueOf({shape.back()});
  add(LayerNormOp::create(builder, loc, x, factor, bias, eps));
}

void Generator::addMean() {
  Value x = anyValue();
  Shape shape = shapeOf(x);
  if (shape.empty())
    return;
  int64_t axis = random.below(int64_t(shape.size()));
  Value mask;
  if (random.chance(50))
    mask = integersOf(Shape(shape.begin(), shape.begin() + axis + 1),
                      random.chance(60) ? Type(builder.getI32Type())
                                        : Type(builder.getI1Type()));
  Value y = MeanOp::create(builder, loc, x, mask, axis);
  if (shape.size() > 1 && random.chance(30))
    y = L2NormalizeOp::create(builder, loc, y, 1e-12);
  add(y);
}

/// A table of sines and cosines; `width` becomes even.
Value Generator::sinusoids(int64_t rows, Dim &width) {
  width = *width.constant() + *width.constant() % 2;
  auto type =
      tensorType(builder.getContext(), {rows, width}, builder.getF32Type());
  return AngleTableOp::create(builder, loc, type, Angles::Sinusoid,
                              llvm::APFloat(random.pick({100.0, 10000.0})),
                              FloatAttr(), DenseF64ArrayAttr());
}

void Generator::addGather() {
  Dim width = anyFeature();
  int64_t rows = random.pick<int64_t>({1, 2, 30, 131});
  switch (random.below(3)) {
  case 0: {
    Value tokens = integersOf(
        random.chance(70) ? Shape{Dim::symbol("batch"), Dim::symbol("seq")}
                          : Shape{anyDim()},
        builder.getI32Type());
    Value table = weight({rows, width}, "weight");
    add(EmbedOp::create(builder, loc, tokens, table));
    return;
  }
  case 1: {
    const shape::DimRange &range = random.pickFrom(ranges);
    Dim length = Dim::symbol(range.name);
    if (random.chance(20))
      length = random.pick<int64_t>({1, 2, 7});
    rows = std::max<int64_t>(range.max, 7) + random.below(2);
    Value table = random.chance(70) ? weight({rows, width}, "weight")
                                    : sinusoids(rows, width);
    Value y = PositionsOp::create(builder, loc, table, length);
    if (random.chance(50))
      y = AddOp::create(builder, loc,
                        valueOf({Dim::symbol("batch"), length, width}), y);
    add(y);
    return;
  }
  case 2:
    add(RowOp::create(builder, loc, weight({rows, width}, "weight"),
                      random.below(rows)));
  }
}

void Generator::addHeads() {
  Value x = anyValue();
  Shape shape = shapeOf(x);
  if (shape.size() == 4 && random.chance(70))
    return add(MergeHeadsOp::create(builder, loc, x));
  if (shape.size() == 3 && shape[2].isConstant()) {
    int64_t features = *shape[2].constant();
    std::vector<int64_t> divisors;
    for (int64_t i = 1; i <= features; ++i)
      if (features % i == 0)
        divisors.push_back(i);
    return add(
        SplitHeadsOp::create(builder, loc, x, random.pickFrom(divisors)));
  }
  Dim features = random.chance(80) ? Dim(24) : Dim::symbol("seq") * Dim(3);
  Value y = valueOf({Dim::symbol("batch"), anyDim(), features});
  if (isSmall(shapeOf(y)))
    add(SplitHeadsOp::create(builder, loc, y, 3));
}

/// [B, heads, T, width]: split features of a linear, of any value, or as is.
Value Generator::headsOf(const Dim &batch, int64_t heads, const Dim &length,
                         int64_t width) {
  if (random.chance(25))
    return valueOf({batch, heads, length, width});
  Value x;
  if (random.chance(50)) {
    Value from = valueOf({batch, length, anyFeature()});
    Value w = weight({heads * width, shapeOf(from)[2]}, "weight");
    x = LinearOp::create(builder, loc, from, w, weight({heads * width}, "bias"),
                         Layout::OutIn);
  } else {
    x = valueOf({batch, length, heads * width});
  }
  return SplitHeadsOp::create(builder, loc, x, heads);
}

void Generator::addAttention() {
  Dim batch = random.chance(80) ? Dim::symbol("batch") : Dim(2);
  Dim queries = random.chance(80) ? Dim::symbol("seq")
                                  : Dim(random.pick<int64_t>({1, 3, 19}));
  Dim keys = random.chance(60) ? queries : anyDim();
  int64_t kvHeads = random.pick<int64_t>({1, 2, 3});
  int64_t heads = kvHeads * random.pick<int64_t>({1, 1, 2, 4});
  int64_t depth = random.pick<int64_t>({1, 3, 8, 16, 20, 32, 64});
  int64_t width = random.chance(60)
                      ? depth
                      : random.pick<int64_t>({1, 5, 8, 16, 24, 32, 48, 72});
  if (!isSmall({batch, heads, queries, keys}))
    heads = kvHeads = 1;
  Value q = headsOf(batch, heads, queries, depth);
  Value k = headsOf(batch, kvHeads, keys, depth);
  Value v = width == depth && random.chance(20)
                ? k
                : headsOf(batch, kvHeads, keys, width);
  auto tensor = [&](const Shape &shape, Type element) {
    return element.isF32() ? valueOf(shape) : integersOf(shape, element);
  };
  ScorePlan plan(random,
                 {builder.getContext(), batch, heads, queries, keys, tensor});
  if (constructs)
    plan.addNames(*constructs);
  auto body = [&](OpBuilder &inner, Location at, ValueRange args) {
    plan.build(inner, at, args);
  };
  double scale = random.pick({0.125, 0.35, 1.0});
  AttentionOp attention =
      plan.isPlain()
          ? AttentionOp::create(builder, loc, q, k, v, scale)
          : AttentionOp::create(builder, loc, q, k, v, scale, ScoreBody(body));
  if (precisions.chance(30))
    attention.setCompute(precisions.pick({Precision::F32, Precision::BF16}));
  Value y = attention.getOutput();
  if (random.chance(70))
    y = MergeHeadsOp::create(builder, loc, y);
  add(y);
}

/// Turned heads in rows, of a product that one kernel may compute with them.
Value Generator::turnedRows(Value heads, Random &choices) {
  auto split =
      heads.getDefiningOp<RopeOp>().getX().getDefiningOp<SplitHeadsOp>();
  auto linear = split ? split.getX().getDefiningOp<LinearOp>() : LinearOp();
  if (linear)
    linear.setCompute(
        choices.pick({Precision::F32, Precision::BF16, Precision::Int8}));
  return MergeHeadsOp::create(builder, loc, heads);
}

void Generator::addMove() {
  auto tensor = [&](const Shape &shape, Type element) {
    return element.isF32() ? valueOf(shape) : integersOf(shape, element);
  };
  auto any = [&] { return anyValue(); };
  auto isSmall = [&](const Shape &shape) { return this->isSmall(shape); };
  auto weight = [&](const Shape &shape, StringRef role) {
    return this->weight(shape, role);
  };
  ShapeContext context{random, builder, ranges, tensor, weight, any, isSmall};
  Value made;
  if (random.chance(25))
    made = randomConv(context);
  else if (random.chance(25))
    made = randomMatmul(context);
  else if (random.chance(25))
    made = randomRope(context, headsOf(Dim::symbol("batch"),
                                       random.pick<int64_t>({1, 2, 3}),
                                       Dim::symbol("seq"),
                                       random.pick<int64_t>({2, 6, 16, 64})));
  else
    made = randomMove(context, others);
  if (made && made.getDefiningOp<RopeOp>() && precisions.chance(60))
    made = turnedRows(made, precisions);
  if (made)
    add(made);
}

void Generator::addOp() {
  switch (random.below(19)) {
  case 0:
  case 1:
  case 2:
    return addBinary();
  case 3: {
    Value x = anyValue();
    if (random.chance(40))
      return add(ReluOp::create(builder, loc, x));
    // Not where 1 + erf cancels: a tensor may hold nothing else.
    Value bounded = MulOp::create(builder, loc, TanhOp::create(builder, loc, x),
                                  splat({}, 1.5));
    return add(
        GeluOp::create(builder, loc, bounded,
                       random.chance(50) ? GeluForm::None : GeluForm::Tanh));
  }
  case 4:
  case 5:
    return addLinear();
  case 6:
    return addNorm();
  case 7:
    return addMean();
  case 8:
    return addGather();
  case 9:
    return addHeads();
  case 10:
  case 11:
    return addAttention();
  case 12:
  case 13:
  case 14:
    return addMove();
  default:
    return addElement();
  }
}

/// Outputs: what nothing reads, and a few values that others read too.
void Generator::finish(EntryOp entry) {
  std::vector<Value> outputs;
  for (Value value : llvm::reverse(values)) {
    Operation *op = value.getDefiningOp();
    if (!op || !computesTensor(op) || outputs.size() >= 5)
      continue;
    if (value.use_empty() || random.chance(15))
      outputs.push_back(
          precisions.chance(15)
              ? CastOp::create(builder, loc, value, builder.getBF16Type())
              : value);
  }
  for (Value other : others) {
    Operation *op = other.getDefiningOp();
    bool isComputed = op && computesTensor(op); // an input is no output
    if (isComputed && outputs.size() < 7 &&
        (other.use_empty() || random.chance(40)))
      outputs.push_back(other);
  }
  if (outputs.empty())
    outputs.push_back(ReluOp::create(builder, loc, anyValue()));
  if (random.chance(5))
    outputs.push_back(outputs.front());
  ReturnOp::create(builder, loc, outputs);
  // The runtime reads every dim from the extent of an input.
  for (const shape::DimRange &range : ranges)
    if (llvm::none_of(body->getArguments(), [&](Value input) {
          return llvm::is_contained(shapeOf(input), Dim::symbol(range.name));
        }))
      addInput({Dim::symbol(range.name)}, builder.getF32Type());
  entry.setFunctionType(builder.getFunctionType(
      body->getArgumentTypes(), ValueRange(outputs).getTypes()));
  auto names = [&](StringRef prefix, size_t count) {
    SmallVector<Attribute> list;
    for (size_t i = 0; i < count; ++i)
      list.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
          nameAttr, builder.getStringAttr(prefix + Twine(i)))));
    return builder.getArrayAttr(list);
  };
  entry.setArgAttrsAttr(names("x", body->getNumArguments()));
  entry.setResAttrsAttr(names("y", outputs.size()));
}

OwningOpRef<ModuleOp> Generator::run() {
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  chooseDims();
  SmallVector<DimAttr> dims;
  for (Attribute dim : dimArray(builder.getContext(), ranges))
    dims.push_back(cast<DimAttr>(dim));
  auto model = ModelOp::create(builder, loc, "Random", dims);
  builder.setInsertionPointToEnd(&model.getBody().front());
  auto entry =
      EntryOp::create(builder, loc, "main", builder.getFunctionType({}, {}),
                      ArrayRef<StringRef>{}, ArrayRef<StringRef>{});
  body = &entry.getBody().front();
  builder.setInsertionPointToEnd(body);
  for (int64_t count = 2 + random.below(9); count > 0; --count)
    addOp();
  finish(entry);
  return module;
}

} // namespace

OwningOpRef<ModuleOp> randomGraph(MLIRContext &context, uint64_t seed,
                                  std::set<std::string> *constructs) {
  OwningOpRef<ModuleOp> module = Generator(context, seed, constructs).run();
  if (failed(verify(*module)))
    return nullptr;
  return module;
}

} // namespace heddle::fuzz
