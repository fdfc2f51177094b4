"""The prompts that come with shellmate: their examples parse, are enough, and show inputs as the digest does."""

import re

import pytest

from shellmate.answer.check import check_syntax
from shellmate.answer.selects.preparing import find_query_faults
from shellmate.prompt.library import Example, PromptLibrary, own_prompts
from tests.piping import read_piped

LIBRARY = PromptLibrary((own_prompts(),))
EXAMPLES = [(name, example) for name in LIBRARY.names() for example in LIBRARY.load(name).examples]
TABLES = [(name, e) for name, e in EXAMPLES if re.match(r"(CSV|TSV), ", e.input)]


def rows_in(example: Example) -> str:
    """The rows that the digest in an example shows: all that its input had."""
    lines = example.input.strip().split("\n")[2:]
    return "\n".join(line for line in lines if not line.startswith("table t: ")) + "\n"


@pytest.mark.parametrize("language", ["shell", "python"])
def test_there_are_at_least_forty_worked_examples(language: str):
    assert len([e for e in LIBRARY.load(language).examples if e.language == language]) >= 40


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=lambda x: x if isinstance(x, str) else x.ask.strip()[:40])
def test_every_example_parses(name: str, example: Example):
    assert example.answer.strip()
    verdict = check_syntax(example.language, example.answer)
    assert verdict.valid, verdict.reason


@pytest.mark.parametrize(("name", "example"), TABLES, ids=lambda x: x if isinstance(x, str) else x.ask.strip()[:40])
def test_inputs_are_shown_as_the_digest_shows_them(name: str, example: Example):
    found = read_piped(rows_in(example).encode())
    assert found
    about = f"\n{found.query.about}" if name == "query" and found.query and found.query.about else ""
    assert example.input.strip() == found.text + about
    if example.language == "sql":
        assert found.query
        assert find_query_faults(found.query, found.query.before + example.answer.strip() + found.query.after) == []
    elif example.language == "python":
        assert example.answer.strip().startswith(found.reading), "the answer begins as shellmate has it begin"
