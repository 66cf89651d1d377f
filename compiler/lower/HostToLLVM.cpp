// Writes the entry functions and the exported table as LLVM dialect code.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/HostToLLVM.h"

#include "compiler/lower/HostToLLVMCode.h"
#include "llvm/ADT/StringMap.h"
#include <limits>

using namespace mlir;
using namespace heddle;
using namespace heddle::lower;

namespace {
constexpr int64_t bufferBytes = sizeof(heddle_view);
constexpr int64_t dimBytes = sizeof(heddle_view_dim);
constexpr int64_t pointerBytes = 8;

constexpr const char *kernelTable = "heddle_kernels";

/// The largest dispatch: how much stack the entry needs.
struct Frame {
  int64_t buffers = 0;
  int64_t dims = 0;
};

class HostLowering {
public:
  HostLowering(ModuleOp module, host::ProgramOp program,
               const HostTables &tables, ArrayRef<std::string> variants,
               const SharedKernels &shared)
      : code(module, program.getLoc()), tables(tables), variants(variants),
        shared(shared), onDevice(program.isOnDevice()) {}
  LogicalResult run();

private:
  LogicalResult checkRange(host::DispatchOp op, const shape::Dim &dim,
                           const Twine &what, int64_t lowest);
  LogicalResult checkDispatch(host::DispatchOp op);
  void emitKernelTable();
  void emitFinish();
  LLVM::LLVMFuncOp viewFunction(size_t rank);
  std::string entryName(size_t index) {
    return "heddle_entry" + std::to_string(index);
  }
  void emitEntry(size_t index);
  Value dimValue(const shape::Dim &dim);
  Value dispatch(host::DispatchOp op);
  Value kernelOf(host::DispatchOp op);
  void returnUnlessZero(Value status);
  void emitTable();

  HostCode code;
  const HostTables &tables;
  ArrayRef<std::string> variants;
  const SharedKernels &shared;
  bool onDevice;
  LLVM::LLVMFuncOp finish;
  std::map<size_t, LLVM::LLVMFuncOp> views; // by rank

  // Of the entry in work.
  Value call, dims, buffers, kernels, bufferArea, dimArea;
  Block *exit = nullptr;
  std::map<std::string, Value> dimValues; // i64, by canonical text
};
} // namespace

std::string lower::kernelSymbol(StringRef kernel, StringRef variant) {
  return ("heddle_" + kernel + "_" + variant).str();
}

//===-- Ranges ------------------------------------------------------------===//

LogicalResult HostLowering::checkRange(host::DispatchOp op,
                                       const shape::Dim &dim, const Twine &what,
                                       int64_t lowest) {
  constexpr int64_t highest = std::numeric_limits<int32_t>::max();
  std::optional<int64_t> high = shape::maximum(dim, tables.dims), low;
  if (std::optional<shape::Dim> negated =
          shape::Dim::multiply(dim, shape::Dim(-1)))
    low = shape::maximum(*negated, tables.dims);
  if (high && low && *high <= highest && -*low >= lowest)
    return success();
  InFlightDiagnostic diag = op.emitOpError()
                            << what << " is " << dim.str() << ", which ";
  if (!high || !low)
    diag << "leaves 64 bits";
  else if (*high > highest)
    diag << "reaches " << *high << ", more than the " << highest
         << " that a kernel can index";
  else
    diag << "falls to " << -*low << ", less than " << lowest;
  return diag << "; narrow the range of a dim";
}

/// Extents, and their products from the inside out: strides and, last, the
/// number of elements.
LogicalResult HostLowering::checkDispatch(host::DispatchOp op) {
  for (auto [index, view] : llvm::enumerate(op.getViews())) {
    shape::Dim product(1);
    for (const shape::Dim &extent : host::readShape(cast<ArrayAttr>(view))) {
      if (failed(checkRange(op, extent, "extent of view " + Twine(index), 0)))
        return failure();
      product = product * extent;
      if (failed(checkRange(op, product, "size of view " + Twine(index), 0)))
        return failure();
    }
  }
  for (const shape::Dim &scalar : host::readShape(op.getScalars()))
    if (failed(checkRange(op, scalar, "scalar",
                          std::numeric_limits<int32_t>::min())))
      return failure();
  return success();
}

//===-- Functions ---------------------------------------------------------===//

/// Pointers to all kernels, one row a variant.
void HostLowering::emitKernelTable() {
  std::map<std::string, host::DispatchOp> calls;
  for (const HostEntry &entry : tables.entries)
    for (host::DispatchOp op : entry.dispatches) {
      calls.emplace(op.getCallee().str(), op);
      for (const host::DispatchOp::Choice &choice : op.getChoices())
        calls.emplace(choice.callee.getValue().str(), op);
    }
  for (const std::string &variant : variants)
    for (const std::string &kernel : tables.kernels) {
      if (shared.count({kernel, variant}))
        continue;
      host::DispatchOp op = calls.at(kernel);
      SmallVector<Type> types = {code.ptr};
      types.append(op.getIns().size(), code.ptr);
      types.append(op.getScalars().size(), code.i32);
      types.append(op.getOuts().size(), code.ptr);
      code.declare(kernelSymbol(kernel, variant), code.i32, types)
          .setVisibility_(LLVM::Visibility::Hidden);
    }
  size_t count = variants.size() * tables.kernels.size();
  Type type = LLVM::LLVMArrayType::get(code.ptr, count);
  OpBuilder::InsertionGuard guard(code.b);
  code.b.setInsertionPointToEnd(code.module.getBody());
  LLVM::GlobalOp global =
      LLVM::GlobalOp::create(code.b, type, /*isConstant=*/true,
                             LLVM::Linkage::Internal, kernelTable, Attribute());
  code.b.createBlock(&global.getInitializerRegion());
  Value rows = LLVM::UndefOp::create(code.b, type);
  int64_t position = 0;
  for (const std::string &variant : variants)
    for (const std::string &kernel : tables.kernels) {
      auto serving = shared.find({kernel, variant});
      std::string symbol = kernelSymbol(
          kernel, serving == shared.end() ? variant : serving->second);
      rows = LLVM::InsertValueOp::create(code.b, rows, code.addressOf(symbol),
                                         position++);
    }
  code.ret(rows);
}

/// int heddle_finish(call, index): tells services->after_dispatch, if any.
void HostLowering::emitFinish() {
  finish = code.begin("heddle_finish", code.i32, {code.ptr, code.i32},
                      /*hidden=*/false);
  Value call = code.argument(0), index = code.argument(1);
  Value services = code.load(code.ptr, call, offsetof(heddle_call, services));
  Value hook =
      code.load(code.ptr, services, offsetof(heddle_services, after_dispatch));
  Value null = LLVM::ZeroOp::create(code.b, code.ptr);
  Value absent =
      LLVM::ICmpOp::create(code.b, LLVM::ICmpPredicate::eq, hook, null);
  Block *skip = code.b.createBlock(&finish.getBody());
  code.ret(code.constant(code.i32, 0));
  Block *tell = code.b.createBlock(&finish.getBody());
  code.ret(code.callThrough(hook, code.i32, {call, index}));
  code.b.setInsertionPointToEnd(&finish.getBody().front());
  LLVM::CondBrOp::create(code.b, absent, skip, tell);
}

/// void heddle_viewR(view, dims, address, type, extents...): fills a
/// heddle_view of rank R with dense strides and min 0.
LLVM::LLVMFuncOp HostLowering::viewFunction(size_t rank) {
  LLVM::LLVMFuncOp &function = views[rank];
  if (function)
    return function;
  OpBuilder::InsertionGuard guard(code.b);
  SmallVector<Type> types = {code.ptr, code.ptr, code.ptr, code.i32};
  types.append(rank, code.i32);
  function = code.begin("heddle_view" + std::to_string(rank), code.none, types,
                        /*hidden=*/false);
  Value buffer = code.argument(0), dim = code.argument(1);
  Value zero = code.constant(code.i64, 0);
  for (int64_t offset = 0; offset < bufferBytes; offset += 8)
    code.store(zero, buffer, offset);
  code.store(code.argument(2), buffer,
             onDevice ? offsetof(heddle_view, device)
                      : offsetof(heddle_view, host));
  code.store(code.argument(3), buffer, offsetof(heddle_view, type_code));
  code.store(code.constant(code.i32, int64_t(rank)), buffer,
             offsetof(heddle_view, rank));
  code.store(dim, buffer, offsetof(heddle_view, dims));
  Value stride = code.constant(code.i32, 1);
  for (size_t i = 0; i < rank; ++i) {
    int64_t base = int64_t(i) * dimBytes;
    Value extent = code.argument(unsigned(4 + i));
    code.store(zero, dim, base);                // min, and extent over it
    code.store(zero, dim, base + dimBytes - 8); // flags
    code.store(extent, dim, base + int64_t(offsetof(heddle_view_dim, extent)));
    code.store(stride, dim, base + int64_t(offsetof(heddle_view_dim, stride)));
    stride = LLVM::MulOp::create(code.b, stride, extent);
  }
  code.ret();
  return function;
}

/// halide_type_t as one integer: code, bits, lanes = 1. Kernels take truth
/// values as the bytes that they are stored in.
static int64_t halideType(Type element) {
  if (element.isInteger(1))
    element = IntegerType::get(element.getContext(), 8);
  constexpr int64_t signedCode = 0, unsignedCode = 1, floatCode = 2,
                    bfloatCode = 4;
  int64_t kind = signedCode;
  if (element.isBF16())
    kind = bfloatCode;
  else if (isa<FloatType>(element))
    kind = floatCode;
  else if (element.isUnsignedInteger())
    kind = unsignedCode;
  return kind | int64_t(element.getIntOrFloatBitWidth()) << 8 | 1 << 16;
}

//===-- Entries -----------------------------------------------------------===//

/// The dim as i64. Values live in the entry's first block or in the straight
/// line after it, so an earlier one always dominates.
Value HostLowering::dimValue(const shape::Dim &dim) {
  auto [found, fresh] = dimValues.try_emplace(dim.str());
  if (!fresh)
    return found->second;
  Value sum;
  for (const shape::Term &term : dim.terms()) {
    Value product;
    if (term.coefficient != 1 || term.factors.empty())
      product = code.constant(code.i64, term.coefficient);
    for (const std::string &factor : term.factors) {
      auto range = llvm::find_if(tables.dims, [&](const shape::DimRange &r) {
        return r.name == factor;
      });
      Value value =
          code.load(code.i64, dims, (range - tables.dims.begin()) * 8);
      product = product ? LLVM::MulOp::create(code.b, product, value) : value;
    }
    sum = sum ? LLVM::AddOp::create(code.b, sum, product) : product;
  }
  if (!sum)
    sum = code.constant(code.i64, 0);
  return found->second = sum;
}

/// Fills the views, calls the kernel and gives its status.
Value HostLowering::dispatch(host::DispatchOp op) {
  auto narrow = [&](const shape::Dim &dim) -> Value {
    return LLVM::TruncOp::create(code.b, code.i32, dimValue(dim));
  };
  SmallVector<Value> operands(op.getIns());
  llvm::append_range(operands, op.getOuts());
  SmallVector<Value> pointers;
  int64_t usedDims = 0;
  for (auto [index, operand] : llvm::enumerate(operands)) {
    uint32_t number = tables.bufferIndex.lookup(operand);
    Value address = code.load(code.ptr, buffers, number * pointerBytes);
    Value buffer = code.at(bufferArea, int64_t(index) * bufferBytes);
    Type element = tables.buffers[number].shape.element;
    SmallVector<Value> arguments = {
        buffer, code.at(dimArea, usedDims * dimBytes), address,
        code.constant(code.i32, halideType(element))};
    shape::Shape view = host::readShape(cast<ArrayAttr>(op.getViews()[index]));
    for (const shape::Dim &extent : view)
      arguments.push_back(narrow(extent));
    usedDims += int64_t(view.size());
    LLVM::CallOp::create(code.b, viewFunction(view.size()), arguments);
    pointers.push_back(buffer);
  }
  SmallVector<Value> arguments = {call};
  ArrayRef<Value> all(pointers);
  llvm::append_range(arguments, all.take_front(op.getIns().size()));
  for (const shape::Dim &scalar : host::readShape(op.getScalars()))
    arguments.push_back(narrow(scalar));
  llvm::append_range(arguments, all.drop_front(op.getIns().size()));
  return code.callThrough(kernelOf(op), code.i32, arguments);
}

/// The kernel of the running variant, and of the size where it has a choice.
Value HostLowering::kernelOf(host::DispatchOp op) {
  auto load = [&](StringRef name) {
    return code.load(code.ptr, kernels,
                     int64_t(tables.kernelIndex(name)) * pointerBytes);
  };
  Value kernel = load(op.getCallee());
  std::vector<host::DispatchOp::Choice> choices = op.getChoices();
  for (const host::DispatchOp::Choice &choice : llvm::reverse(choices)) {
    Value isSmall = LLVM::ICmpOp::create(code.b, LLVM::ICmpPredicate::sle,
                                         dimValue(choice.size),
                                         code.constant(code.i64, choice.upTo));
    kernel = LLVM::SelectOp::create(code.b, isSmall,
                                    load(choice.callee.getValue()), kernel);
  }
  return kernel;
}

void HostLowering::returnUnlessZero(Value status) {
  Value good = LLVM::ICmpOp::create(code.b, LLVM::ICmpPredicate::eq, status,
                                    code.constant(code.i32, 0));
  Block *from = code.b.getInsertionBlock();
  Block *next = code.b.createBlock(exit);
  code.b.setInsertionPointToEnd(from);
  LLVM::CondBrOp::create(code.b, good, next, ValueRange(), exit,
                         ValueRange(status));
  code.b.setInsertionPointToEnd(next);
}

static Frame frameOf(const HostEntry &entry) {
  Frame frame;
  for (host::DispatchOp op : entry.dispatches) {
    int64_t dims = 0;
    for (Attribute view : op.getViews())
      dims += int64_t(cast<ArrayAttr>(view).size());
    frame.buffers = std::max(frame.buffers, int64_t(op.getViews().size()));
    frame.dims = std::max(frame.dims, dims);
  }
  return frame;
}

void HostLowering::emitEntry(size_t index) {
  const HostEntry &entry = tables.entries[index];
  Frame frame = frameOf(entry);
  LLVM::LLVMFuncOp function =
      code.begin(entryName(index), code.i32, {code.ptr}, /*hidden=*/false);
  dimValues.clear();
  call = code.argument(0);
  bufferArea = code.stack(frame.buffers * bufferBytes);
  dimArea = code.stack(frame.dims * dimBytes);
  dims = code.load(code.ptr, call, offsetof(heddle_call, dims));
  buffers = code.load(code.ptr, call, offsetof(heddle_call, buffers));
  Value variant = code.load(code.i32, call, offsetof(heddle_call, variant));
  Value known =
      LLVM::ICmpOp::create(code.b, LLVM::ICmpPredicate::ult, variant,
                           code.constant(code.i32, int64_t(variants.size())));
  Block *first = code.b.getInsertionBlock();
  Block *start = code.b.createBlock(&function.getBody());
  Block *bad = code.b.createBlock(&function.getBody());
  emitReport(code, call, code.text("the artefact has no such variant"));
  code.ret(code.constant(code.i32, -1));
  exit = code.b.createBlock(&function.getBody());
  code.ret(exit->addArgument(code.i32, code.b.getLoc()));
  code.b.setInsertionPointToEnd(first);
  LLVM::CondBrOp::create(code.b, known, start, bad);

  code.b.setInsertionPointToEnd(start);
  Value row = LLVM::MulOp::create(
      code.b, LLVM::ZExtOp::create(code.b, code.i64, variant),
      code.constant(code.i64, int64_t(tables.kernels.size()) * pointerBytes));
  kernels = LLVM::GEPOp::create(code.b, code.ptr, code.i8,
                                code.addressOf(kernelTable),
                                ArrayRef<LLVM::GEPArg>{row});
  for (auto [number, op] : llvm::enumerate(entry.dispatches)) {
    returnUnlessZero(dispatch(op));
    Value done = code.constant(code.i32, int64_t(number));
    returnUnlessZero(
        LLVM::CallOp::create(code.b, finish, ValueRange{call, done})
            .getResult());
  }
  code.ret(code.constant(code.i32, 0));
}

/// heddle_artifact, the one exported symbol.
void HostLowering::emitTable() {
  code.b.setInsertionPointToEnd(code.module.getBody());
  MLIRContext *context = code.module.getContext();
  Type entriesType = LLVM::LLVMArrayType::get(code.ptr, tables.entries.size());
  LLVM::GlobalOp entries = LLVM::GlobalOp::create(
      code.b, entriesType, /*isConstant=*/true, LLVM::Linkage::Internal,
      "heddle_entries", Attribute());
  code.b.createBlock(&entries.getInitializerRegion());
  Value list = LLVM::UndefOp::create(code.b, entriesType);
  for (size_t i = 0; i < tables.entries.size(); ++i)
    list = LLVM::InsertValueOp::create(
        code.b, list, code.addressOf(entryName(i)), int64_t(i));
  code.ret(list);

  code.b.setInsertionPointToEnd(code.module.getBody());
  Type type = LLVM::LLVMStructType::getLiteral(
      context,
      {code.i64, code.i32, code.i32, code.i32, code.i32, code.ptr, code.i64});
  LLVM::GlobalOp table = LLVM::GlobalOp::create(
      code.b, type, /*isConstant=*/true, LLVM::Linkage::External,
      HEDDLE_TABLE_SYMBOL, Attribute());
  code.b.createBlock(&table.getInitializerRegion());
  Value value = LLVM::UndefOp::create(code.b, type);
  Value fields[] = {code.constant(code.i64, int64_t(HEDDLE_TABLE_MAGIC)),
                    code.constant(code.i32, HEDDLE_ARTIFACT_VERSION),
                    code.constant(code.i32, sizeof(heddle_artifact)),
                    code.constant(code.i32, int64_t(tables.entries.size())),
                    code.constant(code.i32, int64_t(variants.size())),
                    code.addressOf("heddle_entries"),
                    code.constant(code.i64, 0)};
  for (auto [i, field] : llvm::enumerate(fields))
    value = LLVM::InsertValueOp::create(code.b, value, field, int64_t(i));
  code.ret(value);
}

LogicalResult HostLowering::run() {
  for (const HostEntry &entry : tables.entries)
    for (host::DispatchOp op : entry.dispatches)
      if (failed(checkDispatch(op)))
        return failure();
  emitKernelTable();
  emitGlue(code);
  if (onDevice)
    emitDeviceGlue(code);
  emitFinish();
  for (size_t i = 0; i < tables.entries.size(); ++i)
    emitEntry(i);
  emitTable();
  return success();
}

FailureOr<OwningOpRef<ModuleOp>>
lower::lowerHostToLLVM(host::ProgramOp program, const HostTables &tables,
                       ArrayRef<std::string> variants,
                       const SharedKernels &shared) {
  program.getContext()->getOrLoadDialect<LLVM::LLVMDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(program.getLoc());
  if (failed(HostLowering(*module, program, tables, variants, shared).run()))
    return failure();
  return module;
}
