# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A model that is wrong is refused where it is wrong, and no file is made."""
import support

HEAD = "model M(n = 8, heads = 2) {\n  dim batch in 1..4, seq in 1..16\n"
X = "  input x: f32[batch, seq, n]\n"
WEIGHTS = ["--weights", "random:1"]


class BadText(support.Case):
    def is_refused(self, body, pieces, *arguments, head=HEAD):
        """Each piece in the message, which starts at the text's place and
        shows the line."""
        path = self.write("m.heddle", head + body + "}\n")
        done = self.not_compiled([f"{path}:", *pieces], path,
                                 *(arguments or WEIGHTS))
        self.assertIn("^", done.err)
        return done

    def test_an_unknown_name_gets_the_nearest_one(self):
        done = self.is_refused(
            X + "  hidden = relu(x)\n  output y = relu(hiden) + relu(z)\n",
            [":5:19: error: unknown name 'hiden'; did you mean 'hidden'?",
             "output y = relu(hiden) + relu(z)\n",
             ":5:33: error: unknown name 'z'"])
        # Both are told in one run.
        self.assertEqual(done.err.count("error: "), 2)

    def test_an_unknown_op_gets_the_nearest_one(self):
        self.is_refused(X + "  output y = layer_nrom(x, @w)\n",
                        [":4:14: error: unknown op or fn 'layer_nrom'; did "
                         "you mean 'layer_norm'?"])

    def test_an_unknown_argument_gets_the_nearest_one(self):
        self.is_refused(X + "  output y = layer_norm(x, @w, esp = 1e-5)\n",
                        [":4:32: error: 'layer_norm' has no argument 'esp'; "
                         "did you mean 'eps'?"])

    def test_a_shape_mismatch_names_both_shapes_and_both_places(self):
        self.is_refused(
            "  input x: f32[batch, n], z: f32[batch, 7]\n  a = relu(x)\n"
            "  output y = a + relu(z)\n",
            [":5:16: error: add: shapes [batch, 8] and [batch, 7] do not "
             "broadcast: 8 against 7",
             ":4:7: note: f32[batch, 8] comes from here",
             ":5:18: note: f32[batch, 7] comes from here"])

    def test_attention_on_other_lengths_names_both(self):
        self.is_refused(
            "  dim past in 1..16\n"
            "  input q: f32[batch, 2, seq, 16], k: f32[batch, 2, past, 16]\n"
            "  output y = attention(q, k, q)\n",
            [":5:14: error: attention: lengths of k and v differ: past "
             "against seq", ":4:36: note: f32[batch, 2, past, 16] comes from "
             "here", ":4:9: note: f32[batch, 2, seq, 16] comes from here"])

    def test_heads_that_do_not_divide(self):
        text = X + "  output y = split_heads(x, heads)\n"
        self.is_refused(text, [":4:14: error: split_heads: the 8 features of "
                               "x [batch, seq, 8] do not divide into 3 heads"],
                        *WEIGHTS, "-D", "heads=3")
        self.is_refused(text, ["do not divide into 0 heads"], *WEIGHTS, "-D",
                        "heads=0")

    def test_minilm_refuses_heads_that_do_not_divide(self):
        self.not_compiled(
            ["minilm.heddle:", "the 384 features of x [batch, seq, 384] do "
             "not divide into 5 heads", "note: in 'project', called here"],
            support.MINILM, *support.SMALL, "-D", "heads=5")

    def test_dims_out_of_range(self):
        for dims, message in [
                ("a in 0..4", "dim 'a' in 0..4 must begin at 1 or more"),
                ("a in 5..3", "dim 'a' in 5..3 has no value"),
                ("a in 1..4000000000", "must end at 2147483647 or less")]:
            self.is_refused(X + "  output y = relu(x)\n", [":2:12: error: ",
                                                          message],
                            head=f"model M(n = 8) {{\n  dim {dims}, batch in "
                                 "1..2, seq in 1..4\n")

    def test_a_table_too_short_for_its_dim(self):
        self.is_refused(
            "  weight @p.weight: f32[12, n]\n" + X +
            "  output y = x + positions(seq, @p)\n",
            [":5:18: error: positions: the table [12, 8] has 12 rows, too few "
             "for the length seq, which may be 16",
             "weight 'p.weight' is f32[12, 8]"])

    def test_a_dim_that_no_input_tells(self):
        self.is_refused("  input x: f32[batch, n]\n  output y = relu(x)\n",
                        ["error: dim 'seq' is the extent of no input, so that "
                         "no call would tell its value"])

    def test_a_tensor_too_large(self):
        self.is_refused("  input x: f32[batch, seq, n]\n"
                        "  output y = relu(x)\n",
                        [":3:9: error: a tensor f32[batch, seq, 1000000000] "
                         "may have 64000000000 elements, more than "],
                        *WEIGHTS, "-D", "n=1000000000")

    def test_grammar(self):
        self.is_refused("  input x: f32[batch, n\n  output y = relu(x)\n",
                        [":4:3: error: expected ']', found 'output'",
                         ":3:15: note: to close this one"])

    def test_parameters_on_the_command_line(self):
        path = self.write("d.heddle", HEAD + X + "  output y = relu(x)\n}\n")
        for define, message in [
                ("hads=3", "-D hads=3: model 'M' has no parameter 'hads'; "
                 "did you mean 'heads'?"),
                ("n=x", "-D n=x: expected an integer of 64 bits"),
                ("n=1e99", "-D n=1e99: expected an integer of 64 bits")]:
            self.not_compiled([f"{path}: error: ", message], path, "-D",
                              define)

    def test_usage(self):
        for arguments, message in [
                ([], "model is required"),
                ([support.FIRST, "-D", "n"], "-D n: expected NAME=VALUE"),
                ([support.FIRST, "--isa", "neon"],
                 "--isa neon: expected one of avx512_amx, avx512_bf16, avx512_vnni, avx512, avx2"),
                ([support.FIRST, "--stop-after", "end"],
                 "--stop-after end: expected one of ast, graph, kernels, "
                 "host, halide, schedule, stmt, device, objects, "
                 "artifact"),
                ([support.FIRST, "--jobs", "0"], "--jobs"),
                ([support.FIRST, "-O", "9"], "-O")]:
            self.not_compiled(["error: ", message], *arguments, code=2)
        self.refused(["error: "], code=2)
        self.refused(["error: "], "weave", code=2)

    def test_an_input_that_is_not_there(self):
        self.not_compiled(["error: cannot open '/no/such.heddle': No such "
                           "file or directory"], "/no/such.heddle")
        broken = self.write("broken.mlir", "module {\n  halide.pipeline\n}\n")
        self.not_compiled([f"{broken}:"], broken)
        empty = self.write("empty.mlir", "module {\n}\n")
        self.not_compiled(["error: "], empty)


if __name__ == "__main__":
    support.main()
