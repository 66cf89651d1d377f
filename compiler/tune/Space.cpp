// Points of a space: see Space.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Space.h"

namespace heddle::tune {

uint64_t Space::size() const {
  uint64_t points = 1;
  for (const pipeline::KnobInfo &knob : axes)
    points *= knob.values.size();
  return points;
}

Knobs Space::at(uint64_t index) const {
  Knobs point;
  for (size_t i = axes.size(); i-- > 0;) {
    const std::vector<int64_t> &values = axes[i].values;
    point[axes[i].name] = values[index % values.size()];
    index /= values.size();
  }
  return point;
}

Knobs Space::initial() const {
  Knobs point;
  for (const pipeline::KnobInfo &knob : axes)
    point[knob.name] = knob.initial;
  return point;
}

Census countPoints(const Space &space) {
  Census census;
  for (uint64_t index = 0; index < space.size(); ++index) {
    std::string problem = space.problem(space.at(index));
    if (problem.empty())
      ++census.legal;
    else
      ++census.broken[problem];
  }
  return census;
}

} // namespace heddle::tune
