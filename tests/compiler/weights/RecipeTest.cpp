// Recipes against index formulas, on sizes that do not divide.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/weights/Recipe.h"

#include "compiler/weights/RandomWeights.h"
#include "dialects/host/Recipe.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

using namespace heddle;
using namespace heddle::weights;

namespace {
using Shape = std::vector<int64_t>;

/// Values of a weight whose tensors "t0", "t1", ... are random with `shapes`.
struct Outcome {
  std::vector<float> values; ///< whatever the dtype
  std::string error;
};
} // namespace

static WeightSource sourceOf(const std::vector<Shape> &shapes) {
  WeightSource source = std::move(*WeightSource::open({"random:5"}));
  for (size_t i = 0; i < shapes.size(); ++i)
    source.declare("t" + std::to_string(i), shapes[i]);
  return source;
}

static Outcome run(const std::vector<Shape> &shapes,
                   const std::vector<std::string> &recipe, const Shape &extents,
                   io::DType dtype = io::DType::F32) {
  WeightSource source = sourceOf(shapes);
  WeightRequest request;
  request.name = "w";
  for (size_t i = 0; i < shapes.size(); ++i)
    request.tensors.push_back("t" + std::to_string(i));
  request.recipe = recipe;
  request.extents = extents;
  request.dtype = dtype;
  Outcome outcome;
  std::string bytes;
  io::Status status =
      runRecipe(source, request, [&](const void *piece, size_t size) {
        bytes.append(static_cast<const char *>(piece), size);
        return true;
      });
  size_t width = io::dtypeBytes(dtype);
  for (size_t i = 0; i < bytes.size(); i += width) {
    if (dtype == io::DType::I8) {
      outcome.values.push_back(static_cast<signed char>(bytes[i]));
      continue;
    }
    uint32_t bits = 0; // bf16: the upper half
    std::memcpy(reinterpret_cast<char *>(&bits) + sizeof(bits) - width,
                &bytes[i], width);
    outcome.values.push_back(dtype == io::DType::I32
                                 ? float(int32_t(bits))
                                 : std::bit_cast<float>(bits));
  }
  io::Status checked = checkRecipe(source, request);
  EXPECT_EQ(bool(status), bool(checked));
  if (!status)
    outcome.error = status.error();
  return outcome;
}

static std::vector<float> tensor(int index, const Shape &shape) {
  return randomWeight(5, "t" + std::to_string(index), shape);
}

TEST(Recipe, NoneCopies) {
  EXPECT_EQ(run({{3, 5}}, {}, {3, 5}).values, tensor(0, {3, 5}));
}

TEST(Recipe, LargeCopiesComeInPieces) {
  Shape shape = {3, 700001};
  EXPECT_EQ(run({shape}, {"reshape 700001 3"}, {700001, 3}).values,
            tensor(0, shape));
}

TEST(Recipe, ConcatJoinsRows) {
  std::vector<float> expected = tensor(0, {2, 3}), more = tensor(1, {4, 3});
  expected.insert(expected.end(), more.begin(), more.end());
  EXPECT_EQ(run({{2, 3}, {4, 3}}, {"concat 0"}, {6, 3}).values, expected);
}

TEST(Recipe, ConcatJoinsColumns) {
  std::vector<float> a = tensor(0, {2, 3}), b = tensor(1, {2, 4}), expected;
  for (int row = 0; row < 2; ++row) {
    expected.insert(expected.end(), &a[row * 3], &a[row * 3] + 3);
    expected.insert(expected.end(), &b[row * 4], &b[row * 4] + 4);
  }
  EXPECT_EQ(run({{2, 3}, {2, 4}}, {"concat 1"}, {2, 7}).values, expected);
}

TEST(Recipe, TransposeSwapsAxes) {
  constexpr int rows = 37, columns = 70;
  std::vector<float> from = tensor(0, {rows, columns});
  std::vector<float> to =
      run({{rows, columns}}, {"transpose"}, {columns, rows}).values;
  ASSERT_EQ(to.size(), from.size());
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c)
      ASSERT_EQ(to[c * rows + r], from[r * columns + c]);
}

TEST(Recipe, PackMakesPanelsAndFillsTheLast) {
  constexpr int depth = 5, width = 11, lanes = 4;
  std::vector<float> from = tensor(0, {depth, width});
  std::vector<float> to =
      run({{depth, width}}, {"pack 4"}, {3, depth, lanes}).values;
  ASSERT_EQ(to.size(), size_t(3 * depth * lanes));
  for (int p = 0; p < 3; ++p)
    for (int k = 0; k < depth; ++k)
      for (int n = 0; n < lanes; ++n) {
        int column = p * lanes + n;
        float expected = column < width ? from[k * width + column] : 0;
        ASSERT_EQ(to[(p * depth + k) * lanes + n], expected);
      }
}

TEST(Recipe, StreamedPackEqualsPackThroughMemory) {
  std::vector<Shape> shapes = {{7, 9}, {6, 9}};
  Outcome streamed =
      run(shapes, {"concat 0", "transpose", "pack 4"}, {4, 9, 4});
  // The same, with a step that changes nothing and keeps it from streaming.
  Outcome plain =
      run(shapes, {"concat 0", "pad 0 13", "transpose", "pack 4"}, {4, 9, 4});
  EXPECT_EQ(streamed.error, "");
  EXPECT_EQ(streamed.values, plain.values);
  EXPECT_EQ(streamed.values.back(), 0.0f);
}

TEST(Recipe, GroupPutsRowsSideBySide) {
  constexpr int depth = 5, width = 3, group = 2;
  std::vector<float> from = tensor(0, {depth, width});
  std::vector<float> to =
      run({{depth, width}}, {"pack 3", "group 2"}, {1, 3, width, group}).values;
  ASSERT_EQ(to.size(), size_t(3 * width * group));
  for (int k = 0; k < 3 * group; ++k)
    for (int n = 0; n < width; ++n)
      ASSERT_EQ(to[(k / group * width + n) * group + k % group],
                k < depth ? from[k * width + n] : 0);
}

TEST(Recipe, StreamedGroupsEqualGroupsThroughMemory) {
  std::vector<Shape> shapes = {{7, 9}, {6, 9}};
  std::vector<std::string> steps = {"concat 0", "transpose", "pack 4",
                                    "group 2", "bf16"};
  Outcome streamed = run(shapes, steps, {4, 5, 4, 2}, io::DType::BF16);
  steps.insert(steps.begin() + 1, "pad 0 13");
  Outcome plain = run(shapes, steps, {4, 5, 4, 2}, io::DType::BF16);
  EXPECT_EQ(streamed.error, "");
  EXPECT_EQ(streamed.values, plain.values);
  EXPECT_EQ(streamed.values.size(), 4u * 5 * 4 * 2);
}

TEST(Recipe, Bf16IsTheNearest) {
  std::vector<float> from = tensor(0, {41, 9});
  std::vector<float> to =
      run({{41, 9}}, {"bf16"}, {41, 9}, io::DType::BF16).values;
  ASSERT_EQ(to.size(), from.size());
  for (size_t i = 0; i < to.size(); ++i) {
    uint32_t bits = std::bit_cast<uint32_t>(to[i]);
    ASSERT_EQ(bits & 0xffff, 0u);
    for (uint32_t other : {bits - 0x10000, bits + 0x10000})
      ASSERT_LE(std::fabs(from[i] - to[i]),
                std::fabs(from[i] - std::bit_cast<float>(other)));
  }
}

TEST(Recipe, Int8IsInMultiplesOfTheColumnsScales) {
  constexpr int depth = 37, width = 5;
  std::vector<float> from = tensor(0, {depth, width});
  std::vector<float> scales = run({{depth, width}}, {"scales"}, {width}).values;
  std::vector<float> whole =
      run({{depth, width}}, {"int8"}, {depth, width}, io::DType::I8).values;
  std::vector<float> offsets =
      run({{depth, width}}, {"offsets"}, {width}, io::DType::I32).values;
  ASSERT_EQ(scales.size(), size_t(width));
  ASSERT_EQ(whole.size(), size_t(depth * width));
  ASSERT_EQ(offsets.size(), size_t(width));
  for (int n = 0; n < width; ++n) {
    float sum = 0, largest = 0;
    for (int k = 0; k < depth; ++k) {
      float value = from[k * width + n], found = whole[k * width + n];
      EXPECT_LE(std::fabs(found), 127);
      EXPECT_LE(std::fabs(found * scales[n] - value), 0.5001f * scales[n]);
      largest = std::max(largest, std::fabs(value));
      sum += found;
    }
    EXPECT_FLOAT_EQ(scales[n], largest / 127);
    EXPECT_EQ(offsets[n], -128 * sum);
  }
}

TEST(Recipe, PadAddsZerosAtTheEndOfAnAxis) {
  std::vector<float> from = tensor(0, {2, 3});
  std::vector<float> expected = {from[0], from[1], from[2], 0, 0,
                                 from[3], from[4], from[5], 0, 0};
  EXPECT_EQ(run({{2, 3}}, {"pad 1 5"}, {2, 5}).values, expected);
}

TEST(Recipe, SaysWhatDoesNotFit) {
  EXPECT_EQ(run({{3}}, {"transpose"}, {3}).error,
            "weight 'w' from tensor 't0': 'transpose' needs a matrix, found "
            "[3]");
  EXPECT_EQ(run({{2, 3}, {2, 4}}, {"concat 0"}, {4, 3}).error,
            "weight 'w' from tensor 't0': 'concat 0' joins [2, 3] and [2, 4], "
            "which differ elsewhere");
  EXPECT_EQ(run({{2, 3}}, {"concat 2"}, {2, 3}).error,
            "weight 'w' from tensor 't0': 'concat 2' needs more than 2 axes, "
            "found [2, 3]");
  EXPECT_EQ(run({{2, 3}}, {"pad 1 2"}, {2, 2}).error,
            "weight 'w' from tensor 't0': 'pad 1 2' needs an axis 1 of at most "
            "2, found [2, 3]");
  EXPECT_EQ(run({{2, 3}}, {"reshape 4 2"}, {4, 2}).error,
            "weight 'w' from tensor 't0': 'reshape 4 2' needs 8 elements, "
            "found [2, 3]");
  EXPECT_EQ(run({{2, 3}}, {"group 2"}, {2, 3}).error,
            "weight 'w' from tensor 't0': 'group 2' needs panels of a matrix, "
            "found [2, 3]");
  for (const char *step : {"int8", "scales", "offsets"})
    EXPECT_EQ(run({{3}}, {step}, {3}).error, "weight 'w' from tensor 't0': '" +
                                                 std::string(step) +
                                                 "' needs a matrix, found [3]");
  EXPECT_EQ(run({{2, 3}}, {"int8"}, {2, 3}).error,
            "weight 'w' has elements of type f32, expected i8");
  EXPECT_EQ(run({{2, 3}}, {"bf16"}, {2, 3}).error,
            "weight 'w' has elements of type f32, expected bf16");
  EXPECT_EQ(run({{2, 3}}, {}, {2, 3}, io::DType::BF16).error,
            "weight 'w' has elements of type bf16, expected f32");
  EXPECT_EQ(
      run({{2, 3}}, {"bf16", "transpose"}, {3, 2}, io::DType::BF16).error,
      "weight 'w' from tensor 't0': 'transpose' after 'bf16', which comes "
      "last");
  EXPECT_EQ(run({{2, 3}}, {}, {3, 2}).error,
            "weight 'w' from tensor 't0' becomes [2, 3], expected [3, 2]");
}

TEST(Recipe, TablesNeedNoTensor) {
  double f = std::pow(100.0, -0.5);
  std::vector<float> rotary = {1,
                               1,
                               0,
                               0,
                               float(std::cos(1.0)),
                               float(std::cos(f)),
                               float(std::sin(1.0)),
                               float(std::sin(f))};
  std::vector<float> sinusoid = {0,
                                 1,
                                 0,
                                 1,
                                 float(std::sin(1.0)),
                                 float(std::cos(1.0)),
                                 float(std::sin(f)),
                                 float(std::cos(f))};
  EXPECT_EQ(run({}, {"rotary 2 4 100"}, {2, 4}).values, rotary);
  EXPECT_EQ(run({}, {"sinusoid 2 4 100"}, {2, 4}).values, sinusoid);
  EXPECT_EQ(
      run({}, {"rotary 2 2 100 linear 4"}, {2, 2}).values,
      (std::vector<float>{1, 0, float(std::cos(0.25)), float(std::sin(0.25))}));
  // Waves of 6.3, 63 and 630 positions: kept, mixed, stretched.
  double smooth = (120 * 0.1 / (2 * M_PI) - 1) / 3;
  double middle = (1 - smooth) * 0.1 / 8 + smooth * 0.1;
  std::vector<float> scaled =
      run({}, {"rotary 2 6 1000 llama3 8 1 4 120"}, {2, 6}).values;
  ASSERT_EQ(scaled.size(), 12u);
  EXPECT_NEAR(scaled[9], std::sin(1.0), 1e-7);
  EXPECT_NEAR(scaled[10], std::sin(middle), 1e-7);
  EXPECT_NEAR(scaled[11], std::sin(0.01 / 8), 1e-9);
}

TEST(Recipe, TablesStandAlone) {
  EXPECT_EQ(run({{2, 4}}, {"rotary 2 4 100"}, {2, 4}).error,
            "weight 'w' from tensor 't0': 'rotary 2 4 100' takes no tensor");
  EXPECT_EQ(run({}, {"transpose"}, {2, 4}).error,
            "weight 'w': 'transpose' needs a tensor");
  EXPECT_EQ(run({}, {"rotary 2 4 100"}, {4, 4}).error,
            "weight 'w' becomes [2, 4], expected [4, 4]");
  for (const char *bad :
       {"rotary", "rotary 2 4", "rotary 0 4 100", "rotary 2 3 100",
        "rotary 2 4 0", "rotary 2 4 100 linear", "rotary 2 4 100 linear -1",
        "rotary 2 4 100 llama3 8 4 1 120", "rotary 2 4 100 llama3 8 1 4",
        "sinusoid 2 4 nan", "sinusoid 2 4 100 7"})
    EXPECT_NE(run({}, {bad}, {2, 4})
                  .error.find("has the recipe step '" + std::string(bad) + "'"),
              std::string::npos)
        << bad;
}

TEST(RecipeStep, TableTextsAreCanonical) {
  for (const char *text :
       {"rotary 2 4 10000", "sinusoid 2 4 0.5", "rotary 2 4 100 linear 2.5",
        "rotary 2 4 100 linear 2 llama3 8 1 4 8192",
        "rotary 2 4 100 llama3 8 1 4 8192"})
    EXPECT_EQ(host::parseRecipeStep(text)->str(), text);
}

TEST(Recipe, StopsWhenTheSinkDoes) {
  WeightSource source = sourceOf({{4, 4}});
  WeightRequest request;
  request.name = "w";
  request.tensors = {"t0"};
  request.extents = {4, 4};
  io::Status status =
      runRecipe(source, request, [](const void *, size_t) { return false; });
  ASSERT_FALSE(bool(status));
  EXPECT_EQ(status.error(), "weight 'w' could not be written");
}
