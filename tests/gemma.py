"""A model of another format: Gemma, with weights made up here, so small that it is built in a test."""

from pathlib import Path

import gguf
import numpy as np

WIDTH, HEADS, HEAD, HIDDEN, LAYERS = 64, 2, 32, 128, 2
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}\n"
    "{{ m.content }}<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
CONTROL = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
BOS, START, END = 2, 4, 5


def write_gemma(path: Path, chat_template: str = TEMPLATE) -> None:
    tokens = [*CONTROL, *(f"<0x{b:02X}>" for b in range(256)), "▁", *"abcdefghijklmnopqrstuvwxyz", "▁the", "th", "he"]
    kinds = [gguf.TokenType.CONTROL] * 6 + [gguf.TokenType.BYTE] * 256
    kinds[3] = gguf.TokenType.UNKNOWN
    kinds += [gguf.TokenType.NORMAL] * (len(tokens) - len(kinds))
    writer = gguf.GGUFWriter(path, "gemma")
    writer.add_context_length(16384)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(1)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(n) for n in range(len(tokens))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(BOS)
    writer.add_eos_token_id(1)
    writer.add_eot_token_id(END)
    writer.add_unk_token_id(3)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(chat_template)
    random = np.random.default_rng(1)

    def add(name: str, *shape: int) -> None:
        writer.add_tensor(name, random.normal(0, 0.3, shape).astype(np.float32))

    add("token_embd.weight", len(tokens), WIDTH)
    add("output_norm.weight", WIDTH)
    for n in range(LAYERS):
        add(f"blk.{n}.attn_norm.weight", WIDTH)
        add(f"blk.{n}.attn_q.weight", HEADS * HEAD, WIDTH)
        add(f"blk.{n}.attn_k.weight", HEAD, WIDTH)
        add(f"blk.{n}.attn_v.weight", HEAD, WIDTH)
        add(f"blk.{n}.attn_output.weight", WIDTH, HEADS * HEAD)
        add(f"blk.{n}.ffn_norm.weight", WIDTH)
        add(f"blk.{n}.ffn_gate.weight", HIDDEN, WIDTH)
        add(f"blk.{n}.ffn_up.weight", HIDDEN, WIDTH)
        add(f"blk.{n}.ffn_down.weight", WIDTH, HIDDEN)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
