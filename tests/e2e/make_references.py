# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes what transformers gives for small models of random weights, which
zoo_test.py compares with. Run once, by hand, where torch and transformers are:

    python3 make_references.py FOLDER

Weights are made from their names (see `weight`), so that only inputs, outputs
and the names and shapes of the weights are kept."""
import json
import pathlib
import sys
import zlib

import numpy as np


def weight(name, shape):
    """Norms near 1, the rest small, the same on every machine."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    values = random.uniform(-1, 1, shape)
    is_norm = len(shape) == 1 and name.endswith("weight")
    return (1 + values / 4 if is_norm else values / 4).astype(np.float32)


# What a checkpoint calls a tensor, where the class in memory has another name.
RENAMED = [
    ("lm_head.weight", "transformer.wte.weight", "gpt2"),
    ("encoder.embed_tokens.", "shared.", "t5_encoder"),
    ("vit.layers.", "vit.encoder.layer.", "vit"),
    ("attention.q_proj", "attention.attention.query", "vit"),
    ("attention.k_proj", "attention.attention.key", "vit"),
    ("attention.v_proj", "attention.attention.value", "vit"),
    ("attention.o_proj", "attention.output.dense", "vit"),
    ("mlp.fc1", "intermediate.dense", "vit"),
    ("mlp.fc2", "output.dense", "vit")]


def checkpoint_name(model, path):
    for found, name, of in RENAMED:
        if model == of:
            path = path.replace(found, name)
    return path


def models():
    """(name, model, inputs, call): call gives outputs by name."""
    import transformers as t

    random = np.random.default_rng(11)

    def tokens(batch, length, vocab):
        return random.integers(0, vocab, (batch, length), np.int64)

    gpt2 = t.GPT2LMHeadModel(t.GPT2Config(
        vocab_size=97, n_positions=40, n_embd=48, n_layer=2, n_head=4))
    yield ("gpt2", gpt2, {"tokens": tokens(2, 19, 97)},
           lambda m, x: {"logits": m(input_ids=x["tokens"]).logits})

    scaling = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
               "high_freq_factor": 4.0, "rope_theta": 10000.0,
               "original_max_position_embeddings": 8192}
    llama = t.LlamaForCausalLM(t.LlamaConfig(
        vocab_size=89, hidden_size=48, intermediate_size=80,
        num_hidden_layers=2, num_attention_heads=6, num_key_value_heads=2,
        max_position_embeddings=64, rms_norm_eps=1e-5,
        rope_parameters=scaling, tie_word_embeddings=False))
    yield ("llama", llama, {"tokens": tokens(2, 33, 89)},
           lambda m, x: {"logits": m(input_ids=x["tokens"]).logits})

    t5 = t.T5EncoderModel(t.T5Config(
        vocab_size=71, d_model=32, d_kv=12, d_ff=64, num_layers=2,
        num_heads=4, feed_forward_proj="relu"))
    mask = np.ones((2, 150), np.int64)
    mask[1, 101:] = 0
    yield ("t5_encoder", t5, {"tokens": tokens(2, 150, 71), "mask": mask},
           lambda m, x: {"hidden": m(input_ids=x["tokens"],
                                     attention_mask=x["mask"])
                         .last_hidden_state})

    vit = t.ViTForImageClassification(t.ViTConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=48, image_size=30, patch_size=6, num_labels=7))
    pixels = random.uniform(-1, 1, (2, 3, 30, 30)).astype(np.float32)
    yield ("vit", vit, {"pixels": pixels},
           lambda m, x: {"logits": m(pixel_values=x["pixels"]).logits})

    whisper = t.WhisperModel(t.WhisperConfig(
        vocab_size=51, num_mel_bins=20, encoder_layers=2,
        encoder_attention_heads=4, encoder_ffn_dim=48, d_model=32,
        decoder_layers=1, decoder_attention_heads=2, decoder_ffn_dim=8,
        max_source_positions=25, pad_token_id=0, bos_token_id=1,
        eos_token_id=2, decoder_start_token_id=1))
    frames = random.uniform(-1, 1, (2, 20, 50)).astype(np.float32)
    yield ("whisper_encoder", whisper, {"spectrogram": frames},
           lambda m, x: {"hidden": m.encoder(x["spectrogram"])
                         .last_hidden_state})


def main(folder):
    import torch

    for name, model, inputs, call in models():
        model.eval()
        shapes = {}
        with torch.no_grad():
            for path, tensor in model.state_dict().items():
                if tensor.is_floating_point():
                    path = checkpoint_name(name, path)
                    shapes[path] = list(tensor.shape)
                    tensor.copy_(torch.from_numpy(
                        weight(path, list(tensor.shape))))
            found = call(model, {key: torch.from_numpy(value)
                                 for key, value in inputs.items()})
        data = {"input." + key: value.astype(np.int32)
                if value.dtype == np.int64 else value
                for key, value in inputs.items()}
        data |= {"output." + key: value.numpy()
                 for key, value in found.items()}
        np.savez_compressed(pathlib.Path(folder) / (name + ".npz"),
                            weights=json.dumps(shapes), **data)
        print(name, {key: value.shape for key, value in data.items()})


if __name__ == "__main__":
    main(sys.argv[1])
