# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""An algorithm edited by hand is caught by `verify`, which names the kernel.
"""
import re

import support

WEIGHTS = support.SMALL[-2:]
VALUE = r"%[\w.]+"
# Sizes that a family's kernels run at; attention for few queries has its own.
DIMS = {"gemv": "batch=2,seq=2", "few": "batch=3,seq=13"}


class PlantedFaults(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.isa = support.ISAS[-1]
        done = support.tool("compile", support.MINILM, *support.SMALL,
                            "--stop-after", "halide")
        assert done.code == 0, done.err
        cls.text = done.text

    def kernels(self, family):
        """(name, start, end) of the pipelines of a family in the text."""
        found = []
        for match in re.finditer(r"\n  halide\.pipeline @(\w+)\(.*?\n  }",
                                 self.text, re.DOTALL):
            if f'heddle.family = "{family}"' in match.group(0):
                found.append((match.group(1), *match.span()))
        self.assertTrue(found, family)
        return found

    def verify(self, name, text, dims="batch=3,seq=17"):
        path = self.write(name + ".mlir", text)
        artifact = self.compiled(name, path, *WEIGHTS, "--isa", self.isa)
        path.unlink()
        done = support.tool("verify", artifact, *WEIGHTS, "--isa", self.isa,
                            "--dims", dims)
        artifact.unlink()
        return done

    def catches(self, kernel, family, pattern, replacement):
        """Edits one kernel's text in one place; verify must name it."""
        name, start, end = kernel
        edited, count = re.subn(pattern, replacement, self.text[start:end],
                                count=1, flags=re.DOTALL)
        self.assertEqual(count, 1, f"{name} has nothing to edit")
        few = DIMS["few"] if name.endswith("_few") else "batch=3,seq=17"
        done = self.verify(name, self.text[:start] + edited + self.text[end:],
                           DIMS.get(family, few))
        self.assertEqual(done.code, 1, done.text)
        self.assertIn("BAD  output 'embedding'", done.text)
        self.assertIn(f"the first wrong kernel is kernel {name} ({family}), ",
                      done.err)
        return done

    def test_no_fault_is_no_error(self):
        done = self.verify("unedited", self.text)
        self.assertEqual((done.code, done.err), (0, ""), done.text)

    def test_a_changed_scale_is_caught(self):
        for kernel in self.kernels("attention"):
            with self.subTest(kernel=kernel[0]):
                done = self.catches(
                    kernel, "attention",
                    r'(halide\.func "query_pack".*?arith\.constant )0\.\d+'
                    r"( : f32)", r"\g<1>0.26\2")
                self.assertIn("minilm.heddle:30:", done.err)

    def test_a_mask_off_by_one_is_caught(self):
        kernel = self.kernels("attention")[-1]
        # The index of the mask's element, which is clamped, plus one.
        self.catches(
            kernel, "attention",
            rf'(halide\.func "scores".*?)(\n *)({VALUE} = halide\.clamp )'
            rf"({VALUE})(,[^\n]*(?=.*?= halide\.at %arg3\[))",
            r"\1\2%one = arith.constant 1 : i32\2%next = arith.addi \4, %one"
            r" : i32\2\3%next\5")

    def test_a_dropped_bias_is_caught_in_every_linear(self):
        for family in ["gemm", "gemv"]:
            for kernel in self.kernels(family):
                with self.subTest(kernel=kernel[0]):
                    self.catches(kernel, family,
                                 rf"({VALUE} = )halide\.at %arg2\[[^\n]*",
                                 r"\g<1>arith.constant 0.0 : f32")

    def test_a_wrong_row_of_a_table_is_caught(self):
        name, start, end = self.kernels("norm")[0]
        # The token's row of the table: 1 for 0 and 0 for all others.
        self.catches((name, start, end), "norm",
                     rf"({VALUE}) = (halide\.at %arg0\[[^\n]*)(\n *)",
                     r"%found = \2\3%flip = arith.constant 1 : i32\3"
                     r"\1 = arith.xori %found, %flip : i32\3")


if __name__ == "__main__":
    support.main()
