// A host program with kernels in C becomes an artefact that the runtime runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/link/Support.h"

#include "heddle/runtime.h"
#include <gtest/gtest.h>

using namespace heddle;
using namespace heddle::test;

namespace {
class Artifact : public testing::Test {
protected:
  static void SetUpTestSuite() { tiny = new Tiny(makeTiny()); }
  static void TearDownTestSuite() { delete tiny; }

  void SetUp() override {
    llvm::Expected<link::ArtifactInfo> info =
        writeTiny(*tiny, folder / "tiny.so", 1.0f);
    ASSERT_TRUE(bool(info)) << llvm::toString(info.takeError());
    heddle_error error{};
    ASSERT_EQ(heddle_module_load((folder / "tiny.so").c_str(), &module, &error),
              HEDDLE_OK)
        << error.message;
  }
  void TearDown() override { heddle_module_free(module); }

  /// Runs at 1 x rows; gives the status and fills z, y and the error.
  heddle_status run(int64_t rows, const char *variant, uint32_t threads);

  static Tiny *tiny;
  Folder folder;
  heddle_module *module = nullptr;
  std::vector<float> x, z, y, again;
  heddle_error error{};
};
Tiny *Artifact::tiny = nullptr;
} // namespace

static heddle_tensor tensor(std::vector<float> &values, int64_t rows,
                            int64_t width) {
  values.resize(size_t(rows * width));
  heddle_tensor result{};
  result.data = values.data();
  result.dtype = HEDDLE_F32;
  result.rank = 3;
  result.extents[0] = 1;
  result.extents[1] = rows;
  result.extents[2] = width;
  return result;
}

heddle_status Artifact::run(int64_t rows, const char *variant,
                            uint32_t threads) {
  heddle_tensor input = tensor(x, rows, 3);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = float(int(i * 7 % 11) - 5);
  heddle_tensor outputs[] = {tensor(z, rows, 6), tensor(y, rows, 6),
                             tensor(again, rows, 6)};
  heddle_session_options options = HEDDLE_SESSION_OPTIONS_INIT;
  options.threads = threads;
  options.variant = variant;
  heddle_session *session = nullptr;
  EXPECT_EQ(heddle_session_create(module, &options, &session, &error),
            HEDDLE_OK)
      << error.message;
  heddle_status status =
      heddle_session_run(session, 0, &input, 1, outputs, 3, nullptr, &error);
  heddle_session_free(session);
  return status;
}

TEST_F(Artifact, ComputesInBothVariantsAndOnTwoThreads) {
  for (uint32_t threads : {1u, 2u})
    for (const char *variant : {"one", "two"}) {
      ASSERT_EQ(run(9, variant, threads), HEDDLE_OK) << error.message;
      float extra = std::string(variant) == "two" ? 100.0f : 0.0f;
      for (int m = 0; m < 9; ++m)
        for (int n = 0; n < 6; ++n) {
          float sum = 0;
          for (int k = 0; k < 3; ++k)
            sum += x[size_t(m * 3 + k)] * (1.0f + float(n) - float(k));
          size_t at = size_t(m * 6 + n);
          EXPECT_EQ(y[at], sum);
          EXPECT_EQ(z[at], std::max(sum, 0.0f) + extra);
          EXPECT_EQ(again[at], z[at]);
        }
    }
}

TEST_F(Artifact, PassesOnTheErrorsOfAChecksBuild) {
  EXPECT_EQ(run(13, "one", 1), HEDDLE_KERNEL_FAILED);
  EXPECT_NE(std::string(error.message)
                .find("y: dimension 1 is used from 0 to 13, outside 0 to 12"),
            std::string::npos)
      << error.message;
  EXPECT_EQ(run(14, "one", 1), HEDDLE_KERNEL_FAILED);
  EXPECT_NE(std::string(error.message).find("rows is 14.5, more than 2"),
            std::string::npos)
      << error.message;
}

TEST_F(Artifact, DescribesItself) {
  EXPECT_STREQ(heddle_module_name(module), "tiny");
  EXPECT_STREQ(heddle_module_note(module, "compiler"), "heddle test");
  size_t size = 0;
  const uint8_t *graph = heddle_module_graph(module, &size);
  EXPECT_EQ(std::string(graph, graph + size), "graph bytes");
  heddle_dispatch_info dispatch{};
  ASSERT_EQ(heddle_module_dispatch(module, 0, 0, &dispatch), HEDDLE_OK);
  EXPECT_STREQ(dispatch.origin, "tiny.heddle:4:9");
  EXPECT_EQ(dispatch.values[0], 11);
  heddle_buffer_info input{};
  ASSERT_EQ(heddle_module_input(module, 0, 0, &input), HEDDLE_OK);
  EXPECT_STREQ(input.extents[1], "seq");
}

TEST_F(Artifact, CostsAreFormulasInTheDims) {
  int64_t dims[] = {2, 5}; // batch, seq
  uint64_t arena = 0, scratch = 0, flops = 0;
  ASSERT_EQ(
      heddle_module_costs(module, 0, dims, 2, &arena, &scratch, &flops, &error),
      HEDDLE_OK)
      << error.message;
  EXPECT_EQ(arena, 2u * 256u); // two slots of 2 * 5 * 6 * 4 = 240 bytes
  EXPECT_EQ(scratch, 64u);
  EXPECT_EQ(flops, 360u);
}
