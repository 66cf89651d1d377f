// How long the sums behind a value are: what its tolerance goes by.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_PATHLENGTH_H
#define HEDDLE_COMPILER_REFERENCE_PATHLENGTH_H

#include "compiler/reference/Tolerance.h"
#include "compiler/shape/Dim.h"
#include "dialects/graph/Graph.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace heddle::reference {

/// What is added up and rounded on the longest path to each value.
class PathLengths {
public:
  /// From the entry's inputs to output `index`.
  const Path &ofOutput(size_t index) const { return outputs[index]; }
  /// From the kernel's inputs to the value of an id.
  Path withinKernel(int64_t id) const;
  /// "layer_norm at minilm.heddle:20:9".
  std::string describe(int64_t id) const;

private:
  friend PathLengths pathLengths(graph::EntryOp entry,
                                 const shape::DimValues &dims,
                                 const std::set<int64_t> &boundaries);
  std::vector<Path> outputs;
  std::map<int64_t, Path> inKernel;
  std::map<int64_t, std::string> names;
};

/// `boundaries` are the ids of the values between kernels.
PathLengths pathLengths(graph::EntryOp entry, const shape::DimValues &dims,
                        const std::set<int64_t> &boundaries);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_PATHLENGTH_H
