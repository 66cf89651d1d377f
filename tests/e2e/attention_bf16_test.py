# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Attention of bf16: every mask and score change of attention_test, and all
head sizes on every variant, against f64 on numbers that bf16 holds."""
import numpy as np

import attention_test
import support

MODEL = """model Heads {{
  dim tq in 17..300, tk in 1..600
  input q: f32[2, {heads}, tq, {depth}], k: f32[2, {groups}, tk, {depth}],
        v: f32[2, {groups}, tk, {width}]
  output y = attention(q, k, v, dtype = "bf16")
}}
"""
MERGED = """model Merged {
  dim batch in 1..3, seq in 1..300
  input x: f32[batch, seq, 96], mask: i32[batch, seq]
  h = split_heads(x, 3)
  output y = merge_heads(attention(h, h, h, mask = padding(mask)))
}
"""
# The variant of VNNI has nothing of bf16.
ISAS = [isa for isa in support.NARROW_ISAS if isa != "avx512_vnni"]
# The query's scale and a key's weight are rounded too, to one part in 512.
NEAR = {"rtol": 0, "atol": 0.02}


def rounded(array):
    """The nearest bf16, ties to even, as f32."""
    bits = array.view(np.uint32).astype(np.uint64)
    bits += 0x7FFF + (bits >> 16 & 1)
    return (bits.astype(np.uint32) & 0xFFFF0000).view(np.float32)


def normal(seed, *shape):
    random = np.random.default_rng(seed)
    return rounded(random.standard_normal(shape, np.float32))


def attend(q, k, v, live=True):
    group = q.shape[1] // k.shape[1]
    k, v = np.repeat(k, group, 1), np.repeat(v, group, 1)
    scores = np.einsum("bhqd,bhkd->bhqk", q, k, dtype=np.float64)
    scores = np.where(live, scores / np.sqrt(q.shape[-1]), -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True) @ v


class Masks(attention_test.Attention):
    VALUES = 32
    MORE = ', dtype = "bf16"'
    # Tiles, and what has no instruction; dot products have all head sizes.
    ISAS = [isa for isa in ISAS if isa in ["avx512_amx", "avx2"]]
    OPTIONS = ["--isa", "avx512_amx,avx2"]
    NEAR = NEAR

    def inputs(self, *arguments):
        return {name: rounded(array) if array.dtype == np.float32 else array
                for name, array in super().inputs(*arguments).items()}


class Heads(support.Case):
    def check(self, heads, groups, depth, width, sizes):
        model = self.write("heads.heddle", MODEL.format(
            heads=heads, groups=groups, depth=depth, width=width))
        artifact = self.compiled(f"h{heads}x{depth}x{width}", model)
        carried = [v["name"] for v in support.inspect(artifact)["variants"]]
        self.assertEqual(carried[:2], ["avx512_amx", "avx512_bf16"])
        for seed, (tq, tk) in enumerate(sizes):
            x = {"q": normal(seed, 2, heads, tq, depth),
                 "k": normal(seed + 50, 2, groups, tk, depth),
                 "v": normal(seed + 99, 2, groups, tk, width)}
            expected = attend(**x)
            for isa in ISAS:
                found = self.run_model(artifact, x, "--isa", isa)["y"]
                error = np.abs(found - expected)
                where = f"{heads} {depth}x{width} {tq}x{tk} {isa}"
                self.assertLess(error.max(), NEAR["atol"], where)
                self.assertLess(np.median(error), 1e-3, where)

    def test_head_sizes(self):
        for width in [32, 64, 80, 96, 128, 256]:
            self.check(2, 1, width, width, [(33, 65)])
        self.check(3, 3, 20, 16, [(33, 65)])
        self.check(4, 2, 7, 48, [(33, 65)])

    def test_lengths_around_the_tiles(self):
        self.check(4, 2, 64, 64, [
            (17, 1), (31, 31), (32, 32), (33, 33), (63, 64), (65, 63),
            (127, 255), (128, 256), (129, 257), (300, 511), (17, 600)])

    def test_heads_inside_rows_with_padding(self):
        for dtype in ["bf16", "int8"]:
            artifact = self.compiled(
                dtype, self.write("merged.heddle", MERGED), "--dtype", dtype)
            for t in [1, 17, 96, 299]:
                x, mask = normal(t, 2, t, 96), np.ones((2, t), np.int32)
                mask[1, t // 2 + 1:] = 0
                h = x.reshape(2, t, 3, 32).transpose(0, 2, 1, 3)
                expected = attend(h, h, h, mask[:, None, None] != 0)
                expected = expected.transpose(0, 2, 1, 3).reshape(2, t, 96)
                for isa in ISAS:
                    found = self.run_model(artifact, {"x": x, "mask": mask},
                                           "--isa", isa)["y"]
                    np.testing.assert_allclose(found, expected, **NEAR)

    def test_nan_shows_where_it_is_seen(self):
        text = MODEL.format(heads=1, groups=1, depth=32, width=32)
        text = text.replace("tk", "tq").replace("tq in 17..300, ", "")
        text = text.replace('dtype = "bf16"', 'mask = causal, dtype = "bf16"')
        artifact = self.compiled("nan", self.write("nan.heddle", text))
        x = {name: normal(1, 2, 1, 70, 32) for name in "qkv"}
        x["k"][0, 0, 40, 3] = np.nan
        for isa in ISAS:
            y = self.run_model(artifact, x, "--isa", isa)["y"]
            self.assertTrue(np.isnan(y[0, 0, 40:]).all(), isa)
            self.assertFalse(np.isnan(y[0, 0, :32]).any(), isa)
            self.assertFalse(np.isnan(y[1]).any(), isa)

    def test_a_remark_says_what_is_computed_in_f32(self):
        for width, least, said in [
                (24, 17, "5:14: remark: attention of bf16: computed in f32, "
                 "since value heads of 24 are no whole 16s"),
                (32, 1, "computed in f32 for up to 16 queries, since rounding "
                 "keys and values would take longer than using them"),
                (32, 17, None)]:
            text = MODEL.format(heads=1, groups=1, depth=32, width=width)
            model = self.write("said.heddle", text.replace("in 17", f"in {least}"))
            done = self.works("compile", model, "--remarks",
                              "--stop-after=kernels")
            if said:
                self.assertIn(said, done.err)
            else:
                self.assertNotIn("computed in f32", done.err)

    def test_what_is_no_dtype_of_attention_is_said(self):
        text = MODEL.format(heads=1, groups=1, depth=32, width=32)
        for name in ["int8", "f16"]:
            model = self.write("bad.heddle", text.replace("bf16", name))
            self.refused([f"""'dtype' of 'attention' must be "f32" or "bf16", """
                          f'found "{name}"'], "compile", model)
        whole = self.write("whole.heddle", text.replace("bf16", "f32"))
        graph = self.works("compile", whole, "--dtype", "bf16",
                           "--stop-after=graph")
        self.assertIn("compute(f32)", graph.text)
        self.refused(["attention", "computes in bf16, which kernels of a "
                      "device do not yet; expected f32"], "compile",
                     self.write("device.heddle", text), "--target", "opencl")


if __name__ == "__main__":
    support.main()
