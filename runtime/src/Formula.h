// Formulas over the dims: checked once, then evaluated; and as text.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_FORMULA_H
#define HEDDLE_RUNTIME_SRC_FORMULA_H

#include "heddle/artifact.h"

#include <string>
#include <vector>

namespace heddle::runtime {

/// A run of records inside the metadata block.
template <typename T> struct Span {
  const T *data = nullptr;
  uint32_t count = 0;

  const T *begin() const { return data; }
  const T *end() const { return data + count; }
  const T &operator[](uint32_t i) const { return data[i]; }
};

using Formula = Span<heddle_meta_op>;

/// Checks a formula of untrusted bytes: known codes, no underflow of the
/// stack, HEDDLE_FORMULA_DEPTH kept, one value left, dims below `numDims`,
/// constants positive where they must be.
bool isWellFormed(Formula formula, uint32_t numDims);

/// Evaluates a well-formed formula at `dims`; false on overflow and on a
/// division by less than 1.
bool evaluate(Formula formula, const int64_t *dims, int64_t &value);

/// The index of the one dim that occurs, however often; -1 where none or
/// several do.
int64_t onlyDim(Formula formula);

/// Finds the value of the formula's only dim, `dim`, in dims[dim] = low..high
/// that makes it `wanted`, for formulas that grow or fall with it. False where
/// there is none. `dims` must have a place for `dim`; it ends up with the
/// value.
bool solveFor(Formula formula, int64_t dim, int64_t low, int64_t high,
              int64_t wanted, int64_t *dims);

/// True when no dim occurs.
bool isConstant(Formula formula);

/// The well-formed formula in words of its dims, e.g. "1536 * batch * seq +
/// 64": sums and products are multiplied out, align and min stay calls.
std::string formulaText(Formula formula,
                        const std::vector<std::string> &dimNames);

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_FORMULA_H
