// The dialect itself: what it registers, its discardable attributes, and the
// helpers that map shapes to tensor types.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/graph/Graph.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

#include "dialects/graph/GraphDialect.cpp.inc"

void HGraphDialect::initialize() {
  registerAttrs();
  addOperations<
#define GET_OP_LIST
#include "dialects/graph/GraphOps.cpp.inc"
      >();
}

Operation *HGraphDialect::materializeConstant(OpBuilder &builder,
                                              Attribute value, Type type,
                                              Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, type, elements);
}

static LogicalResult verifyDoc(Operation *op, NamedAttribute attr) {
  if (isa<StringAttr>(attr.getValue()))
    return success();
  return op->emitError() << "has " << attr.getName() << ' ' << attr.getValue()
                         << ", expected a string";
}

/// A text for some of the model's dims.
static LogicalResult verifyDimDocs(ModelOp model, NamedAttribute attr) {
  auto docs = dyn_cast<DictionaryAttr>(attr.getValue());
  if (!docs)
    return model.emitError() << "has hgraph.dim_docs " << attr.getValue()
                             << ", expected {dim = \"text\", ...}";
  std::vector<shape::DimRange> ranges = model.dimRanges();
  for (NamedAttribute doc : docs) {
    auto isDim = [&](const shape::DimRange &range) {
      return doc.getName() == range.name;
    };
    if (llvm::none_of(ranges, isDim))
      return model.emitError() << "has hgraph.dim_docs of " << doc.getName()
                               << ", which is no dim here";
    if (failed(verifyDoc(model, doc)))
      return failure();
  }
  return success();
}

LogicalResult HGraphDialect::verifyOperationAttribute(Operation *op,
                                                      NamedAttribute attr) {
  if (auto model = dyn_cast<ModelOp>(op)) {
    if (attr.getName() == docAttr)
      return verifyDoc(op, attr);
    if (attr.getName() == dimDocsAttr)
      return verifyDimDocs(model, attr);
  }
  if (isa<EntryOp, StateOp>(op) && attr.getName() == docAttr)
    return verifyDoc(op, attr);
  if (attr.getName() != idAttr)
    return op->emitError() << "has the attribute " << attr.getName()
                           << ", which hgraph does not know here";
  auto id = dyn_cast<IntegerAttr>(attr.getValue());
  if (!id || !id.getType().isSignlessInteger(64) || id.getInt() < 0)
    return op->emitError() << "has hgraph.id " << attr.getValue()
                           << ", expected an i64 that is not negative";
  return success();
}

static LogicalResult verifyName(Operation *op, NamedAttribute attr) {
  if (attr.getName() == docAttr)
    return verifyDoc(op, attr);
  if (attr.getName() != nameAttr)
    return op->emitError() << "has the attribute " << attr.getName()
                           << " in its signature, expected hgraph.name or, on "
                              "an input, hgraph.range";
  auto name = dyn_cast<StringAttr>(attr.getValue());
  if (!name || name.getValue().empty())
    return op->emitError() << "has hgraph.name " << attr.getValue()
                           << ", expected a string that is not empty";
  return success();
}

/// A range is two integers in order, on an input of i32.
static LogicalResult verifyRange(Operation *op, unsigned index,
                                 NamedAttribute attr) {
  auto range = dyn_cast<DenseI64ArrayAttr>(attr.getValue());
  if (!range || range.size() != 2 || range[0] > range[1])
    return op->emitError() << "has hgraph.range " << attr.getValue()
                           << ", expected array<i64: least, greatest>";
  auto entry = dyn_cast<EntryOp>(op);
  if (!entry)
    return op->emitError("has hgraph.range, which only an entry's inputs have");
  Type type = entry.getArgumentTypes()[index];
  if (!getElementTypeOrSelf(type).isInteger(32))
    return op->emitError() << "has hgraph.range on argument " << index
                           << " of type " << type << ", expected i32 elements";
  return success();
}

LogicalResult HGraphDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                      unsigned index,
                                                      NamedAttribute attr) {
  if (attr.getName() == rangeAttr)
    return verifyRange(op, index, attr);
  return verifyName(op, attr);
}

LogicalResult HGraphDialect::verifyRegionResultAttribute(Operation *op,
                                                         unsigned, unsigned,
                                                         NamedAttribute attr) {
  return verifyName(op, attr);
}

namespace heddle::graph {

shape::Shape shapeOf(RankedTensorType type) {
  shape::Shape result;
  if (auto dims = dyn_cast_or_null<DimsAttr>(type.getEncoding())) {
    for (StringAttr text : dims.getDims())
      result.push_back(shape::Dim::parse(text.getValue()).value());
    return result;
  }
  for (int64_t extent : type.getShape())
    result.push_back(shape::Dim(extent));
  return result;
}

shape::Shape shapeOf(Value value) {
  return shapeOf(cast<RankedTensorType>(value.getType()));
}

RankedTensorType tensorType(MLIRContext *context, const shape::Shape &shape,
                            Type element) {
  SmallVector<int64_t> extents;
  SmallVector<StringAttr> texts;
  bool isStatic = true;
  for (const shape::Dim &dim : shape) {
    std::optional<int64_t> constant = dim.constant();
    isStatic &= constant.has_value();
    extents.push_back(constant.value_or(ShapedType::kDynamic));
    texts.push_back(StringAttr::get(context, dim.str()));
  }
  if (isStatic)
    return RankedTensorType::get(extents, element);
  return RankedTensorType::get(extents, element, DimsAttr::get(context, texts));
}

std::optional<int64_t> valueId(Operation *op) {
  if (auto id = op->getAttrOfType<IntegerAttr>(idAttr))
    return id.getInt();
  return std::nullopt;
}

void setValueId(Operation *op, int64_t id) {
  op->setAttr(idAttr, Builder(op->getContext()).getI64IntegerAttr(id));
}

bool computesTensor(Operation *op) {
  return isa_and_nonnull<HGraphDialect>(op->getDialect()) &&
         op->getNumResults() != 0 &&
         !isa<WeightOp, AngleTableOp, ConstantOp, KernelOp, AtOp>(op);
}

bool isElementwise(Operation *op) { return op->hasTrait<Elementwise>(); }

std::optional<ReductionView> reductionOf(Operation *op) {
  if (!op->hasTrait<Reduction>())
    return std::nullopt;
  ReductionView view;
  view.x = op->getOperand(0);
  if (op->getNumOperands() > 1)
    view.mask = op->getOperand(1);
  view.axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
  view.keep = op->hasAttr("keep");
  return view;
}

std::optional<std::pair<Value, unsigned>> axisOf(Operation *op) {
  if (std::optional<ReductionView> reduction = reductionOf(op))
    return std::pair(reduction->x, reduction->axis);
  Value x = op->getNumOperands() ? op->getOperand(0) : Value();
  if (isa<SoftmaxOp, LogSoftmaxOp>(op))
    return std::pair(x,
                     unsigned(op->getAttrOfType<IntegerAttr>("axis").getInt()));
  if (isa<LayerNormOp, RmsNormOp, L2NormalizeOp>(op))
    return std::pair(x, unsigned(shapeOf(x).size() - 1));
  return std::nullopt;
}

bool movesElements(Operation *op) {
  return isa<TransposeOp, ConcatOp, SliceOp, PadOp, BroadcastToOp>(op);
}

bool isScoreArithmetic(Operation *op) {
  return isa<arith::ConstantOp, arith::AddFOp, arith::SubFOp, arith::MulFOp,
             arith::DivFOp, arith::NegFOp, arith::MaximumFOp, arith::MinimumFOp,
             arith::MaxNumFOp, arith::MinNumFOp, arith::CmpFOp, arith::CmpIOp,
             arith::SelectOp, arith::AddIOp, arith::SubIOp, arith::MulIOp,
             arith::MinSIOp, arith::MaxSIOp, arith::FloorDivSIOp,
             arith::RemSIOp, arith::AndIOp, arith::OrIOp, arith::XOrIOp,
             arith::SIToFPOp, arith::FPToSIOp, arith::IndexCastOp, math::ExpOp,
             math::Exp2Op, math::TanhOp, math::AbsFOp, math::SqrtOp,
             math::LogOp>(op);
}

std::vector<shape::DimRange> dimRanges(ArrayAttr dims) {
  std::vector<shape::DimRange> ranges;
  for (DimAttr dim : dims.getAsRange<DimAttr>())
    ranges.push_back(
        {dim.getName().getValue().str(), dim.getMin(), dim.getMax()});
  return ranges;
}

ArrayAttr dimArray(MLIRContext *context,
                   const std::vector<shape::DimRange> &ranges) {
  SmallVector<Attribute> dims;
  for (const shape::DimRange &range : ranges)
    dims.push_back(DimAttr::get(context, StringAttr::get(context, range.name),
                                range.min, range.max));
  return ArrayAttr::get(context, dims);
}

std::vector<shape::DimRange> dimRangesAround(Operation *op) {
  for (Operation *scope = op; scope; scope = scope->getParentOp()) {
    if (auto model = dyn_cast<ModelOp>(scope))
      return model.dimRanges();
    if (auto outlined = dyn_cast<OutlinedOp>(scope))
      return outlined.dimRanges();
  }
  return {};
}

} // namespace heddle::graph
