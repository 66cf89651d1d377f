# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The cases as ONNX models, as an exporter would write them; weights are
constants and sizes fixed, which lets the peers prepare most."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

import cases

FLOAT, INT64, INT32 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32
MICROSOFT = "com.microsoft"


class Graph:
    """Nodes, constants, inputs and outputs as they are added."""

    def __init__(self, opset):
        self.opset = opset
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def input(self, name, shape, dtype=FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def output(self, name, shape, dtype=FLOAT):
        self.outputs.append(helper.make_tensor_value_info(name, dtype, shape))

    def node(self, kind, inputs, outputs=None, domain="", **attributes):
        """The name of its first output."""
        if outputs is None:
            outputs = [f"{kind}_{len(self.nodes)}"]
        self.nodes.append(helper.make_node(
            kind, inputs, outputs, name=f"node_{len(self.nodes)}",
            domain=domain, **attributes))
        return outputs[0]

    def bytes(self):
        graph = helper.make_graph(self.nodes, "graph", self.inputs,
                                  self.outputs, self.constants)
        opsets = [helper.make_opsetid("", self.opset),
                  helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        return model.SerializeToString()


def gemm(case, tensors):
    rows, depth, columns = case.sizes
    g = Graph(20)
    g.input("x", [rows, depth])
    weight = np.ascontiguousarray(tensors["w.weight"].T)
    g.node("MatMul", ["x", g.constant("w", weight)], ["y"])
    g.output("y", [rows, columns])
    return g.bytes()


def attention(case):
    """The standard operator, grouped heads and causal included."""
    heads, shared, length, width = case.sizes
    queries = 1 if case.kind == "decode" else length
    g = Graph(24)
    g.input("q", [1, heads, queries, width])
    g.input("k", [1, shared, length, width])
    g.input("v", [1, shared, length, width])
    g.node("Attention", ["q", "k", "v"], ["y"], is_causal=int(case.causal))
    g.output("y", [1, heads, queries, width])
    return g.bytes()


def plain_attention(case):
    """Products and a softmax, for who has no attention."""
    heads, _, length, width = case.sizes
    shape = [1, heads, length, width]
    g = Graph(20)
    q, k, v = (g.input(name, shape) for name in "qkv")
    scores = g.node("MatMul", [q, g.node("Transpose", [k], perm=[0, 1, 3, 2])])
    scale = g.constant("scale", np.float32(width ** -0.5))
    scores = g.node("Mul", [scores, scale])
    if case.causal:
        mask = np.triu(np.full((length, length), -1e30, np.float32), 1)
        scores = g.node("Add", [scores, g.constant("mask", mask)])
    g.node("MatMul", [g.node("Softmax", [scores], axis=-1), v], ["y"])
    g.output("y", shape)
    return g.bytes()


def multi_head_attention(case):
    """ONNX Runtime's own; [batch, length, heads * width]."""
    heads, _, length, width = case.sizes
    g = Graph(20)
    for name in "qkv":
        g.input(name, [1, length, heads * width])
    g.node("MultiHeadAttention", ["q", "k", "v"], ["y"], MICROSOFT,
           num_heads=heads, unidirectional=int(case.causal))
    g.output("y", [1, length, heads * width])
    return g.bytes()


def group_query_attention(case):
    """ONNX Runtime's own, always causal. At decode the last token is new and
    those before it lie in the cache, which grows in place."""
    heads, shared, length, width = case.sizes
    queries = 1 if case.kind == "decode" else length
    g = Graph(20)
    g.input("q", [1, queries, heads * width])
    g.input("k", [1, queries, shared * width])
    g.input("v", [1, queries, shared * width])
    past = ["", ""]
    if case.kind == "decode":
        past = [g.input(name, [1, shared, length, width])
                for name in ("past_k", "past_v")]
    last = g.constant("last", np.array([length - 1], np.int32))
    total = g.constant("total", np.array(length, np.int32))
    g.node("GroupQueryAttention", ["q", "k", "v", *past, last, total],
           ["y", "all_k", "all_v"], MICROSOFT, num_heads=heads,
           kv_num_heads=shared)
    g.output("y", [1, queries, heads * width])
    for name in ("all_k", "all_v"):
        g.output(name, [1, shared, length, width])
    return g.bytes()


class MiniLm:
    """The encoder in the operators that torch's exporter gives."""

    def __init__(self, case, tensors, fused):
        self.batch, self.length = case.sizes
        self.tensors, self.fused = tensors, fused
        self.g = Graph(20)

    def weight(self, name, transposed=False):
        array = self.tensors[name]
        if transposed:
            array, name = np.ascontiguousarray(array.T), name + ".T"
        return self.g.constant(name, array)

    def linear(self, x, path):
        product = self.g.node("MatMul",
                              [x, self.weight(path + ".weight", True)])
        return self.g.node("Add", [product, self.weight(path + ".bias")])

    def norm(self, x, path):
        return self.g.node(
            "LayerNormalization", [x, self.weight(path + ".weight"),
                                   self.weight(path + ".bias")],
            axis=-1, epsilon=1e-12)

    def embeddings(self):
        path = "embeddings.{}_embeddings.weight".format
        words = self.g.node("Gather", [self.weight(path("word")), "tokens"])
        rest = (self.tensors[path("position")][:self.length]
                + self.tensors[path("token_type")][0])
        x = self.g.node("Add", [words, self.g.constant("places", rest[None])])
        return self.norm(x, "embeddings.LayerNorm")

    def scores_mask(self):
        """0 where a key counts and the smallest float where not."""
        g = self.g
        wide = g.node("Unsqueeze",
                      ["mask", g.constant("axes", np.array([1, 2]))])
        real = g.node("Cast", [wide], to=FLOAT)
        gone = g.node("Sub", [g.constant("one", np.float32(1)), real])
        low = g.constant("low", np.finfo(np.float32).min)
        return g.node("Mul", [gone, low])

    def heads(self, x, order):
        shape = self.g.constant(
            f"heads_{len(self.g.nodes)}",
            np.array([self.batch, self.length, cases.HEADS, -1]))
        return self.g.node("Transpose",
                           [self.g.node("Reshape", [x, shape])], perm=order)

    def attention(self, x, path, mask):
        g = self.g
        q, k, v = (self.linear(x, f"{path}attention.self.{name}")
                   for name in ("query", "key", "value"))
        if self.fused:
            return g.node("MultiHeadAttention", [q, k, v, "", "mask"], None,
                          MICROSOFT, num_heads=cases.HEADS)
        q, v = (self.heads(one, [0, 2, 1, 3]) for one in (q, v))
        scores = g.node("MatMul", [q, self.heads(k, [0, 2, 3, 1])])
        root = np.float32((cases.WIDTH // cases.HEADS) ** 0.5)
        scaled = g.node("Div", [scores, g.constant(path + "root", root)])
        shares = g.node("Softmax", [g.node("Add", [scaled, mask])], axis=-1)
        out = g.node("Transpose", [g.node("MatMul", [shares, v])],
                     perm=[0, 2, 1, 3])
        shape = np.array([self.batch, self.length, cases.WIDTH])
        return g.node("Reshape", [out, g.constant(path + "merged", shape)])

    def layer(self, x, path, mask):
        g = self.g
        a = self.linear(self.attention(x, path, mask),
                        path + "attention.output.dense")
        x = self.norm(g.node("Add", [a, x]),
                      path + "attention.output.LayerNorm")
        wide = self.linear(x, path + "intermediate.dense")
        h = self.linear(g.node("Gelu", [wide]), path + "output.dense")
        return self.norm(g.node("Add", [h, x]), path + "output.LayerNorm")

    def pooled(self, x):
        """The mean over the tokens that count, of length 1."""
        g = self.g
        last = g.constant("last_axis", np.array([-1]))
        first = g.constant("token_axis", np.array([1]))
        counts = g.node("Unsqueeze", [g.node("Cast", ["mask"], to=FLOAT), last])
        total = g.node("ReduceSum", [g.node("Mul", [x, counts]), first],
                       keepdims=0)
        number = g.node("ReduceSum", [counts, first], keepdims=0)
        mean = g.node("Div", [total, number])
        size = g.node("ReduceL2", [mean, last], keepdims=1)
        g.node("Div", [mean, size], ["y"])

    def bytes(self):
        for name in ("tokens", "mask"):
            self.g.input(name, [self.batch, self.length], INT32)
        x = self.embeddings()
        mask = None if self.fused else self.scores_mask()
        for i in range(cases.LAYERS):
            x = self.layer(x, f"encoder.layer.{i}.", mask)
        self.pooled(x)
        self.g.output("y", [self.batch, cases.WIDTH])
        return self.g.bytes()


def minilm(case, tensors, fused=False):
    """`fused` has attention as ONNX Runtime's own operator."""
    return MiniLm(case, tensors, fused).bytes()
