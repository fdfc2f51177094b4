"""The worked examples by kind of request: they parse, they keep what the request names, and none is there twice."""

import re
import tomllib
from typing import Any

import pytest

from shellmate.answer.check import check_syntax
from shellmate.prompt.library import own_prompts

FILES = sorted((own_prompts() / "kinds").glob("*.toml"))
KINDS: dict[str, dict[str, Any]] = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in FILES}
EXAMPLES = [(kind, e["ask"], e["answer"]) for kind, data in KINDS.items() for e in data["examples"]]
SHELL = [(ask, answer) for kind, ask, answer in EXAMPLES if not kind.startswith("python")]

QUOTED = re.compile(r"""(?<!\w)(["'])(.+?)\1(?!\w)""")
PATH = re.compile(r"[/.~]?[\w~$@:*?-]*(?:[/.][\w~$@:*?-]+)+")

# What a request says about a name or a date, where the name itself is made by the command.
MADE = {
    "001.png": "a loop counts",
    "002.png": "a loop counts",
    "DD.MM.YYYY": "a date format",
    "app-YYYY-MM-DD.db": "a date format",
    "31/12/2023": "a form of the input",
    "1.10.2": "a form of the input",
    "1.9.0": "a form of the input",
    "last, first": "a description of the input",
    "first last": "a description of the output",
}


def literals(ask: str) -> set[str]:
    """What an answer has to repeat: texts in quotes, and words with a slash or a file extension."""
    quoted = {match[2] for match in QUOTED.finditer(ask)}
    paths = {match[0].rstrip(".:?") for match in PATH.finditer(QUOTED.sub(" ", ask))}
    return {word for word in quoted | paths if word not in MADE}


def test_each_kind_is_described_and_has_examples():
    assert {"find", "text", "files", "archives", "system", "network", "scripting", "git"} <= set(KINDS)
    for kind, data in KINDS.items():
        assert data["description"].strip(), kind
        assert len(data["examples"]) >= 10, kind


def test_examples_have_an_ask_and_an_answer_of_one_line_and_nothing_else():
    for kind, data in KINDS.items():
        for example in data["examples"]:
            assert {"ask", "answer"} <= set(example) <= {"ask", "answer", "language", "input"}, (kind, example)
            assert example["ask"] == example["ask"].strip() != ""
            assert example["answer"].strip()
    assert [answer for _, answer in SHELL if "\n" in answer or "#!" in answer] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_parses(kind: str):
    language = KINDS[kind].get("language", "python" if kind.startswith("python") else "shell")
    for example in KINDS[kind]["examples"]:
        verdict = check_syntax(example.get("language", language), example["answer"])
        assert verdict.valid, (example["answer"], verdict.reason)


def test_no_request_is_there_twice():
    asks = [" ".join(ask.casefold().split()) for _, ask, _ in EXAMPLES]
    assert sorted({ask for ask in asks if asks.count(ask) > 1}) == []


def test_answers_repeat_the_texts_and_paths_of_the_request():
    missing = []
    for ask, answer in SHELL:
        said = answer + answer.replace("$HOME", "~").replace("\\", "")
        missing += [(word, ask, answer) for word in literals(ask) if word not in said]
    assert missing == []


def test_exceptions_are_still_needed():
    asks = " ".join(ask for ask, _ in SHELL)
    assert [word for word in MADE if word not in asks] == []


def test_no_answer_has_a_placeholder():
    placeholder = re.compile(r"/path/to|\b(?:example|your\w*|filename|file)\.(?:txt|csv|log)\b|<\w+>", re.IGNORECASE)
    assert [answer for ask, answer in SHELL if any(p not in ask for p in placeholder.findall(answer))] == []
