// Recording of schedule directives.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/Schedule.h"

namespace heddle::schedule {

Stage &Stage::add(Directive directive) {
  directive.func = func;
  directive.stage = stage;
  record.push_back(std::move(directive));
  return *this;
}

Stage &Stage::split(std::string old, std::string outer, std::string inner,
                    int64_t factor, Tail tail) {
  Directive directive{Kind::Split};
  directive.dims = {std::move(old), std::move(outer), std::move(inner)};
  directive.factor = factor;
  directive.tail = tail;
  return add(std::move(directive));
}

Stage &Stage::fuse(std::string inner, std::string outer, std::string fused) {
  Directive directive{Kind::Fuse};
  directive.dims = {std::move(inner), std::move(outer), std::move(fused)};
  return add(std::move(directive));
}

Stage &Stage::reorder(std::vector<std::string> innermostFirst) {
  Directive directive{Kind::Reorder};
  directive.dims = std::move(innermostFirst);
  return add(std::move(directive));
}

Stage &Stage::vectorize(std::string dim, int64_t factor) {
  Directive directive{Kind::Vectorize};
  directive.dims = {std::move(dim)};
  directive.factor = factor;
  return add(std::move(directive));
}

Stage &Stage::unroll(std::string dim, int64_t factor) {
  Directive directive{Kind::Unroll};
  directive.dims = {std::move(dim)};
  directive.factor = factor;
  return add(std::move(directive));
}

Stage &Stage::parallel(std::string dim) {
  Directive directive{Kind::Parallel};
  directive.dims = {std::move(dim)};
  return add(std::move(directive));
}

Stage &Stage::atomic() { return add(Directive{Kind::Atomic}); }

Stage &Stage::computeRoot() { return add(Directive{Kind::ComputeRoot}); }

Stage &Stage::computeAt(std::string consumer, std::string loop) {
  Directive directive{Kind::ComputeAt};
  directive.other = std::move(consumer);
  directive.dims = {std::move(loop)};
  return add(std::move(directive));
}

Stage &Stage::hoistStorage(std::string consumer, std::string loop) {
  Directive directive{Kind::HoistStorage};
  directive.other = std::move(consumer);
  directive.dims = {std::move(loop)};
  return add(std::move(directive));
}

Stage &Stage::storeStack() { return add(Directive{Kind::StoreStack}); }
Stage &Stage::storeTiles() { return add(Directive{Kind::StoreTiles}); }

Stage &Stage::bound(std::string dim, int64_t min, int64_t extent) {
  Directive directive{Kind::Bound};
  directive.dims = {std::move(dim)};
  directive.min = min;
  directive.factor = extent;
  return add(std::move(directive));
}

Stage &Stage::boundExtent(std::string dim, int64_t extent) {
  Directive directive{Kind::BoundExtent};
  directive.dims = {std::move(dim)};
  directive.factor = extent;
  return add(std::move(directive));
}

Stage &Stage::stream(int buffer, std::string loop, int64_t ahead,
                     int64_t lines) {
  Directive directive{Kind::Stream};
  directive.dims = {std::move(loop)};
  directive.min = ahead;
  directive.factor = lines;
  directive.buffer = buffer;
  return add(std::move(directive));
}

Stage &Stage::streamOver(int buffer, std::string loop, std::string outer,
                         std::string over, int64_t ahead, int64_t lines) {
  stream(buffer, std::move(loop), ahead, lines);
  record.back().dims.push_back(std::move(over));
  record.back().other = std::move(outer);
  return *this;
}

Stage &Stage::gpuBlocks(std::vector<std::string> innermostFirst) {
  Directive directive{Kind::GpuBlocks};
  directive.dims = std::move(innermostFirst);
  return add(std::move(directive));
}

Stage &Stage::gpuThreads(std::vector<std::string> innermostFirst) {
  Directive directive{Kind::GpuThreads};
  directive.dims = std::move(innermostFirst);
  return add(std::move(directive));
}

Stage &Stage::gpuSingleThread() {
  return add(Directive{Kind::GpuSingleThread});
}

} // namespace heddle::schedule
