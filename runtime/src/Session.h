// What one run after another needs: arena, scratch, and the current plan.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_SESSION_H
#define HEDDLE_RUNTIME_SRC_SESSION_H

#include "runtime/src/DeviceSession.h"
#include "runtime/src/Module.h"
#include "runtime/src/Scratch.h"
#include "runtime/src/Slices.h"

#include <atomic>

namespace heddle::runtime {

/// Bytes of arena and scratch that an entry needs at `dims`.
struct Needs {
  uint64_t arena = 0;
  uint64_t scratch = 0; ///< for each thread
};
Outcome needsOf(const Module &module, uint32_t entry, const int64_t *dims,
                Needs &needs);

/// One at a time may run in it; runs reuse its memory.
class Session {
public:
  /// `threads` is at most HEDDLE_MAX_THREADS or HEDDLE_THREADS_ALL; `slice` as
  /// in heddle_session_options.
  Session(const Module &module, uint32_t threads, uint32_t variant,
          uint32_t slice = HEDDLE_SLICE_AUTO);

  /// See heddle_session_run.
  Outcome run(uint32_t entry, TensorList allInputs, heddle_tensor *allOutputs,
              size_t numOutputs, const heddle_run_options &options);

  const Module &owner() const { return module; }
  uint32_t threadCount() const { return threads; }
  uint32_t variantIndex() const { return variant; }
  uint64_t bytesHeld() const;

private:
  friend struct Run;

  Outcome check(uint32_t entry, TensorList inputs, TensorList outputs);
  Outcome plan(uint32_t entry);
  Outcome placeBuffer(uint32_t index, uint64_t arenaBytes);
  /// Where a buffer is on the device; `place` is of slots.
  Outcome placeOnDevice(uint32_t index, const heddle_meta_buffer &buffer,
                        int64_t place);
  /// `tensor` as memory of the host, during a callback.
  Outcome mirror(uint32_t index, heddle_tensor &tensor);
  /// Finds the outputs that kernels may write into the caller's memory, where
  /// nothing can fail once they run; part of the plan.
  void findLendable(uint32_t entry);
  /// Points them there for this run, or at the arena if it may be stopped.
  void lendOutputs(const heddle_run &run, heddle_tensor *outputs);
  Outcome copyOut(uint32_t entry, heddle_tensor *outputs);
  Outcome prepareScratch(uint32_t runThreads);
  Outcome execute(heddle_run &run, TensorList inputs);
  /// How the call that was checked is cut.
  Slices chooseSlices(uint32_t entry, uint32_t runThreads,
                      const heddle_run_options &options);
  /// Points `inputs` and `outputs` to a slice's parts of the call's tensors.
  void takeSlice(uint32_t entry, const Slice &slice, TensorList allInputs,
                 TensorList allOutputs);
  /// Runs the entry whole, at `dims`.
  Outcome runOnce(heddle_run &run, TensorList given, heddle_tensor *results);

  const Module &module;
  uint32_t threads;
  uint32_t variant;
  uint32_t slice;
  std::atomic_flag isRunning = ATOMIC_FLAG_INIT;
  AlignedBytes arena;
  std::vector<Scratch> scratch;               ///< by slot of the parallel loop
  std::unique_ptr<DeviceSession> device;      ///< where the variant is of one
  TensorList given{nullptr, 0};               ///< the running call's inputs
  std::vector<int64_t> dims;                  ///< of the call, or of its slice
  std::vector<heddle_tensor> inputs, outputs; ///< of the slice
  // The plan: valid for plannedEntry at plannedDims.
  bool isPlanned = false;
  uint32_t plannedEntry = 0;
  std::vector<int64_t> plannedDims;
  uint64_t scratchBytes = 0;
  std::vector<void *> buffers; ///< addresses by buffer index
  struct Lendable {
    uint32_t output; ///< of the entry
    uint32_t buffer;
    void *place; ///< in the arena
  };
  std::vector<Lendable> lendable;
};

} // namespace heddle::runtime

/// The C side's handle.
struct heddle_session : heddle::runtime::Session {
  using Session::Session;
};

#endif // HEDDLE_RUNTIME_SRC_SESSION_H
