// MiniLM on its real weights against the reference evaluator: every length and
// batch, mixed padding, both variants, one and two threads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/pipeline/Pipeline.h"
#include "compiler/reference/Evaluate.h"
#include "compiler/reference/RandomInputs.h"
#include "dialects/graph/Graph.h"
#include "heddle/runtime.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace heddle;
using Reference = reference::Tensor<double>;

namespace {

std::string variable(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

/// Compiled once for all tests; the graph is read back from the artefact.
class MiniLm : public testing::Test {
protected:
  static void SetUpTestSuite() {
    std::string weightFile = variable("HEDDLE_MINILM") + "/model.safetensors";
    if (variable("HEDDLE_MINILM").empty())
      return;
    path = testing::TempDir() + "/heddle-minilm-test.so";
    std::string command =
        "\"" + variable("HEDDLE_BIN_DIR") + "/heddle\" compile \"" +
        variable("HEDDLE_SOURCE_DIR") + "/models/minilm.heddle\" --weights \"" +
        weightFile + "\" -o \"" + path + "\" 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    heddle_error error{};
    ASSERT_EQ(heddle_module_load(path.c_str(), &module, &error), HEDDLE_OK)
        << error.message;
    context = pipeline::makeContext();
    size_t size = 0;
    auto *graph =
        reinterpret_cast<const char *>(heddle_module_graph(module, &size));
    source = mlir::parseSourceString<mlir::ModuleOp>(
        llvm::StringRef(graph, size), context.get());
    ASSERT_TRUE(source);
    source->walk([](graph::EntryOp op) { entry = op; });
    auto opened = weights::WeightSource::open({weightFile});
    ASSERT_TRUE(opened) << opened.error();
    values.emplace(std::move(*opened));
  }

  static void TearDownTestSuite() {
    heddle_module_free(module);
    source = nullptr;
    context.reset();
    std::remove(path.c_str());
  }

  void SetUp() override {
    if (!module)
      GTEST_SKIP() << "the package with MiniLM's weights is not installed";
  }

  template <typename Scalar>
  static std::vector<Scalar> evaluate(const std::vector<Reference> &inputs,
                                      const shape::DimValues &dims) {
    reference::Surroundings<Scalar> around;
    around.weights = [](std::string_view name, const std::vector<int64_t> &,
                        std::vector<float> &result) -> std::string {
      auto read = values->readAll(name);
      if (!read)
        return read.error();
      result = std::move(*read);
      return {};
    };
    std::vector<reference::Tensor<Scalar>> converted;
    for (const Reference &input : inputs)
      converted.push_back(reference::convert<Scalar>(input));
    auto outputs = reference::evaluate<Scalar>(entry, converted, dims, around);
    return mlir::succeeded(outputs) ? (*outputs)[0].floats
                                    : std::vector<Scalar>();
  }

  static std::vector<float> run(const std::vector<Reference> &inputs,
                                const char *variant, uint32_t threads) {
    heddle_session_options options = HEDDLE_SESSION_OPTIONS_INIT;
    options.variant = variant;
    options.threads = threads;
    heddle_session *session = nullptr;
    heddle_error error{};
    EXPECT_EQ(heddle_session_create(module, &options, &session, &error),
              HEDDLE_OK)
        << error.message;
    std::vector<heddle_tensor> given;
    for (const Reference &input : inputs) {
      heddle_tensor tensor{};
      tensor.data = const_cast<int32_t *>(input.ints.data());
      tensor.dtype = HEDDLE_I32;
      tensor.rank = 2;
      tensor.extents[0] = input.shape[0];
      tensor.extents[1] = input.shape[1];
      given.push_back(tensor);
    }
    std::vector<float> result(size_t(inputs[0].shape[0]) * 384);
    heddle_tensor output{};
    output.data = result.data();
    output.dtype = HEDDLE_F32;
    output.rank = 2;
    output.extents[0] = inputs[0].shape[0];
    output.extents[1] = 384;
    EXPECT_EQ(heddle_session_run(session, 0, given.data(), given.size(),
                                 &output, 1, nullptr, &error),
              HEDDLE_OK)
        << error.message;
    heddle_session_free(session);
    return result;
  }

  /// All runs at one length and batch.
  static void check(int64_t length, int64_t batch) {
    shape::DimValues dims = {{"batch", batch}, {"seq", length}};
    std::vector<Reference> inputs =
        reference::randomInputs(entry, dims, uint64_t(length * 8 + batch));
    std::vector<double> expected = evaluate<double>(inputs, dims);
    std::vector<float> plain = evaluate<float>(inputs, dims);
    ASSERT_EQ(expected.size(), size_t(batch) * 384);
    double allowed = 10 * farthest(expected, plain);
    allowed = std::min(2e-5, allowed);
    for (const char *variant : {"avx512", "avx2"}) {
      if (!runs(variant))
        continue;
      std::vector<float> once = run(inputs, variant, 1);
      EXPECT_LE(farthest(expected, once), allowed)
          << variant << ", length " << length << ", batch " << batch;
      EXPECT_EQ(once, run(inputs, variant, 1)) << "two runs differ";
      EXPECT_EQ(once, run(inputs, variant, 2)) << "two threads differ";
    }
  }

  static bool runs(const char *name) {
    for (uint32_t i = 0; i < heddle_module_num_variants(module); ++i) {
      heddle_variant_info info{};
      heddle_module_variant(module, i, &info);
      if (std::strcmp(info.name, name) == 0)
        return info.runs;
    }
    return false;
  }

  template <typename Found>
  static double farthest(const std::vector<double> &expected,
                         const std::vector<Found> &found) {
    double most = 0;
    for (size_t i = 0; i < expected.size(); ++i)
      most = std::fmax(most, std::fabs(expected[i] - double(found[i])));
    return most;
  }

  static std::string path;
  static heddle_module *module;
  static std::unique_ptr<mlir::MLIRContext> context;
  static mlir::OwningOpRef<mlir::ModuleOp> source;
  static graph::EntryOp entry;
  static std::optional<weights::WeightSource> values;
};

std::string MiniLm::path;
heddle_module *MiniLm::module = nullptr;
std::unique_ptr<mlir::MLIRContext> MiniLm::context;
mlir::OwningOpRef<mlir::ModuleOp> MiniLm::source;
graph::EntryOp MiniLm::entry;
std::optional<weights::WeightSource> MiniLm::values;

TEST_F(MiniLm, EqualsTheReferenceAtShortLengths) {
  for (int64_t length : {1, 2, 15, 16, 17, 63, 64, 65})
    for (int64_t batch : {1, 3})
      check(length, batch);
}

TEST_F(MiniLm, EqualsTheReferenceAtMiddleLengths) {
  for (int64_t length : {127, 128, 129, 251})
    for (int64_t batch : {1, 3})
      check(length, batch);
}

TEST_F(MiniLm, EqualsTheReferenceAtTheLargestLengths) {
  for (int64_t length : {511, 512})
    for (int64_t batch : {1, 3})
      check(length, batch);
}

/// Bytes of anonymous memory that this process holds.
uint64_t heldBytes() {
  std::ifstream status("/proc/self/status");
  const std::string name = "RssAnon:";
  for (std::string line; std::getline(status, line);)
    if (line.compare(0, name.size(), name) == 0)
      return std::strtoull(line.c_str() + name.size(), nullptr, 10) * 1024;
  return 0;
}

/// Runs in a child process, so that nothing is held before: prints a sentence
/// and returns 1 where a run takes other memory than its formula says of
/// `slice` texts, or of all where they are fewer.
int compareMemory(const heddle_module *module, int64_t batch, int64_t length,
                  uint32_t threads, uint32_t slice) {
  std::vector<int32_t> tokens(size_t(batch * length), 7),
      mask(tokens.size(), 1);
  std::vector<float> embedding(size_t(batch) * 384);
  heddle_tensor in[] = {
      {tokens.data(), HEDDLE_I32, 2, {batch, length}, {}, HEDDLE_SPACE_HOST},
      {mask.data(), HEDDLE_I32, 2, {batch, length}, {}, HEDDLE_SPACE_HOST}};
  heddle_tensor out = {embedding.data(), HEDDLE_F32, 2,
                       {batch, 384},     {},         HEDDLE_SPACE_HOST};
  heddle_session_options options = HEDDLE_SESSION_OPTIONS_INIT;
  options.threads = threads;
  options.slice = slice;
  heddle_session *session = nullptr;
  const int64_t dims[] = {std::min(batch, int64_t(slice)), length};
  uint64_t arena = 0, scratch = 0;
  uint64_t before = heldBytes();
  if (heddle_session_create(module, &options, &session, nullptr) ||
      heddle_session_run(session, 0, in, 2, &out, 1, nullptr, nullptr) ||
      heddle_module_costs(module, 0, dims, 2, &arena, &scratch, nullptr,
                          nullptr))
    return 1;
  double formula = double(arena + threads * scratch);
  double sessionShare = double(heddle_session_bytes(session)) / formula;
  // The stacks of threads and the session's own records are held besides.
  double besides = 64e3 + 64e3 * threads;
  // A thread that came too late for a task has touched none of its scratch.
  double least = double(arena + scratch);
  double held = double(heldBytes() - before);
  bool isRight = sessionShare > 0.98 && sessionShare < 1.02 &&
                 held > 0.98 * least && held < 1.02 * formula + besides;
  std::printf("%ld x %ld, %u threads: formula %.0f, session %.4f of it, held "
              "%.0f\n",
              long(batch), long(length), threads, formula, sessionShare, held);
  std::fflush(stdout);
  return isRight ? 0 : 1;
}

TEST_F(MiniLm, TakesTheMemoryThatItsFormulaSays) {
  struct {
    int64_t batch, length;
    uint32_t slice = HEDDLE_SLICE_WHOLE;
  } const sizes[] = {{1, 128}, {3, 129}, {1, 511}, {8, 128}, {8, 128, 2}};
  for (auto [batch, length, slice] : sizes)
    for (uint32_t threads : {1u, 2u}) {
      pid_t child = ::fork();
      if (child == 0)
        ::_exit(compareMemory(module, batch, length, threads, slice));
      int status = -1;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      EXPECT_EQ(status, 0) << batch << " x " << length << ", " << threads;
    }
  const int64_t dims[] = {1, 128};
  uint64_t arena = 0, scratch = 0;
  ASSERT_EQ(heddle_module_costs(module, 0, dims, 2, &arena, &scratch, nullptr,
                                nullptr),
            HEDDLE_OK);
  EXPECT_LT(arena + 2 * scratch, 8000000u);
}

} // namespace
