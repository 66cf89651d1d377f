# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How many kernels a model takes, and that schedules do not change numbers."""
import numpy as np

import support

MOST_KERNELS = 12


class Kernels(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fused = cls.compiled("fused", support.MINILM, *support.SMALL)

    def whole_model(self, layers, *arguments):
        path = self.compiled("whole", support.MINILM, "-D", f"layers={layers}",
                             "-D", f"vocab={support.VOCAB}", "--weights",
                             "random:1")
        report = support.inspect(path, *arguments)
        path.unlink()
        return report

    def test_minilm_takes_few_kernels_and_no_more_with_more_layers(self):
        six, twelve = self.whole_model(6), self.whole_model(12)
        names = [kernel["name"] for kernel in six["kernels"]]
        self.assertLessEqual(len(names), MOST_KERNELS)
        self.assertEqual(names, [k["name"] for k in twelve["kernels"]])
        counts = [len(report["entries"][0]["dispatches"])
                  for report in (six, twelve)]
        # Layers differ in nothing but their weights.
        outside = 2 * counts[0] - counts[1]
        self.assertEqual((counts[0] - outside) % 6, 0)
        self.assertLess(outside, counts[0] / 6)
        self.assertEqual([v["name"] for v in six["variants"]],
                         support.VARIANTS)

    def test_flops_are_those_of_linears_and_attention(self):
        report = self.whole_model(6, "--dims", "batch=1,seq=128")
        d, ff, seq, layers = 384, 1536, 128, 6
        linears = 2 * seq * (4 * d * d + 2 * d * ff)
        attention = 2 * 2 * seq * seq * d
        self.assertEqual(report["entries"][0]["at"][0]["flops"],
                         layers * (linears + attention))

    def test_a_stripped_schedule_gives_the_same_results(self):
        path = self.folder / "stripped.so"
        self.works("compile", support.MINILM, *support.SMALL,
                   "--strip-schedule", "-o", path)
        report = support.inspect(path)
        self.assertEqual({k["schedule"] for k in report["kernels"]}, {""})
        inputs = support.token_inputs(2, 5)
        for isa in support.ISAS:
            one, other = [self.run_model(artifact, inputs, "--isa", isa)
                          ["embedding"] for artifact in (self.fused, path)]
            np.testing.assert_allclose(other, one, rtol=0, atol=2e-5)
            done = self.works("verify", path, *support.SMALL[-2:], "--isa",
                              isa, "--dims", "batch=1,seq=7")
            self.assertIn("ok   output 'embedding'", done.text)

    def test_one_op_a_kernel_gives_the_same_results(self):
        for level in [0, 1]:
            path = self.compiled(f"O{level}", support.MINILM, *support.SMALL,
                                 "-O", level, "--isa", support.ISAS[-1])
            self.assertGreater(len(support.inspect(path)["kernels"]),
                               len(support.inspect(self.fused)["kernels"]))
            done = self.works("verify", path, *support.SMALL[-2:], "--dims",
                              "batch=2,seq=19")
            self.assertIn("ok   output 'embedding'", done.text)


if __name__ == "__main__":
    support.main()
