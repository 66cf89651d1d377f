// The fusion rules of heddle-group-kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/passes/KernelGroups.h"

#include "compiler/passes/AttentionPrecision.h"
#include "compiler/passes/FusionCosts.h"
#include "compiler/passes/TurnedRows.h"

#include <map>
#include <set>

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;
using namespace heddle::passes;

namespace {

/// Norms that a gemm can finish its rows by.
bool endsRows(Operation *op) { return isa<LayerNormOp, RmsNormOp>(op); }

bool readsRows(Operation *op) { return isa<EmbedOp, PositionsOp, RowOp>(op); }

StringRef familyOf(Operation *op) {
  if (isa<LinearOp>(op))
    return "gemm";
  if (isa<AttentionOp>(op))
    return "attention";
  if (isa<MatmulOp>(op))
    return "matmul";
  if (isa<ConvOp>(op))
    return "conv";
  if (movesElements(op) || isa<ReshapeOp>(op))
    return "move";
  if (isa<LayerNormOp, RmsNormOp, SoftmaxOp, LogSoftmaxOp>(op))
    return "norm";
  if (reductionOf(op) || isa<L2NormalizeOp, TopKOp>(op))
    return "reduce";
  return readsRows(op) ? "gather" : "elementwise";
}

class Grouper {
public:
  Grouper(EntryOp entry, const GroupOptions &options,
          std::vector<FusionChoice> &choices)
      : options(options), choices(choices),
        costs(cast<ModelOp>(entry->getParentOp()).dimRanges(),
              options.kernelTime) {
    for (Operation &op : entry.getBody().front())
      if (computesTensor(&op) && !isView(&op) && !isCopied(&op)) {
        position[&op] = static_cast<int>(ops.size());
        ops.push_back(&op);
      }
  }

  std::vector<KernelGroup> run();

private:
  /// The op that alone reads `op`'s result, or null and the reason in `end`.
  Operation *soleUser(Operation *op, std::string &end);
  void start(Operation *anchor, StringRef family);
  void absorb(Operation *op) {
    groupOf[op] = static_cast<int>(groups.size()) - 1;
    groups.back().ops.push_back(op);
  }
  void absorbProducers(Operation *op);

  void groupLinear(LinearOp linear);
  bool joinsLinear(Operation *user, Operation *last, std::string &end);
  bool finishesRows(Operation *norm, Operation *last, std::string &end);
  Operation *normOfSeveral(Operation *op);
  bool turns(TurnedRows turned);
  using Chain = SmallVector<Operation *, 4>;
  bool reachesLinear(Value value, Operation *user, LinearOp first,
                     Chain &chain);
  void joinSecondLinear(Operation *user, Operation *last);
  bool takes(Operation *at, const Twine &what, const Verdict &verdict);
  void groupMatmul(MatmulOp product);
  void groupConv(ConvOp conv);
  bool readsInPlace(Operation *op, unsigned index);
  void groupWithNext(Operation *anchor, bool (*joins)(Operation *));
  void groupAttention(AttentionOp attention);
  std::set<int> successors(int group);
  std::vector<KernelGroup> inRunnableOrder();

  const GroupOptions &options;
  std::vector<FusionChoice> &choices;
  FusionCosts costs;
  std::vector<Operation *> ops;
  llvm::DenseMap<Operation *, int> position;
  llvm::DenseMap<Operation *, int> groupOf; ///< Index into groups.
  std::vector<KernelGroup> groups;
};

Operation *Grouper::soleUser(Operation *op, std::string &end) {
  Operation *user = nullptr;
  for (Operation *each : op->getUsers()) {
    // A read inside a score region is the attention's.
    if (auto at = dyn_cast<AtOp>(each))
      each = at->getParentOp();
    if (user && user != each) {
      end = "its result has several users";
      return nullptr;
    }
    user = each;
  }
  if (!user || isa<ReturnOp>(user)) {
    end = "its result is an output of the entry";
    return nullptr;
  }
  return user;
}

void Grouper::start(Operation *anchor, StringRef family) {
  groups.push_back({family.str(), anchor, {}, ""});
  absorb(anchor);
}

//===----------------------------------------------------------------------===//
// gemm
//===----------------------------------------------------------------------===//

/// True when an operand of an op on rows of `shape` is a tensor of that shape,
/// one row of it or a single value.
bool fitsRows(Value operand, const shape::Shape &shape) {
  shape::Shape own = shapeOf(operand);
  return own.empty() || own == shape || own == shape::Shape{shape.back()};
}

/// True when `user`, which reads `last`'s result, can follow it in a gemm.
bool Grouper::joinsLinear(Operation *user, Operation *last, std::string &end) {
  shape::Shape shape = shapeOf(last->getResult(0));
  if (groupOf.contains(user)) {
    end = "the next op is in a kernel already";
    return false;
  }
  if (isCopied(user)) {
    end = "what reads its result widens it";
    return false;
  }
  Value weight = cast<LinearOp>(groups.back().anchor).getWeight();
  if (llvm::is_contained(user->getOperands(), weight)) {
    end = "the next op reads the linear's weight as it is";
    return false;
  }
  if (isElementwise(user)) {
    end = "the next op broadcasts along the rows";
    return shapeOf(user->getResult(0)) == shape &&
           llvm::all_of(user->getOperands(), [&](Value operand) {
             return fitsRows(operand, shape);
           });
  }
  if (endsRows(user))
    return finishesRows(user, last, end);
  end = ("the next op is " + user->getName().getStringRef()).str();
  return false;
}

/// Notes what was decided; true where the ways are one kernel.
bool Grouper::takes(Operation *at, const Twine &what, const Verdict &verdict) {
  choices.push_back(
      {at->getLoc(),
       (what + (verdict.fuse ? ": one kernel, " : ": apart, ") + verdict.costs)
           .str()});
  return verdict.fuse;
}

/// Whether a norm of `last` finishes the rows in the product's kernel.
bool Grouper::finishesRows(Operation *norm, Operation *last, std::string &end) {
  StringRef name = norm->getName().stripDialect();
  std::optional<int64_t> width = shapeOf(last->getResult(0)).back().constant();
  bool isNormalised = norm->getOperand(0) == last->getResult(0);
  if (!isNormalised || !width || *width > options.maxRow) {
    end = ("the " + name + "'s row is longer than " + Twine(options.maxRow) +
           " or not a constant")
              .str();
    return false;
  }
  if (llvm::count_if(groups.back().ops, llvm::IsaPred<LinearOp>) > 1) {
    end = ("two products end before a " + name).str();
    return false;
  }
  auto linear = cast<LinearOp>(groups.back().anchor);
  if (!linear.inFeatures().isConstant())
    return true;
  bool keeps = !last->getResult(0).hasOneUse();
  end = ("a " + name + " apart is cheaper").str();
  return takes(norm,
               name + " of a linear" +
                   (keeps ? ", whose result others read as well" : ""),
               costs.norm(linear, keeps));
}

/// A norm that reads `op`'s result, as others do, and no other result that may
/// come later; null where there is none.
Operation *Grouper::normOfSeveral(Operation *op) {
  if (options.onDevice)
    return nullptr;
  for (Operation *user : op->getUsers())
    if (endsRows(user) && user->getOperand(0) == op->getResult(0) &&
        llvm::none_of(user->getOperands().drop_front(), [&](Value operand) {
          return operand.getDefiningOp() &&
                 position.contains(operand.getDefiningOp());
        }))
      return user;
  return nullptr;
}

/// True when only element by element ops of one shape, which are added to
/// `chain` with it, lie between `value`, read by `user` alone, and a linear of
/// what `first` multiplies by another weight.
bool Grouper::reachesLinear(Value value, Operation *user, LinearOp first,
                            Chain &chain) {
  Operation *op = value.getDefiningOp();
  std::string reason;
  if (!op || groupOf.contains(op) || soleUser(op, reason) != user ||
      value.getType() != first.getType() ||
      llvm::is_contained(op->getOperands(), first.getWeight()))
    return false;
  chain.push_back(op);
  if (auto second = dyn_cast<LinearOp>(op))
    return second.getX() == first.getX() &&
           second.getWeight().getDefiningOp<WeightOp>() &&
           first.getWeight().getDefiningOp<WeightOp>() &&
           first.inFeatures().isConstant() && first.outFeatures().isConstant();
  shape::Shape shape = shapeOf(value);
  auto fits = [&](Value operand) { return fitsRows(operand, shape); };
  if (!isElementwise(op) || !llvm::all_of(op->getOperands(), fits))
    return false;
  size_t length = chain.size();
  for (Value operand : op->getOperands()) {
    if (reachesLinear(operand, op, first, chain))
      return !llvm::is_contained(op->getOperands(),
                                 cast<LinearOp>(chain.back()).getWeight());
    chain.truncate(length);
  }
  return false;
}

/// Takes in the linear whose result meets `last` in `user`, where there is one
/// and that is cheaper.
void Grouper::joinSecondLinear(Operation *user, Operation *last) {
  auto first = cast<LinearOp>(groups.back().anchor);
  if (llvm::count_if(groups.back().ops, llvm::IsaPred<LinearOp>) > 1)
    return;
  for (Value operand : user->getOperands()) {
    Chain chain;
    if (operand == last->getResult(0) ||
        !reachesLinear(operand, user, first, chain))
      continue;
    auto second = cast<LinearOp>(chain.back());
    std::string problem;
    if (options.onDevice)
      problem = "a device's kernels have no form for them";
    else if (first.precision() != second.precision())
      problem = "one is of " + stringifyPrecision(first.precision()).str() +
                ", the other of " +
                stringifyPrecision(second.precision()).str();
    if (!problem.empty())
      choices.push_back({user->getLoc(),
                         "two linears of one input: apart, since " + problem});
    else if (takes(user, "two linears of one input", costs.pair(first)))
      for (Operation *op : llvm::reverse(chain))
        absorb(op);
    return;
  }
}

/// Takes in what turns the anchor's heads and puts them back into rows, where
/// that is cheaper.
bool Grouper::turns(TurnedRows turned) {
  constexpr const char *what = "rope of a linear";
  std::string &end = groups.back().end;
  std::string problem = turnProblem(turned);
  if (options.onDevice)
    problem = "a device's kernels have no form for it";
  Verdict verdict = costs.turn(turned.linear);
  if (problem.empty() && verdict.fuse && !turned.merge)
    problem = "what reads it takes longer where heads are not side by side";
  if (!problem.empty()) {
    end = "a rope is apart, since " + problem;
    choices.push_back({turned.rope.getLoc(),
                       (Twine(what) + ": apart, since " + problem).str()});
    return false;
  }
  end = "a rope apart is cheaper";
  if (!takes(turned.rope, what, verdict))
    return false;
  absorb(turned.split);
  absorb(turned.rope);
  absorb(turned.merge);
  return true;
}

void Grouper::groupLinear(LinearOp linear) {
  start(linear, "gemm");
  std::string &end = groups.back().end;
  Operation *last = linear;
  std::optional<TurnedRows> turned = turnedRows(linear);
  if (turned) {
    if (!turns(*turned))
      return;
    last = turned->merge;
  }
  while (true) {
    Operation *user = soleUser(last, end);
    if (turned && user && !isElementwise(user)) {
      end = ("the next op is " + user->getName().getStringRef()).str();
      return;
    }
    if (!user && !turned && !endsRows(last))
      user = normOfSeveral(last);
    if (!user)
      return;
    if (endsRows(last)) {
      end = ("a " + last->getName().stripDialect() + " ends a gemm").str();
      return;
    }
    if (!joinsLinear(user, last, end))
      return;
    if (!turned)
      joinSecondLinear(user, last);
    absorb(user);
    last = user;
  }
}

//===----------------------------------------------------------------------===//
// The other families
//===----------------------------------------------------------------------===//

/// `anchor`, and the op that alone reads it where that one joins.
void Grouper::groupWithNext(Operation *anchor, bool (*joins)(Operation *)) {
  start(anchor, familyOf(anchor));
  std::string &end = groups.back().end;
  Operation *user = soleUser(anchor, end);
  if (!user)
    return;
  if (joins(user) && !groupOf.contains(user))
    absorb(user);
  else
    end = ("the next op is " + user->getName().getStringRef()).str();
}

/// What a cast widens, or the value itself.
Value widenedBy(Value value) {
  auto cast = value.getDefiningOp<CastOp>();
  return cast && cast.widens() ? cast.getX() : value;
}

/// True when the attention can read `split`'s source in its place: everything
/// in the kernel that reads the source sees the same heads in it.
bool seesOneSplit(AttentionOp attention, SplitHeadsOp split) {
  for (Value read : attention.captures())
    if (read == split.getX() || read == split.getOutput())
      return false;
  for (Value operand : attention.getOperands()) {
    auto other = operand.getDefiningOp<SplitHeadsOp>();
    if (other && widenedBy(other.getX()) == widenedBy(split.getX()) &&
        other.getHeads() != split.getHeads())
      return false;
  }
  return true;
}

/// True for what rounds the result of another op to bf16.
bool rounds(Operation *op) {
  return isa<CastOp>(op) && getElementTypeOrSelf(op->getResult(0)).isBF16();
}

/// The attention, the merge_heads after it, what rounds the result, and the
/// split_heads that only it reads: heads are then strides of the rows.
void Grouper::groupAttention(AttentionOp attention) {
  if (std::string f32 = computedInF32(attention);
      attention.precision() == Precision::BF16 && !f32.empty())
    choices.push_back({attention.getLoc(), "attention of bf16: " + f32});
  start(attention, "attention");
  std::string &end = groups.back().end;
  Operation *last = attention;
  while (Operation *user = soleUser(last, end)) {
    bool joins = rounds(user) || (last == attention && isa<MergeHeadsOp>(user));
    if (!joins || groupOf.contains(user)) {
      end = ("the next op is " + user->getName().getStringRef()).str();
      break;
    }
    absorb(user);
    last = user;
  }
  for (Value operand : attention.getOperands()) {
    auto split = operand.getDefiningOp<SplitHeadsOp>();
    std::string reason;
    if (split && !groupOf.contains(split) && seesOneSplit(attention, split) &&
        soleUser(split, reason) == attention)
      absorb(split);
  }
}

/// A product, and the element by element ops of its shape behind it. What only
/// moves the right operand is read in its place when that is packed.
void Grouper::groupMatmul(MatmulOp product) {
  start(product, "matmul");
  absorbProducers(product);
  std::string &end = groups.back().end;
  Operation *last = product;
  while (Operation *user = soleUser(last, end)) {
    if (groupOf.contains(user) || !isElementwise(user) ||
        shapeOf(user->getResult(0)) != shapeOf(product.getOutput())) {
      end = ("the next op is " + user->getName().getStringRef()).str();
      return;
    }
    absorb(user);
    last = user;
  }
}

/// True when an operand of an op behind a convolution is a tensor of its shape,
/// a number for each of its outputs, or one for all.
static bool fitsOutputs(Value operand, const shape::Shape &shape) {
  shape::Shape own = shapeOf(operand), each(shape.size(), shape::Dim(1));
  each[1] = shape[1];
  if (own.empty() || own == shape || own == each)
    return true;
  each.erase(each.begin());
  return own == each;
}

/// A convolution, and the element by element ops of its shape behind it that do
/// not read what it reads.
void Grouper::groupConv(ConvOp conv) {
  start(conv, "conv");
  std::string &end = groups.back().end;
  shape::Shape shape = shapeOf(conv.getOutput());
  Operation *last = conv;
  while (Operation *user = soleUser(last, end)) {
    bool fits = llvm::all_of(user->getOperands(), [&](Value operand) {
      return operand != conv.getX() && operand != conv.getWeight() &&
             operand != conv.getBias() && fitsOutputs(operand, shape);
    });
    if (groupOf.contains(user) || !isElementwise(user) || !fits ||
        shapeOf(user->getResult(0)) != shape) {
      end = ("the next op is " + user->getName().getStringRef()).str();
      return;
    }
    absorb(user);
    last = user;
  }
}

/// True when the kernel of `op` can read the producer of an operand at the
/// elements it needs, each computed about once.
bool Grouper::readsInPlace(Operation *op, unsigned index) {
  Value operand = op->getOperand(index);
  Operation *producer = operand.getDefiningOp();
  if (isa<MatmulOp>(op)) // the left one is read once a panel
    return index == 1 &&
           (movesElements(producer) || isa<SplitHeadsOp>(producer));
  // A norm's weight and bias are not of its shape, even where equal; an embed
  // reads its table at rows of its own choice.
  if ((endsRows(op) || isa<EmbedOp>(op)) && index != 0)
    return false;
  if (isa<RopeOp>(op))
    return index == 0 &&
           (movesElements(producer) || isa<SplitHeadsOp>(producer));
  if (readsRows(producer) || movesElements(producer))
    return true;
  if (!isElementwise(producer))
    return false;
  // Of a move, what reads an element once; otherwise what is as large.
  if (isa<TransposeOp, SliceOp, PadOp>(op))
    return true;
  return !movesElements(op) && shapeOf(operand) == shapeOf(op->getResult(0));
}

/// What `op` reads in place and nothing else reads, and so on upwards.
void Grouper::absorbProducers(Operation *op) {
  for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
    Operation *producer = operand.getDefiningOp();
    if (!producer || !position.count(producer) || groupOf.contains(producer))
      continue;
    bool fits = readsInPlace(op, index);
    std::string reason;
    if (!fits || soleUser(producer, reason) != op) {
      groups.back().end = fits ? "a value it reads has several users"
                               : "it reads the result of another kind of op";
      continue;
    }
    if (readsRows(producer))
      groups.back().family = "gather";
    absorb(producer);
    absorbProducers(producer);
  }
}

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

/// Groups that read a result of `group`.
std::set<int> Grouper::successors(int group) {
  std::set<int> next;
  SmallVector<Operation *> made(groups[group].ops);
  while (!made.empty())
    for (Operation *user : made.pop_back_val()->getUsers()) {
      if (auto at = dyn_cast<AtOp>(user))
        user = at->getParentOp();
      auto found = groupOf.find(user);
      if (found != groupOf.end() && found->second != group)
        next.insert(found->second);
      else if (found == groupOf.end() &&
               (isa<ReshapeOp>(user) || isCopied(user)))
        made.push_back(user); // its readers are this group's
    }
  return next;
}

/// Kahn's algorithm; of the groups that could run, the one whose last op comes
/// first in the text does.
std::vector<KernelGroup> Grouper::inRunnableOrder() {
  std::vector<int> missing(groups.size(), 0);
  std::map<int, int> ready; // last position -> group
  auto offer = [&](int group) {
    ready[position[groups[group].ops.back()]] = group;
  };
  for (KernelGroup &group : groups)
    llvm::sort(group.ops, [&](Operation *a, Operation *b) {
      return position[a] < position[b];
    });
  for (size_t i = 0; i < groups.size(); ++i)
    for (int next : successors(static_cast<int>(i)))
      ++missing[next];
  for (size_t i = 0; i < groups.size(); ++i)
    if (!groups[i].ops.empty() && missing[i] == 0)
      offer(static_cast<int>(i));
  std::vector<KernelGroup> order;
  while (!ready.empty()) {
    int group = ready.begin()->second;
    ready.erase(ready.begin());
    for (int next : successors(group))
      if (--missing[next] == 0)
        offer(next);
    order.push_back(std::move(groups[group]));
  }
  return order;
}

std::vector<KernelGroup> Grouper::run() {
  if (!options.fuse) {
    for (Operation *op : ops)
      start(op, familyOf(op));
    return std::move(groups);
  }
  for (Operation *op : ops)
    if (auto attention = dyn_cast<AttentionOp>(op))
      groupAttention(attention);
    else if (isa<MeanOp>(op))
      groupWithNext(op,
                    [](Operation *user) { return isa<L2NormalizeOp>(user); });
  for (Operation *op : ops)
    if (auto linear = dyn_cast<LinearOp>(op); linear && !groupOf.contains(op))
      groupLinear(linear);
  for (Operation *op : ops)
    if (auto product = dyn_cast<MatmulOp>(op))
      groupMatmul(product);
    else if (auto conv = dyn_cast<ConvOp>(op))
      groupConv(conv);
  // From the last op up, so that a chain is found from its end.
  for (Operation *op : llvm::reverse(ops))
    if (endsRows(op) && !groupOf.contains(op)) {
      start(op, "norm");
      absorbProducers(op);
    }
  for (Operation *op : llvm::reverse(ops)) {
    if (groupOf.contains(op))
      continue;
    start(op, familyOf(op));
    if (isElementwise(op) || movesElements(op) || isa<RopeOp>(op))
      absorbProducers(op);
  }
  return inRunnableOrder();
}

} // namespace

/// True where a kernel widens what the use reads as it reads it.
static bool widensItself(OpOperand &use) {
  Operation *user = use.getOwner();
  if (isa<LinearOp>(user) || endsRows(user))
    return use.getOperandNumber() == 0;
  return isElementwise(user) || isa<AttentionOp, SplitHeadsOp>(user);
}

bool passes::isCopied(Operation *op) {
  if (isa<ConstantOp>(op))
    return true;
  auto cast = dyn_cast<CastOp>(op);
  return cast && cast.widens() && llvm::all_of(cast->getUses(), widensItself);
}

bool passes::isView(Operation *op) {
  auto reshape = dyn_cast<ReshapeOp>(op);
  if (!reshape)
    return false;
  auto rootOf = [](Value value) {
    while (auto view = value.getDefiningOp<ReshapeOp>())
      value = view.getX();
    return value;
  };
  Value root = rootOf(reshape.getX());
  Operation *end = op->getBlock()->getTerminator();
  if (!llvm::is_contained(end->getOperands(), reshape.getOutput()))
    return true;
  if (!root.getDefiningOp() || !computesTensor(root.getDefiningOp()))
    return false;
  // The first output of a value gives its buffer the extents.
  for (Value output : end->getOperands())
    if (rootOf(output) == root)
      return output.getType() == reshape.getType();
  return true;
}

std::vector<KernelGroup> passes::groupOps(EntryOp entry,
                                          const GroupOptions &options,
                                          std::vector<FusionChoice> &choices) {
  return Grouper(entry, options, choices).run();
}
