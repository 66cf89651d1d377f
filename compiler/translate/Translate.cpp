// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A pipeline from its op to a file.

#include "compiler/translate/Translate.h"

#include "compiler/translate/Kernel.h"

#include "llvm/Support/Error.h"

using namespace mlir;
using namespace heddle::halide;

namespace heddle::translate {

/// The target's text: the option's, or that of the variant's schedule.
static FailureOr<std::string> targetText(PipelineOp pipeline,
                                         const Options &options) {
  if (!options.target.empty())
    return options.target;
  if (ScheduleOp schedule = pipeline.findSchedule(options.variant))
    return schedule.getTarget().str();
  InFlightDiagnostic diag = pipeline.emitError("no schedule for variant '")
                            << options.variant << "'";
  auto schedules = pipeline.getOps<ScheduleOp>();
  if (schedules.empty())
    return diag << ", none at all";
  diag << ", only for ";
  llvm::interleaveComma(schedules, diag, [&](ScheduleOp schedule) {
    diag << "'" << schedule.getVariant() << "'";
  });
  return diag;
}

/// The plainest schedule that compiles: whatever is updated stands alone.
static void computeUpdatedFuncsAtRoot(PipelineOp pipeline, Kernel &kernel) {
  for (auto func : pipeline.getOps<FuncOp>())
    if (!func.getUpdates().empty())
      kernel.funcs[func.getFunc()].compute_root();
}

static void emit(const Halide::Module &module, const Options &options) {
  using Type = Halide::OutputFileType;
  if (options.emit == Emit::Device) {
    writeDeviceCode(module, options.path);
    return;
  }
  Type type = options.emit == Emit::Object     ? Type::object
              : options.emit == Emit::Assembly ? Type::assembly
                                               : Type::stmt;
  module.compile({{type, options.path}});
}

static bool usesDoubles(PipelineOp pipeline) {
  return pipeline
      .walk([](Operation *op) {
        bool isDouble = llvm::any_of(op->getResultTypes(),
                                     [](Type type) { return type.isF64(); });
        return isDouble ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Builds, schedules, lowers and writes; the guard is about the pipeline.
static LogicalResult translate(PipelineOp pipeline, const Options &options,
                               StringRef target, Guard &guard,
                               Scratch &scratch) {
  Kernel kernel;
  if (failed(buildAlgorithm(pipeline, kernel, guard)))
    return failure();
  ScheduleOp schedule = pipeline.findSchedule(options.variant);
  if (schedule && !options.stripSchedule) {
    if (failed(applySchedule(schedule, kernel, guard)))
      return failure();
  } else if (failed(guard.run(
                 [&] { computeUpdatedFuncsAtRoot(pipeline, kernel); }))) {
    return failure();
  }
  guard.at(schedule ? schedule.getOperation() : pipeline.getOperation());
  Halide::Target machine;
  if (failed(guard.run([&] { machine = makeTarget(target, options); })))
    return failure();
  // Only where it must be: not every device has doubles.
  if (machine.has_feature(Halide::Target::OpenCL) && usesDoubles(pipeline))
    machine.set_feature(Halide::Target::CLDoubles);
  guard.at(pipeline);
  PassingOperands passing;
  LogicalResult result = guard.run([&] {
    Halide::Pipeline whole(kernel.outputs);
    if (!machine.has_gpu_feature())
      addTails(whole);
    addBranches(whole);
    addStreams(kernel.streams, kernel.tiled, whole);
    addInPlaceRows(kernel.tiled, whole);
    addTileProducts(kernel.tiled, passing, whole);
    addReductions(whole);
    addPairedLoads(whole);
    addRounding(schedule && schedule->hasAttr(halide::roundsBf16Attr), whole);
    // A statement to be read keeps the shorter form.
    if (options.emit != Emit::Stmt && machine.arch == Halide::Target::X86)
      addPrefetches(whole);
    Halide::Module module =
        whole.compile_to_module(kernel.arguments, options.symbol, machine,
                                Halide::LinkageType::ExternalPlusArgv);
    if (machine.has_gpu_feature())
      checkOnDevice(module);
    scratch = boundScratch(module, pipeline, kernel);
    emit(module, options);
  });
  if (failed(result) || !passing.isOne() || options.emit != Emit::Object ||
      machine.arch != Halide::Target::X86)
    return result;
  if (llvm::Error error = hintTileLoads(options.path, passing))
    return pipeline.emitError("cannot change the loads of tiles in ")
           << options.path << ": " << llvm::toString(std::move(error));
  return success();
}

LogicalResult translatePipeline(PipelineOp pipeline, const Options &options,
                                Scratch &scratch) {
  FailureOr<std::string> target = targetText(pipeline, options);
  if (failed(target))
    return failure();
  Guard guard(pipeline);
  LogicalResult result = translate(pipeline, options, *target, guard, scratch);
  if (failed(result))
    ::remove(options.path.c_str());
  return result;
}

} // namespace heddle::translate
