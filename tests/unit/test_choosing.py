"""The engine that chooses among commands, on a model that says what it is told to."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from shellmate.answer.answer import write_answer
from shellmate.answer.choosing.oneline import EFFORTS, ChoosingEngine
from shellmate.answer.showing.display import SilentDisplay
from shellmate.engine.engine import Candidate, Generation, Sampling, Usage
from shellmate.prompt.kinds import Kinds
from shellmate.prompt.library import PromptLibrary, own_prompts
from shellmate.prompt.prompt import Message, Prompt

SHELL, PYTHON = "```bash\n", "```python\n"
PROMPT = Prompt((Message("system", "write"),), "how many files are in src", (SHELL,))


class Model:
    """Says these codes at once, likeliest first, or streams the `text` behind what is answered already."""

    def __init__(self, *codes: str, text: str = "", finished: bool = True, opening: str = SHELL):
        self.text, self.several, self.streamed = text, [], []
        ends = "\n```" if finished else ""
        self.candidates = [
            Candidate(f"{opening}{code}{ends}", -1.0 - n / 10, 5, finished=finished) for n, code in enumerate(codes)
        ]

    def generate(self, prompt, sampling, answered=""):
        self.streamed.append(answered)
        return Generation(iter([answered, self.text]), Usage(finish="stop", tokens=3))

    def generate_several(self, prompt, sampling, count, *, effort=None, show=None, also=()):
        self.several.append((count, list(also), effort))
        if show:
            show(self.candidates[0].text)
        return self.candidates, Usage(prompt_tokens=20, tokens=7)


def choosing(model: Model, tmp_path: Path, effort: str = "balanced") -> ChoosingEngine:
    kinds = Kinds(PromptLibrary((own_prompts(),)), tmp_path / "kinds")
    return ChoosingEngine(model, kinds, EFFORTS[effort])


def said(engine: ChoosingEngine, prompt: Prompt = PROMPT) -> str:
    return "".join(engine.generate(prompt, Sampling()))


def test_the_best_of_several_is_the_answer(tmp_path):
    model = Model("ls src", "ls src | wc -l", "rm -r src")
    generation = choosing(model, tmp_path).generate(PROMPT, Sampling())
    assert "".join(generation) == "```bash\nls src | wc -l\n```"
    assert (generation.usage.finish, generation.usage.tokens) == ("stop", 7)
    assert model.streamed == []


def test_they_are_written_behind_the_examples_of_the_kinds_as_well(tmp_path):
    model = Model("ls")
    said(choosing(model, tmp_path))
    said(choosing(model, tmp_path, "careful"))
    (balanced, careful) = model.several
    assert len(balanced[1]) == EFFORTS["balanced"].others
    assert len(careful[1]) > len(balanced[1]) and careful[0] > balanced[0]
    assert all(pack.suffix == PROMPT.suffix and pack.prefix != PROMPT.prefix for pack in careful[1])


def test_the_first_one_is_shown_while_they_are_written(tmp_path):
    shown = []

    class Screen(SilentDisplay):
        def preview(self, code):
            shown.append(("preview", code))

        def finish(self, code):
            shown.append(("finish", code))

    write_answer(choosing(Model("ls src", "ls src | wc -l"), tmp_path), PROMPT, Sampling(), lambda _: Screen())
    assert shown == [("preview", "ls src\n"), ("finish", "ls src | wc -l\n")]


def test_in_a_conversation_and_about_an_input_there_is_one_prompt(tmp_path):
    model = Model("ls")
    turns = (Message("user", "a"), Message("assistant", "```bash\nls\n```"))
    said(choosing(model, tmp_path), replace(PROMPT, turns=turns))
    said(choosing(model, tmp_path), replace(PROMPT, context="Input on stdin:\n```\na\n```"))
    assert [also for _, also, _ in model.several] == [[], []]


def test_what_is_longer_goes_on_as_it_was_begun(tmp_path):
    model = Model("for f in *; do\n  echo", text=" $f\ndone\n```", finished=False)
    assert said(choosing(model, tmp_path)) == "```bash\nfor f in *; do\n  echo $f\ndone\n```"
    assert model.streamed == ["```bash\nfor f in *; do\n  echo"]


def test_python_is_streamed(tmp_path):
    model = Model("", text="print(1)\n```", finished=False, opening=PYTHON)
    assert said(choosing(model, tmp_path), replace(PROMPT, openings=(SHELL, PYTHON))) == "```python\nprint(1)\n```"
    assert said(choosing(model, tmp_path), replace(PROMPT, openings=(PYTHON,))) == "print(1)\n```"
    assert len(model.several) == 1


def test_who_asks_the_same_again_gets_the_next_and_in_the_end_the_last_again(tmp_path):
    engine = choosing(Model("ls src | wc -l", "find src | wc -l"), tmp_path)
    codes = [said(engine) for _ in range(3)]
    assert codes[0] != codes[1] == codes[2]


def test_python_that_failed_makes_room_for_one_of_several(tmp_path):
    prompt = replace(PROMPT, openings=(PYTHON,))
    model = Model("x", "y", "z", text="x\n```", opening=PYTHON)
    engine = choosing(model, tmp_path)
    assert said(engine, prompt) == "x\n```"
    assert [said(engine, prompt) for _ in range(3)] == ["```python\ny\n```", "```python\nz\n```", "```python\nz\n```"]
    assert len(model.several) == 1


def test_an_answer_with_a_fault_costs_it_its_place_and_is_taken_with_it_where_there_is_no_other(tmp_path):
    def blame(*wrong):
        return lambda language, code: ["it is wrong"] if code.strip() in wrong else []

    def answer(*wrong):
        engine = choosing(Model("ls src | wc -l", "find src | wc -l"), tmp_path)
        return write_answer(engine, PROMPT, Sampling(), lambda _: SilentDisplay(), try_out=blame(*wrong))[0]

    assert answer("ls src | wc -l").code.strip() == "find src | wc -l"
    both = answer("ls src | wc -l", "find src | wc -l")
    assert (both.code.strip(), both.faults) == ("ls src | wc -l", ("it is wrong",))


@pytest.mark.parametrize("faulty", [("ls src | wc -l",), ("ls src | wc -l", "ls src")])
def test_what_an_answer_has_cost_is_what_all_candidates_have(tmp_path, faulty):
    def find_faults(language, code):
        return ["no"] if code.strip() in faulty else []

    engine = choosing(Model("ls src", "ls src | wc -l"), tmp_path)
    answer, usage = write_answer(engine, PROMPT, Sampling(), lambda _: SilentDisplay(), find_faults)
    assert answer.code == ("ls src\n" if len(faulty) == 1 else "ls src | wc -l\n")
    assert (usage.tokens, usage.prompt_tokens, usage.finish) == (7, 20, "stop")


def test_what_a_longer_answer_has_cost_is_known_when_its_fence_closes(tmp_path):
    model = Model("for f in *; do\n  echo", text=" $f\ndone\n```\n", finished=False)
    answer, usage = write_answer(choosing(model, tmp_path), PROMPT, Sampling(), lambda _: SilentDisplay())
    assert answer.code.endswith("done\n")
    assert usage.tokens == 7 + 3


def test_where_nothing_parses_it_is_written_anew(tmp_path):
    model = Model("echo '", "if", text="echo\n```")
    assert said(choosing(model, tmp_path)) == "echo\n```"


@pytest.mark.parametrize("count", [1, 3])
def test_alternatives_are_ranked_as_well(tmp_path, count):
    engine = choosing(Model("ls src", "ls src | wc -l", "find src | wc -l"), tmp_path)
    candidates, _ = engine.generate_several(PROMPT, Sampling(), count)
    assert len(candidates) == count
    assert candidates[0].text == "```bash\nls src | wc -l\n```"


def test_where_all_say_the_same_others_are_looked_for(tmp_path):
    class Apart(Model):
        def generate_several(self, prompt, sampling, count, *, effort=None, **how):
            candidates, usage = super().generate_several(prompt, sampling, count, effort=effort, **how)
            return (candidates if effort.apart else candidates[:1]), usage

    model = Apart("pwd", "echo $PWD", "cd")
    candidates, usage = choosing(model, tmp_path).generate_several(PROMPT, Sampling(), 3)
    assert sorted(code.text.split("\n")[1] for code in candidates) == ["cd", "echo $PWD", "pwd"]
    assert (len(model.several), usage.tokens) == (2, 14)


@pytest.mark.parametrize("count, certainty", [(1, 0.9), (3, math.inf)])
def test_who_asks_for_several_gets_them_however_sure_the_first_one_is(tmp_path, count, certainty):
    model = Model("ls src", "ls src | wc -l", "find src | wc -l")
    choosing(model, tmp_path).generate_several(PROMPT, Sampling(), count)
    ((_, _, effort),) = model.several
    assert effort.certainty == certainty
