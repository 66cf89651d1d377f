// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedule directives, one call of Halide each.

#include "compiler/translate/Kernel.h"
#include "dialects/halide/Loops.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace heddle::halide;

namespace heddle::translate {

namespace {

using Halide::VarOrRVar;

// The words were checked by the verifier: the defaults are never reached.

Halide::TailStrategy tailOf(StringRef word) {
  using T = Halide::TailStrategy;
  return llvm::StringSwitch<T>(word)
      .Case("round_up", T::RoundUp)
      .Case("guard_with_if", T::GuardWithIf)
      .Case("guard_evenly", T::GuardWithIf)
      .Case("predicate", T::Predicate)
      .Case("predicate_loads", T::PredicateLoads)
      .Case("predicate_stores", T::PredicateStores)
      .Case("shift_inwards", T::ShiftInwards)
      .Case("shift_inwards_and_blend", T::ShiftInwardsAndBlend)
      .Case("round_up_and_blend", T::RoundUpAndBlend)
      .Default(T::Auto);
}

Halide::MemoryType memoryOf(StringRef word) {
  using M = Halide::MemoryType;
  return llvm::StringSwitch<M>(word)
      .Case("heap", M::Heap)
      .Case("stack", M::Stack)
      .Case("register", M::Register)
      .Case("gpu_shared", M::GPUShared)
      .Case("gpu_texture", M::GPUTexture)
      .Case("locked_cache", M::LockedCache)
      .Case("vtcm", M::VTCM)
      .Default(M::Auto);
}

Halide::PrefetchBoundStrategy prefetchOf(StringRef word) {
  using P = Halide::PrefetchBoundStrategy;
  return llvm::StringSwitch<P>(word)
      .Case("clamp", P::Clamp)
      .Case("non_faulting", P::NonFaulting)
      .Default(P::GuardWithIf);
}

Halide::Partition partitionOf(StringRef word) {
  using P = Halide::Partition;
  return llvm::StringSwitch<P>(word)
      .Case("always", P::Always)
      .Case("never", P::Never)
      .Default(P::Auto);
}

SmallVector<StringRef> strings(ArrayAttr names) {
  return llvm::map_to_vector(
      names, [](Attribute name) { return cast<StringAttr>(name).getValue(); });
}

Halide::Var varOf(StringRef name) { return Halide::Var(name.str()); }

VarOrRVar make(StringRef name, bool reduction) {
  if (reduction)
    return Halide::RVar(name.str());
  return varOf(name);
}

/// Applies directives in order, following the names of loops as it goes.
class Scheduler {
public:
  Scheduler(ScheduleOp schedule, Kernel &kernel, Guard &guard)
      : kernel(kernel), guard(guard),
        loops(cast<PipelineOp>(schedule->getParentOp())) {}

  LogicalResult apply(Block &block);

private:
  void applyLoops(Operation *op);
  void applyMarks(Operation *op);
  void applyPlaces(Operation *op);
  void applyBounds(Operation *op);
  void applyGpu(Operation *op);

  template <typename Tile>
  std::pair<std::vector<VarOrRVar>, std::vector<VarOrRVar>> tile(Tile op);
  void fuse(FuseOp op);
  void wrap(InOp op);
  void cloneIn(CloneInOp op);
  void rfactor(RfactorOp op);
  void prefetch(PrefetchOp op);
  Halide::Expr factorOf(SplitOp op);
  void stream(StreamOp op);
  LogicalResult specialize(SpecializeOp op);

  Halide::Func &func(Value value) { return kernel.funcs[value]; }
  /// The stage named, or the specialisation of it that we are in.
  Halide::Stage stage(Value value, uint64_t index) {
    if (special)
      return *special;
    return plainStage(value, index);
  }
  Halide::Stage plainStage(Value value, uint64_t index) {
    if (index == 0)
      return func(value);
    return func(value).update(int(index) - 1);
  }
  template <typename Op> Halide::Stage stageOf(Op op) {
    return stage(op.getFunc(), op.getStage());
  }
  bool isReduction(Value value, uint64_t stage, StringRef name) {
    const Loop *loop = loops.find(value, stage, name);
    return loop && loop->reduction;
  }
  /// A loop that exists.
  VarOrRVar loop(Value value, uint64_t stage, StringRef name) {
    return make(name, isReduction(value, stage, name));
  }
  template <typename Op> VarOrRVar loopOf(Op op) {
    return loop(op.getFunc(), op.getStage(), op.getDim());
  }
  /// A place in the user's loops. Halide goes by func and name: the stage only
  /// says whether the name is a reduction's.
  template <typename Op> Halide::LoopLevel levelOf(Op op) {
    return Halide::LoopLevel(
        func(op.getUser()), loop(op.getUser(), op.getUserStage(), op.getDim()));
  }
  template <typename Op>
  std::vector<VarOrRVar> loopsOf(Op op, ArrayRef<StringRef> names) {
    std::vector<VarOrRVar> result;
    for (StringRef name : names)
      result.push_back(loop(op.getFunc(), op.getStage(), name));
    return result;
  }

  Kernel &kernel;
  Guard &guard;
  LoopTable loops;
  std::optional<Halide::Stage> special;
};

/// Of an even split the height of its blocks, from the extent that the loop has
/// when it begins: as few blocks as of the whole factor.
Halide::Expr Scheduler::factorOf(SplitOp op) {
  int most = int(op.getFactor());
  if (op.getTail() != "guard_evenly")
    return most;
  std::string dim = op.getDim().str();
  for (const auto &known : stageOf(op).get_schedule().dims())
    if (known.var == dim || StringRef(known.var).ends_with("." + dim))
      dim = known.var;
  Halide::Expr extent = Halide::Internal::Variable::make(
      Halide::Int(32), func(op.getFunc()).name() + ".s" +
                           std::to_string(op.getStage()) + "." + dim +
                           ".loop_extent");
  Halide::Expr blocks = Halide::max((extent + (most - 1)) / most, 1);
  return Halide::clamp((extent + blocks - 1) / blocks, 1, most);
}

void Scheduler::fuse(FuseOp op) {
  bool reduction = isReduction(op.getFunc(), op.getStage(), op.getInner()) ||
                   isReduction(op.getFunc(), op.getStage(), op.getOuter());
  auto fused = loopsOf(op, {op.getInner(), op.getOuter()});
  stageOf(op).fuse(fused[0], fused[1], make(op.getFused(), reduction));
}

/// New loops are of the kind of the loop they are made of.
template <typename Tile>
std::pair<std::vector<VarOrRVar>, std::vector<VarOrRVar>>
Scheduler::tile(Tile op) {
  auto dims = strings(op.getDims());
  auto outer = strings(op.getOuter()), inner = strings(op.getInner());
  std::vector<VarOrRVar> outerVars, innerVars;
  std::vector<Halide::Expr> factors;
  for (size_t i = 0; i < dims.size(); ++i) {
    bool reduction = isReduction(op.getFunc(), op.getStage(), dims[i]);
    outerVars.push_back(make(outer[i], reduction));
    innerVars.push_back(make(inner[i], reduction));
    factors.push_back(int(op.getFactors()[i]));
  }
  stageOf(op).tile(loopsOf(op, dims), outerVars, innerVars, factors,
                   tailOf(op.getTail()));
  return {outerVars, innerVars};
}

void gpuBlocks(Halide::Stage nest, const std::vector<VarOrRVar> &dims) {
  if (dims.size() == 1)
    nest.gpu_blocks(dims[0]);
  else if (dims.size() == 2)
    nest.gpu_blocks(dims[0], dims[1]);
  else
    nest.gpu_blocks(dims[0], dims[1], dims[2]);
}

void gpuThreads(Halide::Stage nest, const std::vector<VarOrRVar> &dims) {
  if (dims.size() == 1)
    nest.gpu_threads(dims[0]);
  else if (dims.size() == 2)
    nest.gpu_threads(dims[0], dims[1]);
  else
    nest.gpu_threads(dims[0], dims[1], dims[2]);
}

void Scheduler::wrap(InOp op) {
  std::vector<Halide::Func> users;
  for (Value user : op.getUsers())
    users.push_back(func(user));
  if (isa<BufferType>(op.getSubject().getType())) {
    Halide::ImageParam buffer = kernel.buffers.lookup(op.getSubject());
    func(op.getResult()) = users.empty() ? buffer.in() : buffer.in(users);
    return;
  }
  Halide::Func &wrapped = func(op.getSubject());
  Halide::Func copy = users.empty() ? wrapped.in() : wrapped.in(users);
  func(op.getResult()) = copy;
}

void Scheduler::cloneIn(CloneInOp op) {
  std::vector<Halide::Func> users;
  for (Value user : op.getUsers())
    users.push_back(func(user));
  Halide::Func copy = func(op.getSubject()).clone_in(users);
  func(op.getResult()) = copy;
}

void Scheduler::rfactor(RfactorOp op) {
  std::vector<std::pair<Halide::RVar, Halide::Var>> preserved;
  for (auto [from, to] :
       llvm::zip(strings(op.getReduction()), strings(op.getPure())))
    preserved.push_back({Halide::RVar(from.str()), varOf(to)});
  Halide::Func partial = stageOf(op).rfactor(preserved);
  func(op.getResult()) = partial;
}

//===----------------------------------------------------------------------===//
// One directive; each function passes on what it does not know
//===----------------------------------------------------------------------===//

void Scheduler::applyLoops(Operation *op) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](SplitOp d) {
        bool reduction = isReduction(d.getFunc(), d.getStage(), d.getDim());
        stageOf(d).split(
            make(d.getDim(), reduction), make(d.getOuter(), reduction),
            make(d.getInner(), reduction), factorOf(d), tailOf(d.getTail()));
      })
      .Case([&](FuseOp d) { fuse(d); })
      .Case([&](RenameOp d) {
        bool reduction = isReduction(d.getFunc(), d.getStage(), d.getDim());
        stageOf(d).rename(make(d.getDim(), reduction),
                          make(d.getTo(), reduction));
      })
      .Case([&](ReorderOp d) {
        stageOf(d).reorder(loopsOf(d, strings(d.getDims())));
      })
      .Case([&](TileOp d) { tile(d); })
      .Case([&](InOp d) { wrap(d); })
      .Case([&](CloneInOp d) { cloneIn(d); })
      .Case([&](RfactorOp d) { rfactor(d); })
      .Default([&](Operation *d) { applyMarks(d); });
}

void Scheduler::applyMarks(Operation *op) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](VectorizeOp d) {
        if (d.getFactor())
          stageOf(d).vectorize(loopOf(d), int(d.getFactor()),
                               tailOf(d.getTail()));
        else
          stageOf(d).vectorize(loopOf(d));
      })
      .Case([&](UnrollOp d) {
        if (d.getFactor())
          stageOf(d).unroll(loopOf(d), int(d.getFactor()), tailOf(d.getTail()));
        else
          stageOf(d).unroll(loopOf(d));
      })
      .Case([&](ParallelOp d) {
        if (d.getFactor())
          stageOf(d).parallel(loopOf(d), int(d.getFactor()),
                              tailOf(d.getTail()));
        else
          stageOf(d).parallel(loopOf(d));
      })
      .Case([&](SerialOp d) { stageOf(d).serial(loopOf(d)); })
      .Case([&](PartitionOp d) {
        stageOf(d).partition(loopOf(d), partitionOf(d.getPolicy()));
      })
      .Case([&](AtomicOp d) { stageOf(d).atomic(d.getUnchecked()); })
      .Case(
          [&](AllowRaceConditionsOp d) { stageOf(d).allow_race_conditions(); })
      .Case([&](SpecializeFailOp d) {
        stageOf(d).specialize_fail(d.getMessage().str());
      })
      .Default([&](Operation *d) { applyPlaces(d); });
}

void Scheduler::applyPlaces(Operation *op) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](ComputeRootOp d) { func(d.getFunc()).compute_root(); })
      .Case([&](ComputeInlineOp d) { func(d.getFunc()).compute_inline(); })
      .Case([&](StoreRootOp d) { func(d.getFunc()).store_root(); })
      .Case(
          [&](HoistStorageRootOp d) { func(d.getFunc()).hoist_storage_root(); })
      .Case([&](ComputeAtOp d) { func(d.getFunc()).compute_at(levelOf(d)); })
      .Case([&](StoreAtOp d) { func(d.getFunc()).store_at(levelOf(d)); })
      .Case([&](HoistStorageOp d) {
        func(d.getFunc()).hoist_storage(levelOf(d));
      })
      .Case([&](ComputeWithOp d) {
        stageOf(d).compute_with(
            plainStage(d.getOther(), d.getOtherStage()),
            loop(d.getOther(), d.getOtherStage(), d.getDim()));
      })
      .Case([&](StoreInOp d) {
        // Halide's own way to tiles has one tile at a time in registers.
        if (d.getMemory() == "amx_tile")
          kernel.tiled.push_back(func(d.getFunc()).name());
        else
          func(d.getFunc()).store_in(memoryOf(d.getMemory()));
      })
      .Case([&](PrefetchOp d) { prefetch(d); })
      .Case([&](StreamOp d) { stream(d); })
      .Default([&](Operation *d) { applyBounds(d); });
}

void Scheduler::prefetch(PrefetchOp op) {
  VarOrRVar at = loop(op.getUser(), op.getUserStage(), op.getAt());
  VarOrRVar from = loop(op.getUser(), op.getUserStage(), op.getFrom());
  Halide::Stage nest = plainStage(op.getUser(), op.getUserStage());
  auto bounds = prefetchOf(op.getBounds());
  int offset = int(op.getOffset());
  if (isa<BufferType>(op.getSubject().getType()))
    nest.prefetch(kernel.buffers.lookup(op.getSubject()), at, from, offset,
                  bounds);
  else
    nest.prefetch(func(op.getSubject()), at, from, offset, bounds);
}

/// What `ahead` steps along is the first dim whose extent is not constant.
static void setRuns(ArrayRef<int64_t> shape, Stream &stream) {
  const int64_t *along = llvm::find_if(shape, ShapedType::isDynamic);
  if (along == shape.begin() || along == shape.end())
    return;
  stream.width = stream.pitch = shape[0];
  for (const int64_t *extent = shape.begin() + 1; extent != along; ++extent)
    stream.pitch *= *extent;
}

static int64_t elementBytes(BufferType buffer) {
  return (buffer.getElementType().getIntOrFloatBitWidth() + 7) / 8;
}

/// Half of a second-level cache at most, of 2 MB.
static bool isNear(BufferType buffer) {
  constexpr int64_t nearBytes = 1 << 20;
  int64_t bytes = elementBytes(buffer);
  for (int64_t extent : buffer.getShape()) {
    if (ShapedType::isDynamic(extent))
      return false;
    bytes *= extent;
  }
  return bytes <= nearBytes;
}

void Scheduler::stream(StreamOp op) {
  auto stageName = [&](Value value, uint64_t stage) {
    return func(value).name() + ".s" + std::to_string(stage) + ".";
  };
  kernel.streams.push_back({kernel.buffers.lookup(op.getSubject()).name(),
                            stageName(op.getUser(), op.getUserStage()),
                            "." + op.getAt().str(),
                            op.getOuter() ? stageName(op.getOuter(), 0) : "",
                            op.getOver() ? "." + op.getOver()->str() : "",
                            int64_t(op.getAhead()), int(op.getLines())});
  Stream &stream = kernel.streams.back();
  auto buffer = cast<BufferType>(op.getSubject().getType());
  stream.isNear = isNear(buffer);
  if (op.getAhead() == 0)
    return;
  constexpr int64_t soonBytes = 4096;
  stream.isSoon = !op.getOver() &&
                  llvm::none_of(buffer.getShape(), ShapedType::isDynamic) &&
                  stream.ahead * elementBytes(buffer) < soonBytes;
  setRuns(buffer.getShape(), stream);
}

void Scheduler::applyBounds(Operation *op) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](BoundOp d) {
        func(d.getFunc())
            .bound(varOf(d.getDim()), int(d.getMin()), int(d.getExtent()));
      })
      .Case([&](BoundExtentOp d) {
        func(d.getFunc()).bound_extent(varOf(d.getDim()), int(d.getExtent()));
      })
      .Case([&](AlignBoundsOp d) {
        func(d.getFunc())
            .align_bounds(varOf(d.getDim()), int(d.getModulus()),
                          int(d.getRemainder()));
      })
      .Case([&](AlignExtentOp d) {
        func(d.getFunc()).align_extent(varOf(d.getDim()), int(d.getModulus()));
      })
      .Case([&](AlignStorageOp d) {
        func(d.getFunc())
            .align_storage(varOf(d.getDim()), int(d.getAlignment()));
      })
      .Case([&](BoundStorageOp d) {
        func(d.getFunc()).bound_storage(varOf(d.getDim()), int(d.getBound()));
      })
      .Case([&](FoldStorageOp d) {
        func(d.getFunc())
            .fold_storage(varOf(d.getDim()), int(d.getFactor()),
                          !d.getBackward());
      })
      .Case([&](ReorderStorageOp d) {
        std::vector<Halide::Var> dims;
        for (StringRef dim : strings(d.getDims()))
          dims.push_back(varOf(dim));
        func(d.getFunc()).reorder_storage(dims);
      })
      .Default([&](Operation *d) { applyGpu(d); });
}

void Scheduler::applyGpu(Operation *op) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](GpuBlocksOp d) {
        gpuBlocks(stageOf(d), loopsOf(d, strings(d.getDims())));
      })
      .Case([&](GpuThreadsOp d) {
        gpuThreads(stageOf(d), loopsOf(d, strings(d.getDims())));
      })
      .Case([&](GpuLanesOp d) {
        stageOf(d).gpu_lanes(loopsOf(d, strings(d.getDims())).front());
      })
      .Case([&](GpuTileOp d) {
        auto [outer, inner] = tile(d);
        gpuBlocks(stageOf(d), outer);
        gpuThreads(stageOf(d), inner);
      })
      .Case([&](GpuSingleThreadOp d) { stageOf(d).gpu_single_thread(); });
}

//===----------------------------------------------------------------------===//
// Blocks of directives
//===----------------------------------------------------------------------===//

/// The loops of the stage are as before afterwards: the special nest has its
/// own.
LogicalResult Scheduler::specialize(SpecializeOp op) {
  std::optional<Halide::Stage> outer = special;
  guard.at(op);
  if (failed(guard.run([&] {
        special = stageOf(op).specialize(kernel.value(op.getCondition()));
      })))
    return failure();
  LoopList *stage = loops.find(op.getFunc(), op.getStage());
  LoopList before = *stage;
  LogicalResult result = apply(op.getBody().front());
  *loops.find(op.getFunc(), op.getStage()) = before;
  special = outer;
  return result;
}

LogicalResult Scheduler::apply(Block &block) {
  for (Operation &op : block) {
    guard.at(&op);
    LogicalResult result = isa<SpecializeOp>(op)
                               ? specialize(cast<SpecializeOp>(op))
                               : guard.run([&] { applyLoops(&op); });
    if (failed(result) || failed(loops.apply(&op)))
      return failure();
  }
  return success();
}

} // namespace

LogicalResult applySchedule(ScheduleOp schedule, Kernel &kernel, Guard &guard) {
  Scheduler scheduler(schedule, kernel, guard);
  return scheduler.apply(schedule.getBody().front());
}

} // namespace heddle::translate
