/* Runs a compiled model once on zeros: run_model MODEL.so 1 16
 * (one number for each dim the model declares).
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <heddle/runtime.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  heddle_module *model = NULL;
  heddle_error error = {"usage: run_model MODEL.so DIM..."};
  heddle_tensor in[8] = {{0}}, out[8] = {{0}};
  int64_t dims[8] = {0};
  size_t n_in = 0, n_out = 0, n_dims = 0;
  for (; n_dims < 8 && (int)n_dims + 2 < argc; ++n_dims)
    dims[n_dims] = atoll(argv[n_dims + 2]);
  if (argc < 2 || heddle_module_load(argv[1], &model, &error) != HEDDLE_OK)
    goto failed;
  n_in = heddle_module_num_inputs(model, 0);
  n_out = heddle_module_num_outputs(model, 0);
  if (n_in > 8 || n_out > 8 ||
      heddle_module_shapes(model, 0, dims, n_dims, in, n_in, out, n_out,
                           &error) != HEDDLE_OK)
    goto failed;
  for (size_t i = 0; i < n_in; ++i) /* 8 bytes are enough for any element */
    in[i].data = calloc(1 + in[i].strides[0] * in[i].extents[0], 8);
  for (size_t i = 0; i < n_out; ++i)
    out[i].data = calloc(1 + out[i].strides[0] * out[i].extents[0], 8);
  if (heddle_module_run(model, 0, in, n_in, out, n_out, &error) != HEDDLE_OK)
    goto failed;
  printf("%s: first output starts with %g\n", heddle_module_name(model),
         *(float *)out[0].data);
  heddle_module_free(model);
  return 0; /* the process ends: its memory goes with it */
failed:
  fprintf(stderr, "error: %s\n", error.message);
  return 1;
}
