# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The work that is compared: its name, its sizes, its inputs and weights, and
how many floating point operations and bytes of it are useful."""
import dataclasses
import re

import numpy as np

GEMMS = [(512, 512, 512), (128, 384, 1536), (512, 768, 3072)]
# Heads, key/value heads, length, width; batch 1.
ATTENTIONS = [(12, 12, 128, 32), (12, 12, 512, 64), (8, 8, 2048, 64),
              (4, 4, 4096, 128), (9, 3, 1024, 64)]
CAUSAL = ATTENTIONS[:2] + [(12, 12, 1024, 64)] + ATTENTIONS[2:]
ATTENTIONS_BF16 = [(12, 12, 512, 64), (8, 8, 2048, 64), (4, 4, 4096, 128)]
DECODE = (9, 3, 2048, 64)
MINILM = [(1, 16), (1, 128), (32, 128)]
LAYERS, WIDTH, FF, HEADS, VOCABULARY = 6, 384, 1536, 12, 30522
DTYPES = ("f32", "bf16", "int8")
# Inputs that take turns, so that nothing is read twice in a row.
SETS = 4
# As many caches of keys and values as are surely no more in any cache.
COLD_BYTES = 600 << 20


@dataclasses.dataclass(frozen=True)
class Case:
    """One piece of work in one dtype; `sizes` are as in the name."""
    kind: str  # gemm, attention, decode, minilm
    sizes: tuple
    dtype: str = "f32"
    causal: bool = False

    @property
    def name(self):
        if self.kind == "gemm" or self.kind == "minilm":
            text = self.kind + " " + ".".join(map(str, self.sizes))
        else:
            heads, shared, length, width = self.sizes
            group = f"{heads}({shared})" if shared != heads else str(heads)
            mask = "causal " if self.causal else "full "
            text = (self.kind + " " + (mask if self.kind == "attention" else "")
                    + f"1.{group}.{length}.{width}")
        return f"{text} {self.dtype}"

    @property
    def file(self):
        return re.sub(r"\W+", "_", self.name)

    @property
    def flops(self):
        """Useful ones, two a multiply-add: under the causal mask half."""
        if self.kind == "gemm":
            return 2 * int(np.prod(self.sizes))
        if self.kind == "minilm":
            batch, length = self.sizes
            layer = 4 * WIDTH * WIDTH + 2 * WIDTH * FF + 2 * length * WIDTH
            return 2 * batch * length * LAYERS * layer
        heads, _, length, width = self.sizes
        queries = 1 if self.kind == "decode" else length
        return 4 * heads * queries * length * width // (2 if self.causal else 1)

    @property
    def bytes(self):
        """What must be read from memory; 0 where caches serve."""
        if self.kind != "decode":
            return 0
        _, shared, length, width = self.sizes
        return 2 * shared * length * width * (2 if self.dtype == "bf16" else 4)

    @property
    def sets(self):
        if self.kind != "decode":
            return SETS
        return -(-COLD_BYTES // self.bytes)

    @property
    def path_length(self):
        """Terms of the sums behind a result, for its tolerance."""
        if self.kind == "gemm":
            return self.sizes[1]
        if self.kind == "minilm":
            length = self.sizes[1]
            layer = 3 * WIDTH + FF + 3 * WIDTH + WIDTH // HEADS + 2 * length
            return LAYERS * layer + length + 2 * WIDTH
        return self.sizes[3] + 2 * self.sizes[2]


def all_cases():
    """Every case there is, in the order of the table."""
    found = []
    for dtype in DTYPES:
        found += [Case("gemm", sizes, dtype) for sizes in GEMMS]
        plain = dtype == "f32"
        found += [Case("attention", sizes, dtype)
                  for sizes in (ATTENTIONS if plain else ATTENTIONS_BF16)]
        found += [Case("attention", sizes, dtype, True)
                  for sizes in (CAUSAL if plain else ATTENTIONS_BF16)]
        if dtype != "int8":
            found.append(Case("decode", DECODE, dtype))
        found += [Case("minilm", sizes, dtype) for sizes in MINILM]
    return found


def inputs(case, index):
    """The named inputs of one set, the same for whoever asks."""
    random = np.random.default_rng([index, *case.sizes])
    normal = lambda *shape: random.standard_normal(shape, np.float32)
    if case.kind == "gemm":
        return {"x": normal(case.sizes[0], case.sizes[1])}
    if case.kind == "minilm":
        batch, length = case.sizes
        tokens = random.integers(1000, VOCABULARY, case.sizes, np.int32)
        return {"tokens": tokens, "mask": np.ones((batch, length), np.int32)}
    heads, shared, length, width = case.sizes
    queries = 1 if case.kind == "decode" else length
    return {"q": normal(1, heads, queries, width),
            "k": normal(1, shared, length, width),
            "v": normal(1, shared, length, width)}


def weights(case):
    """The weights of a GEMM, [columns, depth] as torch keeps a linear's."""
    _, depth, columns = case.sizes
    random = np.random.default_rng([depth, columns])
    return random.standard_normal((columns, depth), np.float32) / depth ** 0.5
