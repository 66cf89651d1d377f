// Puts the turned heads of a linear into its rows, where one kernel computes
// both and an attention reads them there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/passes/FusionCosts.h"
#include "compiler/passes/Passes.h"
#include "compiler/passes/TurnedRows.h"

#include <numeric>

using namespace mlir;

namespace heddle::passes {
#define GEN_PASS_DEF_TURNROWS
#include "compiler/passes/Passes.h.inc"

using namespace graph;

/// The op that alone reads `value`, once, if it is of this kind.
template <typename Op> static Op soleReader(Value value) {
  return value.hasOneUse() ? dyn_cast<Op>(*value.user_begin()) : Op();
}

std::optional<TurnedRows> turnedRows(LinearOp linear) {
  auto split = soleReader<SplitHeadsOp>(linear.getOutput());
  auto rope = split ? soleReader<RopeOp>(split.getOutput()) : RopeOp();
  if (!rope || rope.getX() != split.getOutput())
    return std::nullopt;
  return TurnedRows{linear, split, rope,
                    soleReader<MergeHeadsOp>(rope.getOutput())};
}

std::string turnProblem(const TurnedRows &turned) {
  // Panels are of 16 columns at least; vectors of 4 may cost what they gain.
  constexpr int64_t leastPanel = 16, leastVector = 4, mostWidth = 256;
  LinearOp linear = turned.linear;
  RopeOp rope = turned.rope;
  std::optional<int64_t> columns = linear.outFeatures().constant(),
                         width = shapeOf(rope.getX())[3].constant(),
                         features = shapeOf(rope.getTable())[1].constant();
  if (!linear.getWeight().getDefiningOp<WeightOp>() ||
      !linear.inFeatures().isConstant() || !columns || !width || !features)
    return "the linear's weight cannot be packed";
  if (*columns % leastPanel)
    return "the features are no whole panels of " + std::to_string(leastPanel);
  if (*width > mostWidth)
    return "a head has more than " + std::to_string(mostWidth) + " features";
  bool isHalf = rope.getPairs() == Pairs::Half;
  if (std::gcd(*features / 2, isHalf ? *width : *width / 2) % leastVector)
    return "the pairs are no whole vectors of " + std::to_string(leastVector);
  return {};
}

namespace {

/// True where one attention reads the heads and does so as well in rows: one of
/// bf16 packs keys before it reads them. One of f32 reads them again and again
/// as they lie, which takes 5 and 11 % longer in rows (512 keys of 8 and 32
/// heads of 64), and 2 % for queries: more than a kernel of a rope.
bool areReadInRows(Value heads) {
  constexpr int64_t panel = 16; // of values, which bf16 needs whole
  if (heads.use_empty())
    return false;
  auto attention = dyn_cast<AttentionOp>(*heads.user_begin());
  return attention && attention.precision() == Precision::BF16 &&
         shapeOf(attention.getV())[3].constant().value_or(1) % panel == 0 &&
         llvm::all_of(heads.getUsers(),
                      [&](Operation *user) { return user == attention; });
}

struct TurnRows : impl::TurnRowsBase<TurnRows> {
  using TurnRowsBase::TurnRowsBase;

  void runOnOperation() override {
    for (ModelOp model : getOperation().getOps<ModelOp>()) {
      FusionCosts costs(model.dimRanges(), kernelTime);
      for (EntryOp entry : model.getBody().getOps<EntryOp>())
        for (LinearOp linear :
             llvm::make_early_inc_range(entry.getBody().getOps<LinearOp>()))
          turn(linear, costs);
    }
  }

  static void turn(LinearOp linear, const FusionCosts &costs) {
    std::optional<TurnedRows> turned = turnedRows(linear);
    if (!turned || turned->merge || !turnProblem(*turned).empty())
      return;
    RopeOp rope = turned->rope;
    if (!areReadInRows(rope.getOutput()) || !costs.turn(linear).fuse)
      return;
    OpBuilder builder(rope->getContext());
    builder.setInsertionPointAfter(rope);
    auto merge = MergeHeadsOp::create(builder, rope.getLoc(), rope.getOutput());
    auto split = SplitHeadsOp::create(builder, rope.getLoc(), merge.getOutput(),
                                      turned->split.getHeads());
    rope.getOutput().replaceAllUsesExcept(split.getOutput(), merge);
  }
};

} // namespace
} // namespace heddle::passes
