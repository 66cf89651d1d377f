// Grouping keeps the numbers of random graphs, and random graphs are fit for
// differential tests. HEDDLE_SEED=n runs one seed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/support/RandomGraph.h"

#include "compiler/passes/Passes.h"
#include "compiler/reference/RandomInputs.h"
#include "compiler/reference/Reductions.h"
#include "compiler/reference/Tolerance.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "tests/support/GraphCases.h"
#include "tests/support/SameNumbers.h"
#include <cstdlib>
#include <gtest/gtest.h>

using namespace heddle;
using namespace heddle::reference;
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
    auto module = randomGraph(*context, seed, 4 + static_cast<int>(seed % 12));
    ASSERT_TRUE(mlir::succeeded(mlir::verify(*module)));
    mlir::PassManager manager(context.get());
    manager.addPass(passes::createNumberValues());
    ASSERT_TRUE(mlir::succeeded(manager.run(*module)));
    passes::GroupKernelsOptions options;
    options.fuse = seed % 5 != 0;
    expectSameNumbers(*module, passes::createGroupKernels(options), 1);
    EXPECT_TRUE(mlir::succeeded(passes::verifyEveryOpInOneKernel(*module)));
  }
}

TEST(RandomGraph, IsWellConditioned) {
  auto context = makeContext();
  for (uint64_t seed : seeds(60)) {
    SCOPED_TRACE("HEDDLE_SEED=" + std::to_string(seed));
    auto module = randomGraph(*context, seed, 12);
    graph::EntryOp entry = entryOf(*module);
    shape::DimValues dims = randomDims(graph::dimRangesAround(entry), 40, seed);
    auto inputs = randomInputs(entry, dims, seed);
    std::vector<Tensor<float>> narrow;
    for (const Tensor<double> &input : inputs)
      narrow.push_back(convert<float>(input));
    auto exact =
        evaluate<double>(entry, inputs, dims, {randomWeights(seed), nullptr});
    auto rounded =
        evaluate<float>(entry, narrow, dims, {randomWeights(seed), nullptr});
    ASSERT_TRUE(mlir::succeeded(exact) && mlir::succeeded(rounded));
    double bound = tolerance(Dtype::F32, reductionLengths(entry, dims).at(-1));
    for (size_t i = 0; i < exact->size(); ++i) {
      Difference worst =
          compare((*exact)[i].floats, (*rounded)[i].floats.data(), bound);
      EXPECT_TRUE(worst.within)
          << "output " << i << ": " << worst.found << " for " << worst.expected
          << ", allowed " << worst.allowed;
    }
  }
}
