// Random well-typed models for the differential fuzzer: every op of hgraph,
// sizes around the kernels' tiles, values with several users.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_FUZZ_RANDOMGRAPH_H
#define HEDDLE_TESTS_FUZZ_RANDOMGRAPH_H

#include "compiler/shape/Dim.h"
#include "dialects/graph/Graph.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <cstdint>
#include <initializer_list>
#include <random>
#include <set>
#include <string>

namespace heddle::fuzz {

/// Numbers that are the same on every machine; the distributions of <random>
/// are not.
class Random {
public:
  explicit Random(uint64_t seed) : generator(seed) {}

  /// In [0, count).
  int64_t below(int64_t count) {
    return int64_t(generator() % uint64_t(count));
  }
  /// True `percent` times in a hundred.
  bool chance(int percent) { return below(100) < percent; }
  template <typename T> T pick(std::initializer_list<T> choices) {
    return choices.begin()[below(int64_t(choices.size()))];
  }
  template <typename List> auto &pickFrom(List &list) {
    return list[size_t(below(int64_t(list.size())))];
  }

private:
  std::mt19937_64 generator;
};

/// A module with one model and one entry, verified. The same for a seed on
/// every machine. Weights are for `random:SEED`; ops are chosen so that small
/// errors of inputs stay small (no division by what may be near 0).
/// `constructs`, unless null, gets the names of what the score regions do.
mlir::OwningOpRef<mlir::ModuleOp>
randomGraph(mlir::MLIRContext &context, uint64_t seed,
            std::set<std::string> *constructs = nullptr);

/// What a random op may take: see RandomGraphShapes.cpp.
struct ShapeContext {
  Random &random;
  mlir::OpBuilder &builder;
  const std::vector<shape::DimRange> &ranges;
  /// A value with these extents: a known one, a weight or an input.
  llvm::function_ref<mlir::Value(const shape::Shape &, mlir::Type)> tensor;
  /// A weight of constant extents, random as its role's are.
  llvm::function_ref<mlir::Value(const shape::Shape &, mlir::StringRef)> weight;
  /// A recent f32 value.
  llvm::function_ref<mlir::Value()> any;
  /// False for what is too large for the reference.
  llvm::function_ref<bool(const shape::Shape &)> isSmall;
};

/// A value made by some of the ops of GraphShapes.td; null where it is not
/// f32, which is then in `others`.
mlir::Value randomMove(const ShapeContext &context,
                       std::vector<mlir::Value> &others);
/// [B, H, T, D] with its pairs turned; D is even.
mlir::Value randomRope(const ShapeContext &context, mlir::Value heads);
mlir::Value randomMatmul(const ShapeContext &context);
/// Windows of one or two axes, and at times what is fused behind them; null
/// where all of it would be too large.
mlir::Value randomConv(const ShapeContext &context);

/// What a score region may read, with the extents of its indices.
struct ScoreContext {
  mlir::MLIRContext *mlir;
  shape::Dim batch, heads, queries, keys;
  /// A tensor of a shape and element type: an input or a computed value.
  llvm::function_ref<mlir::Value(const shape::Shape &, mlir::Type)> tensor;
};

/// What a region does, chosen before it is built, since the tensors that it
/// reads stand outside.
class ScorePlan {
public:
  ScorePlan(Random &random, const ScoreContext &context);

  /// True when the region is the score itself.
  bool isPlain() const { return steps.empty() && conditions.empty(); }
  /// Adds the names of what the region does; and of all that one may do.
  void addNames(std::set<std::string> &names) const;
  static std::set<std::string> allNames();
  /// Fills the region, hgraph.score included.
  void build(mlir::OpBuilder &builder, mlir::Location loc,
             mlir::ValueRange args) const;

private:
  struct Node {
    int kind = 0;
    int64_t number = 0;
    mlir::Value tensor = {};
  };
  mlir::Value condition(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::ValueRange args, const Node &node) const;
  mlir::Value change(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::ValueRange args, mlir::Value score,
                     const Node &node) const;

  std::vector<Node> steps;      ///< changes of the score, in order
  std::vector<Node> conditions; ///< of liveness
  std::vector<int> joins;       ///< how each condition joins those before
};

/// Where a random element-wise op, or one along an axis, takes its operands
/// from and puts its results.
struct ElementContext {
  Random &random;
  mlir::OpBuilder &builder;
  llvm::function_ref<mlir::Value()> any; ///< an f32 value
  /// Of a shape: any f32 value; one that nothing has rounded; an input of i32
  /// or i1.
  llvm::function_ref<mlir::Value(const shape::Shape &)> value, exact;
  llvm::function_ref<mlir::Value(const shape::Shape &, mlir::Type)> integers;
  llvm::function_ref<void(mlir::Value)> add;  ///< an f32 value for others
  llvm::function_ref<void(mlir::Value)> keep; ///< one that may be an output
};

/// Adds one op and what it needs around it.
void addElementOp(const ElementContext &context);

} // namespace heddle::fuzz

#endif // HEDDLE_TESTS_FUZZ_RANDOMGRAPH_H
