// The whole pass order, top to bottom.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/pipeline/Pipeline.h"

#include "compiler/link/Link.h"
#include "compiler/lower/GraphToHalide.h"
#include "compiler/lower/GraphToHost.h"
#include "compiler/passes/Passes.h"
#include "compiler/pipeline/KernelModel.h"
#include "compiler/pipeline/Variants.h"
#include "compiler/translate/Jobs.h"
#include "dialects/graph/Graph.h"
#include "dialects/host/Host.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "schedules/KernelView.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace heddle::pipeline {

namespace {

/// Keeps the models as they are now in a nested module @source.
void keepSource(ModuleOp module) {
  for (ModuleOp nested : module.getOps<ModuleOp>())
    if (nested.getSymName() == lower::sourceModuleName)
      return;
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto source = ModuleOp::create(builder, module.getLoc(),
                                 StringRef(lower::sourceModuleName));
  builder.setInsertionPointToEnd(source.getBody());
  for (graph::ModelOp model : module.getOps<graph::ModelOp>())
    builder.clone(*model);
}

LogicalResult runPasses(ModuleOp module,
                        llvm::function_ref<void(OpPassManager &)> add) {
  PassManager manager(module.getContext());
  add(manager);
  return manager.run(module);
}

bool isGpu(const std::string &target) {
  return llvm::any_of(
      schedule::gpuTargets(),
      [&](const schedule::GpuTarget &known) { return known.name == target; });
}

LogicalResult group(ModuleOp module, const Options &options) {
  return runPasses(module, [&](OpPassManager &passes) {
    passes::GroupKernelsOptions grouping;
    grouping.fuse = options.optimization >= 2;
    grouping.explain = options.remarks;
    grouping.kernelTime = options.kernelTime;
    grouping.onDevice = isGpu(options.target);
    passes.addPass(passes::createGroupKernels(grouping));
    passes.addPass(passes::createVerifyKernels());
  });
}

/// The variants that are asked for by name.
std::vector<std::string> variantNames(const Options &options) {
  if (isGpu(options.target))
    return {options.target};
  return options.variants;
}

/// A host program of a printed phase is for the target that is asked for.
LogicalResult checkTarget(ModuleOp module, const Options &options) {
  if (options.target.empty() || module.getOps<host::ProgramOp>().empty() ||
      isOnDevice(module) == isGpu(options.target))
    return success();
  return module.emitError("is lowered for ")
         << (isOnDevice(module) ? "a device" : "the cpu") << ", expected "
         << options.target << ": give --target before phase 'host'";
}

/// Takes the module one phase further.
LogicalResult step(ModuleOp module, Phase next, const Options &options) {
  switch (next) {
  case Phase::Kernels:
    keepSource(module);
    return group(module, options);
  case Phase::Host:
    keepSource(module);
    return lower::lowerGraphToHost(
        module, isGpu(options.target) ? host::deviceSpace : host::hostSpace);
  case Phase::Halide:
    return lower::lowerGraphToHalide(module, options.packForAll
                                                 ? std::vector<std::string>()
                                                 : options.variants);
  case Phase::Schedule:
    if (options.knobs.find && !isOnDevice(module) &&
        failed(
            applyKnobs(module, tunedFamily, options.variants, options.knobs)))
      return failure();
    return lower::scheduleKernels(module, variantNames(options));
  default:
    return success();
  }
}

/// Writes `text` to the output named, or to standard output. A file is whole
/// or absent.
LogicalResult emitText(const std::string &text, const std::string &path) {
  if (path.empty() || path == "-") {
    llvm::outs() << text;
    llvm::outs().flush();
    return success();
  }
  std::error_code error;
  llvm::ToolOutputFile file(path, error, llvm::sys::fs::OF_None);
  if (!error) {
    file.os() << text;
    file.os().flush();
    error = file.os().error();
  }
  if (error) {
    file.os().clear_error();
    llvm::errs() << "error: cannot write '" << path << "': " << error.message()
                 << '\n';
    return failure();
  }
  file.keep();
  return success();
}

std::string printModule(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, OpPrintingFlags().enableDebugInfo(true, false));
  text += '\n';
  return text;
}

/// Diagnostics of MLIR as "file:line:col: error: ..." with the line's text.
class Reporter {
public:
  explicit Reporter(MLIRContext &context, bool remarks)
      : handler(sources, &context, llvm::errs()) {
    if (!remarks)
      quiet.emplace(&context, [](Diagnostic &diagnostic) {
        return success(diagnostic.getSeverity() == DiagnosticSeverity::Remark);
      });
    context.printOpOnDiagnostic(false);
  }

private:
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler;
  std::optional<ScopedDiagnosticHandler> quiet;
};

std::string artifactPath(const Options &options) {
  if (!options.output.empty())
    return options.output;
  StringRef stem = options.input;
  stem.consume_back(".heddle") || stem.consume_back(".mlir");
  return (stem + ".so").str();
}

LogicalResult compileInside(const Options &options, MLIRContext &context,
                            const Progress &progress) {
  std::string ast;
  FailureOr<Model> model = readModel(options, context, &ast);
  if (failed(model))
    return failure();
  if (options.stopAfter == Phase::Ast)
    return emitText(ast, options.output);
  if (!model->weights && options.stopAfter >= Phase::Objects &&
      failed(reportMissingWeights(*model)))
    return failure();
  if (failed(lowerTo(std::min(options.stopAfter, Phase::Schedule), *model,
                     options)))
    return failure();
  if (options.stopAfter <= Phase::Schedule)
    return emitText(printModule(*model->module), options.output);
  if (options.stopAfter <= Phase::Device) {
    FailureOr<std::string> text = printKernels(*model, options);
    return failed(text) ? failure() : emitText(*text, options.output);
  }
  FailureOr<Objects> objects = compileObjects(*model, options, progress);
  if (failed(objects))
    return failure();
  if (options.stopAfter == Phase::Objects)
    return writeObjects(*objects, options.output);
  return writeArtifact(*model, options, *objects, artifactPath(options));
}

} // namespace

LogicalResult lowerTo(Phase stop, Model &model, const Options &options) {
  ModuleOp module = *model.module;
  if (model.phase > Phase::Graph && !options.dtype.empty())
    return module.emitError("is at phase '")
           << name(model.phase) << "', where the dtypes are settled: give "
           << "--dtype before phase 'kernels'";
  if (model.phase == Phase::Graph &&
      failed(runPasses(module, [&](OpPassManager &passes) {
        if (!options.dtype.empty())
          passes.addPass(passes::createSetPrecision({options.dtype}));
        if (options.optimization >= 2 && !isGpu(options.target)) {
          passes.addPass(passes::createStoreRounded());
          passes.addPass(passes::createTurnRows({options.kernelTime}));
        }
        passes.addPass(passes::createNumberValues());
      })))
    return failure();
  if (failed(checkTarget(module, options)))
    return failure();
  while (model.phase < stop) {
    Phase next = Phase(int(model.phase) + 1);
    if (failed(step(module, next, options)))
      return failure();
    model.phase = next;
  }
  // A printed schedule may lack a variant that is asked for.
  if (stop == Phase::Schedule)
    return lower::scheduleKernels(module, variantNames(options));
  return success();
}

bool compile(const Options &options, const Progress &progress) {
  std::unique_ptr<MLIRContext> context = makeContext();
  Reporter reporter(*context, options.remarks);
  return succeeded(compileInside(options, *context, progress));
}

std::optional<int> runChildJob(int argc, char **argv) {
  if (translate::isTranslateJob(argc, argv))
    return translate::translateJobMain(argc, argv);
  return link::runLinkJob(argc, argv);
}

} // namespace heddle::pipeline
