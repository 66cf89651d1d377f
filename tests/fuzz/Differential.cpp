// One model through compiler, runtime and reference: see Differential.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/fuzz/Differential.h"

#include "compiler/pipeline/Pipeline.h"
#include "compiler/reference/Evaluate.h"
#include "compiler/reference/PathLength.h"
#include "compiler/reference/RandomInputs.h"
#include "compiler/reference/Tolerance.h"
#include "compiler/tools/Verify.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "tests/fuzz/RandomGraph.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlir;

namespace heddle::fuzz {

namespace {

/// Of one comparison; the largest take a few.
constexpr unsigned mostSeconds = 300;

/// A folder for one comparison's files, removed at the end.
struct Folder {
  Folder() {
    llvm::SmallString<128> made;
    if (llvm::sys::fs::createUniqueDirectory("heddle-differential", made))
      std::abort();
    path = std::string(made);
  }
  ~Folder() { llvm::sys::fs::remove_directories(path); }
  std::string path;
};

std::string readFile(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

/// Runs `work` in a child process with its output in a file.
Result isolate(const std::string &folder,
               const std::function<Outcome()> &work) {
  std::string log = folder + "/log";
  std::fflush(nullptr);
  pid_t child = fork();
  if (child == 0) {
    alarm(mostSeconds); // a hang is a crash
    if (!std::freopen(log.c_str(), "w", stdout) ||
        dup2(fileno(stdout), STDERR_FILENO) < 0)
      _exit(int(Outcome::Crash));
    Outcome outcome = work();
    llvm::outs().flush();
    std::fflush(nullptr);
    _exit(int(outcome));
  }
  int status = 0;
  waitpid(child, &status, 0);
  bool isCode = WIFEXITED(status) && WEXITSTATUS(status) < int(Outcome::Crash);
  return {isCode ? Outcome(WEXITSTATUS(status)) : Outcome::Crash,
          readFile(log)};
}

class Comparison {
public:
  Comparison(const DifferentialOptions &options, std::string folder)
      : options(options), folder(std::move(folder)),
        context(pipeline::makeContext()), random(options.seed ^ 0x5eed) {}

  Outcome run();

private:
  LogicalResult compile();
  std::vector<shape::DimValues> chooseDims();
  Outcome compareAt(const shape::DimValues &dims, const std::string &variant,
                    uint32_t threads);
  bool isIllConditioned(const shape::DimValues &dims);

  const DifferentialOptions &options;
  std::string folder;
  std::unique_ptr<MLIRContext> context;
  Random random;
  pipeline::Options compileOptions;
  OwningOpRef<ModuleOp> source; ///< as it is at the phase `graph`
  graph::EntryOp entry;
};

LogicalResult Comparison::compile() {
  compileOptions.input = folder + "/graph.mlir";
  compileOptions.output = folder + "/graph.so";
  compileOptions.weights = {"random:" + std::to_string(options.seed)};
  compileOptions.target = options.target;
  compileOptions.variants = options.variants;
  compileOptions.optimization = options.checks ? 0 : options.fuse ? 2 : 1;
  compileOptions.stripSchedule = options.strip;
  compileOptions.useCache = false;
  // Every other model gets kernels of two results, which are rarely cheaper.
  constexpr double never = 1e9;
  if (options.seed % 2)
    compileOptions.kernelTime = never;
  compileOptions.inProcess = true; // this process is isolated itself
  FailureOr<pipeline::Model> model =
      pipeline::readModel(compileOptions, *context, nullptr);
  if (failed(model) ||
      failed(pipeline::lowerTo(pipeline::Phase::Graph, *model, compileOptions)))
    return failure();
  source = model->module->clone();
  source->walk([&](graph::EntryOp op) { entry = op; });
  if (failed(
          pipeline::lowerTo(pipeline::Phase::Halide, *model, compileOptions)))
    return failure();
  if (options.plant)
    options.plant(*model->module);
  if (failed(verify(*model->module)) ||
      failed(
          pipeline::lowerTo(pipeline::Phase::Schedule, *model, compileOptions)))
    return failure();
  if (options.lowerOnly)
    return verify(*model->module);
  FailureOr<pipeline::Objects> objects =
      pipeline::compileObjects(*model, compileOptions, {});
  return failed(objects)
             ? failure()
             : pipeline::writeArtifact(*model, compileOptions, *objects,
                                       compileOptions.output);
}

/// The least dims, the largest, and two that are near the tiles' sizes.
std::vector<shape::DimValues> Comparison::chooseDims() {
  std::vector<shape::DimValues> all(4);
  for (const shape::DimRange &range : graph::dimRangesAround(entry)) {
    all[0][range.name] = range.min;
    all[1][range.name] = range.max;
    for (size_t i = 2; i < all.size(); ++i) {
      int64_t near = random.pick<int64_t>(
          {2,  3,  4,  5,  6,  7,  8,  9,  11, 12, 13, 15, 16, 17,
           23, 24, 25, 31, 32, 33, 47, 48, 49, 63, 64, 65, 66, 129});
      bool fits = near >= range.min && near <= range.max;
      all[i][range.name] =
          fits ? near : range.min + random.below(range.max - range.min + 1);
    }
  }
  return all;
}

/// True when plain f32 arithmetic in the reference's order misses the
/// tolerance by itself or nearly so: nothing can be said of the kernels then.
bool Comparison::isIllConditioned(const shape::DimValues &dims) {
  auto weights = weights::WeightSource::open(compileOptions.weights);
  auto provide = [&](std::string_view path, const std::vector<int64_t> &shape,
                     std::vector<float> &result) -> std::string {
    weights->declare(std::string(path), shape);
    result = std::move(*weights->readAll(path));
    return {};
  };
  auto inputs = reference::randomInputs(entry, dims, options.seed);
  std::vector<reference::Tensor<float>> floats;
  for (const auto &input : inputs)
    floats.push_back(reference::convert<float>(input));
  reference::Surroundings<double> wide{provide, {}};
  reference::Surroundings<float> narrow{provide, {}};
  auto expected = reference::evaluate<double>(entry, inputs, dims, wide);
  auto found = reference::evaluate<float>(entry, floats, dims, narrow);
  if (failed(expected) || failed(found))
    return false;
  reference::PathLengths lengths = reference::pathLengths(entry, dims, {});
  for (size_t i = 0; i < expected->size(); ++i) {
    double bound = reference::tolerance(lengths.ofOutput(i));
    bool same = (*expected)[i].ints == (*found)[i].ints;
    if (!same || !reference::compare((*expected)[i].floats,
                                     (*found)[i].floats.data(), bound / 4)
                      .within)
      return true;
  }
  return false;
}

Outcome Comparison::compareAt(const shape::DimValues &dims,
                              const std::string &variant, uint32_t threads) {
  tools::VerifyOptions verify;
  verify.artifact = compileOptions.output;
  verify.weights = compileOptions.weights;
  verify.dims.assign(dims.begin(), dims.end());
  verify.seed = options.seed;
  verify.variant = variant;
  verify.threads = threads;
  // A call of a few rows is never cut by itself.
  verify.slice = uint32_t(random.below(4));
  if (tools::verifyArtifact(verify) == 0)
    return Outcome::Same;
  return isIllConditioned(dims) ? Outcome::IllConditioned : Outcome::Different;
}

Outcome Comparison::run() {
  if (failed(compile()))
    return Outcome::Different;
  if (options.lowerOnly)
    return Outcome::Same;
  std::vector<std::string> variants = options.variants;
  if (!options.target.empty())
    variants = {options.target};
  else if (variants.empty())
    variants = {"avx512", "avx2"};
  Outcome worst = Outcome::Same;
  uint32_t threads = 1;
  for (const shape::DimValues &dims : chooseDims())
    for (const std::string &variant : variants) {
      Outcome outcome = compareAt(dims, variant, threads);
      threads = 3 - threads;
      if (outcome == Outcome::Different)
        return outcome;
      if (outcome != Outcome::Same)
        worst = outcome;
    }
  return worst;
}

std::string printed(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text + "\n";
}

/// Removes what no output needs, inputs excepted.
void dropUnused(graph::EntryOp entry) {
  Block &block = entry.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (op.use_empty() && !isa<graph::ReturnOp>(op))
      op.erase();
}

/// The model with `op`'s result as its only output.
void returnOnly(graph::EntryOp entry, Operation *op) {
  Builder builder(entry.getContext());
  entry.getBody().front().getTerminator()->setOperands(op->getResult(0));
  entry.setFunctionType(builder.getFunctionType(entry.getArgumentTypes(),
                                                op->getResult(0).getType()));
  entry.setResAttrsAttr(builder.getArrayAttr(builder.getDictionaryAttr(
      builder.getNamedAttr(graph::nameAttr, builder.getStringAttr("y")))));
  dropUnused(entry);
}

/// Puts an operand in the place of the op, where its type allows.
bool bypass(graph::EntryOp entry, Operation *op) {
  for (Value operand : op->getOperands()) {
    if (operand.getType() != op->getResult(0).getType())
      continue;
    op->getResult(0).replaceAllUsesWith(operand);
    dropUnused(entry);
    return true;
  }
  return false;
}

/// `text` with `change` done to its n-th computing op; empty where it does not
/// apply, "end" past the last op.
std::string
changed(const std::string &text, size_t n,
        llvm::function_ref<bool(graph::EntryOp, Operation *)> change) {
  std::unique_ptr<MLIRContext> context = pipeline::makeContext();
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(text, context.get());
  graph::EntryOp entry;
  module->walk([&](graph::EntryOp op) { entry = op; });
  std::vector<Operation *> ops;
  for (Operation &op : entry.getBody().front())
    if (graph::computesTensor(&op))
      ops.push_back(&op);
  if (n >= ops.size())
    return "end";
  if (!change(entry, ops[n]) || failed(verify(*module)))
    return {};
  return printed(*module);
}

} // namespace

const char *name(Outcome outcome) {
  switch (outcome) {
  case Outcome::Same:
    return "same";
  case Outcome::Different:
    return "DIFFERENT";
  case Outcome::IllConditioned:
    return "ill-conditioned";
  case Outcome::Crash:
    return "CRASH";
  }
  return "?";
}

std::string graphText(uint64_t seed) {
  std::unique_ptr<MLIRContext> context = pipeline::makeContext();
  OwningOpRef<ModuleOp> module = randomGraph(*context, seed);
  return module ? printed(*module) : std::string();
}

Result compareGraph(const std::string &text,
                    const DifferentialOptions &options) {
  Folder folder;
  std::ofstream(folder.path + "/graph.mlir") << text;
  return isolate(folder.path,
                 [&] { return Comparison(options, folder.path).run(); });
}

std::string reduceGraph(const std::string &text, Outcome outcome,
                        const DifferentialOptions &options) {
  std::string smallest = text;
  auto keep = [&](const std::string &candidate) {
    bool same = !candidate.empty() &&
                compareGraph(candidate, options).outcome == outcome;
    if (same)
      smallest = candidate;
    return same;
  };
  auto only = [](graph::EntryOp entry, Operation *op) {
    returnOnly(entry, op);
    return true;
  };
  for (size_t i = 0;; ++i) {
    std::string candidate = changed(text, i, only);
    if (candidate == "end" || keep(candidate))
      break;
  }
  for (size_t i = 0;;) {
    std::string candidate = changed(smallest, i, bypass);
    if (candidate == "end")
      return smallest;
    i += keep(candidate) ? 0 : 1;
  }
}

} // namespace heddle::fuzz
