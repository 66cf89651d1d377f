// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of a lowered module that is for a device.

#include "compiler/translate/Kernel.h"

#include "llvm/ADT/StringRef.h"

#include <fstream>

namespace heddle::translate {

namespace {

/// The embedded code is a buffer of such a name.
constexpr llvm::StringLiteral sourceSuffix = "_gpu_source_kernels";

bool isDeviceState(llvm::StringRef name) {
  return name.ends_with(sourceSuffix) || name == "opencl" || name == "cuda";
}

/// Finds element accesses, which host code around device kernels has none of.
class HostAccess : public Halide::Internal::IRVisitor {
public:
  /// The buffer of the first one.
  std::string buffer;

private:
  using IRVisitor::visit;
  void visit(const Halide::Internal::Load *op) override {
    note(op->name);
    IRVisitor::visit(op);
  }
  void visit(const Halide::Internal::Store *op) override {
    note(op->name);
    IRVisitor::visit(op);
  }
  void note(const std::string &name) {
    if (buffer.empty() && !isDeviceState(name))
      buffer = name;
  }
};

} // namespace

void checkOnDevice(const Halide::Module &module) {
  for (const auto &function : module.functions()) {
    HostAccess access;
    function.body.accept(&access);
    if (!access.buffer.empty())
      throw Halide::CompileError("'" + access.buffer +
                                 "' is computed or read on the host, and the "
                                 "target is a device; mark loops of every "
                                 "stage with gpu_blocks and gpu_threads");
  }
}

void writeDeviceCode(const Halide::Module &module, const std::string &path) {
  std::ofstream file(path, std::ios::binary);
  for (const Halide::Buffer<> &buffer : module.buffers()) {
    if (!llvm::StringRef(buffer.name()).ends_with(sourceSuffix))
      continue;
    llvm::StringRef code(static_cast<const char *>(buffer.data()),
                         buffer.size_in_bytes());
    code = code.rtrim('\0');
    file.write(code.data(), std::streamsize(code.size()));
  }
  if (!file.flush())
    throw Halide::CompileError("cannot write '" + path + "'");
}

} // namespace heddle::translate
