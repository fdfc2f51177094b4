"""Several commands behind several prompts, on the real model, and the command line that chooses among them."""

import json
from dataclasses import replace

import pytest

from shellmate.answer.choosing.oneline import EFFORTS
from shellmate.engine.engine import Effort, Sampling
from shellmate.prompt.prompt import Message, Prompt

pytestmark = pytest.mark.model

SHELL = "```bash\n"
QUICK = Effort(sequences=1, patience=2, longest=64, apart=False, one_line=True, behind=SHELL)


def prefix(*pairs: tuple[str, str]) -> tuple[Message, ...]:
    messages = [Message("system", "You answer with one shell command in a code block and nothing else.")]
    for ask, answer in pairs:
        messages += [Message("user", ask), Message("assistant", f"{SHELL}{answer}\n```")]
    return tuple(messages)


ONE = prefix(("where am I", "pwd"), ("what is in here", "ls"))
OTHER = prefix(("count the lines of a.txt", "wc -l a.txt"), ("the biggest file", "ls -S | head -n 1"))
PROMPT = Prompt(ONE, "count the words of notes.txt", (SHELL,))


def texts(candidates):
    return [candidate.text for candidate in candidates]


def test_a_window_says_what_its_prompt_says_alone(engine_on, tmp_path):
    engine = engine_on(tmp_path / "kv")
    beside, also = Prompt(ONE, PROMPT.suffix, (SHELL,)), replace(PROMPT, prefix=OTHER)
    alone, _ = engine_on(tmp_path / "kv").generate_several(also, Sampling(max_tokens=40), 1, effort=QUICK)
    both, usage = engine.generate_several(beside, Sampling(max_tokens=40), 2, effort=QUICK, also=[also])
    assert alone[0].text in texts(both)
    assert usage.tokens
    found = next(candidate for candidate in both if candidate.text == alone[0].text)
    assert found.logprob == pytest.approx(alone[0].logprob, abs=0.2)


def test_windows_leave_no_trace_and_can_be_repeated(engine_on, answer, tmp_path):
    engine = engine_on(tmp_path / "kv")
    before = answer(engine, PROMPT, max_tokens=30)
    also = [replace(PROMPT, prefix=OTHER)]
    first, _ = engine.generate_several(PROMPT, Sampling(max_tokens=40), 6, effort=QUICK, also=also)
    second, _ = engine.generate_several(PROMPT, Sampling(max_tokens=40), 6, effort=QUICK, also=also)
    assert texts(first) == texts(second)
    assert answer(engine, PROMPT, max_tokens=30).text == before.text
    engine.close()
    third, _ = engine_on(tmp_path / "kv").generate_several(PROMPT, Sampling(max_tokens=40), 6, effort=QUICK, also=also)
    assert texts(third) == texts(first)  # from the states that were kept


def test_what_goes_on_to_a_second_line_is_left_unfinished(engine_on, tmp_path):
    engine = engine_on(tmp_path / "kv")
    prompt = Prompt(ONE, "a script with a function greet that greets, then calls it", ("```bash\ngreet() {\n",))
    candidates, _ = engine.generate_several(prompt, Sampling(max_tokens=200), 4, effort=QUICK)
    assert not candidates[0].finished
    assert "greet" in candidates[0].text


def test_another_opening_is_not_looked_at(engine_on, tmp_path):
    engine = engine_on(tmp_path / "kv")
    prompt = Prompt(ONE, "a Python class", ("```python\n",))
    (candidate,), usage = engine.generate_several(prompt, Sampling(), 8, effort=QUICK)
    assert (candidate.text, candidate.finished, usage.tokens) == ("```python\n", False, 0)


def test_a_context_too_small_for_the_windows_grows(engine_on, tmp_path):
    engine = engine_on(tmp_path / "kv")
    engine.generate_several(PROMPT, Sampling(max_tokens=4), 2, effort=QUICK)
    long = prefix(*((f"file number {n}", f"cat file-{n}.txt") for n in range(60)))
    candidates, _ = engine.generate_several(
        PROMPT, Sampling(max_tokens=40), 4, effort=QUICK, also=[replace(PROMPT, prefix=long)]
    )
    assert candidates[0].finished


@pytest.mark.parametrize("effort", ["fast", *EFFORTS])
def test_each_effort_answers_on_the_command_line(run, effort):
    done = run("--effort", effort, "--sh", "count the lines of notes.txt")
    assert (done.returncode, done.stdout) == (0, "wc -l notes.txt\n"), done.stderr


def test_an_option_that_is_not_here_is_marked(run):
    done = run("--json", "--sh", "list files, largest first, with ls")
    report = json.loads(done.stdout)
    assert report["checks"]["options"] is True and report["checks"]["commands"] is True, report


def test_what_a_docstring_says_is_tried(run):
    words = 'def double(x):\n    """ Twice x.\n    >>> double(2)\n    4\n    >>> double("ab")\n    \'abab\'\n    """'
    done = run("--py", words)
    names: dict = {}
    exec(done.stdout, names)
    assert names["double"]("ab") == "abab"


@pytest.mark.parametrize("effort", ["fast", "balanced"])
def test_alternatives_are_found_however_sure_the_first_is(run, effort):
    done = run("--effort", effort, "-n", "3", "--sh", "print the current directory")
    assert done.stdout.splitlines()[0] == "pwd"
    assert len(done.stdout.splitlines()) == 3, done.stdout
