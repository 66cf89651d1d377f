// What holds hgraph's computations: models, entries, kernels, outlined kernels.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPHSTRUCTUREOPS_TD
#define HEDDLE_DIALECTS_GRAPH_GRAPHSTRUCTUREOPS_TD

include "dialects/graph/GraphTypes.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class HGraph_Op<string mnemonic, list<Trait> traits = []>
    : Op<HGraph_Dialect, mnemonic, traits>;

def HGraph_ModelOp : HGraph_Op<"model", [
    Symbol, SymbolTable, IsolatedFromAbove, NoTerminator, NoRegionArguments]> {
  let summary = "a model: its dims, states and entry points";
  let description = [{
    Declares the dims that every extent inside is written in.
    * (M1) Dim names are distinct.
    * (M2) Every extent inside uses declared dims only, and no tensor has more
      than 2^40 elements.
    * (M3) Weights of one path have one type.
    * (M4) Holds states and entries only.
    * (M5) State names are distinct.
    * (M6) A state that is read or written is declared, with its type.
    * (M7) An entry writes a state once at most.

    Example:
    ```mlir
    hgraph.model @M {dims = [#hgraph.dim<"batch", 1, 64>]} {
      hgraph.entry @main(%x: tensor<?x4xf32, #hgraph.dims<"batch", "4">> {hgraph.name = "x"})
          -> (tensor<?x4xf32, #hgraph.dims<"batch", "4">> {hgraph.name = "y"}) {
        %y = hgraph.relu %x : (tensor<?x4xf32, #hgraph.dims<"batch", "4">>) -> tensor<?x4xf32, #hgraph.dims<"batch", "4">>
        hgraph.return %y : tensor<?x4xf32, #hgraph.dims<"batch", "4">>
      }
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, HGraph_DimArray:$dims);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name,
                                 "::llvm::ArrayRef<DimAttr>":$dims)>];
  let extraClassDeclaration = [{
    /// The declared dims in the order of the text.
    ::std::vector<::heddle::shape::DimRange> dimRanges();
  }];
  let hasRegionVerifier = 1;
}

class HGraph_FunctionOp<string mnemonic, list<Trait> traits>
    : HGraph_Op<mnemonic, [FunctionOpInterface, IsolatedFromAbove,
                           SingleBlock] # traits> {
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let skipDefaultBuilders = 1;
  let hasRegionVerifier = 1;
  code functionMethods = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() {
      return getFunctionType().getInputs();
    }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() {
      return getFunctionType().getResults();
    }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    /// The terminator's operands: what the function gives back.
    ::mlir::OperandRange returned();
  }];
}

def HGraph_EntryOp : HGraph_FunctionOp<"entry", [HasParent<"ModelOp">]> {
  let summary = "an entry point of a model";
  let description = [{
    Takes the inputs and returns the outputs of the model, in signature order.
    * (E1) Every argument and every result has a distinct `hgraph.name`.
    * (E2) hgraph.return gives the result types.
    * (E3) Arguments and results are tensors of f32, i32, i1 or bf16.
    * (E4) Holds hgraph operations only.

    Example:
    ```mlir
    hgraph.model @M {dims = []} {
      hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) -> (tensor<2xf32> {hgraph.name = "y"}) {
        hgraph.return %x : tensor<2xf32>
      }
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<DictArrayAttr>:$arg_attrs,
                       OptionalAttr<DictArrayAttr>:$res_attrs);
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name,
      "::mlir::FunctionType":$type,
      "::llvm::ArrayRef<::llvm::StringRef>":$inputNames,
      "::llvm::ArrayRef<::llvm::StringRef>":$outputNames)>];
  let extraClassDeclaration = functionMethods # [{
    /// The `hgraph.name` of an argument or a result.
    ::llvm::StringRef inputName(unsigned index);
    ::llvm::StringRef outputName(unsigned index);
    /// The inclusive `hgraph.range` of an argument, where it has one.
    ::std::optional<::std::pair<int64_t, int64_t>> inputRange(unsigned index);
  }];
}

def HGraph_StateOp : HGraph_Op<"state", [HasParent<"ModelOp">]> {
  let summary = "a tensor that is kept from call to call";
  let description = [{
    Belongs to the session that calls the entries: zeros before the first call,
    then what the last call that succeeded wrote.
    * (S1) Its extents are constants.

    Example:
    ```mlir
    hgraph.model @M {dims = []} {
      hgraph.state "total" : tensor<4xf32>
      hgraph.entry @main(%x: tensor<4xf32> {hgraph.name = "x"}) -> (tensor<4xf32> {hgraph.name = "y"}) {
        %0 = hgraph.read_state "total" : tensor<4xf32>
        %y = hgraph.add %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
        hgraph.write_state "total", %y : tensor<4xf32>
        hgraph.return %y : tensor<4xf32>
      }
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, TypeAttrOf<HGraph_Tensor>:$type);
  let assemblyFormat = "$name `:` $type attr-dict";
  let hasVerifier = 1;
}

def HGraph_ReadStateOp : HGraph_Op<"read_state", [
    Pure, HasParent<"EntryOp">]> {
  let summary = "what a state held before the call";
  let description = [{
    output = the state's value at the start of the call, whatever the entry
    writes. The model checks name and type.

    Example: see hgraph.state
  }];
  let arguments = (ins StrAttr:$name);
  let results = (outs HGraph_Tensor:$output);
  let assemblyFormat = "$name attr-dict `:` type($output)";
}

def HGraph_WriteStateOp : HGraph_Op<"write_state", [HasParent<"EntryOp">]> {
  let summary = "what a call leaves in a state";
  let description = [{
    The state holds the value from the next call on. A call that fails leaves
    every state as it was. The model checks name and type.

    Example: see hgraph.state
  }];
  let arguments = (ins StrAttr:$name, HGraph_Tensor:$value);
  let assemblyFormat = "$name `,` $value attr-dict `:` type($value)";
}

def HGraph_OutlinedOp : HGraph_FunctionOp<"outlined", []> {
  let summary = "one kernel's operations as a function";
  let description = [{
    What an hgraph.kernel held, with everything it read as arguments, so that
    equal kernels are one. Extents may use the names in `dims`.
    * (U1) hgraph.return gives the result types.
    * (U2) Arguments and results are tensors of f32, i32, i1 or bf16.
    * (U3) Every extent inside uses the names in `dims` only, and no tensor has
      more than 2^40 elements.
    * (U4) Holds hgraph operations only.

    Example:
    ```mlir
    hgraph.outlined @k0(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {dims = [], family = "elementwise"} {
      %y = hgraph.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
      hgraph.return %y : tensor<2x3xf32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<FunctionType>:$function_type,
                       HGraph_DimArray:$dims,
                       OptionalAttr<StrAttr>:$family,
                       OptionalAttr<DictArrayAttr>:$arg_attrs,
                       OptionalAttr<DictArrayAttr>:$res_attrs);
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name,
      "::mlir::FunctionType":$type, "::mlir::ArrayAttr":$dims,
      CArg<"::llvm::StringRef", "{}">:$family)>];
  let extraClassDeclaration = functionMethods # [{
    /// The dims the extents are written in.
    ::std::vector<::heddle::shape::DimRange> dimRanges();
  }];
}

def HGraph_ReturnOp : HGraph_Op<"return", [
    Pure, Terminator, ParentOneOf<["EntryOp", "OutlinedOp"]>]> {
  let summary = "the end of an entry or an outlined kernel";
  let description = [{
    Gives the outputs in signature order; the function checks their types.

    Example: see hgraph.entry
  }];
  let arguments = (ins Variadic<HGraph_StoredTensor>:$outputs);
  let assemblyFormat = "($outputs^ `:` type($outputs))? attr-dict";
}

def HGraph_KernelOp : HGraph_Op<"kernel", [
    RecursiveMemoryEffects, SingleBlock, NoRegionArguments,
    HasParent<"EntryOp">]> {
  let summary = "operations that become one kernel";
  let description = [{
    The region reads values from outside freely; what the outside uses of it is
    yielded. `family` names how it will be computed: gemm, attention, norm,
    gather, reduce, elementwise, matmul, conv or move.
    * (K1) hgraph.yield gives the result types.
    * (K2) Every result is computed inside.
    * (K3) Kernels do not nest.
    * (K4) Holds hgraph operations only.

    Example:
    ```mlir
    %y = hgraph.kernel family("elementwise") -> (tensor<2x3xf32>) {
      %0 = hgraph.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
      hgraph.yield %0 : tensor<2x3xf32>
    }
    ```
  }];
  let arguments = (ins OptionalAttr<StrAttr>:$family);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<HGraph_StoredTensor>:$outputs);
  let assemblyFormat = [{
    (`family` `(` $family^ `)`)? `->` `(` type($outputs) `)`
    attr-dict-with-keyword $body
  }];
  let extraClassDeclaration = [{
    /// The values inside that the results are.
    ::mlir::OperandRange yielded();
  }];
  let hasRegionVerifier = 1;
}

def HGraph_YieldOp : HGraph_Op<"yield", [
    Pure, Terminator, HasParent<"KernelOp">]> {
  let summary = "the end of a kernel: its results";
  let description = [{
    Gives the kernel's results in order.

    Example: see hgraph.kernel
  }];
  let arguments = (ins Variadic<HGraph_StoredTensor>:$values);
  let assemblyFormat = "$values `:` type($values) attr-dict";
}

#endif // HEDDLE_DIALECTS_GRAPH_GRAPHSTRUCTUREOPS_TD
