// The LLVM dialect module of a host program to an ELF object, in process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/HostToLLVM.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::lower;

/// A machine of the host's architecture, but only with its oldest features:
/// the host code must run wherever a kernel variant does.
static std::unique_ptr<llvm::TargetMachine> baseline(std::string &error) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::Triple triple(llvm::sys::getDefaultTargetTriple());
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  llvm::TargetOptions options;
  options.FunctionSections = true; // so that the linker drops unused glue
  options.DataSections = true;
  StringRef cpu =
      triple.getArch() == llvm::Triple::x86_64 ? "x86-64" : "generic";
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, cpu, /*Features=*/"", options, llvm::Reloc::PIC_));
}

static FailureOr<std::string> emitObject(ModuleOp module) {
  MLIRContext *context = module.getContext();
  registerBuiltinDialectTranslation(*context);
  registerLLVMDialectTranslation(*context);
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> code =
      translateModuleToLLVMIR(module, llvmContext, "host");
  if (!code)
    return failure(); // the translation has said why
  std::string error;
  std::unique_ptr<llvm::TargetMachine> machine = baseline(error);
  if (!machine)
    return module.emitError("this machine has no code generator: ") << error;
  code->setDataLayout(machine->createDataLayout());
  code->setTargetTriple(machine->getTargetTriple());
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, stream, nullptr,
                                   llvm::CodeGenFileType::ObjectFile))
    return module.emitError("this machine's code generator emits no objects");
  passes.run(*code);
  return std::string(bytes.begin(), bytes.end());
}

FailureOr<HostObject> lower::compileHost(host::ProgramOp program,
                                         const HostTables &tables,
                                         ArrayRef<std::string> variants,
                                         const SharedKernels &shared) {
  FailureOr<OwningOpRef<ModuleOp>> module =
      lowerHostToLLVM(program, tables, variants, shared);
  if (failed(module))
    return failure();
  FailureOr<std::string> bytes = emitObject(**module);
  if (failed(bytes))
    return failure();
  HostObject object{std::move(*bytes), {}};
  for (const std::string &variant : variants)
    for (const std::string &kernel : tables.kernels)
      if (!shared.count({kernel, variant}))
        object.kernelSymbols.push_back(kernelSymbol(kernel, variant));
  return object;
}
