// Expressions and funcs of the halide dialect, written like formulas.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_EXPR_H
#define HEDDLE_COMPILER_LOWER_KERNELS_EXPR_H

#include "dialects/halide/Halide.h"
#include "mlir/IR/BuiltinOps.h"
#include "schedules/KernelView.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace heddle::lower {

class PipelineBuilder;

/// A scalar value of the kernel being built: i32 indices, f32 values, i1
/// conditions. Operators insert arith ops where the builder stands.
struct Expr {
  mlir::Value value;
  PipelineBuilder *owner = nullptr;
};

Expr operator+(Expr a, Expr b);
Expr operator-(Expr a, Expr b);
Expr operator*(Expr a, Expr b);
Expr operator/(Expr a, Expr b); ///< f32 only
Expr operator&(Expr a, Expr b);
Expr operator|(Expr a, Expr b);
Expr operator<(Expr a, Expr b);
Expr operator<=(Expr a, Expr b);
Expr operator==(Expr a, Expr b);
Expr operator!=(Expr a, Expr b);
Expr operator+(Expr a, double b);
Expr operator-(Expr a, double b);
Expr operator*(Expr a, double b);
Expr operator<(Expr a, double b);
Expr operator<=(Expr a, double b);

Expr operator-(Expr a);
Expr operator!(Expr condition);

Expr min(Expr a, Expr b);
Expr max(Expr a, Expr b); ///< of f32: NaN stays NaN
/// One instruction where `max` takes four; gives either f32 where one is NaN.
Expr maxOfNumbers(Expr a, Expr b);
Expr isNonZero(Expr value); ///< of an integer of any width, i1 included
/// By the bits, so that no rule of the code generator takes NaN for impossible.
Expr isNan(Expr value);
Expr select(Expr condition, Expr a, Expr b);
/// Division and remainder of indices by a positive constant, rounded down.
Expr floorDiv(Expr a, int64_t divisor);
Expr modulo(Expr a, int64_t divisor);
Expr floorDiv(Expr a, Expr divisor);
Expr modulo(Expr a, Expr divisor);
Expr clamp(Expr value, Expr low, Expr high);
/// Loops are partitioned so that their main part takes this for granted.
Expr likely(Expr condition);
/// No code: the value is promised to lie in the range.
Expr promise(Expr value, Expr low, Expr high);
Expr toFloat(Expr index);
Expr toInt(Expr value);            ///< towards zero
Expr toDouble(Expr value);         ///< f32 to f64
Expr toSingle(Expr value);         ///< f64 to f32
Expr toBf16(Expr value);           ///< f32 to the nearest bf16, ties to even
Expr fromBf16(Expr value);         ///< bf16 to f32
Expr toByte(Expr value);           ///< the low 8 bits of an integer
Expr fromByte(Expr value);         ///< 8 bits to i32, with their sign
Expr fromUnsignedByte(Expr value); ///< 8 bits to i32, 0 to 255
Expr truthAsInt(Expr i1);          ///< 0 or 1
Expr truthAsByte(Expr i1);         ///< as memory holds it
/// Nothing about NaN is taken for granted in the expression.
Expr strict(Expr value);
Expr bitsToFloat(Expr bits);
Expr floatToBits(Expr value);
Expr absolute(Expr value);
Expr squareRoot(Expr value);
Expr roundToInt(Expr value); ///< a f32, to the nearest

using Point = std::vector<Expr>;

/// A func being built: call it to read it.
struct Func {
  mlir::Value value;
  PipelineBuilder *owner = nullptr;
  Expr operator()(const Point &point) const;
};

/// One dim of a reduction domain.
struct Reduction {
  std::string name;
  Expr min;
  Expr extent;
};

/// What an update stores, and on which points.
struct Store {
  Point indices;
  Expr value;
  Expr where = {}; ///< no condition when empty
};

/// A func to define: dims innermost first, extents -1 where they are known at
/// run time only. `roleDims` names the dims in the order the role documents,
/// where storage has another.
struct FuncSpec {
  std::string name;
  schedule::Role role;
  std::vector<std::string> dims;
  std::vector<int64_t> extents;
  std::vector<std::string> roleDims = {};
  mlir::Type element = {}; ///< f32 when null; i1 is stored as a byte
};

/// Builds one halide.pipeline. Buffers are its block arguments.
class PipelineBuilder {
public:
  /// Appends an empty pipeline to `module`.
  PipelineBuilder(mlir::ModuleOp module, mlir::Location loc,
                  llvm::StringRef name, mlir::TypeRange arguments);

  /// The spec is kept on the op for the schedule. The name is made unique.
  Func func(const FuncSpec &spec,
            const std::function<Expr(const Point &)> &body);
  /// A func of several elements, as many as the body gives: an output.
  Func tuple(const FuncSpec &spec, mlir::TypeRange elements,
             const std::function<std::vector<Expr>(const Point &)> &body);
  void update(Func func, const std::vector<Reduction> &reductions,
              const std::function<Store(const Point &pure,
                                        const Point &reduced)> &body);
  void output(Func func, llvm::ArrayRef<mlir::Type> buffers);
  /// Keeps what the algorithm fixed for the schedule to read.
  void keep(llvm::ArrayRef<std::pair<llvm::StringRef, int64_t>> tile);

  /// A number of any element type; integers take a whole one.
  Expr constant(mlir::Type element, double value);
  Expr index(int64_t value); ///< i32
  Expr real(double value);   ///< f32
  Expr boolean(bool value);
  /// Extent of a dim of a buffer argument: a constant where it is static.
  Expr extent(mlir::Value buffer, unsigned dim);
  Expr load(mlir::Value buffer, const Point &point);
  /// Wraps a value that is already in the pipeline.
  Expr wrap(mlir::Value value) { return {value, this}; }

  mlir::OpBuilder &builder() { return opBuilder; }
  mlir::Location location() const { return loc; }
  /// Ops built from here on carry this location.
  void setLocation(mlir::Location location) { loc = location; }
  halide::PipelineOp pipeline() { return op; }

private:
  mlir::OpBuilder opBuilder;
  mlir::Location loc;
  halide::PipelineOp op;
  std::map<std::string, int> names; ///< how often a func's name was taken
};

/// Discardable attributes that carry a func's role from the algorithm to its
/// schedule.
constexpr llvm::StringLiteral roleAttr = "heddle.role";
constexpr llvm::StringLiteral roleDimsAttr = "heddle.dims";
constexpr llvm::StringLiteral extentsAttr = "heddle.extents";
/// Likewise on the pipeline: its family and the sizes its algorithm fixed.
constexpr llvm::StringLiteral familyAttr = "heddle.family";
constexpr llvm::StringLiteral tileAttr = "heddle.tile";
/// And the memory its buffers are in, where that is not the host's.
constexpr llvm::StringLiteral spaceAttr = "heddle.space";
/// Settings of its knobs that take the place of the defaults, by variant.
constexpr llvm::StringLiteral knobsAttr = "heddle.knobs";

/// "accumulator", "row", ...
llvm::StringRef roleName(schedule::Role role);
std::optional<schedule::Role> roleFromName(llvm::StringRef name);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_EXPR_H
