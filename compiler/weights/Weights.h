// Where weight values come from: safetensors files, or a seed. Plain C++.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_WEIGHTS_WEIGHTS_H
#define HEDDLE_COMPILER_WEIGHTS_WEIGHTS_H

#include "runtime/io/Safetensors.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::weights {

/// What is known of one named tensor.
struct TensorInfo {
  io::DType dtype = io::DType::F32;
  std::vector<int64_t> shape; ///< extents, outermost first
  std::string file;           ///< the path, or "random:SEED"
};

/// The tensors of one or several files under one set of names, or tensors
/// made from a seed. Errors are worded and name file and tensor.
class WeightSource {
public:
  WeightSource(WeightSource &&) = default;
  WeightSource &operator=(WeightSource &&) = default;

  /// Opens `--weights` arguments: paths, or the single "random:SEED". Fails on
  /// an unreadable or lying file and on a name that two files have.
  static io::Result<WeightSource> open(const std::vector<std::string> &specs);

  /// True for "random:SEED": a tensor exists as soon as it is declared.
  bool isRandom() const { return seed.has_value(); }
  /// Gives a random tensor its shape. With files it does nothing.
  void declare(const std::string &name, const std::vector<int64_t> &shape);

  /// NULL when there is no such tensor.
  const TensorInfo *find(std::string_view name) const;
  /// All tensors by name.
  const std::map<std::string, TensorInfo, std::less<>> &tensors() const {
    return infos;
  }
  /// The existing name with the fewest edits, if few enough to be a slip.
  std::optional<std::string> nearest(std::string_view name) const;
  /// "no weights file has tensor 'x'; did you mean 'y'?"
  std::string missingMessage(std::string_view name) const;

  /// Fails, in words, unless the tensor exists, holds f32, f16 or bf16 and has
  /// this shape.
  io::Status check(std::string_view name,
                   const std::vector<int64_t> &shape) const;

  /// Elements [first, first + count) in C order as f32. The tensor exists and
  /// holds f32, f16 or bf16; the range lies inside it.
  void read(std::string_view name, size_t first, size_t count,
            float *values) const;
  /// The whole tensor as f32; fails as `check` does, but for the shape.
  io::Result<std::vector<float>> readAll(std::string_view name) const;

  /// The names that `used` lacks, sorted.
  std::vector<std::string> unused(const std::set<std::string> &used) const;

private:
  WeightSource() = default;

  std::optional<uint64_t> seed;
  std::vector<io::SafetensorsFile> files;
  std::map<std::string, TensorInfo, std::less<>> infos;
  // Into `files`, so a source moves but does not copy.
  std::map<std::string, const io::SafetensorsTensor *, std::less<>> data;
};

} // namespace heddle::weights

#endif // HEDDLE_COMPILER_WEIGHTS_WEIGHTS_H
