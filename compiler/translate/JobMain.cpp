// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A child process: reads one job, does it, reports on standard output.

#include "compiler/translate/JobText.h"
#include "dialects/halide/Halide.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sys/prctl.h>
#include <sys/resource.h>

using namespace mlir;

namespace heddle::translate {

bool isTranslateJob(int argc, char **argv) {
  return argc == 3 && std::strcmp(argv[1], jobArgument) == 0;
}

static void applyLimits(const Limits &limits) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  rlimit memory = {limits.bytes, limits.bytes}; // sanitizers reserve terabytes
  ::setrlimit(RLIMIT_AS, &memory);
#endif
  rlimit seconds = {limits.seconds, limits.seconds + 1};
  ::setrlimit(RLIMIT_CPU, &seconds);
  rlimit noCore = {0, 0};
  ::setrlimit(RLIMIT_CORE, &noCore);
}

/// Inner loops begin on a cache line: loops of register tiles are four or five
/// lines long, which makes 2 to 3 % of a product's time. Halide reads options
/// of its code generator from here.
static void alignLoops() {
  ::setenv("HL_LLVM_ARGS", "-x86-experimental-pref-innermost-loop-alignment=6",
           /*overwrite=*/0);
}

int translateJobMain(int argc, char **argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL); // no child outlives an interrupted parent
  alignLoops();
  DialectRegistry registry;
  registry
      .insert<arith::ArithDialect, math::MathDialect, halide::HalideDialect>();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);  // the parent has the op
  context.allowUnregisteredDialects(); // others may have left attributes
  JobReport report;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    report.add(diagnostic);
    return success();
  });
  bool succeeded = false;
  Scratch scratch;
  if (auto module = parseSourceFile<ModuleOp>(argv[2], &context)) {
    Options options;
    Limits limits;
    readJob(*module, options, limits);
    applyLimits(limits);
    auto pipeline = *module->getOps<halide::PipelineOp>().begin();
    succeeded = mlir::succeeded(translatePipeline(pipeline, options, scratch));
  }
  llvm::outs() << report.write(succeeded, scratch);
  llvm::outs().flush();
  // Everything is written; taking two compilers down tidily takes longer.
  ::_Exit(succeeded ? 0 : 1);
}

} // namespace heddle::translate
