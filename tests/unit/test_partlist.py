"""Two columns, in the width of the terminal."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.showing.partlist import list_parts, width_of
from shellmate.request.command.part import Part

PARTS = [
    Part("tar", "program", "an archiving utility", "man"),
    Part("-f 文档.tgz", "option", "Use archive file or device ARCHIVE, which is where the files are.", "man"),
    Part("pwd", "program", "Print the name of the directory.", "bash", depth=1),
    Part("--x", "option", "not known", ""),
]


def test_without_a_width_each_part_is_one_line():
    lines = list(list_parts(PARTS, None, colours=False))
    assert [line.rstrip("\n").rsplit(" ", 1)[1] for line in lines] == ["[man]", "[man]", "[bash]", "[unknown]"]
    assert {width_of(line[: line.index(part.meaning)]) for line, part in zip(lines, PARTS, strict=True)} == {13}
    assert lines[2].startswith("  pwd")


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(columns: int):
    lines = "".join(list_parts(PARTS, columns, colours=False)).split("\n")
    assert max(width_of(line) for line in lines) <= columns
    words = " ".join(" ".join(lines).split())
    assert "Use archive file or device ARCHIVE, which is where the files are. [man]" in words


def test_a_long_part_has_its_line():
    lines = list(list_parts([Part("x" * 30, "argument", "a word", "man")], 60, colours=False))
    assert lines == ["x" * 30 + "\n", " " * 22 + "a word [man]\n"]


def test_colours_are_only_colours():
    plain = "".join(list_parts(PARTS, 50, colours=False))
    assert re.sub(r"\x1b\[\d*m", "", "".join(list_parts(PARTS, 50, colours=True))) == plain


@given(st.text(min_size=1), st.text(), st.integers(1, 100) | st.none())
def test_nothing_hidden_reaches_the_terminal(text: str, meaning: str, columns: int | None):
    shown = "".join(list_parts([Part(text, "argument", meaning, "man")], columns, colours=False))
    assert shown.endswith("[man]\n")
    assert shown.replace("\n", "").isprintable() or not (text + meaning).isascii()
    assert "\x1b" not in shown and "\u202e" not in shown and "\r" not in shown
