# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every corner of every family's knobs gives the right numbers or is refused
in words, on sizes that no tile divides."""
import re

import support

# One kernel of each family: 96 columns are two panels of 48, with a norm
# behind the second linear; queries come in blocks of 48 or 16.
MODEL = """model Knobs {
  dim batch in 1..4, seq in 1..128, past in 1..400
  input ids: i32[batch, seq], x: f32[batch, seq, 96],
        one: f32[batch, 6, 1, 32], cache: f32[batch, 2, past, 32]
  h = x + embed(ids, @table, rows = 7, width = 96)
  output gathered = h * 2
  h = layer_norm(h, @norm1)
  q = split_heads(linear(h, @q, out = 96), 3)
  output a = merge_heads(attention(q, q, q, mask = causal))
  output d = attention(one, cache, cache)
  output p = matmul(q, q, transpose_b = true)
  output r = rope(q)
  h = layer_norm(h + linear(h, @o, out = 96), @norm2)
  output s = softmax(h)
  output m = mean(h, over = seq)
}
"""
WEIGHTS = ["--weights", "random:3"]
# The smallest and the largest value of each knob, by family.
CORNERS = {
    "gemm": {"tile_rows": (1, 12), "tile_columns": (8, 48),
             "block_rows": (12, 120), "stream_lines": (0, 4)},
    "gemv": {"tile_rows": (1, 14), "tile_columns": (8, 48),
             "tile_panels": (2, 8), "stream_rows": (0, 48)},
    "attention": {"score_keys": (2, 16), "score_queries": (8, 48),
                  "value_queries": (2, 16), "value_columns": (8, 32),
                  "value_keys": (1, 4)},
    "decode": {"score_keys": (1, 8), "value_heads": (1, 3),
               "value_columns": (8, 32), "stream_keys": (0, 256)},
    "norm": {"task_rows": (1, 256), "vectors": (2, 8)},
    "softmax": {"task_rows": (1, 256), "vectors": (2, 8)},
    "reduction": {"task_rows": (1, 256), "vectors": (2, 8)},
    "gather": {"task_rows": (1, 256), "vectors": (1, 8)},
    "elementwise": {"task_rows": (1, 256), "vectors": (1, 2)},
    "matmul": {"tile_rows": (1, 12), "tile_columns": (8, 48)},
}
ILLEGAL = re.compile(
    "error: 'halide.pipeline' op has no legal schedule for avx(2|512): "
    "(the tile|a tile|the block|the vectors)")
SIZES = ["batch=1,seq=1,past=17", "batch=3,seq=7,past=300",
         "batch=1,seq=67,past=256"]


class Knobs(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.folder / "knobs.heddle"
        cls.model.write_text(MODEL)
        done = support.tool("compile", cls.model, *WEIGHTS, "--stop-after",
                            "halide")
        assert done.code == 0, done.err
        cls.text = done.text

    def with_knobs(self, family, isa, knobs):
        given = ", ".join(f"{name} = {value} : i64"
                          for name, value in knobs.items())
        text, count = re.subn(
            f'heddle.family = "{family}"',
            f'heddle.family = "{family}", heddle.knobs = {{{isa} = '
            f"{{{given}}}}}", self.text)
        self.assertTrue(count, family)
        return self.write("knobs.mlir", text)

    def is_right_or_refused(self, family, isa, knob, value):
        """True when the knob's value is legal, and then right."""
        given = self.with_knobs(family, isa, {knob: value})
        path = self.folder / "knobs.so"
        done = support.tool("compile", given, *WEIGHTS, "-o", path)
        if done.code:
            self.assertEqual(done.code, 1)
            self.assertRegex(done.err, ILLEGAL)
            return False
        for dims in SIZES:
            self.works("verify", path, *WEIGHTS, "--isa", isa, "--dims", dims)
        return True

    def test_every_corner(self):
        for isa in support.ISAS:
            for family, knobs in CORNERS.items():
                legal = 0
                for knob, values in knobs.items():
                    for value in values:
                        with self.subTest(isa=isa, family=family, knob=knob,
                                          value=value):
                            legal += self.is_right_or_refused(
                                family, isa, knob, value)
                self.assertGreaterEqual(legal, 2, f"{isa} {family}")

    def test_what_is_no_knob_or_no_value_of_it(self):
        isa = support.ISAS[0]
        self.not_compiled(
            ["there is no knob 'rows', expected one of tile_rows, "
             "tile_columns, block_rows, stream_lines"],
            self.with_knobs("gemm", isa, {"rows": 3}), *WEIGHTS)
        self.not_compiled(
            ["knob 'tile_rows' is 0, expected one of 1, 2, 3"],
            self.with_knobs("gemm", isa, {"tile_rows": 0}), *WEIGHTS)
        given = self.with_knobs("gemm", isa, {"tile_rows": 4})
        given.write_text(given.read_text().replace(
            "tile_rows = 4 : i64", 'tile_rows = "four"'))
        self.not_compiled(
            ["knob 'tile_rows' is \"four\", expected an integer"], given,
            *WEIGHTS)


if __name__ == "__main__":
    support.unittest.main()
