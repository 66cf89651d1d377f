// Outlining of kernels and assignment of slots: see GraphToHost.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/GraphToHost.h"

#include "compiler/lower/SliceDim.h"
#include "compiler/lower/kernels/Kernel.h"
#include "dialects/graph/Graph.h"
#include "dialects/host/Host.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace heddle::lower {

namespace {

/// Storage of the arena that values take in turn.
struct Slot {
  shape::Dim bytes;
  size_t freeAfter = 0; ///< index of the dispatch that reads it last
};

/// What a reshape outside of kernels is a view of.
Value rootOf(Value value) {
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>())
    value = reshape.getX();
  return value;
}

/// The embeds that choose rows by `value`, also by a view of it.
void collectEmbeds(Value value, SmallVectorImpl<graph::EmbedOp> &embeds) {
  for (Operation *user : value.getUsers()) {
    auto embed = dyn_cast<graph::EmbedOp>(user);
    if (embed && embed.getTokens() == value)
      embeds.push_back(embed);
    if (auto reshape = dyn_cast<graph::ReshapeOp>(user))
      collectEmbeds(reshape.getOutput(), embeds);
  }
}

class HostLowering {
public:
  HostLowering(ModuleOp module, graph::ModelOp model, StringRef space)
      : module(module), model(model), space(space),
        builder(module.getContext()), ranges(model.dimRanges()) {}

  LogicalResult run();

private:
  LogicalResult lowerEntry(graph::EntryOp entry, host::ProgramOp program);
  LogicalResult lowerInputs(graph::EntryOp entry);
  LogicalResult lowerKernel(graph::KernelOp kernel, size_t position);
  LogicalResult lowerOutputs(graph::EntryOp entry);
  void findLastReads(graph::EntryOp entry);
  SmallVector<Value> inputsOf(graph::KernelOp kernel);
  StringAttr outline(graph::KernelOp kernel, ArrayRef<Value> inputs);
  Value bufferFor(Value value);
  Value resultSlot(Value result, size_t position);
  Value weightBuffer(Operation *weight);
  int64_t takeSlot(const shape::Dim &bytes, size_t position, size_t lastRead);

  ModuleOp module;
  graph::ModelOp model;
  StringRef space;
  OpBuilder builder;
  std::vector<shape::DimRange> ranges;
  host::ProgramOp program;
  DenseMap<Value, Value> buffers; ///< graph value to host buffer
  DenseMap<Value, size_t> lastRead;
  DenseMap<Value, shape::Shape> outputShapes; ///< of values seen as outputs
  llvm::StringMap<StringAttr> kernels; ///< text of an outlined op to its name
  llvm::StringMap<Value> weights;      ///< by path
  std::vector<Slot> slots;
};

/// What a kernel reads from outside, weights and values, in the order of use.
SmallVector<Value> HostLowering::inputsOf(graph::KernelOp kernel) {
  llvm::SetVector<Value> inputs;
  kernel.walk([&](Operation *op) {
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (def && kernel->isProperAncestor(def))
        continue;
      if (auto argument = dyn_cast<BlockArgument>(operand))
        if (kernel->isAncestor(argument.getOwner()->getParentOp()))
          continue;
      if (!isa_and_nonnull<graph::ConstantOp>(def))
        inputs.insert(operand);
    }
  });
  return inputs.takeVector();
}

/// The outlined kernel's name; made unless an equal one exists.
StringAttr HostLowering::outline(graph::KernelOp kernel,
                                 ArrayRef<Value> inputs) {
  SmallVector<Type> types;
  for (Value input : inputs)
    types.push_back(input.getType());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(model);
  auto type = builder.getFunctionType(types, kernel.getResultTypes());
  auto outlined = graph::OutlinedOp::create(
      builder, kernel.getLoc(), "k", type, model.getDims(),
      kernel.getFamily().value_or(StringRef()));
  IRMapping mapping;
  for (auto [i, input] : llvm::enumerate(inputs)) {
    mapping.map(input, outlined.getBody().getArgument(i));
    if (input.getDefiningOp<graph::WeightOp>())
      outlined.setArgAttr(i, weightAttr, builder.getUnitAttr());
  }
  builder.setInsertionPointToEnd(&outlined.getBody().front());
  kernel.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (auto constant = operand.getDefiningOp<graph::ConstantOp>();
          constant && !mapping.contains(operand))
        mapping.map(operand, builder.clone(*constant)->getResult(0));
  });
  SmallVector<Value> results;
  for (Operation &op : kernel.getBody().front()) {
    if (auto yield = dyn_cast<graph::YieldOp>(op)) {
      for (Value value : yield.getValues())
        results.push_back(mapping.lookup(value));
      continue;
    }
    Operation *copy = builder.clone(op, mapping);
    copy->removeAttr(graph::idAttr);
  }
  graph::ReturnOp::create(builder, kernel.getLoc(), results);

  std::string text;
  llvm::raw_string_ostream stream(text);
  outlined->print(stream, OpPrintingFlags().useLocalScope());
  StringAttr &name = kernels[text];
  if (name) {
    outlined.erase();
    return name;
  }
  name = builder.getStringAttr("k" + Twine(kernels.size() - 1));
  outlined.setSymName(name);
  return name;
}

/// The host buffer of a value that is already computed, or of a weight. A
/// reshape is the buffer it views.
Value HostLowering::bufferFor(Value value) {
  value = rootOf(value);
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<graph::WeightOp, graph::AngleTableOp>(op))
    return weightBuffer(op);
  return buffers.lookup(value);
}

/// The buffer of a weight or of a generated table, one a path or recipe.
Value HostLowering::weightBuffer(Operation *op) {
  SmallVector<StringRef> tensors, recipe;
  std::string made;
  if (auto weight = dyn_cast<graph::WeightOp>(op)) {
    tensors.push_back(weight.getPath());
  } else {
    made = cast<graph::AngleTableOp>(op).recipe();
    recipe.push_back(made);
  }
  Value &buffer = weights[tensors.empty() ? "|" + made : tensors[0].str()];
  if (!buffer) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(&program.getBlock(), program.getBlock().begin());
    if (weights.size() > 1) {
      Operation *last = nullptr;
      for (Operation &other : program.getBlock())
        if (isa<host::WeightOp>(other))
          last = &other;
      if (last)
        builder.setInsertionPointAfter(last);
    }
    Value result = op->getResult(0);
    auto type = cast<RankedTensorType>(result.getType());
    buffer = host::WeightOp::create(
        builder, op->getLoc(), ("w" + Twine(weights.size() - 1)).str(), tensors,
        recipe, type.getElementType(), shapeOf(result));
  }
  return buffer;
}

/// For each value the position of the last kernel that reads it; outputs are
/// read at the end.
void HostLowering::findLastReads(graph::EntryOp entry) {
  size_t position = 0;
  for (Operation &op : entry.getBody().front()) {
    if (auto kernel = dyn_cast<graph::KernelOp>(op)) {
      for (Value input : inputsOf(kernel))
        lastRead[rootOf(input)] = position;
      ++position;
    }
  }
  for (Value output : entry.returned()) {
    lastRead[rootOf(output)] = SIZE_MAX;
    outputShapes.try_emplace(rootOf(output), shapeOf(output));
  }
}

/// A slot that is free at `position` and large enough or growable, the one of
/// equal size first; a new one otherwise.
int64_t HostLowering::takeSlot(const shape::Dim &bytes, size_t position,
                               size_t lastRead) {
  auto take = [&](size_t i, const shape::Dim &size) {
    slots[i] = {size, lastRead};
    return int64_t(i);
  };
  auto isFree = [&](const Slot &slot) {
    return slot.freeAfter != SIZE_MAX && slot.freeAfter < position;
  };
  for (size_t i = 0; i < slots.size(); ++i)
    if (isFree(slots[i]) && slots[i].bytes == bytes)
      return take(i, bytes);
  for (size_t i = 0; i < slots.size(); ++i)
    if (isFree(slots[i]) &&
        shape::provablyAtMost(bytes, slots[i].bytes, ranges))
      return take(i, slots[i].bytes);
  for (size_t i = 0; i < slots.size(); ++i)
    if (isFree(slots[i]) &&
        shape::provablyAtMost(slots[i].bytes, bytes, ranges))
      return take(i, bytes);
  slots.push_back({bytes, lastRead});
  return int64_t(slots.size()) - 1;
}

LogicalResult HostLowering::lowerInputs(graph::EntryOp entry) {
  for (auto [i, argument] : llvm::enumerate(entry.getBody().getArguments())) {
    // Tokens must lie in every table they choose from.
    std::optional<std::pair<int64_t, int64_t>> range = entry.inputRange(i);
    SmallVector<graph::EmbedOp> embeds;
    collectEmbeds(argument, embeds);
    for (graph::EmbedOp embed : embeds) {
      std::optional<int64_t> rows = shapeOf(embed.getTable())[0].constant();
      if (rows && (!range || *rows - 1 < range->second))
        range = {range ? range->first : 0, *rows - 1};
    }
    auto type = cast<RankedTensorType>(argument.getType());
    buffers[argument] =
        host::InputOp::create(builder, argument.getLoc(), entry.inputName(i),
                              type.getElementType(), shapeOf(argument), range);
  }
  return success();
}

/// The slot that the kernel at `position` writes a result to.
Value HostLowering::resultSlot(Value result, size_t position) {
  auto type = cast<RankedTensorType>(result.getType());
  // An output that views the result gives the slot its extents.
  auto asked = outputShapes.find(result);
  shape::Shape shape =
      asked == outputShapes.end() ? shapeOf(result) : asked->second;
  unsigned width = host::elementBytes(type.getElementType());
  shape::Dim bytes = shape::elementCount(shape) * shape::Dim(int64_t(width));
  auto read = lastRead.find(result);
  int64_t slot = takeSlot(bytes, position,
                          read == lastRead.end() ? position : read->second);
  return buffers[result] =
             host::SlotOp::create(builder, result.getLoc(), slot, space,
                                  type.getElementType(), shape);
}

LogicalResult HostLowering::lowerKernel(graph::KernelOp kernel,
                                        size_t position) {
  if (kernel.getNumResults() == 0)
    return kernel.emitOpError("has no result");
  for (Value result : kernel.getResults())
    if (shapeOf(result) != shapeOf(kernel.getResult(0)))
      return kernel.emitOpError("has results of the shapes ")
             << shape::str(shapeOf(kernel.getResult(0))) << " and "
             << shape::str(shapeOf(result)) << "; expected one shape";
  SmallVector<Value> inputs = inputsOf(kernel);
  StringAttr callee = outline(kernel, inputs);
  SmallVector<Value> ins;
  SmallVector<shape::Shape> views;
  for (Value input : inputs) {
    ins.push_back(bufferFor(input));
    views.push_back(plainPlan(input).view);
  }
  SmallVector<Value> outs;
  SmallVector<int64_t> ids;
  for (auto [result, yielded] :
       llvm::zip(kernel.getResults(), kernel.yielded())) {
    outs.push_back(resultSlot(result, position));
    views.push_back(plainPlan(result).view);
    Operation *maker = yielded.getDefiningOp();
    std::optional<int64_t> id = maker ? graph::valueId(maker) : std::nullopt;
    if (id)
      ids.push_back(*id);
  }
  auto dispatch = host::DispatchOp::create(
      builder, kernel.getLoc(), callee.getValue(), ins, ArrayRef<shape::Dim>{},
      outs, views, ids, shape::Dim(0));
  if (ids.size() != outs.size())
    dispatch.removeValuesAttr();
  return success();
}

LogicalResult HostLowering::lowerOutputs(graph::EntryOp entry) {
  for (auto [i, output] : llvm::enumerate(entry.returned())) {
    Value root = rootOf(output);
    if (!root.getDefiningOp<graph::KernelOp>())
      return entry.emitOpError("output '")
             << entry.outputName(i)
             << "' is an input or a weight as it is; expected a computed value";
    if (shapeOf(output) != outputShapes[root])
      return entry.emitOpError("output '")
             << entry.outputName(i) << "' has the shape "
             << shape::str(shapeOf(output)) << ", and another output "
             << shape::str(outputShapes[root])
             << " of the same value; expected a kernel for one of them";
    host::OutputOp::create(builder, entry.getLoc(), entry.outputName(i),
                           buffers.lookup(root));
  }
  return success();
}

LogicalResult HostLowering::lowerEntry(graph::EntryOp entry,
                                       host::ProgramOp program) {
  builder.setInsertionPointToEnd(&program.getBlock());
  auto hostEntry =
      host::EntryOp::create(builder, entry.getLoc(), entry.getSymName());
  if (std::optional<std::string> dim = sliceDim(entry, ranges))
    hostEntry.setSlices(*dim);
  builder.setInsertionPointToEnd(&hostEntry.getBlock());
  buffers.clear();
  lastRead.clear();
  outputShapes.clear();
  slots.clear();
  findLastReads(entry);
  if (failed(lowerInputs(entry)))
    return failure();
  size_t position = 0;
  for (Operation &op : entry.getBody().front()) {
    if (auto kernel = dyn_cast<graph::KernelOp>(op)) {
      if (failed(lowerKernel(kernel, position++)))
        return failure();
    } else if (!isa<graph::WeightOp, graph::AngleTableOp, graph::ReshapeOp,
                    graph::ConstantOp, graph::ReturnOp>(op)) {
      return op.emitOpError("is in no kernel");
    }
  }
  return lowerOutputs(entry);
}

LogicalResult HostLowering::run() {
  builder.setInsertionPoint(model);
  program = host::ProgramOp::create(builder, model.getLoc(), model.getSymName(),
                                    ranges);
  for (Operation &op : model.getBody().front()) {
    auto entry = dyn_cast<graph::EntryOp>(op);
    if (!entry)
      return op.emitOpError("has no place in a host program yet");
    if (failed(lowerEntry(entry, program)))
      return failure();
  }
  model.erase();
  return success();
}

} // namespace

LogicalResult lowerGraphToHost(ModuleOp module, StringRef space) {
  SmallVector<graph::ModelOp> models(module.getOps<graph::ModelOp>());
  for (graph::ModelOp model : models)
    if (failed(HostLowering(module, model, space).run()))
      return failure();
  return success();
}

} // namespace heddle::lower
