// What `run` and `bench` ask of a session, and the session itself.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_TOOLS_SESSIONARGUMENTS_H
#define HEDDLE_RUNTIME_TOOLS_SESSIONARGUMENTS_H

#include "runtime/tools/Loaded.h"

namespace CLI {
class App;
}

namespace heddle::tools {

struct SessionArguments {
  std::string artifact;
  std::string entry;          ///< empty: main, or the only one
  std::string isa;            ///< empty: the best variant
  std::string slice = "auto"; ///< or "whole", or a number
};

/// Adds the artefact, --entry, --isa and --slice.
void addSessionOptions(CLI::App &verb, SessionArguments &arguments);

struct OpenedSession {
  ModulePtr module;
  SessionPtr session;
  uint32_t entry = 0;
};

/// Loads the artefact and makes the session; an exit code, after an error in
/// words.
int openSession(const SessionArguments &arguments, uint32_t threads,
                OpenedSession &opened);

} // namespace heddle::tools

#endif // HEDDLE_RUNTIME_TOOLS_SESSIONARGUMENTS_H
