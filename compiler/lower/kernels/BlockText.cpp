// Formulas as text, with brackets where they are needed: see BlockText.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/BlockText.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace heddle::lower {

namespace {

std::string atLeast(const BlockText &formula, TextRank rank) {
  return formula.rank >= rank ? formula.text : "(" + formula.text + ")";
}

TextRank above(TextRank rank) { return TextRank(int(rank) + 1); }

BlockText numberText(int64_t value) {
  return {std::to_string(value), value < 0 ? TextRank::Sum : TextRank::Atom};
}

} // namespace

BlockText infixText(const BlockText &a, StringRef sign, const BlockText &b,
                    TextRank rank) {
  // Comparisons have no order among themselves; a - (b - c) keeps its brackets.
  bool isLoose = rank == TextRank::Compare;
  return {atLeast(a, isLoose ? above(rank) : rank) + " " + sign.str() + " " +
              atLeast(b, above(rank)),
          rank};
}

BlockText callText(StringRef name, ArrayRef<BlockText> arguments) {
  std::string text = name.str() + "(";
  for (const BlockText &argument : arguments)
    text += (text.back() == '(' ? "" : ", ") + argument.text;
  return {text + ")", TextRank::Atom};
}

BlockText operator+(const BlockText &a, const BlockText &b) {
  return infixText(a, "+", b, TextRank::Sum);
}
BlockText operator-(const BlockText &a, const BlockText &b) {
  return infixText(a, "-", b, TextRank::Sum);
}
BlockText operator*(const BlockText &a, const BlockText &b) {
  return infixText(a, "*", b, TextRank::Product);
}
BlockText operator&(const BlockText &a, const BlockText &b) {
  return infixText(a, "&", b, TextRank::And);
}
BlockText operator|(const BlockText &a, const BlockText &b) {
  return infixText(a, "|", b, TextRank::Or);
}
BlockText operator<(const BlockText &a, const BlockText &b) {
  return infixText(a, "<", b, TextRank::Compare);
}
BlockText operator<=(const BlockText &a, const BlockText &b) {
  return infixText(a, "<=", b, TextRank::Compare);
}

BlockText operator+(const BlockText &a, double whole) {
  if (whole == 0)
    return a;
  BlockText size = numberText(int64_t(whole < 0 ? -whole : whole));
  return whole < 0 ? a - size : a + size;
}

BlockText operator*(const BlockText &a, double whole) {
  return whole == 1 ? a : a * numberText(int64_t(whole));
}

BlockText min(const BlockText &a, const BlockText &b) {
  return callText("min", {a, b});
}
BlockText max(const BlockText &a, const BlockText &b) {
  return callText("max", {a, b});
}

namespace {

StringRef signOf(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return "==";
  case arith::CmpIPredicate::ne:
    return "!=";
  case arith::CmpIPredicate::slt:
    return "<";
  case arith::CmpIPredicate::sle:
    return "<=";
  case arith::CmpIPredicate::sgt:
    return ">";
  case arith::CmpIPredicate::sge:
    return ">=";
  default:
    return ""; // unsigned: no text gives one
  }
}

/// NaN aside, which people need not read.
StringRef signOf(arith::CmpFPredicate predicate) {
  switch (predicate) {
  case arith::CmpFPredicate::OEQ:
    return "==";
  case arith::CmpFPredicate::UNE:
    return "!=";
  case arith::CmpFPredicate::OLT:
    return "<";
  case arith::CmpFPredicate::OLE:
    return "<=";
  case arith::CmpFPredicate::OGT:
    return ">";
  case arith::CmpFPredicate::OGE:
    return ">=";
  default:
    return "";
  }
}

/// The sign between an op's two operands; empty for others.
std::pair<StringRef, TextRank> infixOf(Operation *op) {
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    return {signOf(compare.getPredicate()), TextRank::Compare};
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return {signOf(compare.getPredicate()), TextRank::Compare};
  if (isa<arith::AddIOp, arith::AddFOp>(op))
    return {"+", TextRank::Sum};
  if (isa<arith::SubIOp, arith::SubFOp>(op))
    return {"-", TextRank::Sum};
  if (isa<arith::MulIOp, arith::MulFOp>(op))
    return {"*", TextRank::Product};
  if (isa<arith::FloorDivSIOp, arith::DivFOp>(op))
    return {"/", TextRank::Product};
  if (isa<arith::AndIOp>(op))
    return {"&", TextRank::And};
  if (isa<arith::OrIOp>(op))
    return {"|", TextRank::Or};
  if (isa<arith::XOrIOp>(op) && op->getResult(0).getType().isInteger(1))
    return {"!=", TextRank::Compare};
  return {"", TextRank::Atom};
}

/// The function an op of integers stands for; empty for others.
StringRef callOf(Operation *op) {
  if (isa<arith::MinSIOp>(op))
    return "min";
  if (isa<arith::MaxSIOp>(op))
    return "max";
  if (isa<arith::RemSIOp>(op))
    return "mod";
  return isa<arith::SelectOp>(op) ? "select" : "";
}

bool isOfFloats(Operation *op) {
  auto isFloat = [](Type type) { return isa<FloatType>(type); };
  return llvm::any_of(op->getOperandTypes(), isFloat) ||
         llvm::any_of(op->getResultTypes(), isFloat);
}

/// Writes a region's values; `isStatic` falls with the first that numbers alone
/// do not give.
class ScoreWriter {
public:
  explicit ScoreWriter(graph::AttentionOp op) : op(op) {}

  BlockText write(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      return writeArgument(argument);
    Operation *source = value.getDefiningOp();
    APInt constant;
    if (matchPattern(value, m_ConstantInt(&constant)))
      return value.getType().isInteger(1)
                 ? BlockText{constant.isZero() ? "false" : "true"}
                 : numberText(constant.getSExtValue());
    if (auto read = dyn_cast<graph::AtOp>(source))
      return writeRead(read);
    isStatic &= !isOfFloats(source); // they are for people only
    if (FloatAttr number; matchPattern(value, m_Constant(&number))) {
      SmallString<16> digits;
      number.getValue().toString(digits);
      return {digits.str().str()};
    }
    SmallVector<BlockText> operands;
    for (Value operand : source->getOperands())
      operands.push_back(write(operand));
    if (isa<arith::IndexCastOp>(source))
      return operands[0];
    if (isa<arith::AddIOp>(source) &&
        matchPattern(source->getOperand(1), m_ConstantInt(&constant)))
      return operands[0] + double(constant.getSExtValue());
    if (auto [sign, rank] = infixOf(source); !sign.empty())
      return infixText(operands[0], sign, operands[1], rank);
    if (StringRef call = callOf(source); !call.empty())
      return callText(call, operands);
    isStatic = false;
    return callText(source->getName().stripDialect(), operands);
  }

  bool isStatic = true;

private:
  BlockText writeArgument(BlockArgument argument) {
    if (argument.getOwner() != &op.getScore().front()) {
      isStatic = false; // a tensor, in what reads it
      return {"input" + std::to_string(argument.getArgNumber())};
    }
    static constexpr StringRef names[] = {"score", "batch", "head", "query",
                                          "key"};
    isStatic &= argument.getArgNumber() > 2;
    return {names[argument.getArgNumber()].str()};
  }

  BlockText writeRead(graph::AtOp read) {
    isStatic = false;
    std::string text = isa<BlockArgument>(read.getTensor())
                           ? write(read.getTensor()).text
                           : "constant";
    StringRef separator = "[";
    for (Value index : read->getOperands().drop_front()) {
      text += separator.str() + write(index).text;
      separator = ", ";
    }
    return {text + (separator == "[" ? "" : "]")};
  }

  graph::AttentionOp op;
};

} // namespace

ScoreText textOf(graph::AttentionOp op, Value value) {
  ScoreWriter writer(op);
  BlockText formula = writer.write(value);
  return {formula, writer.isStatic};
}

} // namespace heddle::lower
