// The C++ header, used as an application would.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "heddle/runtime.hpp"
#include "tests/runtime/Tiny.h"

#include <gtest/gtest.h>

using namespace heddle::test;

TEST(Header, LoadsAndRuns) {
  TemporaryFile file(tinyFile());
  heddle::Module module;
  heddle::Status status = module.load(file.path);
  ASSERT_TRUE(status) << status.message();
  const std::vector<int32_t> tokens = {4, 8};
  std::vector<float> x = {1, 2}, y(2), total(1);
  std::vector<heddle_tensor> inputs = {heddle::tensor(tokens.data(), {1, 2}),
                                       heddle::tensor(x.data(), {1, 2})};
  std::vector<heddle_tensor> outputs;
  status = module.outputShapes(inputs, outputs);
  ASSERT_TRUE(status) << status.message();
  ASSERT_EQ(outputs.size(), 2u);
  outputs[0].data = y.data();
  outputs[1].data = total.data();
  status = module.run(inputs, outputs);
  ASSERT_TRUE(status) << status.message();
  EXPECT_EQ(total[0], 6.0f);

  heddle::Session session;
  status = session.create(module, 1, "plain");
  ASSERT_TRUE(status) << status.message();
  x[0] = 3;
  status = session.run(inputs, outputs);
  ASSERT_TRUE(status) << status.message();
  EXPECT_EQ(total[0], 8.0f);
}

TEST(Header, FailuresCarryTheirSentence) {
  heddle::Module module;
  heddle::Status status = module.load("/nonexistent.so");
  EXPECT_EQ(status.code, HEDDLE_IO_ERROR);
  EXPECT_STREQ(status.message(),
               "/nonexistent.so: cannot open: No such file or directory");
  heddle::Session session;
  EXPECT_EQ(session.create(module).code, HEDDLE_INVALID_ARGUMENT);
}

TEST(Header, EveryStatusHasItsName) {
  const char *const names[] = {"HEDDLE_OK",
                               "HEDDLE_INVALID_ARGUMENT",
                               "HEDDLE_SHAPE_MISMATCH",
                               "HEDDLE_OUT_OF_RANGE",
                               "HEDDLE_NOT_FOUND",
                               "HEDDLE_BAD_ARTIFACT",
                               "HEDDLE_UNSUPPORTED",
                               "HEDDLE_IO_ERROR",
                               "HEDDLE_OUT_OF_MEMORY",
                               "HEDDLE_KERNEL_FAILED",
                               "HEDDLE_STOPPED",
                               "HEDDLE_INTERNAL"};
  for (int status = HEDDLE_OK; status <= HEDDLE_INTERNAL; ++status)
    EXPECT_STREQ(heddle_status_name(heddle_status(status)), names[status]);
  EXPECT_STREQ(heddle_status_name(heddle_status(HEDDLE_INTERNAL + 1)), "?");
}

TEST(Header, EveryTypeHasItsNameAndWidth) {
  const std::pair<heddle_dtype, std::pair<const char *, size_t>> types[] = {
      {HEDDLE_F32, {"f32", 4}}, {HEDDLE_F64, {"f64", 8}},
      {HEDDLE_F16, {"f16", 2}}, {HEDDLE_BF16, {"bf16", 2}},
      {HEDDLE_I8, {"i8", 1}},   {HEDDLE_U8, {"u8", 1}},
      {HEDDLE_I16, {"i16", 2}}, {HEDDLE_I32, {"i32", 4}},
      {HEDDLE_I64, {"i64", 8}}, {HEDDLE_BOOL, {"bool", 1}}};
  for (const auto &[type, known] : types) {
    EXPECT_STREQ(heddle_dtype_name(type), known.first);
    EXPECT_EQ(heddle_dtype_bytes(type), known.second);
  }
  auto none = heddle_dtype(HEDDLE_BOOL + 1);
  EXPECT_STREQ(heddle_dtype_name(none), "?");
  EXPECT_EQ(heddle_dtype_bytes(none), 0u);
}
