// Lays out the metadata block and the file by artifact.h alone, sharing no
// code with what it tests.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/support/ArtifactBuilder.h"

#include <cstring>
#include <fstream>
#include <iterator>

namespace heddle::test {
namespace {

uint64_t hashOf(const uint8_t *bytes, size_t size) {
  return heddle_hash(HEDDLE_HASH_SEED, bytes, size);
}

void padTo(Bytes &bytes, size_t unit) {
  bytes.resize((bytes.size() + unit - 1) / unit * unit);
}

/// The block as it grows; the header's place is kept free at its start.
class Block {
public:
  Block() : bytes(sizeof(heddle_meta_header)) {}

  template <typename T> heddle_meta_span put(const std::vector<T> &list) {
    padTo(bytes, 8);
    uint32_t offset = uint32_t(bytes.size());
    const uint8_t *data = reinterpret_cast<const uint8_t *>(list.data());
    bytes.insert(bytes.end(), data, data + list.size() * sizeof(T));
    return {offset, uint32_t(list.size())};
  }
  heddle_meta_string text(const std::string &value) {
    return put(std::vector<char>(value.begin(), value.end()));
  }

  Bytes bytes;
};

heddle_meta_span putBuffers(Block &block, const ArtifactSpec &spec) {
  std::vector<heddle_meta_buffer> buffers;
  for (const BufferSpec &buffer : spec.buffers) {
    std::vector<heddle_meta_formula> extents;
    for (const Expr &extent : buffer.extents)
      extents.push_back(block.put(extent));
    buffers.push_back({block.text(buffer.name), buffer.kind, buffer.dtype,
                       buffer.space, buffer.hasRange, buffer.low, buffer.high,
                       block.put(extents), block.put(buffer.bytes),
                       block.put(buffer.place)});
  }
  return block.put(buffers);
}

heddle_meta_span putVariants(Block &block, const ArtifactSpec &spec) {
  std::vector<heddle_meta_variant> variants;
  for (const VariantSpec &variant : spec.variants) {
    std::vector<heddle_meta_string> features;
    for (const std::string &feature : variant.features)
      features.push_back(block.text(feature));
    variants.push_back({block.text(variant.name), block.text(variant.target),
                        block.put(features), variant.device, variant.flags});
  }
  return block.put(variants);
}

heddle_meta_span putEntries(Block &block, const ArtifactSpec &spec) {
  std::vector<heddle_meta_entry> entries;
  for (const EntrySpec &entry : spec.entries) {
    std::vector<heddle_meta_dispatch> dispatches;
    for (const DispatchSpec &dispatch : entry.dispatches)
      dispatches.push_back(
          {dispatch.kernel, 0, block.put(dispatch.choice),
           block.put(dispatch.inputs), block.put(dispatch.outputs),
           block.put(dispatch.values), block.put(dispatch.flops),
           block.text(dispatch.origin)});
    entries.push_back({block.text(entry.name), block.put(entry.inputs),
                       block.put(entry.outputs), block.put(dispatches),
                       block.put(entry.arena), block.put(entry.scratch),
                       entry.sliceDim, 0});
  }
  return block.put(entries);
}

} // namespace

Expr constant(int64_t value) { return {{HEDDLE_OP_CONST, 0, value}}; }
Expr dim(int64_t index) { return {{HEDDLE_OP_DIM, 0, index}}; }

Expr operation(uint32_t code, const Expr &left, const Expr &right) {
  Expr result = left;
  result.insert(result.end(), right.begin(), right.end());
  result.push_back({code, 0, 0});
  return result;
}

Expr align(const Expr &value, int64_t unit) {
  Expr result = value;
  result.push_back({HEDDLE_OP_ALIGN, 0, unit});
  return result;
}

Bytes buildMetadata(const ArtifactSpec &spec) {
  Block block;
  heddle_meta_header header{};
  header.magic = HEDDLE_METADATA_MAGIC;
  header.version = spec.version;
  header.struct_size = sizeof(header);
  header.build_id = spec.buildId;
  header.model = block.text(spec.model);
  std::vector<heddle_meta_dim> dims;
  for (const DimSpec &dim : spec.dims)
    dims.push_back({block.text(dim.name), dim.min, dim.max});
  header.dims = block.put(dims);
  header.buffers = putBuffers(block, spec);
  std::vector<heddle_meta_kernel> kernels;
  for (const KernelSpec &kernel : spec.kernels)
    kernels.push_back({block.text(kernel.name), block.text(kernel.family),
                       block.text(kernel.schedule)});
  header.kernels = block.put(kernels);
  header.variants = putVariants(block, spec);
  header.entries = putEntries(block, spec);
  std::vector<heddle_meta_note> notes;
  for (const auto &note : spec.notes)
    notes.push_back({block.text(note.first), block.text(note.second)});
  header.notes = block.put(notes);
  header.graph = block.text(spec.graph);
  std::memcpy(block.bytes.data(), &header, sizeof(header));
  return block.bytes;
}

Bytes buildArtifact(const Bytes &code, const Bytes &metadata,
                    const Bytes &weights) {
  heddle_footer footer{};
  footer.magic = HEDDLE_FOOTER_MAGIC;
  footer.version = HEDDLE_ARTIFACT_VERSION;
  footer.struct_size = HEDDLE_FOOTER_BYTES;
  footer.code_size = code.size();
  Bytes file = code;
  padTo(file, HEDDLE_ALIGN);
  footer.metadata_offset = file.size();
  footer.metadata_size = metadata.size();
  file.insert(file.end(), metadata.begin(), metadata.end());
  padTo(file, HEDDLE_PAGE);
  footer.weights_offset = file.size();
  footer.weights_size = weights.size();
  file.insert(file.end(), weights.begin(), weights.end());
  padTo(file, HEDDLE_ALIGN);
  footer.file_size = file.size() + sizeof(footer);
  file.resize(file.size() + sizeof(footer));
  footerOf(file) = footer;
  sealArtifact(file);
  return file;
}

void sealArtifact(Bytes &file) {
  heddle_footer &footer = footerOf(file);
  footer.code_hash = hashOf(file.data(), footer.code_size);
  footer.metadata_hash =
      hashOf(file.data() + footer.metadata_offset, footer.metadata_size);
  footer.weights_hash =
      hashOf(file.data() + footer.weights_offset, footer.weights_size);
  footer.footer_hash = hashOf(reinterpret_cast<const uint8_t *>(&footer),
                              offsetof(heddle_footer, footer_hash));
}

heddle_footer &footerOf(Bytes &file) {
  return *reinterpret_cast<heddle_footer *>(file.data() + file.size() -
                                            sizeof(heddle_footer));
}

Bytes readBytes(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(stream), {});
}

void writeBytes(const std::string &path, const Bytes &bytes) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream.write(reinterpret_cast<const char *>(bytes.data()),
               std::streamsize(bytes.size()));
}

} // namespace heddle::test
