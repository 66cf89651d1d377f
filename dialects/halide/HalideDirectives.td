// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The schedule half of the halide dialect: one op a directive of Halide.

#ifndef HEDDLE_DIALECTS_HALIDE_DIRECTIVES
#define HEDDLE_DIALECTS_HALIDE_DIRECTIVES

def Halide_ScheduleOp
    : Halide_Op<"schedule", [HasParent<"PipelineOp">, SingleBlock,
                             NoTerminator]> {
  let summary = "the directives of one variant";
  let description = [{
    Directives apply in the order of the text. `stage` picks a definition of a
    func: 0 the pure one (the default), n the n-th update. Loop dimensions are
    known by name; splits, tiles, fuses and renames make new names.

    * (C1) an op in it is a directive.
    * (C2) the stage exists.
    * (C3) a loop dimension exists at that point of the schedule.
    * (C4) a new dimension's name is an identifier and not in use.
    * (C5) factors and extents are positive.
    * (C6) a tail strategy, memory type or policy is one that Halide has.
    * (C7) a func's dimension (bounds, storage) is one of its definition.
    * (C8) in a specialisation, directives name its func and stage.

    Example:
    ```mlir
    halide.schedule "avx2" target("x86-64-linux-avx-avx2-fma") {
      halide.compute_root %out
    }
    ```
  }];
  let arguments = (ins StrAttr:$variant, StrAttr:$target);
  let regions = (region SizedRegion<1>:$body);
  let skipDefaultBuilders = 1;
  let builders = [
    /// An empty schedule with its block; insert directives at its end.
    OpBuilder<(ins "::llvm::StringRef":$variant, "::llvm::StringRef":$target)>
  ];
  let assemblyFormat =
      "$variant `target` `(` $target `)` attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

/// A directive; ScheduleOp's verifier checks all of them in order.
class Halide_Directive<string mnemonic, list<Trait> traits = []>
    : Halide_Op<mnemonic,
                !listconcat([ParentOneOf<["ScheduleOp", "SpecializeOp"]>],
                            traits)>;

/// A directive on one func as a whole.
class Halide_FuncDirective<string mnemonic, dag extra = (ins)>
    : Halide_Directive<mnemonic> {
  let arguments = !con((ins Halide_FuncType:$func), extra);
}

/// A directive on one stage of a func.
class Halide_StageDirective<string mnemonic, dag extra = (ins)>
    : Halide_Directive<mnemonic> {
  let arguments = !con((ins Halide_FuncType:$func,
                            DefaultValuedAttr<I64Attr, "0">:$stage), extra);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

def Halide_SplitOp : Halide_StageDirective<"split",
    (ins StrAttr:$dim, StrAttr:$outer, StrAttr:$inner, I64Attr:$factor,
         DefaultValuedAttr<StrAttr, "\"auto\"">:$tail)> {
  let summary = "a loop made two: outer over blocks of `factor`, inner in them";
  let description = [{
    `tail` says what happens where the factor does not divide: auto, round_up,
    guard_with_if, predicate, predicate_loads, predicate_stores,
    shift_inwards, shift_inwards_and_blend, round_up_and_blend; or, of a split
    alone, guard_evenly, with as many blocks as guard_with_if has but all of one
    height except the last: 9 by 8 are 5 and 4.

    Example:
    ```mlir
    halide.split %out[m] into (mo, mi) by 8 tail guard_with_if
    ```
  }];
  let assemblyFormat = [{
    $func (`stage` $stage^ ` `)? `[` custom<Dim>($dim) `]`
    `into` ` ` `(` custom<Dim>($outer) `,` custom<Dim>($inner) `)`
    `by` $factor (`tail` custom<DefaultWord>($tail)^)? attr-dict
  }];
}

def Halide_FuseOp : Halide_StageDirective<"fuse",
    (ins StrAttr:$inner, StrAttr:$outer, StrAttr:$fused)> {
  let summary = "two loops, inner and outer, made one";
  let description = [{
    Example:
    ```mlir
    halide.fuse %out [qb, h] into task
    ```
  }];
  let assemblyFormat = [{
    $func (`stage` $stage^ ` `)? `[` custom<Dim>($inner) `,` custom<Dim>($outer)
    `]` `into` custom<Dim>($fused) attr-dict
  }];
}

def Halide_RenameOp : Halide_StageDirective<"rename",
    (ins StrAttr:$dim, StrAttr:$to)> {
  let summary = "a new name for a loop";
  let description = [{
    Example:
    ```mlir
    halide.rename %out[m] to row
    ```
  }];
  let assemblyFormat = [{
    $func (`stage` $stage^ ` `)? `[` custom<Dim>($dim) `]` `to` custom<Dim>($to)
    attr-dict
  }];
}

class Halide_DimsDirective<string mnemonic>
    : Halide_StageDirective<mnemonic, (ins StrArrayAttr:$dims)> {
  let builders = [
    OpBuilder<(ins "::mlir::Value":$func, "uint64_t":$stage,
                   "::llvm::ArrayRef<::llvm::StringRef>":$dims), [{
      build($_builder, $_state, func, stage,
            $_builder.getStrArrayAttr(dims));
    }]>
  ];
  let assemblyFormat = [{
    $func (`stage` $stage^ ` `)? `[` custom<Dims>($dims) `]` attr-dict
  }];
}

def Halide_ReorderOp : Halide_DimsDirective<"reorder"> {
  let summary = "the order of loops, innermost first";
  let description = [{
    Loops that are not named stay where they are.

    Example:
    ```mlir
    halide.reorder %acc stage 1 [n, m, k]
    ```
  }];
}

def Halide_TileOp : Halide_StageDirective<"tile",
    (ins StrArrayAttr:$dims, StrArrayAttr:$outer, StrArrayAttr:$inner,
         DenseI64ArrayAttr:$factors,
         DefaultValuedAttr<StrAttr, "\"auto\"">:$tail)> {
  let summary = "several splits, and the inner loops moved inside";
  let description = [{
    Lists innermost first, of equal length.

    Example:
    ```mlir
    halide.tile %out[x, y] into (xo, yo) (xi, yi) by [8, 4]
    ```
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$func, "uint64_t":$stage,
                   "::llvm::ArrayRef<::llvm::StringRef>":$dims,
                   "::llvm::ArrayRef<::llvm::StringRef>":$outer,
                   "::llvm::ArrayRef<::llvm::StringRef>":$inner,
                   "::llvm::ArrayRef<int64_t>":$factors,
                   CArg<"::llvm::StringRef", "\"auto\"">:$tail), [{
      build($_builder, $_state, func, stage,
            $_builder.getStrArrayAttr(dims), $_builder.getStrArrayAttr(outer),
            $_builder.getStrArrayAttr(inner), factors, tail);
    }]>
  ];
  let assemblyFormat = [{
    $func (`stage` $stage^ ` `)? `[` custom<Dims>($dims) `]`
    `into` ` ` `(` custom<Dims>($outer) `)` `(` custom<Dims>($inner) `)`
    `by` $factors (`tail` custom<DefaultWord>($tail)^)? attr-dict
  }];
}

/// `factor` 0 takes the loop as it is.
class Halide_LoopDirective<string mnemonic>
    : Halide_StageDirective<mnemonic,
        (ins StrAttr:$dim, DefaultValuedAttr<I64Attr, "0">:$factor,
             DefaultValuedAttr<StrAttr, "\"auto\"">:$tail)> {
  let assemblyFormat = [{
    $func (`stage` $stage^ ` `)? `[` custom<Dim>($dim) `]`
    (`by` $factor^)? (`tail` custom<DefaultWord>($tail)^)? attr-dict
  }];
}

def Halide_VectorizeOp : Halide_LoopDirective<"vectorize"> {
  let summary = "a loop run in vector lanes";
  let description = [{
    With `by` the loop is split first and the inner part vectorised; without,
    its extent must be constant.

    Example:
    ```mlir
    halide.vectorize %acc stage 1 [n] by 16
    ```
  }];
}

def Halide_UnrollOp : Halide_LoopDirective<"unroll"> {
  let summary = "a loop written out";
  let description = [{
    Example:
    ```mlir
    halide.unroll %acc[m]
    ```
  }];
}

def Halide_ParallelOp : Halide_LoopDirective<"parallel"> {
  let summary = "a loop run by several threads";
  let description = [{
    With `by` a task is that many iterations.

    Example:
    ```mlir
    halide.parallel %out[task]
    ```
  }];
}

def Halide_SerialOp : Halide_StageDirective<"serial", (ins StrAttr:$dim)> {
  let summary = "a loop run in order by one thread";
  let description = [{
    Example:
    ```mlir
    halide.serial %out[m]
    ```
  }];
  let assemblyFormat =
      "$func (`stage` $stage^ ` `)? `[` custom<Dim>($dim) `]` attr-dict";
}

def Halide_PartitionOp : Halide_StageDirective<"partition",
    (ins StrAttr:$dim, StrAttr:$policy)> {
  let summary = "whether a loop is split into prologue, middle and epilogue";
  let description = [{
    The policy is auto, always or never.

    Example:
    ```mlir
    halide.partition %out[m] never
    ```
  }];
  let assemblyFormat = [{
    $func (`stage` $stage^ ` `)? `[` custom<Dim>($dim) `]` custom<Dim>($policy)
    attr-dict
  }];
}

def Halide_AtomicOp : Halide_StageDirective<"atomic",
    (ins UnitAttr:$unchecked)> {
  let summary = "an update whose points may be run together";
  let description = [{
    Allows parallel or vector loops over reduction dimensions of an
    associative update; `unchecked` skips Halide's proof of that.

    Example:
    ```mlir
    halide.atomic %acc stage 1
    ```
  }];
  let assemblyFormat =
      "$func (`stage` $stage^)? (`unchecked` $unchecked^)? attr-dict";
}

def Halide_AllowRaceConditionsOp
    : Halide_StageDirective<"allow_race_conditions"> {
  let summary = "loops may run in parallel without a proof";
  let description = [{
    Example:
    ```mlir
    halide.allow_race_conditions %acc stage 1
    ```
  }];
  let assemblyFormat = "$func (`stage` $stage^)? attr-dict";
}

//===----------------------------------------------------------------------===//
// Where a func is computed and stored
//===----------------------------------------------------------------------===//

def Halide_ComputeRootOp : Halide_FuncDirective<"compute_root"> {
  let summary = "computed whole, before its users";
  let description = [{
    Example:
    ```mlir
    halide.compute_root %acc
    ```
  }];
  let assemblyFormat = "$func attr-dict";
}

def Halide_ComputeInlineOp : Halide_FuncDirective<"compute_inline"> {
  let summary = "computed wherever it is used (the default)";
  let description = [{
    Example:
    ```mlir
    halide.compute_inline %bias
    ```
  }];
  let assemblyFormat = "$func attr-dict";
}

/// `func` placed in a loop of a stage of `user`.
class Halide_AtDirective<string mnemonic>
    : Halide_Directive<mnemonic> {
  let arguments = (ins Halide_FuncType:$func, Halide_FuncType:$user,
                       DefaultValuedAttr<I64Attr, "0">:$userStage,
                       StrAttr:$dim);
  let builders = [
    /// In the loop `dim` of the user's pure definition.
    OpBuilder<(ins "::mlir::Value":$func, "::mlir::Value":$user,
                   "::llvm::StringRef":$dim), [{
      build($_builder, $_state, func, user, uint64_t(0), dim);
    }]>
  ];
  let assemblyFormat = [{
    $func `at` $user (`stage` $userStage^ ` `)? `[` custom<Dim>($dim) `]`
    attr-dict
  }];
}

def Halide_ComputeAtOp : Halide_AtDirective<"compute_at"> {
  let summary = "computed in a loop of a user";
  let description = [{
    The loop is that of the user's name, in whichever of its stages uses the
    func; `stage` says where the name is looked up.

    Example:
    ```mlir
    halide.compute_at %acc at %out[mo]
    ```
  }];
}

def Halide_StoreAtOp : Halide_AtDirective<"store_at"> {
  let summary = "stored from a loop of a user on, outside its computation";
  let description = [{
    Example:
    ```mlir
    halide.store_at %rows at %out[yo]
    ```
  }];
}

def Halide_HoistStorageOp : Halide_AtDirective<"hoist_storage"> {
  let summary = "allocated in an outer loop, though stored further inside";
  let description = [{
    Example:
    ```mlir
    halide.hoist_storage %scores at %out[task]
    ```
  }];
}

def Halide_StoreRootOp : Halide_FuncDirective<"store_root"> {
  let summary = "stored outside all loops";
  let description = [{
    Example:
    ```mlir
    halide.store_root %rows
    ```
  }];
  let assemblyFormat = "$func attr-dict";
}

def Halide_HoistStorageRootOp : Halide_FuncDirective<"hoist_storage_root"> {
  let summary = "allocated outside all loops";
  let description = [{
    Example:
    ```mlir
    halide.hoist_storage_root %rows
    ```
  }];
  let assemblyFormat = "$func attr-dict";
}

def Halide_ComputeWithOp : Halide_StageDirective<"compute_with",
    (ins Halide_FuncType:$other,
         DefaultValuedAttr<I64Attr, "0">:$otherStage, StrAttr:$dim)> {
  let summary = "loops shared with another func, down to one dimension";
  let description = [{
    Example:
    ```mlir
    halide.compute_with %g with %f[y]
    ```
  }];
  let assemblyFormat = [{
    $func (`stage` $stage^)? `with` $other (`stage` $otherStage^ ` `)?
    `[` custom<Dim>($dim) `]` attr-dict
  }];
}

def Halide_StoreInOp : Halide_FuncDirective<"store_in", (ins StrAttr:$memory)> {
  let summary = "the kind of memory a func is stored in";
  let description = [{
    auto, heap, stack, register, gpu_shared, gpu_texture, locked_cache, vtcm
    or amx_tile.

    Example:
    ```mlir
    halide.store_in %acc stack
    ```
  }];
  let assemblyFormat = "$func custom<Dim>($memory) attr-dict";
}

//===----------------------------------------------------------------------===//
// Bounds and storage
//===----------------------------------------------------------------------===//

def Halide_BoundOp : Halide_FuncDirective<"bound",
    (ins StrAttr:$dim, I64Attr:$min, I64Attr:$extent)> {
  let summary = "a promise: the func is needed on this range exactly";
  let description = [{
    Example:
    ```mlir
    halide.bound %out[n] min 0 extent 48
    ```
  }];
  let assemblyFormat = [{
    $func `[` custom<Dim>($dim) `]` `min` $min `extent` $extent attr-dict
  }];
}

def Halide_BoundExtentOp : Halide_FuncDirective<"bound_extent",
    (ins StrAttr:$dim, I64Attr:$extent)> {
  let summary = "a promise on the extent computed, not on where it starts";
  let description = [{
    Example:
    ```mlir
    halide.bound_extent %acc[m] 8
    ```
  }];
  let assemblyFormat = "$func `[` custom<Dim>($dim) `]` $extent attr-dict";
}

def Halide_AlignBoundsOp : Halide_FuncDirective<"align_bounds",
    (ins StrAttr:$dim, I64Attr:$modulus,
         DefaultValuedAttr<I64Attr, "0">:$remainder)> {
  let summary = "the range computed grows to whole multiples";
  let description = [{
    Example:
    ```mlir
    halide.align_bounds %acc[m] by 8
    ```
  }];
  let assemblyFormat = [{
    $func `[` custom<Dim>($dim) `]` `by` $modulus
    (`remainder` $remainder^)? attr-dict
  }];
}

def Halide_AlignExtentOp : Halide_FuncDirective<"align_extent",
    (ins StrAttr:$dim, I64Attr:$modulus)> {
  let summary = "the extent computed grows to a whole multiple";
  let description = [{
    Example:
    ```mlir
    halide.align_extent %acc[m] by 8
    ```
  }];
  let assemblyFormat =
      "$func `[` custom<Dim>($dim) `]` `by` $modulus attr-dict";
}

def Halide_AlignStorageOp : Halide_FuncDirective<"align_storage",
    (ins StrAttr:$dim, I64Attr:$alignment)> {
  let summary = "the extent allocated grows to a whole multiple";
  let description = [{
    Example:
    ```mlir
    halide.align_storage %acc[n] by 16
    ```
  }];
  let assemblyFormat =
      "$func `[` custom<Dim>($dim) `]` `by` $alignment attr-dict";
}

def Halide_BoundStorageOp : Halide_FuncDirective<"bound_storage",
    (ins StrAttr:$dim, I64Attr:$bound)> {
  let summary = "a promise on the extent allocated";
  let description = [{
    Example:
    ```mlir
    halide.bound_storage %rows[y] by 4
    ```
  }];
  let assemblyFormat = "$func `[` custom<Dim>($dim) `]` `by` $bound attr-dict";
}

def Halide_FoldStorageOp : Halide_FuncDirective<"fold_storage",
    (ins StrAttr:$dim, I64Attr:$factor, UnitAttr:$backward)> {
  let summary = "a dimension kept in a circular store";
  let description = [{
    Example:
    ```mlir
    halide.fold_storage %rows[y] by 4
    ```
  }];
  let assemblyFormat = [{
    $func `[` custom<Dim>($dim) `]` `by` $factor (`backward` $backward^)?
    attr-dict
  }];
}

def Halide_ReorderStorageOp : Halide_FuncDirective<"reorder_storage",
    (ins StrArrayAttr:$dims)> {
  let summary = "the order of dimensions in memory, innermost first";
  let description = [{
    Example:
    ```mlir
    halide.reorder_storage %tile[y, x]
    ```
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$func,
                   "::llvm::ArrayRef<::llvm::StringRef>":$dims), [{
      build($_builder, $_state, func, $_builder.getStrArrayAttr(dims));
    }]>
  ];
  let assemblyFormat = "$func `[` custom<Dims>($dims) `]` attr-dict";
}

def Halide_PrefetchOp : Halide_Directive<"prefetch"> {
  let summary = "data fetched some iterations ahead";
  let description = [{
    In the loop `at` of `user`, what the subject is read for `offset`
    iterations of `from` later is fetched. Bounds: clamp, guard_with_if or
    non_faulting.

    Example:
    ```mlir
    halide.prefetch %A at %out[k] from k offset 2 bounds guard_with_if
      : !halide.buffer<384x?xf32>
    ```
  }];
  let arguments = (ins Halide_FuncOrBuffer:$subject, Halide_FuncType:$user,
                       DefaultValuedAttr<I64Attr, "0">:$userStage,
                       StrAttr:$at, StrAttr:$from, I64Attr:$offset,
                       DefaultValuedAttr<StrAttr, "\"guard_with_if\"">:$bounds);
  let assemblyFormat = [{
    $subject `at` $user (`stage` $userStage^ ` `)? `[` custom<Dim>($at) `]`
    `from` custom<Dim>($from) `offset` $offset
    (`bounds` custom<DefaultWord>($bounds)^)? attr-dict
    `` custom<SubjectType>(type($subject))
  }];
}

def Halide_StreamOp : Halide_Directive<"stream"> {
  let summary = "memory behind what a loop reads, fetched while it runs";
  let description = [{
    The loop `at` of `user` reads the buffer, which is fetched `ahead` elements
    behind what the loop reads first, `lines` cache lines an iteration. Where
    nothing is said of `ahead` it is as much as the loop reads: what follows in
    memory. `ahead` leaves out what lies between the runs of the first dim: of
    a buffer<32x12x?xf32> it counts 32 elements of every 384. The first iteration of the loop `over` of `outer` around it fetches
    the first part of so many elements, the next one the next, until all are
    fetched; further ones fetch nothing. A loop of a constant number of steps,
    a multiple of four, fetches slower where `over` has iterations enough: one
    line or two in four steps, and goes four steps at once. Without `over` the
    loop fetches each time. In an amx_tile func `lines` is the most that an iteration fetches:
    no more than are needed where all iterations of `over` fetch, of as many
    elements as the loop reads. Unlike `prefetch`, which fetches a whole region at once, this spreads
    the reading of memory evenly over the arithmetic. It goes into the
    second-level cache; into the first where `ahead` is less than 4 KB of a
    buffer of constant extents. One of heddle's own; a
    buffer that the loop does not read is not fetched.

    Example:
    ```mlir
    halide.stream %B at %acc stage 1 [k] over %out[mo] lines 2
      : !halide.buffer<48x384x?xf32>
    halide.stream %A at %acc stage 1 [k] ahead 3072 lines 1
      : !halide.buffer<384x?xf32>
    ```
  }];
  let arguments = (ins Halide_BufferType:$subject, Halide_FuncType:$user,
                       DefaultValuedAttr<I64Attr, "0">:$userStage, StrAttr:$at,
                       Optional<Halide_FuncType>:$outer,
                       OptionalAttr<StrAttr>:$over,
                       DefaultValuedAttr<I64Attr, "0">:$ahead, I64Attr:$lines);
  let assemblyFormat = [{
    $subject `at` $user (`stage` $userStage^ ` `)? `[` custom<Dim>($at) `]`
    (`over` $outer^ `[` custom<Dim>($over) `]`)? (`ahead` $ahead^)?
    `lines` $lines attr-dict `:` qualified(type($subject))
  }];
}

//===----------------------------------------------------------------------===//
// Variants of a loop nest and new funcs
//===----------------------------------------------------------------------===//

def Halide_SpecializeOp
    : Halide_Directive<"specialize", [SingleBlock, NoTerminator]> {
  let summary = "another schedule of a stage, where a condition holds";
  let description = [{
    The condition is a value of the pipeline's level. Directives in the region
    name the same func and stage and shape the special loop nest; it starts
    from the directives before it.

    Example:
    ```mlir
    halide.specialize %out where %short {
      halide.vectorize %out[x] by 8
    }
    ```
  }];
  let arguments = (ins Halide_FuncType:$func,
                       DefaultValuedAttr<I64Attr, "0">:$stage, I1:$condition);
  let regions = (region SizedRegion<1>:$body);
  let skipDefaultBuilders = 1;
  let builders = [
    /// With an empty block.
    OpBuilder<(ins "::mlir::Value":$func, "uint64_t":$stage,
                   "::mlir::Value":$condition)>
  ];
  let assemblyFormat = [{
    $func (`stage` $stage^)? `where` $condition attr-dict-with-keyword $body
  }];
}

def Halide_SpecializeFailOp : Halide_StageDirective<"specialize_fail",
    (ins StrAttr:$message)> {
  let summary = "an error where no specialisation applies";
  let description = [{
    Example:
    ```mlir
    halide.specialize_fail %out "no such length"
    ```
  }];
  let assemblyFormat = "$func (`stage` $stage^)? $message attr-dict";
}

/// A wrapper or copy of a func, for all users or some.
class Halide_WrapperDirective<string mnemonic, Constraint subjectType>
    : Halide_Directive<mnemonic,
          [DeclareOpInterfaceMethods<OpAsmOpInterface,
                                     ["getAsmResultNames"]>]> {
  let arguments = (ins subjectType:$subject,
                       Variadic<Halide_FuncType>:$users);
  let results = (outs Halide_FuncType:$result);
}

def Halide_InOp : Halide_WrapperDirective<"in", Halide_FuncOrBuffer> {
  let summary = "a func that copies another, for its users to read";
  let description = [{
    Without users all uses are meant.

    Example:
    ```mlir
    %local = halide.in %A users(%out) : !halide.buffer<384x?xf32>
    ```
  }];
  let assemblyFormat = [{
    $subject (`users` `(` $users^ `)`)? attr-dict
    `` custom<SubjectType>(type($subject))
  }];
}

def Halide_CloneInOp : Halide_WrapperDirective<"clone_in", Halide_FuncType> {
  let summary = "a second copy of a func, with a schedule of its own";
  let description = [{
    Example:
    ```mlir
    %again = halide.clone_in %sum users(%g)
    ```
  }];
  let assemblyFormat = "$subject `users` `(` $users `)` attr-dict";
}

def Halide_RfactorOp : Halide_StageDirective<"rfactor",
    (ins StrArrayAttr:$reduction, StrArrayAttr:$pure)> {
  let summary = "partial results of an associative update, as a func";
  let description = [{
    Each named reduction loop of the stage becomes a pure dimension of the new
    func; the stage merges its results.

    Example:
    ```mlir
    %partial = halide.rfactor %sum stage 1 [ko] into (u)
    ```
  }];
  let results = (outs Halide_FuncType:$result);
  let builders = [
    OpBuilder<(ins "::mlir::Value":$func, "uint64_t":$stage,
                   "::llvm::ArrayRef<::llvm::StringRef>":$reduction,
                   "::llvm::ArrayRef<::llvm::StringRef>":$pure), [{
      build($_builder, $_state,
            $_builder.getType<::heddle::halide::FuncType>(), func,
            stage, $_builder.getStrArrayAttr(reduction),
            $_builder.getStrArrayAttr(pure));
    }]>
  ];
  let assemblyFormat = [{
    $func (`stage` $stage^ ` `)? `[` custom<Dims>($reduction) `]`
    `into` ` ` `(` custom<Dims>($pure) `)` attr-dict
  }];
}

//===----------------------------------------------------------------------===//
// GPU
//===----------------------------------------------------------------------===//

def Halide_GpuBlocksOp : Halide_DimsDirective<"gpu_blocks"> {
  let summary = "one to three loops over the blocks of a GPU's grid";
  let description = [{
    Example:
    ```mlir
    halide.gpu_blocks %out[xo, yo]
    ```
  }];
}

def Halide_GpuThreadsOp : Halide_DimsDirective<"gpu_threads"> {
  let summary = "one to three loops over the threads of a GPU's block";
  let description = [{
    Example:
    ```mlir
    halide.gpu_threads %out[xi, yi]
    ```
  }];
}

def Halide_GpuLanesOp : Halide_DimsDirective<"gpu_lanes"> {
  let summary = "one loop over the lanes of a warp";
  let description = [{
    Example:
    ```mlir
    halide.gpu_lanes %out[xi]
    ```
  }];
}

def Halide_GpuTileOp : Halide_StageDirective<"gpu_tile",
    (ins StrArrayAttr:$dims, StrArrayAttr:$outer, StrArrayAttr:$inner,
         DenseI64ArrayAttr:$factors,
         DefaultValuedAttr<StrAttr, "\"auto\"">:$tail)> {
  let summary = "one to three loops tiled into blocks and threads";
  let description = [{
    Example:
    ```mlir
    halide.gpu_tile %out[x, y] into (bx, by) (tx, ty) by [16, 16]
    ```
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$func, "uint64_t":$stage,
                   "::llvm::ArrayRef<::llvm::StringRef>":$dims,
                   "::llvm::ArrayRef<::llvm::StringRef>":$outer,
                   "::llvm::ArrayRef<::llvm::StringRef>":$inner,
                   "::llvm::ArrayRef<int64_t>":$factors,
                   CArg<"::llvm::StringRef", "\"auto\"">:$tail), [{
      build($_builder, $_state, func, stage,
            $_builder.getStrArrayAttr(dims), $_builder.getStrArrayAttr(outer),
            $_builder.getStrArrayAttr(inner), factors, tail);
    }]>
  ];
  let assemblyFormat = [{
    $func (`stage` $stage^ ` `)? `[` custom<Dims>($dims) `]`
    `into` ` ` `(` custom<Dims>($outer) `)` `(` custom<Dims>($inner) `)`
    `by` $factors (`tail` custom<DefaultWord>($tail)^)? attr-dict
  }];
}

def Halide_GpuSingleThreadOp : Halide_StageDirective<"gpu_single_thread"> {
  let summary = "a stage run by one thread of a GPU";
  let description = [{
    Example:
    ```mlir
    halide.gpu_single_thread %total
    ```
  }];
  let assemblyFormat = "$func (`stage` $stage^)? attr-dict";
}

#endif
