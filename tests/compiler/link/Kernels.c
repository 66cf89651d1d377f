/* Two kernels with the interface of Halide's objects, compiled once for each
 * variant: k0 multiplies rows by packed weights, k1 is a relu that tells the
 * variants apart. They check every field of the buffers they get.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stddef.h>
#include <stdint.h>

typedef struct {
  int32_t min, extent, stride;
  uint32_t flags;
} dimension;

typedef struct {
  uint64_t device;
  const void *device_interface;
  uint8_t *host;
  uint64_t flags;
  uint8_t code, bits;
  uint16_t lanes;
  int32_t dimensions;
  dimension *dim;
  void *padding;
} buffer;

typedef int (*task)(void *, int, uint8_t *);
extern int halide_do_par_for(void *, task, int, int, uint8_t *);
extern void *halide_malloc(void *, size_t);
extern void halide_free(void *, void *);
extern void halide_error(void *, const char *);
extern int halide_error_constraint_violated(void *, const char *, int,
                                            const char *, int);
extern int halide_error_access_out_of_bounds(void *, const char *, int, int,
                                             int, int, int);
extern int halide_error_param_too_large_f64(void *, const char *, double,
                                            double);

#define JOIN3(a, b, c) a##b##c
#define NAME2(kernel, variant) JOIN3(kernel, _, variant)
#define NAME(kernel) NAME2(kernel, VARIANT)
#define IS_one 0
#define IS_two 1
#define NUMBER2(variant) JOIN3(IS, _, variant)
#define NUMBER NUMBER2(VARIANT)

/* The name of the first wrong field; NULL when dense, min 0 and f32. */
static const char *wrong(const buffer *b, int rank) {
  int stride = 1;
  if (b->device || b->device_interface || b->flags || b->padding)
    return "device";
  if (!b->host || ((uintptr_t)b->host & 63))
    return "host";
  if (b->code != 2 || b->bits != 32 || b->lanes != 1)
    return "type";
  if (b->dimensions != rank)
    return "rank";
  for (int i = 0; i < rank; ++i) {
    if (b->dim[i].min || b->dim[i].flags || b->dim[i].stride != stride)
      return "dim";
    stride *= b->dim[i].extent;
  }
  return NULL;
}

typedef struct {
  const buffer *x, *w, *y;
} closure;

static int row(void *context, int index, uint8_t *bytes) {
  const closure *c = (const closure *)bytes;
  int width = c->y->dim[0].extent, depth = c->x->dim[0].extent;
  int panel = c->w->dim[0].extent;
  const float *x = (const float *)c->x->host + index * depth;
  const float *w = (const float *)c->w->host;
  float *y = (float *)c->y->host + index * width;
  float *sums = halide_malloc(context, sizeof(float) * (size_t)width);
  if (!sums)
    return -11;
  for (int n = 0; n < width; ++n) {
    sums[n] = 0;
    for (int k = 0; k < depth; ++k)
      sums[n] += x[k] * w[(n / panel * depth + k) * panel + n % panel];
  }
  for (int n = 0; n < width; ++n)
    y[n] = sums[n];
  halide_free(context, sums);
  return 0;
}

/* y[m][n] = sum over k of x[m][k] * w[n / panel][k][n % panel] */
int NAME(heddle_k0)(void *context, buffer *x, buffer *w, int32_t rows,
                    buffer *y) {
  closure c = {x, w, y};
  const char *fault = wrong(w, 3) ? wrong(w, 3) : wrong(y, 2);
  if (fault)
    return halide_error_constraint_violated(context, fault, 1, "right", 2);
  if (rows != y->dim[1].extent || rows != x->dim[1].extent)
    return halide_error_constraint_violated(context, "rows", rows, "extent",
                                            y->dim[1].extent);
  if (rows == 13) /* how an error of a checks build looks */
    return halide_error_access_out_of_bounds(context, "y", 1, 0, 13, 0, 12);
  if (rows == 14)
    return halide_error_param_too_large_f64(context, "rows", 14.5, 2.0);
  return halide_do_par_for(context, row, 0, rows, (uint8_t *)&c);
}

/* z = max(y, 0) + 100 * variant, flat */
int NAME(heddle_k1)(void *context, buffer *y, buffer *z) {
  const char *fault = wrong(y, 1) ? wrong(y, 1) : wrong(z, 1);
  if (fault) {
    halide_error(context, fault);
    return -1;
  }
  for (int i = 0; i < z->dim[0].extent; ++i) {
    float v = ((float *)y->host)[i];
    ((float *)z->host)[i] = (v > 0 ? v : 0) + 100 * NUMBER;
  }
  return 0;
}
