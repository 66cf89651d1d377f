// Stands in for llvm/Support/TypeName.h where GCC compiles against an LLVM that
// Clang compiled: MLIR finds a trait by its type's name, which the two spell
// differently ("Trait<mlir::TypeID::get<Trait>()::Empty>" and "Trait<Empty>").
// Without it no trait of ours is seen by libMLIR, nor one of its own by us.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLVM_SUPPORT_TYPENAME_H
#define LLVM_SUPPORT_TYPENAME_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace llvm {

/// Clang's spelling of the type in GCC's `prettyFunction`.
inline std::string clangTypeName(std::string prettyFunction) {
  auto replaceAll = [&](const char *open, const char *close, const char *by) {
    for (size_t at = prettyFunction.find(open); at != std::string::npos;
         at = prettyFunction.find(open, at)) {
      size_t end = prettyFunction.find(close, at) + std::string(close).size();
      prettyFunction.replace(at, end - at, by);
    }
  };
  const std::string key = "DesiredTypeName = ";
  prettyFunction.erase(0, prettyFunction.find(key) + key.size());
  prettyFunction.pop_back(); // the closing bracket
  replaceAll("mlir::TypeID::get<", ">()::Empty", "Empty");
  replaceAll("{anonymous}", "{anonymous}", "(anonymous namespace)");
  return prettyFunction;
}

/// The name of a type, as Clang spells it.
template <typename DesiredTypeName> StringRef getTypeName() {
  static const std::string name = clangTypeName(__PRETTY_FUNCTION__);
  return name;
}

} // namespace llvm

#endif // LLVM_SUPPORT_TYPENAME_H
