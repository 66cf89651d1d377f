// From outlined kernels to halide pipelines: see GraphToHalide.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/GraphToHalide.h"

#include "compiler/lower/kernels/Kernel.h"
#include "dialects/host/Host.h"
#include "schedules/cpu/Attention.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace heddle::lower {

namespace {

/// The pipelines that an outlined kernel became.
struct Lowered {
  KernelPlan plan; ///< the same for all of them
  /// For few rows or queries, beside the one of the kernel's own name.
  std::vector<host::DispatchOp::Choice> choices;
};

/// The family of a kernel that is computed row by row.
schedule::Family rowsFamily(graph::OutlinedOp kernel) {
  using schedule::Family;
  Family family = Family::Elementwise;
  for (Operation &op : kernel.getBody().front()) {
    if (isa<graph::MatmulOp, graph::ConvOp>(op))
      return Family::Matmul;
    if (isa<graph::SoftmaxOp, graph::LogSoftmaxOp>(op))
      return Family::Softmax;
    bool isReduction =
        graph::reductionOf(&op) || isa<graph::TopKOp, graph::LinearOp>(op);
    if (isRowNorm(&op))
      family = Family::Norm;
    else if (isReduction && family != Family::Norm)
      family = Family::Reduction;
    else if (isa<graph::EmbedOp>(op) && family == Family::Elementwise)
      family = Family::Gather;
  }
  return family;
}

/// The form that runs up to a size: a small one, or the general one before a
/// small one that serves larger sizes again.
struct SmallForm {
  KernelForm form; ///< its name is what follows the kernel's
  KernelSize size;
};

/// Turns one outlined kernel into pipelines before it, each with its family.
class KernelLowering {
public:
  KernelLowering(ModuleOp module, graph::OutlinedOp kernel, int64_t lanes,
                 bool onDevice)
      : module(module), kernel(kernel), lanes(lanes), onDevice(onDevice),
        isAttention(!kernel.getBody().getOps<graph::AttentionOp>().empty()),
        isConv(!kernel.getBody().getOps<graph::ConvOp>().empty()),
        isGemm(!isAttention && !isConv && hasPackableLinear(kernel)) {}

  FailureOr<Lowered> run();

private:
  FailureOr<KernelPlan> build(KernelForm form);
  /// A diagnostic on products of less than f32 where there are none.
  LogicalResult checkPrecision();
  /// How an attention of this form is lowered: of few queries, rounded keys
  /// and values would take longer to make than to use.
  decltype(&lowerAttention) attentionFor(const KernelForm &form) {
    if (form.isDecode)
      return lowerDecode;
    bool isNarrow = !onDevice && !form.few && isNarrowAttention(kernel);
    return isNarrow ? lowerNarrowAttention : lowerAttention;
  }
  /// The forms that few rows or queries may take, the fewest first.
  std::vector<SmallForm> smallForms();

  ModuleOp module;
  graph::OutlinedOp kernel;
  int64_t lanes;
  bool onDevice, isAttention, isConv, isGemm;
};

graph::Precision precisionOf(Operation &op) {
  if (auto linear = dyn_cast<graph::LinearOp>(op))
    return linear.precision();
  if (auto attention = dyn_cast<graph::AttentionOp>(op))
    return attention.precision();
  return graph::Precision::F32;
}

LogicalResult KernelLowering::checkPrecision() {
  for (Operation &op : kernel.getBody().front()) {
    graph::Precision precision = precisionOf(op);
    if (onDevice && precision != graph::Precision::F32)
      return op.emitOpError("computes in ")
             << graph::stringifyPrecision(precision)
             << ", which kernels of a device do not yet; expected f32";
  }
  return success();
}

FailureOr<KernelPlan> KernelLowering::build(KernelForm form) {
  using schedule::Family;
  form.lanes = lanes;
  if (failed(checkPrecision()))
    return failure();
  auto isStored = [](Value value) {
    return cast<RankedTensorType>(value.getType()).getElementType().isBF16();
  };
  if (onDevice && (llvm::any_of(kernel.getBody().getArguments(), isStored) ||
                   llvm::any_of(kernel.returned(), isStored)))
    return kernel.emitOpError("reads or writes bf16, which kernels of a device "
                              "do not yet; expected f32");
  if ((isAttention || isConv || onDevice) && kernel.returned().size() > 1)
    return kernel.emitOpError("has no lowering: several results of an "
                              "attention, a conv or a device's kernel");
  FailureOr<KernelPlan> plan = isAttention
                                   ? attentionFor(form)(module, kernel, form)
                               : isConv ? lowerConv(module, kernel)
                               : isGemm ? lowerGemm(module, kernel, form)
                                        : lowerRows(module, kernel);
  if (failed(plan))
    return failure();
  Family family = form.isDecode ? Family::Decode
                  : isAttention ? Family::Attention
                                : rowsFamily(kernel);
  if (isGemm)
    family = form.few ? Family::Gemv : Family::Gemm;
  // The new pipeline is the module's last op.
  Operation &pipeline = module.getBody()->back();
  MLIRContext *context = module.getContext();
  pipeline.setAttr(familyAttr,
                   StringAttr::get(context, schedule::name(family)));
  if (onDevice)
    pipeline.setAttr(spaceAttr, StringAttr::get(context, host::deviceSpace));
  pipeline.moveBefore(kernel);
  return plan;
}

std::vector<SmallForm> KernelLowering::smallForms() {
  std::vector<SmallForm> forms;
  if (onDevice || !(isAttention || isGemm))
    return forms;
  if (isAttention)
    if (std::optional<KernelSize> size = decodeSize(kernel))
      forms.push_back({{"_decode", size->few, false, true}, *size});
  KernelSize few =
      isAttention ? attentionSize(kernel) : gemmSize(kernel, lanes);
  forms.push_back({{"_few", few.few}, few});
  if (isAttention && hasShortBlocks(kernel)) {
    constexpr int64_t twoBlocks = schedule::shortQueries;
    KernelForm shortForm = {"_short", twoBlocks};
    forms.push_back({shortForm, {few.size, twoBlocks / 2}});
    forms.push_back({{}, {few.size, schedule::AttentionShape().queryBlock}});
    forms.push_back({shortForm, {few.size, twoBlocks}});
  }
  return forms;
}

FailureOr<Lowered> KernelLowering::run() {
  std::string name = kernel.getSymName().str();
  Lowered lowered;
  KernelForm general = {name, 0, onDevice};
  std::vector<shape::DimRange> ranges = kernel.dimRanges();
  llvm::StringSet<> built = {name};
  for (const auto &[form, size] : smallForms()) {
    std::optional<int64_t> most = shape::maximum(size.size, ranges);
    std::optional<int64_t> least =
        shape::maximum(size.size * shape::Dim(-1), ranges);
    if (!least || -*least > size.few)
      continue;
    bool isLast = most && *most <= size.few;
    KernelForm small = form;
    small.name = name + form.name;
    if (isLast && !built.contains(small.name)) {
      small.name = name; // there is no larger size
      general = small;
    }
    if (isLast)
      break;
    if (built.insert(small.name).second && failed(build(small)))
      return failure();
    lowered.choices.push_back(
        {FlatSymbolRefAttr::get(module.getContext(), small.name), size.size,
         size.few});
  }
  // What would run without a choice needs none.
  while (!lowered.choices.empty() &&
         lowered.choices.back().callee.getValue() == name)
    lowered.choices.pop_back();
  FailureOr<KernelPlan> plan = build(general);
  if (failed(plan))
    return failure();
  lowered.plan = std::move(*plan);
  kernel.erase();
  return lowered;
}

/// Gives weights their recipes; equal recipes of one weight are one.
class WeightRewriter {
public:
  explicit WeightRewriter(host::ProgramOp program) : program(program) {}

  /// The weight of `buffer` after the plan's recipe.
  Value packed(Value buffer, const OperandPlan &plan);
  /// Removes the weights that no dispatch reads any more, renumbers the rest.
  void finish();

private:
  host::ProgramOp program;
  llvm::StringMap<Value> known;
};

Value WeightRewriter::packed(Value buffer, const OperandPlan &plan) {
  auto weight = buffer.getDefiningOp<host::WeightOp>();
  std::string key = weight.getName().str();
  for (const std::string &step : plan.recipe)
    key += "|" + step;
  Value &result = known[key];
  if (result)
    return result;
  OpBuilder builder(weight);
  builder.setInsertionPointAfter(weight);
  SmallVector<StringRef> tensors,
      recipe(plan.recipe.begin(), plan.recipe.end());
  for (Attribute tensor : weight.getTensors())
    tensors.push_back(cast<StringAttr>(tensor).getValue());
  shape::Shape extents;
  for (int64_t extent : plan.stored)
    extents.push_back(shape::Dim(extent));
  result = host::WeightOp::create(
      builder, weight.getLoc(), key, tensors, recipe,
      plan.element ? plan.element : weight.getElement(), extents);
  return result;
}

void WeightRewriter::finish() {
  SmallVector<host::WeightOp> weights(
      program.getBody().getOps<host::WeightOp>());
  int64_t count = 0;
  for (host::WeightOp weight : weights) {
    if (weight.getBuffer().use_empty())
      weight.erase();
    else
      weight.setName(("w" + Twine(count++)).str());
  }
}

/// The dispatch's views, weights and work as its kernel wants them.
void applyPlan(host::DispatchOp dispatch, const KernelPlan &plan,
               WeightRewriter &weights) {
  Builder builder(dispatch.getContext());
  SmallVector<Attribute> views;
  auto addView = [&](const OperandPlan &operand) {
    SmallVector<std::string> texts;
    for (const shape::Dim &dim : operand.view)
      texts.push_back(dim.str());
    SmallVector<StringRef> names(texts.begin(), texts.end());
    views.push_back(builder.getStrArrayAttr(names));
  };
  SmallVector<Value> extras;
  for (const ExtraWeight &extra : plan.extras)
    extras.push_back(
        weights.packed(dispatch.getIns()[extra.argument], extra.plan));
  for (auto [i, operand] : llvm::enumerate(plan.inputs)) {
    addView(operand);
    if (operand.recipe.empty())
      continue;
    Value packed = weights.packed(dispatch.getIns()[i], operand);
    dispatch.getInsMutable()[i].set(packed);
  }
  for (const ExtraWeight &extra : plan.extras)
    addView(extra.plan);
  dispatch.getInsMutable().append(extras);
  for (size_t i = 0; i < dispatch.getOuts().size(); ++i)
    addView(plan.output);
  SmallVector<std::string> scalars;
  for (const shape::Dim &scalar : plan.scalars)
    scalars.push_back(scalar.str());
  SmallVector<StringRef> texts(scalars.begin(), scalars.end());
  dispatch.setScalarsAttr(builder.getStrArrayAttr(texts));
  dispatch.setViewsAttr(builder.getArrayAttr(views));
  dispatch.setFlops(plan.flops.str());
}

} // namespace

/// The kernels whose results are in a device's memory.
static llvm::StringSet<> kernelsOnDevice(ModuleOp module) {
  llvm::StringSet<> names;
  module.walk([&](host::DispatchOp dispatch) {
    for (Value out : dispatch.getOuts())
      if (out.getDefiningOp<host::SlotOp>().getSpace() == host::deviceSpace)
        names.insert(dispatch.getCallee());
  });
  return names;
}

/// The lanes of the widest vectors of the variants; of all where none is named.
static int64_t lanesOf(ArrayRef<std::string> variants) {
  int64_t lanes = 0;
  for (const schedule::CpuTarget &target : schedule::cpuTargets())
    if (variants.empty() || llvm::is_contained(variants, target.name))
      lanes = std::max(lanes, target.lanes);
  return lanes;
}

LogicalResult lowerGraphToHalide(ModuleOp module,
                                 ArrayRef<std::string> variants) {
  int64_t lanes = lanesOf(variants);
  llvm::StringSet<> onDevice = kernelsOnDevice(module);
  llvm::StringMap<Lowered> kernels;
  SmallVector<graph::OutlinedOp> outlined(module.getOps<graph::OutlinedOp>());
  for (graph::OutlinedOp kernel : outlined) {
    std::string name = kernel.getSymName().str();
    FailureOr<Lowered> lowered =
        KernelLowering(module, kernel, lanes, onDevice.contains(name)).run();
    if (failed(lowered))
      return failure();
    kernels[name] = std::move(*lowered);
  }
  for (host::ProgramOp program : module.getOps<host::ProgramOp>()) {
    WeightRewriter weights(program);
    program.walk([&](host::DispatchOp dispatch) {
      auto kernel = kernels.find(dispatch.getCallee());
      if (kernel == kernels.end())
        return;
      applyPlan(dispatch, kernel->second.plan, weights);
      if (!kernel->second.choices.empty())
        dispatch.setChoices(kernel->second.choices);
    });
    weights.finish();
  }
  return success();
}

} // namespace heddle::lower
