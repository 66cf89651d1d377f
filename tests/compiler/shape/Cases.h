// What the tests of the shape rules share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_COMPILER_SHAPE_CASES_H
#define HEDDLE_TESTS_COMPILER_SHAPE_CASES_H

#include "compiler/shape/Infer.h"

namespace heddle::shape {

inline const Dim batch = Dim::symbol("batch"), seq = Dim::symbol("seq");
inline const std::vector<DimRange> ranges = {{"batch", 1, 64}, {"seq", 1, 512}};

/// The result's text, or the mismatch with its operands.
inline std::string text(const Inferred &inferred) {
  if (inferred)
    return str(*inferred.shape);
  return inferred.mismatch.message + " (" +
         std::to_string(inferred.mismatch.operand) + ", " +
         std::to_string(inferred.mismatch.other) + ")";
}

} // namespace heddle::shape

#endif // HEDDLE_TESTS_COMPILER_SHAPE_CASES_H
