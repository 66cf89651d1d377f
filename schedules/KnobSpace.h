// The knobs of one kernel for one target, whatever family it is of: what a
// search enumerates.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_KNOBSPACE_H
#define HEDDLE_SCHEDULES_KNOBSPACE_H

#include "schedules/Knobs.h"

#include <functional>
#include <map>

namespace heddle::schedule {

/// One knob without the type of its family's settings.
struct KnobRange {
  std::string name, unit;
  std::vector<int64_t> values; ///< ascending
  int64_t initial = 0;         ///< the default; may lie between the values
};

/// The points of a space are one value a knob, in the order of `knobs`.
struct KnobSpace {
  std::vector<KnobRange> knobs;
  /// Empty when the point is legal, else the constraint it breaks, in words.
  std::function<std::string(const std::vector<int64_t> &)> check;
};

/// The space of a family around its default for a target.
template <typename Knobs>
KnobSpace enumerable(const std::vector<Knob<Knobs>> &space,
                     const Knobs &defaults,
                     std::function<std::string(const Knobs &)> check) {
  KnobSpace result;
  for (const Knob<Knobs> &knob : space)
    result.knobs.push_back(
        {knob.name, knob.unit, knob.values, defaults.*knob.field});
  result.check = [space, defaults,
                  check = std::move(check)](const std::vector<int64_t> &point) {
    Knobs knobs = defaults;
    for (size_t i = 0; i < space.size(); ++i)
      knobs.*space[i].field = point[i];
    return check(knobs);
  };
  return result;
}

/// Empty when `given`, with the defaults of the knobs that it does not name,
/// is a legal point of the space, else what is wrong, in words.
std::string problemOf(const KnobSpace &space,
                      const std::map<std::string, int64_t> &given);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_KNOBSPACE_H
