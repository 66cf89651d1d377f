// host.program to the metadata block of runtime/include/heddle/artifact.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_HOSTTOMETADATA_H
#define HEDDLE_COMPILER_LOWER_HOSTTOMETADATA_H

#include "compiler/lower/HostToBuffers.h"
#include <map>
#include <utility>

namespace heddle::lower {

/// A feature set the kernels were compiled for.
struct VariantInfo {
  std::string name;                  ///< avx512
  std::string target;                ///< the code generator's target string
  std::vector<std::string> features; ///< as heddle_meta_variant spells them
  heddle_device_value device = HEDDLE_DEVICE_NONE;
  bool isChecked = false; ///< its kernels check what they access
};

/// What was compiled under one kernel's name.
struct KernelInfo {
  std::string family;
  std::string schedule; ///< directives, one variant after another
  /// Bytes of one thread, a formula a variant (translate::Scratch::formula).
  std::vector<std::string> scratch;
};

/// What the metadata holds besides the program itself.
struct MetadataOptions {
  std::vector<VariantInfo> variants;         ///< best first
  std::map<std::string, KernelInfo> kernels; ///< by name; may lack some
  std::vector<std::pair<std::string, std::string>> notes;
  std::string graph; ///< the graph phase's IR, as bytecode
};

/// The bytes of the block; build_id is 0 until the artefact's writer fills it
/// in. Fails, with a diagnostic on the program, when the block would pass
/// 4 GiB.
mlir::FailureOr<std::string>
lowerHostToMetadata(host::ProgramOp program, const HostTables &tables,
                    const MetadataOptions &options);

/// The element type's number in an artefact.
heddle_dtype artifactDtype(mlir::Type element);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_HOSTTOMETADATA_H
