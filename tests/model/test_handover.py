"""Two real models in one process, of which the larger one answers what the other is not sure of."""

import pytest

from shellmate.answer.choosing.handover import HandingOverEngine
from shellmate.engine.engine import Effort, Sampling
from shellmate.prompt.prompt import Message

pytestmark = pytest.mark.model

SHELL = "```bash\n"
ONE_LINE = Effort(sequences=1, longest=40, apart=False, one_line=True, behind=SHELL)
SHELL_PREFIX = (
    Message("system", "You answer with one shell command in a code block and nothing else."),
    Message("user", "list the files here"),
    Message("assistant", f"{SHELL}ls\n```"),
)


def test_the_larger_model_answers_and_keeps_the_state_of_its_turn(engine_on, smollm_file, small_prompt, tmp_path):
    larger = engine_on(tmp_path / "kv")
    engine = HandingOverEngine(engine_on(tmp_path / "kv", smollm_file), "larger", lambda: larger, sure=1.0)
    prompt = small_prompt("count the lines of notes.txt", SHELL, prefix=SHELL_PREFIX)
    shown = []
    candidates, usage = engine.generate_several(prompt, Sampling(max_tokens=40), 3, effort=ONE_LINE, show=shown.append)
    alone, _ = larger.generate_several(prompt, Sampling(max_tokens=40), 3, effort=ONE_LINE)
    assert [c.text for c in candidates] == [c.text for c in alone]
    assert usage.model == "larger" and len(set(shown)) > 1
    generation = engine.generate(prompt, Sampling(max_tokens=20))
    text = "".join(generation)
    assert generation.usage.model == "larger" and candidates[0].text.startswith(text[: len(SHELL) + 2])
    engine.note_turn(prompt, text)
    again = "".join(larger.generate(prompt, Sampling(max_tokens=20)))
    assert again == text


def test_the_small_model_answers_what_it_is_sure_of(engine_on, smollm_file, small_prompt, tmp_path):
    def fail():
        raise AssertionError("the larger one is not needed")

    engine = HandingOverEngine(engine_on(tmp_path / "kv", smollm_file), "larger", fail, sure=0.0)
    prompt = small_prompt("list the files here", SHELL, prefix=SHELL_PREFIX)
    candidates, usage = engine.generate_several(prompt, Sampling(max_tokens=40), 2, effort=ONE_LINE)
    assert candidates[0].text.startswith(SHELL) and usage.model == ""
