// Whole entries: what is kept, what is reported, what f32 costs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/PathLength.h"
#include "compiler/reference/RandomInputs.h"
#include "compiler/reference/Tolerance.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tests/support/GraphCases.h"
#include <chrono>
#include <cstdio>
#include <gtest/gtest.h>

using namespace heddle;
using namespace heddle::reference;
using namespace heddle::test;

namespace {

const char *const rowsSignature =
    "(%t: tensor<?xi32, #hgraph.dims<\"seq\">> {hgraph.name = \"t\"}) -> "
    "(tensor<?x2xf32, #hgraph.dims<\"seq\", \"2\">> {hgraph.name = \"y\"})";
const char *const rowsBody =
    "%w = hgraph.weight \"w\" : tensor<3x2xf32>\n"
    "%y = hgraph.embed %t, %w {hgraph.id = 4 : i64} : (tensor<?xi32, "
    "#hgraph.dims<\"seq\">>, tensor<3x2xf32>) -> tensor<?x2xf32, "
    "#hgraph.dims<\"seq\", \"2\">>\n"
    "hgraph.return %y : tensor<?x2xf32, #hgraph.dims<\"seq\", \"2\">>";

/// The text of the diagnostics of an evaluation.
std::string errorOf(const char *signature, const char *body,
                    std::vector<Tensor<double>> inputs, shape::DimValues dims,
                    WeightProvider weights) {
  auto context = makeContext();
  auto module = parseEntry(*context, signature, body);
  std::string text;
  mlir::ScopedDiagnosticHandler handler(
      context.get(), [&](mlir::Diagnostic &diag) { text += diag.str(); });
  Surroundings<double> around{std::move(weights), nullptr};
  (void)evaluate<double>(entryOf(*module), std::move(inputs), dims, around);
  return text;
}

/// Evaluates the rows entry on `tokens` with seq = 2.
std::string errorOf(std::vector<int32_t> tokens, WeightProvider weights) {
  int64_t count = static_cast<int64_t>(tokens.size());
  return errorOf(rowsSignature, rowsBody,
                 {Tensor<double>::ofInts({count}, std::move(tokens))},
                 {{"seq", 2}}, std::move(weights));
}

} // namespace

TEST(Entry, ReportsATokenOutsideItsTable) {
  EXPECT_EQ(errorOf({2, 3}, randomWeights(1)),
            "token 3 is not in the table of 3 rows");
  EXPECT_EQ(errorOf({-1, 0}, randomWeights(1)),
            "token -1 is not in the table of 3 rows");
}

TEST(Entry, ReportsAnInputOfAnotherShape) {
  EXPECT_EQ(errorOf({0, 1, 2}, randomWeights(1)),
            "input 0 has the shape [3], expected [2] of 'i32'");
}

TEST(Entry, ReportsMissingInputsAndDims) {
  EXPECT_EQ(errorOf(rowsSignature, rowsBody, {}, {{"seq", 2}}, nullptr),
            "evaluated on 0 inputs, expected 1");
  auto input = Tensor<double>::ofInts({2}, {0, 1});
  EXPECT_EQ(errorOf(rowsSignature, rowsBody, {input}, {}, nullptr),
            "the extent \"seq\" has no value under the dims given");
}

TEST(Entry, ReportsPositionsPastTheTable) { // dims outside their range
  const char *signature =
      "() -> (tensor<?x2xf32, #hgraph.dims<\"seq\", \"2\">> {hgraph.name = "
      "\"y\"})";
  const char *body =
      "%w = hgraph.weight \"w\" : tensor<64x2xf32>\n"
      "%y = hgraph.positions %w : (tensor<64x2xf32>) -> tensor<?x2xf32, "
      "#hgraph.dims<\"seq\", \"2\">>\n"
      "hgraph.return %y : tensor<?x2xf32, #hgraph.dims<\"seq\", \"2\">>";
  EXPECT_EQ(errorOf(signature, body, {}, {{"seq", 65}}, randomWeights(1)),
            "65 positions are asked of a table of 64 rows");
}

TEST(Entry, ReportsWhatTheWeightsSay) {
  auto missing = [](std::string_view path, const std::vector<int64_t> &,
                    std::vector<float> &) {
    return "no tensor " + std::string(path);
  };
  EXPECT_EQ(errorOf({0, 1}, missing), "no tensor w");
  EXPECT_EQ(errorOf({0, 1}, nullptr), "no weights are given");
  auto wrong = [](std::string_view, const std::vector<int64_t> &,
                  std::vector<float> &values) {
    values.resize(5);
    return std::string();
  };
  EXPECT_EQ(errorOf({0, 1}, wrong), "the weight has 5 elements, expected 6");
}

TEST(Entry, GivesValuesByTheirIds) {
  auto context = makeContext();
  auto module = parseEntry(*context, rowsSignature, rowsBody);
  std::map<int64_t, std::vector<double>> seen;
  Surroundings<double> around{randomWeights(1),
                              [&](int64_t id, const Tensor<double> &value) {
                                seen[id] = value.floats;
                              }};
  auto out =
      evaluate<double>(entryOf(*module), {Tensor<double>::ofInts({2}, {2, 0})},
                       {{"seq", 2}}, around);
  ASSERT_TRUE(mlir::succeeded(out));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[4], out->front().floats);
}

TEST(Entry, KeepsStatesFromCallToCall) {
  auto context = makeContext();
  auto module =
      parse(*context,
            "hgraph.model @M {dims = []} {\n"
            "  hgraph.state \"total\" : tensor<2xf32>\n"
            "  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = \"x\"}) -> "
            "(tensor<2xf32> {hgraph.name = \"y\"}) {\n"
            "    %0 = hgraph.read_state \"total\" : tensor<2xf32>\n"
            "    %1 = hgraph.add %0, %x : (tensor<2xf32>, tensor<2xf32>) -> "
            "tensor<2xf32>\n"
            "    hgraph.write_state \"total\", %1 : tensor<2xf32>\n"
            "    %2 = hgraph.read_state \"total\" : tensor<2xf32>\n"
            "    hgraph.return %2 : tensor<2xf32>\n"
            "  }\n"
            "}\n");
  ASSERT_TRUE(module);
  std::map<std::string, Tensor<double>> states;
  Surroundings<double> around{nullptr, nullptr, &states};
  auto call = [&](double a, double b) {
    auto out = evaluate<double>(
        entryOf(*module), {Tensor<double>::ofFloats({2}, {a, b})}, {}, around);
    EXPECT_TRUE(mlir::succeeded(out));
    return out->front().floats;
  };
  // A read gives what the last call left, also behind a write.
  EXPECT_EQ(call(1, 2), (std::vector<double>{0, 0}));
  EXPECT_EQ(call(10, 20), (std::vector<double>{1, 2}));
  EXPECT_EQ(states.at("total").floats, (std::vector<double>{11, 22}));
  around.states = nullptr;
  EXPECT_EQ(call(5, 5), (std::vector<double>{0, 0}));
}

TEST(Entry, SinglePrecisionStaysWithinTheToleranceOfDouble) {
  auto context = makeContext();
  auto module = buildBert(*context, 3, 48, 4);
  graph::EntryOp entry = entryOf(*module);
  for (uint64_t seed = 0; seed < 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    shape::DimValues dims =
        randomDims({{"batch", 1, 8}, {"seq", 1, 64}}, 40, seed);
    auto inputs = randomInputs(entry, dims, seed);
    std::vector<Tensor<float>> narrow;
    for (const Tensor<double> &input : inputs)
      narrow.push_back(convert<float>(input));
    auto exact =
        evaluate<double>(entry, inputs, dims, {randomWeights(seed), nullptr});
    auto rounded =
        evaluate<float>(entry, narrow, dims, {randomWeights(seed), nullptr});
    ASSERT_TRUE(mlir::succeeded(exact) && mlir::succeeded(rounded));
    double bound = tolerance(pathLengths(entry, dims, {}).ofOutput(0));
    Difference worst =
        compare(exact->front().floats, rounded->front().floats.data(), bound);
    EXPECT_TRUE(worst.within) << worst.found << " for " << worst.expected;
    EXPECT_GT(worst.largest, 0) << "f32 cannot be exact here";
  }
}

TEST(Entry, ToleranceFollowsTheLongestPath) {
  auto context = makeContext();
  auto module = buildBert(*context, 1, 48, 4);
  // Embedding 1, adds 2, norm 48; attention projections 48 + 1, attention
  // 12 + 10, merge 1, linear 48, add 1, norm 48; up 48, gelu 1, down 192,
  // add 1, norm 48; mean 10, unit length 48.
  PathLengths lengths =
      pathLengths(entryOf(*module), {{"batch", 2}, {"seq", 10}}, {});
  EXPECT_EQ(lengths.ofOutput(0).terms, 51 + 49 + 22 + 98 + 290 + 58);
}

TEST(Entry, RandomInputsFitTheirUse) {
  auto context = makeContext();
  auto module = buildBert(*context, 1, 48, 4);
  graph::EntryOp entry = entryOf(*module);
  auto range = tokenRange(entry.getBody().getArgument(0));
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(*range, (std::pair<int64_t, int64_t>(0, 49)));
  EXPECT_FALSE(tokenRange(entry.getBody().getArgument(1)).has_value());
  auto inputs = randomInputs(entry, {{"batch", 8}, {"seq", 64}}, 3);
  ASSERT_EQ(inputs.size(), 2u);
  for (int32_t token : inputs[0].ints)
    EXPECT_TRUE(token >= 0 && token < 50);
  for (size_t i = 1; i < inputs[1].ints.size(); ++i)
    if (i % 64 != 0) { // live keys come first
      EXPECT_LE(inputs[1].ints[i], inputs[1].ints[i - 1]);
    }
  auto again = randomInputs(entry, {{"batch", 8}, {"seq", 64}}, 3);
  EXPECT_EQ(inputs[0].ints, again[0].ints);
}

TEST(Entry, RandomTokensStayInTheDeclaredRange) {
  auto context = makeContext();
  auto module = buildBert(*context, 1, 48, 4);
  graph::EntryOp entry = entryOf(*module);
  auto declare = [&](unsigned index, int64_t least, int64_t greatest) {
    entry.setArgAttr(
        index, graph::rangeAttr,
        mlir::DenseI64ArrayAttr::get(context.get(), {least, greatest}));
  };
  declare(0, 45, 70); // the table has 50 rows
  declare(1, 3, 4);
  auto inputs = randomInputs(entry, {{"batch", 8}, {"seq", 64}}, 3);
  for (int32_t token : inputs[0].ints)
    EXPECT_TRUE(token >= 45 && token <= 49) << token;
  for (int32_t token : inputs[1].ints)
    EXPECT_TRUE(token == 3 || token == 4) << token;
}
