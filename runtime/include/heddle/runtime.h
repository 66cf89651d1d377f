/* What an application calls to load and run an artefact that `heddle compile`
 * wrote. Plain C; loading a module runs the code inside its file, so load
 * only files you trust.
 *
 * Every function that can fail returns a status and, where `error` is not
 * NULL, writes a sentence to it. Nothing here throws, exits or prints.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef HEDDLE_RUNTIME_H
#define HEDDLE_RUNTIME_H

#include "heddle/artifact.h"

#include <stdbool.h>

#if defined(__GNUC__)
#define HEDDLE_API __attribute__((visibility("default")))
#else
#define HEDDLE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define HEDDLE_MAX_RANK 8u
#define HEDDLE_MAX_THREADS 1024u
/* As many threads as this process may use CPUs. */
#define HEDDLE_THREADS_ALL UINT32_MAX

/* Appended, never renumbered. */
typedef enum heddle_status {
  HEDDLE_OK = 0,
  HEDDLE_INVALID_ARGUMENT = 1, /* NULL, a bad count, index or option */
  HEDDLE_SHAPE_MISMATCH = 2,   /* rank, element type, extent or stride */
  HEDDLE_OUT_OF_RANGE = 3,     /* a dim or an element outside its range */
  HEDDLE_NOT_FOUND = 4,        /* no entry, input or variant of that name */
  HEDDLE_BAD_ARTIFACT = 5,     /* no artefact, damaged or contradictory */
  HEDDLE_UNSUPPORTED = 6,      /* other version, other CPU */
  HEDDLE_IO_ERROR = 7,         /* the file cannot be opened, read or mapped */
  HEDDLE_OUT_OF_MEMORY = 8,
  HEDDLE_KERNEL_FAILED = 9, /* a kernel reported an error */
  HEDDLE_STOPPED = 10,      /* the caller's after_dispatch said stop */
  HEDDLE_INTERNAL = 11      /* our bug */
} heddle_status;

/* One sentence without a final full stop; cut with "..." where too long. */
typedef struct heddle_error {
  char message[256];
} heddle_error;

/* A tensor of the caller's; `data` stays the caller's. */
typedef struct heddle_tensor {
  void *data; /* aligned to the element, best to 64 bytes; may be NULL only
               * with no element */
  heddle_dtype dtype;
  uint32_t rank;                    /* at most HEDDLE_MAX_RANK */
  int64_t extents[HEDDLE_MAX_RANK]; /* in elements, outermost first */
  /* In elements; must be dense row-major. All zero means just that. */
  int64_t strides[HEDDLE_MAX_RANK];
  uint32_t space; /* HEDDLE_SPACE_HOST */
} heddle_tensor;

typedef struct heddle_module heddle_module;   /* immutable, shared by threads */
typedef struct heddle_session heddle_session; /* one thread at a time */
typedef struct heddle_run heddle_run;         /* a run in progress */

/* "0.1.0". */
HEDDLE_API const char *heddle_version(void);
/* "HEDDLE_OK", ...; never NULL. */
HEDDLE_API const char *heddle_status_name(heddle_status status);
/* Bytes of one element; 0 for an unknown type. */
HEDDLE_API size_t heddle_dtype_bytes(heddle_dtype dtype);
/* "f32", ...; "?" for an unknown type. */
HEDDLE_API const char *heddle_dtype_name(heddle_dtype dtype);

/* ---- Modules ------------------------------------------------------------- */

/** Loads an artefact: checks the file's sizes, its metadata and code against
 *  their hashes, then opens the code and maps the weights, which stay on disk
 *  and are shared by all processes. Weights are not hashed (`inspect --check`
 *  does that).
 *  @param path    of a regular file, which must not be truncated or written
 *                 while the module lives (replacing it by rename is fine).
 *  @param module  set to a new module, NULL on failure.
 *  @return HEDDLE_OK, HEDDLE_INVALID_ARGUMENT, HEDDLE_IO_ERROR,
 *          HEDDLE_BAD_ARTIFACT, HEDDLE_UNSUPPORTED (version; or no variant
 *          runs on this CPU), HEDDLE_OUT_OF_MEMORY. */
HEDDLE_API heddle_status heddle_module_load(const char *path,
                                            heddle_module **module,
                                            heddle_error *error);

/** Frees a module; its sessions must be freed before. NULL does nothing. */
HEDDLE_API void heddle_module_free(heddle_module *module);

/* Descriptions point into the module and live as long as it does. */

typedef struct heddle_dim_info {
  const char *name;
  int64_t min; /* inclusive, as is max */
  int64_t max;
} heddle_dim_info;

typedef struct heddle_buffer_info {
  uint32_t buffer;  /* index for heddle_run_buffer */
  uint32_t kind;    /* heddle_buffer_kind */
  const char *name; /* "" for a slot */
  heddle_dtype dtype;
  uint32_t space;
  uint32_t rank;
  const char *const *extents; /* `rank` formulas in the dims, as text */
  bool has_range;             /* elements must lie in low..high */
  int64_t low;
  int64_t high;
} heddle_buffer_info;

typedef struct heddle_variant_info {
  const char *name;
  const char *target;
  bool runs; /* on this CPU */
} heddle_variant_info;

typedef struct heddle_kernel_info {
  const char *name;
  const char *family;
  const char *schedule;
} heddle_kernel_info;

typedef struct heddle_dispatch_info {
  uint32_t kernel;
  const char *origin;      /* file:line:column of the model */
  const uint32_t *inputs;  /* buffer indices */
  const uint32_t *outputs; /* buffer indices */
  const int64_t *values;   /* the graph value in each output; may be NULL */
  uint32_t num_inputs;
  uint32_t num_outputs;
} heddle_dispatch_info;

/* All counts are 0 for a NULL module and an entry that is not there. */
HEDDLE_API const char *heddle_module_name(const heddle_module *module);
HEDDLE_API uint32_t heddle_module_num_dims(const heddle_module *module);
HEDDLE_API uint32_t heddle_module_num_buffers(const heddle_module *module);
HEDDLE_API uint32_t heddle_module_num_variants(const heddle_module *module);
HEDDLE_API uint32_t heddle_module_num_kernels(const heddle_module *module);
HEDDLE_API uint32_t heddle_module_num_entries(const heddle_module *module);
HEDDLE_API uint32_t heddle_module_num_inputs(const heddle_module *module,
                                             uint32_t entry);
HEDDLE_API uint32_t heddle_module_num_outputs(const heddle_module *module,
                                              uint32_t entry);
HEDDLE_API uint32_t heddle_module_num_dispatches(const heddle_module *module,
                                                 uint32_t entry);

/* Each fills `info` and returns HEDDLE_OK, or HEDDLE_INVALID_ARGUMENT where
 * an index is past its end or a pointer is NULL. */
HEDDLE_API heddle_status heddle_module_dim(const heddle_module *module,
                                           uint32_t index,
                                           heddle_dim_info *info);
HEDDLE_API heddle_status heddle_module_buffer(const heddle_module *module,
                                              uint32_t index,
                                              heddle_buffer_info *info);
HEDDLE_API heddle_status heddle_module_variant(const heddle_module *module,
                                               uint32_t index,
                                               heddle_variant_info *info);
HEDDLE_API heddle_status heddle_module_kernel(const heddle_module *module,
                                              uint32_t index,
                                              heddle_kernel_info *info);
HEDDLE_API heddle_status heddle_module_input(const heddle_module *module,
                                             uint32_t entry, uint32_t index,
                                             heddle_buffer_info *info);
HEDDLE_API heddle_status heddle_module_output(const heddle_module *module,
                                              uint32_t entry, uint32_t index,
                                              heddle_buffer_info *info);
HEDDLE_API heddle_status heddle_module_dispatch(const heddle_module *module,
                                                uint32_t entry, uint32_t index,
                                                heddle_dispatch_info *info);
/* NULL past the end. */
HEDDLE_API const char *heddle_module_entry_name(const heddle_module *module,
                                                uint32_t entry);
/* The value of a note, e.g. "compiler"; NULL where there is none. */
HEDDLE_API const char *heddle_module_note(const heddle_module *module,
                                          const char *key);
/* The graph phase's IR; *size may be 0. */
HEDDLE_API const uint8_t *heddle_module_graph(const heddle_module *module,
                                              size_t *size);

/** Finds an entry point by name.
 *  @param name  NULL for the only one, or the one called "main".
 *  @return HEDDLE_OK, HEDDLE_NOT_FOUND, HEDDLE_INVALID_ARGUMENT. */
HEDDLE_API heddle_status heddle_module_find_entry(const heddle_module *module,
                                                  const char *name,
                                                  uint32_t *entry,
                                                  heddle_error *error);

/* ---- Shapes -------------------------------------------------------------- */

/** Infers the dims from inputs and checks the inputs' number, rank, element
 *  type, extents, strides and space, but not `data`, which may be NULL.
 *  @param dims  receives heddle_module_num_dims values, in metadata order; a
 *               dim no input of this entry names gets its minimum.
 *  @return HEDDLE_OK, HEDDLE_INVALID_ARGUMENT, HEDDLE_SHAPE_MISMATCH,
 *          HEDDLE_OUT_OF_RANGE. */
HEDDLE_API heddle_status heddle_module_infer_dims(
    const heddle_module *module, uint32_t entry, const heddle_tensor *inputs,
    size_t num_inputs, int64_t *dims, size_t num_dims, heddle_error *error);

/** Fills element type, rank, extents, strides and space of an entry's tensors
 *  at given dims; leaves `data`. Either list may be NULL with count 0.
 *  @return as heddle_module_infer_dims. */
HEDDLE_API heddle_status heddle_module_shapes(
    const heddle_module *module, uint32_t entry, const int64_t *dims,
    size_t num_dims, heddle_tensor *inputs, size_t num_inputs,
    heddle_tensor *outputs, size_t num_outputs, heddle_error *error);

/** The two above in one: what the outputs look like for these inputs. */
HEDDLE_API heddle_status heddle_module_output_shapes(
    const heddle_module *module, uint32_t entry, const heddle_tensor *inputs,
    size_t num_inputs, heddle_tensor *outputs, size_t num_outputs,
    heddle_error *error);

/** What a run at these dims needs: bytes of the arena and of scratch for each
 *  thread, and its floating point operations (2 per multiply-add of linears
 *  and attention). A session that cuts the call into slices holds what the
 *  largest slice needs. Each pointer may be NULL. */
HEDDLE_API heddle_status heddle_module_costs(
    const heddle_module *module, uint32_t entry, const int64_t *dims,
    size_t num_dims, uint64_t *arena_bytes, uint64_t *scratch_bytes,
    uint64_t *flops, heddle_error *error);

/** Floating point operations of one dispatch; 0 where it declares none. */
HEDDLE_API heddle_status heddle_module_dispatch_flops(
    const heddle_module *module, uint32_t entry, uint32_t dispatch,
    const int64_t *dims, size_t num_dims, uint64_t *flops, heddle_error *error);

/** Bytes of the buffers that one dispatch reads and of those it writes, each
 *  counted once and whole; `read` is 0 where it looks elements up by an index,
 *  as only the data tell which.
 *  @param read, written  either may be NULL. */
HEDDLE_API heddle_status heddle_module_dispatch_bytes(
    const heddle_module *module, uint32_t entry, uint32_t dispatch,
    const int64_t *dims, size_t num_dims, uint64_t *read, uint64_t *written,
    heddle_error *error);

/** The kernel that one dispatch calls at these dims: small sizes may have one
 *  of their own. heddle_dispatch_info.kernel is the one for all others.
 *  @param kernel  receives an index for heddle_module_kernel. */
HEDDLE_API heddle_status heddle_module_dispatch_kernel(
    const heddle_module *module, uint32_t entry, uint32_t dispatch,
    const int64_t *dims, size_t num_dims, uint32_t *kernel,
    heddle_error *error);

/* ---- Sessions ------------------------------------------------------------ */

typedef struct heddle_session_options {
  uint32_t struct_size; /* sizeof(heddle_session_options) */
  uint32_t threads;     /* 1..HEDDLE_MAX_THREADS or HEDDLE_THREADS_ALL */
  const char *variant;  /* forces an ISA variant; NULL takes the best */
  /* A large call of an entry that can be cut along a dim (its batch) is
   * computed a slice after the other, so that what lies between the kernels
   * stays in the caches and takes less memory. At most so many of the dim's
   * values at a time; HEDDLE_SLICE_AUTO goes by the caches, the weights and
   * the threads, HEDDLE_SLICE_WHOLE never cuts. A call with after_dispatch is
   * not cut. */
  uint32_t slice;
  uint32_t reserved; /* 0 */
} heddle_session_options;
#define HEDDLE_SLICE_AUTO 0u
#define HEDDLE_SLICE_WHOLE 0xffffffffu
#define HEDDLE_SESSION_OPTIONS_INIT                                            \
  {                                                                            \
    sizeof(heddle_session_options), HEDDLE_THREADS_ALL, NULL,                  \
        HEDDLE_SLICE_AUTO, 0                                                   \
  }

/** Makes a session: an arena that grows once and is reused, and the choice of
 *  threads and variant. The module must outlive it.
 *  @param options  NULL for HEDDLE_SESSION_OPTIONS_INIT.
 *  @return HEDDLE_OK, HEDDLE_INVALID_ARGUMENT, HEDDLE_NOT_FOUND (no such
 *          variant), HEDDLE_UNSUPPORTED (it does not run here). */
HEDDLE_API heddle_status heddle_session_create(
    const heddle_module *module, const heddle_session_options *options,
    heddle_session **session, heddle_error *error);

/** Frees a session that is not running. NULL does nothing. */
HEDDLE_API void heddle_session_free(heddle_session *session);

/* The name of the variant in use, and how many threads a run takes. */
HEDDLE_API const char *heddle_session_variant(const heddle_session *session);
HEDDLE_API uint32_t heddle_session_threads(const heddle_session *session);
/* Bytes now held: the arena and all scratch, on a device or not. */
HEDDLE_API uint64_t heddle_session_bytes(const heddle_session *session);

/** Called on the running thread after each dispatch. The arena may be read
 *  and written through heddle_run_buffer; inputs and weights only be read. Of
 *  buffers on a device it gives copies, which live until the callback returns
 *  and are then taken back.
 *  @return 0 to go on; anything else ends the run with HEDDLE_STOPPED. */
typedef int (*heddle_after_dispatch)(void *user, const heddle_run *run,
                                     uint32_t dispatch);

/* What one dispatch took. Loops are those that threads shared, none in a run
 * of one thread; what threads x loop_ns is more than busy_ns, they waited. */
typedef struct heddle_dispatch_profile {
  uint64_t ns;      /* since the one before, the callback's time left out */
  uint64_t loop_ns; /* of it in parallel loops */
  uint64_t busy_ns; /* in tasks of those loops, all threads together */
  uint64_t loops;   /* how many */
} heddle_dispatch_profile;

/* Receives where the time of a run went. Costs a reading of the clock for each
 * dispatch, and two for each task of a parallel loop. */
typedef struct heddle_profile {
  uint32_t struct_size;                /* sizeof(heddle_profile) */
  uint32_t num_dispatches;             /* room in it; the rest is dropped */
  heddle_dispatch_profile *dispatches; /* may be NULL with no room */
  /* Set by a run that succeeds; what is left of total_ns is the dispatches. */
  uint64_t total_ns;   /* the whole call */
  uint64_t check_ns;   /* shapes, element ranges, overlap */
  uint64_t prepare_ns; /* arena and scratch; inputs to a device */
  uint64_t output_ns;  /* outputs to the caller's memory */
} heddle_profile;
#define HEDDLE_PROFILE_INIT                                                    \
  { sizeof(heddle_profile), 0, NULL, 0, 0, 0, 0 }

typedef struct heddle_run_options {
  uint32_t struct_size;                 /* sizeof(heddle_run_options) */
  uint32_t threads;                     /* 0: the session's */
  heddle_after_dispatch after_dispatch; /* may be NULL */
  void *user;                           /* handed to after_dispatch */
  heddle_profile *profile;              /* may be NULL */
} heddle_run_options;
#define HEDDLE_RUN_OPTIONS_INIT                                                \
  { sizeof(heddle_run_options), 0, NULL, NULL, NULL }

/** Runs one entry point and waits for it. Everything is checked before the
 *  first kernel runs, token ids against their range too.
 *  @param inputs   `num_inputs` tensors in signature order; only read.
 *  @param outputs  `num_outputs` tensors with data, element type and extents;
 *                  fully overwritten; must not overlap an input or each
 *                  other; left untouched on failure.
 *  @param options  NULL for HEDDLE_RUN_OPTIONS_INIT.
 *  @return HEDDLE_OK, HEDDLE_INVALID_ARGUMENT (entry, count, NULL, overlap,
 *          threads, session in use), HEDDLE_SHAPE_MISMATCH,
 *          HEDDLE_OUT_OF_RANGE, HEDDLE_OUT_OF_MEMORY, HEDDLE_KERNEL_FAILED,
 *          HEDDLE_STOPPED. The session stays usable after each. */
HEDDLE_API heddle_status heddle_session_run(
    heddle_session *session, uint32_t entry, const heddle_tensor *inputs,
    size_t num_inputs, heddle_tensor *outputs, size_t num_outputs,
    const heddle_run_options *options, heddle_error *error);

/** A buffer of the run in progress, by metadata index: address, element type
 *  and extents. Only inside after_dispatch. What no dispatch of this entry
 *  uses has data NULL. */
HEDDLE_API heddle_status heddle_run_buffer(const heddle_run *run,
                                           uint32_t buffer,
                                           heddle_tensor *tensor);

/** Runs one entry point on a session that the module keeps, with all threads
 *  and the best variant. May be called by several threads at once.
 *  @return as heddle_session_run. */
HEDDLE_API heddle_status heddle_module_run(
    const heddle_module *module, uint32_t entry, const heddle_tensor *inputs,
    size_t num_inputs, heddle_tensor *outputs, size_t num_outputs,
    heddle_error *error);

#ifdef __cplusplus
}
#endif
#endif /* HEDDLE_RUNTIME_H */
