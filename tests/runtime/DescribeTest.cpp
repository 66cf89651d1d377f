// What a module tells about itself, and shapes and costs at given dims.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/Tiny.h"

#include <gtest/gtest.h>

using namespace heddle::test;

TEST(Describe, Signature) {
  const heddle_module *module = tinyModule();
  EXPECT_STREQ(heddle_module_name(module), "Tiny");
  EXPECT_EQ(heddle_module_num_entries(module), 2u);
  EXPECT_STREQ(heddle_module_entry_name(module, 1), "which");
  EXPECT_EQ(heddle_module_entry_name(module, 2), nullptr);
  EXPECT_EQ(heddle_module_num_inputs(module, 0), 2u);
  EXPECT_EQ(heddle_module_num_inputs(module, 9), 0u);
  EXPECT_EQ(heddle_module_num_outputs(module, 0), 2u);
  heddle_buffer_info info{};
  ASSERT_EQ(heddle_module_input(module, 0, 0, &info), HEDDLE_OK);
  EXPECT_STREQ(info.name, "tokens");
  EXPECT_EQ(info.dtype, heddle_dtype(HEDDLE_I32));
  ASSERT_EQ(info.rank, 2u);
  EXPECT_STREQ(info.extents[0], "batch");
  EXPECT_STREQ(info.extents[1], "seq");
  EXPECT_TRUE(info.has_range);
  EXPECT_EQ(info.high, 9);
  EXPECT_EQ(heddle_module_input(module, 0, 2, &info), HEDDLE_INVALID_ARGUMENT);
  EXPECT_EQ(heddle_module_output(module, 0, 1, nullptr),
            HEDDLE_INVALID_ARGUMENT);
  heddle_dim_info dim{};
  ASSERT_EQ(heddle_module_dim(module, 1, &dim), HEDDLE_OK);
  EXPECT_STREQ(dim.name, "seq");
  EXPECT_EQ(dim.max, 8);
}

TEST(Describe, KernelsVariantsNotes) {
  const heddle_module *module = tinyModule();
  heddle_kernel_info kernel{};
  ASSERT_EQ(heddle_module_kernel(module, 0, &kernel), HEDDLE_OK);
  EXPECT_STREQ(kernel.family, "gather");
  heddle_variant_info variant{};
  ASSERT_EQ(heddle_module_variant(module, 0, &variant), HEDDLE_OK);
  EXPECT_STREQ(variant.name, "never");
  EXPECT_FALSE(variant.runs);
  heddle_dispatch_info dispatch{};
  ASSERT_EQ(heddle_module_dispatch(module, 0, 1, &dispatch), HEDDLE_OK);
  EXPECT_EQ(dispatch.kernel, 1u);
  EXPECT_STREQ(dispatch.origin, "tiny.heddle:4:7");
  EXPECT_STREQ(heddle_module_note(module, "compiler"), "by hand");
  EXPECT_EQ(heddle_module_note(module, "absent"), nullptr);
  size_t size = 0;
  const uint8_t *graph = heddle_module_graph(module, &size);
  EXPECT_EQ(std::string(graph, graph + size), "graph bytes");
}

TEST(Describe, ShapesAndCosts) {
  const heddle_module *module = tinyModule();
  int64_t dims[2] = {3, 5};
  heddle_tensor inputs[2] = {}, outputs[2] = {};
  ASSERT_EQ(
      heddle_module_shapes(module, 0, dims, 2, inputs, 2, outputs, 2, nullptr),
      HEDDLE_OK);
  EXPECT_EQ(inputs[0].extents[0], 3);
  EXPECT_EQ(inputs[0].strides[0], 5);
  EXPECT_EQ(outputs[1].rank, 1u);
  int64_t inferred[2] = {};
  ASSERT_EQ(
      heddle_module_infer_dims(module, 0, inputs, 2, inferred, 2, nullptr),
      HEDDLE_OK);
  EXPECT_EQ(inferred[0], 3);
  EXPECT_EQ(inferred[1], 5);
  uint64_t arena = 0, scratch = 0, flops = 0;
  ASSERT_EQ(heddle_module_costs(module, 0, dims, 2, &arena, &scratch, &flops,
                                nullptr),
            HEDDLE_OK);
  EXPECT_EQ(arena, 64u + 64 + 64);
  EXPECT_EQ(scratch, 64u + 100032);
  EXPECT_EQ(flops, 30u);
  ASSERT_EQ(
      heddle_module_dispatch_flops(module, 0, 1, dims, 2, &flops, nullptr),
      HEDDLE_OK);
  EXPECT_EQ(flops, 30u);
}

TEST(Describe, SmallSizesHaveAKernelOfTheirOwn) {
  // Kernel 0 where batch <= 2, else 1: min(1, max(0, batch - 2)).
  ArtifactSpec spec = tinySpec();
  Expr past = operation(HEDDLE_OP_ADD, dim(0), constant(-2));
  past = operation(HEDDLE_OP_MAX, past, constant(0));
  spec.entries[0].dispatches[1].choice =
      operation(HEDDLE_OP_MIN, past, constant(1));
  // A choice of what is not there is found when it is made.
  spec.entries[0].dispatches[2].choice = dim(0);
  Loaded loaded(tinyFile(spec));
  ASSERT_EQ(loaded.status, HEDDLE_OK) << loaded.error;
  uint32_t kernel = 9;
  for (int64_t batch : {1, 2, 3, 4}) {
    int64_t dims[2] = {batch, 5};
    ASSERT_EQ(heddle_module_dispatch_kernel(loaded.module, 0, 1, dims, 2,
                                            &kernel, nullptr),
              HEDDLE_OK);
    EXPECT_EQ(kernel, batch <= 2 ? 0u : 1u);
    ASSERT_EQ(heddle_module_dispatch_kernel(loaded.module, 0, 0, dims, 2,
                                            &kernel, nullptr),
              HEDDLE_OK);
    EXPECT_EQ(kernel, 0u);
  }
  int64_t dims[2] = {4, 5};
  heddle_error error{};
  EXPECT_EQ(heddle_module_dispatch_kernel(loaded.module, 0, 2, dims, 2, &kernel,
                                          &error),
            HEDDLE_BAD_ARTIFACT);
  EXPECT_STREQ(error.message,
               "a dispatch has no valid choice of kernels at these dims");
  EXPECT_EQ(heddle_module_dispatch_kernel(loaded.module, 0, 3, dims, 2, &kernel,
                                          &error),
            HEDDLE_INVALID_ARGUMENT);
}

TEST(Describe, DimsAreChecked) {
  int64_t dims[2] = {3, 9};
  heddle_error error{};
  EXPECT_EQ(heddle_module_shapes(tinyModule(), 0, dims, 2, nullptr, 0, nullptr,
                                 0, &error),
            HEDDLE_OUT_OF_RANGE);
  EXPECT_STREQ(error.message, "seq is 9, outside 1..8");
  EXPECT_EQ(heddle_module_shapes(tinyModule(), 0, dims, 1, nullptr, 0, nullptr,
                                 0, &error),
            HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "the module has 2 dims, not 1");
}

TEST(Describe, OutputShapesFollowInputs) {
  TinyCall call(3, 7);
  call.inputs[0].data = call.inputs[1].data = nullptr;
  heddle_tensor outputs[2] = {};
  ASSERT_EQ(heddle_module_output_shapes(tinyModule(), 0, call.inputs, 2,
                                        outputs, 2, &call.error),
            HEDDLE_OK)
      << call.error.message;
  EXPECT_EQ(outputs[0].extents[1], 7);
  EXPECT_EQ(outputs[1].extents[0], 3);
}

TEST(Describe, DimsAreSolvedFromLinearExtents) {
  ArtifactSpec spec = tinySpec();
  Expr odd = constant(2) * dim(1) + constant(1);
  spec.buffers[0].extents = {odd};
  spec.buffers[1].extents = {dim(1) * dim(0), dim(0)};
  Loaded loaded(tinyFile(spec));
  ASSERT_EQ(loaded.status, HEDDLE_OK) << loaded.error;
  heddle_tensor inputs[2] = {{nullptr, HEDDLE_I32, 1, {11}, {}, 0},
                             {nullptr, HEDDLE_F32, 2, {15, 3}, {}, 0}};
  int64_t dims[2] = {};
  heddle_error error{};
  ASSERT_EQ(
      heddle_module_infer_dims(loaded.module, 0, inputs, 2, dims, 2, &error),
      HEDDLE_OK)
      << error.message;
  EXPECT_EQ(dims[0], 3);
  EXPECT_EQ(dims[1], 5);
  for (int64_t wrong : {10, 19, 1}) {
    inputs[0].extents[0] = wrong;
    EXPECT_EQ(
        heddle_module_infer_dims(loaded.module, 0, inputs, 2, dims, 2, &error),
        HEDDLE_OUT_OF_RANGE);
    EXPECT_EQ(error.message, "axis 0 of input 0 \"tokens\" has extent " +
                                 std::to_string(wrong) +
                                 ", which is 2 * seq + 1 for no seq in 1..8");
  }
  inputs[0].extents[0] = 9;
  EXPECT_EQ(
      heddle_module_infer_dims(loaded.module, 0, inputs, 2, dims, 2, &error),
      HEDDLE_SHAPE_MISMATCH);
  EXPECT_STREQ(error.message, "input 1 \"x\" has extent 15 at axis 0, not "
                              "12: seq is 4, batch is 3");
}
