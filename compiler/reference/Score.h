// An attention's score region as straight-line code over rows of keys: the
// form in which the reference runs it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_SCORE_H
#define HEDDLE_COMPILER_REFERENCE_SCORE_H

#include "compiler/reference/Tensor.h"

namespace heddle::reference {

/// What one step of a score program does. Suffix F works on floats, I on
/// integers, where booleans are 0 and 1.
enum class StepKind {
  ConstantF,
  ConstantI,
  AddF,
  SubF,
  MulF,
  DivF,
  NegF,
  MaximumF, ///< NaN if either is
  MinimumF,
  MaxNumF, ///< the other one if one is NaN
  MinNumF,
  ExpF,
  Exp2F,
  TanhF,
  AbsF,
  SqrtF,
  LogF,
  CompareF,
  CompareI,
  SelectF,
  SelectI,
  AddI,
  SubI,
  MulI,
  MinI,
  MaxI,
  FloorDivI, ///< by zero gives 0
  RemI,      ///< by zero gives 0
  AndI,
  OrI,
  XorI,
  IntToFloat,
  FloatToInt,
  AtF, ///< element of a tensor of floats, indices clamped
  AtI, ///< element of another tensor
};

/// How two numbers compare. Unordered is what a NaN makes of any comparison.
enum class Comparison {
  Never,
  Always,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual
};

/// One step. Operands and result are indices of registers.
struct ScoreStep {
  StepKind op = StepKind::ConstantF;
  int result = -1;
  std::vector<int> operands;
  Comparison comparison = Comparison::Equal;
  bool trueOnNan = false; ///< CompareF: the answer where one is NaN
  double number = 0;      ///< ConstantF
  int64_t integer = 0;    ///< ConstantI
  int tensor = -1;        ///< At: index into `tensors`
  int bits = 64;          ///< Integer results wrap to so many bits: 1, 32, 64
};

/// The program. Registers 0 to 4 are score, b, h, q, k; register i holds
/// floats where isFloat[i].
template <typename Scalar> struct ScoreProgram {
  std::vector<ScoreStep> steps;
  std::vector<bool> isFloat = {true, false, false, false, false};
  std::vector<const Tensor<Scalar> *> tensors; ///< Not owned.
  int score = 0;
  int live = -1; ///< Register of the condition, -1 when every key is live.
};

/// The registers of a program, each a row of `keys` numbers.
template <typename Scalar> class ScoreRow {
public:
  ScoreRow(const ScoreProgram<Scalar> &program, int64_t keys);

  /// Runs the program for one query on the scaled products in `scores`, which
  /// become the region's scores, -inf where the key is not live.
  void run(int64_t b, int64_t h, int64_t q, Scalar *scores);

private:
  void step(const ScoreStep &step);
  void stepFloat(const ScoreStep &step);
  void stepInteger(const ScoreStep &step);
  void at(const ScoreStep &step);

  const ScoreProgram<Scalar> &program;
  int64_t keys;
  std::vector<std::vector<Scalar>> floats;
  std::vector<std::vector<int64_t>> ints;
};

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_SCORE_H
