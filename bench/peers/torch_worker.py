# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Torch, on request: as it is, and compiled by Inductor with the weights
frozen, which packs them for oneDNN. Results are tensors of its own."""
import os

import worker
import cases


def encoder(case, tensors):
    """MiniLM of tokens and mask, in torch's own operators."""
    functional = torch.nn.functional
    places = (tensors["embeddings.position_embeddings.weight"][:case.sizes[1]]
              + tensors["embeddings.token_type_embeddings.weight"][0])

    def linear(x, path):
        return functional.linear(x, tensors[path + ".weight"],
                                 tensors[path + ".bias"])

    def norm(x, path):
        return functional.layer_norm(x, (cases.WIDTH,),
                                     tensors[path + ".weight"],
                                     tensors[path + ".bias"], 1e-12)

    def heads(x):
        return x.unflatten(-1, (cases.HEADS, -1)).transpose(1, 2)

    def layer(x, path, live):
        q, k, v = (heads(linear(x, f"{path}attention.self.{name}"))
                   for name in ("query", "key", "value"))
        found = functional.scaled_dot_product_attention(q, k, v, live)
        found = linear(found.transpose(1, 2).flatten(2),
                       path + "attention.output.dense")
        x = norm(found + x, path + "attention.output.LayerNorm")
        wide = functional.gelu(linear(x, path + "intermediate.dense"))
        return norm(linear(wide, path + "output.dense") + x,
                    path + "output.LayerNorm")

    def run(tokens, mask):
        words = functional.embedding(
            tokens, tensors["embeddings.word_embeddings.weight"])
        x = norm(words + places, "embeddings.LayerNorm")
        live = mask.bool()[:, None, None, :]
        for i in range(cases.LAYERS):
            x = layer(x, f"encoder.layer.{i}.", live)
        counts = mask[..., None].to(torch.float32)
        mean = (x.to(torch.float32) * counts).sum(1) / counts.sum(1)
        return functional.normalize(mean, dim=-1)

    return run


class Torch:
    def start(self, request):
        global torch
        import torch
        torch.set_num_threads(request["threads"])
        torch.set_num_interop_threads(1)
        torch.set_flush_denormal(True)  # as ONNX Runtime is told to
        return torch.__version__

    def model(self, case, request, dtype):
        functional = torch.nn.functional
        if case.kind in ("attention", "decode"):
            heads, shared = case.sizes[:2]
            return lambda q, k, v: functional.scaled_dot_product_attention(
                q, k, v, is_causal=case.causal, enable_gqa=heads != shared)
        tensors = {name: torch.from_numpy(value).to(dtype) for name, value in
                   worker.load_weights(request["weights"]).items()}
        if case.kind == "gemm":
            return lambda x: functional.linear(x, tensors["w.weight"])
        return encoder(case, tensors)

    def compiled(self, model, request):
        from torch._inductor import config
        config.freezing = True
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = request["folder"]
        return torch.compile(model, dynamic=False)

    def bound(self, model, case, dtype):
        def tensor(value):
            found = torch.from_numpy(worker.aligned(value))
            return found.to(dtype) if found.is_floating_point() else found

        found, calls = [None], []
        for values in worker.load_inputs(case):
            def call(inputs=tuple(map(tensor, values.values()))):
                with torch.no_grad():
                    found[0] = model(*inputs)
            calls.append(call)
        calls[0]()  # compiles, where it does, before anything is timed
        return calls, lambda: found[0].to(torch.float32).numpy(), model

    def prepare(self, request):
        case = worker.case_of(request)
        if case.dtype == "int8":
            raise worker.Refusal("has no int8 linears without torchao")
        dtype = torch.bfloat16 if case.dtype == "bf16" else torch.float32
        model = self.model(case, request, dtype)
        return worker.prepared({
            "eager": lambda: self.bound(model, case, dtype),
            "compiled": lambda: self.bound(self.compiled(model, request), case,
                                           dtype)})


if __name__ == "__main__":
    worker.serve(Torch())
