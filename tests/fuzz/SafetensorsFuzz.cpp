// The safetensors reader on hostile bytes: it refuses or tells the truth.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/io/Npy.h"
#include "runtime/io/Safetensors.h"

#include <cstdlib>
#include <vector>

using namespace heddle::io;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Result<SafetensorsFile> file = SafetensorsFile::parse(data, size, "F");
  if (file) {
    for (const SafetensorsTensor &tensor : file->tensors()) {
      uint64_t count = 0;
      if (!countElements(tensor.shape, count) ||
          count * dtypeBytes(tensor.dtype) != tensor.size ||
          tensor.bytes < data || tensor.bytes + tensor.size > data + size ||
          file->find(tensor.name) != &tensor)
        std::abort();
    }
  }
  // The other tensor files share the harness; each looks at its magic first.
  (void)parseNpy(data, size, "F");
  (void)parseNpz(data, size, "F");
  return 0;
}
