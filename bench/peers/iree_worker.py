# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""IREE, on request: ONNX models compiled for this CPU with data tiling, its
fastest setting; O2 and O3 fail on MiniLM."""
import importlib.metadata
import pathlib
import subprocess
import sys

import worker


class Iree:
    def start(self, request):
        global compiler, runtime, graphs
        from iree import compiler, runtime
        import onnx_graphs as graphs
        # As many workers as cores that the process is pinned to.
        driver = "local-sync" if request["threads"] == 1 else "local-task"
        self.config = runtime.Config(driver)
        return importlib.metadata.version("iree-base-compiler")

    def model(self, case, request):
        if case.kind in ("attention", "decode"):
            return graphs.plain_attention(case)
        tensors = worker.load_weights(request["weights"])
        build = graphs.gemm if case.kind == "gemm" else graphs.minilm
        return build(case, tensors)

    def bound(self, case, request):
        folder = pathlib.Path(request["folder"])
        onnx, text = folder / "iree.onnx", folder / "iree.mlir"
        onnx.write_bytes(self.model(case, request))
        subprocess.run([sys.executable, "-m", "iree.compiler.tools.import_onnx",
                        onnx, "-o", text], check=True)
        code = compiler.compile_file(
            str(text), input_type="onnx", target_backends=["llvm-cpu"],
            extra_args=["--iree-llvmcpu-target-cpu=host",
                        "--iree-opt-data-tiling=true"])
        context = runtime.SystemContext(config=self.config)
        module = runtime.VmModule.copy_buffer(context.instance, code)
        context.add_vm_module(module)
        run, found, calls = context.modules[module.name]["graph"], [None], []
        for values in worker.load_inputs(case):
            inputs = [runtime.asdevicearray(self.config.device, value)
                      for value in values.values()]

            def call(inputs=inputs):
                found[0] = run(*inputs)
            calls.append(call)
        return calls, lambda: found[0].to_host(), context

    def prepare(self, request):
        case = worker.case_of(request)
        if case.dtype != "f32":
            raise worker.Refusal(f"is not compiled for {case.dtype} here")
        if case.kind == "decode" or (case.kind == "attention"
                                     and case.sizes[0] != case.sizes[1]):
            raise worker.Refusal("has no grouped heads here")
        return worker.prepared({"": lambda: self.bound(case, request)})


if __name__ == "__main__":
    worker.serve(Iree())
