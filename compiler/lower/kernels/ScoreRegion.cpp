// The score region of an attention as kernel expressions: arith and math ops
// are copied with indices as i32, reads become loads with clamped indices.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/ScoreRegion.h"

#include "compiler/lower/kernels/Transcendentals.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SmallPtrSet.h"

#include <algorithm>

using namespace mlir;

namespace heddle::lower {

namespace {

/// The op on i32 where it was on index.
Type withoutIndex(Type type) {
  return type.isIndex() ? IntegerType::get(type.getContext(), 32) : type;
}

/// Conversions between index and i32 mean nothing once both are i32.
bool isIndexCast(Operation *op) { return isa<arith::IndexCastOp>(op); }

bool isCopied(Operation *op) {
  return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
             arith::NegFOp, arith::MaximumFOp, arith::MinimumFOp,
             arith::MaxNumFOp, arith::MinNumFOp, arith::CmpFOp, arith::CmpIOp,
             arith::SelectOp, arith::AddIOp, arith::SubIOp, arith::MulIOp,
             arith::MinSIOp, arith::MaxSIOp, arith::AndIOp, arith::OrIOp,
             arith::XOrIOp, arith::SIToFPOp, arith::FPToSIOp,
             arith::FloorDivSIOp, arith::RemSIOp, math::AbsFOp, math::SqrtOp>(
      op);
}

/// The function an op stands for; null for others.
Expr (*expressionOf(Operation *op))(const std::vector<Expr> &) {
  using In = const std::vector<Expr> &;
  if (isa<math::ExpOp>(op))
    return [](In in) { return exponential(in[0]); };
  if (isa<math::Exp2Op>(op))
    return [](In in) { return powerOfTwo(in[0]); };
  if (isa<math::TanhOp>(op))
    return [](In in) { return hyperbolicTangent(in[0]); };
  if (isa<math::LogOp>(op))
    return [](In in) { return logarithm(in[0]); };
  return nullptr;
}

/// An element of a tensor, each index clamped to its axis.
Expr elementAt(KernelBuilder &builder, graph::AtOp read,
               const std::vector<Expr> &indices) {
  Value tensor = read.getTensor(), buffer = builder.bufferOf(tensor);
  shape::Shape shape = shapeOf(tensor);
  Point point; // outermost first
  for (size_t i = 0; i < shape.size(); ++i) {
    std::optional<int64_t> extent = shape[i].constant();
    Expr last = extent ? builder.index(*extent - 1)
                       : builder.extent(buffer, shape.size() - 1 - i) - 1.0;
    point.push_back(clamp(indices[i], builder.index(0), last));
  }
  if (Expr literal = literalAt(builder, tensor, point); literal.value)
    return literal;
  Expr element = builder.load(buffer, Point(point.rbegin(), point.rend()));
  bool isBool = read.getElement().getType().isInteger(1);
  return isBool ? isNonZero(element) : element;
}

} // namespace

ScoreRegion::ScoreRegion(KernelBuilder &builder, graph::AttentionOp op)
    : builder(builder), op(op) {
  if (Value live = op.scoreOp().getLive())
    addCondition(live);
  if (!isNeverLive())
    return;
  // Loops without a key would vanish, and what is computed in them too.
  conditions.append(bounds);
  first = last = std::nullopt;
}

/// True when the bounds leave no key to any query, whatever the dims are.
bool ScoreRegion::isNeverLive() {
  std::vector<shape::DimRange> ranges = graph::dimRangesAround(op);
  auto most = [&](Value tensor) {
    return shape::maximum(shapeOf(tensor)[2], ranges).value_or(INT64_MAX);
  };
  return (first && last && *first > *last) ||
         (first && *first >= most(op.getK())) ||
         (last && *last <= -most(op.getQ()));
}

namespace {

/// `value` as index + constant, seen through casts; nothing otherwise.
std::optional<int64_t> distanceFrom(Value index, Value value) {
  if (value == index)
    return 0;
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  if (isIndexCast(op))
    return distanceFrom(index, op->getOperand(0));
  APInt constant;
  if (isa<arith::AddIOp, arith::SubIOp>(op) &&
      matchPattern(op->getOperand(1), m_ConstantInt(&constant)))
    if (std::optional<int64_t> rest = distanceFrom(index, op->getOperand(0)))
      return isa<arith::AddIOp>(op) ? *rest + constant.getSExtValue()
                                    : *rest - constant.getSExtValue();
  return std::nullopt;
}

/// What a comparison says: key <= query + offset, or key >= query + offset.
struct PositionBound {
  bool isLast = false;
  int64_t offset = 0;
};

std::optional<PositionBound> positionBound(arith::CmpIOp compare, Value query,
                                           Value key) {
  Value low = compare.getLhs(), high = compare.getRhs();
  arith::CmpIPredicate predicate = compare.getPredicate();
  if (predicate == arith::CmpIPredicate::sge ||
      predicate == arith::CmpIPredicate::sgt)
    std::swap(low, high);
  else if (predicate != arith::CmpIPredicate::sle &&
           predicate != arith::CmpIPredicate::slt)
    return std::nullopt;
  int64_t strict = predicate == arith::CmpIPredicate::slt ||
                   predicate == arith::CmpIPredicate::sgt;
  // Far beyond any length, so that index arithmetic stays within i32.
  auto bounded = [](int64_t offset) {
    return std::clamp<int64_t>(offset, -(1 << 29), 1 << 29);
  };
  std::optional<int64_t> left = distanceFrom(key, low);
  std::optional<int64_t> right = distanceFrom(query, high);
  if (left && right)
    return PositionBound{true, bounded(*right - *left - strict)};
  left = distanceFrom(query, low);
  right = distanceFrom(key, high);
  if (left && right)
    return PositionBound{false, bounded(*left - *right + strict)};
  return std::nullopt;
}

} // namespace

/// Takes a conjunction apart and keeps the tightest bounds aside.
void ScoreRegion::addCondition(Value condition) {
  Operation *source = condition.getDefiningOp();
  if (auto both = dyn_cast_or_null<arith::AndIOp>(source)) {
    addCondition(both.getLhs());
    addCondition(both.getRhs());
    return;
  }
  Block &block = op.getScore().front();
  std::optional<PositionBound> bound;
  if (auto compare = dyn_cast_or_null<arith::CmpIOp>(source))
    bound = positionBound(compare, block.getArgument(3), block.getArgument(4));
  if (!bound) {
    conditions.push_back(condition);
    return;
  }
  bounds.push_back(condition);
  if (bound->isLast)
    last = std::min(last.value_or(bound->offset), bound->offset);
  else
    first = std::max(first.value_or(bound->offset), bound->offset);
}

LogicalResult ScoreRegion::check(graph::AttentionOp op) {
  for (Operation &inner : op.getScore().front())
    if (!isCopied(&inner) && !isIndexCast(&inner) && !expressionOf(&inner) &&
        !isa<arith::ConstantOp, graph::AtOp, graph::ScoreOp>(inner))
      return inner.emitOpError("has no lowering in a score region");
  return success();
}

bool ScoreRegion::keepsScore() {
  return op.scoreOp().getScore() == op.getScore().front().getArgument(0);
}

DenseMap<Value, Expr> ScoreRegion::arguments(Expr score, Expr b, Expr h, Expr q,
                                             Expr k) {
  Block &block = op.getScore().front();
  DenseMap<Value, Expr> known;
  Expr values[] = {score, b, h, q, k};
  for (auto [argument, value] : llvm::zip(block.getArguments(), values))
    known[argument] = value;
  return known;
}

SmallVector<Value> ScoreRegion::readsOf(bool keys) {
  SmallVector<Value> reads;
  for (auto read : op.getScore().front().getOps<graph::AtOp>()) {
    Uses uses = usesOf(read.getElement());
    if (uses.query != keys && uses.key == keys && !uses.score)
      reads.push_back(read.getElement());
  }
  return reads;
}

Expr ScoreRegion::score(Expr score, Expr b, Expr h, Expr q, Expr k,
                        const Known &staged) {
  DenseMap<Value, Expr> known = arguments(score, b, h, q, k);
  known.insert(staged.begin(), staged.end());
  return evaluate(op.scoreOp().getScore(), known);
}

Expr ScoreRegion::live(Expr score, Expr b, Expr h, Expr q, Expr k,
                       const Known &staged) {
  DenseMap<Value, Expr> known = arguments(score, b, h, q, k);
  known.insert(staged.begin(), staged.end());
  Expr all = evaluate(conditions.front(), known);
  for (Value condition : ArrayRef<Value>(conditions).drop_front())
    all = all & evaluate(condition, known);
  return all;
}

Expr ScoreRegion::valueAt(Value value, Expr b, Expr h, Expr q, Expr k) {
  DenseMap<Value, Expr> known = arguments(builder.real(0.0), b, h, q, k);
  return evaluate(value, known);
}

ScoreRegion::Uses ScoreRegion::usesOf(Value value) {
  Uses uses;
  bool *found[] = {&uses.score, &uses.batch, &uses.head, &uses.query,
                   &uses.key};
  SmallVector<Value> open = {value};
  llvm::SmallPtrSet<Operation *, 16> seen;
  while (!open.empty()) {
    Value one = open.pop_back_val();
    if (auto argument = dyn_cast<BlockArgument>(one);
        argument && argument.getOwner() == &op.getScore().front())
      *found[argument.getArgNumber()] = true;
    Operation *source = one.getDefiningOp();
    if (source && op->isProperAncestor(source) && seen.insert(source).second)
      open.append(source->operand_begin(), source->operand_end());
  }
  return uses;
}

Expr ScoreRegion::evaluate(Value value, DenseMap<Value, Expr> &known) {
  if (auto found = known.find(value); found != known.end())
    return found->second;
  Operation *source = value.getDefiningOp();
  std::vector<Expr> operands;
  bool isRead = isa<graph::AtOp>(source);
  for (Value operand : source->getOperands().drop_front(isRead ? 1 : 0))
    operands.push_back(evaluate(operand, known));
  Expr result;
  if (auto read = dyn_cast<graph::AtOp>(source)) {
    result = elementAt(builder, read, operands);
  } else if (isIndexCast(source)) {
    result = operands[0];
  } else if (auto function = expressionOf(source)) {
    result = function(operands);
  } else if (auto constant = dyn_cast<arith::ConstantOp>(source)) {
    TypedAttr attribute = constant.getValue();
    if (auto index = dyn_cast<IntegerAttr>(attribute);
        index && index.getType().isIndex())
      attribute = builder.builder().getI32IntegerAttr(index.getInt());
    result = builder.wrap(arith::ConstantOp::create(
        builder.builder(), builder.location(), attribute));
  } else {
    IRMapping mapping;
    for (auto [operand, expr] : llvm::zip(source->getOperands(), operands))
      mapping.map(operand, expr.value);
    Operation *copy = builder.builder().clone(*source, mapping);
    copy->getResult(0).setType(withoutIndex(value.getType()));
    result = builder.wrap(copy->getResult(0));
  }
  known[value] = result;
  return result;
}

} // namespace heddle::lower
