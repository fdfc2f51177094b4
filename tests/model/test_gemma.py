"""A model of another format: Gemma, with weights made up here."""

import pytest

from shellmate.engine.engine import Sampling
from shellmate.engine.tokenized import frame_of, tokenize_whole
from shellmate.models.store import ModelFile
from tests.gemma import BOS, END, START, write_gemma

pytestmark = pytest.mark.model


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
