// The services an artefact's code calls while it runs.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Run.h"

#include "runtime/src/Tensor.h"

#include <cstring>

namespace heddle::runtime {
namespace {

Run &runOf(heddle_call *call) { return *static_cast<Run *>(call->session); }

struct LoopContext {
  heddle_call *call;
  heddle_task_fn task;
  uint8_t *closure;
};

int runTask(void *context, int32_t index, uint32_t) {
  LoopContext &loop = *static_cast<LoopContext *>(context);
  return loop.task(loop.call, index, loop.closure);
}

int parFor(heddle_call *call, heddle_task_fn task, int32_t first, int32_t count,
           uint8_t *closure) {
  LoopContext context{call, task, closure};
  ParallelLoop loop{runTask, &context, first, count};
  Run &run = runOf(call);
  if (run.profiler.isOn() && ThreadPool::isShared(count, run.threads))
    return run.profiler.runLoop(loop);
  return ThreadPool::instance().run(loop, run.threads);
}

void *scratchAlloc(heddle_call *call, size_t bytes) {
  try {
    return runOf(call).scratch().allocate(bytes);
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

void scratchFree(heddle_call *call, void *pointer) {
  if (pointer)
    runOf(call).scratch().free(pointer);
}

void report(heddle_call *call, const char *message) {
  Run &run = runOf(call);
  std::lock_guard<std::mutex> lock(run.reportMutex);
  if (run.report[0] || !message)
    return;
  std::strncpy(run.report, message, sizeof(run.report) - 1);
  size_t length = std::strlen(run.report);
  while (length > 0 && run.report[length - 1] == '\n')
    run.report[--length] = 0;
}

int afterDispatch(heddle_call *call, uint32_t index) {
  Run &run = runOf(call);
  run.dispatchesDone = index + 1;
  const heddle_run_options &options = run.options;
  bool isWatched = run.profiler.isOn() || options.after_dispatch;
  if (!isWatched)
    return 0;
  if (!run.settle(/*isDone=*/false))
    return -1;
  run.profiler.noteDispatch(index);
  if (!options.after_dispatch)
    return 0;
  if (options.after_dispatch(options.user, static_cast<heddle_run *>(&run),
                             index) != 0) {
    run.isStopped = true;
    return 1;
  }
  if (!run.settle(/*isDone=*/true))
    return -1;
  run.profiler.skip();
  return 0;
}

constexpr heddle_services services = {sizeof(heddle_services),
                                      0,
                                      parFor,
                                      scratchAlloc,
                                      scratchFree,
                                      report,
                                      afterDispatch,
                                      deviceLoad,
                                      deviceRun,
                                      deviceAlloc,
                                      deviceFree};

} // namespace

DeviceQueue &Run::queue() { return session.device->queue; }

Scratch &Run::scratch() { return session.scratch[ThreadPool::currentSlot()]; }

bool Run::settle(bool isDone) {
  if (!session.device)
    return true;
  Outcome outcome =
      isDone ? session.device->returnMirrors() : session.device->queue.finish();
  if (!outcome)
    outcome.text.copy(report, sizeof(report) - 1);
  return bool(outcome);
}

int Run::start() {
  heddle_call call = {
      sizeof(heddle_call),        session.variant,        &services,
      session.plannedDims.data(), session.buffers.data(), this};
  return module().table().entries[entry](&call);
}

Outcome Run::buffer(uint32_t index, heddle_tensor &tensor) const {
  Outcome outcome = shapeOf(module(), module().metadata().buffers()[index],
                            session.plannedDims.data(), tensor);
  tensor.data = session.buffers[index];
  if (outcome && session.device)
    outcome = session.mirror(index, tensor);
  return outcome;
}

} // namespace heddle::runtime

heddle_status heddle_run_buffer(const heddle_run *run, uint32_t buffer,
                                heddle_tensor *tensor) {
  using namespace heddle::runtime;
  return guarded(nullptr, [&]() -> Outcome {
    if (!run || !tensor || buffer >= run->module().metadata().buffers().count)
      return {HEDDLE_INVALID_ARGUMENT, {}};
    return run->buffer(buffer, *tensor);
  });
}
