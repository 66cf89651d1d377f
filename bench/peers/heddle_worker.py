# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""heddle, through libheddle.so as an application calls it."""
import ctypes
import os
import pathlib
import subprocess

import numpy as np

import worker

GEMM = """model Gemm {{
  dim m in 1..4096
  input x: {element}[m, {depth}]
  output y: {element} = linear(x, @w, out = {columns}, bias = none)
}}
"""
ATTENTION = """model Attention {{
  dim seq in 1..8192
  input q: f32[1, {heads}, {queries}, {width}],
        k: {cache}[1, {shared}, seq, {width}],
        v: {cache}[1, {shared}, seq, {width}]
  output y = attention(q, k, v{mask})
}}
"""
F32, BF16, I32 = 1, 4, 8  # heddle_dtype


class Error(ctypes.Structure):
    _fields_ = [("message", ctypes.c_char * 256)]


class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("dtype", ctypes.c_uint32),
                ("rank", ctypes.c_uint32), ("extents", ctypes.c_int64 * 8),
                ("strides", ctypes.c_int64 * 8), ("space", ctypes.c_uint32)]


class SessionOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("threads", ctypes.c_uint32),
                ("variant", ctypes.c_char_p), ("slice", ctypes.c_uint32),
                ("reserved", ctypes.c_uint32)]


class BufferInfo(ctypes.Structure):
    _fields_ = [("buffer", ctypes.c_uint32), ("kind", ctypes.c_uint32),
                ("name", ctypes.c_char_p), ("dtype", ctypes.c_uint32),
                ("space", ctypes.c_uint32), ("rank", ctypes.c_uint32),
                ("extents", ctypes.POINTER(ctypes.c_char_p)),
                ("has_range", ctypes.c_bool), ("low", ctypes.c_int64),
                ("high", ctypes.c_int64)]


def source(case):
    """The model's text."""
    if case.kind == "gemm":
        # In bf16 the tensors are of that type, as OpenVINO's are.
        element = "bf16" if case.dtype == "bf16" else "f32"
        return GEMM.format(depth=case.sizes[1], columns=case.sizes[2],
                           element=element)
    heads, shared, _, width = case.sizes
    return ATTENTION.format(
        heads=heads, shared=shared, width=width,
        queries=1 if case.kind == "decode" else "seq",
        # Caches of keys and values are what decoding reads.
        cache="bf16" if case.kind == "decode" and case.dtype == "bf16"
        else "f32",
        mask=", mask = causal" if case.causal else "")


def to_dtype(array, dtype):
    """A dense array of the bits that the artefact takes."""
    if dtype == F32:
        return worker.aligned(array, np.float32)
    if dtype == I32:
        return worker.aligned(array, np.int32)
    if dtype == BF16:
        return worker.bf16_bits(array)
    raise worker.Refusal(f"takes an element type {dtype} that is not known")


class Model:
    """A loaded artefact and its session."""

    def __init__(self, library, path, threads, isa):
        self.library, self.error = library, Error()
        self.module, self.session = ctypes.c_void_p(), ctypes.c_void_p()
        options = SessionOptions(ctypes.sizeof(SessionOptions), threads,
                                 isa.encode() if isa else None)
        self.must(library.heddle_module_load(
            str(path).encode(), ctypes.byref(self.module), self.at_error))
        self.must(library.heddle_session_create(
            self.module, ctypes.byref(options), ctypes.byref(self.session),
            self.at_error))

    @property
    def at_error(self):
        return ctypes.byref(self.error)

    def must(self, status):
        if status:
            raise worker.Refusal(self.error.message.decode())

    def infos(self, kind, count):
        for index in range(count):
            info = BufferInfo()
            getattr(self.library, "heddle_module_" + kind)(
                self.module, 0, index, ctypes.byref(info))
            yield info

    def inputs(self):
        return self.infos("input",
                          self.library.heddle_module_num_inputs(self.module, 0))

    def bind(self, values):
        """(a function that runs the entry on these inputs, what keeps them)"""
        arrays = [(to_dtype(values[info.name.decode()], info.dtype), info.dtype)
                  for info in self.inputs()]
        tensors = (Tensor * len(arrays))()
        for tensor, (array, dtype) in zip(tensors, arrays):
            tensor.data, tensor.dtype = array.ctypes.data, dtype
            tensor.rank, tensor.extents[:array.ndim] = array.ndim, array.shape
        run, must = self.library.heddle_session_run, self.must
        arguments = (self.session, 0, tensors, len(arrays), self.output, 1,
                     None, self.at_error)

        def call():
            status = run(*arguments)
            if status:
                must(status)
        return call, (arrays, tensors)

    def make_output(self, values):
        """Room for the output at these inputs' sizes."""
        self.output = (Tensor * 1)()
        call, keep = self.bind(values)
        self.must(self.library.heddle_module_output_shapes(
            self.module, 0, keep[1], len(keep[0]), self.output, 1,
            self.at_error))
        dtype = self.output[0].dtype
        shape = self.output[0].extents[:self.output[0].rank]
        self.result = worker.aligned(np.zeros(
            shape, np.uint16 if dtype == BF16 else np.float32))
        self.output[0].data = self.result.ctypes.data

    def output_values(self):
        if self.output[0].dtype == BF16:
            return worker.from_bf16_bits(self.result)
        return self.result

    def free(self):
        self.library.heddle_session_free(self.session)
        self.library.heddle_module_free(self.module)


class Heddle:
    """Compiles each case with the tool and runs it with the library."""

    model = None

    def start(self, request):
        self.request = request
        self.tool = request["heddle"]
        if not os.access(self.tool, os.X_OK):
            raise ImportError(f"there is no {self.tool}; ./bootstrap.sh build "
                              "makes it, or --heddle names another")
        library = pathlib.Path(self.tool).parents[1] / "lib/libheddle.so"
        try:
            self.library = ctypes.CDLL(str(library))
        except OSError as error:
            raise ImportError(str(error)) from None
        version = self.library.heddle_version
        version.restype = ctypes.c_char_p
        return version().decode()

    def compile(self, case, folder, weights, options):
        text, out = folder / "model.heddle", folder / "model.so"
        if case.kind == "minilm":
            text = pathlib.Path(__file__).parents[2] / "models/minilm.heddle"
        else:
            text.write_text(source(case))
        command = [self.tool, "compile", text, "-o", out, *options]
        if weights:
            command += ["--weights", weights]
        if case.dtype != "f32":
            command += ["--dtype", case.dtype]
        done = subprocess.run(
            command, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: os.sched_setscheduler(0, os.SCHED_OTHER,
                                                     os.sched_param(0)))
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no word"]
            wrong = [line for line in lines if "error" in line]
            raise worker.Refusal((wrong or lines)[0].strip())
        return out

    def prepare(self, request):
        if self.model:
            self.model.free()
            self.model = None
        case, folder = worker.case_of(request), pathlib.Path(request["folder"])
        isa = self.request["isa"]
        path = self.compile(case, folder, request["weights"],
                            ["--isa", isa] if isa else [])
        model = self.model = Model(self.library, path, self.request["threads"],
                                   isa)
        sets = worker.load_inputs(case)
        model.make_output(sets[0])
        calls, keep = zip(*(model.bind(values) for values in sets))
        return [worker.Prepared("", calls, model.output_values, keep)], ""


if __name__ == "__main__":
    worker.serve(Heddle())
