// What this CPU and its operating system can run.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_CPUFEATURES_H
#define HEDDLE_RUNTIME_SRC_CPUFEATURES_H

#include <string_view>

namespace heddle::runtime {

/// True when this machine has the feature, by one of the names artifact.h
/// lists, and the operating system saves its registers. An unknown name is
/// absent.
bool cpuHas(std::string_view feature);

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_CPUFEATURES_H
