// Models, entries, kernels and outlined kernels: text, builders and rules.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/graph/Graph.h"

#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

/// Largest number of elements of one tensor: beyond it is a mistake, not a
/// model.
static constexpr int64_t maxElements = int64_t(1) << 40;

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

static LogicalResult verifyExtent(Operation *op, Location loc, Type type,
                                  StringRef label, Operation *scope,
                                  const std::vector<shape::DimRange> &ranges) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return success();
  if (!tensor.hasStaticShape() &&
      !isa_and_nonnull<DimsAttr>(tensor.getEncoding()))
    return emitError(loc) << label << " found the type " << type
                          << ", expected #hgraph.dims<...> for its ?";
  shape::Shape extents = shapeOf(tensor);
  for (const shape::Dim &dim : extents)
    for (const std::string &name : dim.symbols())
      if (llvm::none_of(ranges, [&](const shape::DimRange &range) {
            return range.name == name;
          })) {
        InFlightDiagnostic diag = emitError(loc)
                                  << label << " found the extent \""
                                  << dim.str() << "\" over the dim \"" << name
                                  << "\", which is not declared";
        diag.attachNote(scope->getLoc()) << "dims are declared here";
        return diag;
      }
  std::optional<int64_t> most =
      shape::maximum(shape::elementCount(extents), ranges);
  if (!most || *most > maxElements)
    return emitError(loc) << label << " found the shape " << shape::str(extents)
                          << " with more than 2^40 elements at the ends of the "
                             "ranges";
  return success();
}

/// Every tensor under `scope` is written in the declared dims.
static LogicalResult verifyExtents(Operation *scope, StringRef label,
                                   const std::vector<shape::DimRange> &ranges) {
  WalkResult result = scope->walk([&](Operation *op) {
    for (OpResult value : op->getResults())
      if (failed(verifyExtent(op, op->getLoc(), value.getType(), label, scope,
                              ranges)))
        return WalkResult::interrupt();
    for (Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments())
        if (failed(verifyExtent(op, argument.getLoc(), argument.getType(),
                                label, scope, ranges)))
          return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// The values given by a terminator have the types promised by `holder`.
static LogicalResult verifyGiven(Operation *holder, Operation *terminator,
                                 TypeRange promised, StringRef label) {
  if (TypeRange(terminator->getOperandTypes()) == promised)
    return success();
  InFlightDiagnostic diag = terminator->emitOpError(label)
                            << " found the types ("
                            << terminator->getOperandTypes() << "), expected ("
                            << promised << ")";
  diag.attachNote(holder->getLoc()) << "the result types are declared here";
  return diag;
}

/// A body holds hgraph ops only: nothing else has a meaning here. Its
/// terminator is then the one whose parent `body`'s op is.
static LogicalResult verifyHolds(Block &body, StringRef label) {
  for (Operation &op : body)
    if (!isa_and_nonnull<HGraphDialect>(op.getDialect()))
      return op.emitOpError(label) << " stands among hgraph operations, which "
                                      "is where only hgraph operations may";
  return success();
}

static LogicalResult verifySignature(FunctionOpInterface function,
                                     StringRef label) {
  auto isTensor = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return false;
    Type element = tensor.getElementType();
    return element.isF32() || element.isSignlessInteger(32) ||
           element.isSignlessInteger(1) || element.isBF16();
  };
  for (TypeRange types : {TypeRange(function.getArgumentTypes()),
                          TypeRange(function.getResultTypes())})
    for (Type type : types)
      if (!isTensor(type))
        return function->emitOpError(label) << " found " << type
                                            << " in the signature, expected a "
                                               "tensor of f32, i32, i1 or bf16";
  return success();
}

//===----------------------------------------------------------------------===//
// ModelOp
//===----------------------------------------------------------------------===//

void ModelOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                    ArrayRef<DimAttr> dims) {
  state.addAttribute(getSymNameAttrName(state.name),
                     builder.getStringAttr(name));
  SmallVector<Attribute> declared(dims.begin(), dims.end());
  state.addAttribute(getDimsAttrName(state.name),
                     builder.getArrayAttr(declared));
  state.addRegion()->emplaceBlock();
}

ParseResult ModelOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  if (parser.parseSymbolName(name, getSymNameAttrName(result.name),
                             result.attributes) ||
      parser.parseOptionalAttrDict(result.attributes))
    return failure();
  Region *body = result.addRegion();
  if (parser.parseRegion(*body))
    return failure();
  if (body->empty())
    body->emplaceBlock();
  return success();
}

void ModelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer.printOptionalAttrDict((*this)->getAttrs(), {getSymNameAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false,
                      /*printBlockTerminators=*/false);
}

std::vector<shape::DimRange> ModelOp::dimRanges() {
  return graph::dimRanges(getDims());
}

/// The use of a state is that of one that `states` holds.
static LogicalResult verifyState(Operation *op, StringAttr name, Type type,
                                 const llvm::StringMap<StateOp> &states) {
  StateOp state = states.lookup(name.getValue());
  if (!state)
    return op->emitOpError("(M6) names the state ")
           << name << ", which the model does not declare";
  if (state.getType() == type)
    return success();
  InFlightDiagnostic diag = op->emitOpError("(M6) has the type ")
                            << type << ", the state " << name << " has "
                            << state.getType();
  diag.attachNote(state.getLoc()) << "it is declared here";
  return diag;
}

static LogicalResult verifyStates(ModelOp model) {
  llvm::StringMap<StateOp> states;
  for (StateOp state : model.getOps<StateOp>())
    if (!states.try_emplace(state.getName(), state).second)
      return state.emitOpError("(M5) declares the state ")
             << state.getNameAttr() << " twice";
  for (EntryOp entry : model.getOps<EntryOp>()) {
    llvm::StringMap<WriteStateOp> written;
    for (Operation &op : entry.getBody().front()) {
      if (auto read = dyn_cast<ReadStateOp>(op))
        if (failed(
                verifyState(read, read.getNameAttr(), read.getType(), states)))
          return failure();
      auto write = dyn_cast<WriteStateOp>(op);
      if (!write)
        continue;
      if (failed(verifyState(write, write.getNameAttr(),
                             write.getValue().getType(), states)))
        return failure();
      auto [first, isNew] = written.try_emplace(write.getName(), write);
      if (isNew)
        continue;
      InFlightDiagnostic diag = write.emitOpError("(M7) writes the state ")
                                << write.getNameAttr() << " again";
      diag.attachNote(first->second.getLoc()) << "it is written here";
      return diag;
    }
  }
  return success();
}

LogicalResult StateOp::verify() {
  if (cast<RankedTensorType>(getType()).hasStaticShape())
    return success();
  return emitOpError("(S1) has the type ")
         << getType() << "; expected constant extents";
}

LogicalResult ModelOp::verifyRegions() {
  llvm::StringSet<> names;
  for (DimAttr dim : getDims().getAsRange<DimAttr>())
    if (!names.insert(dim.getName().getValue()).second)
      return emitOpError("(M1) declares the dim ") << dim.getName() << " twice";
  for (Operation &op : getBody().front())
    if (!isa<EntryOp, StateOp>(op))
      return op.emitOpError(
          "(M4) stands in a model, which holds states and entries only");
  if (failed(verifyExtents(*this, "(M2)", dimRanges())))
    return failure();
  llvm::StringMap<WeightOp> weights;
  WalkResult result = walk([&](WeightOp weight) {
    auto [known, isNew] = weights.try_emplace(weight.getPath(), weight);
    if (isNew || known->second.getType() == weight.getType())
      return WalkResult::advance();
    InFlightDiagnostic diag = weight.emitOpError("(M3) has the type ")
                              << weight.getType()
                              << ", another use of the path has "
                              << known->second.getType();
    diag.attachNote(known->second.getLoc()) << "it is used here";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted() || failed(verifyStates(*this)));
}

//===----------------------------------------------------------------------===//
// EntryOp and OutlinedOp
//===----------------------------------------------------------------------===//

template <typename FunctionOp>
static ParseResult parseFunction(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> inputs,
                      ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(inputs, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      FunctionOp::getFunctionTypeAttrName(result.name), buildType,
      FunctionOp::getArgAttrsAttrName(result.name),
      FunctionOp::getResAttrsAttrName(result.name));
}

template <typename FunctionOp>
static void printFunction(OpAsmPrinter &printer, FunctionOp function) {
  function_interface_impl::printFunctionOp(
      printer, function, /*isVariadic=*/false,
      function.getFunctionTypeAttrName(), function.getArgAttrsAttrName(),
      function.getResAttrsAttrName());
}

/// Adds the body with one block that takes the inputs.
static void addFunctionBody(OpBuilder &builder, OperationState &state,
                            FunctionType type) {
  Block &block = state.addRegion()->emplaceBlock();
  for (Type input : type.getInputs())
    block.addArgument(input, state.location);
}

void EntryOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                    FunctionType type, ArrayRef<StringRef> inputNames,
                    ArrayRef<StringRef> outputNames) {
  auto named = [&](ArrayRef<StringRef> names) {
    SmallVector<Attribute> dictionaries;
    for (StringRef text : names)
      dictionaries.push_back(builder.getDictionaryAttr(
          builder.getNamedAttr(nameAttr, builder.getStringAttr(text))));
    return builder.getArrayAttr(dictionaries);
  };
  state.addAttribute(getSymNameAttrName(state.name),
                     builder.getStringAttr(name));
  state.addAttribute(getFunctionTypeAttrName(state.name), TypeAttr::get(type));
  state.addAttribute(getArgAttrsAttrName(state.name), named(inputNames));
  state.addAttribute(getResAttrsAttrName(state.name), named(outputNames));
  addFunctionBody(builder, state, type);
}

ParseResult EntryOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseFunction<EntryOp>(parser, result);
}

void EntryOp::print(OpAsmPrinter &printer) { printFunction(printer, *this); }

OperandRange EntryOp::returned() {
  return getBody().front().getTerminator()->getOperands();
}

StringRef EntryOp::inputName(unsigned index) {
  return getArgAttrOfType<StringAttr>(index, nameAttr).getValue();
}

StringRef EntryOp::outputName(unsigned index) {
  return getResultAttrOfType<StringAttr>(index, nameAttr).getValue();
}

std::optional<std::pair<int64_t, int64_t>> EntryOp::inputRange(unsigned index) {
  auto range = getArgAttrOfType<DenseI64ArrayAttr>(index, rangeAttr);
  if (!range)
    return std::nullopt;
  return std::pair(range[0], range[1]);
}

/// The `hgraph.name`s of one side of a signature: all there, all distinct.
static LogicalResult verifyNames(EntryOp entry, unsigned count, StringRef what,
                                 llvm::function_ref<Attribute(unsigned)> get) {
  llvm::StringSet<> names;
  for (unsigned i = 0; i < count; ++i) {
    auto name = dyn_cast_or_null<StringAttr>(get(i));
    if (!name)
      return entry.emitOpError("(E1) has no hgraph.name on ")
             << what << ' ' << i;
    if (!names.insert(name.getValue()).second)
      return entry.emitOpError("(E1) has the name ")
             << name << " on two " << what << 's';
  }
  return success();
}

LogicalResult EntryOp::verifyRegions() {
  auto argument = [&](unsigned i) { return getArgAttr(i, nameAttr); };
  auto result = [&](unsigned i) { return getResultAttr(i, nameAttr); };
  if (failed(verifyNames(*this, getNumArguments(), "argument", argument)) ||
      failed(verifyNames(*this, getResultTypes().size(), "result", result)) ||
      failed(verifySignature(*this, "(E3)")) ||
      failed(verifyHolds(getBody().front(), "(E4)")))
    return failure();
  return verifyGiven(*this, getBody().front().getTerminator(), getResultTypes(),
                     "(E2)");
}

void OutlinedOp::build(OpBuilder &builder, OperationState &state,
                       StringRef name, FunctionType type, ArrayAttr dims,
                       StringRef family) {
  state.addAttribute(getSymNameAttrName(state.name),
                     builder.getStringAttr(name));
  state.addAttribute(getFunctionTypeAttrName(state.name), TypeAttr::get(type));
  state.addAttribute(getDimsAttrName(state.name), dims);
  if (!family.empty())
    state.addAttribute(getFamilyAttrName(state.name),
                       builder.getStringAttr(family));
  addFunctionBody(builder, state, type);
}

ParseResult OutlinedOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseFunction<OutlinedOp>(parser, result);
}

void OutlinedOp::print(OpAsmPrinter &printer) { printFunction(printer, *this); }

OperandRange OutlinedOp::returned() {
  return getBody().front().getTerminator()->getOperands();
}

std::vector<shape::DimRange> OutlinedOp::dimRanges() {
  return graph::dimRanges(getDims());
}

LogicalResult OutlinedOp::verifyRegions() {
  if (failed(verifySignature(*this, "(U2)")) ||
      failed(verifyHolds(getBody().front(), "(U4)")) ||
      failed(verifyGiven(*this, getBody().front().getTerminator(),
                         getResultTypes(), "(U1)")))
    return failure();
  return verifyExtents(*this, "(U3)", dimRanges());
}

//===----------------------------------------------------------------------===//
// KernelOp
//===----------------------------------------------------------------------===//

OperandRange KernelOp::yielded() {
  return getBody().front().getTerminator()->getOperands();
}

LogicalResult KernelOp::verifyRegions() {
  Operation *yield = getBody().front().getTerminator();
  if (failed(verifyHolds(getBody().front(), "(K4)")) ||
      failed(verifyGiven(*this, yield, getResultTypes(), "(K1)")))
    return failure();
  for (auto [i, value] : llvm::enumerate(yield->getOperands()))
    if (value.getParentRegion() != &getBody()) {
      InFlightDiagnostic diag = emitOpError("(K2) yields as result ")
                                << i << " a value from outside";
      diag.attachNote(value.getLoc()) << "it comes from here";
      return diag;
    }
  return success();
}
