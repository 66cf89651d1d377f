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
