// Weights: where shapes come from, and what does not agree.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

WeightShapes
files(std::vector<std::pair<std::string, std::vector<int64_t>>> tensors) {
  WeightShapes shapes;
  for (auto &[name, extents] : tensors)
    shapes.tensors[name] = {"F32", extents, "w.safetensors"};
  return shapes;
}

std::string reportWith(const WeightShapes &shapes, const std::string &body) {
  Options options;
  options.weights = &shapes;
  return reportIn("input x: f32[2, 8]\n" + body, options);
}

TEST(Weights, TakeTheShapesOfTheFiles) {
  EXPECT_EQ(reportWith(files({{"w.weight", {16, 8}}, {"w.bias", {16}}}),
                       "output y = relu(linear(x, @w))"),
            "");
  EXPECT_EQ(reportWith(files({{"w.weight", {16, 8}}, {"w.bias", {16}}}),
                       "weight @w.weight: f32[16, 8]\n"
                       "output y = relu(linear(x, @w, out = 16))"),
            "");
}

TEST(Weights, AgreeWithTheText) {
  EXPECT_EQ(reportWith(files({{"w.weight", {16, 8}}, {"w.bias", {16}}}),
                       "y = linear(x, @w, out = 17)"),
            "2:25: error: 'linear' says out = 17, the weight [16, 8] has 16\n"
            "2:5: note: weight 'w.weight' is f32[16, 8]\n");
  EXPECT_EQ(reportWith(files({{"w.weight", {16, 9}}, {"w.bias", {16}}}),
                       "weight @w.weight: f32[16, 8]\ny = linear(x, @w)"),
            "2:8: error: weight 'w.weight' is declared [16, 8], and is [16, "
            "9] in w.safetensors\n"
            "3:5: note: it is used here\n");
  EXPECT_EQ(
      reportWith(files({{"t", {4, 8}}}), "y = row(@t, 0, rows = 5, width = 8)"),
      "2:23: error: 'row' says rows = 5, the weight [4, 8] has 4\n"
      "2:5: note: weight 't' is f32[4, 8]\n");
  EXPECT_EQ(reportWith(files({{"t", {4, 8}}}), "y = row(@t, 0, width = 9)"),
            "2:24: error: 'row' says width = 9, the weight [4, 8] has 8\n"
            "2:5: note: weight 't' is f32[4, 8]\n");
  EXPECT_EQ(reportWith(files({{"n.weight", {8}}, {"n.bias", {7}}}),
                       "y = layer_norm(x, @n)"),
            "2:5: error: layer_norm: the bias must be [8] for x [2, 8], found "
            "[7]\n"
            "2:5: note: weight 'n.bias' is f32[7]\n"
            "1:17: note: f32[2, 8] comes from here\n");
  EXPECT_EQ(reportWith(files({{"t", {8}}}), "y = row(@t, 0)"),
            "2:5: error: row: the table must be [rows, width], found [8]\n"
            "2:5: note: weight 't' is f32[8]\n");
}

TEST(Weights, AreFloatsAndNotEmpty) {
  WeightShapes shapes = files({{"a.weight", {16, 0}}, {"a.bias", {16}}});
  shapes.tensors["b.weight"] = {"I64", {16, 8}, "w.safetensors"};
  shapes.tensors["b.bias"] = {"F32", {16}, "w.safetensors"};
  EXPECT_EQ(reportWith(shapes, "y = linear(x, @a)\nz = linear(x, @b)"),
            "2:5: error: weight 'a.weight' [16, 0] in w.safetensors has no "
            "elements\n"
            "3:5: error: weight 'b.weight' is I64 in w.safetensors, and must "
            "be F32, F16 or BF16\n");
  for (const char *half : {"F16", "BF16"}) {
    shapes.tensors["b.weight"].element = half;
    EXPECT_EQ(reportWith(shapes, "output y = linear(x, @b)"),
              "-: remark: 2 tensors of the weight files not used: 'a.bias', "
              "'a.weight'\n");
  }
}

TEST(Weights, AreListedWhenMissing) {
  EXPECT_EQ(reportWith(files({{"w.weight", {16, 8}}, {"w.bais", {16}}}),
                       "output y = linear(x, @w)"),
            "2:12: error: weight 'w.bias' is not in the weight files; did you "
            "mean 'w.bais'?\n");
  EXPECT_EQ(reportWith(files({{"n.weight", {8}}}),
                       "h = layer_norm(x, @m)\n"
                       "output y = linear(h, @w) + linear(h, @w)"),
            "2:5: error: 4 weights are not in the weight files\n"
            "2:5: note: 'm.weight' is used here; did you mean 'n.weight'?\n"
            "2:5: note: 'm.bias' is used here\n"
            "3:12: note: 'w.weight' is used here; did you mean 'n.weight'?\n"
            "3:12: note: 'w.bias' is used here\n");
  std::string many;
  for (int i = 0; i < 10; ++i)
    many += "h" + std::to_string(i) + " = layer_norm(x, @a" +
            std::to_string(i) + ")\n";
  std::string listed = reportWith(files({}), many);
  EXPECT_EQ(listed.substr(0, 51),
            "2:6: error: 20 weights are not in the weight files\n");
  EXPECT_EQ(listed.substr(listed.size() - 20), "-: note: and 4 more\n");
}

TEST(Weights, AreTensorsOfTheirOwnShape) {
  EXPECT_EQ(reportWith(files({{"s", {8}}}), "output y = x * tensor(@s)"), "");
  EXPECT_EQ(reportWith(files({{"s", {7}}}), "output y = x * tensor(@s)")
                .substr(0, 17),
            "2:14: error: mul:");
}

TEST(Weights, NeedAShapeWithoutFiles) {
  EXPECT_EQ(reportIn("input x: f32[2, 8]\ny = x + tensor(@s)"),
            "2:16: error: nothing tells the shape of weight 's'; declare it or "
            "give the weight files\n");
  EXPECT_EQ(reportIn("input x: f32[2, 8]\ny = linear(x, @w)"),
            "2:5: error: nothing tells the shape of weight 'w.weight'; "
            "declare it, say 'out = N' or give the weight files\n"
            "2:5: error: nothing tells the shape of weight 'w.bias'; declare "
            "it or give the weight files\n");
  EXPECT_EQ(reportIn("y = row(@t, 0, rows = 2)"),
            "1:15: error: nothing tells the shape of weight 't.weight'; "
            "declare it, say 'rows = N, width = N' or give the weight "
            "files\n");
}

TEST(Weights, AreDeclaredOnceBeforeTheirUse) {
  EXPECT_EQ(reportIn("weight @w: f32[2], @w: f32[2]"),
            "1:30: error: weight 'w' is declared twice\n"
            "1:18: note: the first is here\n");
  EXPECT_EQ(reportIn("input x: f32[2] weight @w: f32[2] output y = relu(x)"),
            "1:34: warning: weight 'w' is declared and never used\n");
  EXPECT_EQ(reportIn("input x: f32[8]\ny = layer_norm(x, @n)\n"
                     "weight @n.bias: f32[8]"),
            "3:8: error: weight 'n.bias' is declared after its first use\n"
            "2:5: note: it is used here\n");
  EXPECT_EQ(reportIn("dim d in 1..8\nweight @w: f32[d]\nweight @v: i32[2]"),
            "2:16: error: a weight's extents are constant, found d\n"
            "3:12: error: a weight is f32, found i32\n");
  EXPECT_EQ(reportIn("input x: f32[8]\nscope a[0].b { weight @n: f32[9, 8]\n"
                     "output y = x + row(@n, 0) }\noutput z = x + row(@a.0.b.n,"
                     " 1)"),
            "");
}

TEST(Weights, AreRemarkedWhenUnused) {
  EXPECT_EQ(reportWith(files({{"pooler", {8}}}), "output y = relu(x)"),
            "-: remark: 1 tensor of the weight files not used: 'pooler'\n");
  std::vector<std::pair<std::string, std::vector<int64_t>>> tensors;
  for (char name = 'a'; name <= 'j'; ++name)
    tensors.push_back({std::string(1, name), {1}});
  EXPECT_EQ(reportWith(files(tensors), "output y = relu(x)"),
            "-: remark: 10 tensors of the weight files not used: 'a', 'b', "
            "'c', 'd', 'e', 'f', 'g', 'h', and 2 more\n");
}

TEST(Unused, ValuesAreWarnedAboutAndDropped) {
  const std::string text = "model M { input x: f32[8], mask: i32[8]\n"
                           "h = relu(x) + 1\n"
                           "repeat i < 3 { x2 = layer_norm(x, @n[i]) "
                           "if i == 2 { output y = x2 } }\n}";
  EXPECT_EQ(report(text), "1:28: warning: input 'mask' is never used\n"
                          "2:13: warning: the result of 'add' is never "
                          "used\n");
  EXPECT_EQ(programOf(text),
            "program M\n"
            "%11 = weight n.2.weight : f32[8]\n"
            "%12 = weight n.2.bias : f32[8]\n"
            "%0 = input x : f32[8]\n"
            "%1 = input mask : i32[8]\n"
            "%13 = layer_norm %0, %11, %12 eps=1e-05 : f32[8] @3:21\n"
            "output y = %13\n");
}

} // namespace
