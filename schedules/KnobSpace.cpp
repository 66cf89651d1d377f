// Points of a space of knobs, and the words for wrong ones.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/KnobSpace.h"

#include <algorithm>

namespace heddle::schedule {

std::string valueProblem(const std::string &name,
                         const std::vector<int64_t> &values, int64_t value) {
  if (std::find(values.begin(), values.end(), value) != values.end())
    return {};
  std::string legal;
  for (int64_t one : values)
    legal += (legal.empty() ? "" : ", ") + std::to_string(one);
  return "knob '" + name + "' is " + std::to_string(value) +
         ", expected one of " + legal;
}

std::string noSuchKnob(const std::string &name, const std::string &known) {
  return "there is no knob '" + name + "'" +
         (known.empty() ? "" : ", expected one of " + known);
}

std::string problemOf(const KnobSpace &space,
                      const std::map<std::string, int64_t> &given) {
  std::vector<int64_t> point;
  std::map<std::string, int64_t> left = given;
  for (const KnobRange &knob : space.knobs) {
    auto found = left.find(knob.name);
    point.push_back(found == left.end() ? knob.initial : found->second);
    if (found == left.end())
      continue;
    std::string problem = valueProblem(knob.name, knob.values, found->second);
    if (!problem.empty())
      return problem;
    left.erase(found);
  }
  if (left.empty())
    return space.check(point);
  std::string known;
  for (const KnobRange &knob : space.knobs)
    known += (known.empty() ? "" : ", ") + knob.name;
  return noSuchKnob(left.begin()->first, known);
}

} // namespace heddle::schedule
