# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the results must be, in double, and how far they may be off."""
import math

import numpy as np

import cases

# compiler/reference/Tolerance.h has the derivation.
ROUNDOFF = {"f32": 2.0 ** -24, "bf16": 2.0 ** -9}
# What lower precisions must keep of a result's direction.
LEAST_COSINE = {"bf16": 0.99, "int8": 0.97}


def softmax(scores):
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    return scores / scores.sum(-1, keepdims=True)


def attention(q, k, v, causal=False):
    group = q.shape[1] // k.shape[1]
    out = np.empty(q.shape[:3] + v.shape[3:])
    for b in range(q.shape[0]):
        for h in range(q.shape[1]):
            keys = k[b, h // group].astype(np.float64)
            scores = q[b, h].astype(np.float64) @ keys.T / math.sqrt(q.shape[3])
            if causal:
                scores[np.triu_indices(len(scores), 1)] = -np.inf
            out[b, h] = softmax(scores) @ v[b, h // group].astype(np.float64)
    return out


def layer_norm(x, weight, bias):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12) * weight + bias


def gelu(x):
    # erf by its integral's series is slow; this one is exact to 1e-15.
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / 2 ** 0.5))


def minilm(tokens, tensors):
    """Without padding: every token counts."""
    get = lambda name: tensors[name].astype(np.float64)
    linear = lambda x, p: x @ get(p + ".weight").T + get(p + ".bias")
    norm = lambda x, p: layer_norm(x, get(p + ".weight"), get(p + ".bias"))
    words = "embeddings.{}_embeddings.weight".format
    x = norm(get(words("word"))[tokens]
             + get(words("position"))[:tokens.shape[1]]
             + get(words("token_type"))[0], "embeddings.LayerNorm")
    split = lambda y: y.reshape(*y.shape[:2], cases.HEADS, -1).swapaxes(1, 2)
    for i in range(cases.LAYERS):
        p = f"encoder.layer.{i}."
        q, k, v = (split(linear(x, p + "attention.self." + part))
                   for part in ("query", "key", "value"))
        a = attention(q, k, v).swapaxes(1, 2).reshape(x.shape)
        x = norm(x + linear(a, p + "attention.output.dense"),
                 p + "attention.output.LayerNorm")
        h = gelu(linear(x, p + "intermediate.dense"))
        x = norm(x + linear(h, p + "output.dense"), p + "output.LayerNorm")
    mean = x.mean(1)
    return mean / np.linalg.norm(mean, axis=-1, keepdims=True)


def expected(case, values, tensors):
    """The result of one set of inputs; `tensors` are the weights' by name."""
    if case.kind == "gemm":
        return values["x"].astype(np.float64) @ tensors["w.weight"].T
    if case.kind == "minilm":
        return minilm(values["tokens"], tensors)
    return attention(values["q"], values["k"], values["v"], case.causal)


def tolerance(dtype, length):
    return 8 * ROUNDOFF[dtype] * (1 + math.sqrt(max(length, 1)))


def is_of_f32(case, error):
    """Whether a case of a lower precision was computed in f32 all the same:
    its error is no larger."""
    return (case.dtype != "f32"
            and error <= tolerance("f32", case.path_length))


def cosine(want, got):
    norms = np.linalg.norm(want) * np.linalg.norm(got)
    return float((want * got).sum() / norms) if norms > 0 else 0.0


def complaint(case, want, got):
    """(why the result is wrong or None, its error against the largest allowed
    of f32, its cosine). The error is the largest |got - want| / (|want| +
    rms)."""
    got = got.astype(np.float64)
    if got.shape != want.shape:
        return f"has shape {got.shape}, not {want.shape}", None, None
    if not np.isfinite(got).all():
        return "has elements that are not finite", None, None
    rms = math.sqrt((want * want).mean())
    error = float((abs(got - want) / (abs(want) + rms)).max())
    alike = cosine(want, got)
    if case.dtype in ROUNDOFF:
        allowed = tolerance(case.dtype, case.path_length)
        if error > allowed:
            return f"is off by {error:.1e}, above {allowed:.1e}", error, alike
    if alike < LEAST_COSINE.get(case.dtype, -1):
        return f"has cosine {alike:.4f}", error, alike
    return None, error, alike
