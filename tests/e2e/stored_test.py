# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Inputs and outputs of bf16: the numbers of every kind of kernel that reads
or writes them, against numpy on the same numbers, in every variant."""
import pathlib

import numpy as np

import support

FLAGS = pathlib.Path("/proc/cpuinfo").read_text().split()
ISAS = support.ISAS + [name for name, flag in [("avx512_vnni",) * 2,
                                               ("avx512_bf16",) * 2,
                                               ("avx512_amx", "amx_tile")]
                       if flag in FLAGS]
MODEL = """model Stored(k = 96, n = 64) {
  dim m in 1..200
  input x: bf16[m, k], r: bf16[m, n], one: bf16[n]
  output plain: bf16 = linear(x, @w, out = n, dtype = "f32")
  output added: bf16 = gelu(linear(x, @v, out = n, dtype = "bf16") + r) * one
  output whole = linear(x, @w, out = n, dtype = "int8")
  output twice: bf16 = silu(linear(x, @w, out = n, dtype = "f32")) * linear(x, @v, out = n, dtype = "f32")
  output normed: bf16 = layer_norm(linear(x, @v, out = n, dtype = "bf16") + r, @norm)
  output alone = layer_norm(r, @norm)
  output near: bf16 = r * 3
  output same = x
  output copied: bf16 = r
  output sums: bf16 = sum(r, over = 1)
  output product: bf16 = matmul(r, r, transpose_b = true) + 1
  output moved: bf16 = transpose(concat([r, r], over = 1), order = [1, 0])
}
"""


def to_bits(array):
    """The nearest bf16, ties to even, as its 16 bits."""
    bits = array.astype(np.float32).view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def from_bits(bits):
    return (bits.astype(np.uint32) << 16).view(np.float32)


def bf16(array):
    return from_bits(to_bits(array))


def gelu(x):
    from math import erf
    return x * 0.5 * (1 + np.vectorize(erf)(x / np.sqrt(2)))


def expected(x, r, one, w):
    def linear(name, factor=lambda array: array):
        product = factor(x).astype(np.float64) @ factor(w[name + ".weight"]).T
        return product + w[name + ".bias"]

    def norm(h):
        centred = h - h.mean(-1, keepdims=True)
        scale = np.sqrt((centred ** 2).mean(-1, keepdims=True) + 1e-5)
        return centred / scale * w["norm.weight"] + w["norm.bias"]

    plain = linear("w")
    return {"plain": plain, "added": gelu(linear("v", bf16) + r) * one,
            "whole": plain,
            "twice": plain / (1 + np.exp(-plain)) * linear("v"),
            "normed": norm(linear("v", bf16) + r),
            "alone": norm(r.astype(np.float64)), "near": r * 3.0, "same": x,
            "copied": r, "sums": r.sum(1, dtype=np.float64),
            "product": r.astype(np.float64) @ r.T + 1,
            "moved": np.concatenate([r, r], 1).T}


class Stored(support.Case):
    def compare(self, k, n, rows):
        random = np.random.default_rng(k * 1000 + n)
        w = {f"{name}.{part}": random.standard_normal(shape, np.float32)
             for name in ["w", "v"]
             for part, shape in [("weight", (n, k)), ("bias", n)]}
        w["norm.weight"] = random.standard_normal(n, np.float32)
        w["norm.bias"] = random.standard_normal(n, np.float32)
        model = self.write("stored.heddle", MODEL)
        file = self.write("stored.safetensors", support.safetensors(w))
        artifact = self.compiled(f"stored{k}x{n}", model, "--weights", file,
                                 "-D", f"k={k}", "-D", f"n={n}")
        carried = [v["name"] for v in support.inspect(artifact)["variants"]]
        for m in rows:
            given = {name: to_bits(random.standard_normal(shape, np.float32))
                     for name, shape in [("x", (m, k)), ("r", (m, n)),
                                         ("one", n)]}
            known = expected(*map(from_bits, given.values()), w)
            raw = {name: bits.view("V2") for name, bits in given.items()}
            for isa in set(ISAS) & set(carried):
                found = self.run_model(artifact, raw, "--isa", isa)
                for name, value in known.items():
                    self.check(name, value, found[name],
                               f"{name} {m}x{k}x{n} {isa}")

    def check(self, name, value, found, where):
        self.assertEqual(found.shape, value.shape, where)
        is_stored = name not in ["whole", "alone", "same"]
        self.assertEqual(found.dtype, np.dtype("V2" if is_stored else "f4"))
        if is_stored:
            found = from_bits(found.view(np.uint16))
        if name in ["same", "copied"]:
            return self.assertTrue((found == value).all(), where)
        # f32 sums; what is rounded may go to either neighbour of a tie.
        size = np.abs(value).max() + 1
        near = (0.03 if name == "whole" else 2e-5) * size
        step = 2.0 ** -8 * np.abs(value) if is_stored else 0
        self.assertTrue((np.abs(found - value) <= near + step).all(), where)

    def test_sizes_around_the_tiles(self):
        self.compare(64, 96, [1, 3, 4, 5, 16, 31, 32, 33, 65, 129, 200])
        # In tiles of bf16 rows meet three and four panels at a time.
        self.compare(32, 384, [17, 47, 160])
        self.compare(64, 512, [15, 33, 128])

    def test_sizes_that_no_tile_divides(self):
        for k, n in [(1, 1), (33, 49), (97, 64)]:
            self.compare(k, n, [1, 5, 66])

    def test_verify_knows_them(self):
        model = self.write("known.heddle", MODEL)
        for m in [3, 65]:
            done = self.works("verify", model, "--weights", "random:1",
                              "--dims", f"m={m}", "--kernels")
            self.assertIn("ok   output 'added'", done.text)
            self.assertNotIn("BAD", done.text)

    def test_blocks_of_many_rows(self):
        # Weights beyond 1 MB: in tiles a block is 512 rows.
        model = self.write("many.heddle", """model Many {
  dim m in 1..1100
  input x: bf16[m, 768]
  output y: bf16 = linear(x, @w, out = 768, bias = none)
  output z: bf16 = linear(x, @v, out = 832)
}
""")
        artifact = self.compiled("many", model, "--weights", "random:1",
                                 "--dtype", "bf16")
        for m in [97, 513, 1057]:
            done = self.works("verify", artifact, "--weights", "random:1",
                              "--dims", f"m={m}")
            self.assertNotIn("BAD", done.text)

    def test_heads_and_windows_read_them_widened(self):
        model = self.write("wide.heddle", """model Wide {
  dim n in 1..40
  input x: bf16[1, n, 32], image: bf16[1, 3, 8, 8]
  q = split_heads(x, 2)
  output y: bf16 = merge_heads(attention(q, q, q, mask = causal))
  output z: bf16 = relu(conv2d(image, @c, out = 4, kernel = [3, 3]))
}
""")
        self.works("verify", model, "--weights", "random:1", "--dims", "n=37",
                   "--kernels")

    def test_attention_between_linears_keeps_them(self):
        # Keys, values and the result are of bf16 between the kernels, where
        # queries are never few; with few of them the result alone.
        for least, stored in [(17, 3), (1, 1)]:
            model = self.write("layer.heddle", f"""model Layer {{
  dim n in {least}..200
  input x: f32[2, n, 96], mask: i32[2, n]
  fn heads(x, p) {{ return split_heads(linear(x, p, out = 96), 3) }}
  a = attention(heads(x, @q), heads(x, @k), heads(x, @v), mask = padding(mask))
  output y = linear(merge_heads(a), @o, out = 96)
}}
""")
            more = ["--weights", "random:1"]
            text = self.works("compile", model, *more, "--dtype", "bf16",
                              "--stop-after=kernels").text
            yields = [line for line in text.splitlines()
                      if "hgraph.yield" in line and "bf16" in line]
            self.assertEqual(len(yields), stored, text)
            artifact = self.compiled("layer", model, *more, "--dtype", "bf16")
            for n in [least, 130]:
                for isa in set(ISAS) - {"avx512_vnni"}:
                    done = self.works("verify", artifact, *more, "--isa", isa,
                                      "--dims", f"n={n}", "--kernels")
                    self.assertNotIn("BAD", done.text)

    def test_files_and_fills_hold_them(self):
        model = self.write("fill.heddle", """model Fill {
  dim n in 1..40
  input x: bf16[n]
  output y: bf16 = x * 2
}
""")
        artifact = self.compiled("fill", model)
        for name in ["y.npy", "y.npz", "y.safetensors"]:
            path = self.folder / name
            self.works("run", artifact, "--input", "x=3xbf16=1.5", "--output",
                       path)
            self.assertIn(to_bits(np.full(3, 3.0)).tobytes(),
                          path.read_bytes())
            if name == "y.npy":
                back = self.folder / "back.npy"
                self.works("run", artifact, "--input", f"x={path}",
                           "--output", back)
                bits = np.load(back).view(np.uint16)
                self.assertEqual(list(from_bits(bits)), [6, 6, 6])
        done = self.works("run", artifact, "--input", "x=3xbf16=1.5")
        self.assertEqual(done.text, "y [3] bf16: 3 3 3\n")
        self.refused(['input 0 "x" has element type f32, not bf16'], "run",
                     artifact, "--input", "x=3xf32=1", "--output", "-")
        text = self.works("inspect", artifact).text
        self.assertRegex(text, r"input +x +bf16 \[n\]")
        self.assertRegex(text, r"output y +bf16 \[n\]")
        self.works("bench", artifact, "--dims", "n=9", "--repeat", "1")

    def test_what_cannot_be_stored_is_said(self):
        model = self.write("bad.heddle", """model Bad {
  input x: f16[4]
  output y: bf16 = argmax(x, over = 0)
}
""")
        self.refused(["2:12: error: element type 'f16' is none of f32, i32, "
                      "bool, bf16"], "inspect", model)

    def test_a_device_does_not_take_them(self):
        model = self.write("device.heddle", MODEL)
        self.refused(["reads or writes bf16, which kernels of a device do not "
                      "yet; expected f32"], "compile", model, "--weights",
                     "random:1", "--target", "opencl", "-o", "/dev/null")


if __name__ == "__main__":
    support.main()
