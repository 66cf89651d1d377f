// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// heddle-opt: reads a module, runs the passes named, prints it; for tests.

#include "compiler/passes/Passes.h"
#include "compiler/pipeline/LowerPasses.h"
#include "dialects/graph/Graph.h"
#include "dialects/halide/Halide.h"
#include "dialects/host/Host.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::registerCanonicalizer();
  heddle::passes::registerHeddlePasses();
  heddle::pipeline::registerLowerPasses();
  mlir::DialectRegistry registry;
  registry.insert<mlir::arith::ArithDialect, mlir::math::MathDialect,
                  heddle::graph::HGraphDialect, heddle::halide::HalideDialect,
                  heddle::host::HostDialect>();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "heddle's modules, one pass at a time\n", registry));
}
