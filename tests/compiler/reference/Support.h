// What the tests of the reference's kernels share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_COMPILER_REFERENCE_SUPPORT_H
#define HEDDLE_TESTS_COMPILER_REFERENCE_SUPPORT_H

#include "compiler/reference/Tensor.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace heddle::reference {

using Doubles = Tensor<double>;

inline Doubles floats(std::vector<int64_t> shape, std::vector<double> values) {
  return Doubles::ofFloats(std::move(shape), std::move(values));
}

inline void expectNear(const Doubles &found, std::vector<int64_t> shape,
                       const std::vector<double> &expected) {
  EXPECT_EQ(found.shape, shape);
  ASSERT_EQ(found.floats.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(found.floats[i], expected[i], 1e-12) << "element " << i;
}

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

} // namespace heddle::reference

#endif // HEDDLE_TESTS_COMPILER_REFERENCE_SUPPORT_H
