// When attention falls to f32: see AttentionPrecision.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/passes/AttentionPrecision.h"

#include "schedules/cpu/AttentionNarrow.h"
#include "llvm/ADT/Twine.h"

using namespace mlir;

namespace heddle::passes {

std::string computedInF32(graph::AttentionOp attention) {
  using llvm::Twine;
  std::optional<int64_t> width = graph::shapeOf(attention.getV())[3].constant();
  if (!width)
    return "computed in f32, since its value heads have no constant size";
  if (*width % schedule::narrowPanel != 0)
    return ("computed in f32, since value heads of " + Twine(*width) +
            " are no whole " + Twine(schedule::narrowPanel) + "s")
        .str();
  shape::Dim queries = graph::shapeOf(attention.getQ())[2];
  auto model = attention->getParentOfType<graph::ModelOp>();
  std::optional<int64_t> least =
      shape::maximum(queries * shape::Dim(-1), model.dimRanges());
  if (least && -*least > schedule::fewQueries)
    return {};
  return ("computed in f32 for up to " + Twine(schedule::fewQueries) +
          " queries, since rounding keys and values would take longer than "
          "using them")
      .str();
}

} // namespace heddle::passes
