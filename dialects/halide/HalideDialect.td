// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The halide dialect: Halide's algorithms and schedules as MLIR.

#ifndef HEDDLE_DIALECTS_HALIDE_DIALECT
#define HEDDLE_DIALECTS_HALIDE_DIALECT

include "mlir/IR/OpBase.td"

def Halide_Dialect : Dialect {
  let name = "halide";
  let cppNamespace = "::heddle::halide";
  let summary = "Halide funcs, updates and schedule directives";
  let description = [{
    One `halide.pipeline` is one compiled kernel: funcs with pure and update
    definitions first, schedules (one a variant) after them. Bodies are `arith`
    and `math` regions over i32 index variables. README.md has the rationale.
  }];
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

#endif
