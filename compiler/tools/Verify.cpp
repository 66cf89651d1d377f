// Comparison of an artefact with the reference: see Verify.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tools/Verify.h"

#include "compiler/pipeline/Pipeline.h"
#include "compiler/reference/Evaluate.h"
#include "compiler/reference/Kernels.h"
#include "compiler/reference/PathLength.h"
#include "compiler/reference/RandomInputs.h"
#include "compiler/reference/Tolerance.h"
#include "dialects/graph/Graph.h"
#include "heddle/runtime.h"
#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <map>
#include <set>

using namespace mlir;

namespace heddle::tools {

namespace {

using Reference = reference::Tensor<double>;

int fail(const std::string &message) {
  llvm::errs() << "error: " << message << '\n';
  return 1;
}

/// A tensor of the runtime that owns its bytes.
struct Owned {
  heddle_tensor tensor{};
  std::vector<uint8_t> bytes;
};

/// A bf16 is the upper half of an f32.
constexpr int bf16Shift = 16;

/// The numbers of a tensor of f32 or bf16.
std::vector<float> floatsOf(const heddle_tensor &tensor, size_t count) {
  std::vector<float> numbers(count);
  for (size_t i = 0; i < count; ++i)
    numbers[i] = tensor.dtype == HEDDLE_F32
                     ? static_cast<const float *>(tensor.data)[i]
                     : llvm::bit_cast<float>(
                           uint32_t(static_cast<uint16_t *>(tensor.data)[i])
                           << bf16Shift);
  return numbers;
}

/// Stores reference values in the runtime's element type.
void store(const Reference &values, heddle_dtype dtype, void *data) {
  if (dtype == HEDDLE_F32) {
    float *to = static_cast<float *>(data);
    for (double value : values.floats)
      *to++ = float(value);
  } else if (dtype == HEDDLE_BF16) {
    uint16_t *to = static_cast<uint16_t *>(data);
    for (double value : values.floats)
      *to++ = uint16_t(
          llvm::bit_cast<uint32_t>(reference::roundToBf16(float(value))) >>
          bf16Shift);
  } else if (dtype == HEDDLE_I32) {
    std::copy(values.ints.begin(), values.ints.end(),
              static_cast<int32_t *>(data));
  } else {
    std::copy(values.ints.begin(), values.ints.end(),
              static_cast<uint8_t *>(data));
  }
}

/// One verification in progress.
class Verification {
public:
  explicit Verification(const VerifyOptions &options)
      : options(options), context(pipeline::makeContext()),
        handler(sources, context.get(), llvm::errs()) {
    context->printOpOnDiagnostic(false);
  }
  ~Verification() {
    heddle_session_free(session);
    heddle_module_free(module);
  }

  int run();

private:
  int load();
  int chooseDims();
  int evaluateReference();
  int prepareRun();
  bool runOnce(heddle_after_dispatch after);
  bool compareOutputs();
  bool checkDispatch(const heddle_run *run, uint32_t index);
  void printRow(const std::string &what, const reference::Difference &worst,
                double bound);
  static int onDispatch(void *user, const heddle_run *run, uint32_t index) {
    return static_cast<Verification *>(user)->checkDispatch(run, index) ? 0 : 1;
  }

  const VerifyOptions &options;
  std::unique_ptr<MLIRContext> context;
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler; ///< "file:line:col: error: ..."
  OwningOpRef<ModuleOp> source;
  graph::EntryOp entry;
  std::optional<weights::WeightSource> weights;
  heddle_module *module = nullptr;
  heddle_session *session = nullptr;
  uint32_t entryIndex = 0;
  shape::DimValues dims;
  std::vector<int64_t> dimList; ///< their values in the artefact's order
  std::vector<Reference> inputs, outputs;
  std::map<int64_t, Reference> values; ///< by id, what dispatches hold
  reference::PathLengths lengths;
  std::vector<Owned> given, found;
  std::string firstBad;
  heddle_error error{};
};

int Verification::load() {
  if (heddle_module_load(options.artifact.c_str(), &module, &error))
    return fail(error.message);
  size_t size = 0;
  const uint8_t *graph = heddle_module_graph(module, &size);
  if (size == 0)
    return fail("'" + options.artifact + "' carries no graph to verify by");
  source = parseSourceString<ModuleOp>(
      StringRef(reinterpret_cast<const char *>(graph), size), context.get());
  if (!source)
    return fail("the graph in '" + options.artifact + "' cannot be read");
  const char *name = options.entry.empty() ? nullptr : options.entry.c_str();
  if (heddle_module_find_entry(module, name, &entryIndex, &error))
    return fail(error.message);
  StringRef wanted = heddle_module_entry_name(module, entryIndex);
  source->walk([&](graph::EntryOp op) {
    if (op.getSymName() == wanted)
      entry = op;
  });
  if (!entry)
    return fail("the graph has no entry '" + wanted.str() + "'");
  if (options.weights.empty())
    return 0;
  io::Result<weights::WeightSource> opened =
      weights::WeightSource::open(options.weights);
  if (!opened)
    return fail(opened.error());
  weights.emplace(std::move(*opened));
  return 0;
}

static std::string namesOf(const std::vector<shape::DimRange> &ranges) {
  std::string text;
  for (const shape::DimRange &range : ranges)
    text += (text.empty() ? "\"" : ", \"") + range.name + "\"";
  return text.empty() ? "none" : text;
}

/// The dims given, each in its range; the others at random, small.
int Verification::chooseDims() {
  std::vector<shape::DimRange> ranges = graph::dimRangesAround(entry);
  dims = reference::randomDims(ranges, 33, options.seed);
  for (const std::pair<std::string, int64_t> &dim : options.dims) {
    const std::string &name = dim.first;
    int64_t value = dim.second;
    auto range = llvm::find_if(ranges, [&](const shape::DimRange &r) {
      return r.name == StringRef(name);
    });
    if (range == ranges.end())
      return fail("no dim \"" + name + "\"; there is " + namesOf(ranges));
    if (value < range->min || value > range->max)
      return fail("dim '" + name + "' is " + std::to_string(value) +
                  "; expected " + std::to_string(range->min) + ".." +
                  std::to_string(range->max));
    dims[name] = value;
  }
  return 0;
}

int Verification::evaluateReference() {
  inputs = reference::randomInputs(entry, dims, options.seed);
  std::set<int64_t> wanted;
  for (uint32_t i = 0; i < heddle_module_num_dispatches(module, entryIndex);
       ++i) {
    heddle_dispatch_info info{};
    heddle_module_dispatch(module, entryIndex, i, &info);
    for (uint32_t j = 0; info.values && j < info.num_outputs; ++j)
      wanted.insert(info.values[j]);
  }
  reference::Surroundings<double> around;
  around.weights = [&](std::string_view path, const std::vector<int64_t> &shape,
                       std::vector<float> &result) -> std::string {
    if (!weights)
      return "no --weights was given";
    weights->declare(std::string(path), shape);
    if (io::Status status = weights->check(path, shape); !status)
      return status.error();
    io::Result<std::vector<float>> read = weights->readAll(path);
    if (!read)
      return read.error();
    result = std::move(*read);
    return {};
  };
  around.observe = [&](int64_t id, const Reference &value) {
    if (wanted.count(id))
      values[id] = value;
  };
  FailureOr<std::vector<Reference>> result =
      reference::evaluate<double>(entry, inputs, dims, around);
  if (failed(result))
    return 1;
  outputs = std::move(*result);
  lengths = reference::pathLengths(entry, dims, wanted);
  return 0;
}

int Verification::prepareRun() {
  heddle_session_options sessionOptions = HEDDLE_SESSION_OPTIONS_INIT;
  sessionOptions.threads = options.threads;
  sessionOptions.slice = options.slice;
  if (!options.variant.empty())
    sessionOptions.variant = options.variant.c_str();
  if (heddle_session_create(module, &sessionOptions, &session, &error))
    return fail(error.message);
  for (uint32_t i = 0; i < heddle_module_num_dims(module); ++i) {
    heddle_dim_info info{};
    heddle_module_dim(module, i, &info);
    dimList.push_back(dims[info.name]);
  }
  std::vector<heddle_tensor> in(heddle_module_num_inputs(module, entryIndex));
  std::vector<heddle_tensor> out(heddle_module_num_outputs(module, entryIndex));
  if (heddle_module_shapes(module, entryIndex, dimList.data(), dimList.size(),
                           in.data(), in.size(), out.data(), out.size(),
                           &error))
    return fail(error.message);
  auto own = [](const heddle_tensor &shape, std::vector<Owned> &list) {
    size_t count = 1;
    for (uint32_t i = 0; i < shape.rank; ++i)
      count *= size_t(shape.extents[i]);
    Owned &owned = list.emplace_back();
    owned.tensor = shape;
    owned.bytes.resize(count * heddle_dtype_bytes(shape.dtype));
    owned.tensor.data = owned.bytes.data();
  };
  for (auto [shape, reference] : llvm::zip(in, inputs)) {
    own(shape, given);
    store(reference, shape.dtype, given.back().tensor.data);
  }
  for (const heddle_tensor &shape : out)
    own(shape, found);
  return 0;
}

bool Verification::runOnce(heddle_after_dispatch after) {
  std::vector<heddle_tensor> in, out;
  for (const Owned &owned : given)
    in.push_back(owned.tensor);
  for (const Owned &owned : found)
    out.push_back(owned.tensor);
  heddle_run_options run = HEDDLE_RUN_OPTIONS_INIT;
  run.after_dispatch = after;
  run.user = this;
  heddle_status status =
      heddle_session_run(session, entryIndex, in.data(), in.size(), out.data(),
                         out.size(), &run, &error);
  return status == HEDDLE_OK || (after && status == HEDDLE_STOPPED);
}

void Verification::printRow(const std::string &what,
                            const reference::Difference &worst, double bound) {
  llvm::outs() << llvm::formatv(
      "{0,-4} {1}: largest error {2:e2}, tolerance {3:e2} relative to element "
      "and rms\n",
      worst.within ? "ok" : "BAD", what, worst.largest, bound);
  if (!worst.within)
    llvm::outs() << llvm::formatv(
        "     element {0}: found {1:e6}, expected {2:e6}, allowed {3:e2}\n",
        worst.index, worst.found, worst.expected, worst.allowed);
}

/// Compares a tensor as f32 under `bound`; whole numbers must be equal.
static reference::Difference compareTensor(const Reference &expected,
                                           const heddle_tensor &found,
                                           double bound) {
  if (expected.element == reference::Element::Float)
    return reference::compare(
        expected.floats, floatsOf(found, expected.floats.size()).data(), bound);
  std::vector<double> whole(expected.ints.begin(), expected.ints.end());
  if (expected.element == reference::Element::Bool)
    return reference::compare(whole, static_cast<const uint8_t *>(found.data),
                              0);
  return reference::compare(whole, static_cast<const int32_t *>(found.data), 0);
}

/// Prints what computing of less than f32 has cost: the largest error against
/// the largest element, and the cosine. False where that is too small.
static bool printNarrow(const reference::Path &path, const Reference &expected,
                        const heddle_tensor &found,
                        const reference::Difference &worst) {
  if (expected.element != reference::Element::Float || expected.floats.empty())
    return true;
  double largest = 0;
  for (double value : expected.floats)
    largest = std::max(largest, std::fabs(value));
  double cosine = reference::cosine(
      expected.floats, floatsOf(found, expected.floats.size()).data());
  bool good = cosine >= reference::leastCosine;
  llvm::outs() << llvm::formatv(
      "{0,-4} of {4}: largest error {1:e2} of the largest element, cosine "
      "{2:f6}, at least {3:f2}\n",
      good ? "ok" : "BAD", largest > 0 ? worst.largest / largest : 0, cosine,
      reference::leastCosine,
      !path.int8  ? "bf16"
      : path.bf16 ? "bf16 and int8"
                  : "int8");
  return good;
}

bool Verification::compareOutputs() {
  bool good = true;
  for (auto [i, expected] : llvm::enumerate(outputs)) {
    double bound = reference::tolerance(lengths.ofOutput(i));
    reference::Difference worst =
        compareTensor(expected, found[i].tensor, bound);
    printRow("output '" + entry.outputName(i).str() + "'", worst, bound);
    good &= worst.within;
    if (lengths.ofOutput(i).isNarrow())
      good &=
          printNarrow(lengths.ofOutput(i), expected, found[i].tensor, worst);
  }
  return good;
}

/// Compares one dispatch's output, which was made from reference inputs, then
/// puts the reference in its place. False: stop at the first bad one.
bool Verification::checkDispatch(const heddle_run *run, uint32_t index) {
  heddle_dispatch_info info{};
  heddle_kernel_info kernel{};
  heddle_module_dispatch(module, entryIndex, index, &info);
  heddle_module_dispatch_kernel(module, entryIndex, index, dimList.data(),
                                dimList.size(), &info.kernel, nullptr);
  heddle_module_kernel(module, info.kernel, &kernel);
  for (uint32_t i = 0; info.values && i < info.num_outputs; ++i) {
    auto expected = values.find(info.values[i]);
    heddle_tensor tensor{};
    if (expected == values.end() ||
        heddle_run_buffer(run, info.outputs[i], &tensor))
      continue;
    reference::Path path = lengths.withinKernel(info.values[i]);
    double bound = reference::tolerance(path);
    reference::Difference worst =
        compareTensor(expected->second, tensor, bound);
    // One element of a row may be as large as the row, and then int8 leaves
    // little of the others: what is bounded is the direction of the result.
    if (path.int8 && expected->second.element == reference::Element::Float)
      worst.within =
          reference::cosine(
              expected->second.floats,
              floatsOf(tensor, expected->second.floats.size()).data()) >=
          reference::leastCosine;
    std::string what = std::string("kernel ") + kernel.name + " (" +
                       kernel.family + "), " + lengths.describe(info.values[i]);
    if (options.everyKernel || !worst.within)
      printRow(what, worst, bound);
    store(expected->second, tensor.dtype, tensor.data);
    if (!worst.within && firstBad.empty())
      firstBad = what;
    if (!worst.within && !options.everyKernel)
      return false;
  }
  return true;
}

int Verification::run() {
  for (int (Verification::*stage)() :
       {&Verification::load, &Verification::chooseDims,
        &Verification::evaluateReference, &Verification::prepareRun})
    if (int code = (this->*stage)())
      return code;
  if (!runOnce(nullptr))
    return fail(error.message);
  llvm::outs() << "dims";
  for (const auto &[name, value] : dims)
    llvm::outs() << ' ' << name << '=' << value;
  llvm::outs() << ", variant " << heddle_session_variant(session)
               << ", threads " << options.threads << ", seed " << options.seed
               << '\n';
  bool good = compareOutputs();
  if (good && !options.everyKernel)
    return 0;
  if (!runOnce(onDispatch))
    return fail(error.message);
  if (!firstBad.empty())
    return fail("the first wrong kernel is " + firstBad);
  return good ? 0
              : fail("every kernel is within tolerance on reference inputs, "
                     "their errors together are not");
}

} // namespace

int verifyArtifact(const VerifyOptions &options) {
  return Verification(options).run();
}

} // namespace heddle::tools
