// Grouping keeps the numbers of random graphs. HEDDLE_SEED=n runs one seed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/fuzz/RandomGraph.h"

#include "compiler/passes/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "tests/support/GraphCases.h"
#include "tests/support/SameNumbers.h"
#include <cstdlib>
#include <gtest/gtest.h>

using namespace heddle;
using namespace heddle::test;

namespace {

std::vector<uint64_t> seeds(uint64_t count) {
  if (const char *seed = std::getenv("HEDDLE_SEED"))
    return {std::strtoull(seed, nullptr, 10)};
  std::vector<uint64_t> all;
  for (uint64_t seed = 0; seed < count; ++seed)
    all.push_back(seed);
  return all;
}

} // namespace

TEST(RandomGraph, KeepsItsNumbersThroughGrouping) {
  auto context = makeContext();
  for (uint64_t seed : seeds(60)) {
    SCOPED_TRACE("HEDDLE_SEED=" + std::to_string(seed));
    auto module = fuzz::randomGraph(*context, seed);
    mlir::PassManager manager(context.get());
    manager.addPass(passes::createNumberValues());
    ASSERT_TRUE(mlir::succeeded(manager.run(*module)));
    passes::GroupKernelsOptions options;
    options.fuse = seed % 5 != 0;
    expectSameNumbers(*module, passes::createGroupKernels(options), 1);
    EXPECT_TRUE(mlir::succeeded(passes::verifyEveryOpInOneKernel(*module)));
  }
}
