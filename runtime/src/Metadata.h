// A read-only view of an artefact's metadata block that has been checked
// whole, so that its readers need no check of their own.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_METADATA_H
#define HEDDLE_RUNTIME_SRC_METADATA_H

#include "runtime/src/Error.h"
#include "runtime/src/Formula.h"

#include <string_view>

namespace heddle::runtime {

/// The checked block. Copies are cheap; the bytes must outlive them.
class Metadata {
public:
  Metadata() = default;

  /// Checks every offset, count, index, name and formula of `size` untrusted
  /// bytes at `data`, which must be 8-byte aligned. Returns HEDDLE_OK,
  /// HEDDLE_UNSUPPORTED (version, memory space, states) or
  /// HEDDLE_BAD_ARTIFACT.
  static Outcome check(const uint8_t *data, size_t size, uint64_t weightsSize,
                       Metadata &metadata);

  const heddle_meta_header &header() const {
    return *reinterpret_cast<const heddle_meta_header *>(block);
  }
  Span<heddle_meta_dim> dims() const { return at(header().dims); }
  Span<heddle_meta_buffer> buffers() const { return at(header().buffers); }
  Span<heddle_meta_kernel> kernels() const { return at(header().kernels); }
  Span<heddle_meta_variant> variants() const { return at(header().variants); }
  Span<heddle_meta_entry> entries() const { return at(header().entries); }
  Span<heddle_meta_note> notes() const { return at(header().notes); }

  std::string_view text(heddle_meta_string span) const {
    return {span.count ? reinterpret_cast<const char *>(block) + span.offset
                       : "",
            span.count};
  }
  Formula formula(heddle_meta_formula span) const { return at(span); }
  /// A span of any record type; the caller knows which.
  template <typename T> Span<T> span(heddle_meta_span span) const {
    return {reinterpret_cast<const T *>(block + (span.count ? span.offset : 0)),
            span.count};
  }

  /// The extents of a buffer, outermost first.
  Span<heddle_meta_formula> extents(const heddle_meta_buffer &buffer) const {
    return span<heddle_meta_formula>(buffer.extents);
  }
  /// True where `dim` is the outermost extent of a buffer.
  bool isCutAlong(const heddle_meta_buffer &buffer, uint32_t dim) const;
  std::vector<std::string> dimNames() const;
  /// The kernel that a dispatch calls at these dims; false where its formula
  /// names none.
  bool kernelAt(const heddle_meta_dispatch &dispatch, const int64_t *dims,
                uint32_t &kernel) const;

private:
  friend class MetadataChecker;
  /// Converts to whichever span is asked for.
  struct AnySpan {
    const Metadata &self;
    heddle_meta_span raw;
    template <typename T> operator Span<T>() const { return self.span<T>(raw); }
  };
  AnySpan at(heddle_meta_span raw) const { return {*this, raw}; }

  const uint8_t *block = nullptr;
};

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_METADATA_H
