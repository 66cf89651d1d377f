// Runs the tree of a model and writes down the ops it meets; private to the
// Elaborate*.cpp files, which each hold one part of it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_ELABORATOR_H
#define HEDDLE_COMPILER_DSL_ELABORATOR_H

#include "compiler/dsl/Builtin.h"
#include "compiler/dsl/Sema.h"
#include "compiler/shape/Infer.h"

#include <set>

namespace heddle::dsl {

class Elaborator {
public:
  Elaborator(const ast::File &file, const Source &source,
             const Options &options, Diagnostics &diagnostics);
  std::optional<Program> run();

private:
  /// The model, or a call of a fn under way.
  struct Activation {
    explicit Activation(Environment *outer) : environment(outer) {}
    Environment environment;
    const ast::Function *function = nullptr; ///< Null in the model.
    Activation *caller = nullptr;
    int32_t frame = -1;
    bool returned = false;
    std::vector<Datum> results;
  };
  struct KnownFunction {
    const ast::Function *function;
    bool inModel;
  };
  struct DeclaredWeight {
    TensorType type;
    Span span;
  };
  /// An embed that reads rows of a table by an input.
  struct TableUse {
    size_t input; ///< Index into Entry::inputs.
    int64_t rows;
    Span span;
    std::string table;
  };
  /// What is known of an entry while it is read, beside Program::entries.
  struct OpenEntry {
    std::map<ValueId, size_t> inputs; ///< Index into Entry::inputs.
    std::map<std::string, Span, std::less<>> outputs;
    std::vector<TableUse> tableUses;
    std::map<std::string, ValueId> angleTables; ///< By what makes them.
    std::map<size_t, HeldState> states;         ///< Those read or assigned.
  };

  // The model, in Elaborate.cpp.
  const ast::Model *findModel();
  void collectFunctions(const ast::Model &model);
  void addFunction(const ast::Function &function, bool inModel);
  void runParameters(const ast::Model &model);
  /// The value of `-D name=value` in the type of the default.
  Datum defined(const std::string &name, const std::string &text,
                const Datum &standard);
  void runBlock(const ast::Block &block);
  void runStatement(const ast::Stmt &stmt);
  void run(const ast::DimDecl &decl, Span mark);
  void run(const ast::InputDecl &decl, Span mark);
  void run(const ast::StateDecl &decl, Span mark);
  void run(const ast::WeightDecl &decl, Span mark);
  void run(const ast::Assign &assign, Span mark);
  void run(const ast::Repeat &repeat, Span mark);
  void run(const ast::Scope &scope, Span mark);
  void run(const ast::If &branch, Span mark);
  void run(const ast::Output &output, Span mark);
  void run(const ast::Entry &node, Span mark);
  void run(const ast::Return &result, Span mark);
  void run(const ast::Function &function, Span mark);
  void assign(const ast::Target &target, Datum value);
  /// Reports a name that the model has already; the new one is not added.
  bool isTaken(const ast::Name &name);
  bool requireTop(const char *what, Span mark, bool isEntrys = false);
  void closeEntry();
  /// Reports what stands outside of the entries of a model that has some.
  bool requireEntry(const char *what, Span mark);
  /// Reports an extent that may be less than 1: a parameter of it once.
  void refuseExtent(const ast::Expr &expr, const shape::Dim &extent);
  Datum stored(const Tensor &value, const ast::Output &output);
  std::optional<TensorType> tensorType(const ast::Name &element,
                                       const std::vector<ast::ExprPtr> &list);

  friend struct StateOps; // in ElaborateEntries.cpp
  friend class Finisher;  // what is known only at the end, in Finish.cpp

  // Expressions, in ElaborateExpr.cpp.
  Datum evaluate(const ast::Expr &expr);
  Datum evaluateInside(const ast::Expr &expr);
  Datum evaluateBrackets(const ast::Expr &expr);
  Datum evaluateVariable(const ast::Expr &expr);
  Datum evaluatePath(const ast::Expr &expr);
  Datum evaluateUnary(const ast::Expr &expr);
  Datum evaluateBinary(const ast::Expr &expr);
  Datum evaluateLogic(const ast::Expr &expr, const Datum &a, const Datum &b);
  Datum evaluateArithmetic(const ast::Expr &expr, const Datum &a,
                           const Datum &b);
  Datum compare(const ast::Expr &expr, const Datum &a, const Datum &b);
  Datum wholeArithmetic(const ast::Expr &expr, const shape::Dim &a,
                        const shape::Dim &b);
  std::optional<int64_t> evaluateInteger(const ast::Expr &expr,
                                         const char *what);
  std::optional<bool> evaluateTruth(const ast::Expr &expr, const char *what);
  /// Values of a list; a call of a fn may stand for several.
  std::vector<Datum> evaluateList(const std::vector<ast::ExprPtr> &exprs,
                                  size_t expected);

  // Calls, in ElaborateCall.cpp.
  Datum evaluateCall(const ast::Expr &expr);
  std::vector<Datum> callBuiltin(const Builtin &builtin, const ast::Expr &expr);
  std::vector<Datum> callFunction(const KnownFunction &known,
                                  const ast::Expr &expr);
  bool bind(const ast::Expr &call, const std::vector<ParameterSpec> &specs,
            std::vector<const ast::Argument *> &bound);
  /// Evaluates the arguments; false when they do not suit the parameters.
  bool evaluateArguments(const ast::Expr &call,
                         const std::vector<ParameterSpec> &specs,
                         Arguments &arguments);
  void unknownFunction(const ast::Expr &expr);

  // Ops, in ElaborateOps.cpp, ElementOps.cpp and AxisOps.cpp.
  friend struct Builtin;
  friend struct MaskOps;
  friend class AttentionOp;
  friend class Lambdas;
  friend struct ElementOps;
  friend struct AxisOps;
  Datum wholeTensor(const Arguments &arguments);
  Datum embed(const Arguments &arguments);
  Datum positions(const Arguments &arguments);
  Datum row(const Arguments &arguments);
  Datum linear(const Arguments &arguments);
  Datum splitHeads(const Arguments &arguments);
  Datum mergeHeads(const Arguments &arguments);
  friend class ShapeElaborator;
  using OpCall = Datum(const Arguments &arguments);
  OpCall shapes; // in ElaborateShapes.cpp
  friend class ConvolutionElaborator;
  OpCall convolution; // in ElaborateConvolution.cpp

  // Typed access to arguments, in Arguments.cpp. Each reports what it found
  // instead; the argument must have been given unless there is a default.
  std::optional<ValueId> tensorOf(const Arguments &arguments, const char *name,
                                  bool wholeNumbers = false);
  std::optional<std::string> pathOf(const Arguments &arguments,
                                    const char *name);
  std::optional<int64_t> integerOf(const Arguments &arguments,
                                   const char *name);
  /// A constant extent that may be left out; clears `good` on an error.
  std::optional<int64_t> extentOf(const Arguments &arguments, const char *name,
                                  bool &good);
  /// False, reported, when an extent was given and the weight has another.
  bool checkExtent(const Arguments &arguments, const char *name,
                   std::optional<int64_t> given, const shape::Dim &found,
                   ValueId weight);
  /// `eps`: finite and not negative.
  std::optional<double> epsilonOf(const Arguments &arguments, double standard);
  std::optional<double> numberOf(const Arguments &arguments, const char *name,
                                 double standard);
  std::optional<std::string> choiceOf(const Arguments &arguments,
                                      const char *name,
                                      std::vector<std::string> choices);
  std::optional<int64_t> axisOf(const Arguments &arguments, ValueId x,
                                int64_t standard);
  void wrongArgument(const Arguments &arguments, const Arguments::Given &given,
                     const char *expected);

  // Weights, in ElaborateWeight.cpp.
  /// The value of a weight. `derived` is the shape that the text asks for,
  /// where it says so much; `hint` ends the message when nothing tells the
  /// shape. Nothing when it was reported or is missing.
  std::optional<ValueId> weight(const std::string &name,
                                const std::optional<shape::Shape> &derived,
                                Span use, const char *hint);
  std::optional<shape::Shape>
  shapeOfWeight(const std::string &name,
                const std::optional<shape::Shape> &derived, Span use,
                const char *hint);
  /// The table of embed, positions and row: `p.weight` or `p` itself.
  std::optional<ValueId> table(const Arguments &arguments);
  bool isWeight(const std::string &name) const;

  // Emission, in Elaborate.cpp.
  Location locate(Span span) const;
  ValueId addValue(TensorType type, Span span);
  Datum
  emit(OpKind kind, std::vector<ValueId> operands, TensorType type, Span span,
       std::vector<std::pair<std::string, AttributeValue>> attributes = {},
       std::shared_ptr<const ScoreRegion> score = nullptr);
  /// An op whose shape was inferred; reports a mismatch with the places its
  /// operands come from.
  Datum emitInferred(
      OpKind kind, std::vector<ValueId> operands,
      const shape::Inferred &inferred, Span span,
      std::vector<std::pair<std::string, AttributeValue>> attributes = {},
      std::shared_ptr<const ScoreRegion> score = nullptr,
      ElementType element = ElementType::F32);
  bool checkSize(const TensorType &type, Span span);
  void noteOrigin(Diagnostic &diagnostic, ValueId value);
  Entry &entry() { return program.entries.back(); }
  OpenEntry &open() { return entries.back(); }
  const TensorType &type(ValueId value) const {
    return program.values[value].type;
  }
  const shape::Shape &shapeOf(ValueId value) const {
    return program.values[value].type.shape;
  }

  /// An error with notes about the calls that led to it.
  Diagnostic &error(Span span, std::string message);
  std::string describe(const Datum &datum) const;
  /// Opens a level of nesting; false, reported, when there are too many.
  bool enterLevel(Span span);
  /// Counts work; false, reported once, when there is too much.
  bool step(Span span);
  bool stopped() const { return outOfSteps || diagnostics.full(); }

  const ast::File &file;
  const Source &source;
  const Options &options;
  Diagnostics &diagnostics;
  Program program;
  std::map<std::string, KnownFunction, std::less<>> functions;
  std::map<std::string, DeclaredWeight, std::less<>> declared;
  /// Weights whose declared type is wrong: their uses are silent.
  std::set<std::string, std::less<>> wronglyDeclared;
  std::map<std::string, ValueId, std::less<>> weights;
  std::vector<OpenEntry> entries;
  bool inEntry = false;
  /// Weights that the files lack, with the place of the first use.
  std::vector<std::pair<std::string, Span>> missing;
  std::set<std::string, std::less<>> missingNames;
  Activation *current = nullptr;
  std::string scope; ///< Path of the scopes around the statement.
  uint32_t openLevels = 0;
  uint32_t openLambdas = 0;
  size_t steps = 0;
  bool outOfSteps = false;
};

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_ELABORATOR_H
