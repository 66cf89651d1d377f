// host.program to machine code: the entry functions, the glue that kernels
// call, and the exported table of runtime/include/heddle/artifact.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_HOSTTOLLVM_H
#define HEDDLE_COMPILER_LOWER_HOSTTOLLVM_H

#include "compiler/lower/HostToBuffers.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <string>
#include <utility>

namespace heddle::lower {

/// The C symbol of one kernel of one variant: heddle_k3_avx512.
std::string kernelSymbol(llvm::StringRef kernel, llvm::StringRef variant);

/// For a kernel and a variant, the variant whose code serves, where it is
/// another.
using SharedKernels =
    std::map<std::pair<std::string, std::string>, std::string>;

/// The LLVM dialect module of a verified program for `variants`, the names of
/// the metadata's variants in its order. The table's build_id is 0: the
/// artefact's writer fills it in. Fails, with a diagnostic on the dispatch,
/// when an extent, a stride or a scalar can leave int32.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
lowerHostToLLVM(host::ProgramOp program, const HostTables &tables,
                llvm::ArrayRef<std::string> variants,
                const SharedKernels &shared = {});

/// A relocatable ELF object for the baseline of the machine's architecture.
struct HostObject {
  std::string bytes;
  /// kernelSymbol(kernel, variant) of all code that serves: what the object
  /// calls.
  std::vector<std::string> kernelSymbols;
};

/// lowerHostToLLVM, then LLVM's code generator in this process. The bytes are
/// a function of the program and the variants only.
mlir::FailureOr<HostObject> compileHost(host::ProgramOp program,
                                        const HostTables &tables,
                                        llvm::ArrayRef<std::string> variants,
                                        const SharedKernels &shared = {});

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_HOSTTOLLVM_H
