// Checks a call, lays out the arena, runs, copies the outputs.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Session.h"

#include "runtime/src/Run.h"
#include "runtime/src/Tensor.h"
#include "runtime/src/ThreadPool.h"

#include <algorithm>
#include <cstring>

namespace heddle::runtime {
namespace {

/// Clears a flag at the end of a scope.
struct FlagHolder {
  std::atomic_flag &flag;
  ~FlagHolder() { flag.clear(std::memory_order_release); }
};

Outcome noMemory(uint64_t bytes, const char *what) {
  return failure(HEDDLE_OUT_OF_MEMORY, "cannot allocate " +
                                           std::to_string(bytes) +
                                           " bytes of " + what);
}

Outcome checkThreads(uint32_t threads) {
  if (threads == HEDDLE_THREADS_ALL ||
      (threads >= 1 && threads <= HEDDLE_MAX_THREADS))
    return success();
  return failure(HEDDLE_INVALID_ARGUMENT,
                 "threads is " + std::to_string(threads) + ", outside 1.." +
                     std::to_string(HEDDLE_MAX_THREADS));
}

Outcome checkProfile(const heddle_profile *profile) {
  if (!profile)
    return success();
  if (profile->struct_size != sizeof(*profile))
    return failure(HEDDLE_INVALID_ARGUMENT,
                   "profile.struct_size is " +
                       std::to_string(profile->struct_size) + ", not " +
                       std::to_string(sizeof(*profile)));
  if (profile->num_dispatches > 0 && !profile->dispatches)
    return failure(HEDDLE_INVALID_ARGUMENT, "profile.dispatches is NULL");
  return success();
}

uint32_t resolveThreads(uint32_t threads) {
  return threads == HEDDLE_THREADS_ALL
             ? std::min(usableCpus(), HEDDLE_MAX_THREADS)
             : threads;
}

} // namespace

Outcome needsOf(const Module &module, uint32_t entry, const int64_t *dims,
                Needs &needs) {
  const Metadata &metadata = module.metadata();
  const heddle_meta_entry &meta = module.entry(entry);
  int64_t arena = 0, scratch = 0;
  if (!evaluate(metadata.formula(meta.arena), dims, arena) ||
      !evaluate(metadata.formula(meta.scratch), dims, scratch) || arena < 0 ||
      scratch < 0)
    return failure(HEDDLE_BAD_ARTIFACT,
                   "entry " + quoted(module.entryInfo(entry).name) +
                       " has no valid memory size at these dims");
  needs = {uint64_t(arena), uint64_t(scratch)};
  return success();
}

Session::Session(const Module &module, uint32_t threads, uint32_t variant,
                 uint32_t slice)
    : module(module), threads(resolveThreads(threads)), variant(variant),
      slice(slice), dims(module.metadata().dims().count),
      plannedDims(module.metadata().dims().count),
      buffers(module.metadata().buffers().count) {}

uint64_t Session::bytesHeld() const {
  uint64_t total = arena.size();
  for (const Scratch &one : scratch)
    total += one.size();
  return total + (device ? device->bytesHeld() : 0);
}

Outcome Session::check(uint32_t entry, TensorList inputs, TensorList outputs) {
  Outcome outcome = inferDims(module, entry, inputs, dims.data());
  if (outcome)
    outcome = checkOutputs(module, entry, outputs, dims.data());
  if (outcome)
    outcome = checkInputData(module, entry, inputs);
  if (outcome)
    outcome = checkOverlap(module, entry, inputs, outputs);
  return outcome;
}

Outcome Session::plan(uint32_t entry) {
  if (isPlanned && plannedEntry == entry && plannedDims == dims)
    return success();
  isPlanned = false;
  Needs needs;
  Outcome outcome = needsOf(module, entry, dims.data(), needs);
  if (!outcome)
    return outcome;
  if (module.device() && !device) {
    auto fresh = std::make_unique<DeviceSession>(*module.device());
    outcome = fresh->queue.open();
    if (!outcome)
      return outcome;
    device = std::move(fresh);
  }
  if (!device && !arena.reserve(size_t(needs.arena)))
    return noMemory(needs.arena, "arena");
  std::fill(buffers.begin(), buffers.end(), nullptr);
  for (uint32_t index : module.entryInfo(entry).buffers) {
    outcome = placeBuffer(index, needs.arena);
    if (!outcome)
      return outcome;
  }
  findLendable(entry);
  scratchBytes = needs.scratch;
  plannedEntry = entry;
  std::copy(dims.begin(), dims.end(), plannedDims.begin());
  isPlanned = true;
  return success();
}

Outcome Session::placeBuffer(uint32_t index, uint64_t arenaBytes) {
  const heddle_meta_buffer &buffer = module.metadata().buffers()[index];
  if (buffer.kind == HEDDLE_BUFFER_INPUT)
    return device ? placeOnDevice(index, buffer, 0) : success();
  const Metadata &metadata = module.metadata();
  int64_t bytes = 0, place = 0, end = 0;
  bool isValid = evaluate(metadata.formula(buffer.bytes), dims.data(), bytes) &&
                 evaluate(metadata.formula(buffer.place), dims.data(), place) &&
                 bytes >= 0 && place >= 0 && place % HEDDLE_ALIGN == 0 &&
                 !__builtin_add_overflow(place, bytes, &end);
  if (buffer.kind == HEDDLE_BUFFER_WEIGHT) {
    // Checked against the section at load.
    if (device) {
      buffers[index] = module.deviceWeight(index);
      return success();
    }
    buffers[index] = const_cast<uint8_t *>(module.weights()) + place;
    return success();
  }
  heddle_tensor shape{};
  Outcome outcome = shapeOf(module, buffer, dims.data(), shape);
  if (!outcome)
    return outcome;
  if (!isValid || uint64_t(end) > arenaBytes ||
      tensorBytes(shape) > uint64_t(bytes))
    return failure(HEDDLE_BAD_ARTIFACT,
                   "buffer " + std::to_string(index) +
                       " does not fit its place in the arena");
  if (device)
    return placeOnDevice(index, buffer, place);
  buffers[index] = arena.data() + place;
  return success();
}

Outcome Session::placeOnDevice(uint32_t index, const heddle_meta_buffer &buffer,
                               int64_t place) {
  heddle_tensor shape{};
  Outcome outcome = shapeOf(module, buffer, dims.data(), shape);
  if (!outcome)
    return outcome;
  size_t bytes = tensorBytes(shape);
  return buffer.kind == HEDDLE_BUFFER_INPUT
             ? device->placeInput(index, bytes, buffers[index])
             : device->placeSlot(place, bytes, buffers[index]);
}

Outcome Session::mirror(uint32_t index, heddle_tensor &tensor) {
  const Metadata &metadata = module.metadata();
  const heddle_meta_buffer &buffer = metadata.buffers()[index];
  if (buffer.kind == HEDDLE_BUFFER_WEIGHT) {
    int64_t place = 0;
    (void)evaluate(metadata.formula(buffer.place), nullptr, place);
    tensor.data = const_cast<uint8_t *>(module.weights()) + place;
    return success();
  }
  if (buffer.kind == HEDDLE_BUFFER_INPUT) {
    Span<uint32_t> ins =
        metadata.span<uint32_t>(module.entry(plannedEntry).inputs);
    for (uint32_t i = 0; i < ins.count && i < given.count; ++i)
      if (ins[i] == index)
        tensor.data = given.data[i].data;
    return success();
  }
  return device->mirror(static_cast<DeviceMemory *>(buffers[index]),
                        tensorBytes(tensor), tensor.data);
}

Outcome Session::prepareScratch(uint32_t runThreads) {
  if (scratch.size() < runThreads)
    scratch.resize(runThreads);
  for (uint32_t slot = 0; slot < runThreads; ++slot)
    if (!scratch[slot].reset(size_t(scratchBytes)))
      return noMemory(scratchBytes, "scratch");
  return success();
}

Outcome Session::run(uint32_t entry, TensorList allInputs,
                     heddle_tensor *allOutputs, size_t numOutputs,
                     const heddle_run_options &options) {
  if (isRunning.test_and_set(std::memory_order_acquire))
    return failure(HEDDLE_INVALID_ARGUMENT,
                   "the session is in use by another call");
  FlagHolder holder{isRunning};
  if (entry >= module.metadata().entries().count)
    return failure(HEDDLE_INVALID_ARGUMENT,
                   "entry " + std::to_string(entry) + " of " +
                       std::to_string(module.metadata().entries().count));
  uint32_t runThreads = threads;
  if (options.threads != 0) {
    Outcome outcome = checkThreads(options.threads);
    if (!outcome)
      return outcome;
    runThreads = resolveThreads(options.threads);
  }
  Outcome outcome = checkProfile(options.profile);
  if (!outcome)
    return outcome;
  Profiler profiler(options.profile, runThreads);
  outcome = check(entry, allInputs, {allOutputs, numOutputs});
  profiler.notePart(&heddle_profile::check_ns);
  if (!outcome)
    return outcome;
  heddle_run run(*this, entry, runThreads, options, profiler);
  Slices slices = chooseSlices(entry, runThreads, options);
  if (slices.count == 1)
    outcome = runOnce(run, allInputs, allOutputs);
  for (int64_t i = 0; slices.count > 1 && i < slices.count && outcome; ++i) {
    takeSlice(entry, slices.at(i), allInputs, {allOutputs, numOutputs});
    outcome = runOnce(run, {inputs.data(), inputs.size()}, outputs.data());
  }
  profiler.finish();
  return outcome;
}

Slices Session::chooseSlices(uint32_t entry, uint32_t runThreads,
                             const heddle_run_options &options) {
  uint32_t flags = module.metadata().variants()[variant].flags;
  uint32_t number = module.entry(entry).slice_dim;
  // What fails or is stopped must not have written a part of the outputs.
  if (number == 0 || device || options.after_dispatch ||
      !(flags & HEDDLE_VARIANT_UNCHECKED) || slice == HEDDLE_SLICE_WHOLE)
    return {};
  if (slice != HEDDLE_SLICE_AUTO)
    return slicesUpTo(dims[number - 1], slice);
  return slicesFor(module.metadata(), entry, dims.data(), runThreads,
                   coreCacheBytes());
}

void Session::takeSlice(uint32_t entry, const Slice &slice,
                        TensorList allInputs, TensorList allOutputs) {
  const Metadata &metadata = module.metadata();
  const heddle_meta_entry &meta = module.entry(entry);
  uint32_t dim = meta.slice_dim - 1;
  dims[dim] = slice.size;
  auto take = [&](heddle_meta_span signature, TensorList all,
                  std::vector<heddle_tensor> &parts) {
    parts.assign(all.data, all.data + all.count);
    Span<uint32_t> list = metadata.span<uint32_t>(signature);
    for (uint32_t i = 0; i < list.count; ++i)
      if (metadata.isCutAlong(metadata.buffers()[list[i]], dim))
        parts[i] = sliceOf(parts[i], slice);
  };
  take(meta.inputs, allInputs, inputs);
  take(meta.outputs, allOutputs, outputs);
}

Outcome Session::runOnce(heddle_run &run, TensorList given,
                         heddle_tensor *results) {
  Outcome outcome = plan(run.entry);
  if (outcome)
    outcome = prepareScratch(run.threads);
  if (!outcome)
    return outcome;
  lendOutputs(run, results);
  outcome = execute(run, given);
  if (outcome)
    outcome = copyOut(run.entry, results);
  run.profiler.notePart(&heddle_profile::output_ns);
  return outcome;
}

Outcome Session::execute(heddle_run &run, TensorList inputs) {
  uint32_t entry = run.entry;
  const Metadata &metadata = module.metadata();
  const heddle_meta_entry &meta = module.entry(entry);
  Span<uint32_t> ins = metadata.span<uint32_t>(meta.inputs);
  std::vector<HostBuffer> inputBuffers;
  for (uint32_t i = 0; i < ins.count; ++i)
    if (device)
      inputBuffers.push_back(
          {ins[i], inputs.data[i].data, tensorBytes(inputs.data[i])});
    else
      buffers[ins[i]] = inputs.data[i].data;
  if (device) {
    Outcome outcome = device->upload(inputBuffers, buffers.data());
    if (!outcome)
      return outcome;
  }
  given = inputs;

  run.profiler.notePart(&heddle_profile::prepare_ns);
  int code = run.start();
  given = {nullptr, 0};
  if (device) // what a callback had, or a failure has left
    device->abandonMirrors();
  for (uint32_t index : ins)
    if (!device)
      buffers[index] = nullptr;
  if (run.isStopped)
    return failure(HEDDLE_STOPPED, "stopped after dispatch " +
                                       std::to_string(run.dispatchesDone - 1));
  if (code != 0) {
    std::string where;
    Span<heddle_meta_dispatch> dispatches =
        metadata.span<heddle_meta_dispatch>(meta.dispatches);
    uint32_t kernel = 0;
    if (run.dispatchesDone < dispatches.count &&
        metadata.kernelAt(dispatches[run.dispatchesDone], dims.data(), kernel))
      where = " (kernel " +
              std::string(metadata.text(metadata.kernels()[kernel].name)) + ")";
    return failure(HEDDLE_KERNEL_FAILED,
                   "dispatch " + std::to_string(run.dispatchesDone) + where +
                       " failed with code " + std::to_string(code) +
                       (run.report[0] ? std::string(": ") + run.report : ""));
  }
  return success();
}

void Session::findLendable(uint32_t entry) {
  lendable.clear();
  uint32_t flags = module.metadata().variants()[variant].flags;
  if (device || !(flags & HEDDLE_VARIANT_UNCHECKED))
    return;
  Span<uint32_t> outs =
      module.metadata().span<uint32_t>(module.entry(entry).outputs);
  // Another buffer at the same place would not see what is written elsewhere.
  const std::vector<uint32_t> &all = module.entryInfo(entry).buffers;
  for (uint32_t i = 0; i < outs.count; ++i) {
    void *place = buffers[outs[i]];
    auto isThere = [&](uint32_t other) { return buffers[other] == place; };
    if (std::count_if(all.begin(), all.end(), isThere) == 1)
      lendable.push_back({i, outs[i], place});
  }
}

void Session::lendOutputs(const heddle_run &run, heddle_tensor *outputs) {
  // A stopped run must leave the caller's outputs as they were.
  bool canStop = run.options.after_dispatch;
  for (const Lendable &one : lendable) {
    heddle_tensor &output = outputs[one.output];
    bool isLent = !canStop && tensorBytes(output);
    buffers[one.buffer] = isLent ? output.data : one.place;
  }
}

Outcome Session::copyOut(uint32_t entry, heddle_tensor *outputs) {
  Span<uint32_t> outs =
      module.metadata().span<uint32_t>(module.entry(entry).outputs);
  std::vector<HostBuffer> copies;
  for (uint32_t i = 0; i < outs.count; ++i) {
    size_t bytes = tensorBytes(outputs[i]);
    if (device)
      copies.push_back({outs[i], outputs[i].data, bytes});
    else if (bytes && buffers[outs[i]] != outputs[i].data)
      std::memcpy(outputs[i].data, buffers[outs[i]], bytes);
  }
  return device ? device->download(copies, buffers.data()) : success();
}

} // namespace heddle::runtime

heddle_status heddle_session_create(const heddle_module *module,
                                    const heddle_session_options *options,
                                    heddle_session **session,
                                    heddle_error *error) {
  using namespace heddle::runtime;
  if (session)
    *session = nullptr;
  return guarded(error, [&]() -> Outcome {
    if (!module || !session)
      return failure(HEDDLE_INVALID_ARGUMENT, "module or session is NULL");
    heddle_session_options chosen = HEDDLE_SESSION_OPTIONS_INIT;
    if (options && options->struct_size != sizeof(chosen))
      return failure(HEDDLE_INVALID_ARGUMENT,
                     "options.struct_size is " +
                         std::to_string(options->struct_size) + ", not " +
                         std::to_string(sizeof(chosen)));
    if (options)
      chosen = *options;
    uint32_t variant = 0;
    if (chosen.reserved != 0)
      return failure(HEDDLE_INVALID_ARGUMENT, "options.reserved is not 0");
    Outcome outcome = checkThreads(chosen.threads);
    if (outcome)
      outcome = module->chooseVariant(chosen.variant, variant);
    if (outcome)
      *session =
          new heddle_session(*module, chosen.threads, variant, chosen.slice);
    return outcome;
  });
}

void heddle_session_free(heddle_session *session) { delete session; }

const char *heddle_session_variant(const heddle_session *session) {
  return session ? session->owner()
                       .description()
                       .variants[session->variantIndex()]
                       .name
                 : nullptr;
}

uint32_t heddle_session_threads(const heddle_session *session) {
  return session ? session->threadCount() : 0;
}

uint64_t heddle_session_bytes(const heddle_session *session) {
  return session ? session->bytesHeld() : 0;
}

heddle_status heddle_session_run(heddle_session *session, uint32_t entry,
                                 const heddle_tensor *inputs, size_t num_inputs,
                                 heddle_tensor *outputs, size_t num_outputs,
                                 const heddle_run_options *options,
                                 heddle_error *error) {
  using namespace heddle::runtime;
  return guarded(error, [&]() -> Outcome {
    heddle_run_options chosen = HEDDLE_RUN_OPTIONS_INIT;
    if (!session)
      return failure(HEDDLE_INVALID_ARGUMENT, "session is NULL");
    if (options && options->struct_size != sizeof(chosen))
      return failure(HEDDLE_INVALID_ARGUMENT,
                     "options.struct_size is " +
                         std::to_string(options->struct_size) + ", not " +
                         std::to_string(sizeof(chosen)));
    return session->run(entry, {inputs, num_inputs}, outputs, num_outputs,
                        options ? *options : chosen);
  });
}

heddle_status heddle_module_run(const heddle_module *module, uint32_t entry,
                                const heddle_tensor *inputs, size_t num_inputs,
                                heddle_tensor *outputs, size_t num_outputs,
                                heddle_error *error) {
  using namespace heddle::runtime;
  return guarded(error, [&]() -> Outcome {
    if (!module)
      return failure(HEDDLE_INVALID_ARGUMENT, "module is NULL");
    std::unique_ptr<Session> session = module->takeSession();
    if (!session)
      return failure(HEDDLE_UNSUPPORTED, "no variant runs on this CPU");
    Outcome outcome = session->run(entry, {inputs, num_inputs}, outputs,
                                   num_outputs, HEDDLE_RUN_OPTIONS_INIT);
    module->returnSession(std::move(session));
    return outcome;
  });
}
