// The points that a search may try: one value a knob.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_SPACE_H
#define HEDDLE_COMPILER_TUNE_SPACE_H

#include "compiler/pipeline/Tuning.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace heddle::tune {

using pipeline::Knobs;

/// All points of a kernel's knobs, legal or not, numbered from 0.
class Space {
public:
  using Check = std::function<std::string(const Knobs &)>;

  /// `check` says which constraint a point breaks, or nothing.
  Space(std::vector<pipeline::KnobInfo> knobs, Check check)
      : axes(std::move(knobs)), check(std::move(check)) {}

  const std::vector<pipeline::KnobInfo> &knobs() const { return axes; }
  /// The number of points.
  uint64_t size() const;
  /// The point of that number, below `size`; the last knob varies fastest.
  Knobs at(uint64_t index) const;
  /// The default, every knob named. It may lie between the points.
  Knobs initial() const;
  /// Empty for a legal point, else the broken constraint, in words.
  std::string problem(const Knobs &point) const { return check(point); }

private:
  std::vector<pipeline::KnobInfo> axes;
  Check check;
};

/// How many points are legal, and how many break which constraint.
struct Census {
  uint64_t legal = 0;
  std::map<std::string, uint64_t> broken; ///< by its words
};
Census countPoints(const Space &space);

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_SPACE_H
