// Tables of sines and cosines, which a recipe makes from numbers alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_WEIGHTS_ANGLETABLE_H
#define HEDDLE_COMPILER_WEIGHTS_ANGLETABLE_H

#include "compiler/weights/Recipe.h"
#include "dialects/host/Recipe.h"

namespace heddle::weights {

/// Takes the next values of a weight; false ends the run.
using FloatSink = std::function<bool(const float *values, size_t count)>;

/// Gives the table of a generating step to `sink`, some rows at a time; false
/// when the sink ends it. Computed in double, rounded once.
bool writeAngleTable(const host::RecipeStep &step, const FloatSink &sink);

} // namespace heddle::weights

#endif // HEDDLE_COMPILER_WEIGHTS_ANGLETABLE_H
