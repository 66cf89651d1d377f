// The host dialect's verifiers; the labels are those of HostOps.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/host/Host.h"
#include "dialects/host/Recipe.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::host;

//===-- Dims --------------------------------------------------------------===//

static ProgramOp programOf(Operation *op) {
  return op->getParentOfType<ProgramOp>();
}

/// Reads a dim that must be canonical and name only declared dims.
static FailureOr<shape::Dim> checkDim(Operation *op, StringRef label,
                                      StringRef text) {
  std::optional<shape::Dim> dim = shape::Dim::parse(text.str());
  if (!dim)
    return op->emitOpError()
           << "(" << label << ") has '" << text << "', which is not a dim";
  if (dim->str() != text)
    return op->emitOpError()
           << "(" << label << ") has the dim '" << text
           << "', whose canonical text is '" << dim->str() << "'";
  ProgramOp program = programOf(op);
  for (const std::string &name : dim->symbols())
    if (!program.getDims().contains(name)) {
      InFlightDiagnostic diag = op->emitOpError()
                                << "(" << label << ") has '" << text
                                << "', which names the undeclared dim '" << name
                                << "'";
      diag.attachNote(program.getLoc()) << "the dims are declared here";
      return diag;
    }
  return *dim;
}

static FailureOr<shape::Shape> checkShape(Operation *op, StringRef label,
                                          ArrayAttr extents) {
  shape::Shape dims;
  for (StringAttr extent : extents.getAsRange<StringAttr>()) {
    FailureOr<shape::Dim> dim = checkDim(op, label, extent.getValue());
    if (failed(dim))
      return failure();
    dims.push_back(*dim);
  }
  return dims;
}

/// B1 and B2, which all buffers share.
static LogicalResult checkBuffer(Operation *op, Type element,
                                 ArrayAttr extents) {
  if (elementBytes(element) == 0)
    return op->emitOpError("(B1) has elements of type ")
           << element << ", which no artefact holds";
  return checkShape(op, "B2", extents);
}

//===-- Program and entry -------------------------------------------------===//

LogicalResult ProgramOp::verify() {
  for (NamedAttribute dim : getDims()) {
    auto bounds = dyn_cast<ArrayAttr>(dim.getValue());
    auto bound = [&](unsigned i) { return dyn_cast<IntegerAttr>(bounds[i]); };
    if (!bounds || bounds.size() != 2 || !bound(0) || !bound(1) ||
        bound(0).getInt() < 1 || bound(0).getInt() > bound(1).getInt())
      return emitOpError("(P1) has the range ")
             << dim.getValue() << " for dim '" << dim.getName().getValue()
             << "', expected [min, max] with 1 <= min <= max";
  }
  return success();
}

/// P4.
static LogicalResult checkSpaces(ProgramOp program) {
  SlotOp first;
  WalkResult result = program.walk([&](SlotOp slot) {
    if (!first)
      first = slot;
    if (slot.getSpace() == first.getSpace())
      return WalkResult::advance();
    InFlightDiagnostic diag = slot.emitOpError("(P4) is in space '")
                              << slot.getSpace() << "', expected '"
                              << first.getSpace() << "'";
    diag.attachNote(first.getLoc()) << "as the first slot of the program";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

LogicalResult ProgramOp::verifyRegions() {
  llvm::StringMap<Location> weights;
  for (Operation &op : getBlock()) {
    if (!isa<WeightOp, EntryOp>(op))
      return op.emitOpError("(P2) stands in a program, which holds only "
                            "weights and entries");
    auto weight = dyn_cast<WeightOp>(op);
    if (!weight)
      continue;
    auto [other, fresh] = weights.try_emplace(weight.getName(), op.getLoc());
    if (!fresh) {
      InFlightDiagnostic diag = weight.emitOpError("(P3) has the name '")
                                << weight.getName() << "' a second time";
      diag.attachNote(other->second) << "the first one is here";
      return diag;
    }
  }
  return checkSpaces(*this);
}

/// D1 and D8. Other dialects are known by name only.
static LogicalResult checkCallee(DispatchOp dispatch, StringRef name,
                                 Operation *callee) {
  if (!callee)
    return dispatch.emitOpError("(D1) calls @")
           << name << ", which does not exist";
  StringRef kind = callee->getName().getStringRef();
  if (kind != "halide.pipeline" && kind != "hgraph.outlined") {
    InFlightDiagnostic diag =
        dispatch.emitOpError("(D1) calls @")
        << name << ", a " << kind
        << ", expected halide.pipeline or hgraph.outlined";
    diag.attachNote(callee->getLoc()) << "the callee is here";
    return diag;
  }
  auto function = dyn_cast<FunctionOpInterface>(callee);
  size_t given = dispatch.getIns().size() + dispatch.getScalars().size();
  if (kind != "halide.pipeline" || !function ||
      function.getNumArguments() == given)
    return success();
  InFlightDiagnostic diag = dispatch.emitOpError("(D8) gives @")
                            << name << " " << given
                            << " ins and scalars, expected "
                            << function.getNumArguments();
  diag.attachNote(callee->getLoc()) << "the callee is here";
  return diag;
}

LogicalResult ProgramOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  Operation *module = (*this)->getParentOp();
  auto check = [&](DispatchOp dispatch, FlatSymbolRefAttr callee) {
    return checkCallee(dispatch, callee.getValue(),
                       symbolTable.lookupSymbolIn(module, callee));
  };
  WalkResult result = walk([&](DispatchOp dispatch) {
    if (failed(check(dispatch, dispatch.getCalleeAttr())))
      return WalkResult::interrupt();
    for (const DispatchOp::Choice &choice : dispatch.getChoices())
      if (failed(check(dispatch, choice.callee)))
        return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

namespace {
/// Walks an entry in order and follows what each slot holds.
class EntryChecker {
public:
  LogicalResult check(Operation &op);
  LogicalResult checkEnd();

private:
  LogicalResult checkName(Operation &op, llvm::StringSet<> &names,
                          StringRef name, StringRef what);
  LogicalResult checkDispatch(DispatchOp dispatch);
  LogicalResult checkOutput(OutputOp output);

  llvm::StringSet<> inputs, outputs;
  llvm::DenseMap<int64_t, Value> holds;   // by slot id
  llvm::DenseMap<Value, unsigned> writes; // dispatches that wrote it
  SmallVector<OutputOp> outputOps;
};
} // namespace

LogicalResult EntryChecker::checkName(Operation &op, llvm::StringSet<> &names,
                                      StringRef name, StringRef what) {
  if (!names.insert(name).second)
    return op.emitOpError("(E4) is a second ")
           << what << " named '" << name << "'";
  return success();
}

LogicalResult EntryChecker::checkDispatch(DispatchOp dispatch) {
  for (auto [index, in] : llvm::enumerate(dispatch.getIns())) {
    auto slot = in.getDefiningOp<SlotOp>();
    if (slot && holds.lookup(slot.getId()) != in) {
      InFlightDiagnostic diag = dispatch.emitOpError("(E2) reads slot ")
                                << slot.getId() << " as in " << index
                                << ", which does not hold that buffer here";
      diag.attachNote(slot.getLoc()) << "the buffer is declared here";
      return diag;
    }
  }
  for (Value out : dispatch.getOuts()) {
    holds[out.getDefiningOp<SlotOp>().getId()] = out;
    ++writes[out];
  }
  return success();
}

LogicalResult EntryChecker::check(Operation &op) {
  if (auto input = dyn_cast<InputOp>(op))
    return checkName(op, inputs, input.getName(), "input");
  if (auto dispatch = dyn_cast<DispatchOp>(op))
    return checkDispatch(dispatch);
  if (auto output = dyn_cast<OutputOp>(op)) {
    outputOps.push_back(output);
    return checkName(op, outputs, output.getName(), "output");
  }
  if (isa<SlotOp>(op))
    return success();
  return op.emitOpError("(E1) stands in an entry, which holds only inputs, "
                        "slots, dispatches and outputs");
}

LogicalResult EntryChecker::checkEnd() {
  for (OutputOp output : outputOps) {
    unsigned count = writes.lookup(output.getBuffer());
    if (count != 1)
      return output.emitOpError("(E3) names '")
             << output.getName() << "', which " << count
             << " dispatches write, expected one";
    auto slot = output.getBuffer().getDefiningOp<SlotOp>();
    if (holds.lookup(slot.getId()) != output.getBuffer())
      return output.emitOpError("(E3) names '")
             << output.getName() << "', whose slot " << slot.getId()
             << " is overwritten by another buffer";
  }
  return success();
}

/// E5.
static LogicalResult checkSlices(EntryOp entry) {
  std::optional<StringRef> name = entry.getSlices();
  if (!name)
    return success();
  auto range =
      dyn_cast_or_null<ArrayAttr>(programOf(entry).getDims().get(*name));
  if (!range || cast<IntegerAttr>(range[0]).getInt() > 1)
    return entry.emitOpError("(E5) is cut along '")
           << *name << "', which is not a declared dim of at least 1";
  bool hasInput = false;
  for (Operation &op : entry.getBlock()) {
    auto output = dyn_cast<OutputOp>(op);
    if (!output && !isa<InputOp>(op))
      continue;
    Value buffer = output ? Value(output.getBuffer()) : op.getResult(0);
    shape::Shape extents = bufferShape(buffer).extents;
    auto mentions = [&](const shape::Dim &extent) {
      return llvm::is_contained(extent.symbols(), name->str());
    };
    bool isCut =
        !extents.empty() && extents.front() == shape::Dim::symbol(name->str());
    if (llvm::count_if(extents, mentions) != isCut || (output && !isCut))
      return op.emitOpError("(E5) has the extents ")
             << shape::str(extents) << ", which cannot be cut along '" << *name
             << "'";
    hasInput |= isCut && !output;
  }
  if (!hasInput)
    return entry.emitOpError("(E5) is cut along '")
           << *name << "', which no input has";
  return success();
}

LogicalResult EntryOp::verifyRegions() {
  EntryChecker checker;
  for (Operation &op : getBlock())
    if (failed(checker.check(op)))
      return failure();
  if (failed(checker.checkEnd()))
    return failure();
  return checkSlices(*this);
}

//===-- Buffers -----------------------------------------------------------===//

LogicalResult WeightOp::verify() {
  if (failed(checkBuffer(*this, getElement(), getExtents())))
    return failure();
  bool generates = false;
  Type element = Float32Type::get(getContext());
  size_t tensors = getTensors().size();
  for (StringAttr text : getRecipe().getAsRange<StringAttr>()) {
    std::optional<RecipeStep> step = parseRecipeStep(text.getValue());
    if (!step)
      return emitOpError("(W2) has the step '")
             << text.getValue() << "', expected one of "
             << StringRef(recipeForms());
    if (step->generates() && (tensors != 0 || getRecipe().size() != 1))
      return emitOpError("(W1) has the step '")
             << text.getValue() << "', which takes no tensor and stands alone";
    generates |= step->generates();
    if (element.isBF16())
      return emitOpError("(W4) has the step '")
             << text.getValue() << "' after 'bf16', which comes last";
    if (step->narrows())
      element = BFloat16Type::get(getContext());
    else if (step->kind == RecipeStep::Kind::Int8)
      element = IntegerType::get(getContext(), 8);
    else if (step->kind == RecipeStep::Kind::Offsets)
      element = IntegerType::get(getContext(), 32);
    if (step->kind == RecipeStep::Kind::Concat && tensors != 0)
      tensors = 1;
    if (tensors > 1)
      break;
  }
  bool isNarrow = getElement().isBF16() || getElement().isInteger(8);
  if (element != getElement() && (!element.isF32() || isNarrow))
    return emitOpError("(W4) has elements of type ")
           << getElement() << ", its recipe gives " << element;
  if (tensors == 0 && !generates)
    return emitOpError("(W1) names no tensor");
  if (tensors > 1)
    return emitOpError("(W2) names ")
           << tensors << " tensors, but its recipe does not begin with concat";
  for (const shape::Dim &extent : readShape(getExtents())) {
    std::optional<int64_t> value = extent.constant();
    if (!value || *value < 1)
      return emitOpError("(W3) has the extent '")
             << extent.str() << "', expected a positive constant";
  }
  return success();
}

LogicalResult InputOp::verify() {
  if (failed(checkBuffer(*this, getElement(), getExtents())))
    return failure();
  std::optional<ArrayAttr> range = getRange();
  if (!range)
    return success();
  if (!getElement().isInteger())
    return emitOpError("(I1) has a range on elements of type ") << getElement();
  auto bound = [&](unsigned i) {
    return cast<IntegerAttr>((*range)[i]).getInt();
  };
  if (range->size() != 2 || bound(0) > bound(1))
    return emitOpError("(I1) has the range ")
           << *range << ", expected [low, high] with low <= high";
  return success();
}

LogicalResult SlotOp::verify() {
  if (failed(checkBuffer(*this, getElement(), getExtents())))
    return failure();
  if (getId() < 0)
    return emitOpError("(S1) has the id ") << getId() << ", expected 0 or more";
  if (getSpace() != hostSpace && getSpace() != deviceSpace)
    return emitOpError("(S2) is in space '")
           << getSpace() << "', expected 'host' or 'device'";
  return success();
}

LogicalResult OutputOp::verify() {
  if (!getBuffer().getDefiningOp<SlotOp>())
    return emitOpError("(O1) names '") << getName() << "', which is not a slot";
  return success();
}

//===-- Dispatch ----------------------------------------------------------===//

/// D3 and D4.
static LogicalResult checkViews(DispatchOp op) {
  size_t buffers = op.getIns().size() + op.getOuts().size();
  if (op.getViews().size() != buffers)
    return op.emitOpError("(D3) has ")
           << op.getViews().size() << " views for " << buffers << " buffers";
  for (auto [index, attr] : llvm::enumerate(op.getViews())) {
    FailureOr<shape::Shape> view = checkShape(op, "D5", cast<ArrayAttr>(attr));
    if (failed(view))
      return failure();
    size_t ins = op.getIns().size();
    Value buffer = index < ins ? op.getIns()[index] : op.getOuts()[index - ins];
    shape::Shape extents = bufferShape(buffer).extents;
    shape::Dim found = shape::elementCount(*view);
    shape::Dim expected = shape::elementCount(extents);
    if (found == expected)
      continue;
    InFlightDiagnostic diag = op.emitOpError("(D4) view ")
                              << index << " has " << found.str()
                              << " elements, but its buffer has "
                              << expected.str();
    diag.attachNote(buffer.getLoc()) << "the buffer is declared here";
    return diag;
  }
  return success();
}

/// D2 and D7.
static LogicalResult checkOuts(DispatchOp op) {
  llvm::DenseSet<int64_t> used;
  for (Value in : op.getIns())
    if (auto slot = in.getDefiningOp<SlotOp>())
      used.insert(slot.getId());
  for (auto [index, out] : llvm::enumerate(op.getOuts())) {
    auto slot = out.getDefiningOp<SlotOp>();
    if (!slot)
      return op.emitOpError("(D2) out ") << index << " is not a slot";
    if (!used.insert(slot.getId()).second)
      return op.emitOpError("(D7) out ")
             << index << " shares slot " << slot.getId()
             << " with another buffer of the dispatch";
  }
  return success();
}

/// D9, but for the callees, which the program looks up.
static LogicalResult checkChoices(DispatchOp op) {
  ArrayAttr instead = op.getInsteadAttr();
  if (!instead)
    return success();
  int64_t last = 0;
  for (Attribute attr : instead) {
    auto choice = dyn_cast<DictionaryAttr>(attr);
    StringAttr size;
    IntegerAttr upTo;
    if (choice) {
      size = choice.getAs<StringAttr>("size");
      upTo = choice.getAs<IntegerAttr>("up_to");
    }
    if (!choice || choice.size() != 3 || !size || !upTo ||
        !choice.getAs<FlatSymbolRefAttr>("callee"))
      return op.emitOpError("(D9) has the choice ")
             << attr << ", expected {callee = @name, size = \"formula\", "
             << "up_to = number}";
    if (failed(checkDim(op, "D9", size.getValue())))
      return failure();
    if (upTo.getInt() <= last)
      return op.emitOpError("(D9) has a choice up to ")
             << upTo.getInt() << " after " << last << ", expected more";
    last = upTo.getInt();
  }
  return success();
}

LogicalResult DispatchOp::verify() {
  if (failed(checkViews(*this)) || failed(checkOuts(*this)) ||
      failed(checkShape(*this, "D5", getScalars())) ||
      failed(checkChoices(*this)))
    return failure();
  if (getFlops() && failed(checkDim(*this, "D5", *getFlops())))
    return failure();
  if (getValues() && getValues()->size() != getOuts().size())
    return emitOpError("(D6) has ") << getValues()->size() << " values for "
                                    << getOuts().size() << " outs";
  return success();
}
