// Builds artefact files for tests, so that the runtime is tested without the
// compiler and with files that no compiler would write.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_SUPPORT_ARTIFACTBUILDER_H
#define HEDDLE_TESTS_SUPPORT_ARTIFACTBUILDER_H

#include "heddle/artifact.h"

#include <string>
#include <utility>
#include <vector>

namespace heddle::test {

using Bytes = std::vector<uint8_t>;

/// A formula, built like an expression.
using Expr = std::vector<heddle_meta_op>;
Expr constant(int64_t value);
Expr dim(int64_t index);
Expr operation(uint32_t code, const Expr &left, const Expr &right);
Expr align(const Expr &value, int64_t unit);
inline Expr operator*(const Expr &left, const Expr &right) {
  return operation(HEDDLE_OP_MUL, left, right);
}
inline Expr operator+(const Expr &left, const Expr &right) {
  return operation(HEDDLE_OP_ADD, left, right);
}

struct DimSpec {
  std::string name;
  int64_t min, max;
};
struct BufferSpec {
  std::string name;
  uint32_t kind = HEDDLE_BUFFER_SLOT;
  heddle_dtype dtype = HEDDLE_F32;
  std::vector<Expr> extents;
  Expr bytes, place;
  uint32_t hasRange = 0;
  int64_t low = 0, high = 0;
  uint32_t space = HEDDLE_SPACE_HOST;
};
struct KernelSpec {
  std::string name, family, schedule;
};
struct VariantSpec {
  std::string name, target;
  std::vector<std::string> features;
  uint32_t device = HEDDLE_DEVICE_NONE;
  uint32_t flags = 0;
};
struct DispatchSpec {
  uint32_t kernel = 0;
  std::vector<uint32_t> inputs, outputs;
  std::vector<int64_t> values;
  Expr flops;
  std::string origin;
  Expr choice = {}; ///< of kernels, by size; empty: always `kernel`
};
struct EntrySpec {
  std::string name;
  std::vector<uint32_t> inputs, outputs;
  std::vector<DispatchSpec> dispatches;
  Expr arena, scratch;
  uint32_t sliceDim = 0;
};

/// What an artefact's metadata says.
struct ArtifactSpec {
  std::string model;
  uint64_t buildId = 0;
  uint32_t version = HEDDLE_ARTIFACT_VERSION;
  std::vector<DimSpec> dims;
  std::vector<BufferSpec> buffers;
  std::vector<KernelSpec> kernels;
  std::vector<VariantSpec> variants;
  std::vector<EntrySpec> entries;
  std::vector<std::pair<std::string, std::string>> notes;
  std::string graph;
};

/// The metadata block alone.
Bytes buildMetadata(const ArtifactSpec &spec);

/// A whole file: code, metadata, weights, footer.
Bytes buildArtifact(const Bytes &code, const Bytes &metadata,
                    const Bytes &weights);

/// Recomputes all hashes of a file whose bytes a test has changed.
void sealArtifact(Bytes &file);

/// The footer of a file.
heddle_footer &footerOf(Bytes &file);

Bytes readBytes(const std::string &path);
void writeBytes(const std::string &path, const Bytes &bytes);

} // namespace heddle::test

#endif // HEDDLE_TESTS_SUPPORT_ARTIFACTBUILDER_H
