// An artefact whose kernels are on a device: y = 4 x + w.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_RUNTIME_TINYDEVICE_H
#define HEDDLE_TESTS_RUNTIME_TINYDEVICE_H

#include "tests/runtime/Tiny.h"

#include <algorithm>

namespace heddle::test {

/// main(x f32[n]) -> y f32[n], n 1..8; w[i] = i, s a slot.
inline Bytes tinyDeviceFile() {
  Expr n = dim(0), bytes = n * constant(4);
  ArtifactSpec spec;
  spec.model = "TinyDevice";
  spec.buildId = 0xd37;
  spec.dims = {{"n", 1, 8}};
  spec.buffers = {
      {"x", HEDDLE_BUFFER_INPUT, HEDDLE_F32, {n}, bytes, {}},
      {"w",
       HEDDLE_BUFFER_WEIGHT,
       HEDDLE_F32,
       {constant(8)},
       constant(32),
       constant(0)},
      {"", HEDDLE_BUFFER_SLOT, HEDDLE_F32, {n}, bytes, constant(0)},
      {"y", HEDDLE_BUFFER_OUTPUT, HEDDLE_F32, {n}, bytes, constant(64)}};
  for (BufferSpec &buffer : spec.buffers)
    buffer.space = HEDDLE_SPACE_DEVICE;
  spec.kernels = {{"k0", "elementwise", ""}, {"k1", "elementwise", ""}};
  spec.variants = {{"opencl", "x86-64-linux-opencl", {}, HEDDLE_DEVICE_OPENCL}};
  spec.entries = {{"main",
                   {0},
                   {3},
                   {{0, {0}, {2}, {1}, {}, ""}, {1, {2, 1}, {3}, {2}, {}, ""}},
                   constant(128),
                   {}}};
  Bytes weights(32);
  for (size_t i = 0; i < 8; ++i) {
    float value = float(i);
    std::copy_n(reinterpret_cast<const uint8_t *>(&value), sizeof(value),
                weights.begin() + long(i * sizeof(value)));
  }
  return buildArtifact(readBytes(HEDDLE_TINY_DEVICE_CODE), buildMetadata(spec),
                       weights);
}

} // namespace heddle::test

#endif // HEDDLE_TESTS_RUNTIME_TINYDEVICE_H
