// The numbering that the code and the metadata of an artefact share: buffers,
// kernels, places in the arena and in the weights section.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_HOSTTOBUFFERS_H
#define HEDDLE_COMPILER_LOWER_HOSTTOBUFFERS_H

#include "compiler/lower/HostToFormula.h"
#include "dialects/host/Host.h"
#include "llvm/ADT/DenseMap.h"

namespace heddle::lower {

/// One entry of heddle_meta_header.buffers.
struct HostBuffer {
  mlir::Operation *op; ///< the weight, input, slot or second output
  std::string name;    ///< empty for a slot
  heddle_buffer_kind kind;
  host::BufferShape shape;
  Formula bytes;
  Formula place; ///< in the arena or the weights section; else empty
};

/// One entry point, in buffer and kernel numbers.
struct HostEntry {
  host::EntryOp op;
  std::vector<uint32_t> inputs, outputs; ///< signature order
  std::vector<host::DispatchOp> dispatches;
  Formula arena; ///< bytes of all slots, each aligned to HEDDLE_ALIGN
};

/// Everything numbered. Weights come first, then each entry's buffers in the
/// order of its ops.
struct HostTables {
  std::vector<shape::DimRange> dims; ///< alphabetical: metadata order
  std::vector<HostBuffer> buffers;
  std::vector<HostEntry> entries;
  std::vector<std::string> kernels; ///< by first dispatch
  uint64_t weightsSize = 0;         ///< bytes of the weights section
  llvm::DenseMap<mlir::Value, uint32_t> bufferIndex;

  uint32_t kernelIndex(llvm::StringRef name) const;
};

/// Numbers a verified program.
HostTables tabulateHost(host::ProgramOp program);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_HOSTTOBUFFERS_H
