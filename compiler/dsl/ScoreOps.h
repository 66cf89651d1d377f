// Attention, its masks and biases as calls, and lambdas over its scores;
// private to the checks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_SCOREOPS_H
#define HEDDLE_COMPILER_DSL_SCOREOPS_H

#include "compiler/dsl/Elaborator.h"

namespace heddle::dsl {

/// The words of masks and biases. Each gives Poison where it reported
/// something.
struct MaskOps {
  static Datum causal(Elaborator &e, const Arguments &arguments);
  static Datum padding(Elaborator &e, const Arguments &arguments);
  static Datum window(Elaborator &e, const Arguments &arguments);
  static Datum prefix(Elaborator &e, const Arguments &arguments);
  static Datum documents(Elaborator &e, const Arguments &arguments);
  static Datum dense(Elaborator &e, const Arguments &arguments);
  static Datum relative(Elaborator &e, const Arguments &arguments);
  static Datum combine(Elaborator &e, Mask::Kind kind, Span mark,
                       std::vector<MaskRef> operands);

private:
  /// An integer argument that may be left out; clears `good` on an error.
  static std::optional<int64_t> distance(Elaborator &e,
                                         const Arguments &arguments,
                                         const char *name, int64_t lowest,
                                         bool &good);
  static Datum ofTensor(Elaborator &e, const Arguments &arguments,
                        const char *name, Mask::Kind kind);
};

/// One attention: its scale, and the region that caps, biases, changes and
/// masks its scores, in this order.
class AttentionOp {
public:
  AttentionOp(Elaborator &e, const Arguments &arguments)
      : e(e), arguments(arguments), mark(arguments.mark) {}

  Datum run();

private:
  /// Nothing, reported, when an argument does not fit.
  std::optional<std::shared_ptr<const ScoreRegion>> region();
  // Each of these is null, reported, when something does not fit.
  ScalarRef changedScore();
  ScalarRef biasOf(const Datum &bias, Span span);
  ScalarRef alibiBias() const;
  ScalarRef relativeBias(const Bias &bias);
  ScalarRef liveOf(const Mask &mask);
  ScalarRef positionCondition(const Mask &mask);
  ScalarRef tensorCondition(const Mask &mask);
  /// The element of a tensor that broadcasts over the scores.
  ScalarRef broadcastElement(ValueId tensor, const std::string &what,
                             Span span);
  /// False, reported, when an index of an element runs over another extent.
  bool checkElements(const ScalarRef &scalar);
  void wrongMask(const Mask &mask, const std::string &expected);
  void warnOfDeadMask(const ScoreRegion &region, Span span);

  Elaborator &e;
  const Arguments &arguments;
  Span mark;
  shape::Shape q, k, extents; ///< Of the queries, keys and scores.
};

/// (score, b, h, q, k) => a number or a truth value. Inside, indices,
/// elements and numbers are scalars; each function gives Poison, or null,
/// where it reported something.
class Lambdas {
public:
  static Datum lambda(Elaborator &e, const ast::Expr &expr);
  static Datum element(Elaborator &e, const ast::Expr &expr,
                       const Tensor &tensor);
  static Datum unary(Elaborator &e, const ast::Expr &expr,
                     const ScalarRef &operand);
  static Datum binary(Elaborator &e, const ast::Expr &expr, const Datum &a,
                      const Datum &b);
  /// A call of one of the lambdas' own functions; nothing where `expr` is
  /// none.
  static std::optional<Datum> call(Elaborator &e, const ast::Expr &expr);

private:
  /// A scalar of the kind, or the report that it has grown too large.
  static Datum scalar(Elaborator &e, ScoreNode::Kind kind,
                      std::vector<ScalarRef> operands, Span span);
  static Datum arithmetic(Elaborator &e, const ast::Expr &expr, ScalarRef a,
                          ScalarRef b);
  static Datum comparison(Elaborator &e, const ast::Expr &expr, ScalarRef a,
                          ScalarRef b);
  static Datum function(Elaborator &e, const ast::Expr &expr,
                        const std::vector<ScalarRef> &operands);
  static ScalarRef toScalar(Elaborator &e, const Datum &datum, Span span);
};

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_SCOREOPS_H
