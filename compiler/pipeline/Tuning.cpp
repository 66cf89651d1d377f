// Kernels as models of their own, compiled once a point: see Tuning.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/pipeline/Tuning.h"

#include "compiler/lower/GraphToHalide.h"
#include "compiler/lower/KernelKnobs.h"
#include "compiler/pipeline/KernelModel.h"
#include "compiler/pipeline/Pipeline.h"
#include "dialects/host/Host.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace heddle::pipeline {

namespace {

/// "file:line:col" where the location says so, else "".
std::string placeOf(Location loc) {
  auto place = loc->findInstanceOf<FileLineColLoc>();
  if (!place)
    return {};
  return place.getFilename().str() + ":" + std::to_string(place.getLine()) +
         ":" + std::to_string(place.getColumn());
}

/// A tunable kernel and the module it is compiled from.
struct Cut {
  Model model; ///< at phase `halide`, one pipeline
  halide::PipelineOp pipeline;
  schedule::KnobSpace space;
  shape::Dim work;
};

/// Leaves only the pipeline of `family`, for all sizes; null where there is
/// none.
halide::PipelineOp keepOnly(ModuleOp module, StringRef family) {
  halide::PipelineOp kept;
  for (halide::PipelineOp pipeline : module.getOps<halide::PipelineOp>())
    if (lower::familyOf(pipeline) == family)
      kept = pipeline;
  if (!kept)
    return kept;
  for (halide::PipelineOp pipeline :
       llvm::make_early_inc_range(module.getOps<halide::PipelineOp>()))
    if (pipeline != kept)
      pipeline.erase();
  module.walk([&](host::DispatchOp dispatch) {
    dispatch.setCallee(kept.getSymName());
    dispatch.removeInsteadAttr();
  });
  return kept;
}

/// What the module's one dispatch computes.
shape::Dim workOf(ModuleOp module) {
  shape::Dim work;
  module.walk([&](host::DispatchOp dispatch) {
    if (std::optional<StringRef> text = dispatch.getFlops())
      work = shape::Dim::parse(text->str()).value_or(work);
  });
  return work;
}

/// The weights of the model under `seed`, declared.
std::optional<weights::WeightSource> randomWeights(ModuleOp module,
                                                   const std::string &seed) {
  io::Result<weights::WeightSource> source =
      weights::WeightSource::open({seed});
  if (!source)
    return std::nullopt;
  module.walk([&](graph::WeightOp weight) {
    auto type = cast<RankedTensorType>(weight.getType());
    source->declare(weight.getPath().str(), type.getShape().vec());
  });
  return std::move(*source);
}

} // namespace

struct TunableModel::State {
  Options options;
  std::unique_ptr<MLIRContext> context;
  std::vector<Cut> cuts;
  std::vector<TunableKernel> kernels;
  std::vector<DimInfo> dims;

  LogicalResult read(const std::string &family);
  LogicalResult add(graph::KernelOp kernel, const std::string &family);
};

LogicalResult TunableModel::State::add(graph::KernelOp kernel,
                                       const std::string &family) {
  Cut cut;
  cut.model.module = cutKernel(kernel);
  cut.model.phase = Phase::Kernels;
  if (failed(lowerTo(Phase::Halide, cut.model, options)))
    return failure();
  cut.pipeline = keepOnly(*cut.model.module, family);
  if (!cut.pipeline)
    return success();
  std::string identity = kernelIdentity(cut.pipeline);
  for (TunableKernel &known : kernels)
    if (known.identity == identity) {
      ++known.uses;
      return success();
    }
  FailureOr<schedule::KnobSpace> space =
      lower::knobSpaceOf(cut.pipeline, options.variants.front());
  if (failed(space))
    return failure();
  cut.work = workOf(*cut.model.module);
  TunableKernel described{identity, placeOf(kernel.getLoc()), 1, {}, {}};
  described.growsWith = cut.work.symbols();
  for (const schedule::KnobRange &knob : space->knobs)
    described.knobs.push_back(
        {knob.name, knob.unit, knob.values, knob.initial});
  cut.space = std::move(*space);
  kernels.push_back(std::move(described));
  cuts.push_back(std::move(cut));
  return success();
}

LogicalResult TunableModel::State::read(const std::string &family) {
  FailureOr<Model> model = readModel(options, *context, nullptr);
  if (failed(model) || failed(lowerTo(Phase::Kernels, *model, options)))
    return failure();
  for (graph::ModelOp op : model->module->getOps<graph::ModelOp>())
    for (const shape::DimRange &dim : op.dimRanges())
      dims.push_back({dim.name, "", dim.min, dim.max});
  SmallVector<graph::KernelOp> found;
  for (graph::ModelOp op : model->module->getOps<graph::ModelOp>())
    op.walk([&](graph::KernelOp kernel) { found.push_back(kernel); });
  for (graph::KernelOp kernel : found)
    if (failed(add(kernel, family)))
      return failure();
  return success();
}

TunableModel::TunableModel(std::unique_ptr<State> state)
    : state(std::move(state)) {}
TunableModel::~TunableModel() = default;

std::unique_ptr<TunableModel> TunableModel::read(const Options &options,
                                                 const std::string &family) {
  auto state = std::make_unique<State>();
  state->options = options;
  state->options.stopAfter = Phase::Kernels;
  state->context = makeContext();
  state->context->printOpOnDiagnostic(false);
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, state->context.get(),
                                     llvm::errs());
  ScopedDiagnosticHandler quiet(state->context.get(), [](Diagnostic &said) {
    return success(said.getSeverity() == DiagnosticSeverity::Remark);
  });
  if (failed(state->read(family)))
    return nullptr;
  return std::unique_ptr<TunableModel>(new TunableModel(std::move(state)));
}

const std::vector<TunableKernel> &TunableModel::kernels() const {
  return state->kernels;
}

const std::vector<DimInfo> &TunableModel::dims() const { return state->dims; }

double TunableModel::work(size_t kernel, const DimPoint &dims) const {
  return double(state->cuts[kernel].work.evaluate(dims).value_or(0));
}

std::string TunableModel::problem(size_t kernel, const Knobs &knobs) const {
  const schedule::KnobSpace &space = state->cuts[kernel].space;
  std::vector<int64_t> point;
  for (const schedule::KnobRange &knob : space.knobs) {
    auto given = knobs.find(knob.name);
    point.push_back(given == knobs.end() ? knob.initial : given->second);
  }
  return space.check(point);
}

bool TunableModel::build(size_t kernel, const std::vector<Knobs> &points,
                         const std::string &weights, const BuildLimits &limits,
                         const std::vector<std::string> &paths,
                         std::vector<BuildEnd> &ends) {
  // What a point's compiler has to say is its end and no news to the user.
  ScopedDiagnosticHandler quiet(state->context.get(),
                                [](Diagnostic &) { return success(); });
  const Cut &cut = state->cuts[kernel];
  const std::string &variant = state->options.variants.front();
  std::vector<Model> models(points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    models[i].module = OwningOpRef<ModuleOp>(cut.model.module.get().clone());
    models[i].phase = Phase::Schedule;
    models[i].weights = randomWeights(*models[i].module, weights);
    ModuleOp module = *models[i].module;
    for (halide::PipelineOp pipeline : module.getOps<halide::PipelineOp>())
      if (!points[i].empty())
        lower::setKnobs(pipeline, variant, points[i]);
    if (failed(lower::scheduleKernels(module, {variant})))
      return false;
  }
  translate::Limits allowed{limits.processes, limits.seconds, limits.bytes};
  FailureOr<std::vector<Attempt>> attempts =
      compileEach(models, state->options, allowed);
  if (failed(attempts))
    return false;
  for (size_t i = 0; i < points.size(); ++i) {
    const Attempt &attempt = (*attempts)[i];
    ends.push_back(
        attempt.end == translate::JobEnd::Done       ? BuildEnd::Done
        : attempt.end == translate::JobEnd::TimedOut ? BuildEnd::TimedOut
        : attempt.end == translate::JobEnd::Refused  ? BuildEnd::Refused
                                                     : BuildEnd::Crashed);
    if (attempt.end == translate::JobEnd::Done &&
        failed(writeArtifact(models[i], state->options, attempt.objects,
                             paths[i])))
      return false;
  }
  return true;
}

} // namespace heddle::pipeline
