// One run in progress: what the artefact's services and the caller's callback
// work on.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_RUN_H
#define HEDDLE_RUNTIME_SRC_RUN_H

#include "runtime/src/Profiler.h"
#include "runtime/src/Session.h"

namespace heddle::runtime {

/// Lives on the running thread's stack; heddle_call::session points to it.
struct Run {
  Run(Session &session, uint32_t entry, uint32_t threads,
      const heddle_run_options &options, Profiler &profiler)
      : session(session), entry(entry), threads(threads), options(options),
        profiler(profiler) {}

  Session &session;
  uint32_t entry;
  uint32_t threads;
  const heddle_run_options &options;
  Profiler &profiler;
  uint32_t dispatchesDone = 0;
  bool isStopped = false; ///< the caller's callback said so
  std::mutex reportMutex;
  char report[200] = {}; ///< the first error a kernel reported

  /// Runs the artefact's code; returns what its entry function returned.
  int start();
  /// Before the caller looks at buffers: waits for a device. After it
  /// (`isDone`): gives the device what the caller wrote. False after a report.
  bool settle(bool isDone);
  /// Address, type and extents of a buffer now.
  Outcome buffer(uint32_t index, heddle_tensor &tensor) const;

  const Module &module() const { return session.module; }
  Scratch &scratch();
  /// Of a variant that runs on a device.
  DeviceQueue &queue();
};

} // namespace heddle::runtime

/// The C side's handle.
struct heddle_run : heddle::runtime::Run {
  using Run::Run;
};

#endif // HEDDLE_RUNTIME_SRC_RUN_H
