// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Translation in child processes: several at once, each with limits, and the
// same bytes from the same pipeline whatever was compiled before.

#ifndef HEDDLE_COMPILER_TRANSLATE_JOBS_H
#define HEDDLE_COMPILER_TRANSLATE_JOBS_H

#include "compiler/translate/Translate.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace heddle::translate {

/// One pipeline and what to make of it. The op stays the caller's and must not
/// change until the job is done.
struct Job {
  mlir::Operation *pipeline;
  Options options;
};

/// What a child process may use.
struct Limits {
  /// Children at a time.
  unsigned processes = 2;
  /// Of wall time, a job.
  unsigned seconds = 120;
  /// Of address space, a child; its libraries take 0.7 GB of it.
  uint64_t bytes = uint64_t(4) << 30;
};

/// What became of a job.
enum class JobEnd {
  Done,
  Refused,   ///< with diagnostics
  TimedOut,  ///< of wall time or of the processor's
  Crashed,   ///< by a signal, or without a report
  NotStarted ///< no child, or no disk to write to
};

/// Runs all jobs, `scratch[i]` being of `jobs[i]`, and `ends[i]` where asked.
/// The children are this program again: its main must begin with
/// `isTranslateJob`. Diagnostics of the children come out here, in the order of
/// the jobs and at their original places; a crash, too much time or memory is a
/// diagnostic at the pipeline. `progress` is told after each job how many are
/// done.
mlir::LogicalResult
translateJobs(llvm::ArrayRef<Job> jobs, const Limits &limits,
              llvm::MutableArrayRef<Scratch> scratch,
              llvm::function_ref<void(size_t)> progress = nullptr,
              llvm::MutableArrayRef<JobEnd> ends = {});

/// True when this process was started by `translateJobs`: main must then
/// return what `translateJobMain` returns and do nothing else.
bool isTranslateJob(int argc, char **argv);
int translateJobMain(int argc, char **argv);

} // namespace heddle::translate

#endif // HEDDLE_COMPILER_TRANSLATE_JOBS_H
