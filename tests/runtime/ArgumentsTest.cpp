// What a caller can get wrong, each refused in words before a kernel runs.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/Tiny.h"

#include <functional>
#include <gtest/gtest.h>

using namespace heddle::test;

namespace {

struct Wrong {
  const char *claim;
  std::function<void(TinyCall &)> spoil;
  heddle_status status;
  const char *message;
};

class Arguments : public testing::TestWithParam<Wrong> {};

const Wrong wrongs[] = {
    {"InputType", [](TinyCall &c) { c.inputs[0].dtype = HEDDLE_I64; },
     HEDDLE_SHAPE_MISMATCH, "input 0 \"tokens\" has element type i64, not i32"},
    {"UnknownType", [](TinyCall &c) { c.inputs[0].dtype = 77; },
     HEDDLE_SHAPE_MISMATCH, "input 0 \"tokens\" has element type ?, not i32"},
    {"InputRank", [](TinyCall &c) { c.inputs[1].rank = 3; },
     HEDDLE_SHAPE_MISMATCH, "input 1 \"x\" has rank 3, not 2"},
    {"HugeRank", [](TinyCall &c) { c.inputs[1].rank = 3000000; },
     HEDDLE_SHAPE_MISMATCH, "input 1 \"x\" has rank 3000000, not 2"},
    {"InputExtent", [](TinyCall &c) { c.inputs[1].extents[1] = 5; },
     HEDDLE_SHAPE_MISMATCH,
     "input 1 \"x\" has extent 5 at axis 1, not 4: seq is 4"},
    {"NegativeExtent", [](TinyCall &c) { c.inputs[0].extents[0] = -1; },
     HEDDLE_SHAPE_MISMATCH, "input 0 \"tokens\" has extent -1 at axis 0"},
    {"HugeExtents",
     [](TinyCall &c) {
       c.inputs[0].extents[0] = c.inputs[0].extents[1] = INT64_MAX / 2;
     },
     HEDDLE_SHAPE_MISMATCH, "input 0 \"tokens\" is too large"},
    {"DimAboveRange", [](TinyCall &c) { c.inputs[0].extents[0] = 5; },
     HEDDLE_OUT_OF_RANGE,
     "batch is 5, outside 1..4, by axis 0 of input 0 \"tokens\""},
    {"DimBelowRange", [](TinyCall &c) { c.inputs[0].extents[1] = 0; },
     HEDDLE_OUT_OF_RANGE,
     "seq is 0, outside 1..8, by axis 1 of input 0 \"tokens\""},
    {"NoData", [](TinyCall &c) { c.inputs[1].data = nullptr; },
     HEDDLE_INVALID_ARGUMENT, "input 1 \"x\" has no data (NULL)"},
    {"NoOutputData", [](TinyCall &c) { c.outputs[1].data = nullptr; },
     HEDDLE_INVALID_ARGUMENT, "output 1 \"total\" has no data (NULL)"},
    {"MisalignedData",
     [](TinyCall &c) { c.inputs[1].data = (char *)c.inputs[1].data + 2; },
     HEDDLE_INVALID_ARGUMENT,
     "input 1 \"x\" has data that is not aligned to its 4-byte elements"},
    {"TokenAbove", [](TinyCall &c) { c.tokens[6] = 10; }, HEDDLE_OUT_OF_RANGE,
     "input 0 \"tokens\" holds 10 at [1, 2], outside 0..9"},
    {"TokenBelow", [](TinyCall &c) { c.tokens[0] = -1; }, HEDDLE_OUT_OF_RANGE,
     "input 0 \"tokens\" holds -1 at [0, 0], outside 0..9"},
    {"Strides",
     [](TinyCall &c) {
       c.inputs[1].strides[0] = 1;
       c.inputs[1].strides[1] = 2;
     },
     HEDDLE_SHAPE_MISMATCH,
     "input 1 \"x\" has stride 2 at axis 1, not 1: tensors must be dense and "
     "row-major"},
    {"Space", [](TinyCall &c) { c.inputs[0].space = 1; },
     HEDDLE_INVALID_ARGUMENT, "input 0 \"tokens\" is in memory space 1, not 0"},
    {"OutputExtent", [](TinyCall &c) { c.outputs[1].extents[0] = 3; },
     HEDDLE_SHAPE_MISMATCH,
     "output 1 \"total\" has extent 3 at axis 0, not 2: batch is 2"},
    {"OutputType", [](TinyCall &c) { c.outputs[0].dtype = HEDDLE_F64; },
     HEDDLE_SHAPE_MISMATCH, "output 0 \"y\" has element type f64, not f32"},
    {"OutputOverInput", [](TinyCall &c) { c.outputs[0].data = c.x.data(); },
     HEDDLE_INVALID_ARGUMENT, "output 0 \"y\" overlaps input 1 \"x\""},
    {"OutputOverOutput",
     [](TinyCall &c) { c.outputs[1].data = c.y.data() + 2; },
     HEDDLE_INVALID_ARGUMENT, "output 1 \"total\" overlaps output 0 \"y\""},
};

} // namespace

TEST_P(Arguments, AreRefusedInWords) {
  TinySession tiny;
  TinyCall call(2, 4);
  GetParam().spoil(call);
  EXPECT_EQ(call.run(tiny.session), GetParam().status);
  EXPECT_STREQ(call.error.message, GetParam().message);
  EXPECT_TRUE(call.outputsUntouched());
  TinyCall good(2, 4);
  EXPECT_EQ(good.run(tiny.session), HEDDLE_OK);
  EXPECT_TRUE(good.outputsRight());
}

INSTANTIATE_TEST_SUITE_P(Each, Arguments, testing::ValuesIn(wrongs),
                         [](const testing::TestParamInfo<Wrong> &info) {
                           return std::string(info.param.claim);
                         });

TEST(Arguments, CountsAndEntries) {
  TinySession tiny;
  TinyCall call(2, 4);
  heddle_error error{};
  EXPECT_EQ(heddle_session_run(tiny.session, 0, call.inputs, 1, call.outputs, 2,
                               nullptr, &error),
            HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "entry \"main\" has 2 inputs, not 1");
  EXPECT_EQ(heddle_session_run(tiny.session, 0, call.inputs, 2, call.outputs, 3,
                               nullptr, &error),
            HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "entry \"main\" has 2 outputs, not 3");
  EXPECT_EQ(heddle_session_run(tiny.session, 0, nullptr, 2, call.outputs, 2,
                               nullptr, &error),
            HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "inputs is NULL");
  EXPECT_EQ(heddle_session_run(tiny.session, 7, call.inputs, 2, call.outputs, 2,
                               nullptr, &error),
            HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "entry 7 of 2");
  EXPECT_EQ(heddle_session_run(nullptr, 0, call.inputs, 2, call.outputs, 2,
                               nullptr, &error),
            HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "session is NULL");
  EXPECT_EQ(heddle_module_run(nullptr, 0, nullptr, 0, nullptr, 0, &error),
            HEDDLE_INVALID_ARGUMENT);
  EXPECT_EQ(heddle_module_run(tinyModule(), 7, nullptr, 0, nullptr, 0, &error),
            HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "entry 7 of 2");
}

TEST(Arguments, EntryNames) {
  uint32_t entry = 99;
  heddle_error error{};
  EXPECT_EQ(heddle_module_find_entry(tinyModule(), nullptr, &entry, &error),
            HEDDLE_OK);
  EXPECT_EQ(entry, 0u);
  EXPECT_EQ(heddle_module_find_entry(tinyModule(), "which", &entry, &error),
            HEDDLE_OK);
  EXPECT_EQ(entry, 1u);
  EXPECT_EQ(heddle_module_find_entry(tinyModule(), "decode", &entry, &error),
            HEDDLE_NOT_FOUND);
  EXPECT_STREQ(error.message,
               "no entry \"decode\"; the module has \"main\", \"which\"");
}

TEST(Arguments, ThreadsAndVariants) {
  TinySession none(0);
  EXPECT_EQ(none.status, HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(none.error.message, "threads is 0, outside 1..1024");
  TinySession million(1000000);
  EXPECT_EQ(million.status, HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(million.error.message, "threads is 1000000, outside 1..1024");
  TinySession lacking(1, "never");
  EXPECT_EQ(lacking.status, HEDDLE_UNSUPPORTED);
  EXPECT_STREQ(lacking.error.message,
               "variant \"never\" does not run on this CPU, which lacks "
               "warp_drive");
  TinySession unknown(1, "sse9");
  EXPECT_EQ(unknown.status, HEDDLE_NOT_FOUND);
  EXPECT_STREQ(unknown.error.message,
               "no variant \"sse9\"; there is never, native, plain");

  TinySession tiny(HEDDLE_THREADS_ALL);
  TinyCall call(2, 4);
  heddle_run_options options = HEDDLE_RUN_OPTIONS_INIT;
  options.threads = 1000000;
  EXPECT_EQ(call.run(tiny.session, &options), HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(call.error.message, "threads is 1000000, outside 1..1024");
  options.struct_size = 4;
  EXPECT_EQ(call.run(tiny.session, &options), HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(call.error.message, "options.struct_size is 4, not 32");
}

TEST(Arguments, ErrorMayBeNull) {
  TinySession tiny;
  TinyCall call(2, 4);
  call.tokens[0] = 10;
  EXPECT_EQ(heddle_session_run(tiny.session, 0, call.inputs, 2, call.outputs, 2,
                               nullptr, nullptr),
            HEDDLE_OUT_OF_RANGE);
}
