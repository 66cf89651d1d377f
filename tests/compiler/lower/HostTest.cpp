// The numbering, the places and the code of host programs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/HostToLLVM.h"
#include "compiler/lower/HostToMetadata.h"
#include "compiler/lower/HostToWeights.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace heddle;
using namespace mlir;

namespace {
/// A program as text, parsed, verified and numbered; keeps the diagnostics.
struct Parsed {
  MLIRContext context;
  std::string diagnostics;
  OwningOpRef<ModuleOp> module;
  host::ProgramOp op;
  lower::HostTables tables;

  explicit Parsed(const std::string &program) {
    context.loadDialect<host::HostDialect>();
    context.allowUnregisteredDialects();
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      llvm::raw_string_ostream(diagnostics) << diagnostic.str() << "\n";
      return success();
    });
    module = parseSourceString<ModuleOp>(
        program + "\"halide.pipeline\"() {sym_name = \"k0\"} : () -> ()\n"
                  "\"halide.pipeline\"() {sym_name = \"k1\"} : () -> ()\n",
        &context);
    if (!module) {
      ADD_FAILURE() << diagnostics;
      return;
    }
    op = *module->getOps<host::ProgramOp>().begin();
    tables = lower::tabulateHost(op);
  }
  std::string llvmText() {
    FailureOr<OwningOpRef<ModuleOp>> code =
        lower::lowerHostToLLVM(op, tables, {"avx512", "avx2"});
    if (failed(code))
      return "";
    EXPECT_TRUE(succeeded(verify(**code)));
    std::string text;
    llvm::raw_string_ostream(text) << **code;
    return text;
  }
};
} // namespace

/// Evaluates a formula as the runtime does.
static int64_t evaluate(const lower::Formula &formula,
                        const std::vector<int64_t> &dims) {
  std::vector<int64_t> stack;
  for (const heddle_meta_op &op : formula.ops) {
    if (op.code == HEDDLE_OP_CONST) {
      stack.push_back(op.value);
    } else if (op.code == HEDDLE_OP_DIM) {
      stack.push_back(dims[size_t(op.value)]);
    } else if (op.code == HEDDLE_OP_ALIGN) {
      stack.back() = (stack.back() + op.value - 1) / op.value * op.value;
    } else {
      int64_t right = stack.back();
      stack.pop_back();
      int64_t &left = stack.back();
      if (op.code == HEDDLE_OP_ADD)
        left += right;
      else if (op.code == HEDDLE_OP_MUL)
        left *= right;
      else
        left = std::max(left, right);
    }
  }
  return stack.empty() ? 0 : stack.back();
}

static const char *const slots = R"mlir(
host.program @p dims {seq = [1, 512], batch = [1, 64]} {
  %a = host.weight "a" tensors ["a"] recipe ["transpose"] : f32 ["3", "5"]
  %b = host.weight "b" tensors ["b", "c"] recipe ["concat 0"] : f32 ["7"]
  host.entry @main {
    %x = host.input "x" : f32 ["batch", "3"]
    %s = host.slot 4 space "host" : f32 ["batch", "seq"]
    %t = host.slot 9 space "host" : f32 ["batch", "5"]
    %u = host.slot 4 space "host" : f32 ["batch", "seq", "2"]
    %v = host.slot 4 space "host" : f32 ["seq", "100"]
    host.dispatch @k1 ins(%x, %a) scalars [] outs(%s) views [["3", "batch"], ["15"], ["seq", "batch"]] {values = [3]}
    host.dispatch @k0 ins(%s, %b) scalars ["seq + 1"] outs(%t) views [["batch * seq"], ["7"], ["5 * batch"]] {flops = "2 * batch * seq"}
    host.dispatch @k1 ins(%t, %b) scalars [] outs(%u) views [["5 * batch"], ["7"], ["2 * batch * seq"]]
    host.output "t" %t
  }
}
)mlir";

TEST(HostTables, NumberWeightsThenEntries) {
  Parsed parsed(slots);
  const lower::HostTables &tables = parsed.tables;
  EXPECT_EQ(tables.kernels, (std::vector<std::string>{"k1", "k0"}));
  ASSERT_EQ(tables.buffers.size(), 7u);
  EXPECT_EQ(tables.buffers[0].kind, HEDDLE_BUFFER_WEIGHT);
  EXPECT_EQ(tables.buffers[2].name, "x");
  EXPECT_EQ(tables.buffers[4].kind, HEDDLE_BUFFER_OUTPUT);
  EXPECT_EQ(tables.buffers[4].name, "t");
  EXPECT_EQ(tables.dims[0].name, "batch");
  EXPECT_EQ(tables.entries[0].outputs, std::vector<uint32_t>{4});
}

TEST(HostTables, AlignWeights) {
  Parsed parsed(slots);
  std::vector<weights::WeightRequest> requests =
      lower::weightRequests(parsed.tables);
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].offset, 0u);
  EXPECT_EQ(requests[1].offset, 64u); // after 3 * 5 * 4 bytes
  EXPECT_EQ(parsed.tables.weightsSize, 128u);
  EXPECT_EQ(requests[0].extents, (std::vector<int64_t>{3, 5}));
  EXPECT_EQ(requests[1].tensors, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(requests[1].recipe, std::vector<std::string>{"concat 0"});
}

TEST(HostTables, SlotsOfOneIdShareTheLargestPlace) {
  Parsed parsed(slots);
  const lower::HostTables &tables = parsed.tables;
  const lower::Formula &arena = tables.entries[0].arena;
  // Slot 4 holds 4bs, 8bs or 400s bytes; the first is never the largest.
  EXPECT_EQ(arena.text, "align(max(8 * batch * seq, 400 * seq), 64) + "
                        "align(20 * batch, 64)");
  EXPECT_EQ(evaluate(arena, {1, 3}), 1216 + 64);
  EXPECT_EQ(evaluate(arena, {64, 512}), 262144 + 1280);
  EXPECT_EQ(evaluate(tables.buffers[3].place, {64, 512}), 0);
  EXPECT_EQ(evaluate(tables.buffers[4].place, {64, 512}), 262144);
  EXPECT_EQ(evaluate(tables.buffers[5].place, {64, 512}), 0);
}

TEST(HostFormula, KeepsProgramAndTextInStep) {
  std::vector<shape::DimRange> dims = {{"batch", 1, 8}, {"seq", 1, 8}};
  for (const char *text :
       {"0", "7", "batch", "2 * batch * seq + 3", "batch * batch + seq"}) {
    lower::Formula formula = lower::dimFormula(*shape::Dim::parse(text), dims);
    EXPECT_EQ(formula.text, text);
    EXPECT_EQ(evaluate(formula, {3, 5}),
              *shape::Dim::parse(text)->evaluate({{"batch", 3}, {"seq", 5}}));
  }
}

TEST(HostToLLVM, WritesEntriesGlueAndOneExportedTable) {
  std::string text = Parsed(slots).llvmText();
  for (const char *part :
       {"llvm.func hidden @heddle_k1_avx512(!llvm.ptr, !llvm.ptr, !llvm.ptr, "
        "!llvm.ptr) -> i32",
        "llvm.func hidden @heddle_k0_avx2(!llvm.ptr, !llvm.ptr, !llvm.ptr, "
        "i32, !llvm.ptr) -> i32",
        "@halide_do_par_for(", "@halide_error_access_out_of_bounds(",
        "llvm.func internal @heddle_entry0(",
        "llvm.mlir.global external constant @heddle_artifact("})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(HostToLLVM, CompilesToEqualBytes) {
  auto object = [] {
    Parsed parsed(slots);
    FailureOr<lower::HostObject> result =
        lower::compileHost(parsed.op, parsed.tables, {"avx512", "avx2"});
    EXPECT_EQ(result->kernelSymbols[1], "heddle_k0_avx512");
    return result->bytes;
  };
  std::string bytes = object();
  EXPECT_EQ(bytes.substr(1, 3), "ELF");
  EXPECT_EQ(bytes, object());
}

TEST(HostToLLVM, CallsWhatServesAVariantWithoutCodeOfItsOwn) {
  Parsed parsed(slots);
  std::vector<std::string> variants = {"avx512_bf16", "avx512"};
  lower::SharedKernels shared = {{{"k0", "avx512_bf16"}, "avx512"}};
  FailureOr<lower::HostObject> object =
      lower::compileHost(parsed.op, parsed.tables, variants, shared);
  ASSERT_TRUE(succeeded(object));
  const std::vector<std::string> &symbols = object->kernelSymbols;
  EXPECT_EQ(std::count(symbols.begin(), symbols.end(), "heddle_k0_avx512"), 1);
  EXPECT_EQ(std::count(symbols.begin(), symbols.end(), "heddle_k0_avx512_bf16"),
            0);
}

/// The diagnostics of a program with one dispatch.
static std::string refusal(const std::string &dims, const std::string &extent,
                           const std::string &scalar) {
  Parsed parsed("host.program @p dims {n = " + dims +
                "} {\n host.entry @main {\n"
                "  %x = host.input \"x\" : f32 [\"" +
                extent + "\"]\n  %s = host.slot 0 space \"host\" : f32 [\"" +
                extent + "\"]\n  host.dispatch @k0 ins(%x) scalars [\"" +
                scalar + "\"] outs(%s) views [[\"" + extent + "\"], [\"" +
                extent + "\"]]\n }\n}\n");
  EXPECT_EQ(parsed.llvmText(), "");
  return parsed.diagnostics;
}

TEST(HostToLLVM, RefusesWhatAKernelCannotIndex) {
  EXPECT_EQ(refusal("[1, 3000000000]", "n", "1"),
            "'host.dispatch' op extent of view 0 is n, which reaches "
            "3000000000, more than the 2147483647 that a kernel can index; "
            "narrow the range of a dim\n");
  EXPECT_EQ(refusal("[1, 65536]", "32768 * n", "1"),
            "'host.dispatch' op extent of view 0 is 32768 * n, which reaches "
            "2147483648, more than the 2147483647 that a kernel can index; "
            "narrow the range of a dim\n");
  EXPECT_EQ(refusal("[1, 8]", "n - 4", "1"),
            "'host.dispatch' op extent of view 0 is n - 4, which falls to -3, "
            "less than 0; narrow the range of a dim\n");
  EXPECT_EQ(refusal("[1, 3000000000]", "8", "-n"),
            "'host.dispatch' op scalar is -n, which falls to -3000000000, less "
            "than -2147483648; narrow the range of a dim\n");
  EXPECT_EQ(refusal("[1, 4000000000]", "8", "n * n * n"),
            "'host.dispatch' op scalar is n * n * n, which leaves 64 bits; "
            "narrow the range of a dim\n");
}

TEST(HostToLLVM, RefusesTooManyElementsInSmallExtents) {
  Parsed parsed(R"mlir(
host.program @p dims {n = [1, 65536]} {
  host.entry @main {
    %x = host.input "x" : f32 ["n", "n"]
    %s = host.slot 0 space "host" : f32 ["8"]
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["n", "n"], ["8"]]
  }
}
)mlir");
  EXPECT_EQ(parsed.llvmText(), "");
  EXPECT_EQ(parsed.diagnostics,
            "'host.dispatch' op size of view 0 is n * n, which reaches "
            "4294967296, more than the 2147483647 that a kernel can index; "
            "narrow the range of a dim\n");
}

namespace {
/// The scratch of the only entry, a postfix program in words.
std::string scratchText(const std::string &bytes) {
  static const char *const words[] = {"",  "dim", "+",   "*",
                                      "/", "min", "max", "align"};
  heddle_meta_header header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  heddle_meta_entry entry;
  std::memcpy(&entry, bytes.data() + header.entries.offset, sizeof(entry));
  std::string text;
  for (uint32_t i = 0; i < entry.scratch.count; ++i) {
    heddle_meta_op op;
    std::memcpy(&op, bytes.data() + entry.scratch.offset + i * sizeof(op),
                sizeof(op));
    bool hasValue = op.code <= HEDDLE_OP_DIM || op.code == HEDDLE_OP_ALIGN;
    text += std::string(text.empty() ? "" : " ") + words[op.code] +
            (hasValue ? std::to_string(op.value) : "");
  }
  return text;
}
} // namespace

TEST(HostToMetadata, ScratchIsAFormulaInTheDims) {
  Parsed parsed(slots);
  auto scratchOf = [&](std::vector<std::string> k0,
                       std::vector<std::string> k1) {
    lower::MetadataOptions options;
    options.kernels["k0"] = {"", "", std::move(k0)};
    options.kernels["k1"] = {"", "", std::move(k1)};
    return scratchText(
        *lower::lowerHostToMetadata(parsed.op, parsed.tables, options));
  };
  // A scalar of k0 is seq + 1, extent 0 of its output 5 * batch; batch is dim
  // 0.
  EXPECT_EQ(scratchOf({"s0 4 * 128 ^"}, {}), "dim1 1 + 4 * align128");
  EXPECT_EQ(scratchOf({"x2.0 7 /", "x2.0 7 /"}, {}), "5 dim0 * 7 /");
  EXPECT_EQ(scratchOf({"64", "x2.0 9 <"}, {}), "64 5 dim0 * 9 min max");
  // Each dispatch of k1 has extents of its own.
  EXPECT_EQ(scratchOf({}, {"x2.0 -1 * 0 >"}),
            "dim1 -1 * 0 max 2 dim0 * dim1 * -1 * 0 max max");
  // What cannot be read tells nothing.
  for (const char *wrong : {"", "4 4", "+", "4 +", "x7.0", "x0.9", "s1", "y"})
    EXPECT_EQ(scratchOf({wrong}, {}), "") << wrong;
}

TEST(HostToMetadata, HoldsWhatItWasGiven) {
  Parsed parsed(slots);
  lower::MetadataOptions options;
  options.variants = {{"avx2", "x86-64-linux-avx2", {"avx2", "fma"}}};
  options.kernels["k1"] = {"gemm", "halide.split", {"640"}};
  options.notes = {{"compiler", "heddle 0.1.0"}};
  options.graph = "IR";
  std::string bytes =
      *lower::lowerHostToMetadata(parsed.op, parsed.tables, options);
  heddle_meta_header header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  EXPECT_EQ(header.magic, HEDDLE_METADATA_MAGIC);
  EXPECT_EQ(header.build_id, 0u);
  auto text = [&](heddle_meta_string string) {
    return bytes.substr(string.offset, string.count);
  };
  EXPECT_EQ(text(header.model), "p");
  EXPECT_EQ(bytes.substr(header.graph.offset, header.graph.count), "IR");
  heddle_meta_entry entry;
  std::memcpy(&entry, bytes.data() + header.entries.offset, sizeof(entry));
  EXPECT_EQ(entry.dispatches.count, 3u);
  heddle_meta_op scratch;
  ASSERT_EQ(entry.scratch.count, 1u);
  std::memcpy(&scratch, bytes.data() + entry.scratch.offset, sizeof(scratch));
  EXPECT_EQ(scratch.value, 640);
  heddle_meta_kernel kernel;
  std::memcpy(&kernel, bytes.data() + header.kernels.offset, sizeof(kernel));
  EXPECT_EQ(text(kernel.name), "k1");
  EXPECT_EQ(text(kernel.schedule), "halide.split");
}

TEST(HostToMetadata, KnowsEveryElementType) {
  MLIRContext context;
  Builder b(&context);
  Type unsigned8 = IntegerType::get(&context, 8, IntegerType::Unsigned);
  const std::pair<Type, heddle_dtype> types[] = {
      {b.getF32Type(), HEDDLE_F32}, {b.getF64Type(), HEDDLE_F64},
      {b.getF16Type(), HEDDLE_F16}, {b.getBF16Type(), HEDDLE_BF16},
      {b.getI8Type(), HEDDLE_I8},   {unsigned8, HEDDLE_U8},
      {b.getI16Type(), HEDDLE_I16}, {b.getI32Type(), HEDDLE_I32},
      {b.getI64Type(), HEDDLE_I64}, {b.getI1Type(), HEDDLE_BOOL}};
  for (auto [type, expected] : types) {
    EXPECT_EQ(lower::artifactDtype(type), expected);
    EXPECT_GT(host::elementBytes(type), 0u);
  }
  EXPECT_EQ(host::elementBytes(b.getIndexType()), 0u);
}
