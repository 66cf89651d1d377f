// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What each directive does to the names of loops, and what it needs of them.

#include "dialects/halide/Loops.h"
#include "dialects/halide/HalideSyntax.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace heddle::halide {

//===----------------------------------------------------------------------===//
// Lookup and messages
//===----------------------------------------------------------------------===//

static const Loop *findLoop(const LoopList &loops, StringRef name) {
  auto it = llvm::find_if(loops, [&](const Loop &l) { return l.name == name; });
  return it == loops.end() ? nullptr : it;
}

LoopTable::LoopTable(PipelineOp pipeline) {
  for (auto func : pipeline.getOps<FuncOp>()) {
    SmallVector<LoopList> &all = stages[func.getFunc()];
    LoopList &pure = all.emplace_back();
    for (StringRef dim : func.getDimNames())
      pure.push_back({dim.str(), false});
    for (UpdateOp update : func.getUpdates()) {
      size_t reductions = update.getReduction().size();
      LoopList loops;
      for (auto [index, name] : llvm::enumerate(update.getLoopNames()))
        loops.push_back({name.str(), index < reductions});
      stages[func.getFunc()].push_back(std::move(loops));
    }
  }
}

LoopList *LoopTable::find(Value func, uint64_t stage) {
  auto it = stages.find(func);
  if (it == stages.end() || stage >= it->second.size())
    return nullptr;
  return &it->second[stage];
}

const Loop *LoopTable::find(Value func, uint64_t stage, StringRef name) {
  LoopList *loops = find(func, stage);
  return loops ? findLoop(*loops, name) : nullptr;
}

static std::string nameOf(Value func) {
  std::optional<Signature> signature = signatureOf(func);
  return signature ? signature->name : "?";
}

/// Appends what exists and the nearest of it to a message.
static void addCandidates(InFlightDiagnostic &diag, StringRef name,
                          ArrayRef<std::string> candidates) {
  if (candidates.empty()) {
    diag << ", which has none";
    return;
  }
  diag << ", which has ";
  llvm::interleaveComma(candidates, diag);
  const std::string *nearest = &candidates.front();
  for (const std::string &candidate : candidates)
    if (name.edit_distance(candidate) < name.edit_distance(*nearest))
      nearest = &candidate;
  if (name.edit_distance(*nearest) <= 2)
    diag << "; did you mean '" << *nearest << "'?";
}

LogicalResult LoopTable::requireLoop(Operation *op, Value func, uint64_t stage,
                                     StringRef name) {
  LoopList *loops = find(func, stage);
  if (!loops)
    return op->emitOpError("(C2) of schedule: '")
           << nameOf(func) << "' has no stage " << stage << ", expected 0 to "
           << int64_t(stages[func].size()) - 1;
  if (findLoop(*loops, name))
    return success();
  InFlightDiagnostic diag = op->emitOpError("(C3) of schedule: no loop '")
                            << name << "' in stage " << stage << " of '"
                            << nameOf(func) << "'";
  addCandidates(diag, name, llvm::map_to_vector(*loops, [](const Loop &l) {
                  return l.name;
                }));
  return diag;
}

/// C4: `made` are names for new loops; those in `gone` are free again.
static LogicalResult requireNew(Operation *op, const LoopList &loops,
                                ArrayRef<StringRef> gone,
                                ArrayRef<StringRef> made) {
  llvm::StringSet<> seen;
  for (StringRef name : made) {
    if (!isIdentifier(name))
      return op->emitOpError("(C4) of schedule: new loop '")
             << name << "' is no identifier";
    bool used = findLoop(loops, name) && !llvm::is_contained(gone, name);
    if (used || !seen.insert(name).second)
      return op->emitOpError("(C4) of schedule: name '")
             << name << "' of a new loop is in use";
  }
  return success();
}

static LogicalResult requirePositive(Operation *op, StringRef what,
                                     int64_t value) {
  if (value > 0 && value <= INT32_MAX)
    return success();
  return op->emitOpError("(C5) of schedule: ")
         << what << " is " << value << ", expected 1 to " << INT32_MAX;
}

static LogicalResult requireWord(Operation *op, StringRef what, StringRef word,
                                 ArrayRef<StringRef> words) {
  if (llvm::is_contained(words, word))
    return success();
  InFlightDiagnostic diag = op->emitOpError("(C6) of schedule: ")
                            << what << " '" << word << "', expected one of ";
  llvm::interleaveComma(words, diag);
  return diag;
}

/// The last one only of a split.
static const StringRef tails[] = {
    "auto",          "round_up",           "guard_with_if",
    "predicate",     "predicate_loads",    "predicate_stores",
    "shift_inwards", "round_up_and_blend", "shift_inwards_and_blend",
    "guard_evenly"};
static const StringRef memories[] = {
    "auto",        "heap",         "stack", "register", "gpu_shared",
    "gpu_texture", "locked_cache", "vtcm",  "amx_tile"};
static const StringRef policies[] = {"auto", "always", "never"};
static const StringRef prefetches[] = {"clamp", "guard_with_if",
                                       "non_faulting"};

/// C7: a dimension of the func's definition.
static LogicalResult requireDims(Operation *op, Value func,
                                 ArrayRef<StringRef> dims) {
  std::optional<Signature> signature = signatureOf(func);
  if (!signature)
    return op->emitOpError("(C7) of schedule: no func of this pipeline");
  for (StringRef dim : dims) {
    if (llvm::is_contained(signature->dims, dim))
      continue;
    InFlightDiagnostic diag =
        op->emitOpError("(C7) of schedule: no dimension '")
        << dim << "' in '" << signature->name << "'";
    addCandidates(diag, dim, signature->dims);
    return diag;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Directives that make and remove loops
//===----------------------------------------------------------------------===//

/// Replaces one loop by others of the same kind.
static void replaceLoop(LoopList &loops, StringRef gone,
                        ArrayRef<StringRef> made) {
  bool reduction = findLoop(loops, gone)->reduction;
  llvm::erase_if(loops, [&](const Loop &l) { return l.name == gone; });
  for (StringRef name : made)
    loops.push_back({name.str(), reduction});
}

LogicalResult LoopTable::split(Operation *op, Value func, uint64_t stage,
                               const Split &s) {
  if (failed(requireLoop(op, func, stage, s.dim)))
    return failure();
  LoopList &loops = *find(func, stage);
  if (failed(requireNew(op, loops, s.dim, {s.outer, s.inner})) ||
      failed(requirePositive(op, "factor", s.factor)) ||
      failed(
          requireWord(op, "tail", s.tail,
                      isa<SplitOp>(op) ? tails : ArrayRef(tails).drop_back())))
    return failure();
  replaceLoop(loops, s.dim, {s.outer, s.inner});
  return success();
}

template <typename Tile> LogicalResult LoopTable::tile(Tile op) {
  auto dims = stringsOf(op.getDims());
  auto outer = stringsOf(op.getOuter()), inner = stringsOf(op.getInner());
  ArrayRef<int64_t> factors = op.getFactors();
  if (outer.size() != dims.size() || inner.size() != dims.size() ||
      factors.size() != dims.size())
    return op.emitOpError("(C5) of schedule: has ")
           << dims.size() << " loops, " << outer.size() << " outer, "
           << inner.size() << " inner ones and " << factors.size()
           << " factors";
  for (size_t i = 0; i < dims.size(); ++i)
    if (failed(split(op, op.getFunc(), op.getStage(),
                     {dims[i], outer[i], inner[i], factors[i], op.getTail()})))
      return failure();
  return success();
}

LogicalResult LoopTable::fuse(FuseOp op) {
  StringRef gone[] = {op.getInner(), op.getOuter()};
  for (StringRef name : gone)
    if (failed(requireLoop(op, op.getFunc(), op.getStage(), name)))
      return failure();
  LoopList &loops = *find(op.getFunc(), op.getStage());
  if (gone[0] == gone[1])
    return op.emitOpError("(C4) of schedule: fuses '")
           << gone[0] << "' with itself";
  if (failed(requireNew(op, loops, gone, op.getFused())))
    return failure();
  bool reduction = findLoop(loops, gone[0])->reduction ||
                   findLoop(loops, gone[1])->reduction;
  llvm::erase_if(
      loops, [&](const Loop &l) { return llvm::is_contained(gone, l.name); });
  loops.push_back({op.getFused().str(), reduction});
  return success();
}

LogicalResult LoopTable::rename(RenameOp op) {
  if (failed(requireLoop(op, op.getFunc(), op.getStage(), op.getDim())))
    return failure();
  LoopList &loops = *find(op.getFunc(), op.getStage());
  if (failed(requireNew(op, loops, op.getDim(), op.getTo())))
    return failure();
  replaceLoop(loops, op.getDim(), op.getTo());
  return success();
}

/// The stage's other reduction loops move to the new func's update.
LogicalResult LoopTable::rfactor(RfactorOp op) {
  auto kept = stringsOf(op.getReduction()), pure = stringsOf(op.getPure());
  if (op.getStage() == 0)
    return op.emitOpError("(C2) of schedule: needs the stage of an update");
  if (kept.size() != pure.size())
    return op.emitOpError("(C5) of schedule: has ")
           << kept.size() << " reduction loops and " << pure.size()
           << " new dimensions";
  for (StringRef name : kept)
    if (failed(requireLoop(op, op.getFunc(), op.getStage(), name)))
      return failure();
  LoopList &loops = *find(op.getFunc(), op.getStage());
  if (failed(requireNew(op, loops, {}, pure)))
    return failure();
  LoopList whole, partial, merge;
  std::optional<Signature> signature = signatureOf(op.getResult());
  for (const std::string &dim : signature->dims)
    whole.push_back({dim, false});
  for (StringRef name : pure)
    partial.push_back({name.str(), false});
  for (const Loop &loop : loops) {
    bool stays = !loop.reduction || llvm::is_contained(kept, loop.name);
    if (!loop.reduction || !stays)
      partial.push_back(loop);
    if (stays)
      merge.push_back(loop);
  }
  loops = merge;
  stages[op.getResult()] = {whole, partial};
  return success();
}

/// `in` gives a func with a pure definition, `clone_in` a copy of all stages.
LogicalResult LoopTable::wrap(Operation *op, Value subject, Value result) {
  std::optional<Signature> signature = signatureOf(subject);
  if (!signature)
    return op->emitOpError("(C7) of schedule: no func of this pipeline");
  if (isa<CloneInOp>(op)) {
    stages[result] = SmallVector<LoopList>(stages[subject]);
    return success();
  }
  LoopList pure;
  for (const std::string &dim : signature->dims)
    pure.push_back({dim, false});
  stages[result] = {pure};
  return success();
}

//===----------------------------------------------------------------------===//
// All directives
//===----------------------------------------------------------------------===//

/// Loops marked or reordered: they must exist, and that is all.
template <typename Marks> LogicalResult LoopTable::mark(Marks op) {
  for (StringRef dim : stringsOf(op.getDims()))
    if (failed(requireLoop(op, op.getFunc(), op.getStage(), dim)))
      return failure();
  return success();
}

template <typename Marks> LogicalResult LoopTable::markBy(Marks op) {
  if (failed(requireLoop(op, op.getFunc(), op.getStage(), op.getDim())) ||
      failed(
          requireWord(op, "tail", op.getTail(), ArrayRef(tails).drop_back())))
    return failure();
  // 0 is "no factor"
  return op.getFactor() == 0 ? success()
                             : requirePositive(op, "factor", op.getFactor());
}

LogicalResult LoopTable::requireStage(Operation *op, Value func,
                                      uint64_t stage) {
  if (find(func, stage))
    return success();
  return op->emitOpError("(C2) of schedule: '")
         << nameOf(func) << "' has no stage " << stage << ", expected 0 to "
         << int64_t(stages[func].size()) - 1;
}

template <typename Bounds>
static LogicalResult verifyBounds(Bounds op, StringRef what, int64_t value) {
  if (failed(requireDims(op, op.getFunc(), op.getDim())))
    return failure();
  return requirePositive(op, what, value);
}

LogicalResult LoopTable::applyBounds(Operation *directive) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(directive)
      .Case(
          [](BoundOp op) { return verifyBounds(op, "extent", op.getExtent()); })
      .Case([](BoundExtentOp op) {
        return verifyBounds(op, "extent", op.getExtent());
      })
      .Case([](AlignBoundsOp op) {
        return verifyBounds(op, "modulus", op.getModulus());
      })
      .Case([](AlignExtentOp op) {
        return verifyBounds(op, "modulus", op.getModulus());
      })
      .Case([](AlignStorageOp op) {
        return verifyBounds(op, "alignment", op.getAlignment());
      })
      .Case([](BoundStorageOp op) {
        return verifyBounds(op, "bound", op.getBound());
      })
      .Case([](FoldStorageOp op) {
        return verifyBounds(op, "factor", op.getFactor());
      })
      .Case([](ReorderStorageOp op) {
        return requireDims(op, op.getFunc(), stringsOf(op.getDims()));
      })
      .Case([](StoreInOp op) {
        return requireWord(op, "memory", op.getMemory(), memories);
      })
      .Case<ComputeRootOp, ComputeInlineOp, StoreRootOp, HoistStorageRootOp>(
          [](auto) { return success(); })
      .Case<ComputeAtOp, StoreAtOp, HoistStorageOp>([&](auto op) {
        return requireStage(op, op.getUser(), op.getUserStage());
      })
      .Default([](Operation *op) {
        return op->emitOpError("(C1) of schedule: is no directive");
      });
}

LogicalResult LoopTable::applyPlacement(Operation *directive) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(directive)
      .Case<AtomicOp, AllowRaceConditionsOp, SpecializeOp, SpecializeFailOp,
            GpuSingleThreadOp>([&](auto op) {
        return requireStage(op, op.getFunc(), op.getStage());
      })
      .Case([&](ComputeWithOp op) {
        if (failed(requireStage(op, op.getFunc(), op.getStage())))
          return failure();
        return requireStage(op, op.getOther(), op.getOtherStage());
      })
      .Case([&](PrefetchOp op) {
        if (failed(requireStage(op, op.getUser(), op.getUserStage())))
          return failure();
        return requireWord(op, "bounds", op.getBounds(), prefetches);
      })
      .Case([&](StreamOp op) -> LogicalResult {
        if (int64_t(op.getLines()) < 1)
          return op.emitOpError("(C5) of schedule: lines ")
                 << int64_t(op.getLines()) << " is not positive";
        if (int64_t(op.getAhead()) < 0)
          return op.emitOpError("(C5) of schedule: ahead ")
                 << int64_t(op.getAhead()) << " is negative";
        return requireStage(op, op.getUser(), op.getUserStage());
      })
      .Case<InOp, CloneInOp>(
          [&](auto op) { return wrap(op, op.getSubject(), op.getResult()); })
      .Case([&](RfactorOp op) { return rfactor(op); })
      .Default([&](Operation *op) { return applyBounds(op); });
}

LogicalResult LoopTable::apply(Operation *directive) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(directive)
      .Case([&](SplitOp op) {
        return split(op, op.getFunc(), op.getStage(),
                     {op.getDim(), op.getOuter(), op.getInner(),
                      int64_t(op.getFactor()), op.getTail()});
      })
      .Case<TileOp, GpuTileOp>([&](auto op) { return tile(op); })
      .Case([&](FuseOp op) { return fuse(op); })
      .Case([&](RenameOp op) { return rename(op); })
      .Case<ReorderOp, GpuBlocksOp, GpuThreadsOp, GpuLanesOp>(
          [&](auto op) { return mark(op); })
      .Case<VectorizeOp, UnrollOp, ParallelOp>(
          [&](auto op) { return markBy(op); })
      .Case([&](SerialOp op) {
        return requireLoop(op, op.getFunc(), op.getStage(), op.getDim());
      })
      .Case([&](PartitionOp op) {
        if (failed(requireLoop(op, op.getFunc(), op.getStage(), op.getDim())))
          return failure();
        return requireWord(op, "policy", op.getPolicy(), policies);
      })
      .Default([&](Operation *op) { return applyPlacement(op); });
}

} // namespace heddle::halide
