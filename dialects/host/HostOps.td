// The ops of the host dialect, constraints labelled.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_HOST_OPS_TD
#define HEDDLE_DIALECTS_HOST_OPS_TD

include "dialects/host/HostDialect.td"
include "dialects/host/HostTypes.td"
include "mlir/IR/SymbolInterfaces.td"

class Host_Op<string mnemonic, list<Trait> traits = []>
    : Op<Host_Dialect, mnemonic, traits>;

def Host_ViewArrayAttr : TypedArrayAttrBase<StrArrayAttr,
                                            "array of views">;

def Host_ProgramOp : Host_Op<"program", [
    Symbol, SymbolTable, IsolatedFromAbove, SingleBlock, NoTerminator,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "everything an artefact does on the host";
  let description = [{
    Holds the weights and the entry points. `dims` declares the dims that
    formulas may name, each with its inclusive range; their order in the
    artefact is alphabetical.

    * (P1) Each dim is `[min, max]` with 1 <= min <= max.
    * (P2) The body holds only weights and entries.
    * (P3) Weight names are unique.
    * (P4) All slots are in one memory space.

    Example:
    ```mlir
    host.program @tiny dims {batch = [1, 64]} {
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, DictionaryAttr:$dims);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat =
      "$sym_name `dims` $dims attr-dict-with-keyword $body";
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    /// With an empty body block.
    OpBuilder<(ins "::llvm::StringRef":$name,
                   "::llvm::ArrayRef<::heddle::shape::DimRange>":$dims)>
  ];
  let extraClassDeclaration = [{
    /// The declared dims, in the artefact's order (alphabetical).
    std::vector<::heddle::shape::DimRange> getDimRanges();
    ::mlir::Block &getBlock() { return getBody().front(); }
    /// True when the slots, and so all kernels, are on a device.
    bool isOnDevice();
  }];
}

def Host_EntryOp : Host_Op<"entry", [
    Symbol, SingleBlock, NoTerminator, HasParent<"ProgramOp">]> {
  let summary = "one entry point: inputs, slots, dispatches, outputs";
  let description = [{
    Runs its dispatches from first to last. Inputs and outputs stand in
    signature order.

    * (E1) The body holds only inputs, slots, dispatches and outputs.
    * (E2) A slot is read only after a dispatch wrote it, and before another
      buffer with the same slot id is written.
    * (E3) Each output is written by exactly one dispatch and holds its value
      at the end.
    * (E4) Input names are unique, and so are output names.
    * (E5) `slices` names a declared dim of at least 1. It is the outermost extent
      of every output and of an input, and in no other extent of the signature:
      a call may be cut along it and computed a slice after the other.

    Example:
    ```mlir
    host.program @tiny dims {batch = [1, 64]} {
      host.entry @main {
        %x = host.input "x" : f32 ["batch", "8"]
      }
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<StrAttr>:$slices);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name (`slices` $slices^)? attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    /// With an empty body block.
    OpBuilder<(ins "::llvm::StringRef":$name)>
  ];
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    ProgramOp getProgram();
  }];
}

def Host_WeightOp : Host_Op<"weight", [HasParent<"ProgramOp">]> {
  let summary = "constant data: named tensors of a file, after a recipe";
  let description = [{
    The tensors are read when the artefact is written; the recipe turns them
    into the bytes of the weights section (dialects/host/README.md lists the
    steps). No data enters the IR.

    * (B1) The element type is one an artefact can hold.
    * (B2) Each extent is canonical text over the declared dims.
    * (W1) At least one tensor is named, or the recipe is one step that makes a
      table and needs none.
    * (W2) Each recipe step is well formed; only a leading `concat` takes
      several tensors.
    * (W3) The extents are positive constants.
    * (W4) The element type is what the recipe gives: bf16 by a step `bf16`,
      which is the last, i8 by `int8`, i32 by `offsets`, else f32.

    Example:
    ```mlir
    host.program @tiny dims {batch = [1, 64]} {
      %w = host.weight "w0" tensors ["fc.weight"] recipe ["transpose", "pack 48"] : f32 ["8", "384", "48"]
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, StrArrayAttr:$tensors,
                       StrArrayAttr:$recipe, TypeAttr:$element,
                       StrArrayAttr:$extents);
  let results = (outs Host_BufferType:$buffer);
  let assemblyFormat = [{
    $name `tensors` $tensors `recipe` $recipe attr-dict `:` $element $extents
  }];
  let hasVerifier = 1;
  let builders = [
    OpBuilder<(ins "::llvm::StringRef":$name,
                   "::llvm::ArrayRef<::llvm::StringRef>":$tensors,
                   "::llvm::ArrayRef<::llvm::StringRef>":$recipe,
                   "::mlir::Type":$element,
                   "const ::heddle::shape::Shape &":$extents)>
  ];
}

def Host_InputOp : Host_Op<"input", [HasParent<"EntryOp">]> {
  let summary = "a tensor the caller gives";
  let description = [{
    With a range every element must lie in [low, high]; the runtime checks it
    before any kernel runs.

    * (B1) The element type is one an artefact can hold.
    * (B2) Each extent is canonical text over the declared dims.
    * (I1) A range is `[low, high]` with low <= high, on integers.

    Example:
    ```mlir
    host.program @tiny dims {batch = [1, 64]} {
      host.entry @main {
        %tokens = host.input "tokens" range [0, 30521] : i32 ["batch"]
      }
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, OptionalAttr<I64ArrayAttr>:$range,
                       TypeAttr:$element, StrArrayAttr:$extents);
  let results = (outs Host_BufferType:$buffer);
  let assemblyFormat = [{
    $name (`range` $range^)? attr-dict `:` $element $extents
  }];
  let hasVerifier = 1;
  let builders = [
    OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::Type":$element,
                   "const ::heddle::shape::Shape &":$extents,
                   CArg<"std::optional<std::pair<int64_t, int64_t>>",
                        "std::nullopt">:$range)>
  ];
}

def Host_SlotOp : Host_Op<"slot", [HasParent<"EntryOp">]> {
  let summary = "a buffer in the arena";
  let description = [{
    Slots with equal ids share storage: the id's size is that of its largest
    buffer. Space names the memory: "host", or "device" for a program whose
    kernels run on a device. There the inputs are copied to the device before
    the first dispatch, the weights once, and the outputs back after the last;
    between dispatches nothing is copied.

    * (B1) The element type is one an artefact can hold.
    * (B2) Each extent is canonical text over the declared dims.
    * (S1) The id is not negative.
    * (S2) The space is "host" or "device".

    Example:
    ```mlir
    host.program @tiny dims {batch = [1, 64]} {
      host.entry @main {
        %s = host.slot 1 space "host" : f32 ["batch", "384"]
      }
    }
    ```
  }];
  let arguments = (ins I64Attr:$slot, StrAttr:$space, TypeAttr:$element,
                       StrArrayAttr:$extents);
  let results = (outs Host_BufferType:$buffer);
  let assemblyFormat = [{
    $slot `space` $space attr-dict `:` $element $extents
  }];
  let hasVerifier = 1;
  let builders = [
    OpBuilder<(ins "int64_t":$slot, "::llvm::StringRef":$space,
                   "::mlir::Type":$element,
                   "const ::heddle::shape::Shape &":$extents)>
  ];
  let extraClassDeclaration = [{
    int64_t getId() { return getSlotAttr().getInt(); }
  }];
}

def Host_DispatchOp : Host_Op<"dispatch", [
    AttrSizedOperandSegments, HasParent<"EntryOp">]> {
  let summary = "one call of a kernel";
  let description = [{
    Calls kernel(user_context, ins..., scalars..., outs...), each buffer under
    its view: extents in Halide's order (innermost first), dense strides, min
    0. Scalars are i32 formulas. `values` are the ids of the graph values that
    the outs hold; `flops` is 2 * multiply-adds of linears and attention.

    * (D1) The callee is a `halide.pipeline` or an `hgraph.outlined` beside the
      program.
    * (D2) Each out is a slot.
    * (D3) There is one view for each buffer, ins first.
    * (D4) A view has as many elements as its buffer, for all dims.
    * (D5) Scalars, views and flops are canonical text over the declared dims.
    * (D6) `values`, if given, has one id for each out.
    * (D7) No out shares a slot with an in or with another out.
    * (D8) A `halide.pipeline` takes as many arguments as there are ins and
      scalars.
    * (D9) Each of `instead` is `{callee, size, up_to}`: another kernel for
      the same arguments, called where the formula `size` is at most `up_to`.
      The first that applies is called; each `up_to` is larger than the one
      before it.

    Example:
    ```mlir
    host.program @tiny dims {batch = [1, 64]} {
      host.entry @main {
        %x = host.input "x" : f32 ["batch", "384"]
        %s = host.slot 0 space "host" : f32 ["batch", "384"]
        host.dispatch @k0 ins(%x) scalars ["batch"] outs(%s) views [["384", "batch"], ["384 * batch"]] {values = [7]}
      }
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee,
                       Variadic<Host_BufferType>:$ins, StrArrayAttr:$scalars,
                       Variadic<Host_BufferType>:$outs,
                       Host_ViewArrayAttr:$views,
                       OptionalAttr<I64ArrayAttr>:$values,
                       OptionalAttr<StrAttr>:$flops,
                       OptionalAttr<ArrayAttr>:$instead);
  let assemblyFormat = [{
    $callee `ins` `(` $ins `)` `scalars` $scalars `outs` `(` $outs `)`
    `views` $views attr-dict
  }];
  let hasVerifier = 1;
  let builders = [
    /// One view for each buffer, ins first, innermost extent first.
    OpBuilder<(ins "::llvm::StringRef":$callee, "::mlir::ValueRange":$inputs,
                   "::llvm::ArrayRef<::heddle::shape::Dim>":$scalars,
                   "::mlir::ValueRange":$outputs,
                   "::llvm::ArrayRef<::heddle::shape::Shape>":$views,
                   "::llvm::ArrayRef<int64_t>":$values,
                   "const ::heddle::shape::Dim &":$flops)>
  ];
  let extraClassDeclaration = [{
    /// A kernel that is called instead where `size` is at most `upTo`.
    struct Choice {
      ::mlir::FlatSymbolRefAttr callee;
      ::heddle::shape::Dim size;
      int64_t upTo;
    };
    /// In the order in which they are asked.
    std::vector<Choice> getChoices();
    void setChoices(::llvm::ArrayRef<Choice> choices);
  }];
}

def Host_OutputOp : Host_Op<"output", [HasParent<"EntryOp">]> {
  let summary = "a slot that the caller gets";
  let description = [{
    The slot's value is copied to the caller when every dispatch has succeeded.

    * (O1) The buffer is a slot.

    Example:
    ```mlir
    host.program @tiny dims {batch = [1, 64]} {
      host.entry @main {
        %x = host.input "x" : f32 ["batch"]
        %s = host.slot 0 space "host" : f32 ["batch"]
        host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]]
        host.output "y" %s
      }
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, Host_BufferType:$buffer);
  let assemblyFormat = "$name $buffer attr-dict";
  let hasVerifier = 1;
}

#endif // HEDDLE_DIALECTS_HOST_OPS_TD
