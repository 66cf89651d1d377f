// Builds the descriptions and answers the introspection calls.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Describe.h"

#include "runtime/src/Module.h"

#include <cstring>

namespace heddle::runtime {

const char *Description::keep(std::string text) {
  strings.push_back(std::move(text));
  return strings.back().c_str();
}

heddle_buffer_info
Description::describeBuffer(const Metadata &metadata, uint32_t index,
                            const std::vector<std::string> &dimNames) {
  const heddle_meta_buffer &buffer = metadata.buffers()[index];
  lists.emplace_back();
  for (heddle_meta_formula extent : metadata.extents(buffer))
    lists.back().push_back(
        keep(formulaText(metadata.formula(extent), dimNames)));
  heddle_buffer_info info{};
  info.buffer = index;
  info.kind = buffer.kind;
  info.name = keep(std::string(metadata.text(buffer.name)));
  info.dtype = buffer.dtype;
  info.space = buffer.space;
  info.rank = buffer.extents.count;
  info.extents = lists.back().data();
  info.has_range = buffer.has_range != 0;
  info.low = buffer.low;
  info.high = buffer.high;
  return info;
}

void Description::build(const Metadata &metadata) {
  auto text = [&](heddle_meta_string span) {
    return keep(std::string(metadata.text(span)));
  };
  model = text(metadata.header().model);
  for (const heddle_meta_dim &dim : metadata.dims())
    dims.push_back({text(dim.name), dim.min, dim.max});
  std::vector<std::string> dimNames = metadata.dimNames();
  for (uint32_t i = 0; i < metadata.buffers().count; ++i)
    buffers.push_back(describeBuffer(metadata, i, dimNames));
  for (const heddle_meta_variant &variant : metadata.variants())
    variants.push_back({text(variant.name), text(variant.target),
                        missingFeatures(metadata, variant).empty()});
  for (const heddle_meta_kernel &kernel : metadata.kernels())
    kernels.push_back(
        {text(kernel.name), text(kernel.family), text(kernel.schedule)});
  for (const heddle_meta_entry &entry : metadata.entries()) {
    dispatches.emplace_back();
    for (const heddle_meta_dispatch &dispatch :
         metadata.span<heddle_meta_dispatch>(entry.dispatches)) {
      const int64_t *values = dispatch.values.count
                                  ? metadata.span<int64_t>(dispatch.values).data
                                  : nullptr;
      dispatches.back().push_back(
          {dispatch.kernel, text(dispatch.origin),
           metadata.span<uint32_t>(dispatch.inputs).data,
           metadata.span<uint32_t>(dispatch.outputs).data, values,
           dispatch.inputs.count, dispatch.outputs.count});
    }
  }
  for (const heddle_meta_note &note : metadata.notes())
    notes.emplace_back(text(note.key), text(note.value));
}

} // namespace heddle::runtime

namespace {

bool hasEntry(const heddle_module *module, uint32_t entry) {
  return module && entry < module->metadata().entries().count;
}

/// Copies list[index] to *info where both exist.
template <typename List, typename Info>
heddle_status pick(const List &list, uint32_t index, Info *info) {
  if (!info || index >= list.size())
    return HEDDLE_INVALID_ARGUMENT;
  *info = list[index];
  return HEDDLE_OK;
}

/// The buffer at `index` of an entry's inputs or outputs.
heddle_status pickBuffer(const heddle_module *module, heddle_meta_span list,
                         uint32_t index, heddle_buffer_info *info) {
  if (index >= list.count)
    return HEDDLE_INVALID_ARGUMENT;
  return heddle_module_buffer(
      module, module->metadata().span<uint32_t>(list)[index], info);
}

} // namespace

const char *heddle_module_name(const heddle_module *module) {
  return module ? module->description().model : "";
}

uint32_t heddle_module_num_dims(const heddle_module *module) {
  return module ? module->metadata().dims().count : 0;
}

uint32_t heddle_module_num_buffers(const heddle_module *module) {
  return module ? module->metadata().buffers().count : 0;
}

uint32_t heddle_module_num_variants(const heddle_module *module) {
  return module ? module->metadata().variants().count : 0;
}

uint32_t heddle_module_num_kernels(const heddle_module *module) {
  return module ? module->metadata().kernels().count : 0;
}

uint32_t heddle_module_num_entries(const heddle_module *module) {
  return module ? module->metadata().entries().count : 0;
}

uint32_t heddle_module_num_inputs(const heddle_module *module, uint32_t entry) {
  return hasEntry(module, entry) ? module->entry(entry).inputs.count : 0;
}

uint32_t heddle_module_num_outputs(const heddle_module *module,
                                   uint32_t entry) {
  return hasEntry(module, entry) ? module->entry(entry).outputs.count : 0;
}

uint32_t heddle_module_num_dispatches(const heddle_module *module,
                                      uint32_t entry) {
  return hasEntry(module, entry) ? module->entry(entry).dispatches.count : 0;
}

heddle_status heddle_module_dim(const heddle_module *module, uint32_t index,
                                heddle_dim_info *info) {
  return module ? pick(module->description().dims, index, info)
                : HEDDLE_INVALID_ARGUMENT;
}

heddle_status heddle_module_buffer(const heddle_module *module, uint32_t index,
                                   heddle_buffer_info *info) {
  return module ? pick(module->description().buffers, index, info)
                : HEDDLE_INVALID_ARGUMENT;
}

heddle_status heddle_module_variant(const heddle_module *module, uint32_t index,
                                    heddle_variant_info *info) {
  return module ? pick(module->description().variants, index, info)
                : HEDDLE_INVALID_ARGUMENT;
}

heddle_status heddle_module_kernel(const heddle_module *module, uint32_t index,
                                   heddle_kernel_info *info) {
  return module ? pick(module->description().kernels, index, info)
                : HEDDLE_INVALID_ARGUMENT;
}

heddle_status heddle_module_input(const heddle_module *module, uint32_t entry,
                                  uint32_t index, heddle_buffer_info *info) {
  return hasEntry(module, entry)
             ? pickBuffer(module, module->entry(entry).inputs, index, info)
             : HEDDLE_INVALID_ARGUMENT;
}

heddle_status heddle_module_output(const heddle_module *module, uint32_t entry,
                                   uint32_t index, heddle_buffer_info *info) {
  return hasEntry(module, entry)
             ? pickBuffer(module, module->entry(entry).outputs, index, info)
             : HEDDLE_INVALID_ARGUMENT;
}

heddle_status heddle_module_dispatch(const heddle_module *module,
                                     uint32_t entry, uint32_t index,
                                     heddle_dispatch_info *info) {
  return hasEntry(module, entry)
             ? pick(module->description().dispatches[entry], index, info)
             : HEDDLE_INVALID_ARGUMENT;
}

const char *heddle_module_entry_name(const heddle_module *module,
                                     uint32_t entry) {
  return hasEntry(module, entry) ? module->entryInfo(entry).name.c_str()
                                 : nullptr;
}

const char *heddle_module_note(const heddle_module *module, const char *key) {
  if (!module || !key)
    return nullptr;
  for (const auto &note : module->description().notes)
    if (std::strcmp(note.first, key) == 0)
      return note.second;
  return nullptr;
}

const uint8_t *heddle_module_graph(const heddle_module *module, size_t *size) {
  if (size)
    *size = module ? module->metadata().header().graph.count : 0;
  if (!module)
    return nullptr;
  return module->metadata()
      .span<uint8_t>(module->metadata().header().graph)
      .data;
}

heddle_status heddle_module_find_entry(const heddle_module *module,
                                       const char *name, uint32_t *entry,
                                       heddle_error *error) {
  using namespace heddle::runtime;
  return guarded(error, [&]() -> Outcome {
    if (!module || !entry)
      return failure(HEDDLE_INVALID_ARGUMENT, "module or entry is NULL");
    uint32_t count = heddle_module_num_entries(module);
    std::string known;
    for (uint32_t i = 0; i < count; ++i) {
      const char *candidate = heddle_module_entry_name(module, i);
      if (name ? std::strcmp(name, candidate) == 0
               : count == 1 || std::strcmp("main", candidate) == 0) {
        *entry = i;
        return success();
      }
      known += (i ? ", " : "") + quoted(candidate);
    }
    return failure(HEDDLE_NOT_FOUND, "no entry " +
                                         quoted(name ? name : "main") +
                                         "; the module has " + known);
  });
}
