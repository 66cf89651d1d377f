// The one type of the host dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_HOST_TYPES_TD
#define HEDDLE_DIALECTS_HOST_TYPES_TD

include "dialects/host/HostDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Host_BufferType : TypeDef<Host_Dialect, "Buffer"> {
  let mnemonic = "buffer";
  let summary = "dense memory with an element type and extents";
  let description = [{
    Dense, row major, outermost extent first. The element type and the extents
    stand on the op that makes the buffer; a dispatch looks at it through a
    view of its own.

    Example: `!host.buffer`
  }];
  let builderCall =
      "::heddle::host::BufferType::get($_builder.getContext())";
}

#endif // HEDDLE_DIALECTS_HOST_TYPES_TD
