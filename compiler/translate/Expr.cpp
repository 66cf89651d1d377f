// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic of the arith, math and halide dialects as Halide's expressions.
// Overflow of i32 and i64 is undefined, as in Halide; narrower types wrap.

#include "compiler/translate/Kernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <utility>

using namespace mlir;
using namespace heddle::halide;
using Halide::Expr;

namespace heddle::translate {

namespace {

/// The same bits as an unsigned integer.
Expr asUnsigned(const Expr &e) {
  if (e.type().is_uint())
    return e;
  return Halide::reinterpret(Halide::UInt(e.type().bits()), e);
}

Expr constant(arith::ConstantOp op) {
  Halide::Type type = halideType(op.getType());
  if (auto integer = dyn_cast<IntegerAttr>(op.getValue())) {
    if (type.is_bool())
      return integer.getValue().isZero() ? Halide::Internal::const_false()
                                         : Halide::Internal::const_true();
    return Halide::Internal::IntImm::make(type, integer.getInt());
  }
  auto value = cast<FloatAttr>(op.getValue());
  return Halide::Internal::FloatImm::make(type, value.getValueAsDouble());
}

Expr compareInts(arith::CmpIPredicate predicate, Expr a, Expr b) {
  using P = arith::CmpIPredicate;
  bool isUnsigned = predicate == P::ult || predicate == P::ule ||
                    predicate == P::ugt || predicate == P::uge;
  if (isUnsigned) {
    a = asUnsigned(a);
    b = asUnsigned(b);
  }
  switch (predicate) {
  case P::eq:
    return a == b;
  case P::ne:
    return a != b;
  case P::slt:
  case P::ult:
    return a < b;
  case P::sle:
  case P::ule:
    return a <= b;
  case P::sgt:
  case P::ugt:
    return a > b;
  case P::sge:
  case P::uge:
    return a >= b;
  }
  llvm_unreachable("all predicates are above");
}

/// Unordered predicates are the negation of the opposite ordered one.
Expr compareFloats(arith::CmpFPredicate predicate, const Expr &a,
                   const Expr &b) {
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::AlwaysFalse:
    return Halide::Internal::const_false();
  case P::AlwaysTrue:
    return Halide::Internal::const_true();
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return a < b || a > b;
  case P::ORD:
    return !Halide::is_nan(a) && !Halide::is_nan(b);
  case P::UNO:
    return Halide::is_nan(a) || Halide::is_nan(b);
  case P::UEQ:
    return !(a < b || a > b);
  case P::UGT:
    return !(a <= b);
  case P::UGE:
    return !(a < b);
  case P::ULT:
    return !(a >= b);
  case P::ULE:
    return !(a > b);
  case P::UNE:
    return a != b;
  }
  llvm_unreachable("all predicates are above");
}

/// Halide's quotient leaves a rest in [0, |b|); C's goes towards zero.
Expr truncatedQuotient(const Expr &a, const Expr &b) {
  Expr one = Halide::Internal::make_one(a.type());
  Expr up = Halide::select(b > 0, one, -one);
  return Halide::select(a < 0 && a % b != 0, a / b + up, a / b);
}

/// Towards minus infinity: differs from Halide's for a negative divisor.
Expr floorQuotient(const Expr &a, const Expr &b) {
  if (Halide::Internal::is_positive_const(b))
    return a / b;
  Expr one = Halide::Internal::make_one(a.type());
  return Halide::select(b < 0 && a % b != 0, a / b - one, a / b);
}

/// Half away from zero.
Expr roundAway(const Expr &x) {
  Expr whole = Halide::trunc(x);
  Expr one = Halide::Internal::make_one(x.type());
  Expr step = Halide::select(x < 0, -one, one);
  return Halide::select(Halide::abs(x - whole) >= one / 2, whole + step, whole);
}

Expr signExtend(const Expr &e, Halide::Type type) {
  Expr wide = Halide::cast(type, e);
  return e.type().is_bool() ? -wide : wide;
}

using Halide::Internal::Call;

bool isNumber(const Expr &e) {
  const auto value = Halide::Internal::as_const_float(e);
  return value && !std::isnan(*value);
}

/// strict_max or strict_min of floats, NaN where either is. The instruction
/// gives its second operand where one is NaN, so a constant first is enough;
/// Halide's plain max would move it to the end.
Expr keepingNaN(Call::IntrinsicOp extreme, Expr a, Expr b) {
  if (isNumber(b))
    std::swap(a, b);
  Expr result = Call::make(a.type(), extreme, {a, b}, Call::PureIntrinsic);
  return isNumber(a) ? result : Halide::select(Halide::is_nan(a), a, result);
}

Expr maximum(const Expr &a, const Expr &b) {
  return keepingNaN(Call::strict_max, a, b);
}

Expr minimum(const Expr &a, const Expr &b) {
  return keepingNaN(Call::strict_min, a, b);
}

/// Element `op.getElement()` of a func, or a load.
Expr at(AtOp op, Kernel &kernel) {
  std::vector<Expr> indices;
  for (Value index : op.getIndices())
    indices.push_back(kernel.value(index));
  if (isa<BufferType>(op.getSubject().getType()))
    return kernel.buffers.lookup(op.getSubject())(indices);
  Halide::FuncRef ref = kernel.funcs.lookup(op.getSubject())(indices);
  return ref.size() == 1 ? Expr(ref) : Expr(ref[int(op.getElement())]);
}

/// The operands of the op at hand.
struct Operands {
  Operation *op;
  Kernel &kernel;

  Expr operator[](unsigned index) const {
    return kernel.value(op->getOperand(index));
  }
  Expr bits(unsigned index) const {
    return asUnsigned(kernel.values.lookup(op->getOperand(index)));
  }
};

Expr arithInt(Operation *op, const Operands &in) {
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case([&](arith::AddIOp) { return in[0] + in[1]; })
      .Case([&](arith::SubIOp) { return in[0] - in[1]; })
      .Case([&](arith::MulIOp) { return in[0] * in[1]; })
      .Case([&](arith::DivSIOp) { return truncatedQuotient(in[0], in[1]); })
      .Case([&](arith::RemSIOp) {
        return in[0] - truncatedQuotient(in[0], in[1]) * in[1];
      })
      .Case([&](arith::FloorDivSIOp) { return floorQuotient(in[0], in[1]); })
      .Case([&](arith::DivUIOp) { return in.bits(0) / in.bits(1); })
      .Case([&](arith::RemUIOp) { return in.bits(0) % in.bits(1); })
      .Case([&](arith::MinSIOp) { return Halide::min(in[0], in[1]); })
      .Case([&](arith::MaxSIOp) { return Halide::max(in[0], in[1]); })
      .Case([&](arith::MinUIOp) { return Halide::min(in.bits(0), in.bits(1)); })
      .Case([&](arith::MaxUIOp) { return Halide::max(in.bits(0), in.bits(1)); })
      .Case([&](arith::ShLIOp) { return in[0] << in.bits(1); })
      .Case([&](arith::ShRSIOp) { return in[0] >> in.bits(1); })
      .Case([&](arith::ShRUIOp) { return in.bits(0) >> in.bits(1); })
      .Case([&](arith::CmpIOp cmp) {
        return compareInts(cmp.getPredicate(), in[0], in[1]);
      })
      .Default([](Operation *) { return Expr(); });
}

/// Conjunctions of bools are Halide's logical ones, which bounds inference
/// reads.
Expr arithBits(Operation *op, const Operands &in) {
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case([&](arith::AndIOp) {
        return in[0].type().is_bool() ? in[0] && in[1] : in[0] & in[1];
      })
      .Case([&](arith::OrIOp) {
        return in[0].type().is_bool() ? in[0] || in[1] : in[0] | in[1];
      })
      .Case([&](arith::XOrIOp) {
        return in[0].type().is_bool() ? in[0] != in[1] : in[0] ^ in[1];
      })
      .Case(
          [&](arith::SelectOp) { return Halide::select(in[0], in[1], in[2]); })
      .Default([](Operation *) { return Expr(); });
}

Expr arithFloat(Operation *op, const Operands &in) {
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case([&](arith::AddFOp) { return in[0] + in[1]; })
      .Case([&](arith::SubFOp) { return in[0] - in[1]; })
      .Case([&](arith::MulFOp) { return in[0] * in[1]; })
      .Case([&](arith::DivFOp) { return in[0] / in[1]; })
      .Case([&](arith::NegFOp) { return -in[0]; })
      .Case([&](arith::MaximumFOp) { return maximum(in[0], in[1]); })
      .Case([&](arith::MinimumFOp) { return minimum(in[0], in[1]); })
      .Case([&](arith::MaxNumFOp) { return Halide::max(in[0], in[1]); })
      .Case([&](arith::MinNumFOp) { return Halide::min(in[0], in[1]); })
      .Case([&](arith::CmpFOp cmp) {
        return compareFloats(cmp.getPredicate(), in[0], in[1]);
      })
      .Case([&](math::SqrtOp) { return Halide::sqrt(in[0]); })
      .Case([&](math::RsqrtOp) {
        return Halide::Internal::make_one(in[0].type()) / Halide::sqrt(in[0]);
      })
      .Case([&](math::AbsFOp) { return Halide::abs(in[0]); })
      .Case([&](math::FloorOp) { return Halide::floor(in[0]); })
      .Case([&](math::CeilOp) { return Halide::ceil(in[0]); })
      .Case([&](math::TruncOp) { return Halide::trunc(in[0]); })
      .Case([&](math::RoundEvenOp) { return Halide::round(in[0]); })
      .Case([&](math::RoundOp) { return roundAway(in[0]); })
      .Case([&](math::ExpOp) { return Halide::exp(in[0]); })
      .Case([&](math::LogOp) { return Halide::log(in[0]); })
      .Case([&](math::PowFOp) { return Halide::pow(in[0], in[1]); })
      .Default([](Operation *) { return Expr(); });
}

Expr conversion(Operation *op, const Operands &in) {
  if (op->getNumResults() != 1)
    return Expr();
  Halide::Type type = halideType(op->getResult(0).getType());
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case<arith::ExtFOp, arith::TruncFOp, arith::FPToSIOp>(
          [&](auto) { return Halide::cast(type, in[0]); })
      .Case<arith::ExtSIOp, arith::SIToFPOp>(
          [&](auto) { return signExtend(in[0], type); })
      .Case<arith::ExtUIOp, arith::UIToFPOp>(
          [&](auto) { return Halide::cast(type, in.bits(0)); })
      .Case([&](arith::TruncIOp) {
        return type.is_bool() ? (in[0] & 1) != 0 : Halide::cast(type, in[0]);
      })
      .Case([&](arith::FPToUIOp) {
        return Halide::cast(type.with_code(Halide::Type::UInt), in[0]);
      })
      .Case([&](arith::BitcastOp) { return Halide::reinterpret(type, in[0]); })
      .Default([](Operation *) { return Expr(); });
}

Expr ours(Operation *op, const Operands &in, Kernel &kernel) {
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case([&](ExtentOp extent) {
        auto buffer = kernel.buffers.lookup(extent.getBuffer());
        return buffer.dim(int(extent.getDim())).extent();
      })
      .Case([&](AtOp read) { return at(read, kernel); })
      .Case([&](DivOp) { return in[0] / in[1]; })
      .Case([&](ModOp) { return in[0] % in[1]; })
      .Case([&](ClampOp) {
        return in[0].type().is_float() ? maximum(minimum(in[0], in[2]), in[1])
                                       : Halide::clamp(in[0], in[1], in[2]);
      })
      .Case([&](PromiseClampedOp) {
        return Halide::unsafe_promise_clamped(in[0], in[1], in[2]);
      })
      .Case([&](LikelyOp) { return Halide::likely(in[0]); })
      .Case([&](LikelyIfInnermostOp) {
        return Halide::likely_if_innermost(in[0]);
      })
      .Case([&](StrictOp) { return Halide::strict_float(in[0]); })
      .Case([&](UndefOp undef) {
        return Halide::undef(halideType(undef.getType()));
      })
      .Case([&](PureExternOp call) {
        std::vector<Expr> args;
        for (unsigned i = 0; i < call.getArgs().size(); ++i)
          args.push_back(in[i]);
        return Call::make(halideType(call.getType()), call.getName().str(),
                          args, Call::PureExtern);
      })
      .Default([](Operation *) { return Expr(); });
}

} // namespace

Expr Kernel::value(Value value) const {
  Expr e = values.lookup(value);
  if (!e.type().is_uint() || e.type().is_bool())
    return e;
  return Halide::reinterpret(Halide::Int(e.type().bits()), e);
}

bool hasHalideType(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type)) {
    unsigned width = integer.getWidth();
    return integer.isSignless() && (width == 1 || width == 8 || width == 16 ||
                                    width == 32 || width == 64);
  }
  return isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type);
}

/// Vectors, indices and odd widths end here, before anything asks their width.
static bool areScalars(TypeRange types) {
  return llvm::all_of(types, [](Type type) {
    return hasHalideType(type) || isa<BufferType, FuncType>(type);
  });
}

LogicalResult translateExpr(Operation *op, Kernel &kernel) {
  if (!areScalars(op->getOperandTypes()) || !areScalars(op->getResultTypes()))
    return op->emitOpError("has a type that Halide lacks");
  Operands in{op, kernel};
  Expr result;
  if (auto value = dyn_cast<arith::ConstantOp>(op)) {
    if (isa<IntegerAttr, FloatAttr>(value.getValue()))
      result = constant(value);
  } else {
    for (auto translate : {arithInt, arithBits, arithFloat, conversion})
      if (!result.defined())
        result = translate(op, in);
    if (!result.defined())
      result = ours(op, in, kernel);
  }
  if (!result.defined())
    return op->emitOpError("has no translation to Halide");
  kernel.values[op->getResult(0)] = result;
  return success();
}

} // namespace heddle::translate
