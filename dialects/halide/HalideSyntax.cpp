// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the dialect's ops are read and printed where the declarative formats do
// not reach: names, inline region arguments, reduction domains.

#include "dialects/halide/HalideSyntax.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace heddle::halide {

ParseResult parseDim(OpAsmParser &parser, StringAttr &name) {
  std::string text;
  if (failed(parser.parseOptionalKeywordOrString(&text)))
    return parser.emitError(parser.getCurrentLocation(), "expected a name");
  name = parser.getBuilder().getStringAttr(text);
  return success();
}

void printDim(OpAsmPrinter &printer, Operation *, StringAttr name) {
  printer.printKeywordOrString(name.getValue());
}

ParseResult parseDims(OpAsmParser &parser, ArrayAttr &names) {
  SmallVector<Attribute> parsed;
  auto one = [&]() -> ParseResult {
    StringAttr name;
    if (parseDim(parser, name))
      return failure();
    parsed.push_back(name);
    return success();
  };
  if (parser.parseCommaSeparatedList(one))
    return failure();
  names = parser.getBuilder().getArrayAttr(parsed);
  return success();
}

void printDims(OpAsmPrinter &printer, Operation *op, ArrayAttr names) {
  llvm::interleaveComma(names, printer, [&](Attribute name) {
    printDim(printer, op, cast<StringAttr>(name));
  });
}

ParseResult parseDefaultWord(OpAsmParser &parser, StringAttr &word) {
  return parseDim(parser, word);
}

void printDefaultWord(OpAsmPrinter &printer, Operation *op, StringAttr word) {
  printDim(printer, op, word);
}

ParseResult parseSubjectType(OpAsmParser &parser, Type &type) {
  if (succeeded(parser.parseOptionalColon()))
    return parser.parseType(type);
  type = FuncType::get(parser.getContext());
  return success();
}

void printSubjectType(OpAsmPrinter &printer, Operation *, Type type) {
  if (!isa<FuncType>(type))
    printer << " : " << type;
}

ParseResult parseAtType(OpAsmParser &parser, Type &subject, Type &result) {
  Type type;
  if (parser.parseType(type))
    return failure();
  if (auto buffer = dyn_cast<BufferType>(type)) {
    subject = type;
    result = buffer.getValueType();
  } else {
    subject = FuncType::get(parser.getContext());
    result = type;
  }
  return success();
}

void printAtType(OpAsmPrinter &printer, Operation *, Type subject,
                 Type result) {
  printer << (isa<BufferType>(subject) ? subject : result);
}

bool isIdentifier(llvm::StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

llvm::SmallVector<llvm::StringRef> stringsOf(ArrayAttr names) {
  return llvm::map_to_vector(
      names, [](Attribute name) { return cast<StringAttr>(name).getValue(); });
}

//===----------------------------------------------------------------------===//
// func
//===----------------------------------------------------------------------===//

ParseResult FuncOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  StringAttr name;
  SmallVector<OpAsmParser::Argument> indices;
  SmallVector<Attribute> dims, elements;
  auto index = [&]() -> ParseResult {
    StringAttr dim;
    if (parseDim(parser, dim) || parser.parseEqual() ||
        parser.parseArgument(indices.emplace_back()))
      return failure();
    indices.back().type = builder.getI32Type();
    dims.push_back(dim);
    return success();
  };
  SmallVector<Type> types;
  if (parser.parseAttribute(name) ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, index) ||
      parser.parseColonTypeList(types) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*result.addRegion(), indices))
    return failure();
  for (Type type : types)
    elements.push_back(TypeAttr::get(type));
  result.addAttribute("name", name);
  result.addAttribute("dims", builder.getArrayAttr(dims));
  result.addAttribute("elements", builder.getArrayAttr(elements));
  result.addTypes(builder.getType<FuncType>());
  return success();
}

void FuncOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getNameAttr() << " (";
  unsigned index = 0;
  llvm::interleaveComma(getDimNames(), printer, [&](StringRef dim) {
    printer.printKeywordOrString(dim);
    printer << " = " << getBody().getArgument(index++);
  });
  printer << ") : ";
  llvm::interleaveComma(getElements().getAsValueRange<TypeAttr>(), printer);
  printer.printOptionalAttrDictWithKeyword(getOperation()->getAttrs(),
                                           {"name", "dims", "elements"});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

//===----------------------------------------------------------------------===//
// update
//===----------------------------------------------------------------------===//

namespace {
/// What follows `over`: one entry a reduction dimension.
struct Domain {
  SmallVector<Attribute> names;
  SmallVector<OpAsmParser::Argument> indices;
  SmallVector<OpAsmParser::UnresolvedOperand> mins, extents;
};
} // namespace

static ParseResult parseDomain(OpAsmParser &parser, Domain &domain) {
  auto entry = [&]() -> ParseResult {
    StringAttr name;
    if (parseDim(parser, name) || parser.parseEqual() ||
        parser.parseArgument(domain.indices.emplace_back()) ||
        parser.parseKeyword("from") ||
        parser.parseOperand(domain.mins.emplace_back()) ||
        parser.parseKeyword("extent") ||
        parser.parseOperand(domain.extents.emplace_back()))
      return failure();
    domain.names.push_back(name);
    return success();
  };
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, entry);
}

ParseResult UpdateOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  OpAsmParser::UnresolvedOperand func;
  SmallVector<OpAsmParser::Argument> indices;
  Domain domain;
  if (parser.parseOperand(func) ||
      parser.parseArgumentList(indices, AsmParser::Delimiter::Paren))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("over")) &&
      parseDomain(parser, domain))
    return failure();
  indices.append(domain.indices);
  for (OpAsmParser::Argument &index : indices)
    index.type = builder.getI32Type();
  if (parser.resolveOperand(func, builder.getType<FuncType>(),
                            result.operands) ||
      parser.resolveOperands(domain.mins, builder.getI32Type(),
                             result.operands) ||
      parser.resolveOperands(domain.extents, builder.getI32Type(),
                             result.operands) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*result.addRegion(), indices))
    return failure();
  int32_t count = domain.names.size();
  result.addAttribute("reduction", builder.getArrayAttr(domain.names));
  result.addAttribute(getOperandSegmentSizeAttr(),
                      builder.getDenseI32ArrayAttr({1, count, count}));
  return success();
}

void UpdateOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getFunc() << " (";
  llvm::interleaveComma(getPureIndices(), printer);
  printer << ')';
  if (!getReduction().empty()) {
    printer << " over (";
    unsigned index = 0;
    llvm::interleaveComma(getReductionNames(), printer, [&](StringRef name) {
      printer.printKeywordOrString(name);
      printer << " = " << getReductionIndices()[index] << " from "
              << getMins()[index] << " extent " << getExtents()[index];
      ++index;
    });
    printer << ')';
  }
  printer.printOptionalAttrDictWithKeyword(
      getOperation()->getAttrs(), {"reduction", getOperandSegmentSizeAttr()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

//===----------------------------------------------------------------------===//
// output
//===----------------------------------------------------------------------===//

ParseResult OutputOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  OpAsmParser::UnresolvedOperand func;
  SmallVector<Type> types;
  if (parser.parseOperand(func) ||
      parser.parseOptionalAttrDict(result.attributes) ||
      parser.parseColonTypeList(types) ||
      parser.resolveOperand(func, builder.getType<FuncType>(), result.operands))
    return failure();
  result.addAttribute("buffers", builder.getTypeArrayAttr(types));
  return success();
}

void OutputOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getFunc();
  printer.printOptionalAttrDict(getOperation()->getAttrs(), {"buffers"});
  printer << " : ";
  llvm::interleaveComma(getBuffers().getAsValueRange<TypeAttr>(), printer);
}

} // namespace heddle::halide
