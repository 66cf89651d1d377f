// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles one variant of a halide.pipeline, loads it and calls it: for tests
// of numbers and for measuring. Brings the few functions that a kernel needs.

#ifndef HEDDLE_TESTS_SUPPORT_KERNELRUNNER_H
#define HEDDLE_TESTS_SUPPORT_KERNELRUNNER_H

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace heddle::halide {
class PipelineOp;
} // namespace heddle::halide

namespace heddle::test {

/// Element types of buffers, by their name in MLIR.
enum class Element {
  I1,
  I8,
  I16,
  I32,
  I64,
  UI8,
  UI16,
  UI32,
  F16,
  BF16,
  F32,
  F64
};

/// A dense buffer that the caller owns; extents innermost first.
struct Array {
  void *data = nullptr;
  std::vector<int32_t> extents;
  Element element = Element::F32;
};

inline Array array(float *data, std::vector<int32_t> extents) {
  return {data, std::move(extents), Element::F32};
}
inline Array array(int32_t *data, std::vector<int32_t> extents) {
  return {data, std::move(extents), Element::I32};
}

/// One argument of a kernel, in the order of its C function without the user
/// context: buffers, scalars (of the very type), outputs.
using Argument =
    std::variant<Array, bool, int8_t, int16_t, int32_t, int64_t, float, double>;

struct RunnerOptions {
  /// Schedule to compile; the first one's when empty.
  std::string variant;
  /// Instead of the schedule's target.
  std::string target;
  bool checks = false;
  bool stripSchedule = false;
  /// Threads that a parallel loop is run by.
  int threads = 1;
};

/// A kernel in memory. Not to be shared by threads.
class KernelRunner {
public:
  /// Null, with diagnostics in `error`, when it cannot be compiled.
  static std::unique_ptr<KernelRunner> compile(halide::PipelineOp pipeline,
                                               const RunnerOptions &options,
                                               std::string &error);
  /// Pipeline `name` of a module in text form (all of a file).
  static std::unique_ptr<KernelRunner> compileText(const std::string &text,
                                                   const std::string &name,
                                                   const RunnerOptions &options,
                                                   std::string &error);
  static std::unique_ptr<KernelRunner> compileFile(const std::string &path,
                                                   const std::string &name,
                                                   const RunnerOptions &options,
                                                   std::string &error);
  ~KernelRunner();

  /// The kernel's own status: 0 is success; see lastError().
  int run(const std::vector<Argument> &arguments);

  /// Least seconds a call over batches that take `seconds` together; the
  /// arguments are the same each time. With one thread it is the thread's own
  /// time, else wall time.
  double time(const std::vector<Argument> &arguments, double seconds = 0.5);

  /// What the kernel said of its last failure (builds with checks).
  const std::string &lastError() const;
  /// Largest heap memory of one thread in any call so far, in bytes, each block
  /// rounded up as translate::Scratch does.
  int64_t peakHeapBytes() const;
  /// The bound that translation gave; -1 when it found none.
  int64_t boundHeapBytes() const;
  /// The object file as it was linked.
  const std::string &objectBytes() const;

private:
  KernelRunner();
  struct Impl;
  std::unique_ptr<Impl> impl;
};

} // namespace heddle::test

#endif // HEDDLE_TESTS_SUPPORT_KERNELRUNNER_H
