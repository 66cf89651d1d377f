// Checks a metadata block once, so that nothing else has to.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Metadata.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace heddle::runtime {

bool Metadata::kernelAt(const heddle_meta_dispatch &dispatch,
                        const int64_t *dims, uint32_t &kernel) const {
  kernel = dispatch.kernel;
  if (dispatch.choice.count == 0)
    return true;
  int64_t chosen = 0;
  if (!evaluate(formula(dispatch.choice), dims, chosen) || chosen < 0 ||
      chosen >= int64_t(kernels().count))
    return false;
  kernel = uint32_t(chosen);
  return true;
}

bool Metadata::isCutAlong(const heddle_meta_buffer &buffer,
                          uint32_t dim) const {
  if (extents(buffer).count == 0)
    return false;
  Formula outermost = formula(extents(buffer)[0]);
  return outermost.count == 1 && outermost[0].code == HEDDLE_OP_DIM &&
         outermost[0].value == int64_t(dim);
}

std::vector<std::string> Metadata::dimNames() const {
  std::vector<std::string> names;
  for (const heddle_meta_dim &dim : dims())
    names.emplace_back(text(dim.name));
  return names;
}

/// One walk over the block. The first fault ends it; `fault` says which.
class MetadataChecker {
public:
  MetadataChecker(const uint8_t *data, size_t size, uint64_t weightsSize)
      : size(size), weightsSize(weightsSize),
        budget(uint64_t(size) * 64 + 4096) {
    meta.block = data;
  }

  Outcome run(Metadata &result) {
    if (!checkHeader())
      return std::move(fault);
    if (!checkDims() || !checkVariants() || !checkKernels() ||
        !checkBuffers() || !checkEntries() || !checkNotes())
      return std::move(fault);
    result = meta;
    return success();
  }

private:
  bool fail(const std::string &what,
            heddle_status status = HEDDLE_BAD_ARTIFACT) {
    fault = failure(status, what);
    return false;
  }
  bool bad(const std::string &what) {
    return fail("its metadata is damaged: " + what);
  }

  /// A span of T lies in the block, aligned. The budget bounds the whole walk
  /// where a hostile block names the same bytes again and again.
  template <typename T>
  bool inside(heddle_meta_span span, const std::string &what) {
    if (span.count == 0)
      return true;
    uint64_t end = span.offset + uint64_t(span.count) * sizeof(T);
    if (end > size || span.offset % alignof(T) != 0)
      return bad(what + " lies outside the block");
    if (span.count > budget)
      return bad("its tables overlap");
    budget -= span.count;
    return true;
  }

  bool checkText(heddle_meta_string span, const std::string &what) {
    if (!inside<char>(span, what))
      return false;
    if (meta.text(span).find('\0') != std::string_view::npos)
      return bad(what + " holds a zero byte");
    return true;
  }
  bool checkName(heddle_meta_string span, const std::string &what) {
    return checkText(span, what) && (span.count > 0 || bad(what + " is empty"));
  }
  bool checkFormula(heddle_meta_formula span, const std::string &what) {
    if (!inside<heddle_meta_op>(span, what))
      return false;
    return isWellFormed(meta.formula(span), meta.header().dims.count) ||
           bad(what + " is no formula");
  }
  template <typename T>
  bool checkIndices(heddle_meta_span span, uint64_t limit,
                    const std::string &what) {
    if (!inside<T>(span, what))
      return false;
    for (T index : meta.span<T>(span))
      if (index >= limit)
        return bad(what + " names buffer " + std::to_string(index) + " of " +
                   std::to_string(limit));
    return true;
  }

  bool checkHeader();
  bool checkDims();
  bool checkVariants();
  bool checkKernels();
  bool checkBuffers();
  bool checkBuffer(const heddle_meta_buffer &buffer, const std::string &who);
  bool checkWeight(const heddle_meta_buffer &buffer, const std::string &who);
  bool checkEntries();
  bool checkEntry(const heddle_meta_entry &entry, const std::string &who);
  bool checkSlices(const heddle_meta_entry &entry, const std::string &who);
  bool checkSignature(heddle_meta_span span, uint32_t kind,
                      const std::string &who);
  bool checkDispatch(const heddle_meta_dispatch &dispatch,
                     const std::string &who);
  bool checkNotes();

  Metadata meta;
  size_t size;
  uint64_t weightsSize;
  uint64_t budget;
  Outcome fault;
};

bool MetadataChecker::checkHeader() {
  if (size < sizeof(heddle_meta_header))
    return bad("it has " + std::to_string(size) + " bytes");
  const heddle_meta_header &header = meta.header();
  if (header.magic != HEDDLE_METADATA_MAGIC)
    return bad("it does not start as one");
  if (header.version != HEDDLE_ARTIFACT_VERSION)
    return fail("is of artefact version " + std::to_string(header.version) +
                    "; this runtime reads version " +
                    std::to_string(HEDDLE_ARTIFACT_VERSION),
                HEDDLE_UNSUPPORTED);
  if (header.struct_size != sizeof(heddle_meta_header))
    return bad("its header has " + std::to_string(header.struct_size) +
               " bytes");
  return checkText(header.model, "the model's name") &&
         inside<uint8_t>(header.graph, "the graph");
}

bool MetadataChecker::checkDims() {
  if (!inside<heddle_meta_dim>(meta.header().dims, "the table of dims"))
    return false;
  std::set<std::string_view> names;
  for (const heddle_meta_dim &dim : meta.dims()) {
    if (!checkName(dim.name, "a dim's name"))
      return false;
    if (!names.insert(meta.text(dim.name)).second)
      return bad("two dims are called " + quoted(meta.text(dim.name)));
    if (dim.min < 0 || dim.min > dim.max)
      return bad("dim " + quoted(meta.text(dim.name)) + " has no range");
  }
  return true;
}

bool MetadataChecker::checkVariants() {
  if (!inside<heddle_meta_variant>(meta.header().variants,
                                   "the table of variants"))
    return false;
  if (meta.header().variants.count == 0)
    return bad("it has no variant");
  for (const heddle_meta_variant &variant : meta.variants()) {
    if (!checkName(variant.name, "a variant's name") ||
        !checkText(variant.target, "a variant's target") ||
        !inside<heddle_meta_string>(variant.features, "a variant's features"))
      return false;
    for (heddle_meta_string name :
         meta.span<heddle_meta_string>(variant.features))
      if (!checkName(name, "a feature's name"))
        return false;
    if (variant.device > HEDDLE_DEVICE_OPENCL)
      return fail("variant " + quoted(meta.text(variant.name)) +
                      " is for a device of kind " +
                      std::to_string(variant.device) +
                      ", which this runtime does not know",
                  HEDDLE_UNSUPPORTED);
    if ((variant.device == HEDDLE_DEVICE_NONE) !=
        (meta.variants()[0].device == HEDDLE_DEVICE_NONE))
      return bad("some variants are for a device and some are not");
  }
  return true;
}

bool MetadataChecker::checkKernels() {
  if (!inside<heddle_meta_kernel>(meta.header().kernels,
                                  "the table of kernels"))
    return false;
  for (const heddle_meta_kernel &kernel : meta.kernels())
    if (!checkName(kernel.name, "a kernel's name") ||
        !checkText(kernel.family, "a kernel's family") ||
        !checkText(kernel.schedule, "a kernel's schedule"))
      return false;
  return true;
}

bool MetadataChecker::checkBuffers() {
  if (!inside<heddle_meta_buffer>(meta.header().buffers,
                                  "the table of buffers"))
    return false;
  uint32_t index = 0;
  for (const heddle_meta_buffer &buffer : meta.buffers())
    if (!checkBuffer(buffer, "buffer " + std::to_string(index++)))
      return false;
  bool isOnDevice = meta.variants()[0].device != HEDDLE_DEVICE_NONE;
  if (index > 0 &&
      isOnDevice != (meta.buffers()[0].space == HEDDLE_SPACE_DEVICE))
    return bad("its buffers are not in the memory of its variants");
  return true;
}

bool MetadataChecker::checkBuffer(const heddle_meta_buffer &buffer,
                                  const std::string &who) {
  if (buffer.kind > HEDDLE_BUFFER_STATE)
    return bad(who + " is of kind " + std::to_string(buffer.kind));
  if (buffer.kind == HEDDLE_BUFFER_STATE)
    return fail("keeps states between calls, which this runtime cannot",
                HEDDLE_UNSUPPORTED);
  if (heddle_dtype_bytes(buffer.dtype) == 0)
    return bad(who + " is of element type " + std::to_string(buffer.dtype));
  if (buffer.space > HEDDLE_SPACE_DEVICE)
    return fail("needs memory space " + std::to_string(buffer.space) +
                    ", which this runtime does not have",
                HEDDLE_UNSUPPORTED);
  if (buffer.space != meta.buffers()[0].space)
    return bad(who + " is in another memory space than buffer 0");
  if (buffer.extents.count > HEDDLE_MAX_RANK)
    return bad(who + " is of rank " + std::to_string(buffer.extents.count));
  if (!checkText(buffer.name, who + "'s name") ||
      !inside<heddle_meta_formula>(buffer.extents, who + "'s extents"))
    return false;
  bool isNamed =
      buffer.kind == HEDDLE_BUFFER_INPUT || buffer.kind == HEDDLE_BUFFER_OUTPUT;
  if (isNamed && buffer.name.count == 0)
    return bad(who + " has no name");
  for (heddle_meta_formula extent : meta.extents(buffer))
    if (!checkFormula(extent, who + "'s extent"))
      return false;
  if (!checkFormula(buffer.bytes, who + "'s size") ||
      !checkFormula(buffer.place, who + "'s place"))
    return false;
  return buffer.kind != HEDDLE_BUFFER_WEIGHT || checkWeight(buffer, who);
}

bool MetadataChecker::checkWeight(const heddle_meta_buffer &buffer,
                                  const std::string &who) {
  Formula bytes = meta.formula(buffer.bytes);
  Formula place = meta.formula(buffer.place);
  int64_t length = 0, offset = 0, end = 0;
  if (!isConstant(bytes) || !isConstant(place) ||
      !evaluate(bytes, nullptr, length) || !evaluate(place, nullptr, offset))
    return bad(who + ", a weight, has no fixed size and place");
  if (length < 0 || offset < 0 || offset % HEDDLE_ALIGN != 0 ||
      __builtin_add_overflow(length, offset, &end) ||
      uint64_t(end) > weightsSize)
    return bad(who + ", a weight, lies at bytes " + std::to_string(offset) +
               " to " + std::to_string(end) + " of " +
               std::to_string(weightsSize));
  return true;
}

bool MetadataChecker::checkSignature(heddle_meta_span span, uint32_t kind,
                                     const std::string &who) {
  if (!checkIndices<uint32_t>(span, meta.header().buffers.count, who))
    return false;
  std::set<std::string_view> names;
  for (uint32_t index : meta.span<uint32_t>(span)) {
    const heddle_meta_buffer &buffer = meta.buffers()[index];
    if (buffer.kind != kind)
      return bad(who + " names buffer " + std::to_string(index) +
                 ", which is of another kind");
    if (!names.insert(meta.text(buffer.name)).second)
      return bad(who + " has two called " + quoted(meta.text(buffer.name)));
  }
  return true;
}

bool MetadataChecker::checkDispatch(const heddle_meta_dispatch &dispatch,
                                    const std::string &who) {
  uint32_t numBuffers = meta.header().buffers.count;
  if (dispatch.kernel >= meta.header().kernels.count)
    return bad(who + " names kernel " + std::to_string(dispatch.kernel) +
               " of " + std::to_string(meta.header().kernels.count));
  if (dispatch.values.count != 0 &&
      dispatch.values.count != dispatch.outputs.count)
    return bad(who + " has " + std::to_string(dispatch.values.count) +
               " values for " + std::to_string(dispatch.outputs.count) +
               " outputs");
  return checkIndices<uint32_t>(dispatch.inputs, numBuffers, who) &&
         checkIndices<uint32_t>(dispatch.outputs, numBuffers, who) &&
         inside<int64_t>(dispatch.values, who + "'s values") &&
         checkFormula(dispatch.choice, who + "'s choice of kernels") &&
         checkFormula(dispatch.flops, who + "'s cost") &&
         checkText(dispatch.origin, who + "'s origin");
}

bool MetadataChecker::checkEntry(const heddle_meta_entry &entry,
                                 const std::string &who) {
  if (!checkSignature(entry.inputs, HEDDLE_BUFFER_INPUT, who + "'s inputs") ||
      !checkSignature(entry.outputs, HEDDLE_BUFFER_OUTPUT,
                      who + "'s outputs") ||
      !checkFormula(entry.arena, who + "'s arena") ||
      !checkFormula(entry.scratch, who + "'s scratch") ||
      !inside<heddle_meta_dispatch>(entry.dispatches, who + "'s dispatches"))
    return false;
  uint32_t index = 0;
  for (const heddle_meta_dispatch &dispatch :
       meta.span<heddle_meta_dispatch>(entry.dispatches))
    if (!checkDispatch(dispatch,
                       who + "'s dispatch " + std::to_string(index++)))
      return false;
  return checkSlices(entry, who);
}

/// The dim is the outermost extent of every output and of an input, and in no
/// other extent; one value of it is a call.
bool MetadataChecker::checkSlices(const heddle_meta_entry &entry,
                                  const std::string &who) {
  if (entry.slice_dim == 0)
    return true;
  if (entry.slice_dim > meta.dims().count)
    return bad(who + " is cut along dim " +
               std::to_string(entry.slice_dim - 1) + " of " +
               std::to_string(meta.dims().count));
  uint32_t dim = entry.slice_dim - 1;
  bool isFit = meta.dims()[dim].min <= 1, hasInput = false;
  auto mentions = [&](heddle_meta_formula extent) {
    int64_t mentioned = 0;
    for (const heddle_meta_op &op : meta.formula(extent))
      mentioned += op.code == HEDDLE_OP_DIM && op.value == int64_t(dim);
    return mentioned > 0;
  };
  auto isCut = [&](uint32_t index) {
    const heddle_meta_buffer &buffer = meta.buffers()[index];
    Span<heddle_meta_formula> extents = meta.extents(buffer);
    bool isOutermost = meta.isCutAlong(buffer, dim);
    auto all = std::count_if(extents.begin(), extents.end(), mentions);
    isFit &= all == isOutermost;
    return isOutermost;
  };
  for (uint32_t index : meta.span<uint32_t>(entry.inputs))
    hasInput |= isCut(index);
  for (uint32_t index : meta.span<uint32_t>(entry.outputs))
    isFit &= isCut(index);
  return (isFit && hasInput) || bad(who + " cannot be cut along dim " +
                                    quoted(meta.text(meta.dims()[dim].name)));
}

bool MetadataChecker::checkEntries() {
  if (!inside<heddle_meta_entry>(meta.header().entries, "the table of entries"))
    return false;
  std::set<std::string_view> names;
  for (const heddle_meta_entry &entry : meta.entries()) {
    if (!checkName(entry.name, "an entry's name"))
      return false;
    std::string who = "entry " + quoted(meta.text(entry.name));
    if (!names.insert(meta.text(entry.name)).second)
      return bad(who + " is there twice");
    if (!checkEntry(entry, who))
      return false;
  }
  return true;
}

bool MetadataChecker::checkNotes() {
  if (!inside<heddle_meta_note>(meta.header().notes, "the table of notes"))
    return false;
  for (const heddle_meta_note &note : meta.notes())
    if (!checkName(note.key, "a note's key") ||
        !checkText(note.value, "a note's value"))
      return false;
  return true;
}

Outcome Metadata::check(const uint8_t *data, size_t size, uint64_t weightsSize,
                        Metadata &metadata) {
  return MetadataChecker(data, size, weightsSize).run(metadata);
}

} // namespace heddle::runtime
