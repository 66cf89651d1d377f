// The attributes' own rules: declared dims and the extents of a tensor.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/graph/Graph.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

#include "dialects/graph/GraphEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/graph/GraphAttrs.cpp.inc"

void HGraphDialect::registerAttrs() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/graph/GraphAttrs.cpp.inc"
      >();
}

LogicalResult DimAttr::verify(EmitError emitError, StringAttr name, int64_t min,
                              int64_t max) {
  std::optional<shape::Dim> dim = shape::Dim::parse(name.getValue());
  if (!dim || dim->symbols() != std::vector<std::string>{name.str()})
    return emitError() << "(R1) found the dim name " << name
                       << ", expected an identifier";
  if (min < 1 || max < min)
    return emitError() << "(R2) found the range " << min << ".." << max
                       << " of dim " << name << ", expected 1 <= min <= max";
  return success();
}

LogicalResult DimsAttr::verify(EmitError emitError, ArrayRef<StringAttr> dims) {
  for (StringAttr text : dims) {
    std::optional<shape::Dim> dim = shape::Dim::parse(text.getValue());
    if (!dim)
      return emitError() << "(D2) found the extent " << text
                         << ", expected sums of products of names and integers";
    if (dim->str() != text.getValue())
      return emitError() << "(D2) found the extent " << text
                         << ", expected its canonical text \"" << dim->str()
                         << '"';
  }
  return success();
}

LogicalResult DimsAttr::verifyEncoding(ArrayRef<int64_t> shape, Type element,
                                       EmitError emitError) const {
  if (getDims().size() != shape.size())
    return emitError() << "(D1) found " << getDims().size()
                       << " extents for a tensor of " << shape.size()
                       << " dimensions";
  for (auto [axis, text] : llvm::enumerate(getDims())) {
    shape::Dim dim = shape::Dim::parse(text.getValue()).value();
    std::optional<int64_t> constant = dim.constant();
    bool dynamic = ShapedType::isDynamic(shape[axis]);
    if (constant && (dynamic || *constant != shape[axis]))
      return emitError() << "(D1) found the extent " << text << " at axis "
                         << axis << ", where the tensor has "
                         << (dynamic ? "?" : std::to_string(shape[axis]));
    if (!constant && !dynamic)
      return emitError() << "(D1) found the extent " << text << " at axis "
                         << axis << ", where the tensor has " << shape[axis]
                         << ", expected ?";
  }
  return success();
}
