// Programs as hgraph: every op one to one, names, ranges, locations.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/DslToGraph.h"
#include "compiler/dsl/Sema.h"
#include "dialects/graph/Graph.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace heddle;
using namespace mlir;

namespace {

class DslToGraph : public testing::Test {
protected:
  DslToGraph() {
    context.loadDialect<graph::HGraphDialect, arith::ArithDialect>();
  }

  /// The model's module; the text must be right.
  OwningOpRef<ModuleOp> lowered(const std::string &text) {
    dsl::Source source("m.heddle", text);
    dsl::Diagnostics diagnostics;
    std::optional<dsl::Program> program =
        dsl::compileModel(source, {}, diagnostics);
    EXPECT_TRUE(program) << diagnostics.render(source);
    return program ? lower::lowerToGraph(*program, context) : nullptr;
  }

  /// The module's text.
  std::string printed(const std::string &text) {
    OwningOpRef<ModuleOp> module = lowered(text);
    if (!module)
      return "";
    std::string out;
    llvm::raw_string_ostream(out) << *module;
    return out;
  }

  MLIRContext context;
};

const std::string everyOp = R"(model Every {
  dim batch in 1..4, seq in 1..8
  input ids: i32[batch, seq], mask: i32[batch, seq], keep: bool[batch, seq]
  input y: f32[batch, seq, 8]
  h = embed(ids, @t, rows = 16, width = 8) + positions(seq, @p, rows = 8, width = 8)
  h = (h - row(@t, 3)) * 0.5 / 2
  h = layer_norm(h, @n, eps = 1e-3)
  q, k = split_heads(linear(h, @q, out = 8), 2), split_heads(linear(y, @k, out = 8, layout = "in_out", bias = none, dtype = "bf16"), 2)
  a = attention(q, k, k, mask = causal & padding(mask) | !padding(keep) & window(3) & prefix(2))
  b = attention(q, k, k, scale = 3)
  h = gelu(merge_heads(a)) + gelu(relu(merge_heads(b)), approximate = "tanh")
  output probabilities = softmax(h, over = seq)
  output all = mean(h, over = seq)
  output some = l2_normalize(mean(h, over = seq, where = mask))
})";

const std::string everyElementOp = R"(model Elements {
  dim batch in 1..4, seq in 1..8
  input x: f32[batch, seq, 8], ids: i32[batch, seq], keep: bool[batch, seq]
  a = pow(min(x, 2), max(x, 0.5)) / sqrt(abs(-x)) + exp(x) * log(x) - sin(x)
  b = cos(a) + tanh(a) * sigmoid(a) - silu(a)
  c = rms_norm(select(a < b & !(a >= b) | (b != a), a, b), @n)
  output one = log_softmax(c, over = 1)
  output two = sum(c, over = 2, keep = true)
  output three = max(c, over = 1, where = keep)
  output four = min(c, over = 0) + var(c, over = 0)
  output five = argmax(c, over = 1)
  output six = cast(ids * 3 - 1, "f32")
  v, i = top_k(c, 2)
  output seven = v
  output eight = cast(i > 1, "i32")
})";

TEST_F(DslToGraph, WritesEveryOp) {
  std::string out = printed(everyOp);
  for (const char *expected :
       {"hgraph.model @Every {dims = [#hgraph.dim<\"batch\", 1, 4>, "
        "#hgraph.dim<\"seq\", 1, 8>]}",
        "{hgraph.name = \"ids\", hgraph.range = array<i64: 0, 15>}",
        "tensor<?x?xi1, #hgraph.dims<\"batch\", \"seq\">> {hgraph.name = "
        "\"keep\"}",
        "{hgraph.name = \"probabilities\"}",
        "{hgraph.name = \"some\"}",
        "hgraph.weight \"t.weight\" : tensor<16x8xf32>",
        "hgraph.embed %arg0,",
        "hgraph.positions",
        "hgraph.row %0[3]",
        "hgraph.constant dense<5.0",
        "hgraph.sub",
        "hgraph.mul",
        "hgraph.div",
        "hgraph.layer_norm",
        "eps(1.0",
        "layout(out_in)",
        "layout(in_out) compute(bf16)",
        "heads(2)",
        "scale(5.0",
        "scale(3.0",
        "arith.cmpi sle",
        "arith.andi",
        "arith.xori",
        "arith.ori",
        "arith.addi",
        "arith.cmpi slt",
        "approximate(none)",
        "approximate(tanh)",
        "hgraph.relu",
        "hgraph.merge_heads",
        "axis(1)",
        "over(1)",
        "over(1) where %arg1",
        "hgraph.l2_normalize",
        "hgraph.return"})
    EXPECT_NE(out.find(expected), std::string::npos) << expected << " in\n"
                                                     << out;
}

TEST_F(DslToGraph, WritesEveryElementOp) {
  std::string out = printed(everyElementOp);
  for (const char *name :
       {"pow",      "min", "max",    "sqrt", "abs",         "neg",  "exp",
        "log",      "sin", "cos",    "tanh", "sigmoid",     "silu", "rms_norm",
        "select",   "and", "not",    "or",   "log_softmax", "sum",  "largest",
        "smallest", "var", "argmax", "cast", "top_k",       "take"})
    EXPECT_NE(out.find("hgraph." + std::string(name) + " %"), std::string::npos)
        << name << " in\n"
        << out;
  for (const char *expected :
       {"sign(lt)", "sign(ge)", "sign(ne)", "sign(gt)", "over(2) keep",
        "over(1) where %arg2", "dense<3> : tensor<i32>", "k(2)"})
    EXPECT_NE(out.find(expected), std::string::npos) << expected << " in\n"
                                                     << out;
}

TEST_F(DslToGraph, KeepsEachWeightOnce) {
  OwningOpRef<ModuleOp> module = lowered(everyOp);
  ASSERT_TRUE(module);
  size_t tables = 0;
  module->walk([&](graph::WeightOp weight) {
    tables += weight.getPath() == "t.weight";
  });
  EXPECT_EQ(tables, 1u);
}

TEST_F(DslToGraph, CarriesPlacesAndCalls) {
  OwningOpRef<ModuleOp> module = lowered("model M {\n  input x: f32[2]\n"
                                         "  fn half(a) { return a / 2 }\n"
                                         "  output y = relu(half(x))\n}");
  ASSERT_TRUE(module);
  auto place = [&](unsigned line, unsigned column) {
    return FileLineColLoc::get(&context, "m.heddle", line, column);
  };
  module->walk([&](graph::ReluOp relu) {
    EXPECT_EQ(relu.getLoc(), Location(place(4, 14)));
  });
  module->walk([&](graph::DivOp divide) {
    Location inner =
        NameLoc::get(StringAttr::get(&context, "half"), place(3, 25));
    EXPECT_EQ(divide.getLoc(), Location(CallSiteLoc::get(inner, place(4, 19))));
  });
  module->walk([&](graph::EntryOp entry) {
    EXPECT_EQ(entry.getBody().getArgument(0).getLoc(), Location(place(2, 9)));
  });
}

TEST_F(DslToGraph, ReadsBackWhatItPrints) {
  for (const std::string &model : {everyOp, everyElementOp}) {
    std::string text = printed(model);
    OwningOpRef<ModuleOp> module =
        parseSourceString<ModuleOp>(text, ParserConfig(&context));
    ASSERT_TRUE(module);
    std::string again;
    llvm::raw_string_ostream(again) << *module;
    EXPECT_EQ(again, text);
  }
}

TEST_F(DslToGraph, EachEntryHasTheWeightsThatItReads) {
  std::string text = printed("model M {\n"
                             "  weight @a: f32[4], @b: f32[4], @c: f32[4]\n"
                             "  state s: f32[4]\n"
                             "  entry set { input x: f32[4] s = tensor(@b) "
                             "output y = x * tensor(@a) }\n"
                             "  entry get { input x: f32[4] "
                             "output y = s + x output w = tensor(@c) }\n"
                             "}\n");
  size_t second = text.find("hgraph.entry @get");
  ASSERT_NE(second, std::string::npos) << text;
  auto counts = [](const std::string &part) {
    std::string found;
    for (const char *name : {"\"a\"", "\"b\"", "\"c\""})
      if (part.find("hgraph.weight " + std::string(name)) != std::string::npos)
        found += name[1];
    return found;
  };
  EXPECT_EQ(counts(text.substr(0, second)), "ab");
  EXPECT_EQ(counts(text.substr(second)), "c");
  EXPECT_NE(text.find("hgraph.write_state \"s\", %"), std::string::npos);
}

} // namespace
