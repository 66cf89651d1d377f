// Writes the metadata block: records first, then what they point at.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/HostToMetadata.h"

#include "mlir/IR/Location.h"
#include <cstring>
#include <limits>
#include <set>
#include <unordered_map>

using namespace mlir;
using namespace heddle;
using namespace heddle::lower;

namespace {
/// A growing block of records that refer to each other by offset.
class Block {
public:
  /// Appends `count` records at their natural alignment.
  template <typename T>
  heddle_meta_span append(const T *records, size_t count) {
    if (count == 0)
      return {0, 0};
    bytes.resize((bytes.size() + alignof(T) - 1) / alignof(T) * alignof(T));
    size_t offset = bytes.size();
    bytes.append(reinterpret_cast<const char *>(records), count * sizeof(T));
    return {uint32_t(offset), uint32_t(count)};
  }
  template <typename T> heddle_meta_span append(const std::vector<T> &list) {
    return append(list.data(), list.size());
  }
  /// Equal texts are stored once.
  heddle_meta_string text(const std::string &text) {
    auto [found, fresh] = texts.try_emplace(text);
    if (fresh)
      found->second = append(text.data(), text.size());
    return found->second;
  }
  heddle_meta_formula formula(const Formula &formula) {
    return append(formula.ops);
  }

  std::string bytes;

private:
  std::unordered_map<std::string, heddle_meta_string> texts;
};

class MetadataWriter {
public:
  MetadataWriter(host::ProgramOp program, const HostTables &tables,
                 const MetadataOptions &options)
      : program(program), tables(tables), options(options) {}
  FailureOr<std::string> run();

private:
  heddle_meta_span dims();
  heddle_meta_span buffers();
  heddle_meta_buffer buffer(const HostBuffer &buffer);
  heddle_meta_span kernels();
  heddle_meta_span variants();
  Formula choiceFormula(host::DispatchOp op);
  Formula kernelScratch(host::DispatchOp op, StringRef name);
  Formula scratch(host::DispatchOp op);
  heddle_meta_dispatch dispatch(host::DispatchOp op);
  heddle_meta_entry entry(const HostEntry &entry);
  heddle_meta_span notes();

  host::ProgramOp program;
  const HostTables &tables;
  const MetadataOptions &options;
  Block block;
};
} // namespace

heddle_dtype lower::artifactDtype(Type element) {
  if (element.isF32())
    return HEDDLE_F32;
  if (element.isF64())
    return HEDDLE_F64;
  if (element.isF16())
    return HEDDLE_F16;
  if (element.isBF16())
    return HEDDLE_BF16;
  if (element.isUnsignedInteger(8))
    return HEDDLE_U8;
  switch (element.getIntOrFloatBitWidth()) {
  case 1:
    return HEDDLE_BOOL;
  case 8:
    return HEDDLE_I8;
  case 16:
    return HEDDLE_I16;
  case 32:
    return HEDDLE_I32;
  default:
    return HEDDLE_I64;
  }
}

heddle_meta_span MetadataWriter::dims() {
  std::vector<heddle_meta_dim> records;
  for (const shape::DimRange &dim : tables.dims)
    records.push_back({block.text(dim.name), dim.min, dim.max});
  return block.append(records);
}

heddle_meta_buffer MetadataWriter::buffer(const HostBuffer &buffer) {
  heddle_meta_buffer record{};
  record.name = block.text(buffer.name);
  record.kind = buffer.kind;
  record.dtype = artifactDtype(buffer.shape.element);
  record.space = program.isOnDevice() ? HEDDLE_SPACE_DEVICE : HEDDLE_SPACE_HOST;
  if (auto input = dyn_cast<host::InputOp>(buffer.op))
    if (std::optional<ArrayAttr> range = input.getRange()) {
      record.has_range = 1;
      record.low = cast<IntegerAttr>((*range)[0]).getInt();
      record.high = cast<IntegerAttr>((*range)[1]).getInt();
    }
  std::vector<heddle_meta_formula> extents;
  for (const shape::Dim &extent : buffer.shape.extents)
    extents.push_back(block.formula(dimFormula(extent, tables.dims)));
  record.extents = block.append(extents);
  record.bytes = block.formula(buffer.bytes);
  record.place = block.formula(buffer.place);
  return record;
}

heddle_meta_span MetadataWriter::buffers() {
  std::vector<heddle_meta_buffer> records;
  for (const HostBuffer &one : tables.buffers)
    records.push_back(buffer(one));
  return block.append(records);
}

heddle_meta_span MetadataWriter::kernels() {
  std::vector<heddle_meta_kernel> records;
  for (const std::string &name : tables.kernels) {
    auto found = options.kernels.find(name);
    KernelInfo info =
        found == options.kernels.end() ? KernelInfo() : found->second;
    records.push_back(
        {block.text(name), block.text(info.family), block.text(info.schedule)});
  }
  return block.append(records);
}

heddle_meta_span MetadataWriter::variants() {
  std::vector<heddle_meta_variant> records;
  for (const VariantInfo &variant : options.variants) {
    std::vector<heddle_meta_string> features;
    for (const std::string &feature : variant.features)
      features.push_back(block.text(feature));
    records.push_back({block.text(variant.name), block.text(variant.target),
                       block.append(features), uint32_t(variant.device),
                       variant.isChecked ? 0u : HEDDLE_VARIANT_UNCHECKED});
  }
  return block.append(records);
}

/// The place in the model's text, as file:line:column; empty where unknown.
static std::string originText(Location location) {
  FileLineColLoc place = location->findInstanceOf<FileLineColLoc>();
  if (!place)
    return "";
  return place.getFilename().str() + ":" + std::to_string(place.getLine()) +
         ":" + std::to_string(place.getColumn());
}

/// The index of the kernel that runs; empty where it is always the callee.
Formula MetadataWriter::choiceFormula(host::DispatchOp op) {
  std::vector<host::DispatchOp::Choice> choices = op.getChoices();
  if (choices.empty())
    return {};
  Formula index = constantFormula(tables.kernelIndex(op.getCallee()));
  for (const host::DispatchOp::Choice &choice : llvm::reverse(choices))
    index = choose(
        dimFormula(choice.size, tables.dims), choice.upTo,
        constantFormula(tables.kernelIndex(choice.callee.getValue())), index);
  return index;
}

/// What a kernel takes of one thread's scratch, the most over the variants.
/// What cannot be read, as in a damaged cache, counts nothing: a session finds
/// such memory when a kernel asks for it.
Formula MetadataWriter::kernelScratch(host::DispatchOp op, StringRef name) {
  auto kernel = options.kernels.find(name.str());
  if (kernel == options.kernels.end())
    return {};
  // x1.0 is an extent of a view, s0 a scalar.
  auto value = [&](StringRef word) -> std::optional<Formula> {
    unsigned index = 0, dim = 0;
    bool isExtent = word.consume_front("x");
    if (!isExtent && !word.consume_front("s"))
      return std::nullopt;
    auto [first, second] = word.split('.');
    if (first.getAsInteger(10, index) ||
        (isExtent && second.getAsInteger(10, dim)))
      return std::nullopt;
    ArrayAttr shape = op.getScalars();
    if (isExtent) {
      if (index >= op.getViews().size())
        return std::nullopt;
      shape = cast<ArrayAttr>(op.getViews()[index]);
      index = dim;
    }
    shape::Shape values = host::readShape(shape);
    if (index >= values.size())
      return std::nullopt;
    return dimFormula(values[index], tables.dims);
  };
  Formula most;
  std::set<std::string> seen;
  for (const std::string &text : kernel->second.scratch)
    if (std::optional<Formula> formula = readFormula(text, value);
        formula && text != "0" && seen.insert(text).second)
      most = max(most, *formula);
  return most;
}

/// What the kernel that runs takes.
Formula MetadataWriter::scratch(host::DispatchOp op) {
  Formula bytes = kernelScratch(op, op.getCallee());
  std::vector<host::DispatchOp::Choice> choices = op.getChoices();
  for (const host::DispatchOp::Choice &choice : llvm::reverse(choices)) {
    Formula small = kernelScratch(op, choice.callee.getValue());
    if (!small.isZero() || !bytes.isZero())
      bytes = choose(dimFormula(choice.size, tables.dims), choice.upTo, small,
                     bytes);
  }
  return bytes;
}

heddle_meta_dispatch MetadataWriter::dispatch(host::DispatchOp op) {
  auto indices = [&](OperandRange operands) {
    std::vector<uint32_t> list;
    for (Value operand : operands)
      list.push_back(tables.bufferIndex.lookup(operand));
    return block.append(list);
  };
  heddle_meta_dispatch record{};
  record.kernel = tables.kernelIndex(op.getCallee());
  record.choice = block.formula(choiceFormula(op));
  record.inputs = indices(op.getIns());
  record.outputs = indices(op.getOuts());
  std::vector<int64_t> values;
  if (std::optional<ArrayAttr> ids = op.getValues())
    for (IntegerAttr id : ids->getAsRange<IntegerAttr>())
      values.push_back(id.getInt());
  record.values = block.append(values);
  if (op.getFlops())
    record.flops =
        block.formula(dimFormula(host::readDim(*op.getFlops()), tables.dims));
  record.origin = block.text(originText(op.getLoc()));
  return record;
}

/// Equal for equal programs.
static std::string programText(const Formula &formula) {
  std::string text;
  for (const heddle_meta_op &op : formula.ops)
    text += std::to_string(op.code) + " " + std::to_string(op.value) + " ";
  return text;
}

heddle_meta_entry MetadataWriter::entry(const HostEntry &entry) {
  host::EntryOp op = entry.op;
  heddle_meta_entry record{};
  record.name = block.text(op.getSymName().str());
  record.inputs = block.append(entry.inputs);
  record.outputs = block.append(entry.outputs);
  std::vector<heddle_meta_dispatch> dispatches;
  Formula most;
  std::set<std::string> seen; // layers repeat what they take
  for (host::DispatchOp one : entry.dispatches) {
    dispatches.push_back(dispatch(one));
    Formula bytes = scratch(one);
    if (!bytes.isZero() && seen.insert(programText(bytes)).second)
      most = max(most, bytes);
  }
  record.dispatches = block.append(dispatches);
  record.arena = block.formula(entry.arena);
  record.scratch = block.formula(most);
  if (std::optional<StringRef> dim = op.getSlices())
    for (const shape::DimRange &range : tables.dims) {
      ++record.slice_dim;
      if (range.name == *dim)
        break;
    }
  return record;
}

heddle_meta_span MetadataWriter::notes() {
  std::vector<heddle_meta_note> records;
  for (const auto &[key, value] : options.notes)
    records.push_back({block.text(key), block.text(value)});
  return block.append(records);
}

FailureOr<std::string> MetadataWriter::run() {
  heddle_meta_header header{};
  block.append(&header, 1); // its place; filled in below
  header.magic = HEDDLE_METADATA_MAGIC;
  header.version = HEDDLE_ARTIFACT_VERSION;
  header.struct_size = sizeof(header);
  header.model = block.text(program.getSymName().str());
  header.dims = dims();
  header.buffers = buffers();
  header.kernels = kernels();
  header.variants = variants();
  std::vector<heddle_meta_entry> entries;
  for (const HostEntry &one : tables.entries)
    entries.push_back(entry(one));
  header.entries = block.append(entries);
  header.notes = notes();
  header.graph = block.append(options.graph.data(), options.graph.size());
  if (block.bytes.size() > std::numeric_limits<uint32_t>::max())
    return program.emitError("the metadata takes ")
           << block.bytes.size() << " bytes, more than an artefact can hold";
  std::memcpy(block.bytes.data(), &header, sizeof(header));
  return std::move(block.bytes);
}

FailureOr<std::string>
lower::lowerHostToMetadata(host::ProgramOp program, const HostTables &tables,
                           const MetadataOptions &options) {
  return MetadataWriter(program, tables, options).run();
}
