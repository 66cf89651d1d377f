// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dialect and its types.

#include "dialects/halide/Halide.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace heddle::halide;

#include "dialects/halide/HalideDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/halide/HalideTypes.cpp.inc"

void HalideDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/halide/HalideTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/halide/HalideOps.cpp.inc"
      >();
}

Type BufferType::getValueType() const {
  auto integer = dyn_cast<IntegerType>(getElementType());
  return integer ? IntegerType::get(getContext(), integer.getWidth())
                 : getElementType();
}

Type BufferType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Type element;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() ||
      parser.parseDimensionList(shape, /*allowDynamic=*/true) ||
      parser.parseType(element) || parser.parseGreater())
    return {};
  return parser.getChecked<BufferType>(loc, parser.getContext(), shape,
                                       element);
}

void BufferType::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printDimensionList(getShape());
  printer << (getShape().empty() ? "" : "x") << getElementType() << '>';
}

/// True for what memory may hold: bytes to 64-bit integers, i1 and floats.
static bool isStorable(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type)) {
    unsigned width = integer.getWidth();
    bool power = width == 8 || width == 16 || width == 32 || width == 64;
    return integer.isSignless() ? power || width == 1
                                : integer.isUnsigned() && power;
  }
  return isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type);
}

LogicalResult
BufferType::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                   llvm::ArrayRef<int64_t> shape, Type element) {
  for (int64_t extent : shape)
    if (!ShapedType::isDynamic(extent) && extent <= 0)
      return emitError() << "has extent " << extent
                         << ", expected a positive one or '?'";
  if (!isStorable(element))
    return emitError() << "has element type " << element
                       << ", expected i1, i8 to i64, ui8 to ui64, f16, bf16, "
                          "f32 or f64";
  return success();
}
