// Passes keep the numbers, on a BERT and on shapes that tempt the grouping.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/support/SameNumbers.h"

#include "compiler/passes/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "tests/support/GraphCases.h"
#include <gtest/gtest.h>

using namespace heddle;
using namespace heddle::test;

namespace {

std::unique_ptr<mlir::Pass> groupKernels(bool fuse) {
  passes::GroupKernelsOptions options;
  options.fuse = fuse;
  return passes::createGroupKernels(options);
}

void number(mlir::ModuleOp module) {
  mlir::PassManager manager(module.getContext());
  manager.addPass(passes::createNumberValues());
  ASSERT_TRUE(mlir::succeeded(manager.run(module)));
}

/// Kernels of the first entry, by family.
std::map<std::string, int> families(mlir::ModuleOp module) {
  std::map<std::string, int> count;
  for (auto kernel : entryOf(module).getOps<graph::KernelOp>())
    ++count[kernel.getFamily()->str()];
  return count;
}

} // namespace

TEST(NumberValues, KeepsTheNumbers) {
  auto context = makeContext();
  auto module = buildBert(*context, 1, 16, 2);
  expectSameNumbers(*module, passes::createNumberValues());
}

TEST(GroupKernels, KeepsTheNumbersOfABert) {
  auto context = makeContext();
  for (bool fuse : {true, false}) {
    auto module = buildBert(*context, 2, 16, 2);
    number(*module);
    expectSameNumbers(*module, groupKernels(fuse));
    EXPECT_TRUE(mlir::succeeded(passes::verifyEveryOpInOneKernel(*module)));
  }
}

TEST(GroupKernels, MakesSevenKernelsALayerOfABert) {
  auto context = makeContext();
  auto module = buildBert(*context, 3, 16, 2);
  expectSameNumbers(*module, groupKernels(true), 1);
  std::map<std::string, int> expected = {
      {"gather", 1}, {"gemm", 3 * 6}, {"attention", 3}, {"reduce", 1}};
  EXPECT_EQ(families(*module), expected);
}

TEST(GroupKernels, GivesEachOpAKernelWithoutFusing) {
  auto context = makeContext();
  auto module = buildBert(*context, 1, 16, 2);
  expectSameNumbers(*module, groupKernels(false), 1);
  for (auto kernel : entryOf(*module).getOps<graph::KernelOp>()) {
    int count = 0;
    for (mlir::Operation &op : kernel.getBody().front())
      count += graph::computesTensor(&op);
    EXPECT_EQ(count, 1);
  }
}

TEST(GroupKernels, IsTheSameEveryTime) {
  auto context = makeContext();
  std::string texts[2];
  for (std::string &text : texts) {
    auto module = buildBert(*context, 2, 16, 2);
    mlir::PassManager manager(context.get());
    manager.addPass(groupKernels(true));
    ASSERT_TRUE(mlir::succeeded(manager.run(*module)));
    llvm::raw_string_ostream stream(text);
    module->print(stream);
  }
  EXPECT_EQ(texts[0], texts[1]);
}

// The residual is computed after the linear in the text, from another reader of
// the linear's input: the kernel has to wait for it.
TEST(GroupKernels, WaitsForAResidualThatComesLater) {
  auto context = makeContext();
  auto module = parseEntry(
      *context,
      "(%x: tensor<?x4xf32, #hgraph.dims<\"seq\", \"4\">> {hgraph.name = "
      "\"x\"}) -> (tensor<?x4xf32, #hgraph.dims<\"seq\", \"4\">> {hgraph.name "
      "= \"y\"})",
      R"(
    %w = hgraph.weight "w" : tensor<4x4xf32>
    %l = hgraph.linear %x, %w layout(out_in) : (tensor<?x4xf32, #hgraph.dims<"seq", "4">>, tensor<4x4xf32>) -> tensor<?x4xf32, #hgraph.dims<"seq", "4">>
    %s = hgraph.softmax %x axis(1) : (tensor<?x4xf32, #hgraph.dims<"seq", "4">>) -> tensor<?x4xf32, #hgraph.dims<"seq", "4">>
    %r = hgraph.relu %s : (tensor<?x4xf32, #hgraph.dims<"seq", "4">>) -> tensor<?x4xf32, #hgraph.dims<"seq", "4">>
    %y = hgraph.add %l, %r : (tensor<?x4xf32, #hgraph.dims<"seq", "4">>, tensor<?x4xf32, #hgraph.dims<"seq", "4">>) -> tensor<?x4xf32, #hgraph.dims<"seq", "4">>
    hgraph.return %y : tensor<?x4xf32, #hgraph.dims<"seq", "4">>)");
  ASSERT_TRUE(module);
  number(*module);
  expectSameNumbers(*module, groupKernels(true));
  std::map<std::string, int> expected = {
      {"gemm", 1}, {"norm", 1}, {"elementwise", 1}};
  EXPECT_EQ(families(*module), expected);
}

// Two linears of one x where the second's weights go through the first's
// result: together they would wait for themselves.
TEST(GroupKernels, DoesNotMergeLinearsOfWhichOneNeedsTheOther) {
  auto context = makeContext();
  auto module = parseEntry(
      *context,
      "(%x: tensor<4x4xf32> {hgraph.name = \"x\"}) -> (tensor<4x4xf32> "
      "{hgraph.name = \"y\"}, tensor<4x4xf32> {hgraph.name = \"z\"})",
      R"(
    %w = hgraph.weight "w" : tensor<4x4xf32>
    %a = hgraph.linear %x, %w layout(out_in) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %s = hgraph.softmax %a axis(1) : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %b = hgraph.linear %x, %s layout(out_in) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    hgraph.return %a, %b : tensor<4x4xf32>, tensor<4x4xf32>)");
  ASSERT_TRUE(module);
  expectSameNumbers(*module, groupKernels(true));
  EXPECT_EQ(families(*module)["gemm"], 2);
}
