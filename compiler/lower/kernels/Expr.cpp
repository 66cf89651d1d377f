// Expressions and funcs of the halide dialect: see Expr.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Expr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;

namespace heddle::lower {

namespace {

bool isFloat(Expr e) { return isa<FloatType>(e.value.getType()); }

template <typename OpType, typename... Operands>
Expr make(Expr first, Operands... operands) {
  PipelineBuilder &owner = *first.owner;
  Value value = OpType::create(owner.builder(), owner.location(), first.value,
                               operands.value...);
  return {value, first.owner};
}

Expr compare(Expr a, Expr b, arith::CmpFPredicate real,
             arith::CmpIPredicate whole) {
  PipelineBuilder &owner = *a.owner;
  Value value;
  if (isFloat(a))
    value = arith::CmpFOp::create(owner.builder(), owner.location(), real,
                                  a.value, b.value);
  else
    value = arith::CmpIOp::create(owner.builder(), owner.location(), whole,
                                  a.value, b.value);
  return {value, a.owner};
}

/// A conversion to `type`.
template <typename OpType> Expr convert(Expr a, Type type) {
  PipelineBuilder &owner = *a.owner;
  return {OpType::create(owner.builder(), owner.location(), type, a.value),
          a.owner};
}

/// A constant of a's type.
Expr constantLike(Expr a, double b) {
  PipelineBuilder &owner = *a.owner;
  Type type = a.value.getType();
  TypedAttr value = isFloat(a) ? TypedAttr(FloatAttr::get(type, b))
                               : IntegerAttr::get(type, int64_t(b));
  return owner.wrap(
      arith::ConstantOp::create(owner.builder(), owner.location(), value));
}

} // namespace

Expr operator+(Expr a, Expr b) {
  return isFloat(a) ? make<arith::AddFOp>(a, b) : make<arith::AddIOp>(a, b);
}
Expr operator-(Expr a, Expr b) {
  return isFloat(a) ? make<arith::SubFOp>(a, b) : make<arith::SubIOp>(a, b);
}
Expr operator*(Expr a, Expr b) {
  return isFloat(a) ? make<arith::MulFOp>(a, b) : make<arith::MulIOp>(a, b);
}
Expr operator/(Expr a, Expr b) { return make<arith::DivFOp>(a, b); }
Expr operator&(Expr a, Expr b) { return make<arith::AndIOp>(a, b); }
Expr operator|(Expr a, Expr b) { return make<arith::OrIOp>(a, b); }
Expr operator<(Expr a, Expr b) {
  return compare(a, b, arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt);
}
Expr operator<=(Expr a, Expr b) {
  return compare(a, b, arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle);
}
Expr operator==(Expr a, Expr b) {
  return compare(a, b, arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq);
}
Expr operator!=(Expr a, Expr b) {
  return compare(a, b, arith::CmpFPredicate::UNE, arith::CmpIPredicate::ne);
}
Expr operator+(Expr a, double b) { return a + constantLike(a, b); }
Expr operator-(Expr a, double b) { return a - constantLike(a, b); }
Expr operator*(Expr a, double b) { return a * constantLike(a, b); }
Expr operator<(Expr a, double b) { return a < constantLike(a, b); }
Expr operator<=(Expr a, double b) { return a <= constantLike(a, b); }

Expr operator-(Expr a) {
  return isFloat(a) ? make<arith::NegFOp>(a) : constantLike(a, 0) - a;
}
Expr operator!(Expr condition) {
  return make<arith::XOrIOp>(condition, condition.owner->boolean(true));
}

Expr min(Expr a, Expr b) {
  return isFloat(a) ? make<arith::MinimumFOp>(a, b)
                    : make<arith::MinSIOp>(a, b);
}
Expr max(Expr a, Expr b) {
  return isFloat(a) ? make<arith::MaximumFOp>(a, b)
                    : make<arith::MaxSIOp>(a, b);
}
Expr maxOfNumbers(Expr a, Expr b) { return make<arith::MaxNumFOp>(a, b); }
Expr isNonZero(Expr value) {
  if (value.value.getType().isInteger(1))
    return value;
  return value != constantLike(value, 0);
}
Expr isNan(Expr value) {
  constexpr int64_t magnitude = 0x7fffffff, infinity = 0x7f800000;
  PipelineBuilder &owner = *value.owner;
  Expr bits = floatToBits(value) & owner.index(magnitude);
  return owner.index(infinity) < bits;
}
Expr select(Expr condition, Expr a, Expr b) {
  return make<arith::SelectOp>(condition, a, b);
}
Expr floorDiv(Expr a, int64_t divisor) {
  return divisor == 1 ? a : make<halide::DivOp>(a, a.owner->index(divisor));
}
Expr modulo(Expr a, int64_t divisor) {
  return divisor == 1 ? a.owner->index(0)
                      : make<halide::ModOp>(a, a.owner->index(divisor));
}
Expr floorDiv(Expr a, Expr divisor) { return make<halide::DivOp>(a, divisor); }
Expr modulo(Expr a, Expr divisor) { return make<halide::ModOp>(a, divisor); }
Expr clamp(Expr value, Expr low, Expr high) {
  return make<halide::ClampOp>(value, low, high);
}
Expr likely(Expr condition) { return make<halide::LikelyOp>(condition); }
Expr promise(Expr value, Expr low, Expr high) {
  return make<halide::PromiseClampedOp>(value, low, high);
}
Expr toFloat(Expr index) {
  return convert<arith::SIToFPOp>(index, index.owner->builder().getF32Type());
}
Expr toInt(Expr value) {
  return convert<arith::FPToSIOp>(value, value.owner->builder().getI32Type());
}
Expr toDouble(Expr value) {
  return convert<arith::ExtFOp>(value, value.owner->builder().getF64Type());
}
Expr toSingle(Expr value) {
  return convert<arith::TruncFOp>(value, value.owner->builder().getF32Type());
}
Expr toBf16(Expr value) {
  return convert<arith::TruncFOp>(value, value.owner->builder().getBF16Type());
}
Expr fromBf16(Expr value) {
  return convert<arith::ExtFOp>(value, value.owner->builder().getF32Type());
}
Expr toByte(Expr value) {
  return convert<arith::TruncIOp>(value, value.owner->builder().getI8Type());
}
Expr fromByte(Expr value) {
  return convert<arith::ExtSIOp>(value, value.owner->builder().getI32Type());
}
Expr fromUnsignedByte(Expr value) {
  return convert<arith::ExtUIOp>(value, value.owner->builder().getI32Type());
}
Expr truthAsInt(Expr i1) {
  return convert<arith::ExtUIOp>(i1, i1.owner->builder().getI32Type());
}
Expr truthAsByte(Expr i1) {
  return convert<arith::ExtUIOp>(i1, i1.owner->builder().getI8Type());
}
Expr strict(Expr value) { return make<halide::StrictOp>(value); }
Expr bitsToFloat(Expr bits) {
  return convert<arith::BitcastOp>(bits, bits.owner->builder().getF32Type());
}
Expr floatToBits(Expr value) {
  return convert<arith::BitcastOp>(value, value.owner->builder().getI32Type());
}
Expr absolute(Expr value) { return make<math::AbsFOp>(value); }
Expr squareRoot(Expr value) { return make<math::SqrtOp>(value); }
Expr roundToInt(Expr value) { return make<math::RoundEvenOp>(value); }

Expr Func::operator()(const Point &point) const {
  return owner->load(value, point);
}

PipelineBuilder::PipelineBuilder(ModuleOp module, Location loc, StringRef name,
                                 TypeRange arguments)
    : opBuilder(OpBuilder::atBlockEnd(module.getBody())), loc(loc),
      op(halide::PipelineOp::create(opBuilder, loc, name, arguments)) {
  opBuilder.setInsertionPointToEnd(&op.getBody().front());
}

Func PipelineBuilder::func(const FuncSpec &spec,
                           const std::function<Expr(const Point &)> &body) {
  Type element = spec.element ? spec.element : opBuilder.getF32Type();
  return tuple(spec, element,
               [&](const Point &point) { return std::vector{body(point)}; });
}

Func PipelineBuilder::tuple(
    const FuncSpec &spec, TypeRange elements,
    const std::function<std::vector<Expr>(const Point &)> &body) {
  SmallVector<StringRef> dims(spec.dims.begin(), spec.dims.end());
  SmallVector<Type> stored;
  for (Type element : elements)
    stored.push_back(element.isInteger(1) ? opBuilder.getI8Type() : element);
  int taken = names[spec.name]++;
  std::string name = spec.name + (taken ? std::to_string(taken) : "");
  auto fill = [&](OpBuilder &inner, Location,
                  ValueRange indices) -> SmallVector<Value> {
    OpBuilder::InsertionGuard guard(opBuilder);
    opBuilder.restoreInsertionPoint(inner.saveInsertionPoint());
    Point point;
    for (Value index : indices)
      point.push_back(wrap(index));
    SmallVector<Value> values;
    for (auto [value, element] : llvm::zip(body(point), elements))
      values.push_back(
          (element.isInteger(1) ? truthAsByte(value) : value).value);
    return values;
  };
  halide::FuncOp func =
      halide::FuncOp::create(opBuilder, loc, name, dims, stored, fill);
  func->setAttr(roleAttr, opBuilder.getStringAttr(roleName(spec.role)));
  func->setAttr(extentsAttr, opBuilder.getDenseI64ArrayAttr(spec.extents));
  if (!spec.roleDims.empty()) {
    SmallVector<StringRef> ordered(spec.roleDims.begin(), spec.roleDims.end());
    func->setAttr(roleDimsAttr, opBuilder.getStrArrayAttr(ordered));
  }
  return {func.getFunc(), this};
}

void PipelineBuilder::update(
    Func func, const std::vector<Reduction> &reductions,
    const std::function<Store(const Point &, const Point &)> &body) {
  SmallVector<StringRef> names;
  SmallVector<Value> mins, extents;
  for (const Reduction &reduction : reductions) {
    names.push_back(reduction.name);
    mins.push_back(reduction.min.value);
    extents.push_back(reduction.extent.value);
  }
  auto fill = [&](OpBuilder &inner, Location, ValueRange pure,
                  ValueRange reduced) -> halide::UpdateStore {
    OpBuilder::InsertionGuard guard(opBuilder);
    opBuilder.restoreInsertionPoint(inner.saveInsertionPoint());
    Point purePoint, reducedPoint;
    for (Value index : pure)
      purePoint.push_back(wrap(index));
    for (Value index : reduced)
      reducedPoint.push_back(wrap(index));
    Store store = body(purePoint, reducedPoint);
    if (store.where.value)
      halide::WhereOp::create(opBuilder, loc, store.where.value);
    halide::UpdateStore result;
    for (Expr index : store.indices)
      result.indices.push_back(index.value);
    result.values.push_back(store.value.value);
    return result;
  };
  halide::UpdateOp::create(opBuilder, loc, func.value, names, mins, extents,
                           fill);
}

void PipelineBuilder::output(Func func, ArrayRef<Type> buffers) {
  halide::OutputOp::create(opBuilder, loc, func.value,
                           opBuilder.getTypeArrayAttr(buffers));
}

void PipelineBuilder::keep(ArrayRef<std::pair<StringRef, int64_t>> tile) {
  NamedAttrList entries;
  for (const auto &[name, value] : tile)
    entries.append(name, opBuilder.getI64IntegerAttr(value));
  op->setAttr(tileAttr, entries.getDictionary(opBuilder.getContext()));
}

Expr PipelineBuilder::constant(Type element, double value) {
  if (element.isF32())
    return real(value);
  return wrap(arith::ConstantOp::create(
      opBuilder, loc, opBuilder.getIntegerAttr(element, int64_t(value))));
}

Expr PipelineBuilder::index(int64_t value) {
  return wrap(arith::ConstantOp::create(opBuilder, loc,
                                        opBuilder.getI32IntegerAttr(value)));
}

Expr PipelineBuilder::real(double value) {
  return wrap(arith::ConstantOp::create(
      opBuilder, loc, opBuilder.getF32FloatAttr(float(value))));
}

Expr PipelineBuilder::boolean(bool value) {
  return wrap(
      arith::ConstantOp::create(opBuilder, loc, opBuilder.getBoolAttr(value)));
}

Expr PipelineBuilder::extent(Value buffer, unsigned dim) {
  auto type = cast<halide::BufferType>(buffer.getType());
  int64_t size = type.getShape()[dim];
  if (!ShapedType::isDynamic(size))
    return index(size);
  return wrap(halide::ExtentOp::create(opBuilder, loc, buffer, dim));
}

Expr PipelineBuilder::load(Value buffer, const Point &point) {
  SmallVector<Value> indices;
  for (Expr index : point)
    indices.push_back(index.value);
  return wrap(halide::AtOp::create(opBuilder, loc, buffer, indices));
}

namespace {
constexpr std::pair<schedule::Role, llvm::StringLiteral> roleNames[] = {
    {schedule::Role::Output, "output"},
    {schedule::Role::Accumulator, "accumulator"},
    {schedule::Role::Narrow, "narrow"},
    {schedule::Role::Wide, "wide"},
    {schedule::Role::RangeLanes, "range_lanes"},
    {schedule::Role::Range, "range"},
    {schedule::Role::Row, "row"},
    {schedule::Role::Panel, "panel"},
    {schedule::Role::RowSum, "row_sum"},
    {schedule::Role::Lanes, "lanes"},
    {schedule::Role::Scalar, "scalar"},
    {schedule::Role::Serial, "serial"},
    {schedule::Role::Before, "before"},
    {schedule::Role::QueryData, "query_data"},
    {schedule::Role::KeyRows, "key_rows"},
    {schedule::Role::KeyPack, "key_pack"},
    {schedule::Role::ValuePack, "value_pack"},
    {schedule::Role::KeyData, "key_data"},
    {schedule::Role::TileLive, "tile_live"},
    {schedule::Role::Pack, "pack"},
    {schedule::Role::QueryTurn, "query_turn"},
    {schedule::Role::QueryPack, "query_pack"},
    {schedule::Role::ScoreLanes, "score_lanes"},
    {schedule::Role::ScoreSum, "score_sum"},
    {schedule::Role::Scores, "scores"},
    {schedule::Role::MaxLanes, "max_lanes"},
    {schedule::Role::ChunkMax, "chunk_max"},
    {schedule::Role::ChunkLive, "chunk_live"},
    {schedule::Role::Weights, "weights"},
    {schedule::Role::WideWeights, "wide_weights"},
    {schedule::Role::SumLanes, "sum_lanes"},
    {schedule::Role::ChunkSum, "chunk_sum"},
    {schedule::Role::ValueSum, "value_sum"},
    {schedule::Role::ChunkValue, "chunk_value"},
    {schedule::Role::Part, "part"},
    {schedule::Role::MergeMax, "merge_max"},
    {schedule::Role::MergeWeight, "merge_weight"},
    {schedule::Role::MergeSum, "merge_sum"},
    {schedule::Role::Merged, "merged"}};
} // namespace

StringRef roleName(schedule::Role role) {
  for (const auto &[value, name] : roleNames)
    if (value == role)
      return name;
  llvm_unreachable("a role without a name");
}

std::optional<schedule::Role> roleFromName(StringRef name) {
  for (const auto &[value, text] : roleNames)
    if (text == name)
      return value;
  return std::nullopt;
}

} // namespace heddle::lower
