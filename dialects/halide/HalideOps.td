// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The algorithm half of the halide dialect: pipelines, funcs, expressions.

#ifndef HEDDLE_DIALECTS_HALIDE_OPS
#define HEDDLE_DIALECTS_HALIDE_OPS

include "HalideTypes.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Halide_Op<string mnemonic, list<Trait> traits = []>
    : Op<Halide_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Pipelines
//===----------------------------------------------------------------------===//

def Halide_PipelineOp
    : Halide_Op<"pipeline", [FunctionOpInterface, IsolatedFromAbove,
                             AutomaticAllocationScope, SingleBlock,
                             NoTerminator]> {
  let summary = "one kernel: an algorithm and its schedules";
  let description = [{
    Arguments are buffers, then scalars. Outputs are no arguments: each
    `halide.output` adds one to the kernel's parameters, after the scalars, in
    the order of the ops. The body holds scalar arithmetic on the scalars and
    extents, `halide.func`, `halide.update`, `halide.output` and, last, one
    `halide.schedule` a variant.
    Discardable argument attributes bound what is known only at run time:
    `halide.max_extents = array<i64: ...>` (one entry a dimension) on a buffer,
    `halide.min`, `halide.max` (i64) on a scalar. They bound the scratch memory
    of a call and are not checked when the kernel runs.

    * (C1) an argument is a buffer or a scalar, buffers come first.
    * (C2) there is at least one output, and no func is an output twice.
    * (C3) func names are unique within the pipeline.
    * (C4) an op in the body is one of those listed above.
    * (C5) variants of schedules are unique, and schedules come last.

    Example:
    ```mlir
    halide.pipeline @twice(%A: !halide.buffer<?xf32>) {
      %two = arith.constant 2.0 : f32
      %out = halide.func "out" (x = %x) : f32 {
        %a = halide.at %A[%x] : !halide.buffer<?xf32>
        %v = arith.mulf %a, %two : f32
        halide.yield %v : f32
      }
      halide.output %out : !halide.buffer<?xf32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<DictArrayAttr>:$arg_attrs,
                       OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let skipDefaultBuilders = 1;
  let builders = [
    /// An empty pipeline with one block whose arguments are `argTypes`.
    OpBuilder<(ins "::llvm::StringRef":$name,
                   "::mlir::TypeRange":$argTypes)>
  ];
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() {
      return getFunctionType().getInputs();
    }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() {
      return getFunctionType().getResults();
    }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    /// The schedule of `variant`, or null.
    ScheduleOp findSchedule(::llvm::StringRef variant);
  }];
}

def Halide_FuncOp
    : Halide_Op<"func", [HasParent<"PipelineOp">, SingleBlock,
        DeclareOpInterfaceMethods<OpAsmOpInterface,
            ["getAsmBlockArgumentNames", "getAsmResultNames"]>]> {
  let summary = "a func and its pure definition";
  let description = [{
    f(dims...) = body(dims...). The region's arguments are the dimensions,
    innermost first, each i32; `halide.yield` gives one value an element type.
    The result stands for the func in `halide.at`, updates and directives.
    Values of the pipeline's level may be used freely in the region.

    * (C1) dimensions are named, once each.
    * (C2) the region has one i32 argument a dimension.
    * (C3) the name and the dimensions' names are identifiers of C.
    * (C4) there is an element type, each a signless integer or a float.

    Example:
    ```mlir
    %sum = halide.func "sum" (x = %x, y = %y) : f32 {
      halide.yield %zero : f32
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, StrArrayAttr:$dims,
                       TypeArrayAttr:$elements);
  let results = (outs Halide_FuncType:$func);
  let regions = (region SizedRegion<1>:$body);
  let skipDefaultBuilders = 1;
  let builders = [
    /// `body` gets the indices and returns the values; the yield is added.
    OpBuilder<(ins "::llvm::StringRef":$name,
                   "::llvm::ArrayRef<::llvm::StringRef>":$dims,
                   "::mlir::TypeRange":$elementTypes,
                   "FuncBodyBuilder":$body)>
  ];
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Names of the dimensions, innermost first.
    ::llvm::SmallVector<::llvm::StringRef> getDimNames();
    /// Updates of this func in program order; stage n is entry n - 1.
    ::std::vector<UpdateOp> getUpdates();
    YieldOp getYield();
  }];
}

def Halide_UpdateOp
    : Halide_Op<"update", [HasParent<"PipelineOp">, SingleBlock,
        AttrSizedOperandSegments,
        DeclareOpInterfaceMethods<OpAsmOpInterface,
            ["getAsmBlockArgumentNames"]>]> {
  let summary = "an update definition of a func";
  let description = [{
    for r in domain, for pure dims: f(indices...) = values. The region's
    arguments are the func's dimensions, then the dimensions of the reduction
    domain (`over`), innermost first: r runs over [from, from + extent). The
    n-th update of a func is its stage n. `halide.at` of the func itself reads
    what earlier stages and earlier points of this one have written.

    * (C1) the reduction's dimensions are named once each, and not like the
      func's.
    * (C2) there is one `from` and one `extent` a reduction dimension.
    * (C3) the func is defined by `halide.func`, in the same pipeline.

    Example:
    ```mlir
    halide.update %sum (%x, %y) over (k = %k from %c0 extent %c384) {
      %old = halide.at %sum[%x, %y] : f32
      %a = halide.at %A[%k, %y] : f32
      %new = arith.addf %old, %a : f32
      halide.store at [%x, %y] %new : f32
    }
    ```
  }];
  let arguments = (ins Halide_FuncType:$func, StrArrayAttr:$reduction,
                       Variadic<Halide_Index>:$mins,
                       Variadic<Halide_Index>:$extents);
  let regions = (region SizedRegion<1>:$body);
  let skipDefaultBuilders = 1;
  let builders = [
    /// `body` gets pure and reduction indices; it returns where to store what.
    OpBuilder<(ins "::mlir::Value":$func,
                   "::llvm::ArrayRef<::llvm::StringRef>":$reduction,
                   "::mlir::ValueRange":$mins, "::mlir::ValueRange":$extents,
                   "UpdateBodyBuilder":$body)>
  ];
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The op that defines the func.
    FuncOp getFuncOp();
    /// Names of the reduction's dimensions, innermost first.
    ::llvm::SmallVector<::llvm::StringRef> getReductionNames();
    /// The pure part of the region's arguments, then the reduction's.
    ::mlir::ValueRange getPureIndices();
    ::mlir::ValueRange getReductionIndices();
    StoreOp getStore();
    /// Loop dimensions before any directive: reduction, then each pure
    /// dimension that is stored to as it is.
    ::llvm::SmallVector<::llvm::StringRef> getLoopNames();
  }];
}

def Halide_YieldOp
    : Halide_Op<"yield", [HasParent<"FuncOp">, Terminator, Pure]> {
  let summary = "the values of a func's pure definition";
  let description = [{
    * (C1) there is one value of the right type for each element of the func.

    Example:
    ```mlir
    halide.yield %v : f32
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "$values attr-dict `:` type($values)";
  let hasVerifier = 1;
}

def Halide_StoreOp
    : Halide_Op<"store", [HasParent<"UpdateOp">, Terminator,
                          AttrSizedOperandSegments]> {
  let summary = "where an update stores, and what";
  let description = [{
    * (C1) there is one index for each dimension of the func.
    * (C2) there is one value of the right type for each element of the func.

    Example:
    ```mlir
    halide.store at [%x, %y] %new : f32
    ```
  }];
  let arguments = (ins Variadic<Halide_Index>:$indices,
                       Variadic<AnyType>:$values);
  let assemblyFormat =
      "`at` ` ` `[` $indices `]` $values attr-dict `:` type($values)";
  let hasVerifier = 1;
}
def Halide_WhereOp : Halide_Op<"where", [HasParent<"UpdateOp">]> {
  let summary = "a condition on the points of an update";
  let description = [{
    Only points where the condition holds are visited; several conditions must
    hold together. Affine conditions shorten the loops of this stage.

    * (C1) it stands in the block of an update.

    Example:
    ```mlir
    halide.where %live
    ```
  }];
  let arguments = (ins I1:$condition);
  let assemblyFormat = "$condition attr-dict";
}

def Halide_OutputOp : Halide_Op<"output", [HasParent<"PipelineOp">]> {
  let summary = "makes a func an output of the kernel";
  let description = [{
    One buffer type for each element of the func. Static extents bound the
    func; dimensions start at 0.

    * (C1) there is a buffer for each element, of its type and rank.

    Example:
    ```mlir
    halide.output %out : !halide.buffer<48x?x?xf32>
    ```
  }];
  let arguments = (ins Halide_FuncType:$func, TypeArrayAttr:$buffers);
  let builders = [
    /// For a func of one element.
    OpBuilder<(ins "::mlir::Value":$func, "::mlir::Type":$buffer)>
  ];
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def Halide_SetExtentOp : Halide_Op<"set_extent", [HasParent<"PipelineOp">]> {
  let summary = "says what an extent known at run time is equal to";
  let description = [{
    A promise, checked only in builds with checks. It lets Halide see that
    extents of several buffers are one number.

    * (C1) the dimension exists and its extent is not static.
    * (C2) the subject is an argument or a func that is an output.

    Example:
    ```mlir
    halide.set_extent %out[1] to %len
    ```
  }];
  let arguments = (ins Halide_FuncOrBuffer:$subject, I64Attr:$dim,
                       Halide_Index:$extent);
  let assemblyFormat = [{
    $subject `[` $dim `]` `to` $extent attr-dict
    `` custom<SubjectType>(type($subject))
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

def Halide_ExtentOp : Halide_Op<"extent", [Pure]> {
  let summary = "the extent of a dimension of an argument";
  let description = [{
    * (C1) the dimension exists.
    * (C2) the buffer is an argument of the pipeline.

    Example:
    ```mlir
    %len = halide.extent %A[1] : !halide.buffer<384x?xf32>
    ```
  }];
  let arguments = (ins Halide_BufferType:$buffer, I64Attr:$dim);
  let results = (outs Halide_Index:$result);
  let assemblyFormat = 
      "$buffer `[` $dim `]` attr-dict `:` qualified(type($buffer))";
  let hasVerifier = 1;
}

def Halide_AtOp : Halide_Op<"at", [Pure]> {
  let summary = "the value of a func or a buffer at a point";
  let description = [{
    `element` picks from a tuple. An index outside a buffer is undefined
    behaviour (an error in builds with checks). The type after the colon is
    the result's for a func and the operand's for a buffer.

    * (C1) there is one index for each dimension.
    * (C2) the element exists and has the result's type.
    * (C3) it stands in a func or an update.

    Example:
    ```mlir
    %a = halide.at %A[%k, %m] : !halide.buffer<384x?xf32>
    %v = halide.at %sum[%x, %y] : f32
    %i = halide.at %best[%x] element 1 : i32
    ```
  }];
  let arguments = (ins Halide_FuncOrBuffer:$subject,
                       Variadic<Halide_Index>:$indices,
                       DefaultValuedAttr<I64Attr, "0">:$element);
  let results = (outs AnyType:$result);
  let builders = [
    /// Element `element` of a func or buffer; the type follows.
    OpBuilder<(ins "::mlir::Value":$subject, "::mlir::ValueRange":$indices,
                   CArg<"int64_t", "0">:$element)>
  ];
  let assemblyFormat = [{
    $subject `[` $indices `]` (`element` $element^)? attr-dict
    `:` custom<AtType>(type($subject), type($result))
  }];
  let hasVerifier = 1;
}

class Halide_SameTypeBinary<string mnemonic>
    : Halide_Op<mnemonic, [Pure, SameOperandsAndResultType]> {
  let arguments = (ins SignlessIntegerLike:$lhs, SignlessIntegerLike:$rhs);
  let results = (outs SignlessIntegerLike:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
}

def Halide_DivOp : Halide_SameTypeBinary<"div"> {
  let summary = "signed division, rounded so that the rest is not negative";
  let description = [{
    For positive divisors this is floor division. x / 0 = 0. It is what Halide
    simplifies best; `arith.floordivsi` means the same for positive divisors.

    Example:
    ```mlir
    %block = halide.div %x, %c48 : i32
    ```
  }];
}

def Halide_ModOp : Halide_SameTypeBinary<"mod"> {
  let summary = "the rest that belongs to halide.div";
  let description = [{
    0 <= x mod d < |d|, and x mod 0 = 0.

    Example:
    ```mlir
    %inner = halide.mod %x, %c48 : i32
    ```
  }];
}

def Halide_ClampOp
    : Halide_Op<"clamp", [Pure, SameOperandsAndResultType]> {
  let summary = "max(min(x, high), low)";
  let description = [{
    Bounds inference reads the range off it.

    Example:
    ```mlir
    %row = halide.clamp %m, %c0, %last : i32
    ```
  }];
  let arguments = (ins AnyType:$value, AnyType:$low, AnyType:$high);
  let results = (outs AnyType:$result);
  let assemblyFormat =
      "$value `,` $low `,` $high attr-dict `:` type($result)";
}

def Halide_PromiseClampedOp
    : Halide_Op<"promise_clamped", [Pure, SameOperandsAndResultType]> {
  let summary = "a value promised to be in [low, high]";
  let description = [{
    Halide's `unsafe_promise_clamped`: emits no code; if the promise is broken
    the kernel's behaviour is undefined.

    Example:
    ```mlir
    %key = halide.promise_clamped %k, %c0, %last : i32
    ```
  }];
  let arguments = (ins AnyType:$value, AnyType:$low, AnyType:$high);
  let results = (outs AnyType:$result);
  let assemblyFormat =
      "$value `,` $low `,` $high attr-dict `:` type($result)";
}

class Halide_Identity<string mnemonic>
    : Halide_Op<mnemonic, [Pure, SameOperandsAndResultType]> {
  let arguments = (ins AnyType:$value);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
}

def Halide_LikelyOp : Halide_Identity<"likely"> {
  let summary = "a condition or value to split loops by";
  let description = [{
    Halide partitions every loop around it so that the middle part takes this
    branch without asking.

    Example:
    ```mlir
    %fast = halide.likely %whole : i1
    ```
  }];
}

def Halide_LikelyIfInnermostOp : Halide_Identity<"likely_if_innermost"> {
  let summary = "likely, where the loop is the innermost";
  let description = [{
    Example:
    ```mlir
    %fast = halide.likely_if_innermost %whole : i1
    ```
  }];
}

def Halide_StrictOp : Halide_Identity<"strict"> {
  let summary = "arithmetic under it is kept as written";
  let description = [{
    No reassociation, contraction or assumption about NaN and infinity in the
    expression that makes the value.

    Example:
    ```mlir
    %exact = halide.strict %sum : f32
    ```
  }];
}

def Halide_UndefOp : Halide_Op<"undef", [Pure]> {
  let summary = "no value: the definition leaves memory as it is";
  let description = [{
    For a pure definition that an update overwrites at once.

    Example:
    ```mlir
    %nothing = halide.undef : f32
    ```
  }];
  let results = (outs AnyType:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Halide_PureExternOp : Halide_Op<"pure_extern", [Pure]> {
  let summary = "a call of a pure function or LLVM intrinsic by name";
  let description = [{
    The function has no side effect; equal arguments give equal results.

    Example:
    ```mlir
    %y = halide.pure_extern "llvm.fabs.f32"(%x) : (f32) -> f32
    ```
  }];
  let arguments = (ins StrAttr:$name, Variadic<AnyType>:$args);
  let results = (outs AnyType:$result);
  let assemblyFormat = [{
    $name `(` $args `)` attr-dict `:` functional-type($args, $result)
  }];
}

include "HalideDirectives.td"

#endif
