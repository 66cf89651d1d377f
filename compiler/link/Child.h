// Runs a job in a child process of this executable and gathers its output;
// private to compiler/link.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LINK_CHILD_H
#define HEDDLE_COMPILER_LINK_CHILD_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace heddle::link {

/// What a child process left.
struct ChildResult {
  int status = 0; ///< as waitpid gives it
  std::string output, errors;
};

/// Starts /proc/self/exe with the one argument `job`. `inputs` become its
/// descriptors 3, 4, ...: memory files, not on any disk. Fails when the child
/// cannot be started.
llvm::Expected<ChildResult>
runChild(const char *job, const std::vector<llvm::StringRef> &inputs);

} // namespace heddle::link

#endif // HEDDLE_COMPILER_LINK_CHILD_H
