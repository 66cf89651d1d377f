// The sizes that a candidate is checked at.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_SIZES_H
#define HEDDLE_COMPILER_TUNE_SIZES_H

#include "compiler/pipeline/Tuning.h"

#include <functional>
#include <string>
#include <vector>

namespace heddle::tune {

using pipeline::DimPoint;

/// "batch=1,seq=16".
std::string sizeText(const DimPoint &dims);

/// The default size to measure at: the widest of the dims that the work grows
/// with at 128 (or at the end of its range), all others at their least.
DimPoint usualSize(const std::vector<pipeline::DimInfo> &dims,
                   const std::vector<std::string> &growsWith);

/// Sizes that no tile divides, for knobs of these values: 1, each value but
/// one, the value, one more, primes, twice the largest and one, all along the
/// widest dim that the work grows with and within its range; the others at
/// their least. Sizes whose `work` the reference would take seconds for are
/// left out, but never the least one. Ascending, each once.
std::vector<DimPoint>
raggedSizes(const std::vector<pipeline::DimInfo> &dims,
            const std::vector<std::string> &growsWith,
            const pipeline::Knobs &knobs,
            const std::function<double(const DimPoint &)> &work);

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_SIZES_H
