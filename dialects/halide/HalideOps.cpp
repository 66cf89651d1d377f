// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builders and verifiers of funcs, updates and expressions.

#include "dialects/halide/Halide.h"
#include "dialects/halide/HalideSyntax.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace heddle::halide;

#define GET_OP_CLASSES
#include "dialects/halide/HalideOps.cpp.inc"

namespace heddle::halide {

/// A block of i32 indices in a new region of `state`; the builder is at it.
static Block *addIndexBlock(OpBuilder &builder, OperationState &state,
                            size_t rank) {
  SmallVector<Type> types(rank, builder.getI32Type());
  SmallVector<Location> locs(rank, state.location);
  return builder.createBlock(state.addRegion(), {}, types, locs);
}

/// Labels for printing: an index is called like its dimension.
static void nameIndices(Region &region, ArrayRef<StringRef> names,
                        OpAsmSetValueNameFn setName) {
  for (auto [index, name] : llvm::zip(region.getArguments(), names))
    setName(index, name);
}

/// The first name that is no identifier or is there twice, or an empty one.
static LogicalResult verifyDimNames(Operation *op, ArrayRef<StringRef> names) {
  llvm::StringSet<> seen;
  for (StringRef name : names) {
    if (!isIdentifier(name))
      return op->emitOpError("(C3) has dimension '")
             << name << "', expected an identifier";
    if (!seen.insert(name).second)
      return op->emitOpError("(C1) has two dimensions named '") << name << "'";
  }
  return success();
}

/// All arguments of the region are i32 and there are `count`.
static LogicalResult verifyIndices(Operation *op, Region &region,
                                   size_t count) {
  if (region.getNumArguments() != count)
    return op->emitOpError("(C2) has ")
           << region.getNumArguments() << " index variables, expected "
           << count;
  for (BlockArgument index : region.getArguments())
    if (!index.getType().isSignlessInteger(32))
      return op->emitOpError("(C2) has an index variable of type ")
             << index.getType() << ", expected i32";
  return success();
}

/// Values given to the elements of a func; `label` is the caller's constraint.
static LogicalResult verifyElements(Operation *op, StringRef label,
                                    TypeRange found, ArrayRef<Type> expected) {
  if (found.size() != expected.size())
    return op->emitOpError(label) << " has " << found.size()
                                  << " values, expected " << expected.size();
  for (auto [index, pair] : llvm::enumerate(llvm::zip(found, expected)))
    if (std::get<0>(pair) != std::get<1>(pair))
      return op->emitOpError(label)
             << " has value " << index << " of type " << std::get<0>(pair)
             << ", expected " << std::get<1>(pair);
  return success();
}

//===----------------------------------------------------------------------===//
// func
//===----------------------------------------------------------------------===//

void FuncOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                   ArrayRef<StringRef> dims, TypeRange elementTypes,
                   FuncBodyBuilder body) {
  state.addAttribute("name", builder.getStringAttr(name));
  state.addAttribute("dims", builder.getStrArrayAttr(dims));
  state.addAttribute("elements",
                     builder.getTypeArrayAttr(SmallVector<Type>(elementTypes)));
  state.addTypes(builder.getType<FuncType>());
  OpBuilder::InsertionGuard guard(builder);
  Block *block = addIndexBlock(builder, state, dims.size());
  YieldOp::create(builder, state.location,
                  body(builder, state.location, block->getArguments()));
}

SmallVector<StringRef> FuncOp::getDimNames() { return stringsOf(getDims()); }

std::vector<UpdateOp> FuncOp::getUpdates() {
  std::vector<UpdateOp> updates;
  for (auto update : (*this)->getBlock()->getOps<UpdateOp>())
    if (update.getFunc() == getFunc())
      updates.push_back(update);
  return updates;
}

YieldOp FuncOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

void FuncOp::getAsmBlockArgumentNames(Region &region,
                                      OpAsmSetValueNameFn setName) {
  nameIndices(region, getDimNames(), setName);
}

void FuncOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getFunc(), getName());
}

LogicalResult FuncOp::verify() {
  if (!isIdentifier(getName()))
    return emitOpError("(C3) has name '")
           << getName() << "', expected an identifier";
  if (getElements().empty())
    return emitOpError("(C4) has no element type");
  for (Type type : getElements().getAsValueRange<TypeAttr>())
    if (!type.isSignlessInteger() && !isa<FloatType>(type))
      return emitOpError("(C4) has element type ")
             << type << ", expected a signless integer or a float";
  if (failed(verifyDimNames(*this, getDimNames())))
    return failure();
  return verifyIndices(*this, getBody(), getDims().size());
}

LogicalResult YieldOp::verify() {
  auto func = cast<FuncOp>((*this)->getParentOp());
  return verifyElements(
      *this, "(C1)", getValues().getTypes(),
      llvm::to_vector(func.getElements().getAsValueRange<TypeAttr>()));
}

//===----------------------------------------------------------------------===//
// update
//===----------------------------------------------------------------------===//

void UpdateOp::build(OpBuilder &builder, OperationState &state, Value func,
                     ArrayRef<StringRef> reduction, ValueRange mins,
                     ValueRange extents, UpdateBodyBuilder body) {
  state.addOperands(func);
  state.addOperands(mins);
  state.addOperands(extents);
  state.addAttribute("reduction", builder.getStrArrayAttr(reduction));
  int32_t segments[] = {1, int32_t(mins.size()), int32_t(extents.size())};
  state.addAttribute(getOperandSegmentSizeAttr(),
                     builder.getDenseI32ArrayAttr(segments));
  std::optional<Signature> signature = signatureOf(func);
  assert(signature && "an update needs a func");
  size_t rank = signature->dims.size();
  OpBuilder::InsertionGuard guard(builder);
  Block *block = addIndexBlock(builder, state, rank + reduction.size());
  ValueRange indices = block->getArguments();
  UpdateStore store = body(builder, state.location, indices.take_front(rank),
                           indices.drop_front(rank));
  StoreOp::create(builder, state.location, store.indices, store.values);
}

FuncOp UpdateOp::getFuncOp() {
  return dyn_cast_or_null<FuncOp>(getFunc().getDefiningOp());
}

SmallVector<StringRef> UpdateOp::getReductionNames() {
  return stringsOf(getReduction());
}

ValueRange UpdateOp::getPureIndices() {
  return ValueRange(getBody().getArguments()).drop_back(getReduction().size());
}

ValueRange UpdateOp::getReductionIndices() {
  return ValueRange(getBody().getArguments()).take_back(getReduction().size());
}

StoreOp UpdateOp::getStore() {
  return cast<StoreOp>(getBody().front().getTerminator());
}

SmallVector<StringRef> UpdateOp::getLoopNames() {
  SmallVector<StringRef> loops = getReductionNames();
  SmallVector<StringRef> dims = getFuncOp().getDimNames();
  auto pure = getPureIndices();
  auto store = dyn_cast<StoreOp>(getBody().front().getTerminator());
  if (!store) // not verified yet
    return loops;
  for (auto [dim, index, stored] : llvm::zip(dims, pure, store.getIndices()))
    if (index == stored)
      loops.push_back(dim);
  return loops;
}

void UpdateOp::getAsmBlockArgumentNames(Region &region,
                                        OpAsmSetValueNameFn setName) {
  SmallVector<StringRef> names;
  if (FuncOp func = getFuncOp())
    names = func.getDimNames();
  llvm::append_range(names, getReductionNames());
  nameIndices(region, names, setName);
}

LogicalResult UpdateOp::verify() {
  FuncOp func = getFuncOp();
  if (!func)
    return emitOpError("(C3) is of a func that no halide.func defines");
  SmallVector<StringRef> names = func.getDimNames();
  llvm::append_range(names, getReductionNames());
  if (failed(verifyDimNames(*this, names)))
    return failure();
  size_t count = getReduction().size();
  if (getMins().size() != count || getExtents().size() != count)
    return emitOpError("(C2) has ")
           << getMins().size() << " mins and " << getExtents().size()
           << " extents for " << count << " reduction dimensions";
  return verifyIndices(*this, getBody(), names.size());
}

LogicalResult StoreOp::verify() {
  auto update = cast<UpdateOp>((*this)->getParentOp());
  std::optional<Signature> func = signatureOf(update.getFunc());
  if (!func)
    return success(); // the update says so itself
  if (getIndices().size() != func->dims.size())
    return emitOpError("(C1) has ")
           << getIndices().size() << " indices, but '" << func->name << "' has "
           << func->dims.size() << " dimensions";
  return verifyElements(*this, "(C2)", getValues().getTypes(), func->elements);
}

//===----------------------------------------------------------------------===//
// Outputs and extents
//===----------------------------------------------------------------------===//

void OutputOp::build(OpBuilder &builder, OperationState &state, Value func,
                     Type buffer) {
  build(builder, state, func, builder.getTypeArrayAttr(buffer));
}

LogicalResult OutputOp::verify() {
  std::optional<Signature> func = signatureOf(getFunc());
  if (!func)
    return emitOpError("(C1) is of no func of this pipeline");
  auto types = llvm::to_vector(getBuffers().getAsValueRange<TypeAttr>());
  if (types.size() != func->elements.size())
    return emitOpError("(C1) has ")
           << types.size() << " buffers, but '" << func->name << "' has "
           << func->elements.size() << " elements";
  for (auto [type, element] : llvm::zip(types, func->elements)) {
    auto buffer = dyn_cast<BufferType>(type);
    if (!buffer || buffer.getElementType() != element ||
        buffer.getRank() != func->dims.size())
      return emitOpError("(C1) has type ")
             << type << ", expected a buffer of " << element << " with "
             << func->dims.size() << " dimensions";
  }
  return success();
}

/// The buffer that a subject of set_extent stands for, or null.
static BufferType bufferOf(Value subject) {
  if (auto buffer = dyn_cast<BufferType>(subject.getType()))
    return buffer;
  for (Operation *user : subject.getUsers())
    if (auto output = dyn_cast<OutputOp>(user))
      return cast<BufferType>(
          cast<TypeAttr>(output.getBuffers()[0]).getValue());
  return {};
}

LogicalResult SetExtentOp::verify() {
  BufferType buffer = bufferOf(getSubject());
  if (!buffer)
    return emitOpError("(C2) is of a func that is no output");
  if (getDim() >= buffer.getRank())
    return emitOpError("(C1) is of dimension ")
           << getDim() << " of " << buffer.getRank();
  if (!ShapedType::isDynamic(buffer.getShape()[getDim()]))
    return emitOpError("(C1) is of dimension ")
           << getDim() << ", whose extent is static";
  return success();
}

LogicalResult ExtentOp::verify() {
  if (!isa<BlockArgument>(getBuffer()))
    return emitOpError("(C2) is of a buffer that is no argument");
  unsigned rank = getBuffer().getType().getRank();
  if (getDim() >= rank)
    return emitOpError("(C1) is of dimension ") << getDim() << " of " << rank;
  return success();
}

//===----------------------------------------------------------------------===//
// at
//===----------------------------------------------------------------------===//

void AtOp::build(OpBuilder &builder, OperationState &state, Value subject,
                 ValueRange indices, int64_t element) {
  std::optional<Signature> signature = signatureOf(subject);
  assert(signature && size_t(element) < signature->elements.size() &&
         "halide.at needs an element of a func or buffer");
  build(builder, state, signature->elements[element], subject, indices,
        uint64_t(element));
}

LogicalResult AtOp::verify() {
  if (!(*this)->getParentOfType<FuncOp>() &&
      !(*this)->getParentOfType<UpdateOp>())
    return emitOpError("(C3) stands outside of funcs and updates");
  std::optional<Signature> signature = signatureOf(getSubject());
  if (!signature)
    return emitOpError("(C1) is of no func of this pipeline");
  if (getIndices().size() != signature->dims.size())
    return emitOpError("(C1) has ")
           << getIndices().size() << " indices, but '" << signature->name
           << "' has " << signature->dims.size() << " dimensions";
  if (getElement() >= signature->elements.size())
    return emitOpError("(C2) is of element ")
           << getElement() << " of " << signature->elements.size();
  Type type = signature->elements[getElement()];
  if (type != getResult().getType())
    return emitOpError("(C2) has type ")
           << getResult().getType() << ", expected " << type;
  return success();
}

} // namespace heddle::halide
