// Shorthand for writing LLVM dialect code.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/HostToLLVMCode.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::lower;

HostCode::HostCode(ModuleOp module, Location loc)
    : module(module), b(loc, module.getBodyRegion()),
      ptr(LLVM::LLVMPointerType::get(module.getContext())), i8(b.getI8Type()),
      i32(b.getI32Type()), i64(b.getI64Type()), f64(b.getF64Type()),
      none(LLVM::LLVMVoidType::get(module.getContext())) {}

Value HostCode::constant(Type type, int64_t value) {
  return LLVM::ConstantOp::create(b, type, b.getIntegerAttr(type, value));
}

Value HostCode::at(Value base, int64_t offset) {
  if (offset == 0)
    return base;
  return LLVM::GEPOp::create(b, ptr, i8, base,
                             ArrayRef<LLVM::GEPArg>{int32_t(offset)});
}

Value HostCode::load(Type type, Value base, int64_t offset) {
  return LLVM::LoadOp::create(b, type, at(base, offset));
}

void HostCode::store(Value value, Value base, int64_t offset) {
  LLVM::StoreOp::create(b, value, at(base, offset));
}

Value HostCode::stack(int64_t bytes) {
  return LLVM::AllocaOp::create(b, ptr, i8, constant(i64, bytes),
                                /*alignment=*/8);
}

Value HostCode::addressOf(StringRef symbol) {
  return LLVM::AddressOfOp::create(b, ptr, symbol);
}

LLVM::LLVMFuncOp HostCode::declare(StringRef name, Type result,
                                   ArrayRef<Type> parameters, bool variadic) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(module.getBody());
  return LLVM::LLVMFuncOp::create(
      b, name, LLVM::LLVMFunctionType::get(result, parameters, variadic));
}

LLVM::LLVMFuncOp HostCode::begin(StringRef name, Type result,
                                 ArrayRef<Type> parameters, bool hidden) {
  b.setInsertionPointToEnd(module.getBody());
  LLVM::LLVMFuncOp function = LLVM::LLVMFuncOp::create(
      b, name, LLVM::LLVMFunctionType::get(result, parameters),
      hidden ? LLVM::Linkage::External : LLVM::Linkage::Internal,
      /*dsoLocal=*/true);
  if (hidden)
    function.setVisibility_(LLVM::Visibility::Hidden);
  b.setInsertionPointToStart(function.addEntryBlock(b));
  return function;
}

Value HostCode::argument(unsigned index) {
  Operation *function = b.getInsertionBlock()->getParentOp();
  return cast<LLVM::LLVMFuncOp>(function).getArgument(index);
}

Value HostCode::callThrough(Value function, Type result, ValueRange arguments) {
  SmallVector<Value> operands = {function};
  operands.append(arguments.begin(), arguments.end());
  SmallVector<Type> types(arguments.getTypes());
  LLVM::CallOp call = LLVM::CallOp::create(
      b, LLVM::LLVMFunctionType::get(result, types), operands);
  return call->getNumResults() ? call.getResult() : Value();
}

void HostCode::ret(Value value) {
  LLVM::ReturnOp::create(b, value ? ValueRange(value) : ValueRange());
}

Value HostCode::text(StringRef text) {
  std::string name = "heddle_text" + std::to_string(texts++);
  std::string bytes = text.str() + '\0';
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(module.getBody());
    LLVM::GlobalOp::create(b, LLVM::LLVMArrayType::get(i8, bytes.size()),
                           /*isConstant=*/true, LLVM::Linkage::Private, name,
                           b.getStringAttr(bytes));
  }
  return addressOf(name);
}
