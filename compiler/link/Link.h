// Objects to one ELF shared object, with lld in a child process of our own
// executable: a linker that crashes or meets a full disk ends alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LINK_LINK_H
#define HEDDLE_COMPILER_LINK_LINK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>

namespace heddle::link {

/// A relocatable ELF object in memory.
struct ObjectFile {
  std::string name; ///< for messages: "k3_avx512.o"
  std::string bytes;
};

/// The bytes of a shared object that exports heddle_artifact alone and needs
/// nothing but a few functions of libc. Equal objects in equal order give
/// equal bytes. Fails, in words, on an object that lld refuses, an undefined
/// symbol, or a child that was killed. No file is written.
llvm::Expected<std::string> linkObjects(llvm::ArrayRef<ObjectFile> objects);

/// Every program that calls linkObjects calls this first in main: in the child
/// process it runs the linker and gives the exit status, else nothing.
std::optional<int> runLinkJob(int argc, char **argv);

} // namespace heddle::link

#endif // HEDDLE_COMPILER_LINK_LINK_H
