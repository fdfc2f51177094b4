"""Prose that repeats itself ends there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.showing.prose import until_repeated

LINE = "- `+`: does it for each file\n"


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_line_that_comes_again_ends_the_text_before_it(size: int):
    text = "- `find .`: finds files\n" + 4 * LINE
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    assert "".join(until_repeated(pieces)) == "- `find .`: finds files\n" + LINE


def test_a_line_that_begins_like_another_is_whole():
    text = LINE + "- `+`: does it for each directory, too"
    assert "".join(until_repeated(text)) == text
    assert "".join(until_repeated(LINE + LINE.rstrip())) == LINE


def test_short_lines_may_come_again():
    text = "```\nls\n```\n\n```\nls\n```\n"
    assert "".join(until_repeated([text])) == text


def test_what_is_new_is_not_held_back():
    given_out = []
    for piece in until_repeated(iter(["Lists ", "all ", "files"])):
        given_out.append(piece)
    assert given_out == ["Lists ", "all ", "files"]


@given(st.lists(st.text(alphabet="ab \n", max_size=9)))
def test_without_repetition_nothing_is_lost(pieces: list[str]):
    text = "".join(pieces)
    lines = [line.rstrip() for line in text.split("\n") if len(line.rstrip()) >= 12]
    if len(lines) == len(set(lines)):
        assert "".join(until_repeated(pieces)) == text
