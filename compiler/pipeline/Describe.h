// What a model's text declares, with no type of MLIR or the language in sight.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PIPELINE_DESCRIBE_H
#define HEDDLE_COMPILER_PIPELINE_DESCRIBE_H

#include "compiler/pipeline/Options.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace heddle::pipeline {

/// An input, an output or a weight.
struct TensorInfo {
  std::string name;
  std::string doc;                  ///< its documentation; as in all below
  std::string dtype;                ///< "f32"
  std::vector<std::string> extents; ///< over the dims, outermost first
  std::optional<std::pair<int64_t, int64_t>> range; ///< of an input's elements
};

struct DimInfo {
  std::string name;
  std::string doc;
  int64_t min = 1, max = 1; ///< inclusive
};

struct ParameterInfo {
  std::string name;
  std::variant<bool, int64_t, double, std::string> value; ///< -D's or its own
};

struct EntryInfo {
  std::string name;
  std::string doc;
  std::vector<TensorInfo> inputs, outputs;
};

struct ModelInfo {
  std::string name;
  std::string doc;
  std::vector<ParameterInfo> parameters;
  std::vector<DimInfo> dims;
  std::vector<TensorInfo> states; ///< each with constant extents
  std::vector<EntryInfo> entries;
  std::vector<TensorInfo> weights; ///< each with constant extents
};

/// Reads and checks the text `options.input` as far as the `ast` phase, with
/// `defines` and, where shapes come from them, `weights`. Diagnostics go to
/// standard error; nothing where one is an error.
std::optional<ModelInfo> describeModel(const Options &options);

} // namespace heddle::pipeline

#endif // HEDDLE_COMPILER_PIPELINE_DESCRIBE_H
