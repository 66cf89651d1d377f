// Faults planted in the algorithm are found, and the kernel is named.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Expr.h"
#include "compiler/pipeline/Compile.h"
#include "dialects/halide/Halide.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "tests/fuzz/Differential.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace heddle;
using namespace heddle::fuzz;

namespace {

/// A projection with a bias, k0, and a causal attention on it, k1.
constexpr const char *model = R"(
!rows = tensor<1x?x32xf32, #hgraph.dims<"1", "t", "32">>
!heads = tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>
hgraph.model @Planted {dims = [#hgraph.dim<"t", 1, 40>]} {
  hgraph.entry @main(%x: !rows {hgraph.name = "x"})
      -> (!rows {hgraph.name = "y"}) {
    %w = hgraph.weight "p.weight" : tensor<32x32xf32>
    %b = hgraph.weight "p.bias" : tensor<32xf32>
    %p = hgraph.linear %x, %w, %b layout(out_in) : (!rows, tensor<32x32xf32>, tensor<32xf32>) -> !rows
    %h = hgraph.split_heads %p heads(2) : (!rows) -> !heads
    %a = hgraph.attention %h, %h, %h scale(0.25) : (!heads, !heads, !heads) -> !heads {
    ^bb0(%score: f32, %bb: index, %hh: index, %q: index, %k: index):
      %live = arith.cmpi sle, %k, %q : index
      hgraph.score %score where %live
    }
    %m = hgraph.merge_heads %a : (!heads) -> !rows
    hgraph.return %m : !rows
  }
}
)";

/// Visits the ops of a kind in the funcs of a role.
template <typename Op>
void inRole(ModuleOp module, StringRef role,
            llvm::function_ref<void(Op)> visit) {
  module.walk([&](halide::FuncOp func) {
    auto found = func->getAttrOfType<StringAttr>(lower::roleAttr);
    if (found && found.getValue() == role)
      func->walk([&](Op op) { visit(op); });
  });
}

Result compare(std::function<void(ModuleOp)> plant) {
  DifferentialOptions options;
  options.variants = {"avx2"};
  options.plant = std::move(plant);
  return compareGraph(model, options);
}

void expectFound(const Result &result, const std::string &kernel) {
  EXPECT_EQ(result.outcome, Outcome::Different) << result.log;
  EXPECT_NE(result.log.find("the first wrong kernel is kernel " + kernel),
            std::string::npos)
      << result.log;
}

TEST(DifferentialFaults, WithoutAFaultTheModelIsRight) {
  Result result = compare(nullptr);
  EXPECT_EQ(result.outcome, Outcome::Same) << result.log;
}

TEST(DifferentialFaults, AChangedScaleIsFound) {
  int changed = 0;
  expectFound(compare([&](ModuleOp module) {
                inRole<arith::ConstantOp>(
                    module, "query_pack", [&](arith::ConstantOp op) {
                      auto value = dyn_cast<FloatAttr>(op.getValue());
                      if (!value)
                        return;
                      OpBuilder builder(op);
                      op.setValueAttr(builder.getF32FloatAttr(
                          float(value.getValueAsDouble() * 1.01)));
                      ++changed;
                    });
                // This runs in the child: what it cannot plant, it ends.
                if (changed == 0)
                  std::abort();
              }),
              "k1");
}

TEST(DifferentialFaults, AMaskOffByOneIsFound) {
  expectFound(compare([](ModuleOp module) {
                inRole<arith::CmpIOp>(module, "scores", [](arith::CmpIOp op) {
                  if (op.getPredicate() == arith::CmpIPredicate::sle)
                    op.setPredicate(arith::CmpIPredicate::slt);
                });
              }),
              "k1");
}

TEST(DifferentialFaults, ADroppedBiasIsFound) {
  expectFound(
      compare([](ModuleOp module) {
        for (auto pipeline : module.getOps<halide::PipelineOp>()) {
          auto family = pipeline->getAttrOfType<StringAttr>(lower::familyAttr);
          if (family && family.getValue() == "gemm")
            inRole<arith::AddFOp>(module, "output", [](arith::AddFOp op) {
              op.replaceAllUsesWith(op.getLhs());
            });
        }
      }),
      "k0");
}

} // namespace

int main(int argc, char **argv) {
  if (std::optional<int> child = pipeline::runChildJob(argc, argv))
    return *child;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
