// What heddle_module_* tells about a module, as C strings that live with it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_DESCRIBE_H
#define HEDDLE_RUNTIME_SRC_DESCRIBE_H

#include "runtime/src/Metadata.h"

#include <deque>

namespace heddle::runtime {

/// Built once at load. Not copied: the records point into `strings`.
struct Description {
  Description() = default;
  Description(const Description &) = delete;
  Description &operator=(const Description &) = delete;

  void build(const Metadata &metadata);

  std::deque<std::string> strings;
  std::deque<std::vector<const char *>> lists;
  const char *model = "";
  std::vector<heddle_dim_info> dims;
  std::vector<heddle_buffer_info> buffers;
  std::vector<heddle_variant_info> variants;
  std::vector<heddle_kernel_info> kernels;
  std::vector<std::vector<heddle_dispatch_info>> dispatches; ///< by entry
  std::vector<std::pair<const char *, const char *>> notes;

private:
  const char *keep(std::string text);
  heddle_buffer_info describeBuffer(const Metadata &metadata, uint32_t index,
                                    const std::vector<std::string> &dimNames);
};

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_DESCRIBE_H
