// Reading a model: the language's text or a printed phase, and its weights.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Parser.h"
#include "compiler/dsl/Sema.h"
#include "compiler/lower/DslToGraph.h"
#include "compiler/lower/GraphToHost.h"
#include "compiler/pipeline/Describe.h"
#include "compiler/pipeline/Pipeline.h"
#include "dialects/graph/Graph.h"
#include "dialects/halide/Halide.h"
#include "dialects/host/Host.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace heddle::pipeline {

void registerDialects(DialectRegistry &registry) {
  registry
      .insert<arith::ArithDialect, math::MathDialect, LLVM::LLVMDialect,
              graph::HGraphDialect, halide::HalideDialect, host::HostDialect>();
}

std::unique_ptr<MLIRContext> makeContext() {
  DialectRegistry registry;
  registerDialects(registry);
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

namespace {

LogicalResult fail(const std::string &message) {
  llvm::errs() << "error: " << message << '\n';
  return failure();
}

/// The shapes that the weight files declare.
dsl::WeightShapes shapesOf(const weights::WeightSource &source) {
  dsl::WeightShapes shapes;
  for (const auto &[name, info] : source.tensors())
    shapes.tensors[name] = {StringRef(io::dtypeName(info.dtype)).upper(),
                            info.shape, info.file};
  return shapes;
}

/// Every tensor that the module names, with the op that names it.
void forEachWeight(
    ModuleOp module,
    llvm::function_ref<void(Operation *, StringRef, ArrayRef<int64_t>)> visit) {
  module.walk([&](graph::WeightOp weight) {
    auto type = cast<RankedTensorType>(weight.getType());
    visit(weight, weight.getPath(), type.getShape());
  });
}

/// Each weight exists with its shape; random ones get it.
LogicalResult checkWeights(ModuleOp module, weights::WeightSource &source) {
  LogicalResult result = success();
  llvm::StringMap<bool> seen;
  forEachWeight(
      module, [&](Operation *op, StringRef name, ArrayRef<int64_t> shape) {
        if (!seen.try_emplace(name, true).second)
          return;
        source.declare(name.str(), shape.vec());
        if (io::Status status = source.check(name.str(), shape.vec()); !status)
          result = op->emitError(status.error());
      });
  return result;
}

FailureOr<dsl::Source> readSource(const Options &options) {
  std::string problem;
  std::optional<dsl::Source> source = dsl::Source::read(options.input, problem);
  if (!source)
    return fail(problem);
  return std::move(*source);
}

/// The files or the seed of --weights; none where it was not given.
FailureOr<std::optional<weights::WeightSource>>
openWeights(const Options &options) {
  std::optional<weights::WeightSource> opened;
  if (options.weights.empty())
    return opened;
  io::Result<weights::WeightSource> source =
      weights::WeightSource::open(options.weights);
  if (!source)
    return fail(source.error());
  opened.emplace(std::move(*source));
  return opened;
}

/// The checked program; its diagnostics go to standard error.
FailureOr<dsl::Program>
readProgram(dsl::Source &source, const Options &options,
            const std::optional<weights::WeightSource> &weights) {
  dsl::Diagnostics diagnostics;
  dsl::WeightShapes shapes;
  dsl::Options sema;
  sema.defines = options.defines;
  sema.read = dsl::readText;
  if (weights && !weights->isRandom()) {
    shapes = shapesOf(*weights);
    sema.weights = &shapes;
  }
  std::optional<dsl::Program> program =
      dsl::compileModel(source, sema, diagnostics);
  llvm::errs() << diagnostics.render(source);
  if (!program)
    return failure();
  return std::move(*program);
}

TensorInfo infoOf(const std::string &name, const dsl::TensorType &type,
                  const std::string &doc = {}) {
  TensorInfo info{name, doc, dsl::name(type.element), {}, {}};
  for (const shape::Dim &extent : type.shape)
    info.extents.push_back(extent.str());
  return info;
}

FailureOr<Model> readText(const Options &options, MLIRContext &context,
                          Model model, std::string *ast) {
  FailureOr<dsl::Source> source = readSource(options);
  if (failed(source))
    return failure();
  FailureOr<dsl::Program> program =
      readProgram(*source, options, model.weights);
  if (failed(program))
    return failure();
  if (options.stopAfter == Phase::Ast) {
    // The phase promises checked names and shapes, so the tree comes last.
    dsl::Diagnostics known;
    if (ast)
      *ast = dsl::ast::print(dsl::parse(*source, known), *source);
    return model;
  }
  model.module = lower::lowerToGraph(*program, context);
  if (!model.module)
    return failure();
  return model;
}

/// The phase a printed module is at.
Phase phaseOf(ModuleOp module) {
  Phase phase = Phase::Graph;
  module.walk([&](Operation *op) {
    if (auto nested = dyn_cast<ModuleOp>(op);
        nested && nested.getSymName() == lower::sourceModuleName)
      return WalkResult::skip();
    if (isa<graph::KernelOp>(op))
      phase = Phase::Kernels;
    else if (isa<graph::OutlinedOp>(op))
      phase = Phase::Host;
    else if (isa<halide::PipelineOp>(op))
      phase = std::max(phase, Phase::Halide);
    else if (isa<halide::ScheduleOp>(op))
      phase = Phase::Schedule;
    return WalkResult::advance();
  });
  return phase;
}

FailureOr<Model> readPhase(const Options &options, MLIRContext &context,
                           Model model) {
  if (!options.defines.empty())
    return fail("-D needs a model's text; '" + options.input +
                "' is a printed phase");
  model.module = parseSourceFile<ModuleOp>(options.input, &context);
  if (!model.module)
    return failure();
  model.phase = phaseOf(*model.module);
  if (options.stopAfter < model.phase)
    return fail("'" + options.input + "' is at phase '" + name(model.phase) +
                "', which is after '" + name(options.stopAfter) + "'");
  return model;
}

} // namespace

LogicalResult reportMissingWeights(Model &model) {
  std::string missing;
  size_t count = 0;
  llvm::StringMap<bool> seen;
  model.module->walk([&](Operation *op) {
    auto visit = [&](StringRef name) {
      if (seen.try_emplace(name, true).second && ++count <= 10)
        missing += "\n  " + name.str();
    };
    if (auto weight = dyn_cast<graph::WeightOp>(op))
      visit(weight.getPath());
    if (auto weight = dyn_cast<host::WeightOp>(op))
      for (Attribute tensor : weight.getTensors())
        visit(cast<StringAttr>(tensor).getValue());
  });
  if (count == 0)
    return success();
  if (count > 10)
    missing += "\n  and " + std::to_string(count - 10) + " more";
  return fail("the model needs " + std::to_string(count) +
              " weights and no --weights was given:" + missing);
}

std::optional<ModelInfo> describeModel(const Options &options) {
  FailureOr<std::optional<weights::WeightSource>> weights =
      openWeights(options);
  FailureOr<dsl::Source> source = readSource(options);
  if (failed(weights) || failed(source))
    return std::nullopt;
  FailureOr<dsl::Program> program = readProgram(*source, options, *weights);
  if (failed(program))
    return std::nullopt;
  ModelInfo info;
  info.name = program->name;
  info.doc = program->doc;
  for (const dsl::Parameter &parameter : program->parameters)
    info.parameters.push_back({parameter.name, parameter.value});
  for (const shape::DimRange &dim : program->dims)
    info.dims.push_back(
        {dim.name, program->dimDocs[dim.name], dim.min, dim.max});
  auto typeOf = [&](dsl::ValueId value) { return program->values[value].type; };
  for (const dsl::State &state : program->states)
    info.states.push_back(infoOf(state.name, state.type, state.doc));
  for (const dsl::Entry &entry : program->entries) {
    EntryInfo &one = info.entries.emplace_back();
    one.name = entry.name;
    one.doc = entry.doc;
    for (const dsl::Input &input : entry.inputs) {
      one.inputs.push_back(infoOf(input.name, typeOf(input.value), input.doc));
      one.inputs.back().range = input.range;
    }
    for (const dsl::Output &output : entry.outputs)
      one.outputs.push_back(
          infoOf(output.name, typeOf(output.value), output.doc));
  }
  for (const dsl::Weight &weight : program->weights)
    info.weights.push_back(infoOf(weight.name, typeOf(weight.value)));
  return info;
}

FailureOr<Model> readModel(const Options &options, MLIRContext &context,
                           std::string *ast) {
  Model model;
  FailureOr<std::optional<weights::WeightSource>> weights =
      openWeights(options);
  if (failed(weights))
    return failure();
  model.weights = std::move(*weights);
  bool isText = !StringRef(options.input).ends_with(".mlir");
  FailureOr<Model> read =
      isText ? readText(options, context, std::move(model), ast)
             : readPhase(options, context, std::move(model));
  if (failed(read) || !read->module)
    return read;
  if (read->weights && failed(checkWeights(*read->module, *read->weights)))
    return failure();
  return read;
}

} // namespace heddle::pipeline
