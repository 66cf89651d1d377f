// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// halide.pipeline and halide.schedule: builders, syntax, and what must hold
// over a whole kernel.

#include "dialects/halide/Halide.h"
#include "dialects/halide/HalideSyntax.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace heddle::halide {

void PipelineOp::build(OpBuilder &builder, OperationState &state,
                       StringRef name, TypeRange argTypes) {
  state.addAttribute("sym_name", builder.getStringAttr(name));
  state.addAttribute("function_type", TypeAttr::get(builder.getFunctionType(
                                          argTypes, TypeRange())));
  Region *body = state.addRegion();
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Location> locs(argTypes.size(), state.location);
  builder.createBlock(body, {}, argTypes, locs);
}

ParseResult PipelineOp::parse(OpAsmParser &parser, OperationState &result) {
  auto makeType = [](Builder &builder, ArrayRef<Type> args,
                     ArrayRef<Type> results,
                     function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(args, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name), makeType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void PipelineOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

ScheduleOp PipelineOp::findSchedule(StringRef variant) {
  for (auto schedule : getOps<ScheduleOp>())
    if (schedule.getVariant() == variant)
      return schedule;
  return {};
}

LogicalResult PipelineOp::verify() {
  if (!getResultTypes().empty())
    return emitOpError("(C1) has results, expected outputs in the body");
  bool scalarSeen = false;
  for (auto [index, type] : llvm::enumerate(getArgumentTypes())) {
    bool isBuffer = isa<BufferType>(type);
    if (!isBuffer && !type.isSignlessInteger() && !isa<FloatType>(type))
      return emitOpError("(C1) has argument ")
             << index << " of type " << type
             << ", expected a buffer, a signless integer or a float";
    if (isBuffer && scalarSeen)
      return emitOpError("(C1) has buffer argument ")
             << index << " after a scalar, expected buffers first";
    scalarSeen |= !isBuffer;
  }
  return success();
}

/// C4: what may stand in a pipeline's block.
static bool isPipelineLevel(Operation *op) {
  if (isa<FuncOp, UpdateOp, OutputOp, SetExtentOp, ScheduleOp, ExtentOp, DivOp,
          ModOp, ClampOp, LikelyOp, LikelyIfInnermostOp, StrictOp>(op))
    return true;
  return isa_and_nonnull<arith::ArithDialect, math::MathDialect>(
      op->getDialect());
}

/// C2, C3: one name a func, one output a func.
static LogicalResult verifyNames(PipelineOp pipeline) {
  llvm::StringMap<FuncOp> funcs;
  for (auto func : pipeline.getOps<FuncOp>()) {
    auto [entry, isNew] = funcs.try_emplace(func.getName(), func);
    if (isNew)
      continue;
    InFlightDiagnostic diag = func.emitOpError("(C3) of pipeline: '")
                              << func.getName() << "' is defined twice";
    diag.attachNote(entry->second.getLoc()) << "first defined here";
    return diag;
  }
  llvm::SmallDenseSet<Value> outputs;
  for (auto output : pipeline.getOps<OutputOp>())
    if (!outputs.insert(output.getFunc()).second)
      return output.emitOpError("(C2) of pipeline: the func is an output "
                                "already");
  if (outputs.empty())
    return pipeline.emitOpError("(C2) has no output");
  return success();
}

LogicalResult PipelineOp::verifyRegions() {
  llvm::StringSet<> variants;
  bool scheduleSeen = false;
  for (Operation &op : getBody().front()) {
    if (!isPipelineLevel(&op))
      return op.emitOpError("(C4) of pipeline: does not belong at the level "
                            "of a pipeline");
    auto schedule = dyn_cast<ScheduleOp>(op);
    if (!schedule && scheduleSeen)
      return op.emitOpError("(C5) of pipeline: follows a schedule, expected "
                            "schedules last");
    scheduleSeen |= bool(schedule);
    if (schedule && !variants.insert(schedule.getVariant()).second)
      return schedule.emitOpError("(C5) of pipeline: variant '")
             << schedule.getVariant() << "' has a schedule already";
  }
  return verifyNames(*this);
}

void ScheduleOp::build(OpBuilder &builder, OperationState &state,
                       StringRef variant, StringRef target) {
  state.addAttribute("variant", builder.getStringAttr(variant));
  state.addAttribute("target", builder.getStringAttr(target));
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(state.addRegion());
}

void SpecializeOp::build(OpBuilder &builder, OperationState &state, Value func,
                         uint64_t stage, Value condition) {
  state.addOperands({func, condition});
  state.addAttribute("stage", builder.getI64IntegerAttr(stage));
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(state.addRegion());
}

/// A copy is called like what it copies.
static void nameCopy(Value subject, Value result, OpAsmSetValueNameFn setName) {
  if (std::optional<Signature> signature = signatureOf(subject))
    setName(result, signature->name + "_copy");
}

void InOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  nameCopy(getSubject(), getResult(), setName);
}

void CloneInOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  nameCopy(getSubject(), getResult(), setName);
}

//===----------------------------------------------------------------------===//
// Signatures
//===----------------------------------------------------------------------===//

static Signature signatureOfFunc(FuncOp func) {
  Signature signature{func.getName().str(), {}, {}};
  for (StringRef dim : func.getDimNames())
    signature.dims.push_back(dim.str());
  llvm::append_range(signature.elements,
                     func.getElements().getAsValueRange<TypeAttr>());
  return signature;
}

/// Dimensions of a buffer have no names; Halide calls them _0, _1, ...
static Signature signatureOfBuffer(BufferType buffer) {
  Signature signature{"buffer", {}, {buffer.getValueType()}};
  for (unsigned dim = 0; dim < buffer.getRank(); ++dim)
    signature.dims.push_back("_" + std::to_string(dim));
  return signature;
}

std::optional<Signature> signatureOf(Value func) {
  if (auto buffer = dyn_cast<BufferType>(func.getType()))
    return signatureOfBuffer(buffer);
  Operation *def = func.getDefiningOp();
  if (auto op = dyn_cast_or_null<FuncOp>(def))
    return signatureOfFunc(op);
  std::optional<Signature> signature;
  if (auto op = dyn_cast_or_null<InOp>(def)) {
    signature = signatureOf(op.getSubject());
  } else if (auto op = dyn_cast_or_null<CloneInOp>(def)) {
    signature = signatureOf(op.getSubject());
  } else if (auto op = dyn_cast_or_null<RfactorOp>(def)) {
    signature = signatureOf(op.getFunc());
    for (StringRef dim : stringsOf(op.getPure()))
      if (signature)
        signature->dims.push_back(dim.str());
  }
  return signature;
}

} // namespace heddle::halide
