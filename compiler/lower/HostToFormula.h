// Formulas over the dims in both forms that an artefact needs: the postfix
// program that the runtime evaluates, and the text that people read.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_HOSTTOFORMULA_H
#define HEDDLE_COMPILER_LOWER_HOSTTOFORMULA_H

#include "compiler/shape/Dim.h"
#include "heddle/artifact.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <vector>

namespace heddle::lower {

/// A formula; the empty one is 0.
struct Formula {
  std::vector<heddle_meta_op> ops;
  std::string text = "0";

  bool isZero() const { return ops.empty(); }
};

Formula constantFormula(int64_t value);

/// `dims` are the declared dims in metadata order; they hold every name that
/// occurs in `dim`.
Formula dimFormula(const shape::Dim &dim,
                   const std::vector<shape::DimRange> &dims);

Formula add(const Formula &a, const Formula &b);
Formula max(const Formula &a, const Formula &b);
/// `small` where `size` is at most `upTo`, else `large`.
Formula choose(const Formula &size, int64_t upTo, const Formula &small,
               const Formula &large);
/// `a` rounded up to a multiple of `multiple`.
Formula align(const Formula &a, int64_t multiple);

/// A formula in postfix order whose words are numbers, names that `value` knows
/// and the operations of translate::Scratch::formula. Nothing where a word or
/// their number is wrong.
std::optional<Formula>
readFormula(llvm::StringRef text,
            llvm::function_ref<std::optional<Formula>(llvm::StringRef)> value);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_HOSTTOFORMULA_H
