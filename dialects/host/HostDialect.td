// The host dialect: the program around the kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_HOST_DIALECT_TD
#define HEDDLE_DIALECTS_HOST_DIALECT_TD

include "mlir/IR/OpBase.td"

def Host_Dialect : Dialect {
  let name = "host";
  let cppNamespace = "::heddle::host";
  let summary = "the program around the kernels: buffers, slots, dispatches";
  let description = [{
    A `host.program` is what an artefact does on the machine that calls it: it
    names the weights and how they are packed, the inputs, the arena's slots,
    and the order in which kernels are dispatched. Every size is a formula over
    the declared dims, in canonical text ("batch * seq"), so one program serves
    every size in range. Attributes are builtin ones only.
  }];
  let useDefaultTypePrinterParser = 1;
}

#endif // HEDDLE_DIALECTS_HOST_DIALECT_TD
