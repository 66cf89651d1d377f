// Chooses the knobs of each pipeline and writes its schedules as directives.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/GraphToHalide.h"

#include "compiler/lower/KernelKnobs.h"
#include "compiler/lower/ScheduleKnobs.h"
#include "dialects/host/Host.h"
#include "schedules/cpu/Attention.h"
#include "schedules/cpu/AttentionDecode.h"
#include "schedules/cpu/AttentionNarrow.h"
#include "schedules/cpu/Gemm.h"
#include "schedules/cpu/GemmNarrow.h"
#include "schedules/cpu/Gemv.h"
#include "schedules/cpu/Matmul.h"
#include "schedules/cpu/Rows.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace heddle::lower {

namespace {

/// Finds FuncView's `panels` and `rows`.
void findOperands(halide::UpdateOp update, schedule::FuncView &view) {
  Block &body = update.getBody().front();
  size_t pure = body.getNumArguments() - update.getReductionNames().size();
  for (halide::AtOp read : body.getOps<halide::AtOp>()) {
    auto buffer = dyn_cast<BlockArgument>(read.getSubject());
    if (!buffer || !isa<halide::BufferType>(buffer.getType()))
      continue;
    bool readsColumn = false, readsReduction = false;
    for (Value index : read.getIndices())
      if (auto loop = dyn_cast<BlockArgument>(index);
          loop && loop.getOwner() == &body) {
        readsColumn |= loop.getArgNumber() == 0;
        readsReduction |= loop.getArgNumber() >= pure;
      }
    if (readsColumn)
      view.panels = int(buffer.getArgNumber());
    else if (readsReduction)
      view.rows = int(buffer.getArgNumber());
  }
}

/// The one buffer that a definition reads.
std::optional<int> sourceOf(halide::FuncOp func) {
  std::optional<int> source;
  for (halide::AtOp read : func.getBody().getOps<halide::AtOp>())
    if (auto buffer = dyn_cast<BlockArgument>(read.getSubject());
        buffer && isa<halide::BufferType>(buffer.getType())) {
      if (source && *source != int(buffer.getArgNumber()))
        return std::nullopt;
      source = int(buffer.getArgNumber());
    }
  return source;
}

/// What a schedule may know of a func, from its op's attributes.
std::optional<schedule::FuncView> viewOf(halide::FuncOp func) {
  auto role = func->getAttrOfType<StringAttr>(roleAttr);
  if (!role)
    return std::nullopt;
  std::optional<schedule::Role> known = roleFromName(role.getValue());
  if (!known)
    return std::nullopt;
  schedule::FuncView view;
  view.name = func.getName().str();
  view.role = *known;
  for (StringRef dim : func.getDimNames())
    view.dims.push_back(dim.str());
  if (auto ordered = func->getAttrOfType<ArrayAttr>(roleDimsAttr)) {
    view.dims.clear();
    for (Attribute dim : ordered)
      if (auto name = dyn_cast<StringAttr>(dim))
        view.dims.push_back(name.getValue().str());
  }
  auto extents = func->getAttrOfType<DenseI64ArrayAttr>(extentsAttr);
  for (size_t i = 0; i < view.dims.size(); ++i) {
    view.extents.push_back(std::nullopt);
    if (extents && i < size_t(extents.size()) && extents[i] >= 0)
      view.extents.back() = extents[i];
  }
  view.rows = sourceOf(func);
  for (halide::UpdateOp update : func.getUpdates()) {
    view.hasUpdate = true;
    view.rows.reset();
    findOperands(update, view);
    for (StringRef name : update.getReductionNames())
      view.reductionDims.push_back(name.str());
    view.updateDims.clear();
    SmallVector<StringRef> loops = update.getLoopNames(); // reductions first
    for (StringRef name :
         ArrayRef(loops).drop_front(update.getReductionNames().size()))
      view.updateDims.push_back(name.str());
  }
  return view;
}

/// What products are of that read this func; empty where it is not theirs.
std::string narrowOf(halide::FuncOp func) {
  auto role = func->getAttrOfType<StringAttr>(roleAttr);
  if (!role || roleFromName(role.getValue()) != schedule::Role::Narrow)
    return {};
  return cast<TypeAttr>(func.getElements()[0]).getValue().isBF16() ? "bf16"
                                                                   : "int8";
}

FailureOr<schedule::KernelView> viewOf(halide::PipelineOp pipeline) {
  schedule::KernelView view;
  auto family = pipeline->getAttrOfType<StringAttr>(familyAttr);
  if (!family)
    return pipeline.emitOpError("has no 'heddle.family', which the default "
                                "schedule goes by");
  view.family = schedule::familyOf(family.getValue().str());
  view.vector = tileEntry(pipeline, "vector");
  for (halide::FuncOp func : pipeline.getBody().getOps<halide::FuncOp>()) {
    std::optional<schedule::FuncView> known = viewOf(func);
    if (std::string narrow = narrowOf(func); !narrow.empty())
      view.narrow = narrow;
    if (!known)
      return func.emitOpError("has no known 'heddle.role', which the default "
                              "schedule goes by");
    view.funcs.push_back(std::move(*known));
  }
  return view;
}

/// What a family's recorder works on.
struct Recorder {
  halide::PipelineOp pipeline;
  const schedule::KernelView &view;
  const schedule::CpuTarget &target;
  schedule::Schedule &schedule;
  schedule::KnobSpace *space = nullptr; ///< described instead, where wanted

  LogicalResult run();

private:
  LogicalResult gemm();
  LogicalResult gemv();
  LogicalResult matmul();
  LogicalResult attention();
  LogicalResult decode();
  LogicalResult rows();
  /// Records with the legal knobs, or describes their space.
  template <typename Knobs>
  LogicalResult with(std::vector<schedule::Knob<Knobs>> knobs,
                     const Knobs &defaults,
                     std::function<std::string(const Knobs &)> check,
                     llvm::function_ref<void(const Knobs &)> record);
  /// The constant extent of the output's dim; none where there is no such dim.
  std::optional<int64_t> outputExtent(size_t dim) {
    const schedule::FuncView &out = *view.find(schedule::Role::Output);
    return dim < out.extents.size() ? out.extents[dim] : std::nullopt;
  }
};

template <typename Knobs>
LogicalResult Recorder::with(std::vector<schedule::Knob<Knobs>> knobs,
                             const Knobs &defaults,
                             std::function<std::string(const Knobs &)> check,
                             llvm::function_ref<void(const Knobs &)> record) {
  if (space) {
    *space = schedule::enumerable(knobs, defaults, std::move(check));
    return success();
  }
  FailureOr<Knobs> legal =
      legalKnobs<Knobs>(pipeline, target.name, knobs, defaults, check);
  if (succeeded(legal))
    record(*legal);
  return legal;
}

LogicalResult Recorder::run() {
  switch (view.family) {
  case schedule::Family::Gemm:
    return gemm();
  case schedule::Family::Gemv:
    return gemv();
  case schedule::Family::Matmul:
    return matmul();
  case schedule::Family::Attention:
    return attention();
  case schedule::Family::Decode:
    return decode();
  default:
    return rows();
  }
}

LogicalResult Recorder::gemm() {
  bool finishesRows = view.find(schedule::Role::Row) != nullptr;
  int64_t panel = tileEntry(pipeline, "panel");
  if (!view.narrow.empty()) {
    schedule::CpuTarget fitting = target;
    fitting.hasTiles = schedule::usesTiles(view, target);
    return with<schedule::GemmKnobs>(
        schedule::gemmKnobSpace(),
        schedule::defaultNarrowGemmKnobs(panel, view.narrow, fitting,
                                         schedule::tileBlockRows(view)),
        [fitting](const auto &set) {
          return schedule::checkNarrowGemmKnobs(set, fitting);
        },
        [&](const auto &knobs) {
          schedule::scheduleNarrowGemmCpu(schedule, view, knobs, fitting);
        });
  }
  return with<schedule::GemmKnobs>(
      schedule::gemmKnobSpace(),
      schedule::defaultGemmKnobs(panel, target, finishesRows),
      [finishesRows, target = target](const auto &set) {
        return schedule::checkGemmKnobs(set, target, finishesRows);
      },
      [&](const auto &knobs) {
        schedule::scheduleGemmCpu(schedule, view, knobs, target);
      });
}

LogicalResult Recorder::gemv() {
  bool isPanelled = view.find(schedule::Role::Output)->dims.size() == 3;
  int64_t panels = isPanelled ? *outputExtent(1) : 1;
  int64_t panel = tileEntry(pipeline, "panel");
  bool isNarrow = !view.narrow.empty();
  return with<schedule::GemvKnobs>(
      schedule::gemvKnobSpace(),
      isNarrow ? schedule::defaultNarrowGemvKnobs(panel, view.narrow, target)
               : schedule::defaultGemvKnobs(panel, target),
      [panels, target = target](const auto &set) {
        return schedule::checkGemvKnobs(set, panels, target);
      },
      [&](const auto &knobs) {
        if (isNarrow)
          schedule::scheduleNarrowGemvCpu(schedule, view, knobs, target);
        else
          schedule::scheduleGemvCpu(schedule, view, knobs, target);
      });
}

LogicalResult Recorder::matmul() {
  return with<schedule::MatmulKnobs>(
      schedule::matmulKnobSpace(),
      schedule::defaultMatmulKnobs(outputExtent(0), target),
      [target = target](const auto &set) {
        return schedule::checkMatmulKnobs(set, target);
      },
      [&](const auto &knobs) {
        schedule::scheduleMatmulCpu(schedule, view, knobs, target);
      });
}

LogicalResult Recorder::attention() {
  schedule::AttentionShape shape;
  shape.queryBlock = tileEntry(pipeline, "query_block");
  shape.chunk = tileEntry(pipeline, "chunk");
  shape.valueDim = tileEntry(pipeline, "value_dim");
  shape.keyDim = tileEntry(pipeline, "key_dim");
  shape.isWindow = tileEntry(pipeline, "window") != 0;
  if (!view.narrow.empty()) {
    auto rows = [&](StringRef argument, StringRef bytes, int64_t width) {
      return schedule::AttentionShape::Rows{tileEntry(pipeline, argument),
                                            tileEntry(pipeline, bytes), width};
    };
    shape.queries = rows("queries", "query_bytes", shape.keyDim);
    shape.keys = rows("keys", "key_bytes", shape.keyDim);
    shape.values = rows("values", "value_bytes", shape.valueDim);
  }
  if (!view.narrow.empty())
    return with<schedule::AttentionKnobs>(
        schedule::narrowAttentionKnobSpace(),
        schedule::defaultNarrowAttentionKnobs(shape, target),
        [shape, target = target](const auto &set) {
          return schedule::checkNarrowAttentionKnobs(set, shape, target);
        },
        [&](const auto &knobs) {
          schedule::scheduleNarrowAttentionCpu(schedule, view, shape, knobs,
                                               target);
        });
  return with<schedule::AttentionKnobs>(
      schedule::attentionKnobSpace(),
      schedule::defaultAttentionKnobs(shape, target),
      [shape, target = target](const auto &set) {
        return schedule::checkAttentionKnobs(set, shape, target);
      },
      [&](const auto &knobs) {
        schedule::scheduleAttentionCpu(schedule, view, shape, knobs, target);
      });
}

LogicalResult Recorder::decode() {
  schedule::DecodeShape shape;
  shape.chunk = tileEntry(pipeline, "chunk");
  shape.heads = tileEntry(pipeline, "heads");
  shape.keyDim = tileEntry(pipeline, "key_dim");
  shape.valueDim = tileEntry(pipeline, "value_dim");
  shape.sharedHeads = tileEntry(pipeline, "shared_heads");
  shape.keys = tileEntry(pipeline, "keys");
  shape.values = tileEntry(pipeline, "values");
  shape.keyBytes = tileEntry(pipeline, "key_bytes");
  shape.valueBytes = tileEntry(pipeline, "value_bytes");
  return with<schedule::DecodeKnobs>(
      schedule::decodeKnobSpace(), schedule::defaultDecodeKnobs(shape, target),
      [shape, target = target](const auto &set) {
        return schedule::checkDecodeKnobs(set, shape, target);
      },
      [&](const auto &knobs) {
        schedule::scheduleDecodeCpu(schedule, view, shape, knobs, target);
      });
}

LogicalResult Recorder::rows() {
  std::optional<int64_t> extent = outputExtent(0);
  return with<schedule::RowsKnobs>(
      schedule::rowsKnobSpace(),
      schedule::defaultRowsKnobs(view.family, extent, target),
      [extent, target = target](const auto &set) {
        return schedule::checkRowsKnobs(set, extent, target);
      },
      [&](const auto &knobs) {
        schedule::scheduleRowsCpu(schedule, view, knobs, target);
      });
}

StringRef tailName(schedule::Tail tail) {
  switch (tail) {
  case schedule::Tail::Auto:
    return "auto";
  case schedule::Tail::GuardWithIf:
    return "guard_with_if";
  case schedule::Tail::GuardEvenly:
    return "guard_evenly";
  case schedule::Tail::RoundUp:
    return "round_up";
  case schedule::Tail::ShiftInwards:
    return "shift_inwards";
  case schedule::Tail::PredicateStores:
    return "predicate_stores";
  }
  llvm_unreachable("a tail strategy without a name");
}

/// Appends the op of one directive.
void emitDirective(OpBuilder &b, Location loc,
                   const schedule::Directive &directive,
                   const llvm::StringMap<Value> &funcs) {
  using schedule::Kind;
  Value func = funcs.lookup(directive.func);
  uint64_t stage = directive.stage, factor = directive.factor;
  SmallVector<StringRef> dims(directive.dims.begin(), directive.dims.end());
  switch (directive.kind) {
  case Kind::Split:
    halide::SplitOp::create(b, loc, func, stage, dims[0], dims[1], dims[2],
                            factor, tailName(directive.tail));
    return;
  case Kind::Fuse:
    halide::FuseOp::create(b, loc, func, stage, dims[0], dims[1], dims[2]);
    return;
  case Kind::Reorder:
    halide::ReorderOp::create(b, loc, func, int64_t(stage), dims);
    return;
  case Kind::Vectorize:
    halide::VectorizeOp::create(b, loc, func, int64_t(stage), dims[0],
                                int64_t(factor));
    return;
  case Kind::Unroll:
    halide::UnrollOp::create(b, loc, func, int64_t(stage), dims[0],
                             int64_t(factor));
    return;
  case Kind::Parallel:
    halide::ParallelOp::create(b, loc, func, int64_t(stage), dims[0]);
    return;
  case Kind::ComputeRoot:
    halide::ComputeRootOp::create(b, loc, func);
    return;
  case Kind::ComputeAt:
    halide::ComputeAtOp::create(b, loc, func, funcs.lookup(directive.other),
                                dims[0]);
    return;
  case Kind::HoistStorage:
    halide::HoistStorageOp::create(b, loc, func, funcs.lookup(directive.other),
                                   dims[0]);
    return;
  case Kind::StoreStack:
    halide::StoreInOp::create(b, loc, func, "stack");
    return;
  case Kind::StoreTiles:
    halide::StoreInOp::create(b, loc, func, "amx_tile");
    return;
  case Kind::Bound:
    halide::BoundOp::create(b, loc, func, dims[0], directive.min, factor);
    return;
  case Kind::BoundExtent:
    halide::BoundExtentOp::create(b, loc, func, dims[0], factor);
    return;
  case Kind::Atomic:
    halide::AtomicOp::create(b, loc, func, stage, false);
    return;
  case Kind::Stream: {
    Block &body = *func.getDefiningOp()->getBlock();
    bool isOver = dims.size() > 1;
    halide::StreamOp::create(b, loc,
                             body.getArgument(unsigned(directive.buffer)), func,
                             stage, b.getStringAttr(dims[0]),
                             isOver ? funcs.lookup(directive.other) : Value(),
                             isOver ? b.getStringAttr(dims[1]) : StringAttr(),
                             uint64_t(directive.min), factor);
    return;
  }
  case Kind::GpuBlocks:
    halide::GpuBlocksOp::create(b, loc, func, stage, dims);
    return;
  case Kind::GpuThreads:
    halide::GpuThreadsOp::create(b, loc, func, stage, dims);
    return;
  case Kind::GpuSingleThread:
    halide::GpuSingleThreadOp::create(b, loc, func, stage);
    return;
  }
}

/// A variant that a pipeline may have a schedule for.
struct Target {
  std::string name, halide;
  bool roundsBf16;
  llvm::function_ref<LogicalResult(const schedule::KernelView &,
                                   schedule::Schedule &)>
      record;
};

/// Adds the target's schedule, unless there is one of its name.
LogicalResult scheduleFor(halide::PipelineOp pipeline, const Target &target) {
  if (pipeline.findSchedule(target.name))
    return success();
  FailureOr<schedule::KernelView> view = viewOf(pipeline);
  schedule::Schedule record;
  if (failed(view) || failed(target.record(*view, record)))
    return failure();

  llvm::StringMap<Value> funcs;
  for (halide::FuncOp func : pipeline.getBody().getOps<halide::FuncOp>())
    funcs[func.getName()] = func.getFunc();
  OpBuilder builder = OpBuilder::atBlockEnd(&pipeline.getBody().front());
  auto op = halide::ScheduleOp::create(builder, pipeline.getLoc(), target.name,
                                       target.halide);
  if (target.roundsBf16)
    op->setAttr(halide::roundsBf16Attr, builder.getUnitAttr());
  builder.setInsertionPointToEnd(&op.getBody().front());
  for (const schedule::Directive &directive : record.directives())
    emitDirective(builder, pipeline.getLoc(), directive, funcs);
  return success();
}

/// True for a kernel with products that the target has an instruction for.
FailureOr<bool> gainsFrom(halide::PipelineOp pipeline,
                          const schedule::CpuTarget &target) {
  // A pipeline without them may be without roles: its schedules are given.
  if (llvm::none_of(
          pipeline.getBody().getOps<halide::FuncOp>(),
          [&](halide::FuncOp func) { return target.hasDots(narrowOf(func)); }))
    return false;
  FailureOr<schedule::KernelView> view = viewOf(pipeline);
  if (failed(view))
    return failure();
  return schedule::gainsFrom(*view, target);
}

/// True where some variant that `target` is based on is compiled too.
bool hasBase(const schedule::CpuTarget &target,
             ArrayRef<std::string> variants) {
  for (const std::string &base : schedule::basesOf(target))
    if (variants.empty() || llvm::is_contained(variants, base))
      return true;
  return false;
}

LogicalResult scheduleOnCpu(halide::PipelineOp pipeline,
                            ArrayRef<std::string> variants) {
  for (const schedule::CpuTarget &target : schedule::cpuTargets()) {
    if (!variants.empty() && !llvm::is_contained(variants, target.name))
      continue;
    if (hasBase(target, variants)) {
      FailureOr<bool> gains = gainsFrom(pipeline, target);
      if (failed(gains))
        return failure();
      if (!*gains)
        continue;
    }
    auto record = [&](const schedule::KernelView &view,
                      schedule::Schedule &schedule) {
      return Recorder{pipeline, view, target, schedule}.run();
    };
    Target variant = {target.name, target.halide, target.hasDots("bf16"),
                      record};
    if (failed(scheduleFor(pipeline, variant)))
      return failure();
  }
  return success();
}

/// For the first device where none is named, which is the one that runs.
LogicalResult scheduleOnGpu(halide::PipelineOp pipeline,
                            ArrayRef<std::string> variants) {
  for (const schedule::GpuTarget &target : schedule::gpuTargets()) {
    if (variants.empty() ? !target.runs
                         : !llvm::is_contained(variants, target.name))
      continue;
    auto record = [&](const schedule::KernelView &view,
                      schedule::Schedule &schedule) {
      return recordGpu(pipeline, view, target, schedule);
    };
    if (failed(
            scheduleFor(pipeline, {target.name, target.halide, false, record})))
      return failure();
  }
  return success();
}

} // namespace

StringRef familyOf(halide::PipelineOp pipeline) {
  auto family = pipeline->getAttrOfType<StringAttr>(familyAttr);
  return family ? family.getValue() : StringRef();
}

FailureOr<schedule::KnobSpace> knobSpaceOf(halide::PipelineOp pipeline,
                                           StringRef variant) {
  FailureOr<schedule::KernelView> view = viewOf(pipeline);
  if (failed(view))
    return failure();
  for (const schedule::CpuTarget &target : schedule::cpuTargets()) {
    if (target.name != variant)
      continue;
    schedule::Schedule none;
    schedule::KnobSpace space;
    if (failed(Recorder{pipeline, *view, target, none, &space}.run()))
      return failure();
    return space;
  }
  return pipeline.emitOpError("has no knobs for the unknown variant '")
         << variant << "'";
}

std::string knobProblem(halide::PipelineOp pipeline, StringRef variant,
                        const std::map<std::string, int64_t> &knobs) {
  FailureOr<schedule::KnobSpace> space = knobSpaceOf(pipeline, variant);
  if (failed(space))
    return "it has no knobs";
  return schedule::problemOf(*space, knobs);
}

bool hasKnobs(halide::PipelineOp pipeline, StringRef variant) {
  return bool(knobsFor(pipeline, variant));
}

void setKnobs(halide::PipelineOp pipeline, StringRef variant,
              const std::map<std::string, int64_t> &knobs) {
  Builder builder(pipeline.getContext());
  NamedAttrList given;
  for (const auto &[name, value] : knobs)
    given.set(name, builder.getI64IntegerAttr(value));
  auto all = pipeline->getAttrOfType<DictionaryAttr>(knobsAttr);
  NamedAttrList variants(all);
  variants.set(variant, given.getDictionary(pipeline.getContext()));
  pipeline->setAttr(knobsAttr, variants.getDictionary(pipeline.getContext()));
}

void dropKnobs(halide::PipelineOp pipeline) { pipeline->removeAttr(knobsAttr); }

LogicalResult scheduleKernels(ModuleOp module, ArrayRef<std::string> variants) {
  for (halide::PipelineOp pipeline : module.getOps<halide::PipelineOp>()) {
    auto space = pipeline->getAttrOfType<StringAttr>(spaceAttr);
    bool isOnDevice = space && space.getValue() == host::deviceSpace;
    if (failed(isOnDevice ? scheduleOnGpu(pipeline, variants)
                          : scheduleOnCpu(pipeline, variants)))
      return failure();
  }
  return success();
}

} // namespace heddle::lower
