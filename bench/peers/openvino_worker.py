# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""OpenVINO: weights are constants, tensors are the caller's memory, one infer
request for each set of inputs."""
import numpy as np

import worker


class OpenVino:
    def start(self, request):
        global ov, ops
        import openvino as ov
        from openvino import opset13 as ops
        self.threads = request["threads"]
        self.core = ov.Core()
        return ov.get_version().split("-")[0]

    def compiled(self, model, case):
        return self.core.compile_model(model, "CPU", {
            "INFERENCE_NUM_THREADS": self.threads, "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False,
            "INFERENCE_PRECISION_HINT":
                "bf16" if case.dtype == "bf16" else "f32"})

    def tensor(self, array, port):
        """(the caller's array as a tensor, the array that it must keep)"""
        if port.get_element_type() == ov.Type.bf16:
            array = worker.bf16_bits(array)
            return ov.Tensor(array, array.shape, ov.Type.bf16), array
        array = worker.aligned(array)
        return ov.Tensor(array, shared_memory=True), array

    def bound(self, model, case, sets):
        compiled = self.compiled(model, case)
        port = compiled.output(0)
        y, result = self.tensor(np.zeros(port.shape, np.float32), port)
        calls, keep = [], [compiled, result]
        for values in sets:
            request = compiled.create_infer_request()
            for key, value in values.items():
                tensor, array = self.tensor(value, compiled.input(key))
                request.set_tensor(key, tensor)
                keep.append(array)
            request.set_output_tensor(y)
            # Without the two words it copies the output.
            calls.append(lambda r=request: r.infer(share_inputs=True,
                                                   share_outputs=True))
        if result.dtype == np.uint16:
            return calls, lambda: worker.from_bf16_bits(result), keep
        return calls, lambda: result, keep

    def prepare(self, request):
        case = worker.case_of(request)
        sets = worker.load_inputs(case)
        if case.kind in ("attention", "decode"):
            if case.dtype == "int8":
                raise worker.Refusal("has no int8 attention")
            return self.attention(case, sets)
        import onnx_graphs as graphs
        build = graphs.gemm if case.kind == "gemm" else graphs.minilm

        def way(small):
            model = self.core.read_model(
                build(case, worker.load_weights(request["weights"])))
            if case.dtype == "int8":
                model = self.quantised(model, sets)
            if small:
                model = self.in_bf16(model)
            return self.bound(model, case, sets)

        return worker.prepared(self.ways(case, way, case.kind == "gemm"))

    def ways(self, case, way, has_both=True, name=""):
        """In bf16 the caller's tensors may be of that type, too."""
        found = {name: lambda: way(False)}
        if case.dtype == "bf16" and has_both:
            found[f"{name} bf16 tensors".strip()] = lambda: way(True)
        return found

    def in_bf16(self, model):
        process = ov.preprocess.PrePostProcessor(model)
        process.input(0).tensor().set_element_type(ov.Type.bf16)
        process.output(0).tensor().set_element_type(ov.Type.bf16)
        return process.build()

    def quantised(self, model, sets):
        """Post-training quantisation; the inputs are what it calibrates on."""
        try:
            import nncf
        except ImportError as error:
            raise worker.Refusal(f"int8 needs nncf: {error}") from None
        nncf.set_log_level(40)
        return nncf.quantize(model, nncf.Dataset(sets), subset_size=len(sets),
                             model_type=nncf.ModelType.TRANSFORMER)

    def repeated(self, x, sizes):
        """Each of the shared heads as often as there are heads for it."""
        heads, shared, length, width = sizes
        wide = ops.broadcast(
            ops.unsqueeze(x, np.array(2)),
            np.array([1, shared, heads // shared, length, width]),
            broadcast_spec="BIDIRECTIONAL")
        return ops.reshape(wide, np.array([1, heads, length, width]), False)

    def attention_model(self, case, shared, small):
        """`shared` key/value heads come in."""
        heads, _, length, width = case.sizes
        queries = 1 if case.kind == "decode" else length
        dtype = ov.Type.bf16 if small else ov.Type.f32
        q, k, v = inputs = [
            ops.parameter([1, h, n, width], dtype, name=name)
            for name, h, n in (("q", heads, queries), ("k", shared, length),
                               ("v", shared, length))]
        if shared != heads:
            k, v = (self.repeated(x, case.sizes) for x in (k, v))
        y = ops.scaled_dot_product_attention(q, k, v, causal=case.causal)
        model = ov.Model([y], inputs, "attention")
        for name, port in zip("qkv", model.inputs):
            port.set_names({name})
        return model

    def attention(self, case, sets):
        heads, shared = case.sizes[:2]
        group = heads // shared
        wide = sets if group == 1 else [
            {name: value.repeat(1 if name == "q" else group, 1)
             for name, value in one.items()} for one in sets]
        before = lambda small: self.bound(
            self.attention_model(case, heads, small), case, wide)
        if group == 1:
            return worker.prepared(self.ways(case, before))
        inside = lambda small: self.bound(
            self.attention_model(case, shared, small), case, sets)
        return worker.prepared({
            **self.ways(case, before, name="repeated before"),
            **self.ways(case, inside, name="repeated inside")})


if __name__ == "__main__":
    worker.serve(OpenVino())
