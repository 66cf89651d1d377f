/* The contract between the compiler and the runtime: the table that an
 * artefact exports, and the metadata block and footer of its file.
 *
 * File layout:  [ELF shared object: code only][pad]
 *               [metadata block, 64-byte aligned][pad]
 *               [weights, page aligned; every tensor 64-byte aligned][pad]
 *               [footer: the last HEDDLE_FOOTER_BYTES bytes of the file]
 * All integers are little endian. The metadata block holds no pointer: every
 * reference is a byte offset from the block's start, so that it can be read
 * without loading the code.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef HEDDLE_ARTIFACT_H
#define HEDDLE_ARTIFACT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version table. 1: the first. 2: devices: heddle_meta_variant.device,
 * HEDDLE_SPACE_DEVICE, heddle_view, device_* of heddle_services. 3: slices:
 * heddle_meta_entry.slice_dim. */
#define HEDDLE_ARTIFACT_VERSION 3u
#define HEDDLE_FOOTER_MAGIC 0x31544f4f46444448ull   /* "HDDFOOT1" */
#define HEDDLE_METADATA_MAGIC 0x314154454d444448ull /* "HDDMETA1" */
#define HEDDLE_TABLE_MAGIC 0x314c424154444448ull    /* "HDDTABL1" */
#define HEDDLE_TABLE_SYMBOL "heddle_artifact"
#define HEDDLE_FOOTER_BYTES 128u
#define HEDDLE_ALIGN 64u
#define HEDDLE_PAGE 4096u

/* Element types. Appended, never renumbered. HEDDLE_BOOL is one byte. */
enum heddle_dtype_value {
  HEDDLE_F32 = 1,
  HEDDLE_F64 = 2,
  HEDDLE_F16 = 3,
  HEDDLE_BF16 = 4,
  HEDDLE_I8 = 5,
  HEDDLE_U8 = 6,
  HEDDLE_I16 = 7,
  HEDDLE_I32 = 8,
  HEDDLE_I64 = 9,
  HEDDLE_BOOL = 10
};
typedef uint32_t heddle_dtype;

/* Memory spaces. All buffers of an artefact are in one; inputs and outputs are
 * in the caller's host memory besides. */
enum heddle_space_value { HEDDLE_SPACE_HOST = 0, HEDDLE_SPACE_DEVICE = 1 };

/* What runs a variant's kernels. Appended, never renumbered. An artefact of
 * device space has variants of devices only, one of host space none. */
enum heddle_device_value { HEDDLE_DEVICE_NONE = 0, HEDDLE_DEVICE_OPENCL = 1 };

/* ---- The exported table -------------------------------------------------- */

typedef struct heddle_call heddle_call;

/* One task of a parallel loop; its shape is Halide's. 0 is success. */
typedef int (*heddle_task_fn)(void *user_context, int32_t index,
                              uint8_t *closure);

/* What a kernel gets for a buffer: dense, min 0. Its shape is Halide's. */
typedef struct heddle_view_dim {
  int32_t min;
  int32_t extent;
  int32_t stride;
  uint32_t flags;
} heddle_view_dim;
typedef struct heddle_view {
  uint64_t device; /* what heddle_call.buffers holds for device space; or 0 */
  const void *device_interface;
  uint8_t *host;
  uint64_t flags;
  uint8_t type_code;
  uint8_t type_bits;
  uint16_t type_lanes;
  int32_t rank;
  heddle_view_dim *dims; /* innermost first */
  void *reserved;
} heddle_view;

/* What the artefact asks of the runtime. Every function gets the call that it
 * serves, so no global state and no hook is needed. */
typedef struct heddle_services {
  uint32_t struct_size;
  uint32_t reserved;
  /* Runs task(call, i, closure) for i in [first, first + count), on the
   * session's threads; returns the first non-zero result. */
  int (*par_for)(heddle_call *call, heddle_task_fn task, int32_t first,
                 int32_t count, uint8_t *closure);
  /* Scratch of the calling thread, 64-byte aligned; freed in any order before
   * the kernel returns. NULL when there is none left. */
  void *(*scratch_alloc)(heddle_call *call, size_t bytes);
  void (*scratch_free)(heddle_call *call, void *pointer);
  /* An error a kernel found; the text is copied. */
  void (*report)(heddle_call *call, const char *message);
  /* Called after dispatch `index` (an index into heddle_meta_entry's range)
   * has finished; may be NULL. A non-zero result ends the run. */
  int (*after_dispatch)(heddle_call *call, uint32_t index);
  /* Of version 2, for variants of a device; 0 is success, and a failure has
   * been reported. Work on the device is in order, and may still go on after
   * the entry function has returned.
   * Makes the kernels of a text (OpenCL C) of `bytes` bytes ready; its address
   * stands for them from then on. */
  int (*device_load)(heddle_call *call, const char *source, int32_t bytes);
  /* Runs a kernel of that text over a grid of bx * by * bz blocks of
   * tx * ty * tz threads. Argument i, up to a size of 0, is sizes[i] bytes at
   * arguments[i], or the device's memory of the heddle_view there where
   * views[i] is not 0; a last one is `shared` bytes that a block shares. */
  int (*device_run)(heddle_call *call, const char *source, const char *kernel,
                    int32_t bx, int32_t by, int32_t bz, int32_t tx, int32_t ty,
                    int32_t tz, int32_t shared, const size_t *sizes,
                    void *const *arguments, const int8_t *views);
  /* Memory for a view that has none, while the kernel runs; sets `device`. */
  int (*device_alloc)(heddle_call *call, heddle_view *view);
  /* Frees that memory and clears `device`; nothing for other views. */
  int (*device_free)(heddle_call *call, heddle_view *view);
} heddle_services;

/* One call of one entry point. Doubles as Halide's user_context. */
struct heddle_call {
  uint32_t struct_size;
  uint32_t variant; /* index into the metadata's variants */
  const heddle_services *services;
  const int64_t *dims;  /* values of the declared dims, in metadata order */
  void *const *buffers; /* address of each metadata buffer, by index; what
                         * stands for it where that is on a device */
  void *session;        /* the runtime's own */
};

/* Runs all dispatches of one entry point in order; 0 is success. */
typedef int (*heddle_entry_fn)(const heddle_call *call);

/* The one exported symbol, `heddle_artifact`. */
typedef struct heddle_artifact {
  uint64_t magic;   /* HEDDLE_TABLE_MAGIC */
  uint32_t version; /* HEDDLE_ARTIFACT_VERSION */
  uint32_t struct_size;
  uint32_t num_entries;
  uint32_t num_variants;
  const heddle_entry_fn *entries; /* num_entries, in metadata order */
  uint64_t build_id;              /* equals heddle_meta_header.build_id */
} heddle_artifact;

/* ---- The metadata block -------------------------------------------------- */

/* `count` elements at byte `offset` of the block, at a multiple of their
 * type's natural alignment. With count 0 the offset means nothing. */
typedef struct heddle_meta_span {
  uint32_t offset;
  uint32_t count;
} heddle_meta_span;

/* UTF-8 bytes, not terminated. */
typedef heddle_meta_span heddle_meta_string;

/* A formula over the dims: a postfix program on signed 64-bit integers that
 * leaves one value and never holds more than HEDDLE_FORMULA_DEPTH. An empty
 * one is 0. Overflow is an error, never a wrap. */
#define HEDDLE_FORMULA_DEPTH 64u
enum heddle_formula_code {
  HEDDLE_OP_CONST = 0, /* push value */
  HEDDLE_OP_DIM = 1,   /* push dims[value] */
  HEDDLE_OP_ADD = 2,
  HEDDLE_OP_MUL = 3,
  HEDDLE_OP_FLOORDIV = 4, /* divisor > 0 */
  HEDDLE_OP_MIN = 5,
  HEDDLE_OP_MAX = 6,
  HEDDLE_OP_ALIGN = 7 /* round the top up to a multiple of value > 0 */
};
typedef struct heddle_meta_op {
  uint32_t code;
  uint32_t reserved;
  int64_t value;
} heddle_meta_op;
typedef heddle_meta_span heddle_meta_formula; /* of heddle_meta_op */

/* A declared dim: batch in min..max, inclusive. */
typedef struct heddle_meta_dim {
  heddle_meta_string name;
  int64_t min;
  int64_t max;
} heddle_meta_dim;

enum heddle_buffer_kind {
  HEDDLE_BUFFER_INPUT = 0, /* the caller's */
  HEDDLE_BUFFER_OUTPUT =
      1,                  /* the caller's, or the arena's, copied on success */
  HEDDLE_BUFFER_SLOT = 2, /* arena */
  HEDDLE_BUFFER_WEIGHT = 3, /* weights section, read only */
  HEDDLE_BUFFER_STATE = 4   /* the session's, kept between calls */
};
/* A buffer of the host program: dense, row major, outermost extent first. */
typedef struct heddle_meta_buffer {
  heddle_meta_string name; /* empty for a slot */
  uint32_t kind;
  heddle_dtype dtype;
  uint32_t space;
  uint32_t has_range; /* inputs: elements must lie in [low, high] */
  int64_t low;
  int64_t high;
  heddle_meta_span extents; /* of heddle_meta_formula, outermost first */
  heddle_meta_formula bytes;
  /* Byte offset: in the arena (slots, outputs), in the weights section
   * (weights); empty for inputs and states. */
  heddle_meta_formula place;
} heddle_meta_buffer;

/* One kernel of one variant: what was compiled, for people. */
typedef struct heddle_meta_kernel {
  heddle_meta_string name;   /* k3 */
  heddle_meta_string family; /* gemm, attention, ... */
  heddle_meta_string
      schedule; /* directives as text, one variant after another */
} heddle_meta_kernel;

enum heddle_variant_flag {
  /* Its kernels check nothing: a run that has started can only be stopped, not
   * fail, so that they may write into the caller's outputs. */
  HEDDLE_VARIANT_UNCHECKED = 1
};

/* A feature set the kernels were compiled for, best first. Features are what
 * /proc/cpuinfo calls them (avx, f16c, fma, avx2, avx512f, avx512bw, ...) or
 * Halide's sets (sse41, avx512, avx512_skylake, avx512_cannonlake,
 * avx512_zen4, avx512_zen5, avx512_sapphirerapids). All must be present; a
 * name the runtime does not know counts as absent. */
typedef struct heddle_meta_variant {
  heddle_meta_string name;   /* avx512 */
  heddle_meta_string target; /* the code generator's target string */
  heddle_meta_span features; /* of heddle_meta_string: "avx2", "fma", ... */
  uint32_t device;           /* heddle_device_value */
  uint32_t flags;            /* of heddle_variant_flag */
} heddle_meta_variant;

typedef struct heddle_meta_dispatch {
  uint32_t kernel; /* index into kernels */
  uint32_t reserved;
  /* The kernel that runs at given dims, where small sizes have one of their
   * own; empty: always `kernel`. */
  heddle_meta_formula choice;
  heddle_meta_span inputs;   /* of uint32_t buffer indices */
  heddle_meta_span outputs;  /* of uint32_t buffer indices */
  heddle_meta_span values;   /* of int64_t: the graph value in each output */
  heddle_meta_formula flops; /* 2 * multiply-adds of linears and attention */
  heddle_meta_string origin; /* where in the model's text: file:line:column */
} heddle_meta_dispatch;

typedef struct heddle_meta_entry {
  heddle_meta_string name;
  heddle_meta_span inputs;     /* of uint32_t buffer indices, signature order */
  heddle_meta_span outputs;    /* likewise */
  heddle_meta_span dispatches; /* of heddle_meta_dispatch */
  heddle_meta_formula arena;   /* bytes of slots and outputs */
  heddle_meta_formula scratch; /* bytes of kernel scratch for one thread */
  /* 1 + the index of the dim that a call may be cut along, or 0. All outputs
   * and some inputs have it as their outermost extent, and no other extent has
   * it: what an output holds at index i depends on index i of these inputs and
   * on the other inputs whole. */
  uint32_t slice_dim;
  uint32_t reserved;
} heddle_meta_entry;

/* A free key and value, e.g. "compiler" "heddle 0.1.0". */
typedef struct heddle_meta_note {
  heddle_meta_string key;
  heddle_meta_string value;
} heddle_meta_note;

typedef struct heddle_meta_header {
  uint64_t magic;   /* HEDDLE_METADATA_MAGIC */
  uint32_t version; /* HEDDLE_ARTIFACT_VERSION */
  uint32_t struct_size;
  uint64_t build_id; /* hash of code, metadata inputs and weights */
  heddle_meta_string model;
  heddle_meta_span dims;     /* of heddle_meta_dim */
  heddle_meta_span buffers;  /* of heddle_meta_buffer */
  heddle_meta_span kernels;  /* of heddle_meta_kernel */
  heddle_meta_span variants; /* of heddle_meta_variant */
  heddle_meta_span entries;  /* of heddle_meta_entry */
  heddle_meta_span notes;    /* of heddle_meta_note */
  heddle_meta_span graph;    /* bytes: the graph phase's IR, for `verify` */
} heddle_meta_header;

/* ---- The footer ---------------------------------------------------------- */

/* The file's hash, a word-wise FNV-1a 64 (90 MB in 38 ms where the byte-wise
 * one takes 105): little-endian 64-bit words, the last one filled up with
 * zeros. `hash` starts as HEDDLE_HASH_SEED; to hash in pieces, each piece but
 * the last must be a multiple of 8 bytes long. */
#define HEDDLE_HASH_SEED 0xcbf29ce484222325ull
static inline uint64_t heddle_hash(uint64_t hash, const void *bytes,
                                   size_t size) {
  const unsigned char *p = (const unsigned char *)bytes;
  while (size > 0) {
    uint64_t word = 0;
    size_t step = size < 8 ? size : 8;
    if (step == 8)
      word = (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
             (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
             (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
    else
      for (size_t i = 0; i < step; ++i)
        word |= (uint64_t)p[i] << (8 * i);
    hash = (hash ^ word) * 0x100000001b3ull;
    hash ^= hash >> 32; /* lets high bits reach low ones */
    p += step;
    size -= step;
  }
  return hash;
}

/* The last HEDDLE_FOOTER_BYTES bytes. Hashes are heddle_hash of the bytes. */
typedef struct heddle_footer {
  uint64_t magic; /* HEDDLE_FOOTER_MAGIC */
  uint32_t version;
  uint32_t struct_size; /* HEDDLE_FOOTER_BYTES */
  uint64_t file_size;
  uint64_t code_size; /* the ELF file is bytes [0, code_size) */
  uint64_t metadata_offset;
  uint64_t metadata_size;
  uint64_t weights_offset;
  uint64_t weights_size;
  uint64_t code_hash;
  uint64_t metadata_hash;
  uint64_t weights_hash;
  uint64_t reserved[4];
  uint64_t footer_hash; /* of the bytes before it */
} heddle_footer;

#ifdef __cplusplus
}
#endif
#endif /* HEDDLE_ARTIFACT_H */
