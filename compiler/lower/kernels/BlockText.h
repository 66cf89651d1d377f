// Formulas about blocks of queries and tiles of keys as text, written with the
// operators that build kernel expressions, so that one template makes both.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_BLOCKTEXT_H
#define HEDDLE_COMPILER_LOWER_KERNELS_BLOCKTEXT_H

#include "compiler/lower/kernels/KeyBounds.h"
#include "compiler/lower/kernels/ScoreRegion.h"

#include <string>

namespace heddle::lower {

/// What a formula's outermost operation is, the loosest first.
enum class TextRank { Or, And, Compare, Sum, Product, Atom };

/// A formula in the text that runtime/tools/BlockFormula.h reads; division
/// rounds down.
struct BlockText {
  std::string text;
  TextRank rank = TextRank::Atom;
};

BlockText operator+(const BlockText &a, const BlockText &b);
BlockText operator-(const BlockText &a, const BlockText &b);
BlockText operator*(const BlockText &a, const BlockText &b);
BlockText operator&(const BlockText &a, const BlockText &b);
BlockText operator|(const BlockText &a, const BlockText &b);
BlockText operator<(const BlockText &a, const BlockText &b);
BlockText operator<=(const BlockText &a, const BlockText &b);
BlockText operator+(const BlockText &a, double whole);
BlockText operator*(const BlockText &a, double whole);
BlockText min(const BlockText &a, const BlockText &b);
BlockText max(const BlockText &a, const BlockText &b);

/// "name(a, b)".
BlockText callText(llvm::StringRef name, llvm::ArrayRef<BlockText> arguments);
/// Two operands around a sign.
BlockText infixText(const BlockText &a, llvm::StringRef sign,
                    const BlockText &b, TextRank rank);

inline bool isSet(const BlockText &formula) { return !formula.text.empty(); }

/// A value of a score region over `query`, `key`, `head` and `batch`.
struct ScoreText {
  BlockText formula;
  /// Numbers alone decide it: no tensor, no score, no head, no batch.
  bool isStatic = true;
};
ScoreText textOf(graph::AttentionOp op, mlir::Value value);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_BLOCKTEXT_H
