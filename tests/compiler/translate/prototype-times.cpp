// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Times of the kernels of gemm-f32.mlir and attention-f32.mlir, one thread:
// heddle-prototype-times FOLDER [TARGET] prints a line a shape.

#include "tests/compiler/translate/Prototypes.h"

#include <cstdio>
#include <string>

using namespace heddle::test;

static RunnerOptions options;

/// Floats at a multiple of 128 bytes, as the arena of a run has them: a load
/// across two cache lines costs twice.
class AlignedFloats {
public:
  explicit AlignedFloats(const std::vector<float> &values)
      : storage(values.size() + 32) {
    size_t bytes = reinterpret_cast<size_t>(storage.data()) % 128;
    first = storage.data() + (128 - bytes) / sizeof(float);
    std::copy(values.begin(), values.end(), first);
  }
  float *data() { return first; }

private:
  std::vector<float> storage;
  float *first;
};

static void timeGemm(const std::string &folder, const char *name, int depth,
                     int width, int rows, int columns) {
  std::string error;
  auto runner = KernelRunner::compileFile(folder + "/gemm-f32.mlir", name,
                                          options, error);
  if (!runner) {
    std::fputs(error.c_str(), stderr);
    return;
  }
  AlignedFloats a(randomFloats(size_t(rows) * depth, 1));
  AlignedFloats b(randomFloats(size_t(columns) * depth, 2));
  AlignedFloats c{std::vector<float>(size_t(rows) * columns)};
  double seconds =
      runner->time({array(a.data(), {depth, rows}),
                    array(b.data(), {width, depth, columns / width}),
                    array(c.data(), {width, columns / width, rows})});
  std::printf("%s M%d N%d K%d: %.1f GF/s\n", name, rows, columns, depth,
              2e-9 * rows * columns * depth / seconds);
}

static void timeAttention(const std::string &folder, const char *name,
                          int slices, int length) {
  std::string error;
  auto runner = KernelRunner::compileFile(folder + "/attention-f32.mlir", name,
                                          options, error);
  if (!runner) {
    std::fputs(error.c_str(), stderr);
    return;
  }
  const int depth = attentionDepth;
  size_t count = size_t(depth) * length * slices;
  AlignedFloats q(randomFloats(count, 1)), k(randomFloats(count, 2)),
      v(randomFloats(count, 3)), out{std::vector<float>(count)};
  std::vector<int> extents = {depth, length, slices};
  double seconds =
      runner->time({array(q.data(), extents), array(k.data(), extents),
                    array(v.data(), extents), array(out.data(), extents)});
  bool causal = std::string(name) == "causal";
  double keys = causal ? 0.5 * (length + 1) : length;
  std::printf("%s H%d S%d D%d: %.1f GF/s\n", name, slices, length, depth,
              4e-9 * slices * depth * length * keys / seconds);
}

int main(int argc, char **argv) {
  std::string folder = argc > 1 ? argv[1] : ".";
  if (argc > 2)
    options.target = argv[2];
  timeGemm(folder, "gemm6x64", 512, 64, 512, 512);
  timeGemm(folder, "gemm8x48", 384, 48, 128, 1536);
  timeGemm(folder, "gemm8x48", 384, 48, 100, 1536);
  for (int length : {2048, 1000, 128})
    timeAttention(folder, "full", 8, length);
  for (int length : {2048, 1000, 128})
    timeAttention(folder, "causal", 8, length);
}
