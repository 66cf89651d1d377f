// The whole way from a model's text to an artefact.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PIPELINE_PIPELINE_H
#define HEDDLE_COMPILER_PIPELINE_PIPELINE_H

#include "compiler/pipeline/Compile.h"
#include "compiler/pipeline/Options.h"
#include "compiler/translate/Jobs.h"
#include "compiler/weights/Weights.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>
#include <map>
#include <memory>

namespace mlir {
class MLIRContext;
}

namespace heddle::pipeline {

/// Every dialect that a phase may print.
void registerDialects(mlir::DialectRegistry &registry);

/// A context with all of them loaded, single threaded: kernels are compiled in
/// child processes, and a thread must not live while one is forked.
std::unique_ptr<mlir::MLIRContext> makeContext();

/// What the front end gives.
struct Model {
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< at `phase`
  Phase phase = Phase::Graph;
  std::optional<weights::WeightSource> weights;
};

/// Reads the input, prints its diagnostics to standard error, and checks every
/// weight it names against the files when there are any. For
/// --stop-after=ast the tree goes to `ast` and the module stays null.
mlir::FailureOr<Model> readModel(const Options &options,
                                 mlir::MLIRContext &context, std::string *ast);

/// Reports every weight that the module names and no file was given for.
mlir::LogicalResult reportMissingWeights(Model &model);

/// Takes the module from where it is to `stop`, which is at most `schedule`.
mlir::LogicalResult lowerTo(Phase stop, Model &model, const Options &options);

/// What the code generator made of all kernels and variants, as text: lowered
/// statements or, of phase `device`, the device's code.
mlir::FailureOr<std::string> printKernels(Model &model, const Options &options);

/// A named object of the artefact.
struct Object {
  std::string name; ///< k3_avx512.o
  std::string bytes;
};

/// Kernels by child processes and the cache, then the host's object.
struct Objects {
  std::vector<Object> objects;
  /// Bytes a thread, by kernel: translate::Scratch::formula of each variant.
  std::map<std::string, std::vector<std::string>> scratch;
  size_t compiled = 0; ///< not found in the cache
};
mlir::FailureOr<Objects> compileObjects(Model &model, const Options &options,
                                        const Progress &progress);

/// What became of one of several modules of one pipeline each.
struct Attempt {
  translate::JobEnd end = translate::JobEnd::NotStarted;
  Objects objects; ///< where the end is Done
};

/// As compileObjects for each of `models`, several at a time: one that cannot
/// be compiled does not keep the others. Fails where nothing can be compiled.
mlir::FailureOr<std::vector<Attempt>>
compileEach(llvm::ArrayRef<Model> models, const Options &options,
            const translate::Limits &limits);

/// Writes each object into a folder, which is made where it is missing.
mlir::LogicalResult writeObjects(const Objects &objects,
                                 const std::string &folder);

/// Links the objects and writes the file, whole or not at all.
mlir::LogicalResult writeArtifact(Model &model, const Options &options,
                                  const Objects &objects,
                                  const std::string &path);

} // namespace heddle::pipeline

#endif // HEDDLE_COMPILER_PIPELINE_PIPELINE_H
