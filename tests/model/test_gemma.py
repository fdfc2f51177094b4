"""A model of another format: Gemma, with weights made up here, so small that it is built in the test."""

from pathlib import Path

import gguf
import numpy as np
import pytest

from shellmate.engine.engine import Sampling
from shellmate.engine.tokenized import frame_of, tokenize_whole
from shellmate.models.store import ModelFile

pytestmark = pytest.mark.model

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


@pytest.fixture(scope="module")
def gemma(tmp_path_factory) -> ModelFile:
    path = tmp_path_factory.mktemp("gemma") / "gemma.gguf"
    write_gemma(path)
    return ModelFile("gemma.gguf", path, "0e" * 32)


def test_the_prompt_is_gemmas_and_begins_with_bos(engine_on, small_prompt, gemma, tmp_path):
    model = engine_on(tmp_path / "kv", gemma)._model.vocabulary
    whole = tokenize_whole(model, frame_of(model, small_prompt("")), "the mean<end_of_turn>")
    assert whole[:2] == [BOS, START]
    assert whole.count(BOS) == 1
    assert whole.count(START) == 6, "two examples of two turns, the question, the answer"
    assert whole.count(END) == 5, "the end of a turn in the question is text"
    text = b"".join(model.bytes_of(t) for t in whole).decode()
    assert text.startswith("user\nYou answer with")
    assert text.endswith("user\nthe mean<end_of_turn>\nmodel\n")


def test_restored_equals_fresh(engine_on, small_prompt, answer, gemma, tmp_path):
    taken = []
    for _ in range(2):
        engine = engine_on(tmp_path / "kv", gemma)
        taken.append(answer(engine, small_prompt("the mean"), max_tokens=60))
        begun, kept = engine._progress.begun, len(list((tmp_path / "kv").rglob("*.val")))
        engine.close()
        assert kept == 1
    fresh, restored = taken
    assert not begun, "the second did not prime"
    assert fresh.usage.tokens > 5
    assert restored.text == fresh.text
    assert restored.usage.primed_tokens > 100
    assert restored.usage.evaluated_tokens < 40


def test_several(engine_on, small_prompt, gemma, tmp_path):
    candidates, _ = engine_on(tmp_path / "kv", gemma).generate_several(small_prompt("x"), Sampling(max_tokens=9), 3)
    assert len({c.text for c in candidates}) == 3


def test_a_template_that_llama_cpp_does_not_know(engine_on, small_prompt, answer, tmp_path):
    path = tmp_path / "own.gguf"
    write_gemma(path, "{% for m in messages %}[[{{ m.role }}]] {{ m.content }}\n{% endfor %}[[assistant]]")
    engine = engine_on(tmp_path / "kv", ModelFile("own.gguf", path, "0f" * 32))
    assert answer(engine, small_prompt("the mean"), max_tokens=9).usage.tokens


def test_through_the_command(run, gemma):
    done = run("-m", str(gemma.path), "--sh", "list files", "--max-tokens", "20", "-q")
    assert done.returncode in (0, 4), done.stderr  # nobody expects sense from made-up weights
    assert "Traceback" not in done.stderr and "internal" not in done.stderr
