// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types of the halide dialect and the constraints its ops share.

#ifndef HEDDLE_DIALECTS_HALIDE_TYPES
#define HEDDLE_DIALECTS_HALIDE_TYPES

include "HalideDialect.td"
include "mlir/IR/AttrTypeBase.td"

class Halide_Type<string name, string typeMnemonic>
    : TypeDef<Halide_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def Halide_BufferType : Halide_Type<"Buffer", "buffer"> {
  let summary = "a dense array in memory, innermost extent first";
  let description = [{
    Every dimension starts at 0. A static extent is promised to Halide; while
    all extents inside a dimension are static, so is its dense stride. `?` is
    an extent known when the kernel is called.
    The element type is signless (signed where it matters) or, for storage
    that holds unsigned values, `ui8` to `ui64`; `halide.at` of such a
    buffer gives the signless type of the same width.

    Example: `!halide.buffer<384x?xf32>`: 384 consecutive floats a row.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape,
                        "::mlir::Type":$elementType);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Number of dimensions; 0 is a single element.
    unsigned getRank() const { return getShape().size(); }
    /// The type `halide.at` gives: the element type without a sign.
    ::mlir::Type getValueType() const;
  }];
}

def Halide_FuncType : Halide_Type<"Func", "func"> {
  let summary = "a func: a value for every point of an integer grid";
  let description = [{
    Rank, names of dimensions and element types are those of the op that
    defines it (`signatureOf` in Halide.h looks them up), so directives name a
    func without repeating its type.

    Example: `!halide.func`.
  }];
  let builderCall = "$_builder.getType<::heddle::halide::FuncType>()";
}

def Halide_Index : TypeAlias<I32, "an i32 index">;
def Halide_FuncOrBuffer : AnyTypeOf<[Halide_FuncType, Halide_BufferType],
                                    "a func or a buffer">;

#endif
