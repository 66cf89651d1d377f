// The host dialect's builders and accessors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/host/Host.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::host;

#include "dialects/host/HostDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/host/HostTypes.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/host/HostOps.cpp.inc"

void HostDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/host/HostTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/host/HostOps.cpp.inc"
      >();
}

//===-- Reading -----------------------------------------------------------===//

shape::Dim host::readDim(StringRef text) {
  std::optional<shape::Dim> dim =
      shape::Dim::parse(std::string_view(text.data(), text.size()));
  assert(dim && "the verifier has read this dim");
  return *dim;
}

shape::Shape host::readShape(ArrayAttr extents) {
  shape::Shape dims;
  for (StringAttr extent : extents.getAsRange<StringAttr>())
    dims.push_back(readDim(extent.getValue()));
  return dims;
}

unsigned host::elementBytes(Type type) {
  if (type.isUnsignedInteger())
    return type.isInteger(8) ? 1 : 0;
  if (type.isF64() || type.isInteger(64))
    return 8;
  if (type.isF32() || type.isInteger(32))
    return 4;
  if (type.isF16() || type.isBF16() || type.isInteger(16))
    return 2;
  return type.isInteger(8) || type.isInteger(1) ? 1 : 0;
}

BufferShape host::bufferShape(Value buffer) {
  return TypeSwitch<Operation *, BufferShape>(buffer.getDefiningOp())
      .Case<WeightOp, InputOp, SlotOp>([](auto op) {
        return BufferShape{op.getElement(), readShape(op.getExtents())};
      })
      .Default([](Operation *) -> BufferShape {
        llvm_unreachable("only weights, inputs and slots make buffers");
      });
}

std::vector<shape::DimRange> ProgramOp::getDimRanges() {
  std::vector<shape::DimRange> ranges;
  for (NamedAttribute dim : getDims()) {
    auto bounds = cast<ArrayAttr>(dim.getValue());
    ranges.push_back({dim.getName().str(),
                      cast<IntegerAttr>(bounds[0]).getInt(),
                      cast<IntegerAttr>(bounds[1]).getInt()});
  }
  return ranges;
}

bool ProgramOp::isOnDevice() {
  for (EntryOp entry : getBlock().getOps<EntryOp>())
    for (SlotOp slot : entry.getBlock().getOps<SlotOp>())
      return slot.getSpace() == deviceSpace; // P4: all are alike
  return false;
}

ProgramOp EntryOp::getProgram() {
  return cast<ProgramOp>((*this)->getParentOp());
}

//===-- Building ----------------------------------------------------------===//

static ArrayAttr dimTexts(OpBuilder &builder, const shape::Shape &dims) {
  SmallVector<Attribute> texts;
  for (const shape::Dim &dim : dims)
    texts.push_back(builder.getStringAttr(dim.str()));
  return builder.getArrayAttr(texts);
}

void ProgramOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                      ArrayRef<shape::DimRange> dims) {
  SmallVector<NamedAttribute> ranges;
  for (const shape::DimRange &dim : dims)
    ranges.push_back(builder.getNamedAttr(
        dim.name, builder.getI64ArrayAttr({dim.min, dim.max})));
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.sym_name = builder.getStringAttr(name);
  properties.dims = builder.getDictionaryAttr(ranges);
  state.addRegion()->emplaceBlock();
}

void EntryOp::build(OpBuilder &builder, OperationState &state, StringRef name) {
  state.getOrAddProperties<Properties>().sym_name = builder.getStringAttr(name);
  state.addRegion()->emplaceBlock();
}

void WeightOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                     ArrayRef<StringRef> tensors, ArrayRef<StringRef> recipe,
                     Type element, const shape::Shape &extents) {
  build(builder, state, builder.getType<BufferType>(),
        builder.getStringAttr(name), builder.getStrArrayAttr(tensors),
        builder.getStrArrayAttr(recipe), TypeAttr::get(element),
        dimTexts(builder, extents));
}

void InputOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                    Type element, const shape::Shape &extents,
                    std::optional<std::pair<int64_t, int64_t>> range) {
  ArrayAttr bounds;
  if (range)
    bounds = builder.getI64ArrayAttr({range->first, range->second});
  build(builder, state, builder.getType<BufferType>(),
        builder.getStringAttr(name), bounds, TypeAttr::get(element),
        dimTexts(builder, extents));
}

void SlotOp::build(OpBuilder &builder, OperationState &state, int64_t slot,
                   StringRef space, Type element, const shape::Shape &extents) {
  build(builder, state, builder.getType<BufferType>(),
        builder.getI64IntegerAttr(slot), builder.getStringAttr(space),
        TypeAttr::get(element), dimTexts(builder, extents));
}

void DispatchOp::build(OpBuilder &builder, OperationState &state,
                       StringRef callee, ValueRange inputs,
                       ArrayRef<shape::Dim> scalars, ValueRange outputs,
                       ArrayRef<shape::Shape> views, ArrayRef<int64_t> values,
                       const shape::Dim &flops) {
  SmallVector<Attribute> viewAttrs;
  for (const shape::Shape &view : views)
    viewAttrs.push_back(dimTexts(builder, view));
  build(builder, state, FlatSymbolRefAttr::get(builder.getContext(), callee),
        inputs, dimTexts(builder, shape::Shape(scalars.begin(), scalars.end())),
        outputs, builder.getArrayAttr(viewAttrs),
        builder.getI64ArrayAttr(values), builder.getStringAttr(flops.str()),
        /*instead=*/nullptr);
}

std::vector<DispatchOp::Choice> DispatchOp::getChoices() {
  std::vector<Choice> choices;
  if (std::optional<ArrayAttr> instead = getInstead())
    for (auto choice : instead->getAsRange<DictionaryAttr>())
      choices.push_back({choice.getAs<FlatSymbolRefAttr>("callee"),
                         readDim(choice.getAs<StringAttr>("size").getValue()),
                         choice.getAs<IntegerAttr>("up_to").getInt()});
  return choices;
}

void DispatchOp::setChoices(ArrayRef<Choice> choices) {
  Builder builder(getContext());
  SmallVector<Attribute> instead;
  for (const Choice &choice : choices)
    instead.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("callee", choice.callee),
         builder.getNamedAttr("size", builder.getStringAttr(choice.size.str())),
         builder.getNamedAttr("up_to",
                              builder.getI64IntegerAttr(choice.upTo))}));
  setInsteadAttr(builder.getArrayAttr(instead));
}
