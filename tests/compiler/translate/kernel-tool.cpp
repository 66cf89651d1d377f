// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// heddle-kernel: translates the pipelines of a .mlir file, for lit tests and
// for looking at what a schedule became.

#include "compiler/translate/Jobs.h"
#include "dialects/halide/Halide.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

namespace cl = llvm::cl;
using heddle::translate::Emit;

static cl::opt<std::string> input(cl::Positional, cl::init("-"),
                                  cl::desc("file"));
static cl::opt<std::string> variant("variant", cl::desc("schedule to apply"));
static cl::opt<std::string> target("target", cl::desc("target to compile for"));
static cl::opt<std::string> output("o", cl::init("-"), cl::desc("output"));
static cl::opt<Emit>
    emit("emit", cl::init(Emit::Stmt), cl::desc("what to write"),
         cl::values(clEnumValN(Emit::Stmt, "stmt", "lowered statement"),
                    clEnumValN(Emit::Device, "device", "the device's code"),
                    clEnumValN(Emit::Assembly, "asm", "assembly"),
                    clEnumValN(Emit::Object, "obj", "object")));
static cl::opt<bool> checks("checks", cl::desc("keep Halide's checks"));
static cl::opt<bool> strip("strip-schedule", cl::desc("no directives"));
static cl::opt<bool> child("child", cl::desc("in a child process"));
static cl::opt<unsigned> seconds("seconds", cl::init(60), cl::desc("limit"));
static cl::opt<uint64_t> megabytes("megabytes", cl::init(4096),
                                   cl::desc("limit of a child"));
static cl::opt<bool> scratchOnly("scratch",
                                 cl::desc("print the scratch bound"));

/// One pipeline to `path`; its scratch bound goes to standard output.
static mlir::LogicalResult translate(heddle::halide::PipelineOp pipeline,
                                     const std::string &path) {
  heddle::translate::Options options;
  options.variant = variant;
  options.symbol = pipeline.getName().str();
  options.path = path;
  options.emit = emit;
  options.checks = checks;
  options.stripSchedule = strip;
  options.target = target;
  heddle::translate::Scratch scratch;
  heddle::translate::Limits limits;
  limits.seconds = seconds;
  limits.bytes = megabytes << 20;
  mlir::LogicalResult result =
      child ? translateJobs({{pipeline, options}}, limits, scratch)
            : translatePipeline(pipeline, options, scratch);
  if (failed(result))
    return result;
  if (scratchOnly)
    llvm::outs() << pipeline.getName() << ": scratch " << scratch.bytes
                 << (scratch.bounded ? "" : " (unbounded)") << " = "
                 << scratch.formula << "\n";
  return mlir::success();
}

/// A failure says why through the context's diagnostics.
static mlir::LogicalResult translateAll(mlir::ModuleOp module) {
  for (auto pipeline : module.getOps<heddle::halide::PipelineOp>()) {
    std::string path = output;
    llvm::SmallString<128> temporary;
    if (path == "-") {
      (void)llvm::sys::fs::createTemporaryFile("heddle-kernel", "txt",
                                               temporary);
      path = temporary.str().str();
    }
    mlir::LogicalResult result = translate(pipeline, path);
    auto text = llvm::MemoryBuffer::getFile(path);
    if (succeeded(result) && output == "-" && !scratchOnly && text)
      llvm::outs() << (*text)->getBuffer();
    if (!temporary.empty())
      (void)llvm::sys::fs::remove(temporary);
    if (failed(result))
      return result;
  }
  return mlir::success();
}

int main(int argc, char **argv) {
  if (heddle::translate::isTranslateJob(argc, argv))
    return heddle::translate::translateJobMain(argc, argv);
  cl::ParseCommandLineOptions(argc, argv);
  mlir::DialectRegistry registry;
  registry.insert<mlir::arith::ArithDialect, mlir::math::MathDialect,
                  heddle::halide::HalideDialect>();
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> file = mlir::openInputFile(input, &error);
  if (!file) {
    llvm::errs() << error << "\n";
    return 1;
  }
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(file), llvm::SMLoc());
  mlir::SourceMgrDiagnosticHandler handler(sources, &context);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
  return module && succeeded(translateAll(*module)) ? 0 : 1;
}
