// Reads the weights of a host program into plain requests.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/HostToWeights.h"

#include "compiler/lower/HostToMetadata.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::lower;

std::vector<weights::WeightRequest>
lower::weightRequests(const HostTables &tables) {
  std::vector<weights::WeightRequest> requests;
  for (const HostBuffer &buffer : tables.buffers) {
    auto op = dyn_cast<host::WeightOp>(buffer.op);
    if (!op)
      continue;
    weights::WeightRequest request;
    request.name = buffer.name;
    for (StringAttr tensor : op.getTensors().getAsRange<StringAttr>())
      request.tensors.push_back(tensor.str());
    for (StringAttr step : op.getRecipe().getAsRange<StringAttr>())
      request.recipe.push_back(step.str());
    request.dtype = io::DType(artifactDtype(buffer.shape.element));
    for (const shape::Dim &extent : buffer.shape.extents)
      request.extents.push_back(*extent.constant());
    request.offset =
        buffer.place.isZero() ? 0 : uint64_t(buffer.place.ops[0].value);
    requests.push_back(std::move(request));
  }
  return requests;
}
