/* The code of an artefact for a device, as the compiler's host program and its
 * kernels would ask the runtime: s = 4 x through memory of the kernel's own,
 * then y = s + w.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "heddle/artifact.h"

enum { X, W, S, Y };

static const char source[] = "kernels";

static heddle_view view_of(const heddle_call *call, int index,
                           heddle_view_dim *dim) {
  heddle_view view = {0};
  dim->extent = (int32_t)call->dims[0];
  dim->stride = 1;
  if (index >= 0)
    view.device = (uint64_t)call->buffers[index];
  view.type_code = 2;
  view.type_bits = 32;
  view.type_lanes = 1;
  view.rank = 1;
  view.dims = dim;
  return view;
}

/* One kernel on `count` views and the number of elements. */
static int launch(heddle_call *call, const char *kernel, heddle_view **views,
                  int count) {
  int32_t n = (int32_t)call->dims[0];
  size_t sizes[5] = {0};
  void *arguments[5] = {0};
  int8_t is_view[5] = {0};
  for (int i = 0; i < count; ++i) {
    sizes[i] = 8;
    arguments[i] = views[i];
    is_view[i] = 1;
  }
  sizes[count] = sizeof(n);
  arguments[count] = &n;
  return call->services->device_run(call, source, kernel, n, 1, 1, 1, 1, 1, 0,
                                    sizes, arguments, is_view);
}

static int quadruple(heddle_call *call) {
  heddle_view_dim dims[3] = {{0}};
  heddle_view x = view_of(call, X, &dims[0]), s = view_of(call, S, &dims[1]);
  heddle_view own = view_of(call, -1, &dims[2]);
  int result = call->services->device_load(call, source, sizeof(source));
  if (!result)
    result = call->services->device_alloc(call, &own);
  if (!result)
    result = launch(call, "twice", (heddle_view *[]){&x, &own}, 2);
  if (!result)
    result = launch(call, "twice", (heddle_view *[]){&own, &s}, 2);
  call->services->device_free(call, &own);
  call->services->device_free(call, &s); /* not the kernel's: no effect */
  return result ? result : own.device != 0 || s.device == 0;
}

static int run_main(const heddle_call *constant) {
  heddle_call *call = (heddle_call *)constant;
  heddle_view_dim dims[3] = {{0}};
  heddle_view s = view_of(call, S, &dims[0]), w = view_of(call, W, &dims[1]);
  heddle_view y = view_of(call, Y, &dims[2]);
  int result = quadruple(call);
  if (!result)
    result = call->services->after_dispatch(call, 0);
  if (!result)
    result = launch(call, "add", (heddle_view *[]){&s, &w, &y}, 3);
  return result ? result : call->services->after_dispatch(call, 1);
}

static const heddle_entry_fn entries[] = {run_main};

extern const heddle_artifact table __asm__(HEDDLE_TABLE_SYMBOL);
__attribute__((visibility("default")))
const heddle_artifact table = {HEDDLE_TABLE_MAGIC,
                               HEDDLE_ARTIFACT_VERSION,
                               sizeof(heddle_artifact),
                               1,
                               1,
                               entries,
                               0xd37};
