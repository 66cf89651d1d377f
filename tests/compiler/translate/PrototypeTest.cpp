// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The GEMM and attention kernels written by hand in the halide dialect give the
// numbers of a double reference, touch nothing outside their buffers, and stay
// within the memory that translation promised.

#include "tests/compiler/translate/Prototypes.h"

#include "gtest/gtest.h"

#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

using namespace heddle::test;

namespace {

std::string sourceFile(const char *name) {
  const char *root = std::getenv("HEDDLE_SOURCE_DIR");
  return std::string(root ? root : ".") + "/tests/compiler/translate/" + name;
}

std::unique_ptr<KernelRunner> kernel(const char *file, const char *name,
                                     RunnerOptions options = {}) {
  std::string error;
  auto runner =
      KernelRunner::compileFile(sourceFile(file), name, options, error);
  EXPECT_TRUE(runner) << error;
  return runner;
}

bool canRunHere() { return __builtin_cpu_supports("avx512vl"); }

void checkGemm(KernelRunner &runner, int depth, int width) {
  for (int rows : {1, 5, 6, 7, 8, 9, 48, 101}) {
    int panels = 3;
    auto a = randomFloats(size_t(rows) * depth, 1);
    auto b = randomFloats(size_t(panels) * depth * width, 2);
    std::vector<float> c(size_t(rows) * panels * width, NAN);
    ASSERT_EQ(runner.run({array(a.data(), {depth, rows}),
                          array(b.data(), {width, depth, panels}),
                          array(c.data(), {width, panels, rows})}),
              0);
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < panels * width; ++column)
        ASSERT_NEAR(c[size_t(row) * panels * width + column],
                    gemmAt(a, b, depth, width, row, column),
                    sumTolerance(depth))
            << "rows " << rows << " at " << row << ", " << column;
  }
}

TEST(Gemm, Tile8x48EqualsTheReference) {
  if (!canRunHere())
    GTEST_SKIP() << "needs AVX-512";
  checkGemm(*kernel("gemm-f32.mlir", "gemm8x48"), 384, 48);
}

TEST(Gemm, Tile6x64EqualsTheReference) {
  if (!canRunHere())
    GTEST_SKIP() << "needs AVX-512";
  checkGemm(*kernel("gemm-f32.mlir", "gemm6x64"), 512, 64);
}

TEST(Gemm, WithoutDirectivesTheNumbersAreTheSame) {
  RunnerOptions options;
  options.stripSchedule = true;
  options.target = "x86-64-linux-sse41";
  checkGemm(*kernel("gemm-f32.mlir", "gemm8x48", options), 384, 48);
}

/// One buffer that starts or ends at a page that cannot be touched.
class GuardedFloats {
public:
  GuardedFloats(size_t count, bool atEnd) : count(count) {
    size_t bytes = (count * sizeof(float) + 4095) / 4096 * 4096;
    total = bytes + 8192;
    base = static_cast<char *>(::mmap(nullptr, total, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ::mprotect(base, 4096, PROT_NONE);
    ::mprotect(base + 4096 + bytes, 4096, PROT_NONE);
    char *first =
        atEnd ? base + 4096 + bytes - count * sizeof(float) : base + 4096;
    data = reinterpret_cast<float *>(first);
  }
  ~GuardedFloats() { ::munmap(base, total); }
  void fill(const std::vector<float> &values) {
    std::memcpy(data, values.data(), count * sizeof(float));
  }

  float *data;

private:
  size_t count, total;
  char *base;
};

/// Every row of every slice, with guard pages at one end of each buffer.
void checkAttention(KernelRunner &runner, bool causal, int length, bool atEnd) {
  const int depth = attentionDepth, slices = 2;
  size_t count = size_t(depth) * length * slices;
  GuardedFloats q(count, atEnd), k(count, atEnd), v(count, atEnd),
      out(count, atEnd);
  q.fill(randomFloats(count, 3));
  k.fill(randomFloats(count, 4));
  v.fill(randomFloats(count, 5));
  std::vector<int> extents = {depth, length, slices};
  ASSERT_EQ(runner.run({array(q.data, extents), array(k.data, extents),
                        array(v.data, extents), array(out.data, extents)}),
            0);
  for (int row = 0; row < length * slices; ++row) {
    size_t slice = size_t(row / length) * length * depth;
    auto expected =
        attentionRow(q.data + size_t(row) * depth, k.data + slice,
                     v.data + slice, causal ? row % length + 1 : length, depth);
    for (int d = 0; d < depth; ++d)
      ASSERT_NEAR(out.data[size_t(row) * depth + d], expected[size_t(d)], 4e-6)
          << "length " << length << ", row " << row << ", column " << d;
  }
}

void checkLengths(const char *name, bool causal, RunnerOptions options,
                  const std::vector<int> &lengths) {
  auto runner = kernel("attention-f32.mlir", name, options);
  ASSERT_TRUE(runner);
  for (int length : lengths)
    for (bool atEnd : {true, false})
      checkAttention(*runner, causal, length, atEnd);
  if (options.stripSchedule)
    return;
  EXPECT_GT(runner->peakHeapBytes(), 0);
  EXPECT_LE(runner->peakHeapBytes(), runner->boundHeapBytes());
}

const std::vector<int> lengths = {1,  2,   7,   31,  32,  33,  47,  48,
                                  49, 127, 383, 384, 385, 511, 513, 1000};

TEST(Attention, FullEqualsTheReferenceAndStaysInside) {
  if (!canRunHere())
    GTEST_SKIP() << "needs AVX-512";
  checkLengths("full", false, {}, lengths);
}

TEST(Attention, CausalEqualsTheReferenceAndStaysInside) {
  if (!canRunHere())
    GTEST_SKIP() << "needs AVX-512";
  checkLengths("causal", true, {}, lengths);
}

TEST(Attention, TwoThreadsGiveTheSame) {
  if (!canRunHere())
    GTEST_SKIP() << "needs AVX-512";
  RunnerOptions options;
  options.threads = 2;
  checkLengths("full", false, options, {33, 385});
  checkLengths("causal", true, options, {33, 385});
}

TEST(Attention, ChecksFindNothing) {
  if (!canRunHere())
    GTEST_SKIP() << "needs AVX-512";
  RunnerOptions options;
  options.checks = true;
  checkLengths("full", false, options, {1, 47, 385});
  checkLengths("causal", true, options, {1, 47, 513});
}

TEST(Attention, WithoutDirectivesTheNumbersAreTheSame) {
  RunnerOptions options;
  options.stripSchedule = true;
  options.target = "x86-64-linux-sse41";
  checkLengths("full", false, options, {1, 33, 100});
  checkLengths("causal", true, options, {1, 33, 100});
}

} // namespace
