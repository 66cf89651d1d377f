/* The code of the test artefact: three small "kernels" written by hand as the
 * compiler's host program would call them. See Tiny.h for what it computes.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "heddle/artifact.h"

enum { TOKENS, X, W, S, Y, TOTAL, WHICH };

/* s = w[tokens] */
static void gather(const heddle_call *call) {
  const int32_t *tokens = call->buffers[TOKENS];
  const float *w = call->buffers[W];
  float *s = call->buffers[S];
  for (int64_t i = 0; i < call->dims[0] * call->dims[1]; ++i)
    s[i] = w[tokens[i]];
}

/* One row of y = s + x, through scratch; a row that starts with 12345 fails. */
static int add_row(void *user_context, int32_t row, uint8_t *closure) {
  heddle_call *call = user_context;
  int64_t seq = call->dims[1];
  const float *s = (const float *)call->buffers[S] + row * seq;
  const float *x = (const float *)call->buffers[X] + row * seq;
  float *y = (float *)call->buffers[Y] + row * seq;
  if (x[0] == 12345.0f) {
    call->services->report(call, "x holds 12345");
    return 7;
  }
  float *sum = call->services->scratch_alloc(call, (size_t)seq * sizeof(float));
  void *other = call->services->scratch_alloc(call, 100000);
  if (!sum || !other)
    return 8;
  for (int64_t i = 0; i < seq; ++i)
    sum[i] = s[i] + x[i];
  call->services->scratch_free(call, other);
  for (int64_t i = 0; i < seq; ++i)
    y[i] = sum[i];
  call->services->scratch_free(call, sum);
  return 0;
}

/* total = sum of y over seq; inside a loop, to see one nested in another. */
static int sum_row(void *user_context, int32_t row, uint8_t *closure) {
  heddle_call *call = user_context;
  int64_t seq = call->dims[1];
  const float *y = (const float *)call->buffers[Y] + row * seq;
  float sum = 0;
  for (int64_t i = 0; i < seq; ++i)
    sum += y[i];
  ((float *)call->buffers[TOTAL])[row] = sum;
  return 0;
}

static int sum_half(void *user_context, int32_t half, uint8_t *closure) {
  heddle_call *call = user_context;
  int32_t rows = (int32_t)call->dims[0];
  int32_t first = half == 0 ? 0 : rows / 2;
  int32_t count = half == 0 ? rows / 2 : rows - rows / 2;
  return call->services->par_for(call, sum_row, first, count, closure);
}

static int done(const heddle_call *call, uint32_t dispatch) {
  return call->services->after_dispatch
             ? call->services->after_dispatch((heddle_call *)call, dispatch)
             : 0;
}

static int run_main(const heddle_call *call) {
  heddle_call *mutable_call = (heddle_call *)call;
  int result = 0;
  gather(call);
  if ((result = done(call, 0)))
    return result;
  result = call->services->par_for(mutable_call, add_row, 0,
                                   (int32_t)call->dims[0], 0);
  if (result || (result = done(call, 1)))
    return result;
  result = call->services->par_for(mutable_call, sum_half, 0, 2, 0);
  return result ? result : done(call, 2);
}

static int run_which(const heddle_call *call) {
  *(int32_t *)call->buffers[WHICH] = (int32_t)call->variant;
  return done(call, 0);
}

static const heddle_entry_fn entries[] = {run_main, run_which};

/* In C the type has taken the symbol's name: an assembler name gives it. */
extern const heddle_artifact table __asm__(HEDDLE_TABLE_SYMBOL);
__attribute__((visibility("default")))
const heddle_artifact table = {HEDDLE_TABLE_MAGIC,
                               HEDDLE_ARTIFACT_VERSION,
                               sizeof(heddle_artifact),
                               2,
                               3,
                               entries,
                               0x71e57};
