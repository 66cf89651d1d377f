# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The same kernels as PTX, through the CUDA toolkit's ptxas, which is given
as the argument where it was found."""
import re
import shutil
import subprocess
import sys
import unittest

import support

MODEL = support.pathlib.Path(__file__).with_name("data") / "encoder.heddle"
ASSEMBLER = shutil.which(sys.argv.pop()) if len(sys.argv) > 1 else None
ARCHITECTURE = "sm_80"


class Ptx(support.Case):
    def kernels(self):
        """The text of each kernel by its symbol."""
        text = self.works("compile", MODEL, "--weights", "random:3",
                          "--target", "cuda", "--stop-after", "device").text
        parts = re.split(r"(?m)^// (heddle_k\d+_cuda)$", text)[1:]
        return dict(zip(parts[::2], parts[1::2]))

    def test_the_text_is_for_the_capability_that_the_target_names(self):
        kernels = self.kernels()
        self.assertGreaterEqual(len(kernels), 4)
        for name, text in kernels.items():
            self.assertIn(f".target {ARCHITECTURE}", text, name)

    @unittest.skipUnless(ASSEMBLER, "the CUDA toolkit's ptxas is not here")
    def test_no_kernel_spills(self):
        for name, text in self.kernels().items():
            path = self.write(f"{name}.ptx", text)
            done = subprocess.run(
                [ASSEMBLER, "-v", f"-arch={ARCHITECTURE}", str(path), "-o",
                 "/dev/null"], capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, f"{name}\n{done.stderr}")
            spills = re.findall(r"(\d+) bytes spill (?:stores|loads)",
                                done.stderr)
            self.assertEqual(len(spills), 2 * text.count(".visible .entry"),
                             name)
            self.assertEqual(set(spills), {"0"}, f"{name}\n{done.stderr}")


if __name__ == "__main__":
    support.main()
