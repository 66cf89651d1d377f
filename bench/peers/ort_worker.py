# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ONNX Runtime: weights are constants, which it packs when a session is made;
inputs and outputs are bound before, so that the timed loop copies nothing."""
import pathlib

import numpy as np

import worker


def rows(array):
    """[1, heads, length, width] as [1, length, heads * width]."""
    return np.ascontiguousarray(
        array.swapaxes(1, 2).reshape(1, array.shape[2], -1))


class OnnxRuntime:
    def start(self, request):
        global ort, graphs
        import onnxruntime as ort
        import onnx_graphs as graphs
        self.threads = request["threads"]
        return ort.__version__

    def session(self, model):
        options = ort.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = (
            ort.GraphOptimizationLevel.ORT_ENABLE_ALL)
        options.log_severity_level = 3
        # A weight that is subnormal in f32 must not slow the others down.
        options.add_session_config_entry("session.set_denormal_as_zero", "1")
        return ort.InferenceSession(model, options,
                                    providers=["CPUExecutionProvider"])

    def bound(self, model, sets, unpack=lambda y: y, shared=None):
        """`shared` names the outputs that are written over an input."""
        shared = shared or {}
        session = self.session(model)
        outputs = {}
        for one in session.get_outputs():
            if one.name not in shared:
                outputs[one.name] = ort.OrtValue.ortvalue_from_shape_and_type(
                    one.shape, np.float32, "cpu")
        calls, keep = [], [session]
        for values in sets:
            binding = session.io_binding()
            held = {key: ort.OrtValue.ortvalue_from_numpy(value, "cpu")
                    for key, value in values.items()}
            for key, value in held.items():
                binding.bind_ortvalue_input(key, value)
            for key, value in outputs.items():
                binding.bind_ortvalue_output(key, value)
            for key, source in shared.items():
                binding.bind_ortvalue_output(key, held[source])
            keep.append((binding, held))
            calls.append(lambda b=binding: session.run_with_iobinding(b))
        return calls, lambda: unpack(outputs["y"].numpy()), keep

    def prepare(self, request):
        case = worker.case_of(request)
        sets = worker.load_inputs(case)
        if case.dtype == "bf16":
            raise worker.Refusal("has no bf16 kernels for x86 CPUs")
        if case.kind in ("attention", "decode"):
            if case.dtype != "f32":
                raise worker.Refusal(f"has no {case.dtype} attention on CPUs")
            return self.attention(case, sets)
        tensors = worker.load_weights(request["weights"])
        if case.kind == "gemm":
            models = {"MatMul": lambda: graphs.gemm(case, tensors)}
        else:
            models = {"exported": lambda: graphs.minilm(case, tensors),
                      "MultiHeadAttention":
                          lambda: graphs.minilm(case, tensors, True)}
        if case.dtype == "int8":
            return worker.prepared(
                {name + " dynamic": lambda m=model: self.bound(
                    self.quantised(m(), request), sets)
                 for name, model in models.items()})
        return worker.prepared({name: lambda m=model: self.bound(m(), sets)
                                for name, model in models.items()})

    def quantised(self, model, request):
        from onnxruntime.quantization import QuantType, quantize_dynamic
        folder = pathlib.Path(request["folder"])
        plain, small = folder / "plain.onnx", folder / "int8.onnx"
        plain.write_bytes(model)
        quantize_dynamic(plain, small, weight_type=QuantType.QInt8,
                         per_channel=True,
                         extra_options={"DefaultTensorType": graphs.FLOAT})
        return small.read_bytes()

    def attention(self, case, sets):
        heads, shared, _, width = case.sizes
        back = lambda y: y.reshape(1, -1, heads, width).swapaxes(1, 2)
        flat = [{name: rows(value) for name, value in one.items()}
                for one in sets]
        ways = {"Attention": lambda: self.bound(graphs.attention(case), sets)}
        if heads == shared and case.kind == "attention":
            ways["MultiHeadAttention"] = lambda: self.bound(
                graphs.multi_head_attention(case), flat, back)
        if case.kind == "decode":
            split = [{"q": rows(one["q"]), "k": rows(one["k"][:, :, -1:]),
                      "v": rows(one["v"][:, :, -1:]), "past_k": one["k"],
                      "past_v": one["v"]} for one in sets]
            ways["GroupQueryAttention"] = lambda: self.bound(
                graphs.group_query_attention(case), split, back,
                {"all_k": "past_k", "all_v": "past_v"})
        elif case.causal:
            ways["GroupQueryAttention"] = lambda: self.bound(
                graphs.group_query_attention(case), flat, back)
        return worker.prepared(ways)


if __name__ == "__main__":
    worker.serve(OnnxRuntime())
