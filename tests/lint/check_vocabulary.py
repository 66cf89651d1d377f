# The halide dialect and its translator know pipelines and schedules, and not
# one word of the models they are used for.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re

import common

FOLDERS = ("dialects/halide", "compiler/translate")
WORDS = {
    "attention", "bert", "causal", "decoder", "embedding", "embeddings",
    "encoder", "ffn", "gelu", "gpt", "head", "heads", "hgraph", "kv",
    "layernorm", "llama", "logit", "logits", "minilm", "mlp", "prefill",
    "queries", "query", "rmsnorm", "rope", "rotary", "seq", "softmax",
    "swiglu", "token", "tokens", "transformer", "transformers", "weight",
    "weights",
}
PHRASES = re.compile(r"layer_?norm|rms_?norm|key_?value|soft_max",
                     re.IGNORECASE)
# Halide's own: a call without data asks for the bounds of its inputs.
BOUNDS_QUERY = re.compile(r"bounds?[ _-]?quer(y|ies)", re.IGNORECASE)


def words(line):
    """The words in a line; parts of camelCase and snake_case count alone."""
    for run in re.findall(r"[A-Za-z]+", line):
        for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", run):
            yield word.lower()


def check(tree):
    for folder in FOLDERS:
        for path in tree.files(under=folder):
            for number, line in tree.lines(path):
                line = BOUNDS_QUERY.sub("", line)
                found = sorted(WORDS & set(words(line)))
                found += PHRASES.findall(line)
                if found:
                    tree.report(path, number,
                                f"'{found[0]}' is no word of this folder's")


if __name__ == "__main__":
    common.main(check, "no word of Transformers where there must be none")
