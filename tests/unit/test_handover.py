"""When a small model's answer is left to a larger one, on models that say what they are told to."""

import io
import math
import os
from dataclasses import replace

import pytest

from shellmate.answer.choosing.handover import SURE, HandingOverEngine
from shellmate.cli.app import App
from shellmate.core.environment import Environment
from shellmate.core.paths import Paths
from shellmate.engine.engine import Candidate, Effort, Generation, Sampling, Usage
from shellmate.models import auto
from shellmate.models.auto import CODERS
from shellmate.models.catalogue import CATALOGUE
from shellmate.models.installed import place_of
from shellmate.prompt.prompt import Message, Prompt

SHELL, PYTHON = "```bash\n", "```python\n"
PROMPT = Prompt((Message("system", "write"),), "how many files are in src", (SHELL,))
CERTAIN = 0.9
SHORT = Effort(certainty=CERTAIN, one_line=True, behind=SHELL)


class Model:
    """Says one command with such a probability."""

    def __init__(self, code: str, probability: float = 0.8, finished: bool = True):
        self.first = Candidate(f"{SHELL}{code}\n```", math.log(probability), 5, finished, first=True)
        self.asked, self.noted, self.closed = [], [], False

    def generate(self, prompt, sampling, answered=""):
        self.asked.append(1)
        return Generation(iter([self.first.text]), Usage(tokens=5))

    def generate_several(self, prompt, sampling, count, *, effort=None, show=None, also=()):
        self.asked.append(count)
        if prompt.openings[0] != SHELL:
            return [Candidate(prompt.openings[0], 0.0, 0, finished=False)], Usage()
        if show:
            show(self.first.text)
        return [self.first], Usage(tokens=5)

    def note_turn(self, prompt, answer):
        self.noted.append(answer)

    def close(self):
        self.closed = True


def handing_over(small: Model, large: Model) -> HandingOverEngine:
    return HandingOverEngine(small, "large", lambda: large)


def several(engine: HandingOverEngine, prompt: Prompt = PROMPT) -> tuple[list[str], Usage, list[str]]:
    shown: list[str] = []
    candidates, usage = engine.generate_several(prompt, Sampling(), 8, effort=SHORT, show=shown.append)
    return [candidate.text for candidate in candidates], usage, shown


def test_what_the_small_one_is_sure_of_it_writes_itself():
    small, large = Model("ls", SURE + 0.01), Model("find")
    texts, usage, _ = several(handing_over(small, large))
    assert texts == ["```bash\nls\n```"]
    assert (usage.model, small.asked, large.asked) == ("", [1, 8], [])


def test_what_it_is_certain_of_is_written_once():
    small, large = Model("ls", CERTAIN + 0.01), Model("find")
    several(handing_over(small, large))
    assert (small.asked, large.asked) == ([1], [])


@pytest.mark.parametrize("small", [Model("ls", SURE - 0.01), Model("for f", finished=False)])
def test_what_it_is_not_sure_of_the_larger_one_writes(small):
    large = Model("find")
    texts, usage, shown = several(handing_over(small, large))
    assert texts == ["```bash\nfind\n```"]
    assert shown == [small.first.text, large.first.text]
    assert (usage.model, usage.tokens, small.asked, large.asked) == ("large", 10, [1], [8])


def test_the_larger_one_is_opened_once_and_when_it_is_needed():
    opened = []
    engine = HandingOverEngine(Model("ls"), "large", lambda: opened.append(Model("find")) or opened[-1])
    several(engine)
    assert not opened
    for _ in range(2):
        generation = engine.generate(PROMPT, Sampling())
        assert ("".join(generation), generation.usage.model) == ("```bash\nfind\n```", "large")
    assert len(opened) == 1
    engine.close()
    assert opened[0].closed


def test_python_is_found_out_by_the_small_one_and_written_by_the_larger():
    small, large = Model("ls"), Model("find")
    texts, _, _ = several(handing_over(small, large), replace(PROMPT, openings=(PYTHON,)))
    assert (texts, large.asked) == ([PYTHON], [])


@pytest.mark.parametrize("beside", [{"context": "Input on stdin:\na"}, {"infill": True}])
def test_what_is_long_to_read_stays_with_the_small_one(beside):
    small, large = Model("ls", 0.1), Model("find")
    engine = handing_over(small, large)
    texts, usage, _ = several(engine, replace(PROMPT, **beside))
    assert (texts, usage.model, large.asked) == (["```bash\nls\n```"], "", [])
    assert engine.generate(replace(PROMPT, **beside), Sampling()).usage.model == ""


def test_who_wrote_an_answer_keeps_its_state():
    small, large = Model("ls"), Model("find")
    engine = handing_over(small, large)
    several(engine)
    engine.note_turn(PROMPT, "one")
    "".join(engine.generate(PROMPT, Sampling()))
    engine.note_turn(PROMPT, "two")
    assert (small.noted, large.noted) == (["one"], ["two"])


@pytest.mark.parametrize(
    "effort, installed, used", [("careful", CODERS, 2), ("careful", CODERS[1:], 1), ("balanced", CODERS, 1)]
)
def test_careful_means_the_larger_model_where_it_is_installed(tmp_path, monkeypatch, effort, installed, used):
    paths = Paths.of({f"SHELLMATE_{k}_DIR": str(tmp_path / k.lower()) for k in ("CONFIG", "DATA", "CACHE", "STATE")})
    for name in installed:
        place = place_of(CATALOGUE[name], paths)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
        os.truncate(place, CATALOGUE[name].bytes)
    opened = []
    monkeypatch.setattr(App, "_open_model", lambda app, name, **how: opened.append(name) or Model("ls", 0.1))
    monkeypatch.setattr(auto, "available_memory", lambda: 64 << 30)
    settings = {"model": CODERS[-1], "effort": effort}
    engine = App(Environment(None, io.BytesIO(), io.StringIO(), {}, tmp_path), paths, settings).open_engine()
    "".join(engine.generate(PROMPT, Sampling()))
    assert opened == list(CODERS[::-1][:used])
