# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models of several entries and files, and what a model says of itself."""
import json

import numpy as np

import support

MODEL = """
import "parts/blocks.heddle"
/// Finds what a question asks for.
model Pair(d = 24) {
  /// Texts at once.
  dim batch in 1..8, seq in 1..64
  weight @project.weight: f32[d, d]

  /// Every text once.
  entry encode {
    input x: f32[batch, seq, d]
    output memory = project(x, @project)
    output sum = sum(x, over = seq)
  }
  entry ask {
    input memory: f32[batch, seq, d],
          /// One a text.
          question: f32[batch, d]
    q = project(question, @project) * tensor(@scale)
    /// Larger is nearer.
    output score = matmul(memory, reshape(q, [batch, d, 1]))
  }
}
"""
BLOCKS = """
import "../more.heddle"
fn project(x, p) { return linear(twice(x), p, out = 24, bias = none) }
"""
MORE = "fn twice(x) { return x + x }"
STATES = """
model Counter {
  input x: f32[8]
  state total: f32[8]
  total = total + x
  output y = total * 2
}
"""


class Entries(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random = np.random.default_rng(3)
        cls.weights = {
            "project.weight": random.standard_normal((24, 24), np.float32),
            "scale": random.standard_normal(24, np.float32)}
        cls.file = cls.folder / "w.safetensors"
        cls.file.write_bytes(support.safetensors(cls.weights))
        (cls.folder / "parts").mkdir()
        (cls.folder / "parts" / "blocks.heddle").write_text(BLOCKS)
        (cls.folder / "more.heddle").write_text(MORE)
        cls.model = cls.folder / "pair.heddle"
        cls.model.write_text(MODEL)
        cls.artifact = cls.compiled("pair", cls.model, "--weights", cls.file)

    def test_each_entry_runs_by_its_name(self):
        random = np.random.default_rng(4)
        w = self.weights["project.weight"].astype(np.float64)
        for batch, seq in [(1, 1), (3, 17), (8, 64)]:
            x = random.standard_normal((batch, seq, 24), np.float32)
            out = self.run_model(self.artifact, {"x": x}, "--entry", "encode")
            np.testing.assert_allclose(out["memory"], 2 * x @ w.T, rtol=0,
                                       atol=1e-4)
            np.testing.assert_allclose(out["sum"], x.sum(1), rtol=0, atol=1e-4)
            question = random.standard_normal((batch, 24), np.float32)
            found = self.run_model(
                self.artifact, {"memory": out["memory"], "question": question},
                "--entry", "ask")
            q = 2 * question @ w.T * self.weights["scale"]
            expected = out["memory"].astype(np.float64) @ q[:, :, None]
            np.testing.assert_allclose(found["score"], expected, rtol=0,
                                       atol=2e-3)

    def test_verify_and_bench_take_an_entry(self):
        for entry in ["encode", "ask"]:
            text = self.works("verify", self.artifact, "--weights", self.file,
                              "--entry", entry, "--kernels").text
            self.assertNotIn("BAD", text)
            self.works("bench", self.artifact, "--entry", entry, "--dims",
                       "batch=2,seq=3", "--repeat", "1")

    def test_an_entry_must_be_named_and_known(self):
        for verb in [["verify", self.artifact, "--weights", self.file],
                     ["bench", self.artifact, "--dims", "batch=1,seq=1"]]:
            self.refused(["no entry \"main\"; the module has \"encode\", \"ask\""],
                         *verb)
            self.refused(["no entry \"sak\"; the module has \"encode\", \"ask\""],
                         *verb, "--entry", "sak")

    def test_inspect_shows_entries_and_documentation(self):
        text = self.works("inspect", self.model, "--weights", self.file).text
        for piece in ["Pair: a model's text\nFinds what a question asks for.\n",
                      "..8\n      Texts at once.\n",
                      "entry encode\n  Every text once.\n  input  x ",
                      "entry ask\n  input  memory ",
                      "[batch, 24]\n      One a text.\n",
                      "[batch, seq, 1]\n      Larger is nearer.\n"]:
            self.assertIn(piece, text)
        report = json.loads(self.works("inspect", self.model, "--weights",
                                       self.file, "--json").text)
        self.assertEqual(report["doc"], "Finds what a question asks for.")
        self.assertEqual([e["name"] for e in report["entries"]],
                         ["encode", "ask"])
        self.assertEqual(report["entries"][1]["inputs"][1]["doc"],
                         "One a text.")

    def test_errors_point_into_imported_files(self):
        main = self.write("main.heddle", MODEL.replace("blocks", "broken"))
        (self.folder / "parts" / "broken.heddle").write_text(
            "fn project(x, p) {\n  return lineer(x, p)\n}")
        self.not_compiled(
            ["parts/broken.heddle:2:10: error: unknown op or fn 'lineer'; did "
             "you mean 'linear'?\n  return lineer(x, p)\n         ^~~~~~\n",
             "main.heddle:12:21: note: in 'project', called here"],
            main, "--weights", self.file)

    def test_missing_and_circular_files_are_refused(self):
        lost = self.write("lost.heddle", MODEL.replace("blocks", "none"))
        self.not_compiled(
            [":2:8: error: cannot open '", "parts/none.heddle': No such file"],
            lost, "--weights", self.file)
        self.write("round.heddle", 'import "circle.heddle"')
        circle = self.write("circle.heddle", 'import "round.heddle"\n' + MODEL)
        self.not_compiled(
            ["round.heddle:1:8: error: '", "circle.heddle' imports itself",
             "circle.heddle:1:8: note: by way of '"],
            circle, "--weights", self.file)

    def test_states_go_as_far_as_the_graph(self):
        states = self.write("states.heddle", STATES)
        text = self.works("compile", states, "--stop-after=graph").text
        self.assertIn('hgraph.state "total" : tensor<8xf32>', text)
        self.assertIn('hgraph.write_state "total", %', text)
        self.assertIn("  total            f32 [8]\n",
                      self.works("inspect", states).text)
        self.not_compiled(
            ["states.heddle:4:9: error: ", "declares the state \"total\", which "
             "kernels cannot keep yet; a model with states goes as far as "
             "phase 'graph'"], states)


if __name__ == "__main__":
    support.main()
