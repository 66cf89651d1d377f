// Evaluates, runs the pass, evaluates again.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/support/SameNumbers.h"

#include "compiler/reference/RandomInputs.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Pass/PassManager.h"
#include "tests/support/GraphCases.h"
#include <gtest/gtest.h>
#include <map>

using namespace heddle;
using namespace heddle::reference;

namespace {

/// What an evaluation starts from: made before the pass, which may drop the
/// op that says what an input is for.
struct Start {
  shape::DimValues dims;
  std::vector<Tensor<double>> inputs;
};

struct Numbers {
  std::vector<std::vector<double>> outputs;
  std::map<int64_t, std::vector<double>> byId;
};

} // namespace

static Start startOf(mlir::ModuleOp module, uint64_t seed) {
  graph::EntryOp entry = test::entryOf(module);
  Start start;
  start.dims = randomDims(graph::dimRangesAround(entry), 20, seed);
  start.inputs = randomInputs(entry, start.dims, seed);
  return start;
}

/// What the first entry computes under a seed.
static Numbers evaluateUnder(mlir::ModuleOp module, uint64_t seed,
                             const Start &start) {
  Numbers numbers;
  Surroundings<double> around{test::randomWeights(seed),
                              [&](int64_t id, const Tensor<double> &value) {
                                numbers.byId[id] = value.floats;
                              }};
  auto outputs =
      evaluate<double>(test::entryOf(module), start.inputs, start.dims, around);
  EXPECT_TRUE(mlir::succeeded(outputs));
  if (mlir::succeeded(outputs))
    for (const Tensor<double> &output : *outputs)
      numbers.outputs.push_back(output.floats);
  return numbers;
}

void test::expectSameNumbers(mlir::ModuleOp module,
                             std::unique_ptr<mlir::Pass> pass, uint64_t seeds) {
  std::vector<Start> starts;
  std::vector<Numbers> before;
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    starts.push_back(startOf(module, seed));
    before.push_back(evaluateUnder(module, seed, starts[seed]));
  }
  mlir::PassManager manager(module.getContext());
  manager.addPass(std::move(pass));
  ASSERT_TRUE(mlir::succeeded(manager.run(module)));
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Numbers after = evaluateUnder(module, seed, starts[seed]);
    EXPECT_EQ(before[seed].outputs, after.outputs);
    for (const auto &[id, values] : after.byId)
      if (auto known = before[seed].byId.find(id);
          known != before[seed].byId.end()) {
        EXPECT_EQ(known->second, values) << "value " << id;
      }
  }
}
