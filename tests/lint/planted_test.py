# Each lint must find what is planted for it, and nothing in a clean tree.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import check_docs
import check_includes
import check_ops
import check_paths
import check_sizes
import check_vocabulary
import common
import objects

LICENCE = "// " + check_docs.SPDX + "\n"


def findings(check, files):
    """What a lint reports on a tree of the given files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        tree = common.Tree(folder)
        check(tree)
        return tree.findings


class Includes(unittest.TestCase):
    def found(self, path, line):
        return findings(check_includes.check, {path: line + "\n"})

    def test_dialects_do_not_know_each_other(self):
        line = '#include "dialects/halide/Halide.h"'
        self.assertEqual(
            self.found("dialects/graph/Graph.h", line),
            ["dialects/graph/Graph.h:1: dialects must not include "
             "dialects/halide/Halide.h"])
        self.assertEqual(self.found("dialects/halide/Halide.cpp", line), [])

    def test_halide_stays_in_translate(self):
        self.assertTrue(self.found("compiler/lower/A.cpp",
                                   "#include <Halide.h>"))
        self.assertEqual(self.found("compiler/translate/A.cpp",
                                    "#include <Halide.h>"), [])

    def test_runtime_knows_no_compiler_and_no_llvm(self):
        for line in ('#include "llvm/ADT/StringRef.h"',
                     '#include "compiler/shape/Dim.h"'):
            self.assertTrue(self.found("runtime/src/Module.cpp", line))

    def test_dsl_is_standard_only(self):
        self.assertTrue(self.found("compiler/dsl/A.cpp",
                                   "#include <unistd.h>"))
        self.assertEqual(self.found("compiler/dsl/A.cpp",
                                    "#include <string>"), [])

    def test_paths_start_at_the_root(self):
        self.assertTrue(self.found("compiler/dsl/A.cpp",
                                   '#include "Lexer.h"'))

    def test_nobody_includes_tests(self):
        self.assertTrue(self.found("runtime/src/A.cpp",
                                   '#include "tests/support/Tolerance.h"'))

    def test_comments_are_not_includes(self):
        self.assertEqual(self.found("compiler/lower/A.cpp",
                                    "// #include <Halide.h>"), [])


class Sizes(unittest.TestCase):
    def test_long_function(self):
        body = "  f();\n" * 80
        found = findings(check_sizes.check, {
            "a.cpp": "namespace n {\nint short_() {\n}\nint g(int x) {\n"
                     + body + "}\n}\n"})
        self.assertEqual(found, ["a.cpp:4: a function of 82 lines; at most 80"])

    def test_long_table_and_class_are_no_functions(self):
        lines = "  1,\n" * 100
        self.assertEqual(findings(check_sizes.check, {
            "a.cpp": "int t[] = {\n" + lines + "};\nstruct S {\n"
                     + "  int a;\n" * 100 + "};\n"}), [])

    def test_long_files(self):
        found = findings(check_sizes.check, {"a.cpp": "\n" * 801,
                                             "a.h": "\n" * 251,
                                             "b.cpp": "\n" * 800})
        self.assertEqual(len(found), 2)

    def test_long_python_function(self):
        self.assertTrue(findings(check_sizes.check, {
            "a.py": "def f():\n" + "    pass\n" * 80}))


class Docs(unittest.TestCase):
    def found(self, path, text):
        return [finding for finding in
                findings(check_docs.check, {path: text})
                if "is missing" not in finding]

    def test_opening_comment_and_licence(self):
        self.assertEqual(len(self.found("a.cpp", "int x;\n")), 2)
        self.assertEqual(len(self.found("a.cpp", LICENCE + "int x;\n")), 1)
        self.assertEqual(
            self.found("a.h", LICENCE + "// What it is.\nint x;\n"), [])

    def test_note_without_issue(self):
        note = "// " + "TO" + "DO: later\n"
        head = LICENCE + "// What it is.\n"
        self.assertEqual(len(self.found("a.h", head + note)), 1)

    def test_missing_readme(self):
        self.assertTrue(any("README" in finding for finding in
                            findings(check_docs.check, {})))


class Ops(unittest.TestCase):
    """A dialect of two lines, through TableGen."""

    HEAD = ('include "mlir/IR/OpBase.td"\n'
            'def X_Dialect : Dialect { let name = "x"; }\n'
            'class X_Op<string n> : Op<X_Dialect, n>;\n')

    def setUp(self):
        try:
            objects.tool("llvm-tblgen")
        except SystemExit:
            self.skipTest("no llvm-tblgen")

    def found(self, text, path="dialects/x/XOps.td", head=HEAD):
        return findings(check_ops.check, {path: head + text})

    def test_op_without_text(self):
        self.assertEqual(self.found('def X_FooOp : X_Op<"foo">;\n'),
                         ["dialects/x/XOps.td:4: X_FooOp has no summary",
                          "dialects/x/XOps.td:4: X_FooOp has no description"])

    def test_op_without_example(self):
        text = ('def X_FooOp : X_Op<"foo"> {\n  let summary = "a foo";\n'
                "  let description = [{ Foo. %s }];\n}\n")
        self.assertEqual(self.found(text % ""),
                         ["dialects/x/XOps.td:4: X_FooOp has no example"])
        self.assertEqual(
            self.found(text % "Example:\n```mlir\nx.foo\n```\n"), [])

    def test_pass_without_guarantee_and_option_without_text(self):
        text = ('def Foo : Pass<"heddle-foo"> {\n  let summary = "a";\n'
                '  let description = "b";\n  let options = '
                '[Option<"n", "n", "int64_t", "1", "">];\n}\n')
        self.assertEqual(
            len(self.found(text, "compiler/passes/Passes.td",
                           'include "mlir/Pass/PassBase.td"\n')), 2)


class Vocabulary(unittest.TestCase):
    def test_words(self):
        for line in ("softmax", "numHeads", "query_rows", "LayerNormOp",
                     "KVCache"):
            self.assertTrue(findings(check_vocabulary.check, {
                "dialects/halide/A.cpp": line}), line)

    def test_near_words_and_other_folders(self):
        self.assertEqual(findings(check_vocabulary.check, {
            "dialects/halide/A.cpp": "header sequence keyword NoBoundsQuery",
            "dialects/graph/A.cpp": "softmax"}), [])


class Paths(unittest.TestCase):
    def test_absolute_path_and_host(self):
        for line in ("/us" + "r/lib/llvm", "'/wo" + "rk/main'",
                     "http" + "://example.org/x"):
            self.assertTrue(findings(check_paths.check, {"a.sh": line}), line)

    def test_relative_paths(self):
        self.assertEqual(findings(check_paths.check, {
            "a.sh": "#!/usr/bin/env bash\n$x/usr/lib ../tmp/a a/home/b"}), [])


class Objects(unittest.TestCase):
    """Objects made of assembly, since no compiler need be at hand."""

    def run_on(self, script, name, assembly):
        here = pathlib.Path(__file__).resolve().parent
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "a.s")
            source.write_text(assembly)
            subprocess.run([self.assembler, "--64", source, "-o",
                            pathlib.Path(folder, name)], check=True)
            return subprocess.run([sys.executable, here / script, folder],
                                  stdout=subprocess.PIPE, text=True)

    def setUp(self):
        self.assembler = shutil.which("as")
        if not self.assembler:
            self.skipTest("no assembler")
        try:
            objects.tool("llvm-nm")
        except SystemExit:
            self.skipTest("no llvm-nm")

    def test_call_of_libm(self):
        bad = self.run_on("check_symbols.py", "k.o", "call sinf\n")
        self.assertEqual(bad.returncode, 1)
        self.assertIn("k.o: calls sinf", bad.stdout)
        good = self.run_on("check_symbols.py", "k.o", "call halide_malloc\n")
        self.assertEqual(good.returncode, 0, good.stdout)

    def test_no_object_is_a_finding(self):
        none = self.run_on("check_symbols.py", "k.txt", "nop\n")
        self.assertEqual(none.returncode, 1)

    def test_evex(self):
        for line in ("vaddps %zmm0, %zmm1, %zmm2", "vaddps %ymm16, %ymm1, %ymm2",
                     "vpternlogd $1, %xmm0, %xmm1, %xmm2"):
            bad = self.run_on("check_evex.py", "k_avx2.o", line + "\n")
            self.assertEqual(bad.returncode, 1, line)
        good = self.run_on("check_evex.py", "k_avx2.o",
                           "vfmadd231ps %ymm0, %ymm1, %ymm2\n"
                           "mov $0x62626262, %eax\n")
        self.assertEqual(good.returncode, 0, good.stdout)


if __name__ == "__main__":
    unittest.main()
