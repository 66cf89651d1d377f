// Choices by kernel: see Tuned.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Tuned.h"

#include "compiler/tune/Processor.h"

namespace heddle::tune {

pipeline::KnobSource knobSource(const std::string &name,
                                std::vector<ChoiceRecord> choices,
                                const std::string &processor,
                                const std::string &versions) {
  auto find = [choices = std::move(choices), processor, versions](
                  const std::string &kernel, const std::string &variant) {
    pipeline::KnobRecord found;
    for (const ChoiceRecord &record : choices) {
      if (record.key.kernel != kernel || record.key.target != variant)
        continue;
      if (record.key.processor != processor || record.key.versions != versions)
        ++found.unusable;
      else if (!found.knobs)
        found.knobs = record.choice.knobs;
    }
    return found;
  };
  return {name, find};
}

std::string readKnobs(const std::string &path, pipeline::KnobSource &result) {
  Store store;
  std::string wrong = store.open(path, Store::Access::Read);
  std::vector<ChoiceRecord> choices;
  if (wrong.empty())
    wrong = store.choices(choices);
  if (wrong.empty())
    result = knobSource(path, std::move(choices), thisProcessor().model,
                        pipeline::compilerVersions());
  return wrong;
}

} // namespace heddle::tune
