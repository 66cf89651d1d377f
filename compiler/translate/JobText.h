// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a parent and a child process tell each other. Private to this folder.

#ifndef HEDDLE_COMPILER_TRANSLATE_JOBTEXT_H
#define HEDDLE_COMPILER_TRANSLATE_JOBTEXT_H

#include "compiler/translate/Jobs.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace heddle::translate {

/// The first argument of a child; the file with the job is the second.
inline constexpr const char *jobArgument = "--heddle-translate-job";

/// A module of the pipeline alone, with the options and limits as attributes,
/// as MLIR bytecode.
std::string writeJob(const Job &job, const Limits &limits);

/// The options and limits in a module that `writeJob` wrote.
void readJob(mlir::ModuleOp module, Options &options, Limits &limits);

/// Collects what a child has to say, then writes it as one line of JSON.
class JobReport {
public:
  void add(mlir::Diagnostic &diagnostic);
  std::string write(bool succeeded, const Scratch &scratch) const;

private:
  struct Entry {
    int severity;
    std::string location, message;
    /// Its notes follow it.
    bool isNote;
  };
  std::vector<Entry> entries;
};

/// Reads a report: emits its diagnostics and fills the scratch bound. Nothing
/// when the text is no report (the child did not live to write it), else
/// whether the job succeeded.
std::optional<bool> readReport(llvm::StringRef text, mlir::Operation *pipeline,
                               Scratch &scratch);

} // namespace heddle::translate

#endif // HEDDLE_COMPILER_TRANSLATE_JOBTEXT_H
