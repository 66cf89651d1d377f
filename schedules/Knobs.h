// The space of one kernel family: what may be set, to which values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_KNOBS_H
#define HEDDLE_SCHEDULES_KNOBS_H

#include <cstdint>
#include <string>
#include <vector>

namespace heddle::schedule {

/// One knob of a family whose settings are a `Knobs`. A value of the list may
/// still break a constraint together with others: the family's check says so.
template <typename Knobs> struct Knob {
  std::string name;            ///< "tile_rows"
  std::string unit;            ///< "rows of a register tile"
  int64_t Knobs::*field;       ///< where it is kept
  std::vector<int64_t> values; ///< ascending
};

/// "knob 'x' is 5, expected one of 1, 2"; empty where `values` has it.
std::string valueProblem(const std::string &name,
                         const std::vector<int64_t> &values, int64_t value);

/// "there is no knob 'x', expected one of a, b".
std::string noSuchKnob(const std::string &name, const std::string &known);

/// Sets the knob called `name`. Empty on success, else what is wrong, in
/// words; `knobs` is then as it was.
template <typename Knobs>
std::string setKnob(Knobs &knobs, const std::vector<Knob<Knobs>> &space,
                    const std::string &name, int64_t value) {
  std::string known;
  for (const Knob<Knobs> &knob : space) {
    known += (known.empty() ? "" : ", ") + knob.name;
    if (knob.name != name)
      continue;
    std::string problem = valueProblem(name, knob.values, value);
    if (problem.empty())
      knobs.*knob.field = value;
    return problem;
  }
  return noSuchKnob(name, known);
}

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_KNOBS_H
