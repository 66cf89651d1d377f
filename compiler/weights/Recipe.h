// Runs the recipes of host.weight: a file's tensors become the bytes of the
// weights section, piece by piece. Plain C++.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_WEIGHTS_RECIPE_H
#define HEDDLE_COMPILER_WEIGHTS_RECIPE_H

#include "compiler/weights/Weights.h"

#include <functional>

namespace heddle::weights {

/// One weight of an artefact.
struct WeightRequest {
  std::string name; ///< of the weight, for messages
  std::vector<std::string> tensors;
  std::vector<std::string> recipe; ///< dialects/host/Recipe.h reads them
  io::DType dtype = io::DType::F32;
  std::vector<int64_t> extents; ///< after the recipe
  uint64_t offset = 0;          ///< bytes from the weights section's start
};

/// Takes the next bytes of a weight; false ends the run.
using ByteSink = std::function<bool(const void *bytes, size_t size)>;

/// Fails, in words, unless all tensors exist with a usable element type and
/// the recipe leads from their shapes to the request's extents and dtype.
io::Status checkRecipe(const WeightSource &source,
                       const WeightRequest &request);

/// Gives the weight's elements to `sink` in order. Copies, joined rows and
/// packed transposes need a few megabytes; any other recipe up to twice the
/// weight. Fails as `checkRecipe` does, and when the sink does.
io::Status runRecipe(const WeightSource &source, const WeightRequest &request,
                     const ByteSink &sink);

} // namespace heddle::weights

#endif // HEDDLE_COMPILER_WEIGHTS_RECIPE_H
