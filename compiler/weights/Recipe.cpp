// Runs recipes. Two shapes of recipe stream; the others go through memory.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/weights/Recipe.h"

#include "compiler/weights/AngleTable.h"
#include "dialects/host/Recipe.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

using namespace heddle;
using namespace heddle::weights;
using host::RecipeStep;

namespace {
using Kind = RecipeStep::Kind;
using Extents = std::vector<int64_t>;

/// Values given to the sink at once, when a recipe streams: 4 MiB.
constexpr size_t chunkValues = size_t(1) << 20;

int64_t count(const Extents &extents) {
  return std::accumulate(extents.begin(), extents.end(), int64_t(1),
                         std::multiplies<>());
}

/// A recipe whose shapes have been checked.
struct Plan {
  std::vector<RecipeStep> steps;
  std::vector<Extents> tensors; ///< shapes in the files
};

class Runner {
public:
  Runner(const WeightSource &source, const WeightRequest &request,
         const Plan &plan, const FloatSink &sink)
      : source(source), request(request), plan(plan), sink(sink) {}
  bool run();

private:
  bool isCopy() const;
  bool isPackedTranspose() const;
  bool copy();
  bool packedTranspose();
  bool throughMemory();
  void readRow(int64_t row, float *values) const;
  std::vector<float> joined(int64_t axis) const;

  const WeightSource &source;
  const WeightRequest &request;
  const Plan &plan;
  const FloatSink &sink;
};
} // namespace

/// True when the bytes of the tensors, one after the other, are the weight.
bool Runner::isCopy() const {
  return std::all_of(
      plan.steps.begin(), plan.steps.end(), [](const RecipeStep &step) {
        return step.kind == Kind::Reshape || step.narrows() ||
               (step.kind == Kind::Concat && step.arguments[0] == 0);
      });
}

/// [concat 0,] transpose, pack N[, group G][, bf16].
bool Runner::isPackedTranspose() const {
  size_t at = 0;
  if (!plan.steps.empty() && plan.steps[0].kind == Kind::Concat) {
    if (plan.steps[0].arguments[0] != 0)
      return false;
    at = 1;
  }
  size_t count = plan.steps.size();
  if (count > at && plan.steps.back().narrows())
    --count;
  bool isGrouped = count == at + 3 && plan.steps[at + 2].kind == Kind::Group;
  return (isGrouped || count == at + 2) &&
         plan.steps[at].kind == Kind::Transpose &&
         plan.steps[at + 1].kind == Kind::Pack;
}

bool Runner::copy() {
  std::vector<float> chunk;
  for (size_t i = 0; i < request.tensors.size(); ++i) {
    size_t total = size_t(count(plan.tensors[i]));
    for (size_t first = 0; first < total; first += chunkValues) {
      chunk.resize(std::min(chunkValues, total - first));
      source.read(request.tensors[i], first, chunk.size(), chunk.data());
      if (!sink(chunk.data(), chunk.size()))
        return false;
    }
  }
  return true;
}

/// Reads one row of the matrices joined along axis 0.
void Runner::readRow(int64_t row, float *values) const {
  size_t tensor = 0;
  while (row >= plan.tensors[tensor][0])
    row -= plan.tensors[tensor++][0];
  int64_t columns = plan.tensors[tensor][1];
  source.read(request.tensors[tensor], size_t(row * columns), size_t(columns),
              values);
}

/// Panel p holds rows [p N, p N + N) of the files' matrix as columns, so one
/// panel in memory is enough.
bool Runner::packedTranspose() {
  int64_t columns = plan.tensors[0][1], width = request.extents[2];
  int64_t group = request.extents.size() > 3 ? request.extents[3] : 1;
  int64_t rows = 0;
  for (const Extents &tensor : plan.tensors)
    rows += tensor[0];
  std::vector<float> row(static_cast<size_t>(columns));
  std::vector<float> panel(size_t(request.extents[1] * width * group), 0.0f);
  for (int64_t first = 0; first < rows; first += width) {
    int64_t used = std::min(width, rows - first);
    if (used < width)
      std::fill(panel.begin(), panel.end(), 0.0f);
    for (int64_t n = 0; n < used; ++n) {
      readRow(first + n, row.data());
      for (int64_t k = 0; k < columns; ++k)
        panel[size_t((k / group * width + n) * group + k % group)] =
            row[size_t(k)];
    }
    if (!sink(panel.data(), panel.size()))
      return false;
  }
  return true;
}

/// All tensors side by side along `axis`.
std::vector<float> Runner::joined(int64_t axis) const {
  int64_t outer = 1, rowWidth = 0, total = 0;
  for (int64_t i = 0; i < axis; ++i)
    outer *= plan.tensors[0][size_t(i)];
  for (const Extents &tensor : plan.tensors)
    total += count(tensor);
  rowWidth = outer ? total / outer : 0;
  std::vector<float> values(static_cast<size_t>(total));
  int64_t column = 0;
  for (size_t i = 0; i < plan.tensors.size(); ++i) {
    int64_t width = outer ? count(plan.tensors[i]) / outer : 0;
    for (int64_t o = 0; o < outer; ++o)
      source.read(request.tensors[i], size_t(o * width), size_t(width),
                  values.data() + o * rowWidth + column);
    column += width;
  }
  return values;
}

/// Blocked, so that both sides stay in cache.
static std::vector<float> transposed(const std::vector<float> &values,
                                     int64_t rows, int64_t columns) {
  constexpr int64_t block = 32;
  std::vector<float> result(values.size());
  for (int64_t r0 = 0; r0 < rows; r0 += block)
    for (int64_t c0 = 0; c0 < columns; c0 += block)
      for (int64_t r = r0; r < std::min(rows, r0 + block); ++r)
        for (int64_t c = c0; c < std::min(columns, c0 + block); ++c)
          result[size_t(c * rows + r)] = values[size_t(r * columns + c)];
  return result;
}

static std::vector<float> packed(const std::vector<float> &values, int64_t rows,
                                 int64_t columns, int64_t width) {
  int64_t panels = (columns + width - 1) / width;
  std::vector<float> result(size_t(panels * rows * width), 0.0f);
  for (int64_t p = 0; p < panels; ++p)
    for (int64_t k = 0; k < rows; ++k)
      std::copy_n(values.data() + k * columns + p * width,
                  std::min(width, columns - p * width),
                  result.data() + (p * rows + k) * width);
  return result;
}

/// The scale of each column of [K, M]: 127 of it are the largest magnitude.
static std::vector<float> columnScales(const std::vector<float> &values,
                                       int64_t columns) {
  constexpr float largest = 127;
  std::vector<float> scales(static_cast<size_t>(columns), 0.0f);
  for (size_t i = 0; i < values.size(); ++i) {
    float &scale = scales[i % size_t(columns)];
    scale = std::max(scale, std::fabs(values[i]) / largest);
  }
  return scales;
}

/// Each column in whole multiples of its scale.
static std::vector<float> quantised(const std::vector<float> &values,
                                    int64_t columns) {
  std::vector<float> scales = columnScales(values, columns), result = values;
  for (size_t i = 0; i < result.size(); ++i) {
    float scale = scales[i % size_t(columns)];
    result[i] = scale > 0 ? std::nearbyint(values[i] / scale) : 0;
  }
  return result;
}

/// What a left operand that is 128 too large adds to each column, negated.
static std::vector<float> columnOffsets(const std::vector<float> &values,
                                        int64_t columns) {
  constexpr float tooLarge = 128;
  std::vector<float> whole = quantised(values, columns);
  std::vector<float> sums(static_cast<size_t>(columns), 0.0f);
  for (size_t i = 0; i < whole.size(); ++i)
    sums[i % size_t(columns)] -= whole[i];
  for (float &sum : sums)
    sum *= tooLarge;
  return sums;
}

/// Panels [P, K, N] with `group` values of k side by side.
static std::vector<float> grouped(const std::vector<float> &values,
                                  const Extents &extents, int64_t group) {
  int64_t depth = extents[1], width = extents[2];
  int64_t groups = (depth + group - 1) / group;
  std::vector<float> result(size_t(extents[0] * groups * width * group), 0.0f);
  for (int64_t p = 0; p < extents[0]; ++p)
    for (int64_t k = 0; k < depth; ++k)
      for (int64_t n = 0; n < width; ++n)
        result[size_t(((p * groups + k / group) * width + n) * group +
                      k % group)] = values[size_t((p * depth + k) * width + n)];
  return result;
}

static std::vector<float> padded(const std::vector<float> &values,
                                 const Extents &extents, int64_t axis,
                                 int64_t extent) {
  int64_t outer = count(Extents(extents.begin(), extents.begin() + axis));
  int64_t inner = count(Extents(extents.begin() + axis + 1, extents.end()));
  int64_t before = extents[size_t(axis)] * inner, after = extent * inner;
  std::vector<float> result(size_t(outer * after), 0.0f);
  for (int64_t o = 0; o < outer; ++o)
    std::copy_n(values.data() + o * before, before, result.data() + o * after);
  return result;
}

bool Runner::throughMemory() {
  bool joins = plan.steps[0].kind == Kind::Concat;
  std::vector<float> values = joined(joins ? plan.steps[0].arguments[0] : 0);
  std::string problem; // none: the plan was checked
  std::vector<Extents> shapes = plan.tensors;
  for (const RecipeStep &step : plan.steps) {
    Extents extents = shapes[0];
    shapes = {*host::applyToShape(step, shapes, problem)};
    if (step.kind == Kind::Transpose)
      values = transposed(values, extents[0], extents[1]);
    else if (step.kind == Kind::Pack)
      values = packed(values, extents[0], extents[1], step.arguments[0]);
    else if (step.kind == Kind::Int8)
      values = quantised(values, extents[1]);
    else if (step.kind == Kind::Scales)
      values = columnScales(values, extents[1]);
    else if (step.kind == Kind::Offsets)
      values = columnOffsets(values, extents[1]);
    else if (step.kind == Kind::Group)
      values = grouped(values, extents, step.arguments[0]);
    else if (step.kind == Kind::Pad)
      values = padded(values, extents, step.arguments[0], step.arguments[1]);
  }
  return sink(values.data(), values.size());
}

bool Runner::run() {
  if (plan.steps.size() == 1 && plan.steps[0].generates())
    return writeAngleTable(plan.steps[0], sink);
  if (isCopy())
    return copy();
  if (isPackedTranspose())
    return packedTranspose();
  return throughMemory();
}

/// The nearest bf16, ties to even; NaN stays NaN.
static uint16_t bf16Bits(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  constexpr uint32_t half = 0x7fff, quiet = 0x40;
  if (value != value)
    return uint16_t(bits >> 16 | quiet);
  return uint16_t((bits + half + (bits >> 16 & 1)) >> 16);
}

template <typename Integer> static Integer whole(float value) {
  return static_cast<Integer>(value);
}

/// Gives values to the sink in another type.
template <typename Element>
static bool give(const float *values, size_t count, Element (*convert)(float),
                 const ByteSink &sink) {
  std::vector<Element> elements(count);
  std::transform(values, values + count, elements.begin(), convert);
  return sink(elements.data(), count * sizeof(Element));
}

/// Checks everything about a request that can be wrong.
static io::Result<Plan> plan(const WeightSource &source,
                             const WeightRequest &request) {
  Plan plan;
  for (const std::string &name : request.tensors) {
    const TensorInfo *info = source.find(name);
    if (!info)
      return io::Error{source.missingMessage(name)};
    // Of check(), only the element type can fail here.
    io::Status usable = source.check(name, info->shape);
    if (!usable)
      return io::Error{usable.error()};
    plan.tensors.push_back(info->shape);
  }
  std::string where = "weight '" + request.name + "'";
  std::string origin = request.tensors.empty()
                           ? ""
                           : " from tensor '" + request.tensors[0] + "'";
  std::vector<Extents> shapes = plan.tensors;
  io::DType dtype = io::DType::F32;
  for (const std::string &text : request.recipe) {
    std::optional<RecipeStep> step = host::parseRecipeStep(text);
    if (!step)
      return io::Error{where + " has the recipe step '" + text +
                       "', expected one of " +
                       std::string(host::recipeForms())};
    std::string problem;
    std::optional<Extents> next = host::applyToShape(*step, shapes, problem);
    if (!next)
      return io::Error{where + origin + ": " + problem};
    if (dtype == io::DType::BF16)
      return io::Error{where + origin + ": '" + text + "' after '" +
                       plan.steps.back().str() + "', which comes last"};
    if (step->narrows())
      dtype = io::DType::BF16;
    else if (step->kind == Kind::Int8)
      dtype = io::DType::I8;
    else if (step->kind == Kind::Offsets)
      dtype = io::DType::I32;
    shapes = {*next};
    plan.steps.push_back(*step);
  }
  if (request.dtype != dtype)
    return io::Error{where + " has elements of type " +
                     io::dtypeName(request.dtype) + ", expected " +
                     io::dtypeName(dtype)};
  if (shapes.size() != 1 || shapes[0] != request.extents)
    return io::Error{where + origin + " becomes " +
                     (shapes.empty() ? "nothing" : io::shapeText(shapes[0])) +
                     ", expected " + io::shapeText(request.extents)};
  return plan;
}

io::Status weights::checkRecipe(const WeightSource &source,
                                const WeightRequest &request) {
  io::Result<Plan> checked = plan(source, request);
  if (!checked)
    return io::Error{checked.error()};
  return io::Done();
}

io::Status weights::runRecipe(const WeightSource &source,
                              const WeightRequest &request,
                              const ByteSink &sink) {
  io::Result<Plan> checked = plan(source, request);
  if (!checked)
    return io::Error{checked.error()};
  auto encode = [&](const float *values, size_t count) {
    switch (request.dtype) {
    case io::DType::BF16:
      return give<uint16_t>(values, count, bf16Bits, sink);
    case io::DType::I8:
      return give<int8_t>(values, count, whole<int8_t>, sink);
    case io::DType::I32:
      return give<int32_t>(values, count, whole<int32_t>, sink);
    default:
      return sink(values, count * sizeof(float));
    }
  };
  if (!Runner(source, request, *checked, encode).run())
    return io::Error{"weight '" + request.name + "' could not be written"};
  return io::Done();
}
